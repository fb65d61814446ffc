// Package store is the only place of persistent state: ordered keys and values changed
// in transactions.
//
// It owns the contract of the backends. Keys are byte strings in one flat space; a
// package owns the first segment of its keys ("m/", "due/"). Backends are boltstore (a
// file, the default) and memstore (memory, for tests); the suite in storetest tests
// both against the contract. A cluster may become a third one, so packages above must
// not assume one process, one clock or transactions without conflicts.
package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

var (
	// ErrClosed is returned by every call on a closed store.
	ErrClosed = errors.New("store is closed")
	// ErrWrite is returned by Update when the changes cannot be stored, because the
	// disk is full, read-only or broken. Later calls may succeed.
	ErrWrite = errors.New("store cannot be written")
	// ErrTooLarge is returned by a transaction beyond the Limits of its backend.
	// Nothing has been written; split the work and retry.
	ErrTooLarge = errors.New("transaction exceeds the limits of the store")
	// ErrKey is returned by Put and Delete for an empty key or one longer than MaxKey.
	ErrKey = errors.New("key is empty or too long")
	// ErrRecord is wrapped by errors about a stored record that is unreadable or
	// inconsistent. Other records are not affected.
	ErrRecord = errors.New("stored record is inconsistent")
	// ErrOver is returned by the calls of a transaction that has ended.
	ErrOver = errors.New("transaction is over")
	// ErrNotFound is wrapped by errors about a record that does not exist.
	ErrNotFound = errors.New("not found")
)

// MaxKey is the greatest length of a key, in bytes.
const MaxKey = 4096

// Pair is a key with its value.
type Pair struct {
	Key   string
	Value []byte
}

// Limits bounds the changes of one transaction: at least 128 operations and 1 MiB, less
// what sealing adds. Larger work is split, see Walk, and resumed after a crash. A
// single record with its index entries fits, or is changed in steps.
type Limits struct {
	Operations int // puts and deletes in one transaction
	Bytes      int // sum of the lengths of the keys and values put
}

// Reader reads within one transaction. It sees the consistent state at the beginning of
// the transaction and, in an Update, the changes of the transaction.
type Reader interface {
	// Get returns the value of key, nil if key does not exist. The value of an existing
	// key is never nil. The value must not be modified, nor used after the transaction.
	Get(key string) ([]byte, error)
	// Scan returns up to limit pairs with from <= key < to in ascending order. An empty
	// to means no upper end, a limit of 0 or less no limit. On a cluster the result is
	// a hint: before changing a found record, call Get for it in the same transaction.
	Scan(from, to string, limit int) ([]Pair, error)
	// ScanLast is Scan in descending order: the greatest keys of the range first.
	ScanLast(from, to string, limit int) ([]Pair, error)
}

// Tx reads and writes within one transaction.
type Tx interface {
	Reader
	// Put sets the value of key. The store keeps a copy of value.
	Put(key string, value []byte) error
	// Delete removes key. A missing key is no error.
	Delete(key string) error
}

// Store is an ordered key-value store with serializable transactions.
type Store interface {
	// View runs fn on a consistent state. Keep it short: a long View keeps old pages of
	// the file in use. fn must not call Update, which may wait for every View to end.
	View(ctx context.Context, fn func(Reader) error) error
	// Update runs fn and commits its changes. When Update returns nil the changes are
	// durable; when it returns an error none was made. Update may run fn more than once
	// and commit several callers together, so fn must have no effects outside its
	// transaction; the function Update returns a value. When ctx ends before fn has
	// run, Update returns the error of ctx; after fn has run it waits for the outcome.
	// fn must not call Update.
	Update(ctx context.Context, fn func(Tx) error) error
	// Watch returns a channel that receives after changes to keys with the prefix,
	// until ctx is done. Wake-ups are coalesced and may be spurious; they may only save
	// time, correctness must not depend on them.
	Watch(ctx context.Context, prefix string) <-chan struct{}
	// Lock waits until the caller holds name exclusively: at once on a single box, by
	// election on several. held is done when ctx is done or the lock is released or
	// lost; the guarded work must end then. release must be called, and may be called
	// more than once.
	Lock(ctx context.Context, name string) (held context.Context, release func(), err error)
	// Limits returns the limits of one transaction.
	Limits() Limits
	// Close waits for running transactions and closes the store, which ends locks and
	// watches. Closing again is no error.
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

// Update runs fn in a write transaction of s and returns the value of the committed
// run.
func Update[T any](ctx context.Context, s Store, fn func(Tx) (T, error)) (T, error) {
	var value T
	err := s.Update(ctx, func(tx Tx) error {
		var err error
		value, err = fn(tx)
		return err
	})
	return value, err
}

// GetJSON reads key and decodes its value; found is false without the key. An
// undecodable value is an error that wraps ErrRecord.
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

// LoadJSON is GetJSON in a read transaction of its own; value is zero without the key.
func LoadJSON[T any](ctx context.Context, s Store, key string) (value T, err error) {
	return View(ctx, s, func(r Reader) (T, error) {
		value, _, err := GetJSON[T](r, key)
		return value, err
	})
}

// ReadRecord reads the record of a space with an id and decodes it. what names such a
// record in errors: "message". Without the record the error wraps ErrNotFound.
func ReadRecord[T any](r Reader, what, space, id string, decode func(id string, value []byte) (T, error)) (record T, err error) {
	value, err := r.Get(space + id)
	switch {
	case err != nil:
		return record, err
	case value == nil:
		return record, fmt.Errorf("%s %s: %w", what, id, ErrNotFound)
	default:
		return decode(id, value)
	}
}

// Readable takes the result of reading a record. ok is false, without an error, for a
// record that is damaged or missing, so that a caller can pass it over.
func Readable[T any](record T, err error) (_ T, ok bool, _ error) {
	if Unreadable(err) {
		return record, false, nil
	}
	return record, err == nil, err
}

// Unreadable reports whether err concerns one record, damaged or missing, so that a
// caller going through many records can continue.
func Unreadable(err error) bool {
	return errors.Is(err, ErrRecord) || errors.Is(err, ErrNotFound)
}

// PutJSON sets key to value as JSON.
func PutJSON(tx Tx, key string, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("encode record %s: %w", Space(key), err)
	}
	return tx.Put(key, data)
}

// Delete deletes keys; those that do not exist are no error.
func Delete(tx Tx, keys ...string) error {
	for _, key := range keys {
		if err := tx.Delete(key); err != nil {
			return err
		}
	}
	return nil
}

// Wrap puts what was attempted in front of the error of a function that defers it:
//
//	defer store.Wrap(&err, "note a call at modem %s", name)
func Wrap(err *error, format string, args ...any) {
	if *err != nil {
		*err = fmt.Errorf(format+": %w", append(args, *err)...)
	}
}

// Space returns the first segment of key, "m/" of "m/17". Errors and logs show only the
// space, because the rest may contain a phone number.
func Space(key string) string {
	first, _, found := strings.Cut(key, "/")
	if !found {
		return "without a space"
	}
	return first + "/"
}

// Finding is an inconsistency in a store. It contains no number and no text.
type Finding struct {
	Record string `json:"record"` // the space of the key, with the id if it has one: "m/01a2…", "due/"
	What   string `json:"what"`   // the inconsistency, in English
}

// PrefixEnd returns the smallest key greater than every key with the prefix, as the
// upper end of a Scan; empty if there is none.
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
