package queue

import (
	"context"
	"fmt"
	"strings"
	"time"

	"goniec/store"
)

// never is how far ahead Due lies of a message that waits for a person.
const never = 100 * 365 * 24 * time.Hour

// restored reports whether HoldRestored holds m.
func (m *Message) restored() bool { return m.Error != nil && m.Error.Code == CodeRestored }

// HoldRestored holds the messages of a restored backup that may have been sent after the
// backup: those that are due or uncertain. Each is held until a person releases or cancels
// the message, or the message expires. Messages that are due later are sent as usual.
// HoldRestored is called once, after Recover and before any worker runs, and may be called
// again after a crash. It returns the number of messages it has held.
func (q *Queue) HoldRestored(ctx context.Context) (held int, err error) {
	// Every message that has not ended has a tick, so the messages need not be read.
	defer store.Wrap(&err, "hold what was restored")
	return store.Count(ctx, q.store, store.Prefix(tickSpace), func(tx store.Tx, tick store.Pair) (bool, error) {
		target := TickTarget(tick.Key)
		id, found := strings.CutPrefix(target, messageSpace)
		if !found {
			return false, nil
		}
		did, err := q.work(tx).holdRestored(id)
		if err != nil && !store.Unreadable(err) {
			return false, fmt.Errorf("message %s: %w", id, err)
		}
		return did, nil
	})
}

// holdRestored holds message id if the message may have been sent after the backup.
func (w *work) holdRestored(id string) (bool, error) {
	e, err := w.load(id)
	if err != nil {
		return false, err
	}
	switch uncertain := e.count(PartUncertain) > 0; {
	case e.Status.Final() || e.Status == StatusSent || e.restored():
		return false, nil
	case !e.ExpiresAt.After(w.now):
		return false, w.expireOrPostpone(e)
	case !uncertain && (!e.claimable() || e.Due.After(w.now)):
		return false, nil
	case uncertain:
		for i := range e.Parts {
			if p := &e.Parts[i]; p.Status == PartUncertain {
				p.Until = time.Time{}
			}
		}
	default:
		e.Due = store.Milliseconds(w.now.Add(never))
	}
	e.Error = &Problem{Code: CodeRestored, Detail: "the data is that of a backup, so it may have been sent since; release or cancel it"}
	return true, w.saveUpdated(e)
}
