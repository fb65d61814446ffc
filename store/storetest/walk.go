package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"goniec/store"
)

// fillSpace puts n records w/000000, w/000001 … and one on either side of them.
func fillSpace(t *testing.T, s store.Store, n int) (keys []string) {
	t.Helper()
	for i := range n {
		keys = append(keys, fmt.Sprintf("w/%06d", i))
	}
	for some := range slices.Chunk(append([]string{"v/before", "w0after"}, keys...), 50) {
		var pairs []string
		for _, key := range some {
			pairs = append(pairs, key, "new")
		}
		put(t, s, pairs...)
	}
	return keys
}

// pages is more records than Each and Walk read at once.
const pages = 1234

func testEach(t *testing.T, s store.Store) {
	want := fillSpace(t, s, pages)
	for _, c := range []struct {
		name string
		in   store.Range
		stop string // the key at which fn ends the walk
		want []string
		read int
	}{
		{"prefix", store.Prefix("w/"), "", want, pages},
		{"no upper end", store.Range{From: want[pages-2]}, "", append(slices.Clone(want[pages-2:]), "w0after"), 3},
		{"both ends", store.Range{From: want[7], To: want[9]}, "", want[7:9], 2},
		{"empty", store.Prefix("x/"), "", nil, 0},
		{"chosen", store.Range{From: "w/", To: "w0", Where: func(p store.Pair) bool { return strings.HasSuffix(p.Key, "000") }}, "", []string{want[0], want[1000]}, pages},
		{"stopped", store.Prefix("w/"), want[700], want[:701], -1},
	} {
		var got []string
		read := -1
		c.in.Read = func(pairs int) { read = pairs }
		err := s.View(t.Context(), func(r store.Reader) error {
			return store.Each(r, c.in, func(p store.Pair) error {
				got = append(got, p.Key)
				if p.Key == c.stop {
					return fmt.Errorf("enough: %w", store.ErrStop)
				}
				return nil
			})
		})
		if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", c.name, err, diff)
		}
		if c.read >= 0 && read != c.read {
			t.Errorf("%s: told of %d pairs, want %d", c.name, read, c.read)
		}
	}
	err := s.View(t.Context(), func(r store.Reader) error {
		return store.Each(r, store.Prefix("w/"), func(store.Pair) error { return errClosure })
	})
	if !errors.Is(err, errClosure) {
		t.Errorf("Each = %v, want the error of fn", err)
	}
}

func testRead(t *testing.T, s store.Store) {
	want := fillSpace(t, s, pages)
	in := store.Prefix("w/")
	read := 0
	in.Read = func(pairs int) { read = pairs }
	in.Where = func(p store.Pair) bool { return p.Key != want[9] }
	var got []string
	err := store.Read(t.Context(), s, in, func(p store.Pair) error {
		if got = append(got, p.Key); p.Key == want[600] {
			return store.ErrStop
		}
		return nil
	})
	if diff := cmp.Diff(append(slices.Clone(want[:9]), want[10:601]...), got); diff != "" || err != nil || read != 500 {
		t.Errorf("%v, told of %d\n%s", err, read, diff)
	}
}

// testCopy copies to stores that take as much as this one, and much less.
func testCopy(t *testing.T, s store.Store) {
	fillSpace(t, s, pages)
	put(t, s, "large/1", strings.Repeat("l", 9000), "large/2", strings.Repeat("l", 8000), "empty", "")
	for _, limits := range []store.Limits{s.Limits(), {Operations: 7, Bytes: 10_000}} {
		to := &mapStore{limits: limits, pairs: map[string]string{}}
		told := 0
		n, err := store.Copy(t.Context(), s, to, func(pairs int) { told = pairs })
		var got []string
		for key, value := range to.pairs {
			got = append(got, key+"="+value)
		}
		slices.Sort(got)
		if diff := cmp.Diff(dump(t, s), got); diff != "" || err != nil || n != len(got) || told != n {
			t.Errorf("%d copied, told of %d, %v\n%s", n, told, err, diff)
		}
		if n, err := store.Copy(t.Context(), s, &mapStore{limits: store.Limits{Operations: 5, Bytes: 5000}, pairs: map[string]string{}}, func(int) {}); !errors.Is(err, store.ErrTooLarge) {
			t.Errorf("a record that is too large: %d copied, %v", n, err)
		}
	}
}

// mapStore takes puts within its limits.
type mapStore struct {
	store.Store
	limits store.Limits
	pairs  map[string]string
}

func (s *mapStore) Limits() store.Limits { return s.limits }

func (s *mapStore) Update(_ context.Context, fn func(store.Tx) error) error {
	budget := &store.Budget{Limits: s.limits}
	return fn(mapTx{store: s, budget: budget})
}

type mapTx struct {
	store.Tx
	store  *mapStore
	budget *store.Budget
}

func (t mapTx) Put(key string, value []byte) error {
	t.store.pairs[key] = string(value)
	return t.budget.Put(key, len(value))
}

// mark sets the value of a record that is new.
func mark(tx store.Tx, p store.Pair) (bool, error) {
	if string(p.Value) != "new" {
		return false, nil
	}
	return true, tx.Put(p.Key, []byte("done"))
}

