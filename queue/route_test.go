package queue_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"goniec/pdu"
	"goniec/queue"
	"goniec/store"
)

// router is a queue.Router that does as a test says.
type router struct {
	prefer map[string]queue.Preference // by number
	scope  func(queue.Worker) queue.Scope
	until  time.Time // nothing may begin before; zero: all may
	tell   bool
	begun  []queue.AttemptRequest
	notes  []string // what it was told, by number and SIM
	pruned time.Time
}

func (r *router) Scope(w queue.Worker) queue.Scope {
	if r.scope == nil {
		return queue.Scope{}
	}
	return r.scope(w)
}

func (r *router) Prefer(_ store.Reader, m *queue.Message) (queue.Preference, error) {
	return r.prefer[m.To.String()], nil
}

func (r *router) Begin(_ store.Tx, b queue.AttemptRequest) (queue.AttemptRuling, error) {
	r.begun = append(r.begun, b)
	if r.until.After(b.At) {
		return queue.AttemptRuling{Until: r.until, Tell: r.tell}, nil
	}
	return queue.AttemptRuling{}, nil
}

func (r *router) Accepted(_ store.Tx, to pdu.Address, w queue.Worker, _ time.Time) error {
	r.notes = append(r.notes, "to "+to.String()+" by "+w.SIM)
	return nil
}

func (r *router) Forget(_ store.Tx, number pdu.Address) (bool, error) {
	r.notes = append(r.notes, "forget "+number.String())
	return false, nil
}

func (r *router) Prune(_ context.Context, before time.Time) error {
	r.pruned = before
	return nil
}

func routed(r *router) func(*queue.Config) { return func(c *queue.Config) { c.Router = r } }

// idle checks that there is nothing to claim for a worker.
func (b *box) idle(w queue.Worker) {
	b.t.Helper()
	if s, ok, err := b.Claim(b.t.Context(), w); err != nil || ok {
		b.t.Fatalf("worker %s has claimed %s, %v", w.Modem, s.Message.ID, err)
	}
	if due, ok, err := b.NextDue(b.t.Context(), w); err != nil || ok && !due.After(time.Now()) {
		b.t.Fatalf("something is due for worker %s: %v, %v", w.Modem, due, err)
	}
}

func TestSoftRoutes(t *testing.T) {
	t.Parallel()
	for name, preference := range map[string]queue.Preference{
		"a SIM":            {SIM: worker(1).SIM},
		"a modem":          {Modem: worker(1).Modem},
		"names like paths": {SIM: "any/0/../1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var others []queue.Worker
			r := &router{
				prefer: map[string]queue.Preference{patient: preference},
				scope:  func(queue.Worker) queue.Scope { return queue.Scope{Others: others} },
			}
			b := newBox(t, routed(r))
			meant := queue.Worker{Modem: preference.Modem, SIM: preference.SIM}
			others = []queue.Worker{meant}
			m := b.put()
			b.idle(worker(0)) // it is meant for another, who is in service
			queue.CheckInvariants(t, b.store)
			others = []queue.Worker{worker(2)}
			if s := b.claim(); s.Message.ID != m.ID { // and is not any more
				t.Errorf("claimed %s, want %s", s.Message.ID, m.ID)
			}
			others = nil
			m = b.put()
			if s := b.claimBy(meant); s.Message.ID != m.ID {
				t.Errorf("claimed %s, want %s", s.Message.ID, m.ID)
			}
			queue.CheckInvariants(t, b.store)
		})
	}
}

// TestWishesComeFirst: what the caller asked for is not ours to change.
func TestWishesComeFirst(t *testing.T) {
	t.Parallel()
	r := &router{prefer: map[string]queue.Preference{patient: {SIM: worker(1).SIM}}}
	b := newBox(t, routed(r))
	m := b.put(func(d *queue.Draft) { d.Modem = worker(0).Modem })
	b.idle(worker(1))
	if s := b.claim(); s.Message.ID != m.ID || s.Message.Like != (queue.Preference{}) {
		t.Errorf("claimed %+v", s.Message)
	}
}

