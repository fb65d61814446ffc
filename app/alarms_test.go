package app

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"goniec/api/system"
	"goniec/clock"
	"goniec/configs"
	"goniec/event"
	"goniec/pdu"
	"goniec/queue"
	"goniec/store"
	"goniec/webhook"
)

// running runs an app in a bubble, without its listeners.
func running(t *testing.T, config configs.Config, machine *Machine, test func(t *testing.T, a *App), adjust ...func(*App)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := appInMemory(config, machine)
		for _, change := range adjust {
			change(a)
		}
		a.life, a.end = context.WithCancel(t.Context())
		if _, err := a.startAssembly(t.Context()); err != nil {
			t.Fatal(err)
		}
		test(t, a)
		if err := a.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
}

// pass lets time go by.
func pass(t *testing.T, d time.Duration) {
	t.Helper()
	pause(t.Context(), d, nil)
	synctest.Wait()
}

func (a *App) wantAlarms(t *testing.T, codes ...string) {
	t.Helper()
	var raised []string
	for _, alarm := range a.alarms.list() {
		raised = append(raised, alarm.Code)
		if alarm.Cause == "" || alarm.At.IsZero() {
			t.Errorf("alarm is %+v", alarm)
		}
	}
	if !slices.Equal(raised, codes) {
		t.Errorf("alarms are %q, want %q", raised, codes)
	}
}

// alarmEvents returns how many events there were of alarms.
func (a *App) alarmEvents(t *testing.T) int {
	t.Helper()
	n := 0
	events, err := a.events.After(t.Context(), "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if e.Type == "alarm" {
			n++
		}
	}
	return n
}

// A clock that nothing confirms is told of after five minutes, once, and no longer
// when a time server is found.
func TestAlarmOfTheClock(t *testing.T) {
	var server atomic.Bool
	born := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	machine := &Machine{
		Boot:         clock.Boot{ID: "a run", Uptime: func() time.Duration { return time.Since(born) }},
		Synchronised: server.Load,
		Battery:      func() (time.Time, bool) { return time.Now().Add(-time.Hour), true },
	}
	running(t, configs.Default(), machine, func(t *testing.T, a *App) {
		pass(t, 4*time.Minute)
		a.wantAlarms(t)
		pass(t, 2*time.Hour)
		a.wantAlarms(t, system.AlarmClock)
		if n := a.alarmEvents(t); n != 1 {
			t.Errorf("%d events", n)
		}
		server.Store(true)
		pass(t, time.Minute)
		a.wantAlarms(t)
		if n := a.alarmEvents(t); n != 2 {
			t.Errorf("%d events", n)
		}
	})
}

// While a message waits that has a time to keep the alarm about the clock comes within a
// minute, and says so.
func TestAlarmOfTheClockWhileMessagesWait(t *testing.T) {
	born := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	machine := &Machine{Boot: clock.Boot{ID: "a run", Uptime: func() time.Duration { return time.Since(born) }}}
	running(t, configs.Default(), machine, func(t *testing.T, a *App) {
		pass(t, time.Minute)
		a.wantAlarms(t)
		to, err := pdu.ParseAddress("+48600100200")
		if err != nil {
			t.Fatal(err)
		}
		draft := queue.Draft{To: to, Text: "Wizyta jutro", SendAt: time.Now().Add(time.Minute)}
		if results, _, err := a.current.Load().queue.Enqueue(t.Context(), queue.Caller{}, []queue.Draft{draft}); err != nil || results[0].Err != nil {
			t.Fatal(results, err)
		}
		pass(t, time.Minute)
		a.wantAlarms(t, system.AlarmClock)
		all := a.alarms.list()
		if len(all) != 1 || !strings.Contains(all[0].Cause, "1 messages wait") {
			t.Errorf("alarms: %+v", all)
		}
	})
}

// A message that no modem takes is told of when its priority does not allow more.
func TestAlarmOfTheQueue(t *testing.T) {
	running(t, configs.Default(), &Machine{}, func(t *testing.T, a *App) {
		to, err := pdu.ParseAddress("+48600100200")
		if err != nil {
			t.Fatal(err)
		}
		draft := queue.Draft{To: to, Text: "Wizyta jutro", Priority: queue.High}
		if _, _, err := a.current.Load().queue.Enqueue(t.Context(), queue.Caller{}, []queue.Draft{draft}); err != nil {
			t.Fatal(err)
		}
		pass(t, 9*time.Minute)
		a.wantAlarms(t)
		pass(t, 2*time.Minute)
		a.wantAlarms(t, system.AlarmWaiting)
	})
}

// A store that cannot be written is told of at once, although nothing can be written
// of that.
func TestAlarmOfTheStore(t *testing.T) {
	var full atomic.Bool
	running(t, configs.Default(), &Machine{}, func(t *testing.T, a *App) {
		pass(t, time.Minute)
		full.Store(true)
		pass(t, 2*time.Minute)
		a.wantAlarms(t, system.AlarmStore)
		full.Store(false)
		pass(t, time.Minute)
		a.wantAlarms(t)
	}, func(a *App) { a.store = &fillingStore{a.store, &full} })
}

