// Package sealed encrypts the values of another store, and the phone numbers in its
// keys.
//
// It owns the form of sealed values and names, and the header record with the ids of
// the keys. The caller provides the keys and decides when a store is sealed. The rest
// of each key stays readable, because a store orders keys. Keys that differ only in
// their private segment have another order than in a plain store.
package sealed

import (
	"context"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"goniec/store"
)

var (
	// ErrSealed is returned for a sealed store without keys.
	ErrSealed = errors.New("data is encrypted and there is no key")
	// ErrWrongKey is returned by Open if a key with sealed values is missing. The error
	// names its id.
	ErrWrongKey = errors.New("data is encrypted under another key")
	// ErrNotSealed is returned by Open for a store that is not sealed.
	ErrNotSealed = errors.New("data is not encrypted")
	// ErrAltered is returned by transactions that read a value that its key did not
	// seal, or not for its place: the value was damaged, exchanged or moved.
	ErrAltered = errors.New("encrypted record has been altered or moved")
)

// MissingKeyError is the error of Open for a missing key. It wraps ErrWrongKey.
type MissingKeyError struct{ ID string } // of the key

// Error implements error.
func (e *MissingKeyError) Error() string { return ErrWrongKey.Error() + ": " + e.ID }

// Unwrap returns ErrWrongKey.
func (e *MissingKeyError) Unwrap() error { return ErrWrongKey }

// overhead bounds the growth of a put: its value, with the private segment, and its key
// with the name of that segment.
const overhead = 1 + idSize + nonceSize + tagSize + nameSize + privateSize

// privateSize is the space for a private segment in a value. Longer segments than
// numbers and sender names (at most 11 letters) count against the limits of the store
// below.
const privateSize = 64

// A sealed value consists of version, key id, nonce, and ciphertext with tag. The key
// of the store is authenticated with it.
const (
	version   = 1
	idSize    = 4
	nonceSize = 24
	tagSize   = 16
)

// Store seals the values of another store. It is safe for concurrent use.
type Store struct {
	inner store.Store
	names names
	keys  map[keyID]cipher.AEAD // that may open
	id    keyID                 // of the present key
	old   atomic.Bool           // some values may be sealed by another key

	counted   atomic.Int64 // values, as CountOld has found last
	remaining atomic.Int64 // of those, under another key
}

var _ store.Store = (*Store)(nil)

// Limits returns the limits of the store below, less the growth by sealing.
func (s *Store) Limits() store.Limits {
	l := s.inner.Limits()
	// Both a batch of few large values and one of many small ones must fit.
	l.Operations = min(l.Operations, max(100, l.Bytes/(4*overhead)))
	l.Bytes -= l.Operations * overhead
	return l
}

// View implements store.Store.
func (s *Store) View(ctx context.Context, fn func(store.Reader) error) error {
	return s.inner.View(ctx, func(r store.Reader) error { return fn(&reader{inner: r, store: s}) })
}

// Update implements store.Store.
func (s *Store) Update(ctx context.Context, fn func(store.Tx) error) error {
	return s.inner.Update(ctx, func(inner store.Tx) error {
		t := &tx{reader: reader{inner: inner, store: s}, inner: inner, budget: store.Budget{Limits: s.Limits()}}
		if err := fn(t); err != nil {
			return err
		}
		return t.budget.Err()
	})
}

// Watch implements store.Store.
func (s *Store) Watch(ctx context.Context, prefix string) <-chan struct{} {
	return s.inner.Watch(ctx, s.names.stored(prefix))
}

// Lock implements store.Store.
func (s *Store) Lock(ctx context.Context, name string) (context.Context, func(), error) {
	return s.inner.Lock(ctx, name)
}

// Close closes the store below.
func (s *Store) Close() error { return s.inner.Close() }

// seal returns the sealed value of key, with the private segment of key in it. stored
// is the stored form of key. An empty value without a private segment stays empty.
func (s *Store) seal(key, stored string, value []byte) []byte {
	if k, found := cutPrivate(key); found {
		value = append(append(binary.AppendUvarint(nil, uint64(len(k.content))), k.content...), value...)
	}
	if len(value) == 0 {
		return value
	}
	return seal(s.keys[s.id], s.id, stored, value)
}

