package queue

import (
	"context"
	"errors"
	"fmt"

	"goniec/store"
)

// RetryNow makes those of the messages ids due now that wait because their last
// attempt came to nothing: whatever kept them has gone away. A message that waits for
// something else, does not wait, or does not exist, is left as it is.
func (q *Queue) RetryNow(ctx context.Context, ids []string) error {
	for _, id := range ids {
		err := q.store.Update(ctx, func(tx store.Tx) error { return q.retryNow(tx, id) })
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("retry message %s now: %w", id, err)
		}
	}
	return nil
}

func (q *Queue) retryNow(tx store.Tx, id string) error {
	e, err := q.load(tx, id)
	if err != nil {
		return err
	}
	now := store.Milliseconds(q.now())
	if e.Status != StatusQueued || !e.Due.After(now) || len(e.Attempts) == 0 || e.Error == nil {
		return nil
	}
	if last := e.Attempts[len(e.Attempts)-1]; last.Outcome != AttemptRetry || last.Code != e.Error.Code {
		return nil
	}
	e.Error.RetryAt = now
	q.schedule(&e.Message, now, now)
	return q.keep(tx, e, now)
}
