package queue_test

import (
	"testing"
	"testing/synctest"
	"time"

	"goniec/queue"
)

// TestHoldRestored holds what was due or in doubt when the backup was made, and lets
// alone what is due later, has ended, or is held already.
func TestHoldRestored(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		uncertain := b.put()
		b.record(b.claim(), queue.Outcome{Kind: queue.Uncertain, Code: "no_answer"})
		sent := b.put()
		b.record(b.claim(), accepted(7))
		flying := b.put()
		b.claim()
		due := b.put()
		later := b.put(func(d *queue.Draft) { d.SendAt = time.Now().Add(24 * time.Hour) })
		expired := b.put(func(d *queue.Draft) { d.ExpiresAt = time.Now().Add(time.Hour) })
		<-time.After(2 * time.Hour)

		if _, err := b.Recover(t.Context()); err != nil {
			t.Fatal(err)
		}
		if held, err := b.HoldRestored(t.Context()); err != nil || held != 3 {
			t.Errorf("held %d, %v, want 3", held, err)
		}
		if held, err := b.HoldRestored(t.Context()); err != nil || held != 0 {
			t.Errorf("held %d more, %v", held, err)
		}
		for _, c := range []struct {
			name string
			id   string
			want queue.Status
			code string
		}{
			{"uncertain", uncertain.ID, queue.StatusHeld, queue.CodeRestored},
			{"in flight", flying.ID, queue.StatusHeld, queue.CodeRestored},
			{"due", due.ID, queue.StatusHeld, queue.CodeRestored},
			{"sent", sent.ID, queue.StatusSent, ""},
			{"due later", later.ID, queue.StatusScheduled, ""},
			{"expired", expired.ID, queue.StatusExpired, queue.CodeExpired},
		} {
			m := b.get(c.id)
			code := ""
			if m.Error != nil {
				code = m.Error.Code
			}
			if m.Status != c.want || code != c.code {
				t.Errorf("%s: %s (%s), want %s (%s)", c.name, m.Status, code, c.want, c.code)
			}
		}
		if _, ok, err := b.Claim(t.Context(), worker(0)); ok || err != nil {
			t.Errorf("something that may have been sent is handed over: %v", err)
		}
		if _, err := b.Tend(t.Context()); err != nil {
			t.Error(err)
		}
		if m := b.get(due.ID); m.Status != queue.StatusHeld {
			t.Errorf("after a look it is %s", m.Status)
		}

		// A person decides.
		if _, err := b.Release(t.Context(), due.ID, "reception"); err != nil {
			t.Error(err)
		}
		if s := b.claim(); s.Message.ID != due.ID {
			t.Errorf("released %s, handed over %s", due.ID, s.Message.ID)
		}
		if _, err := b.Cancel(t.Context(), uncertain.ID, "reception"); err != nil {
			t.Error(err)
		}
		if _, err := b.Release(t.Context(), flying.ID, "reception"); err != nil {
			t.Error(err)
		}
		if s := b.claimBy(worker(1)); s.Message.ID != flying.ID || !s.PossibleDuplicate {
			t.Errorf("handed over %s, possible duplicate %t", s.Message.ID, s.PossibleDuplicate)
		}
		// What nobody decides about ends by its time.
		queue.CheckInvariants(t, b.store)
	})
}

// TestRestoredThatNobodyDecides ends when its time is over.
func TestRestoredThatNobodyDecides(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		m := b.put(func(d *queue.Draft) { d.ExpiresAt = time.Now().Add(10 * time.Hour) })
		<-time.After(time.Hour)
		if held, err := b.HoldRestored(t.Context()); err != nil || held != 1 {
			t.Fatalf("held %d, %v", held, err)
		}
		for range 20 {
			<-time.After(time.Hour)
			if _, err := b.Tend(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if got := b.get(m.ID); got.Status != queue.StatusExpired {
			t.Errorf("it is %s", got.Status)
		}
		queue.CheckInvariants(t, b.store)
	})
}
