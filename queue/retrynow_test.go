package queue_test

import (
	"testing"
	"testing/synctest"
	"time"

	"goniec/queue"
)

// TestRetryNow: what waits because an attempt came to nothing is due at once, and
// whatever waits for another reason, or does not wait, stays as it is.
func TestRetryNow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		failed := b.put()
		b.record(b.claim(), retry(10*time.Minute))
		later := b.put(func(d *queue.Draft) { d.SendAt = time.Now().Add(time.Hour) })
		sent := b.put()
		b.send(1)
		cancelled := b.put()
		b.record(b.claim(), retry(10*time.Minute))
		if _, err := b.Cancel(t.Context(), cancelled.ID, "his"); err != nil {
			t.Fatal(err)
		}
		b.none()
		if err := b.RetryNow(t.Context(), []string{failed.ID, later.ID, sent.ID, cancelled.ID, "no-such-message"}); err != nil {
			t.Fatal(err)
		}
		if got := b.check(failed.ID, queue.StatusQueued); got.Error == nil || got.Error.Code != "cms_38" || got.Error.RetryAt.After(time.Now()) {
			t.Errorf("error %+v, want the one of the attempt, and a retry now", got.Error)
		}
		b.check(later.ID, queue.StatusScheduled)
		b.check(sent.ID, queue.StatusSent)
		b.check(cancelled.ID, queue.StatusCancelled)
		if s := b.claim(); s.Message.ID != failed.ID {
			t.Errorf("message %s is due, want %s", s.Message.ID, failed.ID)
		}
		b.none()
	})
}
