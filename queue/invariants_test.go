package queue

import (
	"testing"

	"goniec/store"
)

// CheckInvariants reports everything in s that cannot be, see Verify.
func CheckInvariants(t *testing.T, s store.Store) {
	t.Helper()
	err := s.View(t.Context(), func(r store.Reader) error {
		return Verify(r, func(f store.Finding) { t.Errorf("%s: %s", f.Record, f.What) }, nil)
	})
	if err != nil {
		t.Fatal(err)
	}
}
