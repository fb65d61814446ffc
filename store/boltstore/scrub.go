package boltstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"goniec/store"
)

// What has been deleted stays in the file, in pages that are free, until these are
// used again. Scrub overwrites them.
//
// That is safe because bbolt itself writes to any of them at any moment: a commit
// never changes a page that the state before it uses, and its own meta page is written
// when everything else is on disk. So while the writer's turn is ours, nobody needs a
// page that is free but who reads an older state, in which it was not; such readers
// are waited for, and those who come meanwhile see the latest state. Before that two
// empty commits have both meta pages name a state after the deletions, so that no
// free page is what a damaged meta page would have us fall back on.
//
// Pages that are in use hold nothing that was deleted: bbolt writes whole pages, and
// empties the memory that it makes them in before it uses it again.
const (
	// scrubHold is how long the writer's turn is kept at a time.
	scrubHold = 20 * time.Millisecond
	// scrubPatience is how long older readers are waited for in that turn.
	scrubPatience = 20 * time.Millisecond
	// scrubPages is how many pages are looked at in one turn, at most.
	scrubPages = 1024
)

// Scrub overwrites with zeros what has been deleted before it was called, and returns
// how many octets there were. Others read and write meanwhile; writers wait for 40 ms
// at a time, at most. A reader that takes long, such as a backup, is waited for until
// ctx ends. progress is called now and then with the octets of the file looked at so
// far and their number; nil: nobody wants to know. What ends halfway may begin again.
func (s *Store) Scrub(ctx context.Context, progress func(done, total int64)) (zeroed int64, err error) {
	if progress == nil {
		progress = func(int64, int64) {}
	}
	for range 2 {
		if err := s.commitNothing(); err != nil {
			return 0, fmt.Errorf("scrub store: %w", err)
		}
	}
	for next := firstPage; ; {
		turn, err := s.scrubSome(next)
		zeroed += turn.zeroed
		if err != nil {
			return zeroed, fmt.Errorf("scrub store: %w", err)
		}
		progress(min(int64(turn.next)*pageSize, turn.total), turn.total)
		if next = turn.next; turn.ended {
			break
		}
		if err := s.giveWay(ctx); err != nil {
			return zeroed, fmt.Errorf("scrub store: %w", err)
		}
	}
	if zeroed == 0 {
		return 0, nil
	}
	if err := s.file.Sync(); err != nil {
		return zeroed, fmt.Errorf("scrub store: %w", err)
	}
	return zeroed, nil
}

// firstPage is the first one behind the two meta pages.
const firstPage = 2

// giveWay leaves the writer's turn to others for as long as it was kept.
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

// commitNothing writes a meta page that names the present state.
func (s *Store) commitNothing() error {
	tx, err := s.writer()
	if err != nil {
		return err
	}
	err = catchDamage(tx.Commit)
	if errors.Is(err, ErrDamaged) {
		err = errors.Join(err, tx.Rollback()) // it panicked, so it is still open
	}
	return err
}

// writer begins a write transaction beside those of the batches, with which it takes
// turns.
func (s *Store) writer() (*bbolt.Tx, error) {
	tx, err := s.db.Begin(true)
	if errors.Is(err, bolterrors.ErrDatabaseNotOpen) {
		err = store.ErrClosed
	}
	return tx, err
}

// turn is what one turn of Scrub came to.
type turn struct {
	next   int   // page to go on with
	ended  bool  // there is none
	zeroed int64 // octets
	total  int64 // octets of the file
}

// scrubSome overwrites the first free pages from one on.
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

// pages overwrites those that are free, until the turn is full.
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

// overwriteTail overwrites what is behind the last page, where those of commits that failed may
// be.
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

// zero overwrites up to a page of a file at an offset, unless there are only zeros, and
// returns how many octets it has written.
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
