package boltstore_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"goniec/store"
	"goniec/store/boltstore"
)

// secrets are a number and a text as they lie in a file: in digits, in the swapped
// halves of octets of a PDU (3GPP TS 23.040 9.1.2.3), as a record of several pages.
func secrets() map[string][]byte {
	return map[string][]byte{
		"digits":      []byte("+48600100200"),
		"semi-octets": {0x84, 0x06, 0x10, 0x00, 0x02, 0xf0},
		"text":        []byte("Wizyta u kardiologa"),
	}
}

// fillSecret writes records of which every third is secret, so that they share pages.
func fillSecret(t *testing.T, s store.Store, records int) {
	t.Helper()
	for from := 0; from < records; from += 100 {
		err := s.Update(t.Context(), func(tx store.Tx) error {
			for i := from; i < min(from+100, records); i++ {
				key, value := fmt.Sprintf("open/%06d", i), bytes.Repeat([]byte("o"), 300)
				if i%3 == 0 {
					key, value = fmt.Sprintf("secret/+48600100200/%06d", i), nil
					for _, secret := range secrets() {
						value = append(value, bytes.Repeat(secret, 1+i%40*i%17)...) // up to several pages
					}
				}
				if err := tx.Put(key, value); err != nil {
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

// forgetSecret deletes what is secret.
func forgetSecret(t *testing.T, s store.Store) {
	t.Helper()
	for n := 1; n > 0; {
		var err error
		n, err = store.Update(t.Context(), s, func(tx store.Tx) (int, error) {
			pairs, err := tx.Scan("secret/", "secret0", 70)
			for _, p := range pairs {
				err = errors.Join(err, tx.Delete(p.Key))
			}
			return len(pairs), err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// wantSecrets says whether each secret is in the file at path.
func wantSecrets(t *testing.T, path string, want bool) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, secret := range secrets() {
		if n := bytes.Count(raw, secret); n > 0 != want {
			t.Errorf("%s is in the file %d times", name, n)
		}
	}
}

func openAt(t *testing.T, path string) *boltstore.Store {
	t.Helper()
	s, err := boltstore.Open(path, boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestScrub(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.db")
	s := openAt(t, path)
	fillSecret(t, s, 3000)
	wantSecrets(t, path, true)
	forgetSecret(t, s)
	wantSecrets(t, path, true) // what this is about
	var last, total int64
	zeroed, err := s.Scrub(t.Context(), func(done, of int64) {
		if done < last || done > of {
			t.Errorf("progress from %d to %d of %d", last, done, of)
		}
		last, total = done, of
	})
	if err != nil || zeroed == 0 || last != total {
		t.Fatalf("%d octets, %d of %d: %v", zeroed, last, total, err)
	}
	wantSecrets(t, path, false)
	if again, err := s.Scrub(t.Context(), nil); err != nil || again > zeroed/10 {
		t.Errorf("the second time %d octets after %d: %v", again, zeroed, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if got := len(records(t, path)); got != 2000 {
		t.Errorf("%d records are left, want 2000", got)
	}
	if err := boltstore.Examine(path); err != nil {
		t.Error(err)
	}
	if _, err := s.Scrub(t.Context(), nil); !errors.Is(err, store.ErrClosed) {
		t.Errorf("of a store that is closed: %v", err)
	}
}

// TestScrubWhileOthersWork has readers and writers beside it: every reader sees the
// whole of one state, and at the end all that was written is there.
func TestScrubWhileOthersWork(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.db")
	s := openAt(t, path)
	fillSecret(t, s, 2000)
	ctx, stop := context.WithCancel(t.Context())
	var others sync.WaitGroup
	const rows = 40
	write := func(i int) error {
		return s.Update(context.Background(), func(tx store.Tx) error {
			var err error
			for row := range rows { // over all the tree, so that pages everywhere are freed
				err = errors.Join(err, tx.Put(fmt.Sprintf("open/%06d/live", row*50), fmt.Append(nil, strings.Repeat("x", i%900), i)))
			}
			return err
		})
	}
	if err := write(0); err != nil {
		t.Fatal(err)
	}
	others.Go(func() {
		for i := 1; ctx.Err() == nil; i++ {
			if err := write(i); err != nil {
				t.Error(err)
				return
			}
		}
	})
	for range 3 {
		others.Go(func() {
			for ctx.Err() == nil {
				err := s.View(context.Background(), func(r store.Reader) error {
					first := ""
					for row := range rows {
						value, err := r.Get(fmt.Sprintf("open/%06d/live", row*50))
						if err != nil {
							return err
						}
						if row == 0 {
							first = string(value)
						} else if string(value) != first {
							return fmt.Errorf("row %d is of another state: %d octets, the first has %d", row, len(value), len(first))
						}
					}
					return nil
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	forgetSecret(t, s)
	for range 5 {
		if _, err := s.Scrub(t.Context(), nil); err != nil {
			t.Error(err)
		}
	}
	stop()
	others.Wait()
	wantSecrets(t, path, false)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := boltstore.Examine(path); err != nil {
		t.Error(err)
	}
	want := 2000 - 667 + rows
	if got := len(records(t, path)); got != want {
		t.Errorf("%d records, want %d", got, want)
	}
}

// TestScrubWaitsForOlderReaders: what a reader sees is not taken from under it.
func TestScrubWaitsForOlderReaders(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.db")
	s := openAt(t, path)
	fillSecret(t, s, 300)
	reading, enough, read := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		read <- s.View(context.Background(), func(r store.Reader) error {
			close(reading)
			<-enough
			pairs, err := r.Scan("secret/", "secret0", 0)
			for _, p := range pairs {
				if !bytes.Contains(p.Value, secrets()["digits"]) {
					return fmt.Errorf("record %s is gone", p.Key)
				}
			}
			if len(pairs) != 100 {
				return fmt.Errorf("%d records", len(pairs))
			}
			return err
		})
	}()
	<-reading
	forgetSecret(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	looks := 0
	_, err := s.Scrub(ctx, func(done, _ int64) {
		if looks++; looks == 3 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("it did not wait: %v", err)
	}
	wantSecrets(t, path, true)
	close(enough)
	if err := <-read; err != nil {
		t.Error(err)
	}
	if _, err := s.Scrub(t.Context(), nil); err != nil {
		t.Error(err)
	}
	wantSecrets(t, path, false)
}

// TestScrubKilledHalfway takes the file as a kill would leave it between any two turns:
// it is sound, and holds what it should.
func TestScrubKilledHalfway(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "a.db")
	s := openAt(t, path)
	fillSecret(t, s, 6000)
	forgetSecret(t, s)
	var left []string
	_, err := s.Scrub(t.Context(), func(done, _ int64) {
		to := filepath.Join(dir, fmt.Sprintf("killed%d.db", len(left)))
		if err := copyFile(path, to); err != nil {
			t.Error(err)
		}
		left = append(left, to)
	})
	if err != nil || len(left) < 2 {
		t.Fatalf("%d turns: %v", len(left), err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	want := records(t, path)
	for _, killed := range left {
		if err := boltstore.Examine(killed); err != nil {
			t.Error(err)
		}
		if got := records(t, killed); !maps.Equal(got, want) {
			t.Errorf("%d records, want %d", len(got), len(want))
		}
	}
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
