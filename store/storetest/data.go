package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"goniec/store"
)

func testGetPutDelete(t *testing.T, s store.Store) {
	put(t, s, "a", "1", "b", "2")
	put(t, s, "b", "3", "c", "4")
	err := s.Update(t.Context(), func(tx store.Tx) error {
		return errors.Join(tx.Delete("a"), tx.Delete("never there"))
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"b=3", "c=4"}, dump(t, s)); diff != "" {
		t.Error(diff)
	}
	err = s.View(t.Context(), func(r store.Reader) error {
		if v, err := r.Get("b"); err != nil || string(v) != "3" {
			t.Errorf("Get(b) = %q, %v", v, err)
		}
		if v, err := r.Get("a"); err != nil || v != nil {
			t.Errorf("Get of a deleted key = %q, %v, want nil", v, err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func testValuesAreCopied(t *testing.T, s store.Store) {
	value := []byte("before")
	err := s.Update(t.Context(), func(tx store.Tx) error {
		copy(value, "before")
		err := tx.Put("k", value)
		copy(value, "AFTER!")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	copy(value, "LATER!")
	if diff := cmp.Diff([]string{"k=before"}, dump(t, s)); diff != "" {
		t.Error(diff)
	}
}

func testOddKeysAndValues(t *testing.T, s store.Store) {
	var keys []string
	for b := range 256 {
		keys = append(keys, string([]byte{byte(b)}), string([]byte{'x', byte(b), 'y'}))
	}
	keys = append(keys, strings.Repeat("k", store.MaxKey), "zażółć/gęślą", "empty")
	for i, some := range slices.Collect(slices.Chunk(keys, 100)) {
		err := s.Update(t.Context(), func(tx store.Tx) error {
			for _, k := range some {
				var value []byte
				if i%2 == 1 {
					value = []byte{}
				}
				if err := tx.Put(k, value); err != nil {
					return fmt.Errorf("put %q: %w", k, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(keys)
	err := s.View(t.Context(), func(r store.Reader) error {
		pairs, err := r.Scan("", "", 0)
		if err != nil {
			return err
		}
		var got []string
		for _, p := range pairs {
			got = append(got, p.Key)
			if p.Value == nil || len(p.Value) != 0 {
				t.Errorf("scanned value of %q = %#v, want empty and not nil", p.Key, p.Value)
			}
			if v, err := r.Get(p.Key); err != nil || v == nil || len(v) != 0 {
				t.Errorf("Get(%q) = %#v, %v, want empty and not nil", p.Key, v, err)
			}
		}
		if diff := cmp.Diff(keys, got); diff != "" {
			t.Errorf("keys in byte order:\n%s", diff)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func testRefusedKeys(t *testing.T, s store.Store) {
	for _, key := range []string{"", strings.Repeat("k", store.MaxKey+1)} {
		err := s.Update(t.Context(), func(tx store.Tx) error { return tx.Put(key, []byte("v")) })
		if !errors.Is(err, store.ErrKey) {
			t.Errorf("put of a key of %d bytes: %v, want ErrKey", len(key), err)
		}
		err = s.Update(t.Context(), func(tx store.Tx) error { return tx.Delete(key) })
		if !errors.Is(err, store.ErrKey) {
			t.Errorf("delete of a key of %d bytes: %v, want ErrKey", len(key), err)
		}
	}
	err := s.View(t.Context(), func(r store.Reader) error {
		v, err := r.Get("")
		if v != nil {
			t.Errorf("Get of the empty key = %q", v)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func testScanBounds(t *testing.T, s store.Store) {
	put(t, s, "a", "1", "b", "2", "b/1", "3", "b/2", "4", "c", "5", "\xff\xff", "6")
	for _, c := range []struct {
		from, to string
		limit    int
		want     []string
	}{
		{"", "", 0, []string{"a=1", "b=2", "b/1=3", "b/2=4", "c=5", "\xff\xff=6"}},
		{"", "", -1, []string{"a=1", "b=2", "b/1=3", "b/2=4", "c=5", "\xff\xff=6"}},
		{"", "", 2, []string{"a=1", "b=2"}},
		{"b", "c", 0, []string{"b=2", "b/1=3", "b/2=4"}},
		{"b", "c\x00", 0, []string{"b=2", "b/1=3", "b/2=4", "c=5"}},
		{"b/", "b0", 0, []string{"b/1=3", "b/2=4"}},
		{"b/", "b0", 1, []string{"b/1=3"}},
		{"b/1", "b/2", 9, []string{"b/1=3"}},
		{"b/11", "", 0, []string{"b/2=4", "c=5", "\xff\xff=6"}},
		{"", "a", 0, []string{}},
		{"c", "b", 0, []string{}},
		{"b", "b", 0, []string{}},
		{"\xff\xff\xff", "", 0, []string{}},
		{"d", "e", 0, []string{}},
		{"d", "", 0, []string{"\xff\xff=6"}},
	} {
		// Descending order, and the limit taken from that end.
		all := slices.Clone(c.want)
		err := s.View(t.Context(), func(r store.Reader) error {
			up, err := r.Scan(c.from, c.to, c.limit)
			if err != nil {
				return err
			}
			if diff := cmp.Diff(c.want, format(up)); diff != "" {
				t.Errorf("Scan(%q, %q, %d):\n%s", c.from, c.to, c.limit, diff)
			}
			if c.limit > 0 {
				whole, err := r.Scan(c.from, c.to, 0)
				if err != nil {
					return err
				}
				all = format(whole)
			}
			slices.Reverse(all)
			if c.limit > 0 && len(all) > c.limit {
				all = all[:c.limit]
			}
			down, err := r.ScanLast(c.from, c.to, c.limit)
			if err != nil {
				return err
			}
			if diff := cmp.Diff(all, format(down)); diff != "" {
				t.Errorf("ScanLast(%q, %q, %d):\n%s", c.from, c.to, c.limit, diff)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

func testScanOwnChanges(t *testing.T, s store.Store) {
	// Enough for several pages, so that a transaction can empty whole ones.
	n := min(2000, s.Limits().Operations)
	key := func(i int) string { return fmt.Sprintf("k/%05d", i) }
	err := s.Update(t.Context(), func(tx store.Tx) error {
		for i := range n {
			if err := tx.Put(key(i), []byte("stored long before")); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.Update(t.Context(), func(tx store.Tx) error {
		for i := 10; i < n-10; i++ {
			if err := tx.Delete(key(i)); err != nil {
				return err
			}
		}
		if err := tx.Put(key(n/2), []byte("new")); err != nil {
			return err
		}
		for _, c := range []struct {
			from, to string
			want     int
		}{{"", "", 21}, {key(5), key(n - 5), 11}, {key(10), key(n - 10), 1}, {key(n / 4), key(n/2 - 1), 0}, {key(n / 4), "", 11}} {
			up, err := tx.Scan(c.from, c.to, 0)
			if err != nil {
				return err
			}
			down, err := tx.ScanLast(c.from, c.to, 0)
			if err != nil {
				return err
			}
			slices.Reverse(down)
			if diff := cmp.Diff(format(up), format(down)); diff != "" || len(up) != c.want {
				t.Errorf("between %q and %q: %d up, %d down, want %d\n%s", c.from, c.to, len(up), len(down), c.want, diff)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// testModel compares the store with a sorted list under random changes.
func testModel(t *testing.T, s store.Store) {
	random := rand.New(rand.NewPCG(1, 2))
	model := map[string]string{}
	for range 60 {
		next := map[string]string{}
		seed := random.Uint64()
		err := s.Update(t.Context(), func(tx store.Tx) error {
			step := rand.New(rand.NewPCG(seed, 3)) // the same in each run
			clear(next)
			for k, v := range model {
				next[k] = v
			}
			for range 40 {
				key := fmt.Sprintf("%c%d", 'a'+step.IntN(4), step.IntN(150))
				var err error
				if step.IntN(3) == 0 {
					delete(next, key)
					err = tx.Delete(key)
				} else {
					next[key] = strings.Repeat("v", step.IntN(300))
					err = tx.Put(key, []byte(next[key]))
				}
				if err != nil {
					return err
				}
			}
			from, to := fmt.Sprintf("%c", 'a'+step.IntN(4)), fmt.Sprintf("%c5", 'a'+step.IntN(5))
			limit := step.IntN(30)
			return compare(tx, next, from, to, limit)
		})
		if err != nil {
			t.Fatal(err)
		}
		model = next
		err = s.View(t.Context(), func(r store.Reader) error { return compare(r, model, "", "", 0) })
		if err != nil {
			t.Fatal(err)
		}
	}
}

// compare checks one scan in both directions against the model.
func compare(r store.Reader, model map[string]string, from, to string, limit int) error {
	var want []string
	for k, v := range model {
		if k >= from && (to == "" || k < to) {
			want = append(want, k+"="+v)
		}
	}
	slices.SortFunc(want, func(a, b string) int {
		ka, _, _ := strings.Cut(a, "=")
		kb, _, _ := strings.Cut(b, "=")
		return strings.Compare(ka, kb)
	})
	cut := func(l []string) []string {
		if limit > 0 && len(l) > limit {
			l = l[:limit]
		}
		return append([]string{}, l...)
	}
	up, err := r.Scan(from, to, limit)
	if err != nil {
		return err
	}
	if diff := cmp.Diff(cut(want), format(up)); diff != "" {
		return fmt.Errorf("Scan(%q, %q, %d):\n%s", from, to, limit, diff)
	}
	slices.Reverse(want)
	down, err := r.ScanLast(from, to, limit)
	if err != nil {
		return err
	}
	if diff := cmp.Diff(cut(want), format(down)); diff != "" {
		return fmt.Errorf("ScanLast(%q, %q, %d):\n%s", from, to, limit, diff)
	}
	return nil
}

func testLimits(t *testing.T, s store.Store) {
	limits := s.Limits()
	if limits.Operations < 100 || limits.Bytes < 1<<16 {
		t.Fatalf("limits %+v are too small to work with", limits)
	}
	fill := func(operations int) error {
		return s.Update(t.Context(), func(tx store.Tx) error {
			for i := range operations {
				if err := tx.Put(fmt.Sprintf("%06d", i%100), nil); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := fill(limits.Operations); err != nil {
		t.Errorf("as many operations as allowed: %v", err)
	}
	if err := fill(limits.Operations + 1); !errors.Is(err, store.ErrTooLarge) {
		t.Errorf("one operation too many: %v, want ErrTooLarge", err)
	}
	large := func(bytes int) error {
		return s.Update(t.Context(), func(tx store.Tx) error {
			return tx.Put("large", make([]byte, bytes-len("large")))
		})
	}
	if err := large(limits.Bytes); err != nil {
		t.Errorf("as many bytes as allowed: %v", err)
	}
	if err := large(limits.Bytes + 1); !errors.Is(err, store.ErrTooLarge) {
		t.Errorf("one byte too many: %v, want ErrTooLarge", err)
	}
	// A closure that does not look at the error gets it all the same.
	err := s.Update(t.Context(), func(tx store.Tx) error {
		for range limits.Operations + 1 {
			_ = tx.Delete("nothing")
		}
		return tx.Put("kept", nil)
	})
	if !errors.Is(err, store.ErrTooLarge) {
		t.Errorf("error ignored by the closure: %v, want ErrTooLarge", err)
	}
	err = s.Update(t.Context(), func(tx store.Tx) error {
		for range limits.Operations + 1 {
			_ = tx.Delete("large")
		}
		return nil
	})
	if !errors.Is(err, store.ErrTooLarge) {
		t.Errorf("error swallowed by the closure: %v, want ErrTooLarge", err)
	}
	if got := len(dump(t, s)); got != 101 {
		t.Errorf("%d pairs, want the 101 of the transactions that were allowed", got)
	}
}

func testLargeValues(t *testing.T, s store.Store) {
	value := bytes.Repeat([]byte("0123456789abcdef"), min(1<<20, s.Limits().Bytes-100)/16)
	for i := range 4 {
		err := s.Update(t.Context(), func(tx store.Tx) error {
			return tx.Put(fmt.Sprintf("large/%d", i), value)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	err := s.View(t.Context(), func(r store.Reader) error {
		pairs, err := r.Scan("large/", "", 0)
		for _, p := range pairs {
			if !bytes.Equal(p.Value, value) {
				t.Errorf("%s came back changed, %d bytes", p.Key, len(p.Value))
			}
		}
		if len(pairs) != 4 {
			t.Errorf("%d large values, want 4", len(pairs))
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
