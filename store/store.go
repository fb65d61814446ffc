// Package store is the one place where state lives: ordered keys and values
// changed in transactions.
//
// It owns the contract that every backend keeps, and no more. Keys are byte
// strings in one flat space; a package owns the first segment of its keys
// ("m/", "due/"). Backends are boltstore (a file, the default) and memstore
// (memory, for tests); the suite in storetest holds them to this contract. A
// cluster is meant to become a third one, so nothing above this package may
// assume one process, one clock or a transaction without conflicts.
package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

var (
	// ErrClosed is returned by every call on a store that has been closed.
	ErrClosed = errors.New("store is closed")
	// ErrWrite is returned by Update when what the transaction did cannot be kept,
	// because the disk is full, read-only or broken. Later calls may succeed.
	ErrWrite = errors.New("store cannot be written")
	// ErrTooLarge is returned by a transaction that goes beyond the Limits of
	// its backend. Nothing of it has been written; split the work and retry.
	ErrTooLarge = errors.New("transaction exceeds the limits of the store")
	// ErrKey is returned by Put and Delete for a key no backend takes: an empty
	// one, or one longer than MaxKey.
	ErrKey = errors.New("key is empty or too long")
	// ErrRecord is wrapped by the errors about one stored record that cannot be read
	// or contradicts itself. The store and its other records are as good as ever.
	ErrRecord = errors.New("stored record is inconsistent")
	// ErrOver is returned by the calls of a transaction that has ended.
	ErrOver = errors.New("transaction is over")
	// ErrNotFound is wrapped by the errors about a record that does not exist, or no
	// longer exists.
	ErrNotFound = errors.New("not found")
)

// MaxKey is the greatest length of a key, in bytes.
const MaxKey = 4096

// Pair is one key with its value, as Scan yields it.
type Pair struct {
	Key   string
	Value []byte
}

// Limits says how much one transaction may change on a backend: at least 128 operations
// and 1 MiB, less what sealing adds. Callers with more to do split their work and go on
// where they were after a crash, see Walk. A single record with all that leads to it
// fits, or is changed in steps.
type Limits struct {
	Operations int // puts and deletes in one transaction
	Bytes      int // sum of the lengths of the keys and values put
}

// Reader reads within one transaction, which sees one consistent state: that of
// its beginning and, in an Update, its own changes.
type Reader interface {
	// Get returns the value of key, or nil when there is none. The value of a
	// key that is present is never nil, even if it is empty. It must not be
	// modified, and not be used after the transaction.
	Get(key string) ([]byte, error)
	// Scan returns up to limit pairs with from <= key < to in ascending order;
	// an empty to means no upper end, a limit of 0 or less means no limit. On
	// a cluster what Scan returns is a hint: whoever changes a record found by
	// it calls Get for that record again in the same transaction.
	Scan(from, to string, limit int) ([]Pair, error)
	// ScanLast is Scan in descending order: the greatest keys of the range first.
	ScanLast(from, to string, limit int) ([]Pair, error)
}

// Tx reads and writes within one transaction.
type Tx interface {
	Reader
	// Put sets the value of key. The store keeps a copy of value.
	Put(key string, value []byte) error
	// Delete removes key; deleting what is not there is no error.
	Delete(key string) error
}

// Store is an ordered key-value store with serializable transactions.
type Store interface {
	// View runs fn on a consistent state that does not change meanwhile. It
	// should be short: a long View keeps old pages of the file alive. fn must
	// not call Update, which may have to wait for every View to end.
	View(ctx context.Context, fn func(Reader) error) error
	// Update runs fn and commits what it changed: when Update returns nil the
	// changes are durable, when it returns an error none of them happened. It
	// may run fn more than once and join several callers into one commit, so
	// fn has no effects outside its transaction; see the function Update for
	// how it returns a value. When ctx ends before fn has run, Update returns
	// the error of ctx; after that it waits for the outcome. fn must not call
	// Update: writers take turns.
	Update(ctx context.Context, fn func(Tx) error) error
	// Watch returns a channel that receives after changes to keys with the
	// prefix, until ctx is done. Wake-ups are coalesced and may be spurious;
	// correctness must rest on timers and scans, never on them.
	Watch(ctx context.Context, prefix string) <-chan struct{}
	// Lock waits until the caller is the only one who holds name: at once on a
	// single box, by election on several. held is done when the lock is
	// released or lost, and when ctx is; the work it guards ends then. release
	// may be called more than once and must be called in any case.
	Lock(ctx context.Context, name string) (held context.Context, release func(), err error)
	// Limits returns what one transaction may change.
	Limits() Limits
	// Close waits for running transactions and closes the store. Locks are
	// lost then and watches end. Closing again is no error.
	Close() error
}

// View runs fn in a read transaction of s and returns its value.
func View[T any](ctx context.Context, s Store, fn func(Reader) (T, error)) (T, error) {
	var value T
	err := s.View(ctx, func(r Reader) error {
		var err error
		value, err = fn(r)
		return err
	})
	return value, err
}

// Update runs fn in a write transaction of s and returns the value of the run
// that was committed.
func Update[T any](ctx context.Context, s Store, fn func(Tx) (T, error)) (T, error) {
	var value T
	err := s.Update(ctx, func(tx Tx) error {
		var err error
		value, err = fn(tx)
		return err
	})
	return value, err
}

// GetJSON reads key and decodes its value; found is false when there is none. The
// error of a value that cannot be decoded wraps ErrRecord.
func GetJSON[T any](r Reader, key string) (value T, found bool, err error) {
	data, err := r.Get(key)
	if err != nil || data == nil {
		return value, false, err
	}
	if err := json.Unmarshal(data, &value); err != nil {
		var zero T
		return zero, false, fmt.Errorf("decode record %s: %w: %w", Space(key), ErrRecord, err)
	}
	return value, true, nil
}

// Unreadable reports whether err is about one record, which is damaged or gone, and not
// about the store: whoever goes through many records can go on with the next.
func Unreadable(err error) bool {
	return errors.Is(err, ErrRecord) || errors.Is(err, ErrNotFound)
}

// PutJSON encodes value and puts it under key.
func PutJSON(tx Tx, key string, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("encode record %s: %w", Space(key), err)
	}
	return tx.Put(key, data)
}

// Space returns the first segment of key, "m/" of "m/17": all of a key that an
// error or a log line may show, for the rest can be somebody's number.
func Space(key string) string {
	first, _, found := strings.Cut(key, "/")
	if !found {
		return "without a space"
	}
	return first + "/"
}

// Finding is something in a store that cannot be. It names no number and no text.
type Finding struct {
	Record string `json:"record"` // the space of the key and, where it is one, the id: "m/01a2…", "due/"
	What   string `json:"what"`   // what is wrong with it, in English
}

// PrefixEnd returns the smallest key that is greater than every key with the
// prefix, for use as the upper end of a Scan; empty when there is none.
func PrefixEnd(prefix string) string {
	end := []byte(prefix)
	for i := len(end) - 1; i >= 0; i-- {
		if end[i] < 0xff {
			end[i]++
			return string(end[:i+1])
		}
	}
	return ""
}
