package boltstore_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"goniec/store"
	"goniec/store/boltstore"
)

// records returns everything in a file.
func records(t *testing.T, path string) map[string]string {
	t.Helper()
	s, err := boltstore.Open(path, boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	all := map[string]string{}
	if err := s.View(t.Context(), func(r store.Reader) error {
		pairs, err := r.Scan("", "", 0)
		for _, p := range pairs {
			all[p.Key] = string(p.Value)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

// TestBackupWhileItIsWritten copies a store that others write to: the copy is the
// state of one moment, all of a transaction or none.
func TestBackupWhileItIsWritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := boltstore.Open(filepath.Join(dir, "a.db"), boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	written, done := make(chan int, 1), make(chan struct{})
	go func() {
		defer close(done)
		for i := 0; ctx.Err() == nil; i++ {
			err := s.Update(context.Background(), func(tx store.Tx) error {
				value := []byte(fmt.Sprint(i))
				return errors.Join(tx.Put("left", value), tx.Put("right", value), tx.Put(fmt.Sprintf("row/%06d", i), bytes.Repeat([]byte("x"), 500)))
			})
			if err != nil {
				t.Error(err)
				return
			}
			select {
			case written <- i:
			default:
			}
		}
	}()
	for <-written < 20 {
	}
	raw := filepath.Join(dir, "raw")
	for round := range 5 {
		f, err := os.Create(raw)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.WriteTo(f); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(dir, fmt.Sprintf("copy%d.db", round))
		if err := boltstore.Copy(raw, to); err != nil {
			t.Fatal(err)
		}
		all := records(t, to)
		if all["left"] == "" || all["left"] != all["right"] {
			t.Errorf("the copy holds %s and %s of one transaction", all["left"], all["right"])
		}
	}
	stop()
	<-done
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestCopyLeavesDeletedBehind: what was deleted is in the file still, and not in
// its copy.
func TestCopyLeavesDeletedBehind(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	from, to := filepath.Join(dir, "a.db"), filepath.Join(dir, "b.db")
	s, err := boltstore.Open(from, boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	secret := []byte("the diagnosis of a patient")
	for _, step := range []func(tx store.Tx) error{
		func(tx store.Tx) error { return errors.Join(tx.Put("a", secret), tx.Put("b", []byte("kept"))) },
		func(tx store.Tx) error { return tx.Delete("a") },
	} {
		if err := s.Update(t.Context(), step); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := boltstore.Copy(from, to); err != nil {
		t.Fatal(err)
	}
	before, err1 := os.ReadFile(from)
	after, err2 := os.ReadFile(to)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(before, secret) {
		t.Error("nothing deleted is in the file: this test shows nothing")
	}
	if bytes.Contains(after, secret) {
		t.Error("what was deleted is in the copy")
	}
	if all := records(t, to); len(all) != 1 || all["b"] != "kept" {
		t.Errorf("the copy holds %v", all)
	}
	if info, err := os.Stat(to); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestCopyRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	good := filepath.Join(dir, "good.db")
	s, err := boltstore.Open(good, boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Update(t.Context(), func(tx store.Tx) error {
		for i := range 2000 {
			if err := tx.Put(fmt.Sprintf("k%06d", i), bytes.Repeat([]byte{byte(i)}, 100)); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := boltstore.Copy(good, filepath.Join(dir, "locked")); !errors.Is(err, boltstore.ErrLocked) {
		t.Errorf("of a file in use: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	if err := boltstore.Copy(good, good); !errors.Is(err, fs.ErrExist) {
		t.Errorf("onto a file that is there: %v", err)
	}
	for name, data := range map[string][]byte{
		"a text":  []byte("not a database"),
		"nothing": {},
		"cut":     whole[:64<<10],
		"zeroed":  append(bytes.Clone(whole[:8192]), make([]byte, len(whole)-8192)...),
	} {
		path := filepath.Join(dir, "bad")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(dir, "copy of "+name)
		if err := boltstore.Copy(path, to); !errors.Is(err, boltstore.ErrDamaged) {
			t.Errorf("of %s: %v", name, err)
		}
		if _, err := os.Stat(to); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("of %s a file was left: %v", name, err)
		}
	}
	left, err := filepath.Glob(filepath.Join(dir, "*.tmp"))
	if err != nil || len(left) > 0 {
		t.Errorf("temporary files are left: %q, %v", left, err)
	}
}
