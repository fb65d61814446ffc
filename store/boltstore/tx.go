package boltstore

import (
	"fmt"

	"go.etcd.io/bbolt"

	"goniec/store"
)

// reader is one read transaction; bucket is nil after its end.
type reader struct {
	bucket *bbolt.Bucket
}

func (r *reader) Get(key string) (value []byte, err error) {
	if r.bucket == nil {
		return nil, store.ErrOver
	}
	err = catchDamage(func() error {
		value = r.bucket.Get([]byte(key))
		return nil
	})
	return value, err
}

func (r *reader) Scan(from, to string, limit int) (pairs []store.Pair, err error) {
	if r.bucket == nil {
		return nil, store.ErrOver
	}
	err = catchDamage(func() error {
		pairs = r.scan(from, to, limit)
		return nil
	})
	return pairs, err
}

func (r *reader) scan(from, to string, limit int) []store.Pair {
	var pairs []store.Pair
	c := r.bucket.Cursor()
	for k, v := c.Seek([]byte(from)); k != nil; k, v = c.Next() {
		if to != "" && string(k) >= to {
			break
		}
		pairs = append(pairs, store.Pair{Key: string(k), Value: v})
		if limit > 0 && len(pairs) == limit {
			break
		}
	}
	return pairs
}

func (r *reader) ScanLast(from, to string, limit int) (pairs []store.Pair, err error) {
	if r.bucket == nil {
		return nil, store.ErrOver
	}
	err = catchDamage(func() error {
		pairs = r.scanLast(from, to, limit)
		return nil
	})
	return pairs, err
}

func (r *reader) scanLast(from, to string, limit int) []store.Pair {
	var pairs []store.Pair
	first, _ := r.bucket.Cursor().First()
	if first == nil {
		return nil
	}
	c := r.bucket.Cursor()
	k, v := seekBelow(c, to)
	for {
		if k == nil {
			// Prev also returns nil on a page emptied by this transaction; the range is
			// complete only at its first key.
			if n := len(pairs); n > 0 && pairs[n-1].Key == string(first) || to != "" && string(first) >= to {
				return pairs
			}
			k, v = c.Prev()
			continue
		}
		if string(k) < from {
			return pairs
		}
		pairs = append(pairs, store.Pair{Key: string(k), Value: v})
		if limit > 0 && len(pairs) == limit {
			return pairs
		}
		k, v = c.Prev()
	}
}

// seekBelow moves c to the greatest key below to, or the greatest of all if to is
// empty. It returns nil if there is none.
func seekBelow(c *bbolt.Cursor, to string) (key, value []byte) {
	if to == "" {
		return c.Last()
	}
	if k, _ := c.Seek([]byte(to)); k == nil {
		return c.Last()
	}
	return c.Prev()
}

// tx is one run of an Update closure within the transaction of a batch. It writes
// directly and records the previous values, so that a failed closure is undone without
// running the others again.
type tx struct {
	reader
	budget store.Budget
	undo   []change
	failed error // a write or an undo that bbolt refused
}

// change is the value of a key before a put or delete.
type change struct {
	key string
	old []byte // nil: no such key
}

func (t *tx) Put(key string, value []byte) error {
	if t.bucket == nil {
		return store.ErrOver
	}
	if err := t.budget.Put(key, len(value)); err != nil {
		return err
	}
	err := catchDamage(func() error {
		k := []byte(key)
		t.undo = append(t.undo, change{key: key, old: t.bucket.Get(k)})
		// bbolt refers to the value until the commit, so it gets a copy.
		return t.bucket.Put(k, append(make([]byte, 0, len(value)), value...))
	})
	if err != nil {
		t.failed = fmt.Errorf("put %s: %w", store.Space(key), err)
	}
	return t.failed
}

func (t *tx) Delete(key string) error {
	if t.bucket == nil {
		return store.ErrOver
	}
	if err := t.budget.Delete(key); err != nil {
		return err
	}
	err := catchDamage(func() error {
		k := []byte(key)
		old := t.bucket.Get(k)
		if old == nil {
			return nil
		}
		t.undo = append(t.undo, change{key: key, old: old})
		return t.bucket.Delete(k)
	})
	if err != nil {
		t.failed = fmt.Errorf("delete %s: %w", store.Space(key), err)
	}
	return t.failed
}

// takeBack undoes the changes of t, the latest first.
func (t *tx) takeBack() {
	for i := len(t.undo) - 1; i >= 0; i-- {
		c := t.undo[i]
		err := catchDamage(func() error {
			if c.old == nil {
				return t.bucket.Delete([]byte(c.key))
			}
			return t.bucket.Put([]byte(c.key), c.old)
		})
		if err != nil && t.failed == nil {
			t.failed = fmt.Errorf("take back %s: %w", store.Space(c.key), err)
		}
	}
	t.undo = nil
}
