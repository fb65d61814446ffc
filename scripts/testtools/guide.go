package testtools

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Guide compares a section of a guide, from behind heading to the next heading of the second
// level, with what the code says; with write it writes what the code says.
func Guide(t testing.TB, path, heading, want string, write bool) {
	t.Helper()
	guide, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, after, found := strings.Cut(string(guide), heading)
	if !found {
		t.Fatalf("%s has no %q", path, heading)
	}
	section, rest := after, ""
	if end := strings.Index(after, "\n## "); end >= 0 {
		section, rest = after[:end], after[end:]
	}
	if write {
		if err := os.WriteFile(path, []byte(before+heading+want+rest), 0o644); err != nil { //nolint:gosec // a document for everybody
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, section); diff != "" {
		t.Errorf("%s does not say what the code says under %q; run make update (-code +guide):\n%s", path, heading, diff)
	}
}
