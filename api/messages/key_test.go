package messages

import (
	"strings"
	"testing"
)

func TestIdempotencyKeyForms(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]struct {
		key string
		ok  bool
	}{
		"":                                   {"", false},
		"visit-17":                           {"visit-17", true},
		`"visit-17"`:                         {"visit-17", true},
		`"a \"b\" \\ c"`:                     {`a "b" \ c`, true},
		"8e03978e-40d5-43dd":                 {"8e03978e-40d5-43dd", true},
		`""`:                                 {"", false},
		`"`:                                  {"", false},
		`"open`:                              {"", false},
		"zażółć":                             {"", false},
		"tab\tinside":                        {"", false},
		strings.Repeat("k", 255):             {strings.Repeat("k", 255), true},
		strings.Repeat("k", 256):             {"", false},
		`"` + strings.Repeat("k", 255) + `"`: {strings.Repeat("k", 255), true},
	} {
		key, ok := idempotencyKey(header)
		if ok != want.ok || ok && key != want.key {
			t.Errorf("%q gives %q, %v; want %q, %v", header, key, ok, want.key, want.ok)
		}
	}
}
