package event_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"goniec/event"
	"goniec/store"
	"goniec/store/boltstore"
	"goniec/store/memstore"
)

// start runs a follower until stop is called, which waits for its end.
func start(t *testing.T, l *event.Log, f event.Follower) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		l.Run(ctx, f)
	}()
	return func() {
		cancel()
		<-done
	}
}

// effect is what the followers of these tests do with an event: they append
// its id to one record, in the transaction that moves their cursor.
func effect(tx store.Tx, e event.Event) error {
	v, err := tx.Get("effect")
	if err != nil {
		return err
	}
	return tx.Put("effect", append(slices.Clone(v), (name(e)+" ")...))
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
		s := memstore.New(memstore.WithLimits(128, 1<<20))
		a, b := event.New(s, "a"), event.New(s, "b")
		add(t, s, a, "before", "before")
		stop := start(t, a, event.Follower{Name: "tester", Handle: effect})
		synctest.Wait()
		add(t, s, a, "live")
		add(t, s, b, "elsewhere")
		synctest.Wait()
		if diff := cmp.Diff("a-1 a-2 a-3 b-1 ", effects(t, s)); diff != "" {
			t.Error(diff)
		}
		stop()

		// Another follower, and the same one again, each stand where they stood.
		add(t, s, a, "meanwhile")
		stop = start(t, b, event.Follower{Name: "tester", Handle: effect})
		var second []string
		stopSecond := start(t, b, event.Follower{Name: "second", Handle: func(_ store.Tx, e event.Event) error {
			if name(e) == "b-1" {
				second = append(second, e.Type) // once a run
			}
			return nil
		}})
		synctest.Wait()
		stop()
		stopSecond()
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
		s := deaf{memstore.New(memstore.WithLimits(128, 1<<20))}
		l := event.New(s, "a")
		stop := start(t, l, event.Follower{Name: "tester", Handle: effect})
		synctest.Wait()
		add(t, s, l, "x")
		<-time.After(time.Minute) // virtual
		if diff := cmp.Diff("a-1 ", effects(t, s)); diff != "" {
			t.Error(diff)
		}
		stop()
	})
}

// What comes before an event that fails takes effect at once, what comes behind waits.
func TestFollowStopsAtAnError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := memstore.New(memstore.WithLimits(128, 1<<20))
		l := event.New(s, "a")
		add(t, s, l, "good", "good", "bad", "good")
		stop := start(t, l, event.Follower{Name: "tester", Handle: func(tx store.Tx, e event.Event) error {
			if e.Type == "bad" {
				return errors.New("cannot do that")
			}
			return effect(tx, e)
		}})
		synctest.Wait()
		stop()
		if diff := cmp.Diff("a-1 a-2 ", effects(t, s)); diff != "" {
			t.Error(diff)
		}
	})
}

// Effects that together go beyond the limits of the store are taken apart; each takes
// place, and none fails before it does.
func TestFollowTakesLargeEffectsApart(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ operations, bytes int }{
		"of many octets":       {1, 1 << 19},
		"of many operations":   {60, 10},
		"of all operations":    {126, 1},
		"of one operation":     {0, 0},
		"larger and larger":    {-1, 1},
		"of octets and counts": {30, 10_000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := memstore.New(memstore.WithLimits(128, 1<<20))
				l := event.New(s, "a")
				want := ""
				for i := range 150 {
					add(t, s, l, "x")
					want += fmt.Sprintf("%d ", i+1)
				}
				refused := 0
				var told bytes.Buffer
				stop := start(t, l, event.Follower{Name: "tester", Logger: slog.New(slog.NewTextHandler(&told, nil)), Handle: func(tx store.Tx, e event.Event) error {
					done, err := tx.Get("done")
					if err != nil {
						return err
					}
					operations := c.operations
					if operations < 0 {
						operations = int(e.Seq) % 127
					}
					for i := range operations {
						if err := tx.Put(fmt.Sprintf("many/%d", i), make([]byte, c.bytes)); err != nil {
							refused++
							return err
						}
					}
					return tx.Put("done", fmt.Appendf(slices.Clone(done), "%d ", e.Seq))
				}})
				<-time.After(time.Second) // virtual
				stop()
				got, err := store.View(t.Context(), s, func(r store.Reader) (string, error) {
					v, err := r.Get("done")
					return string(v), err
				})
				if diff := cmp.Diff(want, got); diff != "" || err != nil {
					t.Errorf("%v:\n%s", err, diff)
				}
				if told.Len() > 0 {
					t.Error(told.String())
				}
				if refused > 0 && c.operations >= 0 {
					t.Errorf("%d times more was tried than the limits allow, though all events need the same", refused)
				}
			})
		})
	}
}

// A follower with a name that cannot be in a key is given nothing, and says so.
func TestFollowRefusesNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "a/b"} {
		synctest.Test(t, func(t *testing.T) {
			s := memstore.New(memstore.WithLimits(128, 1<<20))
			l := event.New(s, "a")
			add(t, s, l, "x")
			var told bytes.Buffer
			stop := start(t, l, event.Follower{Name: name, Handle: effect, Logger: slog.New(slog.NewTextHandler(&told, nil))})
			synctest.Wait()
			stop()
			if got := effects(t, s); got != "" || !strings.Contains(told.String(), "name of a follower") {
				t.Errorf("a follower %q did %q and said %q", name, got, told.String())
			}
		})
	}
}

// TestFollowExactlyOnce breaks off in the middle of the work again and again,
// on a file that is opened again each time.
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
		l.Run(ctx, event.Follower{Name: "tester", Handle: func(tx store.Tx, e event.Event) error {
			if left <= 0 {
				return errCrash
			}
			if err := effect(tx, e); err != nil {
				return err
			}
			if e.Seq == events {
				cancel()
			}
			if left--; left == 0 {
				cancel()
				return errCrash // after the effect, before the commit
			}
			return nil
		}})
		cancel()
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
		s := &countingStore{Store: memstore.New(memstore.WithLimits(128, 1<<20))}
		l := event.New(s, "a")
		wants := func(typ string) bool { return typ == "wanted" }
		follow := func() {
			stop := start(t, l, event.Follower{Name: "tester", Wants: wants, Handle: effect})
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
			stop()
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
		s := memstore.New(memstore.WithLimits(128, 1<<20))
		log := event.New(s, "box")
		add := func() {
			if err := s.Update(t.Context(), func(tx store.Tx) error { return log.Append(tx, "", happened{Type: "a.b"}) }); err != nil {
				t.Error(err)
			}
		}
		add()
		for range 2 {
			stop := start(t, log, event.Follower{Name: "late", FromNow: true, Handle: func(store.Tx, event.Event) error { return nil }})
			synctest.Wait()
			stop()
		}
		add()
		add()
		for name, want := range map[string]int{"early": 3, "late": 2} {
			seen := map[uint64]bool{} // a closure may run twice
			stop := start(t, log, event.Follower{Name: name, FromNow: name == "late", Handle: func(_ store.Tx, e event.Event) error {
				seen[e.Seq] = true
				return nil
			}})
			synctest.Wait()
			stop()
			if len(seen) != want {
				t.Errorf("%s was given %d events, want %d", name, len(seen), want)
			}
		}
	})
}
