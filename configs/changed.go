package configs

import "reflect"

// Changed returns the keys whose values differ between two configurations, in the
// order of the sample: "quiet_hours.from". A list is one key, whatever in it differs.
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
		case !reflect.DeepEqual(a.Interface(), b.Interface()):
			keys = append(keys, key)
		}
	}
	return keys
}
