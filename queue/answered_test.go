package queue_test

import (
	"slices"
	"testing"
	"time"

	"goniec/pdu"
	"goniec/queue"
	"goniec/store"
)

// answered tells the queue that the patient has answered a message by a text sent at at.
func (b *box) answered(id string, at time.Time) {
	b.t.Helper()
	if err := b.store.Update(b.t.Context(), func(tx store.Tx) error { return b.AnsweredIn(tx, id, at) }); err != nil {
		b.t.Fatal(err)
	}
}

// Wherever a part stands whose outcome nobody knows, an answer to it says that it arrived.
func TestAnAnswerSettlesAnUncertainPart(t *testing.T) {
	for name, bring := range map[string]func(b *box, id string){
		"its report is awaited": func(b *box, id string) { b.check(id, queue.StatusUncertain) },
		"it waits to be sent again": func(b *box, id string) {
			b.pass(10 * time.Minute)
			b.check(id, queue.StatusQueued)
		},
		"it was called uncertain twice": func(b *box, id string) {
			b.pass(10 * time.Minute)
			b.record(b.claim(), unknown())
			b.check(id, queue.StatusUncertain)
		},
		"a person decides": func(b *box, id string) {
			b.pass(10 * time.Minute)
			b.record(b.claim(), unknown())
			b.pass(time.Hour)
			b.check(id, queue.StatusHeld)
		},
		"its time is over": func(b *box, id string) {
			b.pass(10 * time.Minute)
			b.pass(73 * time.Hour)
			b.check(id, queue.StatusFailed)
		},
		"it was cancelled": func(b *box, id string) {
			if _, err := b.Cancel(b.t.Context(), id, "reception"); err != nil {
				b.t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, b *box) {
				m := b.put()
				b.record(b.claim(), unknown())
				bring(b, m.ID)
				at := time.Now()
				b.answered(m.ID, at)
				got := b.check(m.ID, queue.StatusDelivered)
				if !got.DeliveredAt.Equal(at) || got.Error != nil {
					t.Errorf("delivered at %s, error %+v", got.DeliveredAt, got.Error)
				}
				if a := got.Attempts[len(got.Attempts)-1]; a.Outcome != queue.AttemptAccepted || a.Code != queue.CodeAnswered || a.Report >= 0 {
					t.Errorf("attempt %+v", a)
				}
				b.none()
				told := b.count("message.delivered")
				b.report(7, 0) // late, after all
				b.report(7, 0x41)
				b.answered(m.ID, at)
				b.check(m.ID, queue.StatusDelivered)
				if n := b.count("message.delivered"); n != 1 || told != 1 {
					t.Errorf("delivered was told %d times", n)
				}
			})
		})
	}
}

// The second copy is in the air when the answer comes: whatever becomes of it, no third follows.
func TestAnAnswerWhileTheSecondCopyIsInTheAir(t *testing.T) {
	for name, o := range map[string]queue.Outcome{"sent": accepted(3), "refused": {Kind: queue.Retry, Code: "cms_38"}, "unknown": unknown()} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, b *box) {
				m := b.put()
				b.record(b.claim(), unknown())
				b.pass(10 * time.Minute)
				s := b.claim()
				b.answered(m.ID, time.Now().Add(-5*time.Minute))
				b.check(m.ID, queue.StatusSending)
				b.record(s, o)
				b.check(m.ID, queue.StatusDelivered)
				b.pass(3 * time.Hour)
				b.none()
			})
		})
	}
}

// An answer says nothing of what has not been tried, or was tried later.
func TestAnAnswerThatProvesNothing(t *testing.T) {
	t.Run("a part has not been tried", func(t *testing.T) {
		bubble(t, func(t *testing.T, b *box) {
			m := b.put(long)
			s, _ := b.record(b.claim(), accepted(1))
			b.record(s, unknown())
			b.answered(m.ID, time.Now())
			got := b.check(m.ID, queue.StatusUncertain)
			if want := []queue.PartStatus{queue.PartSent, queue.PartUncertain, queue.PartQueued}; !slices.Equal(statuses(got), want) {
				t.Errorf("parts are %v", statuses(got))
			}
		})
	})
	t.Run("it was written before", func(t *testing.T) {
		bubble(t, func(t *testing.T, b *box) {
			m := b.put()
			wait(t.Context(), time.Hour)
			b.record(b.claim(), unknown())
			b.answered(m.ID, time.Now().Add(-10*time.Minute))
			b.check(m.ID, queue.StatusUncertain)
		})
	})
	t.Run("nothing is uncertain", func(t *testing.T) {
		bubble(t, func(t *testing.T, b *box) {
			m := b.put()
			b.send(1)
			b.answered(m.ID, time.Now())
			if got := b.check(m.ID, queue.StatusSent); !got.DeliveredAt.IsZero() {
				t.Errorf("delivered at %s", got.DeliveredAt)
			}
		})
	})
}

// Of a long message whose other parts have left, the uncertain one is settled.
func TestAnAnswerToALongMessage(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		m := b.put(long)
		s, _ := b.record(b.claim(), accepted(1))
		s, _ = b.record(s, accepted(2))
		b.record(s, unknown())
		b.report(1, 0)
		b.report(2, 0)
		b.check(m.ID, queue.StatusUncertain)
		b.answered(m.ID, time.Now())
		b.check(m.ID, queue.StatusDelivered)
	})
}

// Who is asked before a second sending may have a person call instead. Everything that
// settles an uncertain part still does.
func TestCallBeforeASecondSending(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(b *box, id string) error
		want queue.Status
	}{
		"released":  {func(b *box, id string) error { _, err := b.Release(b.t.Context(), id, "reception"); return err }, queue.StatusQueued},
		"cancelled": {func(b *box, id string) error { _, err := b.Cancel(b.t.Context(), id, "reception"); return err }, queue.StatusCancelled},
		"reported": {func(b *box, id string) error {
			m := b.get(id)
			r := pdu.StatusReport{MR: 9, RA: m.To, SCTS: m.Attempts[0].At, Discharge: m.Attempts[0].At}
			return b.Report(b.t.Context(), worker(0), r, time.Now())
		}, queue.StatusDelivered},
		"answered": {func(b *box, id string) error { b.answered(id, time.Now()); return nil }, queue.StatusDelivered},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, b *box) {
				asked := ""
				b.CallFirst(func(_ store.Reader, m *queue.Message, _ time.Time) (bool, error) {
					asked = m.ID
					return true, nil
				})
				m := b.put()
				b.record(b.claim(), unknown())
				b.pass(9 * time.Minute)
				if asked != "" {
					t.Error("asked while the report is awaited")
				}
				b.pass(time.Minute)
				got := b.check(m.ID, queue.StatusHeld)
				if asked != m.ID || got.Error.Code != queue.CodeCallList || !got.Error.RetryAt.IsZero() {
					t.Errorf("asked of %q, error %+v", asked, got.Error)
				}
				b.none()
				b.pass(4 * time.Hour)
				b.wantOverdue(queue.WaitPerson)
				if err := c.do(b, m.ID); err != nil {
					t.Fatal(err)
				}
				b.check(m.ID, c.want)
			})
		})
	}
}
