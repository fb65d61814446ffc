package configs

import "reflect"

// Changed returns the keys whose values differ between two configurations, in the
// order of the sample: "quiet_hours.from", "modems[0].pace.per_day". A list is one key where
// items were added or removed, or are no sections.
func Changed(was, is Config) []string {
	return changed("", reflect.ValueOf(was), reflect.ValueOf(is))
}

func changed(prefix string, was, is reflect.Value) []string {
	var keys []string
	for i := range was.NumField() {
		key := prefix + was.Type().Field(i).Tag.Get("mapstructure")
		a, b := was.Field(i), is.Field(i)
		switch {
		case a.Kind() == reflect.Struct:
			keys = append(keys, changed(key+".", a, b)...)
		case a.Kind() == reflect.Slice && a.Type().Elem().Kind() == reflect.Struct && a.Len() == b.Len():
			for j := range a.Len() {
				keys = append(keys, changed(item(key, j)+".", a.Index(j), b.Index(j))...)
			}
		case !reflect.DeepEqual(a.Interface(), b.Interface()):
			keys = append(keys, key)
		}
	}
	return keys
}
