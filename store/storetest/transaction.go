package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strconv"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"goniec/store"
)

var errClosure = errors.New("closure fails")

func testErrorRollsBack(t *testing.T, s store.Store) {
	put(t, s, "kept", "1", "also kept", "2")
	err := s.Update(t.Context(), func(tx store.Tx) error {
		if err := errors.Join(tx.Put("new", nil), tx.Put("kept", []byte("changed")),
			tx.Put("kept", []byte("changed twice")), tx.Delete("also kept"), tx.Put("also kept", nil), tx.Delete("new")); err != nil {
			return err
		}
		return fmt.Errorf("wrapped: %w", errClosure)
	})
	if !errors.Is(err, errClosure) {
		t.Errorf("Update = %v, want the error of the closure", err)
	}
	if diff := cmp.Diff([]string{"also kept=2", "kept=1"}, dump(t, s)); diff != "" {
		t.Error(diff)
	}
}

func testPanicRollsBack(t *testing.T, s store.Store) {
	func() {
		defer func() {
			if r := recover(); r != "in the closure" {
				t.Errorf("recovered %v, want what the closure panicked with", r)
			}
		}()
		err := s.Update(t.Context(), func(tx store.Tx) error {
			if err := tx.Put("half done", nil); err != nil {
				return err
			}
			panic("in the closure")
		})
		t.Errorf("Update = %v, want a panic", err)
	}()
	put(t, s, "after", "1")
	if diff := cmp.Diff([]string{"after=1"}, dump(t, s)); diff != "" {
		t.Error(diff)
	}
}

func testGoexitRollsBack(t *testing.T, s store.Store) {
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = s.Update(t.Context(), func(tx store.Tx) error {
			if err := tx.Put("half done", nil); err != nil {
				return err
			}
			runtime.Goexit() // as t.FailNow does
			return nil
		})
	})
	wg.Wait()
	put(t, s, "after", "1")
	if diff := cmp.Diff([]string{"after=1"}, dump(t, s)); diff != "" {
		t.Error(diff)
	}
}

func testRerun(t *testing.T, s store.Store) {
	put(t, s, "n", "41")
	for want := 42; want < 45; want++ {
		got, err := store.Update(t.Context(), s, func(tx store.Tx) (int, error) {
			v, err := tx.Get("n")
			if err != nil {
				return 0, err
			}
			n, err := strconv.Atoi(string(v))
			if err != nil {
				return 0, err
			}
			return n + 1, tx.Put("n", []byte(strconv.Itoa(n+1)))
		})
		if err != nil || got != want {
			t.Errorf("Update = %d, %v, want %d", got, err, want)
		}
	}
}

func testOver(t *testing.T, s store.Store) {
	put(t, s, "a", "1")
	var tx store.Tx
	var r store.Reader
	if err := s.Update(t.Context(), func(inner store.Tx) error { tx = inner; return nil }); err != nil {
		t.Fatal(err)
	}
	if err := s.View(t.Context(), func(inner store.Reader) error { r = inner; return nil }); err != nil {
		t.Fatal(err)
	}
	for name, late := range map[string]store.Reader{"Update": tx, "View": r} {
		if _, err := late.Get("a"); !errors.Is(err, store.ErrOver) {
			t.Errorf("Get after %s: %v, want ErrOver", name, err)
		}
		if _, err := late.Scan("", "", 0); !errors.Is(err, store.ErrOver) {
			t.Errorf("Scan after %s: %v, want ErrOver", name, err)
		}
		if _, err := late.ScanLast("", "", 0); !errors.Is(err, store.ErrOver) {
			t.Errorf("ScanLast after %s: %v, want ErrOver", name, err)
		}
	}
	if err := tx.Put("b", nil); !errors.Is(err, store.ErrOver) {
		t.Errorf("Put after Update: %v, want ErrOver", err)
	}
	if err := tx.Delete("a"); !errors.Is(err, store.ErrOver) {
		t.Errorf("Delete after Update: %v, want ErrOver", err)
	}
}

func testSnapshot(t *testing.T, s store.Store) {
	put(t, s, "a", "1", "b", "2")
	read := make(chan struct{})
	written := make(chan error, 1)
	go func() {
		<-read
		written <- s.Update(context.WithoutCancel(t.Context()), func(tx store.Tx) error {
			return errors.Join(tx.Put("a", []byte("9")), tx.Delete("b"), tx.Put("c", nil))
		})
	}()
	err := s.View(t.Context(), func(r store.Reader) error {
		before, err := r.Scan("", "", 0)
		if err != nil {
			return err
		}
		close(read)
		// A backend may let the writer wait for this View or not; in either
		// case nothing changes in here.
		for range 100 {
			runtime.Gosched()
			after, err := r.Scan("", "", 0)
			if err != nil {
				return err
			}
			if diff := cmp.Diff(format(before), format(after)); diff != "" {
				t.Fatalf("the state changed during a View:\n%s", diff)
			}
		}
		return nil
	})
	if err := errors.Join(err, <-written); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a=9", "c="}, dump(t, s)); diff != "" {
		t.Error(diff)
	}
}

