package boltstore

import (
	"log/slog"
	"math"
	"os"

	"go.etcd.io/bbolt"
)

const (
	// aheadStep is how much is written ahead at a time: little enough not to
	// hold up the next commit for long on a slow card.
	aheadStep = 1 << 20
	// aheadLow is how little of it may be left before more is written.
	aheadLow = aheadStep / 2
)

// ahead writes zeros behind the last page of the file, before the pages there
// are needed. A commit into blocks that have been written before costs the
// disk these blocks; one into new blocks costs it a commit of the file system's
// journal besides, which takes as long again, and longer on a card.
//
// The goroutine that commits owns it.
type ahead struct {
	db   *bbolt.DB
	file *os.File // that of db
	max  int64    // greatest length of the file; 0: none
	log  *slog.Logger
	end  int64 // up to where zeros have been written
}

// extend writes more zeros if few are left. Pages of the database must not be
// allocated meanwhile: whatever lies behind the last one is overwritten.
func (a *ahead) extend() {
	tx, err := a.db.Begin(false)
	if err != nil {
		return // the next commit will tell
	}
	last := tx.Size() // end of the last page in use, or free for use
	if err := tx.Rollback(); err != nil || a.end-last >= aheadLow {
		return
	}
	from := max(a.end, last)
	to := from + aheadStep
	if a.max > 0 {
		to = min(to, a.max)
	}
	if from >= to {
		return
	}
	_, err = a.file.WriteAt(make([]byte, to-from), from)
	if err == nil {
		err = a.file.Sync()
	}
	if err != nil {
		// It only saves time; the database grows without it as long as it can.
		a.log.Warn("space for the growth of the database file could not be prepared", slog.Any("err", err))
		a.end = math.MaxInt64
		return
	}
	a.end = to
}
