package boltstore

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"goniec/store"
)

// Deleted data stays in free pages until these are used again. Scrub overwrites it.
//
// Overwriting is safe because a commit of bbolt may itself write any free page: it
// never changes a page of the previous state, and writes its meta page last. While
// Scrub holds the writer's turn, only readers of older states can need a free page;
// Scrub waits for them, and new readers see the latest state. Two empty commits first
// make both meta pages name a state after the deletions, so that a damaged meta page
// never leads back to a free page.
//
// Pages in use contain no deleted data: bbolt writes whole pages, and clears their
// memory before reuse.
const (
	// scrubHold is how long Scrub holds the writer's turn at a time.
	scrubHold = 20 * time.Millisecond
	// scrubPatience bounds the wait for older readers within a turn.
	scrubPatience = 20 * time.Millisecond
	// scrubPages bounds the pages examined in one turn.
	scrubPages = 1024
)

// Scrub overwrites data deleted before its call with zeros, and returns the count of
// octets overwritten. Others read and write meanwhile; writers wait at most 40 ms at a
// time. Scrub waits for a long reader, such as a backup, until ctx ends. progress is
// called occasionally with the octets of the file examined and their total; nil: no
// call. An interrupted Scrub can be called again.
func (s *Store) Scrub(ctx context.Context, progress func(done, total int64)) (zeroed int64, err error) {
	defer store.Wrap(&err, "scrub store")
	if progress == nil {
		progress = func(int64, int64) {}
	}
	for range 2 {
		if err := s.commitNothing(); err != nil {
			return 0, err
		}
	}
	for next := firstPage; ; {
		turn, err := s.scrubSome(next)
		zeroed += turn.zeroed
		if err != nil {
			return zeroed, err
		}
		progress(min(int64(turn.next)*pageSize, turn.total), turn.total)
		if next = turn.next; turn.ended {
			break
		}
		if err := s.giveWay(ctx); err != nil {
			return zeroed, err
		}
	}
	if zeroed == 0 {
		return 0, nil
	}
	return zeroed, s.file.Sync()
}

// firstPage is the number of the first page after the two meta pages.
const firstPage = 2

// giveWay leaves the writer's turn to others for as long as Scrub held it.
func (s *Store) giveWay(ctx context.Context) error {
	timer := time.NewTimer(scrubHold)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-s.closing:
		return store.ErrClosed
	case <-timer.C:
		return nil
	}
}

// commitNothing writes a meta page of the present state.
func (s *Store) commitNothing() error {
	tx, err := s.writer()
	if err != nil {
		return err
	}
	err = catchDamage(tx.Commit)
	if errors.Is(err, ErrDamaged) {
		err = errors.Join(err, tx.Rollback()) // after a panic the transaction is open
	}
	return err
}

// writer begins a write transaction outside the batches, in turn with them.
func (s *Store) writer() (*bbolt.Tx, error) {
	tx, err := s.db.Begin(true)
	if errors.Is(err, bolterrors.ErrDatabaseNotOpen) {
		err = store.ErrClosed
	}
	return tx, err
}

// turn is the result of one turn of Scrub.
type turn struct {
	next   int   // page to continue with
	ended  bool  // no page is left
	zeroed int64 // octets
	total  int64 // octets of the file
}

// scrubSome overwrites the first free pages from page from on.
func (s *Store) scrubSome(from int) (t turn, err error) {
	t.next = from
	tx, err := s.writer()
	if err != nil {
		return t, err
	}
	defer func() { err = errors.Join(err, tx.Rollback()) }()
	info, err := s.file.Stat()
	if err != nil {
		return t, err
	}
	t.total = info.Size()
	if !s.readers.awaitGone(tx.ID()-1, scrubPatience) {
		return t, nil
	}
	full := false
	err = catchDamage(func() (err error) {
		full, err = t.pages(tx, s.file)
		return err
	})
	if err != nil || full {
		return t, err
	}
	return t, t.overwriteTail(s.file)
}

// pages overwrites free pages until the turn is full.
func (t *turn) pages(tx *bbolt.Tx, file *os.File) (full bool, err error) {
	from, end := t.next, int(tx.Size()/pageSize)
	for until := time.Now().Add(scrubHold); t.next < end; t.next++ {
		const pagesPerLook = 64 // pages between two looks at the clock
		if looked := t.next - from; looked == scrubPages || looked > 0 && looked%pagesPerLook == 0 && time.Now().After(until) {
			return true, nil
		}
		page, err := tx.Page(t.next)
		if err != nil {
			return false, err
		}
		if page.Type != "free" {
			continue
		}
		n, err := zero(file, int64(t.next)*pageSize, pageSize)
		if err != nil {
			return false, err
		}
		t.zeroed += n
	}
	return false, nil
}

// overwriteTail overwrites the file behind the last page, where failed commits may have
// written.
func (t *turn) overwriteTail(file *os.File) error {
	for range scrubPages {
		left := t.total - int64(t.next)*pageSize
		if left <= 0 {
			t.ended = true
			return nil
		}
		n, err := zero(file, int64(t.next)*pageSize, min(left, pageSize))
		if err != nil {
			return err
		}
		t.zeroed += n
		t.next++
	}
	return nil
}

// zero overwrites up to a page at an offset unless it is all zeros, and returns the
// octets written.
func zero(file *os.File, at, size int64) (int64, error) {
	var page, empty [pageSize]byte
	n, err := file.ReadAt(page[:size], at)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	if page == empty {
		return 0, nil
	}
	n, err = file.WriteAt(empty[:n], at)
	return int64(n), err
}