// TestOwnOnly: a worker that leaves what all may send to others still takes what is
// meant for it.
func TestOwnOnly(t *testing.T) {
	t.Parallel()
	own := true
	r := &router{
		prefer: map[string]queue.Preference{patient: {SIM: worker(0).SIM}},
		scope:  func(w queue.Worker) queue.Scope { return queue.Scope{OnlyOwnRoutes: own && w == worker(0)} },
	}
	b := newBox(t, routed(r))
	free := b.put(func(d *queue.Draft) { d.To = address(t, other) })
	mine := b.put()
	bound := b.put(func(d *queue.Draft) { d.Modem = worker(0).Modem })
	for _, want := range []string{mine.ID, bound.ID} {
		s := b.claim()
		if s.Message.ID != want {
			t.Errorf("claimed %s, want %s", s.Message.ID, want)
		}
		if _, ok := b.record(s, accepted(1)); ok {
			t.Error("something is handed over that was not asked for")
		}
	}
	b.none()
	if due, ok, err := b.NextDue(t.Context(), worker(0)); err != nil || !ok || due.After(time.Now()) {
		t.Errorf("next due %v, %v, %v; what is left to others is due as well", due, ok, err)
	}
	own = false
	if s := b.claim(); s.Message.ID != free.ID {
		t.Errorf("claimed %s, want %s", s.Message.ID, free.ID)
	}
}

// TestPreferenceMeanwhile: a message that is found by one worker is left to the one
// its number has got meanwhile, unless that one is out of service.
func TestPreferenceMeanwhile(t *testing.T) {
	t.Parallel()
	var others []queue.Worker
	r := &router{
		prefer: map[string]queue.Preference{},
		scope:  func(queue.Worker) queue.Scope { return queue.Scope{Others: others} },
	}
	b := newBox(t, routed(r))
	for range 40 { // more than one transaction deals with
		b.put()
	}
	r.prefer[patient] = queue.Preference{SIM: worker(1).SIM}
	others = []queue.Worker{worker(1)}
	b.idle(worker(0))
	queue.CheckInvariants(t, b.store)
	others = nil
	if s := b.claimBy(worker(1)); s.Message.Like.SIM != worker(1).SIM {
		t.Errorf("message likes %+v", s.Message.Like)
	}
	if s := b.claim(); s.Message.Like.SIM != worker(1).SIM {
		t.Errorf("message likes %+v", s.Message.Like)
	}
}

// TestGivenBackAsksAgain: after an attempt that came to nothing, by what the message
// should leave is asked anew.
func TestGivenBackAsksAgain(t *testing.T) {
	t.Parallel()
	r := &router{
		prefer: map[string]queue.Preference{patient: {SIM: worker(0).SIM}},
		scope: func(w queue.Worker) queue.Scope {
			return queue.Scope{Others: []queue.Worker{worker(0), worker(1)}}
		},
	}
	b := newBox(t, routed(r))
	m := b.put()
	s := b.claim()
	delete(r.prefer, patient)
	b.record(s, queue.Outcome{Kind: queue.NotSent, Code: "cms_8"})
	if s := b.claimBy(worker(1)); s.Message.ID != m.ID {
		t.Errorf("claimed %s, want %s", s.Message.ID, m.ID)
	}
}

// TestHeldForItsNumber: a message whose number may get no more is held, goes when it
// may, or expires, and the others go on.
func TestHeldForItsNumber(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &router{}
		b := newBox(t, routed(r))
		m := b.put()
		brief := b.put(func(d *queue.Draft) { d.ExpiresAt = time.Now().Add(10 * time.Minute) })
		r.until = time.Now().Add(time.Hour)
		b.none()
		held := b.check(m.ID, queue.StatusHeld)
		if held.Error.Code != queue.CodeRecipientCap || held.Error.RetryAt.Before(r.until) || held.AttemptCount != 0 {
			t.Errorf("held with %+v after %d attempts", held.Error, held.AttemptCount)
		}
		b.check(brief.ID, queue.StatusHeld)
		b.pass(11 * time.Minute)
		b.check(brief.ID, queue.StatusExpired)
		b.pass(50 * time.Minute)
		b.check(m.ID, queue.StatusQueued)
		b.send(1)
		sent := b.check(m.ID, queue.StatusSent)
		if sent.Error != nil {
			t.Errorf("sent with %+v", sent.Error)
		}
		if b.count("message.held") != 2 {
			t.Errorf("events %q", b.told())
		}
	})
}

