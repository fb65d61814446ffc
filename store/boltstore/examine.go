package boltstore

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"go.etcd.io/bbolt"
)

// examineTimeout is how long Examine waits for a database in use.
const examineTimeout = 200 * time.Millisecond

// Examine reads the whole database at path without changing it. Errors are ErrLocked
// while a daemon has the file open, one that wraps ErrDamaged, or one of the operating
// system.
func Examine(path string) error {
	return readOnly(path, examineTimeout, func(db *bbolt.DB) error {
		return viewRecords(db, func(records *bbolt.Bucket) { _ = records.Stats() }) // reads every page
	})
}

// ReadOne returns the value of one key of the database at path, nil without the key,
// and changes nothing. The errors are those of Examine.
func ReadOne(path, key string) (value []byte, err error) {
	err = readOnly(path, examineTimeout, func(db *bbolt.DB) error {
		return viewRecords(db, func(records *bbolt.Bucket) { value = bytes.Clone(records.Get([]byte(key))) })
	})
	return value, err
}

// readOnly calls fn with the database at path, opened for reading within timeout. The
// errors are those of Examine and of fn.
func readOnly(path string, timeout time.Duration, fn func(db *bbolt.DB) error) error {
	return catchDamage(func() (err error) {
		db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: timeout, ReadOnly: true})
		if err != nil {
			return explain(err)
		}
		defer func() { err = errors.Join(err, db.Close()) }()
		return fn(db)
	})
}

// viewRecords calls fn in a read transaction with the bucket that holds all records.
func viewRecords(db *bbolt.DB, fn func(records *bbolt.Bucket)) error {
	return db.View(func(tx *bbolt.Tx) error {
		records := tx.Bucket([]byte(root))
		if records == nil {
			return fmt.Errorf("%w: it has no bucket %q", ErrDamaged, root)
		}
		fn(records)
		return nil
	})
}
