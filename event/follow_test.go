package event_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"goniec/event"
	"goniec/store"
	"goniec/store/boltstore"
	"goniec/store/memstore"
)

// effect is what the followers of these tests do with an event: they append
// its id to one record, in the transaction that moves their cursor.
func effect(tx store.Tx, e event.Event) error {
	v, err := tx.Get("effect")
	if err != nil {
		return err
	}
	return tx.Put("effect", append(slices.Clone(v), (e.ID()+" ")...))
}

func effects(t *testing.T, s store.Store) string {
	t.Helper()
	v, err := store.View(t.Context(), s, func(r store.Reader) (string, error) {
		v, err := r.Get("effect")
		return string(v), err
	})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestFollow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := memstore.New()
		a, b := event.New(s, "a"), event.New(s, "b")
		add(t, s, a, "before", "before")
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- a.Follow(ctx, "tester", nil, effect) }()
		synctest.Wait()
		add(t, s, a, "live")
		add(t, s, b, "elsewhere")
		synctest.Wait()
		if diff := cmp.Diff("a-1 a-2 a-3 b-1 ", effects(t, s)); diff != "" {
			t.Error(diff)
		}
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Follow = %v after its context ended, want nil", err)
		}

		// Another follower, and the same one again, each stand where they stood.
		add(t, s, a, "meanwhile")
		ctx, cancel = context.WithCancel(t.Context())
		go func() { done <- b.Follow(ctx, "tester", nil, effect) }()
		var second []string
		go func() {
			done <- b.Follow(ctx, "second", nil, func(_ store.Tx, e event.Event) error {
				if e.ID() == "b-1" {
					second = append(second, e.Type) // once a run
				}
				return nil
			})
		}()
		synctest.Wait()
		cancel()
		if err := errors.Join(<-done, <-done); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff("a-1 a-2 a-3 b-1 a-4 ", effects(t, s)); diff != "" {
			t.Error(diff)
		}
		if len(second) == 0 {
			t.Error("the second follower has not seen b-1")
		}
	})
}

// deaf is a store whose watches never wake.
type deaf struct{ store.Store }

func (deaf) Watch(context.Context, string) <-chan struct{} { return nil }

