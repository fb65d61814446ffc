package gateway_test

import (
	"testing"
	"testing/synctest"
	"time"

	"goniec/gateway"
	"goniec/modem/emulator"
	"goniec/queue"
	"goniec/store"
)

func TestPacePerMinute(t *testing.T) {
	inBubble(t, setup{pace: gateway.Pace{PerMinute: 5}}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		for range 20 {
			r.put()
		}
		r.pass(time.Second)
		if s := r.status(); s.PauseReason == "" || s.PausedUntil.Before(time.Now()) {
			t.Errorf("status does not say what it waits for: %+v", s)
		}
		r.pass(10 * time.Minute)
		times := r.network.Accepted()
		if len(times) != 20 {
			t.Fatalf("%d parts left in ten minutes, want all 20", len(times))
		}
		for i := 5; i < len(times); i++ {
			if d := times[i].At.Sub(times[i-5].At); d < time.Minute {
				t.Errorf("six parts within %v", d)
			}
		}
		if d := times[19].At.Sub(times[0].At); d > 4*time.Minute {
			t.Errorf("20 parts took %v, which is too slow for five a minute", d)
		}
	})
}

func TestPaceDoesNotCutMessages(t *testing.T) {
	inBubble(t, setup{pace: gateway.Pace{PerMinute: 2}}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		r.put(long)
		r.put(long)
		r.pass(20 * time.Second)
		if got := r.accepted(); got != 3 {
			t.Errorf("%d parts left at once, want the three of one message", got)
		}
		r.pass(5 * time.Minute)
		if got := r.accepted(); got != 6 {
			t.Errorf("%d parts left in the end, want 6", got)
		}
	})
}

func TestBudgets(t *testing.T) {
	warsaw, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		pace  gateway.Pace
		start time.Duration // behind midnight UTC of 1 January 2000, when a bubble begins
		first int           // parts that leave before the budget is spent
		wait  time.Duration // from the start until the next day or month begins in Warsaw
		all   int           // parts that have left after that
	}{
		{"a day", gateway.Pace{PerDay: 4}, 0, 4, 23 * time.Hour, 8},
		{"a month", gateway.Pace{PerMonth: 3}, 30 * 24 * time.Hour, 3, 23 * time.Hour, 6},
		{"both", gateway.Pace{PerDay: 4, PerMonth: 3}, 30 * 24 * time.Hour, 3, 23 * time.Hour, 6},
		{"both, and the day is shorter", gateway.Pace{PerDay: 2, PerMonth: 5}, 0, 2, 23 * time.Hour, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, setup{pace: c.pace, config: func(g *gateway.Config) { g.Location = warsaw }})
				r.pass(c.start)
				r.start()
				for range 20 {
					r.put(func(d *queue.Draft) { d.ExpiresAt = time.Now().AddDate(0, 0, 60) })
				}
				r.pass(c.wait - time.Minute)
				if got := r.accepted(); got != c.first {
					t.Errorf("%d parts left, want %d", got, c.first)
				}
				r.pass(2 * time.Minute)
				if got := r.accepted(); got != c.all {
					t.Errorf("%d parts left after the budget was renewed, want %d", got, c.all)
				}
				r.stop()
			})
		})
	}
}

// TestPaceSurvivesRestarts starts the gateway again and again on the same
// store: the budget of the day must not start again with it.
func TestPaceSurvivesRestarts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		pace := gateway.Pace{PerDay: 100, PerMinute: 10}
		r := newRig(t, setup{pace: pace, options: emulator.Options{Latency: emulator.Latency{Air: 100 * time.Millisecond}}})
		r.start()
		for range 200 {
			r.put()
		}
		for range 20 {
			r.pass(20 * time.Second)
			if err := r.gateway.Stop(t.Context()); err != nil {
				t.Fatal(err)
			}
			r.gateway = gateway.New(gateway.Config{Modems: r.configs, Store: r.store, Queue: r.queue, Inbox: r.inbox, Events: r.events})
			if err := r.gateway.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		times := r.network.Accepted()
		for i := 10; i < len(times); i++ {
			if d := times[i].At.Sub(times[i-10].At); d < time.Minute {
				t.Errorf("eleven parts within %v", d)
			}
		}
		if len(times) < 50 {
			t.Errorf("only %d parts left in 7 minutes", len(times))
		}
		r.pass(12 * time.Hour)
		if got := r.accepted(); got != 100 {
			t.Errorf("%d parts left in a day, want 100", got)
		}
		r.stop()
	})
}

// TestPaceFromTheFuture has the clock of the box be wrong when parts left, as
// after a start without a battery and before the network is there.
func TestPaceFromTheFuture(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, setup{pace: gateway.Pace{PerMinute: 2, PerDay: 2, PerMonth: 2}})
		ahead := time.Now().AddDate(1, 0, 0)
		err := r.store.Update(t.Context(), func(tx store.Tx) error {
			return store.PutJSON(tx, "pace/sim-a", map[string]any{
				"day": ahead.Format("2006-01-02"), "d": 2, "month": ahead.Format("2006-01"), "m": 2, "recent": 2, "at": ahead,
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		r.start()
		id := r.put()
		r.pass(2 * time.Minute)
		r.want(id, queue.StatusDelivered)
		r.stop()
	})
}

// TestNothingLeavesTooLate breaks the store behind a claim, where the part is to
// be counted, for longer than the message lives: it must not leave any more.
func TestNothingLeavesTooLate(t *testing.T) {
	inBubble(t, setup{pace: gateway.Pace{PerMinute: 20}}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		at := time.Now().Add(5 * time.Second)
		id := r.put(func(d *queue.Draft) { d.SendAt, d.ExpiresAt = at, at.Add(30*time.Minute) })
		r.pass(4 * time.Second)
		r.store.fail(1, errDisk) // the claim succeeds, the count does not
		r.pass(3 * time.Hour)
		r.store.fail(0, nil)
		r.pass(time.Hour)
		if got := r.accepted(); got != 0 {
			t.Errorf("%d parts left hours after the message had expired", got)
		}
		if m := r.message(id); !m.Status.Final() || m.Status == queue.StatusDelivered {
			t.Errorf("message is %s", m.Status)
		}
	})
}
