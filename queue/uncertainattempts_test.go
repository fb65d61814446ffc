package queue_test

import (
	"testing"
	"time"

	"goniec/queue"
)

// doubts returns whose attempts are in doubt, as message ids.
func (b *box) doubts(name string, since time.Time) (ids []string, all []queue.Submission) {
	b.t.Helper()
	all, err := b.UncertainAttempts(b.t.Context(), name, since)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, s := range all {
		ids = append(ids, s.Message.ID)
	}
	return ids, all
}

func TestDoubts(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		old := b.put()
		b.record(b.claim(), unknown())
		b.pass(3 * time.Minute)
		since := time.Now()

		told := b.put()
		b.record(b.claim(), queue.Outcome{Kind: queue.Accepted, NoMR: true}) // left, so no answer is awaited
		m := b.put(long)
		b.record(b.claim(), accepted(1))
		b.pass(time.Second)
		foreign := b.put(func(d *queue.Draft) { d.To = address(t, other) })
		b.claimBy(worker(1))
		if ids, _ := b.doubts("", since); len(ids) > 0 {
			t.Errorf("in doubt before the box stopped: %v", ids)
		}
		if _, err := b.Recover(t.Context()); err != nil {
			t.Fatal(err)
		}
		ids, all := b.doubts("sim-a", since)
		if len(ids) != 1 || ids[0] != m.ID {
			t.Fatalf("in doubt of the first modem: %v, want %s", ids, m.ID)
		}
		if s := all[0]; s.Part != 1 || s.Attempt != 2 || s.To != m.To {
			t.Errorf("attempt %d of part %d to %v", s.Attempt, s.Part, s.To)
		}
		if ids, _ := b.doubts("", since); len(ids) != 2 || ids[0] != foreign.ID {
			t.Errorf("in doubt of any: %v, want %s first", ids, foreign.ID)
		}
		if ids, _ := b.doubts("sim-a", since.Add(-time.Hour)); len(ids) != 2 || ids[1] != old.ID {
			t.Errorf("in doubt for longer: %v, want %s last", ids, old.ID)
		}
		if err := b.Resolve(t.Context(), all[0], 2, time.Now()); err != nil {
			t.Fatal(err)
		}
		if got := b.get(m.ID); got.Parts[1].Status != queue.PartSent || got.Parts[1].MR != 2 {
			t.Errorf("part %+v", got.Parts[1])
		}
		if ids, _ := b.doubts("sim-a", since); len(ids) > 0 {
			t.Errorf("in doubt after the answer: %v", ids)
		}
		b.check(told.ID, queue.StatusSent)
	})
}

// Most attempts without a reference may be old: those of a modem that tells none.
func TestDoubtsAmongMany(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		for range 2100 {
			b.put()
			b.record(b.claim(), queue.Outcome{Kind: queue.Accepted, NoMR: true})
		}
		b.pass(10 * time.Minute)
		m := b.put()
		b.claim()
		if _, err := b.Recover(t.Context()); err != nil {
			t.Fatal(err)
		}
		if ids, _ := b.doubts("sim-a", time.Now().Add(-time.Minute)); len(ids) != 1 || ids[0] != m.ID {
			t.Errorf("in doubt: %v, want %s", ids, m.ID)
		}
	})
}
