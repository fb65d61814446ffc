package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"goniec/store"
)

// Prune removes what has been kept long enough: the texts of messages that were
// sent or ended longer ago than texts, then the messages themselves after records. It works in small transactions
// so that nobody waits for it, and goes on where it was when it is called again.
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
		{"messages", store.Range{From: bareSpace, To: bareSpace + store.TimeSegment(now.Add(-records))}, q.pruneMessage(bareSpace, (*work).removeSome)},
		{"concatenation references", store.Prefix(refSpace), pruneReferences(now)},
	} {
		// A message with many attempts takes several passes.
		for again := true; again; {
			n, err := store.Count(ctx, q.store, step.in, step.change)
			q.meter.pruned.Add(float64(n))
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

// pruneMessage returns what does something to the message that a key of a time index
// leads to. do takes the message out of the index, now or after some calls.
func (q *Queue) pruneMessage(space string, do func(*work, *entry) error) func(store.Tx, store.Pair) (bool, error) {
	return func(tx store.Tx, pair store.Pair) (bool, error) {
		t, err := parseTimedID(pair.Key, space)
		if err != nil {
			return false, err
		}
		w := q.work(tx)
		e, err := w.load(t.id)
		if store.Unreadable(err) {
			// Nothing but its name is known any more.
			return true, tx.Delete(pair.Key)
		}
		if err != nil {
			return false, err
		}
		return true, do(w, e)
	}
}

// removeSome removes a message, or some of its attempts.
func (w *work) removeSome(e *entry) error {
	_, err := w.remove(e)
	return err
}

// removeText empties a message of what it said. Who it was for and what became of
// it stay.
func (w *work) removeText(e *entry) error {
	e.Text, e.TextRemoved = "", true
	return w.save(e)
}

// pruneReferences removes the concatenation references of a number that have rested.
func pruneReferences(now time.Time) func(store.Tx, store.Pair) (bool, error) {
	return func(tx store.Tx, pair store.Pair) (bool, error) {
		r, found, err := store.GetJSON[references](tx, pair.Key)
		if err != nil && !errors.Is(err, store.ErrRecord) || found && !r.rested(now) {
			return false, err
		}
		return true, tx.Delete(pair.Key)
	}
}
