package queue_test

import (
	"testing"
	"testing/synctest"
	"time"

	"goniec/queue"
	"goniec/store"
)

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
