// Package memstore is a store in memory for tests, which enforces the contract of
// package store.
//
// It runs every Update closure twice and discards the first run, as a cluster does
// after a conflict. It destroys returned values at the end of their transaction and
// panics on a modified value, since both would crash or corrupt records with a file. It
// starts no goroutine, so it works inside and outside of a testing/synctest bubble.
package memstore

import (
	"bytes"
	"context"
	"fmt"
	"sync"

	"github.com/google/btree"

	"goniec/store"
)

// The default limits of one transaction: those of etcd by default, less than
// boltstore's, so that tests hold for every backend.
const (
	maxOperations = 128
	maxBytes      = 1 << 20
)

// degree is the branching of the tree.
const degree = 16

// Store is an ordered map in memory. It is safe for concurrent use.
type Store struct {
	watchers store.Watchers
	locks    store.Locks
	limits   store.Limits

	// writer is held by the running Update. With a channel instead of a mutex a context
	// can end the wait, and synctest sees it.
	writer chan struct{}

	mu      sync.Mutex // guards what follows
	tree    *btree.BTreeG[store.Pair]
	running sync.WaitGroup // transactions
	closed  bool
}

var _ store.Store = (*Store)(nil)

// Option configures a store.
type Option func(*Store)

// WithLimits sets the limits of one transaction: puts and deletes, and bytes of keys
// and values put.
func WithLimits(operations, bytes int) Option {
	return func(s *Store) { s.limits = store.Limits{Operations: operations, Bytes: bytes} }
}

// New returns an empty store.
func New(options ...Option) *Store {
	s := &Store{
		limits: store.Limits{Operations: maxOperations, Bytes: maxBytes},
		writer: make(chan struct{}, 1),
		tree: btree.NewG(degree, func(a, b store.Pair) bool {
			return a.Key < b.Key
		}),
	}
	for _, option := range options {
		option(s)
	}
	return s
}

// Limits returns the limits set by WithLimits, or the defaults.
func (s *Store) Limits() store.Limits { return s.limits }

// View runs fn on the present state; writers do not wait for View.
func (s *Store) View(ctx context.Context, fn func(store.Reader) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	tree, err := s.begin()
	if err != nil {
		return err
	}
	defer s.running.Done()
	r := &reader{tree: tree}
	defer r.end()
	return fn(r)
}

// Update runs fn twice on the same state and keeps the changes of the second run.
func (s *Store) Update(ctx context.Context, fn func(store.Tx) error) error {
	select {
	case s.writer <- struct{}{}:
		defer func() { <-s.writer }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	tree, err := s.begin()
	if err != nil {
		return err
	}
	defer s.running.Done()

	// The result of the first run is ignored.
	_, _ = s.run(tree.Clone(), fn)
	keys, err := s.run(tree, fn)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.tree = tree
	s.mu.Unlock()
	s.watchers.Notify(keys)
	return nil
}

// run runs fn once on tree and returns the changed keys.
func (s *Store) run(tree *btree.BTreeG[store.Pair], fn func(store.Tx) error) ([]string, error) {
	t := &tx{reader: reader{tree: tree}, budget: store.Budget{Limits: s.Limits()}}
	defer t.end()
	if err := fn(t); err != nil {
		return nil, err
	}
	return t.keys, t.budget.Err()
}

// begin registers a transaction and returns its copy-on-write clone of the state.
func (s *Store) begin() (*btree.BTreeG[store.Pair], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, store.ErrClosed
	}
	s.running.Add(1)
	return s.tree.Clone(), nil
}

// Watch implements store.Store.
func (s *Store) Watch(ctx context.Context, prefix string) <-chan struct{} {
	return s.watchers.Watch(ctx, prefix)
}

// Lock implements store.Store.
func (s *Store) Lock(ctx context.Context, name string) (context.Context, func(), error) {
	return s.locks.Lock(ctx, name)
}

// Close waits for running transactions, closes the store and drops its contents.
func (s *Store) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.locks.Close()
	s.watchers.Close()
	s.running.Wait()
	return nil
}

// reader is one read transaction, used by one goroutine.
type reader struct {
	tree *btree.BTreeG[store.Pair]
	lent []loan
	over bool
}

// loan is a stored value with the copy that was handed out.
type loan struct {
	key          string
	stored, copy []byte
}

// lend returns a copy of a stored value, valid until the end of the transaction.
func (r *reader) lend(p store.Pair) []byte {
	c := bytes.Clone(p.Value)
	r.lent = append(r.lent, loan{key: p.Key, stored: p.Value, copy: c})
	return c
}

// end destroys the handed-out copies, so that a later use shows.
func (r *reader) end() {
	r.over = true
	for _, l := range r.lent {
		if !bytes.Equal(l.stored, l.copy) {
			panic(fmt.Sprintf("memstore: the value of key %q was modified in place", l.key))
		}
		for i := range l.copy {
			l.copy[i] = 0xdb
		}
	}
}

func (r *reader) Get(key string) ([]byte, error) {
	if r.over {
		return nil, store.ErrOver
	}
	p, ok := r.tree.Get(store.Pair{Key: key})
	if !ok {
		return nil, nil
	}
	return r.lend(p), nil
}

func (r *reader) Scan(from, to string, limit int) ([]store.Pair, error) {
	if r.over {
		return nil, store.ErrOver
	}
	var pairs []store.Pair
	r.tree.AscendGreaterOrEqual(store.Pair{Key: from}, func(p store.Pair) bool {
		if to != "" && p.Key >= to {
			return false
		}
		pairs = append(pairs, store.Pair{Key: p.Key, Value: r.lend(p)})
		return limit <= 0 || len(pairs) < limit
	})
	return pairs, nil
}

func (r *reader) ScanLast(from, to string, limit int) ([]store.Pair, error) {
	if r.over {
		return nil, store.ErrOver
	}
	var pairs []store.Pair
	visit := func(p store.Pair) bool {
		if p.Key < from {
			return false
		}
		if to != "" && p.Key >= to {
			return true // the end is exclusive
		}
		pairs = append(pairs, store.Pair{Key: p.Key, Value: r.lend(p)})
		return limit <= 0 || len(pairs) < limit
	}
	if to == "" {
		r.tree.Descend(visit)
	} else {
		r.tree.DescendLessOrEqual(store.Pair{Key: to}, visit)
	}
	return pairs, nil
}

// tx is one run of an Update closure.
type tx struct {
	reader
	budget store.Budget
	keys   []string // changed keys
}

func (t *tx) Put(key string, value []byte) error {
	if t.over {
		return store.ErrOver
	}
	if err := t.budget.Put(key, len(value)); err != nil {
		return err
	}
	// The copy is never nil: a key that is present has a value.
	t.tree.ReplaceOrInsert(store.Pair{Key: key, Value: append(make([]byte, 0, len(value)), value...)})
	t.keys = append(t.keys, key)
	return nil
}

func (t *tx) Delete(key string) error {
	if t.over {
		return store.ErrOver
	}
	if err := t.budget.Delete(key); err != nil {
		return err
	}
	if _, found := t.tree.Delete(store.Pair{Key: key}); found {
		t.keys = append(t.keys, key)
	}
	return nil
}
