package boltstore

import (
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
	return sound(func() (err error) {
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
