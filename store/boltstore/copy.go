package boltstore

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"goniec/store"
	"goniec/store/disk"
)

// WriteTo writes the present state of the file to w, and implements io.WriterTo.
// Readers and writers continue meanwhile. The free pages of the copy contain deleted
// data; Copy leaves that out.
func (s *Store) WriteTo(w io.Writer) (int64, error) {
	tx, err := s.readers.begin(s.db)
	if errors.Is(err, bolterrors.ErrDatabaseNotOpen) {
		return 0, store.ErrClosed
	}
	if err != nil {
		return 0, fmt.Errorf("begin read transaction: %w", err)
	}
	n, err := tx.WriteTo(w)
	if ending := s.readers.end(tx); err == nil {
		err = ending
	}
	if err != nil {
		return n, fmt.Errorf("copy store: %w", err)
	}
	return n, nil
}

// copyTimeout is how long Copy waits for a file in use.
const copyTimeout = time.Second

// Copy copies every record of the closed file at from to a new file at to, which
// appears complete and on disk. The copy contains no deleted data. Errors are
// ErrLocked, ErrDamaged for a damaged source, or fs.ErrExist for an existing file at
// to.
func Copy(from, to string) error {
	return disk.Create(to, func(temp string) error {
		if err := copyRecords(from, temp); err != nil {
			return fmt.Errorf("copy store %s: %w", from, err)
		}
		return nil
	})
}

// copyRecords fills the empty file at to with the records of the file at from.
func copyRecords(from, to string) error {
	return catchDamage(func() (err error) {
		info, err := os.Stat(from)
		if err != nil {
			return err
		}
		if info.Size() == 0 {
			return fmt.Errorf("%w: it is empty", ErrDamaged)
		}
		db, err := bbolt.Open(from, 0o600, &bbolt.Options{Timeout: copyTimeout, ReadOnly: true})
		if err != nil {
			return explain(err)
		}
		defer func() { err = errors.Join(err, db.Close()) }()
		if err := db.View(func(tx *bbolt.Tx) error { return checkTree(tx, info.Size()) }); err != nil {
			return err
		}
		return fill(to, func(copied *bbolt.DB) error { return bbolt.Compact(copied, db, maxBytes) })
	})
}

// checkTree reads every page of a file of size octets.
func checkTree(tx *bbolt.Tx, size int64) error {
	if tx.Size() > size {
		return fmt.Errorf("%w: it is cut short, %d octets of %d are there", ErrDamaged, size, tx.Size())
	}
	if tx.Bucket([]byte(root)) == nil {
		return fmt.Errorf("%w: it has no bucket %q", ErrDamaged, root)
	}
	for bad := range tx.Check() {
		return fmt.Errorf("%w: %w", ErrDamaged, bad)
	}
	return nil
}
