package queue

import (
	"time"

	"goniec/store"
)

// work is what one transaction does to messages.
type work struct {
	queue *Queue
	tx    store.Tx
	now   time.Time // by which the transaction decides
	actor string    // of the events; empty: nobody asked for it
}

// work begins work in a transaction, as at now.
func (q *Queue) work(tx store.Tx) *work { return &work{queue: q, tx: tx, now: q.now()} }
