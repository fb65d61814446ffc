package store_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"goniec/store"
	"goniec/store/memstore"
)

func TestPrefixEnd(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ prefix, want string }{
		{"m/", "m0"},
		{"", ""},
		{"a\xff", "b"},
		{"a\xff\xff", "b"},
		{"\xff\xff", ""},
		{"a\xffb", "a\xffc"},
	} {
		if got := store.PrefixEnd(c.prefix); got != c.want {
			t.Errorf("PrefixEnd(%q) = %q, want %q", c.prefix, got, c.want)
		}
	}
}

func TestJSONRecords(t *testing.T) {
	t.Parallel()
	type record struct{ Name string }
	s := memstore.New()
	err := s.Update(t.Context(), func(tx store.Tx) error {
		if err := tx.Put("t/broken", []byte(`{"Name":`)); err != nil {
			return err
		}
		return store.PutJSON(tx, "t/r", record{Name: "anna"})
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.View(t.Context(), func(r store.Reader) error {
		got, found, err := store.GetJSON[record](r, "t/r")
		if diff := cmp.Diff(record{Name: "anna"}, got); diff != "" || !found || err != nil {
			t.Errorf("found %v, %v\n%s", found, err, diff)
		}
		if _, found, err := store.GetJSON[record](r, "absent"); found || err != nil {
			t.Errorf("absent record: found %v, %v", found, err)
		}
		if _, _, err := store.GetJSON[record](r, "t/broken"); err == nil || !strings.Contains(err.Error(), "t/") {
			t.Errorf("broken record: %v, want an error with its space", err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	err = s.Update(t.Context(), func(tx store.Tx) error { return store.PutJSON(tx, "t/r", math.NaN()) })
	if err == nil || !strings.Contains(err.Error(), "t/") {
		t.Errorf("value that is no JSON: %v, want an error with its space", err)
	}
}

func TestBudgetStaysSpent(t *testing.T) {
	t.Parallel()
	b := store.Budget{Limits: store.Limits{Operations: 3, Bytes: 10}}
	if err := errors.Join(b.Put("abc", 4), b.Delete("a long key costs nothing but an operation")); err != nil {
		t.Fatal(err)
	}
	if err := b.Put("abc", 1); !errors.Is(err, store.ErrTooLarge) {
		t.Errorf("11 of 10 bytes: %v, want ErrTooLarge", err)
	}
	if err := b.Delete("x"); !errors.Is(err, store.ErrTooLarge) || !errors.Is(b.Err(), store.ErrTooLarge) {
		t.Errorf("after the budget is spent: %v, %v, want ErrTooLarge", err, b.Err())
	}
}

// An error about a record does not show the rest of its key, which can be a number.
func TestErrorsHoldNoKeys(t *testing.T) {
	t.Parallel()
	const key = "ref/+48600100200"
	s := memstore.New()
	err := s.Update(t.Context(), func(tx store.Tx) error { return tx.Put(key, []byte("{broken")) })
	if err != nil {
		t.Fatal(err)
	}
	decode := s.View(t.Context(), func(r store.Reader) error {
		_, _, err := store.GetJSON[map[string]string](r, key)
		return err
	})
	encode := s.Update(t.Context(), func(tx store.Tx) error { return store.PutJSON(tx, key, math.NaN()) })
	for _, err := range []error{decode, encode} {
		if err == nil || strings.Contains(err.Error(), "600100200") || !strings.Contains(err.Error(), "ref/") {
			t.Errorf("error %v", err)
		}
	}
	if got := store.Space("alone"); strings.Contains(got, "alone") {
		t.Errorf("Space shows %q", got)
	}
}
