package queue_test

import (
	"errors"
	"testing"

	"goniec/queue"
	"goniec/store"
)

// What is enqueued within a transaction exists exactly if the transaction took place.
func TestEnqueueIn(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		var id string
		failed := errors.New("changed its mind")
		enqueue := func(d queue.Draft, then error) error {
			return b.store.Update(t.Context(), func(tx store.Tx) error {
				m, err := b.EnqueueIn(tx, "replies", d)
				id = m.ID
				return errors.Join(err, then)
			})
		}
		if err := enqueue(draft(t), failed); !errors.Is(err, failed) {
			t.Fatal(err)
		}
		b.none()
		if err := enqueue(draft(t), nil); err != nil {
			t.Fatal(err)
		}
		if s := b.claim(); s.Message.ID != id {
			t.Error("another message is claimed")
		}
		var refused *queue.RefusedError
		if err := enqueue(draft(t, func(d *queue.Draft) { d.Text = "" }), nil); !errors.As(err, &refused) || refused.Field != "text" {
			t.Errorf("a message without a text: %v", err)
		}
	})
}

// What is written along with a message is written once, and not at all for one that
// is refused.
func TestWrittenInTx(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		var along func(tx store.Tx, m queue.Message) error
		enqueue := func(key string, drafts ...queue.Draft) error {
			for i := range drafts {
				drafts[i].InTx = along
			}
			_, _, err := b.Enqueue(t.Context(), queue.Caller{Token: "his", Key: key}, drafts)
			return err
		}
		along = func(tx store.Tx, m queue.Message) error { return tx.Put("along/"+m.ID, []byte(m.Status)) }
		for range 2 { // the second time it is a repetition
			if err := enqueue("key", draft(t), draft(t, func(d *queue.Draft) { d.Text = "" })); err != nil {
				t.Fatal(err)
			}
		}
		err := b.store.View(t.Context(), func(r store.Reader) error {
			pairs, err := r.Scan("along/", "along0", 0)
			if len(pairs) != 1 || string(pairs[0].Value) != "queued" {
				t.Errorf("%q is written along", pairs)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		failed := errors.New("no")
		along = func(store.Tx, queue.Message) error { return failed }
		if err := enqueue("", draft(t)); !errors.Is(err, failed) {
			t.Error(err)
		}
		b.claim()
		b.none()
	})
}
