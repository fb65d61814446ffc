package event_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"goniec/event"
	"goniec/store"
	"goniec/store/memstore"
)

var errBad = errors.New("cannot do that")

// pass lets time go by in a bubble.
func pass(d time.Duration) { <-time.After(d) }

// aside returns what was set aside, as "follower event type error".
func aside(t *testing.T, l *event.Log) []string {
	t.Helper()
	all, err := l.SetAside(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	lines := []string{}
	for _, a := range all {
		lines = append(lines, fmt.Sprintf("%s %s %s: %s", a.Follower, name(a.Event), a.Event.Type, a.Err))
	}
	return lines
}

// counted returns the sum of what the log has counted.
func counted(t *testing.T, l *event.Log) float64 {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(l)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, f := range families {
		for _, m := range f.GetMetric() {
			sum += m.GetCounter().GetValue()
		}
	}
	return sum
}

// world is a log with one event that may fail between two that do not.
type world struct {
	store *memstore.Store
	log   *event.Log
	fail  func(tx store.Tx, e event.Event) error // what becomes of an event of type bad
}

func newWorld(t *testing.T) *world {
	t.Helper()
	s := memstore.New(memstore.WithLimits(128, 1<<20))
	w := &world{store: s, log: event.New(s, "a"), fail: func(store.Tx, event.Event) error { return errBad }}
	add(t, s, w.log, "good", "bad", "good")
	return w
}

func (w *world) start(t *testing.T) (stop func()) {
	t.Helper()
	return start(t, w.log, event.Follower{Name: "tester", Handle: func(tx store.Tx, e event.Event) error {
		if e.Type == "bad" {
			if err := w.fail(tx, e); err != nil {
				return err
			}
		}
		return effect(tx, e)
	}})
}

// want holds against what has taken effect and what was set aside.
func (w *world) want(t *testing.T, when, effect string, setAside ...string) {
	t.Helper()
	if diff := cmp.Diff(effect, effects(t, w.store)); diff != "" {
		t.Errorf("%s, effects:\n%s", when, diff)
	}
	if diff := cmp.Diff(append([]string{}, setAside...), aside(t, w.log)); diff != "" {
		t.Errorf("%s, set aside:\n%s", when, diff)
	}
}

// However an event fails, it is set aside after five minutes, and not before; the
// others go on, and nothing of it is lost.
func TestPoison(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fail func(tx store.Tx, e event.Event) error
		err  string
	}{
		"an error": {func(store.Tx, event.Event) error { return errBad }, "cannot do that"},
		"a panic":  {func(store.Tx, event.Event) error { panic("bug") }, "internal error: bug"},
		"too much for one transaction": {
			func(tx store.Tx, _ event.Event) error { return tx.Put("large", make([]byte, 2<<20)) }, "transaction exceeds the limits of the store",
		},
		"no room for the cursor": {
			func(tx store.Tx, _ event.Event) error {
				for i := range 127 {
					if err := tx.Put(fmt.Sprint("many/", i), nil); err != nil {
						return err
					}
				}
				return nil // the effect is the last operation that may be
			}, "transaction exceeds the limits of the store",
		},
		"an effect before the error": {
			func(tx store.Tx, _ event.Event) error { return errors.Join(tx.Put("effect", []byte("half ")), errBad) }, "cannot do that",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				began := time.Now().UTC()
				w.fail = c.fail
				stop := w.start(t)
				pass(5*time.Minute - time.Second)
				w.want(t, "after less than five minutes", "a-1 ")
				pass(time.Minute)
				w.want(t, "after six minutes", "a-1 a-3 ", "tester a-2 bad: "+c.err)
				all, err := w.log.SetAside(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				e := all[0].Event
				if string(e.Data) != `{"id":"bad-id"}` || !e.At.Equal(began) || all[0].Tries < 8 || all[0].At.Sub(began) < 5*time.Minute {
					t.Errorf("set aside %+v with the data %s", all[0], e.Data)
				}
				if n := counted(t, w.log); n != 1 {
					t.Errorf("%v events are counted", n)
				}
				stop()

				// Another start tries again, in vain or not.
				stop = w.start(t)
				add(t, w.store, w.log, "good")
				pass(time.Minute)
				stop()
				w.want(t, "after another start", "a-1 a-3 a-4 ", "tester a-2 bad: "+c.err)
				w.fail = func(store.Tx, event.Event) error { return nil }
				stop = w.start(t)
				synctest.Wait()
				stop()
				w.want(t, "after a start that mends it", "a-1 a-3 a-4 a-2 ")
			})
		})
	}
}

// Restarts neither hasten nor delay when an event is set aside.
func TestPoisonOverRestarts(t *testing.T) {
	t.Parallel()
	for _, every := range []time.Duration{time.Second, 7 * time.Second, 40 * time.Second} {
		t.Run(every.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				began := time.Now()
				for len(aside(t, w.log)) == 0 {
					if time.Since(began) > 10*time.Minute {
						t.Fatal("not set aside within ten minutes")
					}
					stop := w.start(t)
					pass(every)
					stop()
				}
				if after := time.Since(began); after < 5*time.Minute {
					t.Errorf("set aside after %s", after)
				}
				w.want(t, "at last", "a-1 a-3 ", "tester a-2 bad: cannot do that")
			})
		})
	}
}

