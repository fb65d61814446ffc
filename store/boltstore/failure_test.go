package boltstore

import (
	"errors"
	"path/filepath"
	"testing"

	"goniec/store"
)

// TestSettle asks what a failed commit has left behind. No disk can be had
// that refuses exactly the last step, so a commit that went well is said to
// have failed.
func TestSettle(t *testing.T) {
	t.Parallel()
	errDisk := errors.New("input/output error")
	s, err := Open(filepath.Join(t.TempDir(), "goniec.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Update(t.Context(), func(tx store.Tx) error { return tx.Put("k", nil) }); err != nil {
		t.Fatal(err)
	}
	tx, err := s.db.Begin(false)
	if err != nil {
		t.Fatal(err)
	}
	newest := tx.ID()
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := s.resolveFailure(newest, errDisk); err != nil {
		t.Errorf("a change that is visible and was committed again: %v", err)
	}
	if err := s.resolveFailure(newest+9, errDisk); !errors.Is(err, errDisk) {
		t.Errorf("a change that is not visible: %v, want %v", err, errDisk)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.resolveFailure(newest, errDisk); !errors.Is(err, errDisk) {
		t.Errorf("nothing more can be written: %v, want %v", err, errDisk)
	}
}
