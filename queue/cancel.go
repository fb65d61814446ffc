package queue

import (
	"context"
	"fmt"

	"goniec/store"
)

// Cancel withdraws a message and returns it as it then is. ErrInFlight is returned
// once a part is in the air or has left, ErrFinal for a message that has ended,
// store.ErrNotFound for none. One that is uncertain, or held because it was, can be
// withdrawn: it will not be sent again, but may have been sent.
func (q *Queue) Cancel(ctx context.Context, id, actor string) (Message, error) {
	m, err := q.decision(ctx, id, actor, func(w *work, e *entry) error {
		switch {
		case e.count(PartInFlight) > 0, e.Status == StatusSent:
			return ErrInFlight
		case e.count(PartSent, PartDelivered) > 0 && e.count(PartUncertain) == 0:
			return ErrInFlight
		}
		return w.finish(e, StatusCancelled, nil)
	})
	if err != nil {
		return Message{}, fmt.Errorf("cancel: %w", err)
	}
	return m, nil
}

// Release sends a held or an uncertain message on its way and returns it as it
// then is: somebody has decided that it leaves now, whatever the quiet hours say, and
// that a possible second copy does no harm. A long message that is due and waits for
// the SIM of its first part begins anew by any other. ErrNotHeld is returned for a message
// that does not wait, ErrFinal for one that has ended, store.ErrNotFound for none.
func (q *Queue) Release(ctx context.Context, id, actor string) (Message, error) {
	m, err := q.decision(ctx, id, actor, func(w *work, e *entry) error {
		waits := e.waitsForSIM(w.now)
		if e.Status != StatusHeld && e.Status != StatusUncertain && !waits {
			return ErrNotHeld
		}
		e.Released = true
		if waits {
			return w.startOver(e)
		}
		for i := range e.Parts {
			if e.Parts[i].Status == PartUncertain {
				w.sendAgain(e, i)
				e.Parts[i].UncertainAttempts = 0
			}
		}
		w.schedule(&e.Message, w.now)
		return w.settle(e)
	})
	if err != nil {
		return Message{}, fmt.Errorf("release: %w", err)
	}
	return m, nil
}

// decision changes a message that has not ended, because actor wants it.
func (q *Queue) decision(ctx context.Context, id, actor string, change func(*work, *entry) error) (Message, error) {
	return store.Update(ctx, q.store, func(tx store.Tx) (Message, error) {
		w := q.work(tx)
		w.actor = actor
		e, err := w.load(id)
		if err != nil {
			return Message{}, err
		}
		if e.Status.Final() {
			return Message{}, fmt.Errorf("message %s: %w", id, ErrFinal)
		}
		if err := change(w, e); err != nil {
			return Message{}, fmt.Errorf("message %s: %w", id, err)
		}
		return e.Message, w.save(e)
	})
}