// After an old backup was restored the number of an event belongs to another: the other is
// not to blame for what failed before.
func TestPoisonOfAnotherTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		stop := w.start(t)
		pass(4*time.Minute + 50*time.Second)
		stop()
		err := w.store.Update(t.Context(), func(tx store.Tx) error {
			return tx.Put("ev/a/00000000000000000002", fmt.Appendf(nil, `{"t":"bad","at":%q,"d":{}}`, time.Now().UTC().Format(time.RFC3339Nano)))
		})
		if err != nil {
			t.Fatal(err)
		}
		stop = w.start(t)
		pass(4*time.Minute + 50*time.Second)
		w.want(t, "before its own five minutes", "a-1 ")
		pass(2 * time.Minute)
		stop()
		w.want(t, "after them", "a-1 a-3 ", "tester a-2 bad: cannot do that")
	})
}

// An error that passes sets nothing aside, however many events meet one.
func TestTransientErrors(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		add(t, w.store, w.log, "bad", "bad")
		first := map[uint64]time.Time{}
		w.fail = func(_ store.Tx, e event.Event) error {
			if first[e.Seq].IsZero() {
				first[e.Seq] = time.Now()
			}
			if time.Since(first[e.Seq]) < 4*time.Minute {
				return errBad
			}
			return nil
		}
		stop := w.start(t)
		pass(20 * time.Minute)
		stop()
		w.want(t, "after all", "a-1 a-2 a-3 a-4 a-5 ")
	})
}

// moody is a store whose transactions fail while err is set: when they begin, at a read
// within them, or at the commit.
type moody struct {
	store.Store
	where string
	err   atomic.Pointer[error]
}

func (m *moody) Update(ctx context.Context, fn func(store.Tx) error) error {
	broken := m.err.Load()
	if broken != nil && m.where == "begin" {
		return *broken
	}
	return m.Store.Update(ctx, func(tx store.Tx) error {
		err := fn(moodyTx{tx, m, broken})
		if err == nil && broken != nil && m.where == "commit" {
			err = *broken
		}
		return err
	})
}

type moodyTx struct {
	store.Tx
	store  *moody
	broken *error
}

func (tx moodyTx) Get(key string) ([]byte, error) {
	if tx.broken != nil && tx.store.where == "read" && key == "effect" {
		return nil, *tx.broken
	}
	return tx.Tx.Get(key)
}

func (tx moodyTx) Put(key string, value []byte) error {
	if tx.broken != nil && tx.store.where == "write" && key == "effect" {
		return *tx.broken
	}
	return tx.Tx.Put(key, value)
}

// Errors of the store set nothing aside however long they last, wherever they show, and
// also if Handle hides what they are.
func TestStoreFailsForLong(t *testing.T) {
	t.Parallel()
	for _, where := range []string{"begin", "read", "write", "commit"} {
		for name, broken := range map[string]error{"full": fmt.Errorf("%w: no space left", store.ErrWrite), "damaged": errors.New("input/output error")} {
			t.Run(where+" "+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					s := &moody{Store: memstore.New(memstore.WithLimits(128, 1<<20)), where: where}
					l := event.New(s, "a")
					add(t, s, l, "x", "y", "z")
					s.err.Store(&broken)
					for range 3 {
						stop := start(t, l, event.Follower{Name: "tester", Handle: func(tx store.Tx, e event.Event) error {
							if err := effect(tx, e); err != nil {
								return errors.New("hidden") // as careless code does
							}
							return nil
						}})
						pass(time.Hour)
						stop()
					}
					if got := aside(t, l); len(got) > 0 {
						t.Errorf("set aside: %v", got)
					}
					s.err.Store(nil)
					stop := start(t, l, event.Follower{Name: "tester", Handle: effect})
					pass(time.Minute)
					stop()
					if diff := cmp.Diff("a-1 a-2 a-3 ", effects(t, s)); diff != "" || len(aside(t, l)) > 0 {
						t.Errorf("with the store back, set aside %v, effects:\n%s", aside(t, l), diff)
					}
				})
			})
		}
	}
}

// A record of the log that cannot be read is kept as it is, and those behind it go on.
func TestDamagedRecord(t *testing.T) {
	t.Parallel()
	for _, damage := range []string{"", "no JSON", `{"t":"bad","at":7}`, `{"t":`, "\xff\xfe"} {
		t.Run(fmt.Sprintf("%q", damage), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				err := w.store.Update(t.Context(), func(tx store.Tx) error { return tx.Put("ev/a/00000000000000000002", []byte(damage)) })
				if err != nil {
					t.Fatal(err)
				}
				for range 2 {
					stop := w.start(t)
					pass(10 * time.Minute)
					stop()
				}
				if diff := cmp.Diff("a-1 a-3 ", effects(t, w.store)); diff != "" {
					t.Error(diff)
				}
				if got := aside(t, w.log); len(got) != 1 || !strings.HasPrefix(got[0], "tester a-2 : decode event") {
					t.Errorf("set aside: %v", got)
				}
			})
		})
	}
}

// Retention removes what was set aside long ago, and nothing else of it.
func TestPruneSetAside(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		stop := w.start(t)
		pass(10 * time.Minute)
		add(t, w.store, w.log, "bad")
		pass(10 * time.Minute)
		stop()
		w.want(t, "before", "a-1 a-3 ", "tester a-2 bad: cannot do that", "tester a-4 bad: cannot do that")
		if n, err := w.log.Prune(t.Context(), time.Now().Add(-10*time.Minute)); err != nil || n != 4 { // three events, one set aside
			t.Errorf("Prune = %d, %v", n, err)
		}
		w.want(t, "after", "a-1 a-3 ", "tester a-4 bad: cannot do that")
	})
}
