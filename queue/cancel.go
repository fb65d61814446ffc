package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"goniec/store"
)

// Cancel cancels a message and returns the changed message. A part of an uncertain
// message may have been sent; Cancel prevents a further copy. The error is ErrInFlight if
// a part is in flight or has been sent, unless the message waits for a person, ErrFinal if the message has ended, and
// store.ErrNotFound if there is no message id.
func (q *Queue) Cancel(ctx context.Context, id, actor string) (Message, error) {
	return q.decision(ctx, "cancel", id, actor, func(w *work, e *entry) error {
		switch {
		case e.count(PartInFlight) > 0, e.Status == StatusSent:
			return ErrInFlight
		case e.count(PartSent, PartDelivered) > 0 && e.count(PartUncertain) == 0 && !e.restored():
			return ErrInFlight
		}
		return w.finish(e, StatusCancelled, nil)
	})
}

// Release makes a held or uncertain message due now, regardless of quiet hours and of a
// possible second copy, and returns the changed message. If the message waits for the SIM
// of its first part, Release has any SIM send every part again. The error is ErrNotHeld if
// the message does not wait, ErrOver if its ExpiresAt has passed, ErrFinal if it has ended,
// and store.ErrNotFound if there is no message id.
func (q *Queue) Release(ctx context.Context, id, actor string) (Message, error) {
	return q.decision(ctx, "release", id, actor, func(w *work, e *entry) error {
		if !e.MayRelease(w.now) {
			return ErrNotHeld
		}
		if !e.ExpiresAt.After(w.now) {
			if trust, err := q.clock.TrustIn(w.tx, w.now); err != nil || trust.Believed {
				return errors.Join(err, ErrOver)
			}
		}
		e.Released = true
		if e.waitsForSIM(w.now) {
			return w.startOver(e)
		}
		for i := range e.Parts {
			if e.Parts[i].Status == PartUncertain {
				w.sendAgain(e, i)
				e.Parts[i].UncertainAttempts = 0
			}
		}
		w.schedule(&e.Message, w.now)
		return w.updateStatus(e)
	})
}

// MayRelease reports whether m waits at now for what Release changes.
func (m *Message) MayRelease(now time.Time) bool {
	return m.Status == StatusHeld || m.Status == StatusUncertain || m.waitsForSIM(now)
}

// decision applies the change that actor wants to a message that has not ended. what names
// the change in errors.
func (q *Queue) decision(ctx context.Context, what, id, actor string, change func(*work, *entry) error) (m Message, err error) {
	defer store.Wrap(&err, "%s", what)
	return store.Update(ctx, q.store, func(tx store.Tx) (Message, error) {
		w := q.work(tx)
		w.actor = actor
		e, err := w.load(id)
		if err != nil {
			return Message{}, err
		}
		if e.Status == StatusExpired {
			return Message{}, fmt.Errorf("message %s: %w: %w", id, ErrFinal, ErrOver)
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
