package configs

import (
	"reflect"
	"strings"
)

// field is one key that holds a value, not a section.
type field struct {
	path string // "http.tls.cert_file"
	typ  reflect.Type
}

// keyOf returns the key of a field of a section.
func keyOf(f reflect.StructField) string { return f.Tag.Get("mapstructure") }

// fieldOf returns the type of the field of typ that has the key.
func fieldOf(typ reflect.Type, key string) (reflect.Type, bool) {
	for f := range typ.Fields() {
		if keyOf(f) == key {
			return f.Type, true
		}
	}
	return nil, false
}

// fields lists the keys of typ, a struct, and of the sections in it.
func fields(typ reflect.Type, path string) []field {
	var all []field
	for f := range typ.Fields() {
		at := join(path, keyOf(f))
		if f.Type.Kind() == reflect.Struct {
			all = append(all, fields(f.Type, at)...)
			continue
		}
		all = append(all, field{path: at, typ: f.Type})
	}
	return all
}

// section returns the fields of a struct as nested maps by their keys.
func section(v reflect.Value) map[string]any {
	values := map[string]any{}
	for f, value := range v.Fields() {
		if f.Type.Kind() == reflect.Struct {
			values[keyOf(f)] = section(value)
			continue
		}
		values[keyOf(f)] = value.Interface()
	}
	return values
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// otherNames are what people call keys whose names share nothing with that.
var otherNames = map[string]string{
	"address": "http.listen", "bind": "http.listen", "host": "http.listen", "port": "http.listen",
	"tz": "timezone", "tty": "device", "path": "device", "speed": "baud_rate", "country": "region", "database": "data_dir", "db": "data_dir",
	"endpoint": "url", "target": "url", "verbose": "log.level", "debug": "log.level",
}

// nearest returns the existing key that was probably meant by key, which stands
// in the section typ at path: one in the same section that is spelt like key or begins or
// ends with it, else one of the same name elsewhere. Empty if none comes near.
func nearest(typ reflect.Type, path, key string) string {
	if near := nearestField(typ, path, key); near != "" {
		return near
	}
	name, known := otherNames[strings.ToLower(key)]
	if _, here := fieldOf(typ, name); here && name != "" {
		return join(path, name)
	}
	for _, f := range fields(reflect.TypeFor[Config](), "") {
		if known && f.path == name || strings.HasSuffix(f.path, "."+key) {
			return f.path
		}
	}
	if _, found := fieldOf(reflect.TypeFor[Modem](), key); found {
		return "modems[]." + key
	}
	return ""
}

// nearestField is nearest within one section. A slip is every third letter, so that a short
// key is not taken for any other short one; the words of a key are told by "_".
func nearestField(typ reflect.Type, path, key string) string {
	best, bestDistance := "", 1+max(1, len(key)/3)
	var holding []string
	for f := range typ.Fields() {
		name := keyOf(f)
		if d := distance(key, name); d < bestDistance {
			best, bestDistance = join(path, name), d
		}
		if plain := strings.ReplaceAll(strings.ToLower(key), "-", "_"); strings.HasPrefix(name, plain+"_") || strings.HasSuffix(name, "_"+plain) {
			holding = append(holding, join(path, name))
		}
	}
	if best == "" && len(holding) == 1 {
		return holding[0]
	}
	return best
}

// distance counts the letters to insert, delete or replace to turn a into b;
// capitals count as their small letters, and so does a hyphen as an underscore.
func distance(a, b string) int {
	plain := func(s string) string { return strings.ReplaceAll(strings.ToLower(s), "-", "_") }
	a, b = plain(a), plain(b)
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
