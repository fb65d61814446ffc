package boltstore

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"go.etcd.io/bbolt"
)

// examineTimeout is how long Examine waits for a database that somebody uses.
const examineTimeout = 200 * time.Millisecond

// Examine reads the whole tree of the database at path and changes nothing. The
// error is ErrLocked while a daemon has it open, wraps ErrDamaged, or is what the
// operating system says.
func Examine(path string) error {
	return catchDamage(func() (err error) {
		db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: examineTimeout, ReadOnly: true})
		if err != nil {
			return explain(err)
		}
		defer func() { err = errors.Join(err, db.Close()) }()
		return db.View(func(tx *bbolt.Tx) error {
			bucket := tx.Bucket([]byte(root))
			if bucket == nil {
				return fmt.Errorf("%w: it has no bucket %q", ErrDamaged, root)
			}
			_ = bucket.Stats() // walks through every page
			return nil
		})
	})
}

// ReadOne returns the value of one key of the database at path, nil if there is none,
// and changes nothing. The errors are those of Examine.
func ReadOne(path, key string) (value []byte, err error) {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: examineTimeout, ReadOnly: true})
	if err != nil {
		return nil, explain(err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	err = db.View(func(tx *bbolt.Tx) error {
		bucket := tx.Bucket([]byte(root))
		if bucket == nil {
			return fmt.Errorf("%w: it has no bucket %q", ErrDamaged, root)
		}
		value = bytes.Clone(bucket.Get([]byte(key)))
		return nil
	})
	return value, err
}
