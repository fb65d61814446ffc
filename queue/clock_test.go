package queue_test

import (
	"testing"
	"testing/synctest"
	"time"

	"goniec/queue"
	"goniec/store"
)

// A clock that is set back before the time a message was to be sent at does not
// make it scheduled again: it has begun.
func TestClockSetBackBeforeSendAt(t *testing.T) {
	t.Parallel()
	for _, o := range []queue.Outcome{retry(0), {Kind: queue.GiveBack}, unknown()} {
		t.Run(o.Kind.String(), func(t *testing.T) {
			bubble(t, func(t *testing.T, b *box) {
				m := b.put(func(d *queue.Draft) { d.SendAt = time.Now().Add(time.Hour) })
				b.pass(time.Hour)
				s := b.claim()
				b.SetClock(-2 * time.Hour)
				b.record(s, o)
				b.tend()
				if got := b.get(m.ID); got.Status == queue.StatusScheduled {
					t.Errorf("message is %s", got.Status)
				}
				b.SetClock(0)
				b.pass(30 * time.Minute)
				if s := b.claim(); s.Message.ID != m.ID {
					t.Error("another message is claimed")
				}
			})
		})
	}
}

// change rewrites the stored record of a message.
func (b *box) change(id, field string, value any) {
	b.t.Helper()
	err := b.store.Update(b.t.Context(), func(tx store.Tx) error {
		record, _, err := store.GetJSON[map[string]any](tx, "m/"+id)
		if err != nil {
			return err
		}
		record[field] = value
		return store.PutJSON(tx, "m/"+id, record)
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

// A message that does not get further, which would be a fault of this package, is
// passed over by everyone, and the others go on.
func TestMessageThatCannotMoveHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		short := func(d *queue.Draft) { d.ExpiresAt = time.Now().Add(2 * time.Hour) }
		stuck, flying := b.put(short), b.put(short)
		b.change(stuck.ID, "st", "nonsense")
		if s := b.claim(); s.Message.ID != flying.ID {
			t.Fatalf("claimed %s", s.Message.Status)
		}
		b.change(flying.ID, "st", "nonsense") // neither can it be expired, nor its lease ended
		good := b.put(short)
		wait(t.Context(), 3*time.Hour)
		if next := b.tend(); !next.After(time.Now()) {
			t.Error("Tend wants to be called again at once")
		}
		if _, err := b.Recover(t.Context()); err != nil {
			t.Errorf("recover: %v", err)
		}
		if got := b.get(good.ID); got.Status != queue.StatusExpired {
			t.Errorf("the good message is %s", got.Status)
		}
		if got := b.get(stuck.ID); got.Status != "nonsense" {
			t.Errorf("the stuck message is %s", got.Status)
		}
	})
}

// Quiet hours are told of every message that waits, however many cannot be read
// or moved.
func TestQuietHoursPassOverWhatDoesNotMove(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t, standard(t))
		b.until("2000-01-03 10:00")
		for i := range 120 {
			m := b.put()
			if i%2 == 0 {
				b.change(m.ID, "st", "nonsense")
			} else {
				b.change(m.ID, "parts", "nonsense")
			}
		}
		good := b.put()
		b.until("2000-01-03 20:00")
		if got := b.get(good.ID); got.Status != queue.StatusHeld {
			t.Errorf("the good message is %s", got.Status)
		}
	})
}

const days = 24 * time.Hour

// restarted returns a new queue on the store of b, whose clock shows d more than it is.
func (b *box) restarted(d time.Duration) *box {
	b.t.Helper()
	next := newBoxOn(b.t, b.store)
	next.SetClock(d)
	return next
}

// A box that starts with a clock far ahead ends nothing, sends nothing that seems
// over and removes nothing, until the clock comes back.
func TestClockAheadAtStart(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		sent := b.put()
		b.send(1)
		waiting := b.put()
		b.pass(time.Hour)

		ahead := b.restarted(400 * days)
		ahead.none() // also before Tend has seen it
		for range 10 {
			ahead.tend()
			wait(t.Context(), time.Minute)
		}
		ahead.none()
		ahead.prune(30*days, 180*days)
		if got := ahead.check(waiting.ID, queue.StatusQueued); got.Error != nil {
			t.Errorf("error %+v", got.Error)
		}
		if got := ahead.get(sent.ID); got.Text == "" {
			t.Error("a text was removed")
		}

		ahead.SetClock(0)
		ahead.tend()
		if s := ahead.claim(); s.Message.ID != waiting.ID {
			t.Error("another message is claimed")
		}
	})
}

// A box that was switched off for long finds that out after a while.
func TestBoxSwitchedOffForLong(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		m := b.put()
		b.tend()
		wait(t.Context(), 5*days)
		b = b.restarted(0)
		b.tend()
		b.none()
		b.check(m.ID, queue.StatusQueued)
		b.pass(16 * time.Minute)
		b.check(m.ID, queue.StatusExpired)
	})
}

// What was taken while the clock was behind is not over when it is set right.
func TestClockSetRightForward(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		first, second := b.put(), b.put()
		b.tend()
		b.SetClock(400 * days)
		if s := b.claim(); s.Message.ID != first.ID || !s.ExpiresAt.After(time.Now().Add(400*days)) {
			t.Errorf("claimed with an expiry at %v", s.ExpiresAt)
		}
		for range 20 {
			b.tend()
			wait(t.Context(), time.Minute)
		}
		b.check(second.ID, queue.StatusQueued)
	})
}

// What was taken while the clock was ahead is due when it has been set right.
func TestClockSetRightBack(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		b.SetClock(400 * days)
		taken := b.put()
		b.tend()
		doubtful := b.put()
		for range 2 {
			if s := b.claim(); s.Message.ID == doubtful.ID {
				b.record(s, unknown())
			} else {
				b.record(s, retry(time.Hour))
			}
		}
		b.SetClock(0)
		for range 30 {
			b.tend()
			wait(t.Context(), time.Minute)
		}
		got := map[string]queue.Submission{}
		for range 2 {
			s := b.claim()
			got[s.Message.ID] = s
		}
		if limit := time.Now().Add(73 * time.Hour); got[taken.ID].ExpiresAt.After(limit) {
			t.Errorf("it expires at %v", got[taken.ID].ExpiresAt)
		}
		if !got[doubtful.ID].PossibleDuplicate {
			t.Error("the uncertain one is not marked")
		}
	})
}

// The time known is written once a minute.
func TestTendWritesTheTimeOnceAMinute(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		written := map[string]bool{}
		for range 60 {
			b.tend()
			written[b.dump()] = true
			wait(t.Context(), 10*time.Second)
		}
		if len(written) > 10 {
			t.Errorf("written %d times in 10 minutes", len(written))
		}
	})
}
