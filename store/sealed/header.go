package sealed

import (
	"context"
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"goniec/store"
)

// space is the key space of this package, hidden from users of a Store.
const space = "seal/"

// HeaderKey is the key of the header record, whose value Check takes.
const HeaderKey = space + "header"

func hidden(key string) bool { return strings.HasPrefix(key, space) }

// header is the value of HeaderKey, stored unsealed.
type header struct {
	Version int      `json:"version"`
	Keys    []string `json:"keys"` // ids of all keys that may have sealed values
	// Lookup is the key of names, sealed. With a separate key the sealing keys can
	// change without renaming the keys of the store.
	Lookup []byte `json:"lookup"`
}

// lookupSize is the length of the key of names.
const lookupSize = 32

// Keys returns the ids of the keys of a sealed store; none for a plain store.
func Keys(ctx context.Context, s store.Store) ([]string, error) {
	return store.View(ctx, s, func(r store.Reader) ([]string, error) {
		h, _, err := readHeader(r)
		return h.Keys, err
	})
}

func readHeader(r store.Reader) (h header, found bool, err error) {
	value, err := r.Get(HeaderKey)
	if err != nil || value == nil {
		return header{}, false, err
	}
	return parseHeader(value)
}

// Check returns the error of Open for a store with this value under HeaderKey and these
// keys: nil, ErrNotSealed, ErrSealed or ErrWrongKey.
func Check(value []byte, keys []Key) error {
	if value == nil {
		return ErrNotSealed
	}
	h, _, err := parseHeader(value)
	if err != nil {
		return err
	}
	if len(keys) == 0 {
		return ErrSealed
	}
	for _, id := range h.Keys {
		if !slices.ContainsFunc(keys, func(k Key) bool { return k.ID() == id }) {
			return &MissingKeyError{ID: id}
		}
	}
	return nil
}

func parseHeader(value []byte) (h header, found bool, err error) {
	if err := json.Unmarshal(value, &h); err != nil {
		return header{}, false, fmt.Errorf("%w: what says how it is encrypted", ErrAltered)
	}
	if h.Version != version || len(h.Keys) == 0 {
		return header{}, false, fmt.Errorf("%w: encrypted in version %d, this one knows %d", ErrAltered, h.Version, version)
	}
	return h, true, nil
}

// Create makes an empty store a sealed one under the first of keys. It refuses a store
// with records, which would stay unsealed.
func Create(ctx context.Context, inner store.Store, keys []Key) (*Store, error) {
	s, err := newStore(inner, keys)
	if err != nil {
		return nil, err
	}
	s.names.key = make([]byte, lookupSize)
	_, _ = rand.Read(s.names.key) // never fails: the program ends instead
	err = inner.Update(ctx, func(tx store.Tx) error {
		pairs, err := tx.Scan("", "", 1)
		if err != nil {
			return err
		}
		if len(pairs) > 0 {
			return fmt.Errorf("seal store: it has records in %s", store.Space(pairs[0].Key))
		}
		return s.putHeader(tx, []string{s.id.String()})
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Open opens a sealed store with keys; the first seals new values. Errors are
// ErrNotSealed, or ErrWrongKey with the id of the missing key.
func Open(ctx context.Context, inner store.Store, keys []Key) (*Store, error) {
	s, err := newStore(inner, keys)
	if err != nil {
		return nil, err
	}
	h, err := store.Update(ctx, inner, func(tx store.Tx) (header, error) { return s.join(tx) })
	if err != nil {
		return nil, err
	}
	s.names.key, err = s.unseal(HeaderKey, h.Lookup)
	if err == nil && len(s.names.key) != lookupSize {
		err = fmt.Errorf("open record %s: %w", space, ErrAltered)
	}
	if err != nil {
		return nil, err
	}
	s.old.Store(len(h.Keys) > 1)
	return s, nil
}

// OpenAny returns a *Store for a sealed store, else inner itself. Errors are those of
// Open.
func OpenAny(ctx context.Context, inner store.Store, keys []Key) (store.Store, error) {
	ids, err := Keys(ctx, inner)
	switch {
	case err != nil:
		return nil, err
	case len(ids) == 0:
		return inner, nil
	}
	return Open(ctx, inner, keys)
}

func newStore(inner store.Store, keys []Key) (*Store, error) {
	if len(keys) == 0 {
		return nil, ErrSealed
	}
	s := &Store{inner: inner, keys: map[keyID]cipher.AEAD{}, id: keys[0].id()}
	for _, k := range keys {
		aead, err := k.aead()
		if err != nil {
			return nil, fmt.Errorf("make cipher: %w", err)
		}
		s.keys[k.id()] = aead
	}
	return s, nil
}

// join checks that every needed key is present, and records the key that seals from now
// on.
func (s *Store) join(tx store.Tx) (header, error) {
	h, found, err := readHeader(tx)
	switch {
	case err != nil:
		return header{}, err
	case !found:
		return header{}, ErrNotSealed
	}
	for _, id := range h.Keys {
		if !slices.ContainsFunc(s.ids(), func(have string) bool { return have == id }) {
			return header{}, &MissingKeyError{ID: id}
		}
	}
	if slices.Contains(h.Keys, s.id.String()) {
		return h, nil
	}
	h.Keys = append(h.Keys, s.id.String())
	return h, store.PutJSON(tx, HeaderKey, h)
}

func (s *Store) ids() []string {
	ids := make([]string, 0, len(s.keys))
	for id := range s.keys {
		ids = append(ids, id.String())
	}
	return ids
}

// putHeader writes the header with these key ids.
func (s *Store) putHeader(tx store.Tx, ids []string) error {
	lookup := seal(s.keys[s.id], s.id, HeaderKey, s.names.key)
	return store.PutJSON(tx, HeaderKey, header{Version: version, Keys: ids, Lookup: lookup})
}
