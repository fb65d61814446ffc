package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"goniec/store"
)

// Prune empties the texts of messages that were sent or ended longer ago than texts, and
// removes messages that were sent or ended longer ago than records. Prune works in small
// transactions so that other callers do not wait long. A call after an interruption
// continues the work. While the clock is not believed Prune removes nothing.
func (q *Queue) Prune(ctx context.Context, texts, records time.Duration) error {
	now := q.now()
	trust, err := q.clock.Trust(ctx)
	if err != nil {
		return fmt.Errorf("prune: %w", err)
	}
	if !trust.Believed {
		q.log.WarnContext(ctx, "nothing is removed while the clock is not believed", "is", now)
		return nil
	}
	for _, step := range []struct {
		what   string
		in     store.Range
		change func(store.Tx, store.Pair) (bool, error)
	}{
		{"texts", store.Range{From: doneSpace, To: doneSpace + store.TimeSegment(now.Add(-texts))}, q.pruneMessage(doneSpace, (*work).removeText)},
		{"messages", store.Range{From: noTextSpace, To: noTextSpace + store.TimeSegment(now.Add(-records))}, q.pruneMessage(noTextSpace, (*work).removeSome)},
		{"concatenation references", store.Prefix(refSpace), pruneReferences(now)},
	} {
		// A message with many attempts takes several passes.
		for again := true; again; {
			n, err := store.Count(ctx, q.store, step.in, step.change)
			q.CountPruned(n)
			if err != nil {
				return fmt.Errorf("prune %s: %w", step.what, err)
			}
			again = step.what == "messages" && n > 0
		}
	}
	if q.config.Router != nil {
		if err := q.config.Router.Prune(ctx, now.Add(-records)); err != nil {
			return fmt.Errorf("prune numbers: %w", err)
		}
	}
	return nil
}

// pruneMessage returns a function that calls do with the message that a key of the index
// space leads to. do removes the key, at once or after several calls.
func (q *Queue) pruneMessage(space string, do func(*work, *entry) error) func(store.Tx, store.Pair) (bool, error) {
	return func(tx store.Tx, pair store.Pair) (bool, error) {
		t, err := parseTimedID(pair.Key, space)
		if err != nil {
			return false, err
		}
		w := q.work(tx)
		e, ok, err := store.Readable(w.load(t.id))
		switch {
		case err != nil:
			return false, err
		case !ok:
			return true, tx.Delete(pair.Key)
		}
		return true, do(w, e)
	}
}

// removeSome removes a message, or some of its attempts.
func (w *work) removeSome(e *entry) error {
	_, err := w.remove(e)
	return err
}

// removeText empties the text of a message. The number, parts and attempts stay.
func (w *work) removeText(e *entry) error {
	e.Text, e.TextRemoved = "", true
	return w.save(e)
}

// pruneReferences removes the references of numbers that have rested at now.
func pruneReferences(now time.Time) func(store.Tx, store.Pair) (bool, error) {
	return func(tx store.Tx, pair store.Pair) (bool, error) {
		r, found, err := store.GetJSON[references](tx, pair.Key)
		if err != nil && !errors.Is(err, store.ErrRecord) || found && !r.rested(now) {
			return false, err
		}
		return true, tx.Delete(pair.Key)
	}
}
