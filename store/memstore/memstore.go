// Package memstore is a store in memory, for tests: it holds callers to the
// contract of package store as strictly as it can.
//
// It runs every Update closure twice and discards the first run, as a cluster
// with a conflict would. The values it hands out are destroyed when their
// transaction ends, and a value that was modified is a panic: on a file both
// would be a crash or a corrupted record, some day. It starts no goroutine, so
// it may be used inside and outside of a testing/synctest bubble.
package memstore

import (
	"bytes"
	"context"
	"fmt"
	"sync"

	"github.com/google/btree"

	"goniec/store"
)

// The limits of one transaction of a store without WithLimits: those of an etcd as it
// is installed, less than boltstore's, so that tests hold callers to what every backend
// takes.
const (
	maxOperations = 128
	maxBytes      = 1 << 20
)

// degree is the branching of the tree; the value hardly matters.
const degree = 16

// Store is an ordered map in memory. It is safe for concurrent use.
type Store struct {
	watchers store.Watchers
	locks    store.Locks
	limits   store.Limits

	// writer is held by the one Update that runs. A channel, not a mutex: who
	// waits for it can be told off by a context, and synctest sees it waiting.
	writer chan struct{}

	mu      sync.Mutex // guards what follows
	tree    *btree.BTreeG[store.Pair]
	running sync.WaitGroup // transactions
	closed  bool
}

var _ store.Store = (*Store)(nil)

// Option adjusts a store.
type Option func(*Store)

// WithLimits sets how much one transaction may change: how many puts and deletes, and
// how many bytes of keys and values put.
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

// Limits returns what WithLimits has set, maxOperations and maxBytes without it.
func (s *Store) Limits() store.Limits { return s.limits }

// View runs fn on the state of this moment; writers do not wait for it.
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

// Update runs fn twice, each time on the state of this moment, and keeps what
// the second run changed.
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

	// Whatever the rehearsal returns, only the performance counts.
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

// run runs fn once, with its changes going to tree, and returns their keys.
func (s *Store) run(tree *btree.BTreeG[store.Pair], fn func(store.Tx) error) ([]string, error) {
	t := &tx{reader: reader{tree: tree}, budget: store.Budget{Limits: s.Limits()}}
	defer t.end()
	if err := fn(t); err != nil {
		return nil, err
	}
	return t.keys, t.budget.Err()
}

// begin counts a transaction as running and returns its own copy of the state,
// which costs nothing until it is changed.
func (s *Store) begin() (*btree.BTreeG[store.Pair], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, store.ErrClosed
	}
	s.running.Add(1)
	return s.tree.Clone(), nil
}

// Watch is described at store.Store.
func (s *Store) Watch(ctx context.Context, prefix string) <-chan struct{} {
	return s.watchers.Watch(ctx, prefix)
}

// Lock is described at store.Store.
func (s *Store) Lock(ctx context.Context, name string) (context.Context, func(), error) {
	return s.locks.Lock(ctx, name)
}

// Close waits for running transactions and closes the store. What it held is
// gone.
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

// loan is a value as it is stored and the copy of it that was handed out.
type loan struct {
	key          string
	stored, copy []byte
}

// lend returns a copy of a stored value that lives as long as the transaction.
func (r *reader) lend(p store.Pair) []byte {
	c := bytes.Clone(p.Value)
	r.lent = append(r.lent, loan{key: p.Key, stored: p.Value, copy: c})
	return c
}

// end spoils what was handed out, so that a use after the transaction shows.
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
			return true // the end itself does not belong to the range
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
	keys   []string // changed ones
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
