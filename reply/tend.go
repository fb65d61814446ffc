package reply

import (
	"context"
	"time"

	"goniec/store"
)

// Tend ends the questions whose time is over. A week after the end of a question, Tend
// removes the keys by which a late answer finds the question. Tend does nothing while the
// clock is not believed.
func (r *Replies) Tend(ctx context.Context) error {
	trust, err := r.queue.Clock().Trust(ctx)
	if err != nil || !trust.Believed {
		return err
	}
	err = store.Walk(ctx, r.store, store.Range{From: askTickSpace, To: askTickSpace + store.TimeSegment(now())}, r.tendQuestion)
	store.Wrap(&err, "end questions")
	return err
}

func (r *Replies) tendQuestion(tx store.Tx, tick store.Pair) error {
	if err := tx.Delete(tick.Key); err != nil {
		return err
	}
	q, ok, err := store.Readable(ReadQuestion(tx, store.LastSegment(tick.Key)))
	if !ok {
		return err
	}
	at := now()
	switch {
	case q.tick().After(at): // the end of the question has moved
		return tx.Put(askTickKey(q.tick(), q.ID), nil)
	case q.Status == Open:
		return r.expire(tx, q)
	}
	return store.Delete(tx, q.askedKeys()...)
}

// moveTick moves the tick of a question whose status has changed.
func moveTick(tx store.Tx, q Question, before time.Time) error {
	if err := tx.Delete(askTickKey(before, q.ID)); err != nil {
		return err
	}
	return tx.Put(askTickKey(q.tick(), q.ID), nil)
}
