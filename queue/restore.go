package queue

import (
	"context"
	"fmt"
	"strings"
	"time"

	"goniec/store"
)

// never is a time that does not come: when a message that waits for a person is due.
const never = 100 * 365 * 24 * time.Hour

// restored reports whether m waits for a person since the data was restored.
func (m *Message) restored() bool { return m.Error != nil && m.Error.Code == CodeRestored }

// HoldRestored is called once, behind Recover and before any worker runs, when the
// data is that of a backup: what was due then, or in doubt, may have been sent since,
// and nobody knows. Each such message is held until a person releases or cancels it,
// or its time is over. What is due later than now goes as it would have. It returns
// how many it holds, and may be called again after a crash.
func (q *Queue) HoldRestored(ctx context.Context) (held int, err error) {
	// Every message that has not ended has a tick, and among a million those are few.
	held, err = store.Count(ctx, q.store, store.Prefix(tickSpace), func(tx store.Tx, tick store.Pair) (bool, error) {
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
	if err != nil {
		return held, fmt.Errorf("hold what was restored: %w", err)
	}
	return held, nil
}

// holdRestored holds one message if it may have been sent since the backup.
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
	return true, w.keep(e)
}
