package configs

import (
	"reflect"
	"strings"
	"testing"
)

func TestSampleNamesEveryKey(t *testing.T) {
	t.Parallel()
	var keys []string // with the sections they stand in
	for _, f := range append(fields(reflect.TypeFor[Config](), ""), append(fields(reflect.TypeFor[Modem](), ""), fields(reflect.TypeFor[Webhook](), "")...)...) {
		keys = append(keys, strings.Split(f.path, ".")...)
	}
	for _, key := range keys {
		if !strings.Contains(Sample, key+":") {
			t.Errorf("the sample does not show %s", key)
		}
	}
}
