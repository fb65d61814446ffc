package queue_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"goniec/queue"
)

// begun returns a long message whose first part has left by worker 0 and whose
// second waits for another attempt.
func (b *box) begun() queue.Message {
	b.t.Helper()
	m := b.put(long)
	s, ok := b.record(b.claim(), accepted(1))
	if !ok {
		b.t.Fatal("no second part")
	}
	b.record(s, retry(time.Minute))
	return b.check(m.ID, queue.StatusSending)
}

// startedOver checks that worker 1 is given the whole message, from its first part.
func (b *box) startedOver(before queue.Message) {
	b.t.Helper()
	got := b.get(before.ID)
	if got.ConcatReference == before.ConcatReference || got.SIM != "" {
		b.t.Errorf("reference %d as before, SIM %q", got.ConcatReference, got.SIM)
	}
	if a := got.Attempts[0]; a.Outcome != queue.AttemptDiscarded || a.Code != queue.CodeSIMGone {
		b.t.Errorf("the first attempt says %s, %s", a.Outcome, a.Code)
	}
	s := b.claimBy(worker(1))
	for i := range before.Parts {
		if s.Message.ID != before.ID || s.Part != i || s.PossibleDuplicate != (i == 0) {
			b.t.Fatalf("part %d instead of %d, possible duplicate: %v", s.Part, i, s.PossibleDuplicate)
		}
		s, _ = b.record(s, accepted(byte(11+i)))
	}
	b.report(1, 0) // of the first copy: nobody waits for it any more
	b.check(before.ID, queue.StatusSent)
	for i := range before.Parts {
		b.reportFor(worker(1), before.To, byte(11+i), 0)
	}
	b.check(before.ID, queue.StatusDelivered)
}

// A SIM that is taken out does not take a long message with it.
func TestLongMessageLeavesASIMThatIsGone(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		m := b.begun()
		b.pass(15 * time.Minute)
		if _, ok, err := b.Claim(t.Context(), worker(1)); ok || err != nil {
			t.Fatalf("claimed by another SIM: %v, %v", ok, err)
		}
		waiting := b.check(m.ID, queue.StatusSending)
		if waiting.Error == nil || waiting.Error.Code != queue.CodeSIMGone || !strings.Contains(waiting.Error.Detail, worker(0).Modem) {
			t.Errorf("after a quarter of an hour: %+v", waiting.Error)
		}
		b.pass(47 * time.Minute)
		if got := b.check(m.ID, queue.StatusQueued); got.Error == nil || got.Error.Code != queue.CodeSIMGone {
			t.Errorf("after an hour: %+v", got.Error)
		}
		if told := b.told(); !slices.Contains(told, "message.queued "+queue.CodeSIMGone) {
			t.Errorf("events %v", told)
		}
		b.startedOver(m)
	})
}

// A SIM that is busy with others is not gone.
func TestLongMessageWaitsForABusySIM(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		m := b.begun()
		for range 20 {
			b.put(func(d *queue.Draft) { d.Priority = queue.High })
			b.send(7)
			b.pass(10 * time.Minute)
		}
		if s := b.claim(); s.Message.ID != m.ID || s.Part != 1 || s.PossibleDuplicate {
			t.Errorf("part %d is claimed, possible duplicate: %v", s.Part, s.PossibleDuplicate)
		}
	})
}

func TestReleaseFromASIM(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		m := b.begun()
		if _, err := b.Release(t.Context(), m.ID, "reception"); err == nil {
			t.Error("released before its next attempt is due")
		}
		b.pass(2 * time.Minute)
		if _, err := b.Release(t.Context(), m.ID, "reception"); err != nil {
			t.Fatal(err)
		}
		b.startedOver(m)
	})
}

// A box that was off for hours does not put down to a SIM that it sent nothing.
func TestLongMessageOutlivesAPowerCut(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		m := b.begun()
		wait(t.Context(), 3*time.Hour) // off
		b = newBoxOn(t, b.store)
		b.pass(30 * time.Minute)
		if s := b.claim(); s.Message.ID != m.ID || s.Part != 1 || s.PossibleDuplicate {
			t.Errorf("after a power cut part %d is claimed, possible duplicate: %v", s.Part, s.PossibleDuplicate)
		}
	})
}

// A SIM that does not come back with the box is gone all the same.
func TestLongMessageLeavesASIMThatAPowerCutTook(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		m := b.begun()
		wait(t.Context(), 3*time.Hour) // off
		b = newBoxOn(t, b.store)
		b.pass(62 * time.Minute)
		b.startedOver(m)
	})
}
