package gateway_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"goniec/gateway"
	"goniec/inbox"
	"goniec/modem/emulator"
	"goniec/queue"
)

// mostWithin returns how many parts a number got in any stretch of time at most.
func (r *rig) mostWithin(number string, d time.Duration) int {
	var times []time.Time
	for _, a := range r.network.Accepted() {
		if a.To == number {
			times = append(times, a.At)
		}
	}
	most := 0
	for i := range times {
		n := 0
		for _, other := range times[i:] {
			if other.Sub(times[i]) < d {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}

func TestRecipientCap(t *testing.T) {
	for _, c := range []struct {
		name    string
		texts   int
		cap     gateway.RecipientCap
		shape   func(*queue.Draft)
		at      time.Duration // when it is looked how much has left
		left    int
		all     time.Duration // until everything has left
		perHour int           // the most that may leave
		perDay  int
	}{
		{"an hour", 20, gateway.RecipientCap{PerHour: 5}, nil, 30 * time.Minute, 5, 4 * time.Hour, 5, 20},
		{"a day", 10, gateway.RecipientCap{PerDay: 7}, nil, 5 * time.Hour, 7, 20 * time.Hour, 7, 7},
		{"both", 14, gateway.RecipientCap{PerHour: 4, PerDay: 10}, nil, 5 * time.Hour, 10, 22 * time.Hour, 4, 10},
		{"long messages are not cut", 10, gateway.RecipientCap{PerHour: 8}, long, 30 * time.Minute, 6, 5 * time.Hour, 8, 99},
		{"longer than the cap", 4, gateway.RecipientCap{PerHour: 2}, long, 30 * time.Minute, 2, 8 * time.Hour, 2, 48},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, setup{modems: 2, cap: c.cap}, func(t *testing.T, r *rig) {
				r.pass(time.Minute)
				var ids []string
				for i := range c.texts {
					ids = append(ids, r.put(func(d *queue.Draft) {
						d.ExpiresAt = time.Now().Add(100 * time.Hour)
						if i%2 == 0 {
							d.Priority = queue.High
						}
						if c.shape != nil {
							c.shape(d)
						}
					}))
				}
				other := r.put(r.to(someone(1)))
				r.pass(c.at)
				r.want(other, queue.StatusDelivered)
				if got := len(r.ways()[patient]); got != c.left {
					t.Errorf("%d parts have left, want %d", got, c.left)
				}
				held := 0
				for _, id := range ids {
					if m := r.message(id); m.Status == queue.StatusHeld {
						held++
						if m.Error.Code != queue.CodeRecipientCap || !m.Error.RetryAt.After(time.Now()) {
							t.Errorf("message is held: %+v", m.Error)
						}
					}
				}
				if held == 0 {
					t.Error("no message is held")
				}
				if got, want := strings.Count(r.log.String(), "as many parts as recipient_cap allows"), 1+int(c.at/time.Hour); got < 1 || got > want {
					t.Errorf("that was told %d times, want 1 to %d", got, want)
				}
				r.pass(c.all)
				for _, id := range ids {
					r.want(id, queue.StatusDelivered)
				}
				if hour, day := r.mostWithin(patient, time.Hour), r.mostWithin(patient, 24*time.Hour); hour > c.perHour || day > c.perDay {
					t.Errorf("%d parts left in an hour and %d in a day", hour, day)
				}
			})
		})
	}
}

// TestRecipientCapExpires: what its number may not get in time expires.
func TestRecipientCapExpires(t *testing.T) {
	inBubble(t, setup{cap: gateway.RecipientCap{PerHour: 1}}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		first := r.put()
		r.pass(time.Second)
		second := r.put(func(d *queue.Draft) { d.ExpiresAt = time.Now().Add(30 * time.Minute) })
		r.pass(time.Minute)
		r.want(first, queue.StatusDelivered)
		r.want(second, queue.StatusHeld)
		if _, err := r.queue.Release(t.Context(), second, "reception"); err != nil {
			t.Error(err)
		}
		r.pass(time.Minute)
		r.want(second, queue.StatusHeld) // no person passes it either
		r.pass(30 * time.Minute)
		r.want(second, queue.StatusExpired)
	})
}

