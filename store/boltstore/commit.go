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

// How writers share a commit: the first writer who comes leads. He runs his closure
// on the transaction of a new batch; as long as somebody else is waiting he admits him,
// too, who runs his closure in his own goroutine and leaves; then the leader commits the
// batch and tells all who were in it. While he does, the next ones gather, and the first
// of them leads when he is done. Nobody waits for company: a lone writer pays for one
// commit only, and for no change of goroutines.

// fillPercent is how full a page is left that has to be split. Most keys begin with a
// time or a number that counts on, so that what comes next goes behind them, and the
// half that bbolt leaves free by itself would stay free for ever.
const fillPercent = 0.9

// maxMembers is how many closures share a commit at most, so that the first
// of them does not wait for ever while others keep coming.
const maxMembers = 512

// batch is what shares one commit. The leader owns it, except for the time between
// enter and leave, when the writer admitted does.
type batch struct {
	tx      *bbolt.Tx // nil until somebody needs it
	broken  error     // why nothing of it can be committed
	members []member
	keys    []string // that were changed
	bytes   int      // that were put
}

// member is one closure that has run in a batch.
type member struct {
	done chan error // receives what became of the batch; capacity 1
}

// full says whether the batch should be committed before anyone else enters.
func (b *batch) full() bool {
	return len(b.members) >= maxMembers || len(b.keys) >= maxOperations || b.bytes >= maxBytes
}

// Update runs fn in the next commit, alone or together with others that are
// waiting, and returns when its outcome is on disk. Errors of the disk come
// back wrapped in store.ErrWrite; the store stays usable and later calls may succeed.
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
	// A closure that failed, or only read, may have seen what others in the
	// batch had written; what it says holds only if that was committed.
	if err := <-m.done; err != nil {
		return err
	}
	return ran
}

// runLeader runs fn as the first member of a new batch, admits those who wait, and commits
// also if fn panics or ends its goroutine. The caller has put the token into s.lead.
func (s *Store) runLeader(ctx context.Context, fn func(store.Tx) error, m member) error {
	s.batch = &batch{members: []member{m}}
	defer func() {
		s.gather()
		s.finish(s.batch)
		<-s.lead
	}()
	return s.run(ctx, fn)
}

// runMember runs fn as the member m of the leader's batch, who has admitted it.
func (s *Store) runMember(ctx context.Context, fn func(store.Tx) error, m member) error {
	defer func() { s.leave <- m }()
	return s.run(ctx, fn)
}

// run runs fn on the transaction of the batch and takes its changes back if it fails,
// panics or ends its goroutine. Only one writer at a time is in here.
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

// gather admits those who wait, one after the other, until nobody does.
func (s *Store) gather() {
	for b := s.batch; !b.full() && s.admit(); {
		b.members = append(b.members, <-s.leave)
	}
}

// admit lets in a writer if one is waiting. Those whom the last commit has
// just woken may be about to come back, so they get their turn to run first.
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

// finish commits b if there is something to commit, and tells its members.
func (s *Store) finish(b *batch) {
	err := b.broken
	switch {
	case b.tx == nil:
	case err != nil || len(b.keys) == 0:
		_ = b.tx.Rollback() // it is open, so this cannot fail
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
		_ = b.tx.Rollback() // it panicked, so it is still open, and nothing of it was written
	}
	if err != nil {
		err = s.resolveFailure(id, err)
	}
	s.metrics.committed(b.tx, len(b.members), time.Since(start), err)
	return err
}

// resolveFailure finds out what a failed commit has left behind. If the disk refused
// only the very last step, the new state is what readers already see; then one
// more commit, which writes the other of the two meta pages, decides whether
// it is also on disk. Should that fail too, the outcome is open: the change is
// visible, and gone after a power cut.
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