func seal(aead cipher.AEAD, id keyID, key string, value []byte) []byte {
	sealed := make([]byte, 1+idSize+nonceSize, 1+idSize+nonceSize+len(value)+tagSize)
	sealed[0] = version
	copy(sealed[1:], id[:])
	nonce := sealed[1+idSize:]
	_, _ = rand.Read(nonce) // never fails: the program ends instead
	return aead.Seal(sealed, nonce, value, []byte(key))
}

// open returns the key and value of their stored forms.
func (s *Store) open(stored string, sealed []byte) (key string, value []byte, err error) {
	k, private := cutPrivate(stored)
	if len(sealed) == 0 && !private {
		return stored, sealed, nil
	}
	value, err = s.unseal(stored, sealed)
	if err != nil || !private {
		return stored, value, err
	}
	size, n := binary.Uvarint(value)
	if n <= 0 || size > uint64(len(value)-n) {
		return "", nil, altered(stored)
	}
	value = value[n:]
	return k.before + "{" + string(value[:size]) + k.end + k.after, value[size:], nil
}

// unseal is the inverse of seal.
func (s *Store) unseal(stored string, sealed []byte) ([]byte, error) {
	id, known := sealedBy(sealed)
	aead, have := s.keys[id]
	if !known || !have {
		return nil, altered(stored)
	}
	nonce := sealed[1+idSize:][:nonceSize]
	value, err := aead.Open(make([]byte, 0, len(sealed)), nonce, sealed[1+idSize+nonceSize:], []byte(stored))
	if err != nil {
		return nil, altered(stored)
	}
	return value, nil
}

func altered(key string) error { return fmt.Errorf("open record %s: %w", store.Space(key), ErrAltered) }

// sealedBy returns the id of the key of a sealed value; known is false for an unsealed
// value or another version.
func sealedBy(value []byte) (id keyID, known bool) {
	if len(value) < 1+idSize+nonceSize+tagSize || value[0] != version {
		return id, false
	}
	copy(id[:], value[1:])
	return id, true
}

// reader is one read transaction.
type reader struct {
	inner store.Reader
	store *Store
}

func (r *reader) Get(key string) ([]byte, error) {
	if hidden(key) {
		return nil, nil
	}
	stored := r.store.names.stored(key)
	value, err := r.inner.Get(stored)
	if err != nil || value == nil {
		return nil, err
	}
	_, value, err = r.store.open(stored, value)
	return value, err
}

func (r *reader) Scan(from, to string, limit int) ([]store.Pair, error) {
	return r.scan(from, to, limit, r.inner.Scan, false)
}

func (r *reader) ScanLast(from, to string, limit int) ([]store.Pair, error) {
	return r.scan(from, to, limit, r.inner.ScanLast, true)
}

// scan skips the keys of this package within a range.
func (r *reader) scan(from, to string, limit int, inner func(from, to string, limit int) ([]store.Pair, error), last bool) ([]store.Pair, error) {
	type span struct{ from, to string }
	spans := []span{{r.store.names.stored(from), r.store.names.stored(to)}}
	if end := store.PrefixEnd(space); spans[0].from < end && (to == "" || spans[0].to > space) {
		spans = []span{{spans[0].from, space}, {max(spans[0].from, end), spans[0].to}}
		if last {
			slices.Reverse(spans)
		}
	}
	var all []store.Pair
	for _, part := range spans {
		if part.to != "" && part.from >= part.to {
			continue
		}
		left := limit
		if limit > 0 {
			if left = limit - len(all); left == 0 {
				break
			}
		}
		pairs, err := inner(part.from, part.to, left)
		if err != nil {
			return nil, err
		}
		all = append(all, pairs...)
	}
	return all, r.reveal(all)
}

// reveal decrypts pairs in place.
func (r *reader) reveal(pairs []store.Pair) error {
	for i := range pairs {
		p := &pairs[i]
		var err error
		if p.Key, p.Value, err = r.store.open(p.Key, p.Value); err != nil {
			return err
		}
	}
	return nil
}

// tx is one write transaction.
type tx struct {
	reader
	inner  store.Tx
	budget store.Budget
}

func (t *tx) Put(key string, value []byte) error {
	if err := t.budget.Put(key, len(value)); err != nil {
		return err
	}
	if hidden(key) {
		return fmt.Errorf("%w: %s is taken", store.ErrKey, space)
	}
	stored := t.store.names.stored(key)
	return t.inner.Put(stored, t.store.seal(key, stored, value))
}

func (t *tx) Delete(key string) error {
	if err := t.budget.Delete(key); err != nil || hidden(key) {
		return err
	}
	return t.inner.Delete(t.store.names.stored(key))
}
