package queue_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"goniec/queue"
)

// A message of three parts walks from queued to delivered.
func TestMessageFromEnqueueToDelivered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		m := b.put(long, func(d *queue.Draft) { d.Reference = "R-17" })
		b.check(m.ID, queue.StatusQueued)

		s := b.claim()
		b.check(m.ID, queue.StatusSending)
		joined := ""
		for i := range 3 {
			if s.Part != i || s.Concatenation == nil || s.Concatenation.Number != i+1 || s.Concatenation.Total != 3 {
				t.Fatalf("submission %d is part %d, %+v", i, s.Part, s.Concatenation)
			}
			if s.Concatenation.Reference != m.ConcatReference {
				t.Errorf("part %d has reference %d, the message %d", i, s.Concatenation.Reference, m.ConcatReference)
			}
			joined += s.Text
			wait(t.Context(), time.Second)
			next, ok := b.record(s, accepted(byte(254+i)))
			if ok != (i < 2) {
				t.Fatalf("after part %d another one is handed over: %v", i, ok)
			}
			s = next
		}
		if joined != m.Text {
			t.Errorf("parts are %q, the text is %q", joined, m.Text)
		}
		b.check(m.ID, queue.StatusSent)

		b.report(254, 0)
		b.report(0, 0) // the reference has wrapped
		b.check(m.ID, queue.StatusSent)
		b.report(255, 0)
		got := b.check(m.ID, queue.StatusDelivered)
		if got.DeliveredAt.IsZero() || got.SentAt.IsZero() || got.SentAt.After(got.DeliveredAt) {
			t.Errorf("sent at %v, delivered at %v", got.SentAt, got.DeliveredAt)
		}
		want := []string{"message.queued", "message.sending", "message.sent", "message.delivered"}
		if diff := cmp.Diff(want, b.told()); diff != "" {
			t.Errorf("events:\n%s", diff)
		}
	})
}