// TestHeldHalfway: the rest of a long message is held as well; what has left stays.
func TestHeldHalfway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &router{}
		b := newBox(t, routed(r))
		m := b.put(long)
		s := b.claim()
		r.until = time.Now().Add(time.Hour)
		if _, ok := b.record(s, accepted(1)); ok {
			t.Fatal("the second part is handed over")
		}
		b.check(m.ID, queue.StatusHeld)
		b.pass(time.Hour + time.Minute)
		b.check(m.ID, queue.StatusSending)
		b.send(2)
		b.check(m.ID, queue.StatusSent)
		var parts []int
		for _, begun := range r.begun {
			parts = append(parts, begun.Parts)
		}
		// The memory store runs each closure twice.
		if got := slices.Compact(parts); !slices.Equal(got, []int{3, 1}) {
			t.Errorf("parts announced %v, want three for the first and one for each other", parts)
		}
	})
}

// TestHeldInTheNight: when the time of a held message comes in quiet hours, it waits
// for their end.
func TestHeldInTheNight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &router{}
		b := newBox(t, routed(r), standard(t))
		b.pass(12 * time.Hour)
		m := b.put()
		b.pass(48 * time.Hour) // wherever the bubble began
		if b.get(m.ID).Status == queue.StatusHeld {
			t.Fatalf("message is held: %+v", b.get(m.ID).Error)
		}
		s := b.claim()
		b.record(s, queue.Outcome{Kind: queue.NotSent})
		r.until = time.Now().Add(24 * time.Hour)
		for r.until.UTC().Hour() != 23 {
			r.until = r.until.Add(time.Hour)
		}
		b.none()
		held := b.check(m.ID, queue.StatusHeld)
		if held.Error.Code != queue.CodeQuietHours || !held.Due.After(r.until) {
			t.Errorf("held until %v with %+v, want the end of the quiet hours after %v", held.Due, held.Error, r.until)
		}
	})
}

// TestRouterIsTold who was written to, once.
func TestRouterIsTold(t *testing.T) {
	t.Parallel()
	r := &router{}
	b := newBox(t, routed(r))
	b.put()
	b.send(1)
	got := slices.Compact(r.notes)
	want := []string{"to " + patient + " by " + worker(0).SIM}
	if !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
	if err := b.Prune(t.Context(), time.Hour, 2*time.Hour); err != nil || time.Since(r.pruned) < 2*time.Hour {
		t.Errorf("pruned before %v: %v", r.pruned, err)
	}
}

// route has the router think otherwise: of a number, of who is in service, of whose
// turn it is, or of what may leave.
func (w *world) route() {
	switch w.rand.IntN(4) {
	case 0:
		all := []queue.Preference{{}, {SIM: worker(0).SIM}, {SIM: worker(1).SIM}, {Modem: worker(0).Modem}, {Modem: worker(1).Modem}, {SIM: "gone"}}
		w.router.prefer[fmt.Sprintf("+4860010020%d", w.rand.IntN(3))] = all[w.rand.IntN(len(all))]
	case 1:
		w.served[w.rand.IntN(2)] = w.chance(70)
	case 2:
		own := w.rand.IntN(6)
		w.router.scope = func(k queue.Worker) queue.Scope {
			s := queue.Scope{OnlyOwnRoutes: own < 2 && k == worker(own)}
			for i := range w.served {
				if w.served[i] && worker(i) != k {
					s.Others = append(s.Others, worker(i))
				}
			}
			return s
		}
	default:
		w.router.until = w.now().Add(time.Duration(w.rand.IntN(40)-20) * time.Minute)
	}
}

// routeFairly has both workers in service, and nothing held.
func (w *world) routeFairly() {
	if w.router == nil {
		return
	}
	w.router.until = time.Time{}
	w.router.scope = func(k queue.Worker) queue.Scope {
		return queue.Scope{Others: slices.DeleteFunc([]queue.Worker{worker(0), worker(1)}, func(o queue.Worker) bool { return o == k })}
	}
}