// fillingStore refuses to be written while it is full.
type fillingStore struct {
	store.Store
	full *atomic.Bool
}

func (s *fillingStore) Update(ctx context.Context, fn func(store.Tx) error) error {
	if s.full.Load() {
		return syscall.ENOSPC
	}
	return s.Store.Update(ctx, fn)
}

// slowStore is one in which a change takes a second, as on a worn card.
type slowStore struct{ store.Store }

func (s slowStore) Update(ctx context.Context, fn func(store.Tx) error) error {
	pause(ctx, time.Second, nil)
	return s.Store.Update(ctx, fn)
}

// What has become due while the daemon was away is no reason for an alarm: the daemon
// looks after it first. If that fails the alarm says so.
func TestNoAlarmOfWhatBecameDueMeanwhile(t *testing.T) {
	for _, away := range []time.Duration{time.Minute, 10 * time.Minute, 30 * time.Hour} {
		t.Run(away.String(), func(t *testing.T) {
			running(t, configs.Default(), &Machine{}, func(t *testing.T, a *App) {
				pass(t, 30*time.Second)
				if n := a.alarmEvents(t); n > 0 {
					t.Errorf("%d alarms", n)
				}
				a.wantAlarms(t)
			}, func(a *App) {
				leaveDue(t, a, away)
				a.store = slowStore{a.store}
			})
		})
	}
	t.Run("while nothing can be written", func(t *testing.T) {
		var broken atomic.Bool
		running(t, configs.Default(), &Machine{}, func(t *testing.T, a *App) {
			broken.Store(true)
			pass(t, 5*time.Second)
			a.wantAlarms(t, system.AlarmStore)
			broken.Store(false)
			pass(t, 30*time.Second)
			a.wantAlarms(t)
		}, func(a *App) {
			leaveDue(t, a, 10*time.Minute)
			a.store = slowStore{&fillingStore{a.store, &broken}}
		})
	})
}

// leaveDue puts a message into the store whose time comes an hour later, and lets away
// go by after that.
func leaveDue(t *testing.T, a *App, away time.Duration) {
	t.Helper()
	q, err := queue.New(queue.Config{Store: a.store, Events: a.events, Box: formerBox})
	if err != nil {
		t.Fatal(err)
	}
	to, err := pdu.ParseAddress("+48600100200")
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background() // that of t is from outside the bubble
	draft := queue.Draft{To: to, Text: "Wizyta jutro", SendAt: time.Now().Add(time.Hour)}
	if _, _, err := q.Enqueue(ctx, queue.Caller{}, []queue.Draft{draft}); err != nil {
		t.Fatal(err)
	}
	pause(ctx, time.Hour+away, nil)
}

// An event that cannot be acted upon is told of, until a later start can act upon it or a
// month has passed.
func TestAlarmOfAnEventSetAside(t *testing.T) {
	for name, mended := range map[string]bool{"mended": true, "forgotten": false} {
		t.Run(name, func(t *testing.T) {
			running(t, configs.Default(), &Machine{}, func(t *testing.T, a *App) {
				if err := a.store.Update(t.Context(), func(tx store.Tx) error {
					return a.events.Append(tx, "", webhook.Disabled{Webhook: "his"})
				}); err != nil {
					t.Fatal(err)
				}
				follow := func(handle func(store.Tx, event.Event) error) {
					ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
					defer cancel()
					a.events.Run(ctx, event.Follower{
						Name: "clinic", Handle: handle, Wants: func(typ string) bool { return typ == webhook.Disabled{}.EventType() },
					})
				}
				follow(func(store.Tx, event.Event) error { return errors.New("no such visit") })
				a.wantAlarms(t, system.AlarmEvent)
				if cause := a.alarms.list()[0].Cause; !strings.Contains(cause, "(webhook.disabled) for clinic: no such visit") {
					t.Errorf("the alarm says %q", cause)
				}
				if mended {
					follow(func(store.Tx, event.Event) error { return nil })
				} else {
					monthAgo(t, a.store)
					pass(t, time.Minute)
				}
				a.wantAlarms(t)
			})
		})
	}
}

// monthAgo makes what was set aside 31 days older: to let an app run for so long takes half
// a minute.
func monthAgo(t *testing.T, s store.Store) {
	t.Helper()
	n, err := store.Count(t.Context(), s, store.Prefix("aside/"), func(tx store.Tx, p store.Pair) (bool, error) {
		var r map[string]any
		if err := json.Unmarshal(p.Value, &r); err != nil {
			return false, err
		}
		r["at"] = time.Now().Add(-31 * 24 * time.Hour)
		return true, store.PutJSON(tx, p.Key, r)
	})
	if err != nil || n != 1 {
		t.Errorf("%d records, %v", n, err)
	}
}
