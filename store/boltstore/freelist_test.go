package boltstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"goniec/store"
)

// opened opens the store at path.
func opened(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // again, mostly
	return s
}

// rows puts or deletes count records of 2,000 octets.
func rows(t *testing.T, s *Store, count int, change func(tx store.Tx, key string) error) {
	t.Helper()
	const together = 1000
	for from := 0; from < count; from += together {
		err := s.Update(t.Context(), func(tx store.Tx) error {
			for i := from; i < min(from+together, count); i++ {
				if err := change(tx, fmt.Sprintf("k/%06d", i)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func putRow(tx store.Tx, key string) error { return tx.Put(key, bytes.Repeat([]byte("v"), 2000)) }

func deleteRow(tx store.Tx, key string) error { return tx.Delete(key) }

// listed returns how many pages the freelist in the file at path has, -1 without one.
func listed(t *testing.T, path string) int {
	t.Helper()
	h, err := readHead(path)
	if err != nil {
		t.Fatal(err)
	}
	return h.free
}

// TestFreelist follows the freelist through the life of a file: while it is short
// each commit writes it, so that a start after a power cut need not read the tree;
// while it is long none does; who closes the file always does.
func TestFreelist(t *testing.T) {
	t.Parallel()
	const many = 2 * maxListed * pageSize / 2000
	path := filepath.Join(t.TempDir(), "goniec.db")
	if free := listed(t, created(t, path)); free < 0 {
		t.Error("a new file has no freelist")
	}
	s := opened(t, path)
	rows(t, s, many, putRow)
	if free := listed(t, path); free < 0 || free > maxListed {
		t.Errorf("while it is short: %d pages listed", free)
	}
	rows(t, s, many*9/10, deleteRow)
	if free := listed(t, path); free != -1 {
		t.Errorf("while it is long: %d pages listed, want none", free)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if free := listed(t, path); free <= maxListed {
		t.Errorf("of a closed file: %d pages listed, want more than %d", free, maxListed)
	}
	sane(t, path)
}

// created makes a database at path.
func created(t *testing.T, path string) string {
	t.Helper()
	if err := create(path); err != nil {
		t.Fatal(err)
	}
	return path
}

// sane has bbolt look at every page and at the freelist.
func sane(t *testing.T, path string) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoFreelistSync: true})
	if err != nil {
		t.Fatal(err)
	}
	err = db.View(func(tx *bbolt.Tx) error {
		for bad := range tx.Check() {
			t.Error(bad)
		}
		return nil
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Error(err)
	}
}

// TestFreelistOfKilled opens files as they are in the middle of work, with a
// freelist and without.
func TestFreelistOfKilled(t *testing.T) {
	t.Parallel()
	const many = 2 * maxListed * pageSize / 2000
	folder := t.TempDir()
	path := filepath.Join(folder, "goniec.db")
	s := opened(t, path)
	rows(t, s, many, putRow)
	for i, change := range []func(store.Tx, string) error{putRow, deleteRow, putRow} {
		rows(t, s, many*9/10, change)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		torn := filepath.Join(folder, fmt.Sprintf("killed%d.db", i))
		if err := os.WriteFile(torn, data, 0o600); err != nil {
			t.Fatal(err)
		}
		after := opened(t, torn)
		rows(t, after, 100, putRow)
		if err := after.Close(); err != nil {
			t.Fatal(err)
		}
		sane(t, torn)
	}
}

// TestOpenedAndClosed writes nothing to a file that nothing was changed in.
func TestOpenedAndClosed(t *testing.T) {
	t.Parallel()
	path := created(t, filepath.Join(t.TempDir(), "goniec.db"))
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := opened(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file has changed, %v", err)
	}
}

// TestDamageWithin spoils pages that Open does not look at: who needs them is told,
// and the others go on.
func TestDamageWithin(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "goniec.db")
	s := opened(t, path)
	rows(t, s, 500, putRow)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const spoilt = "k/000250"
	at := bytes.Index(data, []byte(spoilt+"v"))
	if at < 0 {
		t.Fatal("the record is not in the file")
	}
	clear(data[at/pageSize*pageSize:][:pageSize])
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	s = opened(t, path)
	for what, do := range map[string]func(tx store.Tx) error{
		"get":       func(tx store.Tx) error { _, err := tx.Get(spoilt); return err },
		"scan":      func(tx store.Tx) error { _, err := tx.Scan("", "", 0); return err },
		"scan last": func(tx store.Tx) error { _, err := tx.ScanLast("", "", 0); return err },
		"put":       func(tx store.Tx) error { return tx.Put(spoilt, nil) },
		"delete":    func(tx store.Tx) error { return tx.Delete(spoilt) },
	} {
		if err := s.Update(t.Context(), do); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v, want %v", what, err, ErrDamaged)
		}
		if err := s.Update(t.Context(), func(tx store.Tx) error { return tx.Put("k/000000", nil) }); err != nil {
			t.Errorf("another record after %s: %v", what, err)
		}
	}
	err = s.View(context.WithoutCancel(t.Context()), func(r store.Reader) error {
		value, err := r.Get("k/000499")
		if len(value) != 2000 {
			t.Errorf("another record: %d octets", len(value))
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if err := Examine(path); !errors.Is(err, ErrLocked) {
		t.Errorf("examined while it is open: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := Examine(path); !errors.Is(err, ErrDamaged) {
		t.Errorf("examined: %v, want %v", err, ErrDamaged)
	}
}

// TestCutShort opens a file whose end is missing, which a copy that was broken off
// leaves behind.
func TestCutShort(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "goniec.db")
	s := opened(t, path)
	rows(t, s, 500, putRow)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	h, err := readHead(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, int64(h.pages-1)*pageSize); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, Options{}); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "cut short") {
		t.Errorf("error %v, want %v", err, ErrDamaged)
	}
}