func testUncommittedInvisible(t *testing.T, s store.Store) {
	put(t, s, "a", "1")
	err := s.Update(t.Context(), func(tx store.Tx) error {
		if err := tx.Put("a", []byte("2")); err != nil {
			return err
		}
		seen := make(chan string, 1)
		go func() {
			v, err := store.View(context.WithoutCancel(t.Context()), s, func(r store.Reader) (string, error) {
				v, err := r.Get("a")
				return string(v), err
			})
			if err != nil {
				v = err.Error()
			}
			seen <- v
		}()
		if v := <-seen; v != "1" {
			t.Errorf("a View beside an open Update sees %q, want %q", v, "1")
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// testFailuresBesideSuccesses runs many callers at once, every third of which fails
// after writing. A failure must not affect other callers, and its changes must be
// undone.
func testFailuresBesideSuccesses(t *testing.T, s store.Store) {
	const callers = 60
	errs := make([]error, callers)
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			defer func() { _ = recover() }()
			errs[i] = s.Update(t.Context(), func(tx store.Tx) error {
				if err := errors.Join(tx.Put(fmt.Sprintf("k/%02d", i), nil), tx.Put("last", []byte{byte(i)})); err != nil {
					return err
				}
				switch i % 6 {
				case 0:
					return errClosure
				case 3:
					panic("in one of many")
				}
				return nil
			})
		})
	}
	wg.Wait()
	want := []string{}
	for i, err := range errs {
		switch {
		case i%6 == 0 && !errors.Is(err, errClosure):
			t.Errorf("caller %d: %v, want its own error", i, err)
		case i%3 != 0:
			want = append(want, fmt.Sprintf("k/%02d=", i))
			if err != nil {
				t.Errorf("caller %d: %v", i, err)
			}
		}
	}
	all := dump(t, s)
	if diff := cmp.Diff(want, all[:len(all)-1]); diff != "" {
		t.Error(diff)
	}
	if last := all[len(all)-1]; last[len("last=")]%3 == 0 {
		t.Errorf("%q is left of a caller that failed", last)
	}
}

func testCounter(t *testing.T, s store.Store) {
	const workers, rounds = 8, 40
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for range rounds {
				err := s.Update(t.Context(), func(tx store.Tx) error {
					n, err := readInt(tx, "n")
					if err != nil {
						return err
					}
					return tx.Put("n", []byte(strconv.Itoa(n+1)))
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if diff := cmp.Diff([]string{fmt.Sprintf("n=%d", workers*rounds)}, dump(t, s)); diff != "" {
		t.Error(diff)
	}
}

func testTransfers(t *testing.T, s store.Store) {
	const accounts, workers, rounds, each = 5, 8, 30, 100
	for i := range accounts {
		put(t, s, fmt.Sprintf("account/%d", i), strconv.Itoa(each))
	}
	sum := func(r store.Reader) (int, error) {
		total := 0
		for i := range accounts {
			n, err := readInt(r, fmt.Sprintf("account/%d", i))
			if err != nil {
				return 0, err
			}
			total += n
		}
		return total, nil
	}
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			random := rand.New(rand.NewPCG(uint64(w), 4))
			for range rounds {
				from, to := fmt.Sprintf("account/%d", random.IntN(accounts)), fmt.Sprintf("account/%d", random.IntN(accounts))
				err := s.Update(t.Context(), func(tx store.Tx) error { return transfer(tx, from, to) })
				if err != nil && !errors.Is(err, errClosure) {
					t.Error(err)
				}
				total, err := store.View(t.Context(), s, sum)
				if err != nil || total != accounts*each {
					t.Errorf("sum in the middle = %d, %v, want %d", total, err, accounts*each)
				}
			}
		})
	}
	wg.Wait()
}

// transfer moves 30 from one account to another, and fails halfway through
// when there is not enough.
func transfer(tx store.Tx, from, to string) error {
	n, err := readInt(tx, to)
	if err != nil {
		return err
	}
	if err := tx.Put(to, []byte(strconv.Itoa(n+30))); err != nil {
		return err
	}
	if n, err = readInt(tx, from); err != nil {
		return err
	}
	if n < 30 {
		return errClosure
	}
	return tx.Put(from, []byte(strconv.Itoa(n-30)))
}

func readInt(r store.Reader, key string) (int, error) {
	v, err := r.Get(key)
	if err != nil || v == nil {
		return 0, err
	}
	return strconv.Atoi(string(v))
}

func testContext(t *testing.T, s store.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := s.Update(ctx, func(store.Tx) error {
		t.Error("closure of an Update ran although its context was done")
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Update = %v, want context.Canceled", err)
	}
	err = s.View(ctx, func(store.Reader) error {
		t.Error("closure of a View ran although its context was done")
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("View = %v, want context.Canceled", err)
	}

	// A waiting writer gives up when its context ends.
	err = s.Update(t.Context(), func(store.Tx) error {
		ctx, cancel := context.WithCancel(t.Context())
		gaveUp := make(chan error, 1)
		go func() {
			gaveUp <- s.Update(ctx, func(tx store.Tx) error { return tx.Put("given up", nil) })
		}()
		cancel()
		if err := <-gaveUp; !errors.Is(err, context.Canceled) {
			t.Errorf("waiting Update = %v, want context.Canceled", err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}

	// A context that ends while the closure runs changes nothing any more.
	ctx, cancel = context.WithCancel(t.Context())
	err = s.Update(ctx, func(tx store.Tx) error {
		cancel()
		return tx.Put("done", nil)
	})
	if err != nil {
		t.Errorf("Update whose context ended during the closure = %v, want the truth", err)
	}
	if diff := cmp.Diff([]string{"done="}, dump(t, s)); diff != "" {
		t.Error(diff)
	}
}