// marked returns how many records of the space are done, and whether these are the
// first ones.
func marked(t *testing.T, s store.Store) (n int, first bool) {
	t.Helper()
	first = true
	for _, line := range dump(t, s) {
		switch key, value, _ := strings.Cut(line, "="); {
		case !strings.HasPrefix(key, "w/"):
			if key != "y" && value != "new" {
				t.Errorf("%s is outside of the range and has been changed", key)
			}
		case value == "done":
			first = first && key == fmt.Sprintf("w/%06d", n)
			n++
		}
	}
	return n, first
}

func testWalk(t *testing.T, s store.Store) {
	want := fillSpace(t, s, pages)
	in := store.Prefix("w/")
	read := 0
	in.Read = func(pairs int) { read = pairs }
	var got []string
	err := store.WalkEach(t.Context(), s, in, func(tx store.Tx, p store.Pair) (string, error) {
		_, err := mark(tx, p)
		return p.Key, err
	}, func(key string) { got = append(got, key) })
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v, each record once and in order:\n%s", err, diff)
	}
	if n, _ := marked(t, s); n != pages || read != pages {
		t.Errorf("%d records changed, told of %d, want %d", n, read, pages)
	}
	if n, err := store.Count(t.Context(), s, store.Prefix("w/"), mark); n != 0 || err != nil {
		t.Errorf("%d records changed again, %v", n, err)
	}
}

// testWalkCut ends a walk at each of some places, by an error, by the end of its
// context, and on purpose: what was committed stays, and a second walk does the rest.
func testWalkCut(t *testing.T, s store.Store) {
	const records = 300
	fillSpace(t, s, records)
	done, cause := 0, errors.New("cut")
	for i, end := range []error{cause, context.Canceled, store.ErrStop, nil} {
		ctx, cancel := context.WithCancelCause(t.Context())
		n, err := store.Count(ctx, s, store.Prefix("w/"), func(tx store.Tx, p store.Pair) (bool, error) {
			if end != nil && p.Key == fmt.Sprintf("w/%06d", 130+i*50) {
				if cancel(nil); !errors.Is(end, context.Canceled) {
					return false, end
				}
			}
			return mark(tx, p)
		})
		cancel(nil)
		want := end
		if errors.Is(end, store.ErrStop) {
			want = nil
		}
		if !errors.Is(err, want) {
			t.Errorf("walk ended by %v returns %v", end, err)
		}
		done += n
		if all, first := marked(t, s); all != done || !first {
			t.Errorf("walk ended by %v: %d records changed (the first ones: %v), %d counted", end, all, first, done)
		}
	}
	if done != records {
		t.Errorf("%d records changed in all, want %d", done, records)
	}
}

// testWalkLimits walks over records that need all that a transaction may change, or a
// good part, or more than that.
func testWalkLimits(t *testing.T, s store.Store) {
	const records = 7
	limits := s.Limits()
	many := func(operations int) func(tx store.Tx, p store.Pair) (bool, error) {
		return func(tx store.Tx, p store.Pair) (bool, error) {
			for range operations - 1 {
				if err := tx.Delete("nothing"); err != nil {
					return false, fmt.Errorf("of many: %w", err)
				}
			}
			return mark(tx, p)
		}
	}
	large := func(bytes int) func(tx store.Tx, p store.Pair) (bool, error) {
		return func(tx store.Tx, p store.Pair) (bool, error) {
			did, err := mark(tx, p)
			return did, errors.Join(err, tx.Put("y", make([]byte, bytes-len("y")-len(p.Key)-len("done"))))
		}
	}
	for _, c := range []struct {
		name    string
		fn      func(tx store.Tx, p store.Pair) (bool, error)
		refused bool
	}{
		{"all operations", many(limits.Operations), false},
		{"a third of the operations", many(limits.Operations / 3), false},
		{"one operation too many", many(limits.Operations + 1), true},
		{"all bytes", large(limits.Bytes), false},
		{"a third of the bytes", large(limits.Bytes / 3), false},
		{"one byte too many", large(limits.Bytes + 1), true},
	} {
		fillSpace(t, s, records)
		n, err := store.Count(t.Context(), s, store.Prefix("w/"), c.fn)
		want := records
		if c.refused {
			want = 0
		}
		if all, _ := marked(t, s); n != want || all != want || errors.Is(err, store.ErrTooLarge) != c.refused || err != nil && !c.refused {
			t.Errorf("%s: %d records changed, %d counted, %v; want %d", c.name, all, n, err, want)
		}
	}
}

// testWalkAgain has the walk meet records that have gone or changed since their keys
// were read, some of them by the walk itself.
func testWalkAgain(t *testing.T, s store.Store) {
	keys := fillSpace(t, s, 20)
	in := store.Prefix("w/")
	in.Where = func(p store.Pair) bool { return string(p.Value) == "new" }
	var got []string
	err := store.WalkEach(t.Context(), s, in, func(tx store.Tx, p store.Pair) (string, error) {
		switch p.Key {
		case keys[3]:
			return p.Key, errors.Join(tx.Delete(keys[2]), tx.Delete(keys[3]), tx.Delete(keys[4]), tx.Put(keys[5], []byte("other")))
		case keys[7]:
			return p.Key, tx.Put("w/000007a", []byte("new")) // behind the walk or before it
		}
		return p.Key, nil
	}, func(key string) { got = append(got, key) })
	if err != nil {
		t.Fatal(err)
	}
	got = slices.DeleteFunc(got, func(key string) bool { return key == "w/000007a" })
	if diff := cmp.Diff(append(slices.Clone(keys[:4]), keys[6:]...), got); diff != "" {
		t.Error(diff)
	}
}
