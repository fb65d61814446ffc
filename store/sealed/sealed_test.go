package sealed_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"goniec/store"
	"goniec/store/boltstore"
	"goniec/store/memstore"
	"goniec/store/sealed"
	"goniec/store/storetest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	for name, inner := range map[string]func(t *testing.T) store.Store{
		"memory": func(*testing.T) store.Store { return memstore.New() },
		"file": func(t *testing.T) store.Store {
			s, err := boltstore.Open(filepath.Join(t.TempDir(), "test.db"), boltstore.Options{})
			if err != nil {
				t.Fatal(err)
			}
			return s
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Run(t, func(t *testing.T) store.Store { return create(t, inner(t), sealed.NewKey()) })
		})
	}
}

func create(tb testing.TB, inner store.Store, keys ...sealed.Key) *sealed.Store {
	tb.Helper()
	s, err := sealed.Create(tb.Context(), inner, keys)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func open(tb testing.TB, inner store.Store, keys ...sealed.Key) *sealed.Store {
	tb.Helper()
	s, err := sealed.Open(tb.Context(), inner, keys)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func put(tb testing.TB, s store.Store, pairs ...string) {
	tb.Helper()
	err := s.Update(tb.Context(), func(tx store.Tx) error {
		for i := 0; i < len(pairs); i += 2 {
			if err := tx.Put(pairs[i], []byte(pairs[i+1])); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
}

func get(tb testing.TB, s store.Store, key string) (string, error) {
	tb.Helper()
	return store.View(tb.Context(), s, func(r store.Reader) (string, error) {
		v, err := r.Get(key)
		if v == nil && err == nil {
			return "(none)", nil
		}
		return string(v), err
	})
}

// scan returns "key=value" of a range, upwards or, with last, downwards.
func scan(tb testing.TB, s store.Store, from, to string, limit int, last bool) []string {
	tb.Helper()
	all := []string{}
	err := s.View(tb.Context(), func(r store.Reader) error {
		read := r.Scan
		if last {
			read = r.ScanLast
		}
		pairs, err := read(from, to, limit)
		for _, p := range pairs {
			all = append(all, p.Key+"="+string(p.Value))
		}
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return all
}

const number = "+48600100200"

// TestNothingToRead looks at what is in the store below.
func TestNothingToRead(t *testing.T) {
	t.Parallel()
	inner := memstore.New()
	s := create(t, inner, sealed.NewKey())
	put(t, s, "m/1", "Wizyta jutro", "who/"+store.Private(number), "sim-a", "tick/1/orph/s/"+store.Private("0100200")+"/7", "")
	for _, line := range scan(t, inner, "", "", 0, false) {
		for _, secret := range []string{"Wizyta", "0100200", "sim-a"} {
			if strings.Contains(line, secret) {
				t.Errorf("%q is in the store below: %q", secret, line)
			}
		}
	}
	if got, err := get(t, s, "who/"+store.Private(number)); got != "sim-a" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if got, err := get(t, s, "who/"+store.Private(number+"1")); got != "(none)" || err != nil {
		t.Errorf("of another number: %q, %v", got, err)
	}
}

// TestPrivateSegments scans with and without a number in the bounds.
func TestPrivateSegments(t *testing.T) {
	t.Parallel()
	s := create(t, memstore.New(), sealed.NewKey())
	put(t, s, "mr/7/{1}/a", "one", "mr/7/{1}/b", "two", "mr/7/{2}/a", "three", "ref/{1}", "four", "seap/", "five")
	prefix := "mr/7/{1}/"
	want := []string{"mr/7/{1}/a=one", "mr/7/{1}/b=two"}
	if diff := cmp.Diff(want, scan(t, s, prefix, store.PrefixEnd(prefix), 0, false)); diff != "" {
		t.Errorf("below a number (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want[1:], scan(t, s, prefix, store.PrefixEnd(prefix), 1, true)); diff != "" {
		t.Errorf("the last below a number (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"ref/{1}=four"}, scan(t, s, "ref/{1}", store.PrefixEnd("ref/{1}"), 0, false)); diff != "" {
		t.Errorf("a number as the end of a prefix (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"seap/=five"}, scan(t, s, "", "", 1, true)); diff != "" {
		t.Errorf("the last of all (-want +got):\n%s", diff)
	}
	// A scan that names no number has them in its keys, which can be used again.
	for _, line := range scan(t, s, "mr/", "mr0", 0, false) {
		key, value, _ := strings.Cut(line, "=")
		if !strings.HasPrefix(key, "mr/7/{1}/") && !strings.HasPrefix(key, "mr/7/{2}/") {
			t.Errorf("key %q of a scan", key)
		}
		if got, err := get(t, s, key); got != value || err != nil {
			t.Errorf("by the key of a scan: %q, %v, want %q", got, err, value)
		}
	}
	put(t, s, "unc/{1}", "")
	if diff := cmp.Diff([]string{"unc/{1}="}, scan(t, s, "unc/", "unc0", 0, false)); diff != "" {
		t.Errorf("a key without a value (-want +got):\n%s", diff)
	}
}

// TestAltered exchanges, moves and damages values in the store below.
func TestAltered(t *testing.T) {
	t.Parallel()
	for name, alter := range map[string]func(a, b []byte) []byte{
		"exchanged": func(_, b []byte) []byte { return b },
		"one bit":   func(a, _ []byte) []byte { a[len(a)-1] ^= 1; return a },
		"cut":       func(a, _ []byte) []byte { return a[:len(a)-1] },
		"stub":      func(a, _ []byte) []byte { return a[:10] },
		"plain": func(_, _ []byte) []byte {
			return []byte(`{"text":"Wizyta odwołana, prosimy o telefon do rejestracji"}`)
		},
		"other key": func(a, _ []byte) []byte { a[1] ^= 1; return a },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inner := memstore.New()
			s := create(t, inner, sealed.NewKey())
			put(t, s, "m/1-secret", "one", "m/2", "two")
			err := inner.Update(t.Context(), func(tx store.Tx) error {
				a, err := tx.Get("m/1-secret")
				if err != nil {
					return err
				}
				b, err := tx.Get("m/2")
				if err != nil {
					return err
				}
				return tx.Put("m/1-secret", alter(bytes.Clone(a), bytes.Clone(b)))
			})
			if err != nil {
				t.Fatal(err)
			}
			_, err = get(t, s, "m/1-secret")
			if !errors.Is(err, sealed.ErrAltered) || !strings.Contains(err.Error(), "m/") || strings.Contains(err.Error(), "secret") {
				t.Errorf("error %v, want ErrAltered that names the space alone", err)
			}
			if err := s.View(t.Context(), func(r store.Reader) error { _, err := r.Scan("", "", 0); return err }); !errors.Is(err, sealed.ErrAltered) {
				t.Errorf("scan: %v", err)
			}
			if got, err := get(t, s, "m/2"); got != "two" || err != nil {
				t.Errorf("the other record: %q, %v", got, err)
			}
		})
	}
}

func TestOpenNeedsTheKey(t *testing.T) {
	t.Parallel()
	inner, right, wrong := memstore.New(), sealed.NewKey(), sealed.NewKey()
	if _, err := sealed.Open(t.Context(), inner, []sealed.Key{right}); !errors.Is(err, sealed.ErrNotSealed) {
		t.Errorf("a plain store: %v", err)
	}
	create(t, inner, right)
	if _, err := sealed.Open(t.Context(), inner, nil); !errors.Is(err, sealed.ErrSealed) {
		t.Errorf("without a key: %v", err)
	}
	_, err := sealed.Open(t.Context(), inner, []sealed.Key{wrong})
	if !errors.Is(err, sealed.ErrWrongKey) || !strings.Contains(err.Error(), right.ID()) {
		t.Errorf("with another key: %v", err)
	}
	open(t, inner, wrong, right) // the other way round of a rotation
	if _, err := sealed.Create(t.Context(), inner, []sealed.Key{right}); err == nil {
		t.Error("a store that has records was taken for an empty one")
	}
}

// TestRotation changes the key, stops half way, and goes on with the store opened
// anew.
func TestRotation(t *testing.T) {
	t.Parallel()
	inner, first, second := memstore.New(), sealed.NewKey(), sealed.NewKey()
	s := create(t, inner, first)
	const records = 800
	for i := range records {
		put(t, s, fmt.Sprintf("m/{%03d}", i), fmt.Sprint("text ", i))
	}
	put(t, s, "empty", "")
	s = open(t, inner, second, first)
	if _, err := sealed.Open(t.Context(), inner, []sealed.Key{second}); !errors.Is(err, sealed.ErrWrongKey) {
		t.Errorf("the old key is missed by nobody: %v", err)
	}
	if old, all, err := s.CountOld(t.Context()); old != records || all != records || err != nil || !s.Old() {
		t.Errorf("%d of %d under the old key, %v", old, all, err)
	}
	ctx, cut := context.WithCancel(t.Context())
	changed := 0
	if err := s.Reseal(ctx, func(values int) { changed = values; cut() }); err == nil || changed == 0 || changed == records {
		t.Fatalf("%d changed when it was cut off, %v", changed, err)
	}
	put(t, s, "m/{000}", "text 0 again")

	s = open(t, inner, second, first)
	if !s.Old() {
		t.Error("half of a rotation is forgotten")
	}
	if err := s.Reseal(t.Context(), func(values int) { changed = values }); err != nil {
		t.Fatal(err)
	}
	if old, _, err := s.CountOld(t.Context()); old != 0 || err != nil || s.Old() || changed >= records {
		t.Errorf("%d under the old key, %d changed, %v", old, changed, err)
	}
	s = open(t, inner, second) // the old key is not needed any more
	for i := 1; i < records; i++ {
		if got, err := get(t, s, fmt.Sprintf("m/{%03d}", i)); got != fmt.Sprint("text ", i) || err != nil {
			t.Fatalf("record %d: %q, %v", i, got, err)
		}
	}
	if got, err := get(t, s, "m/{000}"); got != "text 0 again" || err != nil {
		t.Errorf("what was written meanwhile: %q, %v", got, err)
	}
	if ids, err := sealed.Keys(t.Context(), inner); err != nil || len(ids) != 1 || ids[0] != second.ID() {
		t.Errorf("sealed under %v, %v", ids, err)
	}
}