func TestFollowWithoutWakeUps(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := deaf{memstore.New()}
		l := event.New(s, "a")
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- l.Follow(ctx, "tester", nil, effect) }()
		synctest.Wait()
		add(t, s, l, "x")
		<-time.After(time.Minute) // virtual
		if diff := cmp.Diff("a-1 ", effects(t, s)); diff != "" {
			t.Error(diff)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestFollowStopsAtAnError(t *testing.T) {
	t.Parallel()
	s := memstore.New()
	l := event.New(s, "a")
	add(t, s, l, "good", "good", "bad", "good")
	errBad := errors.New("cannot do that")
	err := l.Follow(t.Context(), "tester", nil, func(tx store.Tx, e event.Event) error {
		if e.Type == "bad" {
			return errBad
		}
		return effect(tx, e)
	})
	if !errors.Is(err, errBad) {
		t.Errorf("Follow = %v, want the error of fn", err)
	}
	if diff := cmp.Diff("a-1 a-2 ", effects(t, s)); diff != "" {
		t.Errorf("what came before the failure:\n%s", diff)
	}
}

func TestFollowTakesLargeEffectsApart(t *testing.T) {
	t.Parallel()
	s := memstore.New()
	l := event.New(s, "a")
	add(t, s, l, "x", "x", "x")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	err := l.Follow(ctx, "tester", nil, func(tx store.Tx, e event.Event) error {
		if e.Seq == 3 {
			cancel()
		}
		if err := effect(tx, e); err != nil {
			return err
		}
		return tx.Put(fmt.Sprint("large/", e.Seq), make([]byte, s.Limits().Bytes/2))
	})
	if err != nil {
		t.Error(err)
	}
	if got := effects(t, s); got != "a-1 a-2 " && got != "a-1 a-2 a-3 " {
		t.Errorf("effects %q", got)
	}
}

func TestFollowRefusesNames(t *testing.T) {
	t.Parallel()
	l := event.New(memstore.New(), "a")
	for _, name := range []string{"", "a/b"} {
		if err := l.Follow(t.Context(), name, nil, effect); err == nil {
			t.Errorf("Follow as %q was accepted", name)
		}
	}
}

// TestFollowExactlyOnce breaks off in the middle of the work again and again,
// on a file that is opened anew each time.
func TestFollowExactlyOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "goniec.db")
	const events = 150
	want := ""
	errCrash := errors.New("crash")
	for life := range 12 {
		s, err := boltstore.Open(path, boltstore.Options{})
		if err != nil {
			t.Fatal(err)
		}
		l := event.New(s, "a")
		if life == 0 {
			for i := range events {
				add(t, s, l, "x")
				want += fmt.Sprintf("a-%d ", i+1)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		left := 7 * (life + 1)
		err = l.Follow(ctx, "tester", nil, func(tx store.Tx, e event.Event) error {
			if err := effect(tx, e); err != nil {
				return err
			}
			if e.Seq == events {
				cancel()
			}
			if left--; left == 0 {
				return errCrash // after the effect, before the commit
			}
			return nil
		})
		cancel()
		if err != nil && !errors.Is(err, errCrash) {
			t.Fatal(err)
		}
		got := effects(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if got == want {
			return
		}
		if len(got) >= len(want) || got != want[:len(got)] {
			t.Fatalf("life %d: effects %q are not a beginning of %q", life, got, want)
		}
	}
	t.Error("the follower has not come to the end")
}

// countingStore counts what is written.
type countingStore struct {
	store.Store
	updates int
}

func (s *countingStore) Update(ctx context.Context, fn func(store.Tx) error) error {
	s.updates++
	return s.Store.Update(ctx, fn)
}

// What a follower does not want costs it next to no commits, and is not given to it
// after another start either.
func TestFollowSkips(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &countingStore{Store: memstore.New()}
		l := event.New(s, "a")
		wants := func(typ string) bool { return typ == "wanted" }
		follow := func() {
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() { done <- l.Follow(ctx, "tester", wants, effect) }()
			synctest.Wait()
			for range 100 {
				add(t, s, l, "other")
				synctest.Wait()
			}
			add(t, s, l, "wanted")
			synctest.Wait()
			for range 1000 {
				add(t, s, l, "other")
				synctest.Wait()
			}
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		follow()
		follow()
		if diff := cmp.Diff("a-101 a-1202 ", effects(t, s)); diff != "" {
			t.Error(diff)
		}
		if own := s.updates - 2*1101; own > 12 {
			t.Errorf("%d commits for 2 events that are wanted and 2200 that are not", own)
		}
	})
}

// TestFromNow lets one consumer begin at the oldest event and one now; for one that
// has begun it changes nothing.
func TestFromNow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := memstore.New()
		log := event.New(s, "box")
		add := func() {
			if err := s.Update(t.Context(), func(tx store.Tx) error { return log.Append(tx, "", happened{Type: "a.b"}) }); err != nil {
				t.Error(err)
			}
		}
		add()
		for range 2 {
			if err := log.FromNow(t.Context(), "late"); err != nil {
				t.Error(err)
			}
			add()
		}
		for consumer, want := range map[string]int{"early": 3, "late": 2} {
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error)
			seen := map[uint64]bool{} // a closure may run twice
			go func() {
				done <- log.Follow(ctx, consumer, nil, func(_ store.Tx, e event.Event) error {
					seen[e.Seq] = true
					return nil
				})
			}()
			synctest.Wait()
			cancel()
			if err := <-done; err != nil || len(seen) != want {
				t.Errorf("%s was given %d events, want %d; %v", consumer, len(seen), want, err)
			}
		}
	})
}
