package queue

import (
	"context"
	"errors"
	"fmt"

	"goniec/store"
)

// RetryNow makes messages that wait for the back-off after a failed attempt due now. It is
// called when the cause of the failure has gone. A message that waits for another reason,
// does not wait, or does not exist is not changed.
func (q *Queue) RetryNow(ctx context.Context, ids []string) error {
	for _, id := range ids {
		err := q.store.Update(ctx, func(tx store.Tx) error { return q.work(tx).retryNow(id) })
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("retry message %s now: %w", id, err)
		}
	}
	return nil
}

func (w *work) retryNow(id string) error {
	e, err := w.load(id)
	if err != nil {
		return err
	}
	if e.Status != StatusQueued || !e.Due.After(w.now) || len(e.Attempts) == 0 || e.Error == nil {
		return nil
	}
	if last := e.Attempts[len(e.Attempts)-1]; last.Outcome != AttemptRetry || last.Code != e.Error.Code {
		return nil
	}
	e.Error.RetryAt = w.now
	w.schedule(&e.Message, w.now)
	return w.saveUpdated(e)
}
