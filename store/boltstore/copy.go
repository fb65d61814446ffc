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
	err = errors.Join(err, s.readers.end(tx))
	store.Wrap(&err, "copy store")
	return n, err
}

// copyTimeout is how long Copy waits for a file in use.
const copyTimeout = time.Second

// Copy copies every record of the closed file at from to a new file at to, which
// appears complete and on disk. The copy contains no deleted data. Errors are
// ErrLocked, ErrDamaged for a damaged source, or fs.ErrExist for an existing file at
// to.
func Copy(from, to string) error {
	return disk.Create(to, func(temp string) (err error) {
		defer store.Wrap(&err, "copy store %s", from)
		return copyRecords(from, temp)
	})
}

// copyRecords fills the empty file at to with the records of the file at from.
func copyRecords(from, to string) error {
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	if info.Size() == 0 {
		return fmt.Errorf("%w: it is empty", ErrDamaged)
	}
	return readOnly(from, copyTimeout, func(db *bbolt.DB) error {
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
