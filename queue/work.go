package queue

import (
	"time"

	"goniec/store"
)

// work is the change of messages by one transaction.
type work struct {
	queue *Queue
	tx    store.Tx
	now   time.Time // by which the transaction decides
	actor string    // of the events; empty: the gateway itself
}

// work returns the work of a transaction at the present time.
func (q *Queue) work(tx store.Tx) *work { return &work{queue: q, tx: tx, now: q.now()} }
