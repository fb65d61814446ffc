package boltstore

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"go.etcd.io/bbolt"

	"goniec/store"
)

// Writers share commits. The first writer leads: it runs its closure on the transaction
// of a new batch, then admits waiting writers one at a time, each of which runs its
// closure in its own goroutine and leaves. Then the leader commits the batch and
// informs its members. Writers that arrive during the commit form the next batch. A
// lone writer pays for one commit and no change of goroutines.

// fillPercent is how full a split page stays. Most keys begin with a time or a counter,
// so new keys follow the last, and the half that bbolt leaves free by default would
// stay free.
const fillPercent = 0.9

// maxMembers bounds the closures of a commit, so that the first does not wait
// indefinitely.
const maxMembers = 512

// batch is the work of one commit. The leader owns it, except while an admitted writer
// is between enter and leave.
type batch struct {
	tx      *bbolt.Tx // nil until the first member needs it
	broken  error     // why the batch cannot be committed
	members []member
	keys    []string // changed keys
	bytes   int      // bytes put
}

// member is a closure that has run in a batch.
type member struct {
	done chan error // receives the result of the batch; capacity 1
}

// full reports whether the batch should be committed before it admits another writer.
func (b *batch) full() bool {
	return len(b.members) >= maxMembers || len(b.keys) >= maxOperations || b.bytes >= maxBytes
}

// Update runs fn in the next commit, possibly with other closures, and returns when the
// outcome is on disk. Errors of the disk wrap store.ErrWrite; the store stays usable
// and later calls may succeed.
func (s *Store) Update(ctx context.Context, fn func(store.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m := member{done: make(chan error, 1)}
	var ran error
	select {
	case s.lead <- struct{}{}:
		ran = s.runLeader(ctx, fn, m)
	case s.enter <- struct{}{}:
		ran = s.runMember(ctx, fn, m)
	case <-ctx.Done():
		return ctx.Err()
	case <-s.closing:
		return store.ErrClosed
	}
	// A closure that failed, or only read, may have seen uncommitted changes of other
	// members; its result is valid only if they were committed.
	if err := <-m.done; err != nil {
		return err
	}
	return ran
}

// runLeader runs fn as the first member of a new batch, admits waiting writers, and
// commits, even if fn panics or ends its goroutine. The caller has put the token into
// s.lead.
func (s *Store) runLeader(ctx context.Context, fn func(store.Tx) error, m member) error {
	s.batch = &batch{members: []member{m}}
	defer func() {
		s.gather()
		s.finish(s.batch)
		<-s.lead
	}()
	return s.run(ctx, fn)
}

// runMember runs fn as the admitted member m of the leader's batch.
func (s *Store) runMember(ctx context.Context, fn func(store.Tx) error, m member) error {
	defer func() { s.leave <- m }()
	return s.run(ctx, fn)
}

// run runs fn on the transaction of the batch, and undoes its changes if fn fails,
// panics or ends its goroutine. One writer at a time runs here.
func (s *Store) run(ctx context.Context, fn func(store.Tx) error) (err error) {
	b := s.batch
	t := &tx{budget: store.Budget{Limits: s.Limits()}}
	returned := false
	defer func() {
		if !returned || err != nil {
			t.takeBack()
		}
		if t.failed != nil {
			b.broken = t.failed
		}
		for _, c := range t.undo {
			b.keys = append(b.keys, c.key)
		}
		b.bytes += maxBytes - t.budget.Limits.Bytes
		t.bucket = nil
	}()
	if err := ctx.Err(); err != nil {
		returned = true
		return err
	}
	if b.tx == nil && b.broken == nil {
		if b.tx, err = s.db.Begin(true); err != nil {
			b.broken = fmt.Errorf("begin transaction: %w", err)
		}
	}
	if b.broken != nil {
		returned = true
		return b.broken
	}
	t.bucket = b.tx.Bucket([]byte(root))
	t.bucket.FillPercent = fillPercent
	if err = fn(t); err == nil {
		err = t.budget.Err()
	}
	returned = true
	return err
}

// gather admits waiting writers one after the other until none waits.
func (s *Store) gather() {
	for b := s.batch; !b.full() && s.admit(); {
		b.members = append(b.members, <-s.leave)
	}
}

// admit admits one waiting writer. It yields first, because writers woken by the last
// commit may be about to return.
func (s *Store) admit() bool {
	for range 2 {
		select {
		case <-s.enter:
			return true
		default:
			runtime.Gosched()
		}
	}
	return false
}

// finish commits b if it has changes, and informs its members.
func (s *Store) finish(b *batch) {
	err := b.broken
	switch {
	case b.tx == nil:
	case err != nil || len(b.keys) == 0:
		_ = b.tx.Rollback() // an open transaction can always be rolled back
	default:
		err = s.commit(b)
	}
	if err == nil && len(b.keys) > 0 {
		s.watchers.Notify(b.keys)
	}
	for _, m := range b.members {
		m.done <- err
	}
}

// commit writes b to disk.
func (s *Store) commit(b *batch) error {
	id := b.tx.ID()
	start := time.Now()
	s.chooseFreelist()
	err := catchDamage(b.tx.Commit)
	if errors.Is(err, ErrDamaged) {
		_ = b.tx.Rollback() // after a panic the transaction is open and unwritten
	}
	if err != nil {
		err = s.resolveFailure(id, err)
	}
	s.metrics.committed(b.tx, len(b.members), time.Since(start), err)
	return err
}

// resolveFailure determines the outcome of a failed commit. If only the last step
// failed, readers already see the new state; one more commit, which writes the other
// meta page, then decides whether the state is on disk. If that fails, too, the outcome
// is open: the change is visible, but lost after a power cut.
func (s *Store) resolveFailure(id int, cause error) error {
	failed := fmt.Errorf("%w: commit: %w", store.ErrWrite, cause)
	reading, err := s.db.Begin(false)
	if err != nil {
		return errors.Join(failed, err)
	}
	landed := reading.ID() >= id
	if err := reading.Rollback(); err != nil {
		return errors.Join(failed, err)
	}
	if !landed {
		return failed
	}
	again, err := s.db.Begin(true)
	if err != nil {
		return errors.Join(failed, err)
	}
	if err := again.Commit(); err != nil {
		return errors.Join(failed, fmt.Errorf("commit again: %w", err))
	}
	return nil
}
