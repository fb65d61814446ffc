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
			_ = bucket.Stats() // reads every page
			return nil
		})
	})
}

// ReadOne returns the value of one key of the database at path, nil without the key,
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