// TestRecipientCapInACrashLoop kills the box in the middle of every part, over and
// over, while texts to one number go on coming in: the attempts count.
func TestRecipientCapInACrashLoop(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const perHour = 5
		r := newRig(t, setup{cap: gateway.RecipientCap{PerHour: perHour}, options: emulator.Options{Latency: emulator.Latency{Air: 2 * time.Second}}})
		r.start()
		r.pass(30 * time.Second)
		for range 40 {
			r.put()
			r.pass(time.Second)
			dead, cancel := context.WithCancel(t.Context())
			cancel() // no submission is let to its end
			_ = r.gateway.Stop(dead)
			r.gateway = r.again(perHour)
			if _, err := r.queue.Recover(t.Context()); err != nil {
				t.Error(err)
			}
			if err := r.gateway.Start(t.Context()); err != nil {
				t.Error(err)
			}
			r.pass(30 * time.Second)
		}
		if got := r.mostWithin(patient, time.Hour); got > perHour || got == 0 {
			t.Errorf("%d parts left in an hour, want 1 to %d", got, perHour)
		}
		r.stop()
	})
}

// again returns a gateway with a queue of its own on the store of r.
func (r *rig) again(perHour int) *gateway.Gateway {
	r.t.Helper()
	c := r.config
	c.Registerer = nil
	c.Routing = gateway.NewRouting(gateway.RoutingConfig{Store: r.store, Cap: gateway.RecipientCap{PerHour: perHour}})
	q, err := queue.New(queue.Config{Store: r.store, Events: r.events, Box: "box", Router: c.Routing, Logger: c.Logger})
	if err != nil {
		r.t.Error(err)
	}
	in, err := inbox.New(inbox.Config{Store: r.store, Events: r.events, Queue: q, Contacts: c.Routing})
	if err != nil {
		r.t.Error(err)
	}
	r.queue, c.Queue, c.Inbox = q, q, in
	return gateway.New(c)
}

// TestRecipientCapHoldsABrokenQueue gives the gateway queues that hand over what
// they should not: one that counts nothing, and one that counts and sends on. Nothing
// beyond the cap leaves, and the log asks for a report.
func TestRecipientCapHoldsABrokenQueue(t *testing.T) {
	for _, c := range []struct {
		name   string
		router func(*gateway.Routing, *rig) queue.Router
		left   int
	}{
		{"it does not count", func(*gateway.Routing, *rig) queue.Router { return nil }, 0},
		{"it counts and goes on", func(_ *gateway.Routing, r *rig) queue.Router {
			return gateway.NewRouting(gateway.RoutingConfig{Store: r.store, Cap: gateway.RecipientCap{PerHour: 100}})
		}, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, setup{cap: gateway.RecipientCap{PerHour: 3}})
				q, err := queue.New(queue.Config{Store: r.store, Events: r.events, Box: "box", Router: c.router(r.routing, r)})
				if err != nil {
					t.Fatal(err)
				}
				config := r.config
				in, err := inbox.New(inbox.Config{Store: r.store, Events: r.events, Queue: q, Contacts: r.routing})
				if err != nil {
					t.Fatal(err)
				}
				config.Registerer, config.Queue, config.Inbox = nil, q, in
				r.queue, r.gateway = q, gateway.New(config)
				r.start()
				r.pass(time.Minute)
				var ids []string
				for range 10 {
					ids = append(ids, r.put())
				}
				r.pass(10 * time.Minute)
				if got := r.accepted(); got != c.left {
					t.Errorf("%d parts have left, want %d", got, c.left)
				}
				if log := r.log.String(); !strings.Contains(log, "its number may get no more; it is not sent; please report") {
					t.Error("nobody is asked to report it")
				}
				if m := r.message(ids[9]); m.Status != queue.StatusQueued || m.Error == nil || m.Error.Code != "uncounted" {
					t.Errorf("message is %s: %+v", m.Status, m.Error)
				}
				if tries := r.message(ids[9]).AttemptCount; tries > 2 {
					t.Errorf("it was tried %d times in ten minutes", tries)
				}
				r.stop()
			})
		})
	}
}

// TestRecipientCapCountsEachNumberApart: others are not held for one.
func TestRecipientCapCountsEachNumberApart(t *testing.T) {
	inBubble(t, setup{modems: 2, cap: gateway.RecipientCap{PerHour: 2}}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		for i := range 30 {
			r.put(r.to(someone(i)))
			r.put(r.to(someone(i)))
		}
		r.pass(time.Minute)
		if got := r.accepted(); got != 60 {
			t.Errorf("%d have left, want all 60", got)
		}
		if strings.Contains(r.log.String(), "recipient_cap") {
			t.Error("the cap is told of although nobody passed it")
		}
	})
}
