package queue

import (
	"context"
	"fmt"
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
	for after := ""; ; {
		open, next, err := page(ctx, q.store, messageSpace, idWindow(time.Time{}, time.Time{}, after), pageLimit, decodeMessage,
			func(m Message) bool { return !m.Status.Final() && m.Status != StatusSent })
		if err != nil {
			return held, fmt.Errorf("hold what was restored: %w", err)
		}
		for i := range open {
			did, err := store.Update(ctx, q.store, func(tx store.Tx) (bool, error) { return q.holdRestored(tx, open[i].ID) })
			if err != nil {
				return held, fmt.Errorf("hold what was restored: message %s: %w", open[i].ID, err)
			}
			if did {
				held++
			}
		}
		if after = next; next == "" {
			return held, nil
		}
	}
}

// holdRestored holds one message if it may have been sent since the backup.
func (q *Queue) holdRestored(tx store.Tx, id string) (bool, error) {
	e, err := q.load(tx, id)
	if err != nil {
		return false, err
	}
	now := q.now()
	switch uncertain := e.count(PartUncertain) > 0; {
	case e.Status.Final() || e.Status == StatusSent || e.restored():
		return false, nil
	case !e.ExpiresAt.After(now):
		return false, q.outlived(tx, e, now)
	case !uncertain && (!e.claimable() || e.Due.After(now)):
		return false, nil
	case uncertain:
		for i := range e.Parts {
			if p := &e.Parts[i]; p.Status == PartUncertain {
				p.Until = time.Time{}
			}
		}
	default:
		e.Due = inMilliseconds(now.Add(never))
	}
	e.Error = &Problem{Code: CodeRestored, Detail: "the data is that of a backup, so it may have been sent since; release or cancel it"}
	return true, q.keep(tx, e, now)
}
