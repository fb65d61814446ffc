package boltstore

import (
	"sync"
	"time"

	"go.etcd.io/bbolt"
)

// readers records which states of the file are being read. The zero value is ready for
// use.
type readers struct {
	mu   sync.Mutex
	open map[int]int   // read transactions by the state they see; guarded by mu
	left chan struct{} // closed when a reader ends, if awaited; guarded by mu
}

// begin begins a read transaction and records its state under one lock.
func (r *readers) begin(db *bbolt.DB) (*bbolt.Tx, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	tx, err := db.Begin(false)
	if err != nil {
		return nil, err
	}
	if r.open == nil {
		r.open = make(map[int]int)
	}
	r.open[tx.ID()]++
	return tx, nil
}

// end ends a read transaction, and then removes its record without holding mu during
// the end.
func (r *readers) end(tx *bbolt.Tx) error {
	state := tx.ID()
	err := tx.Rollback()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.open[state]--; r.open[state] == 0 {
		delete(r.open, state)
	}
	if r.left != nil {
		close(r.left)
		r.left = nil
	}
	return err
}

// awaitGone waits until no reader has a state before this one. It returns false when
// patience has passed.
func (r *readers) awaitGone(state int, patience time.Duration) bool {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for {
		left := r.before(state)
		if left == nil {
			return true
		}
		select {
		case <-left:
		case <-timer.C:
			return false
		}
	}
}

// before returns a channel that is closed when a reader ends, or nil if no reader has a
// state before this one.
func (r *readers) before(state int) <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	for seen := range r.open {
		if seen >= state {
			continue
		}
		if r.left == nil {
			r.left = make(chan struct{})
		}
		return r.left
	}
	return nil
}
