// Package boltstore keeps a store in one bbolt file, the default of a single
// box.
//
// It owns the file: how it comes to be, how writers share a commit and what
// the disk's errors mean. What is in it belongs to the packages above. Only
// one process opens a file at a time.
package boltstore

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"goniec/store"
)

// The limits of one transaction. They keep the longest commit short enough for
// a slow card, and lie below what an etcd can be set to.
const (
	maxOperations = 10_000  // puts and deletes
	maxBytes      = 8 << 20 // keys and values put
)

var (
	// ErrLocked is returned by Open when another process has the file open.
	ErrLocked = errors.New("database file is in use by another process")
	// ErrDamaged is returned by Open for a file that is not a database, or no
	// longer one.
	ErrDamaged = errors.New("database file is damaged or not a database")
)

// Options adjusts a store. The zero value is what a box wants.
type Options struct {
	// Timeout is how long Open waits for a file that is in use; 0 means 1 s.
	Timeout time.Duration
	// MaxSize is the greatest length of the file in bytes, beyond which Update
	// fails; 0 means no limit, but 256 MiB where addresses have 32 bits.
	MaxSize int
	// Logger is told when the file is compacted; nil means nobody is.
	Logger *slog.Logger
	// Registerer takes the metrics of the store; nil means none.
	Registerer prometheus.Registerer
}

// Store is a store in a file. It is safe for concurrent use.
type Store struct {
	db       *bbolt.DB
	file     *os.File // of db, which closes it
	readers  readers
	metrics  *metrics
	watchers store.Watchers
	locks    store.Locks

	// lead holds a token while somebody leads a commit; enter admits one writer at a
	// time to the leader's batch; leave is how that writer says that it is done there.
	// See commit.go.
	lead  chan struct{}
	enter chan struct{}
	leave chan member
	batch *batch // of the leader, lent to the writer admitted

	closing chan struct{} // closed by Close: no transaction begins any more
	close   func() error  // closes once
}

var _ store.Store = (*Store)(nil)

// root is the one bucket all keys are in.
const root = "goniec"

// Open opens the store in the file at path, which it creates if there is none,
// readable by its owner only; the folder must exist. It returns ErrLocked or
// ErrDamaged, with the path, when that is what hinders it.
func Open(path string, o Options) (*Store, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if o.MaxSize <= 0 {
		o.MaxSize = defaultMaxSize()
	}
	db, file, err := openFile(path, o)
	if err != nil {
		return nil, fmt.Errorf("open store %s: %w", path, err)
	}
	s := &Store{
		db:      db,
		file:    file,
		lead:    make(chan struct{}, 1),
		enter:   make(chan struct{}),
		leave:   make(chan member),
		closing: make(chan struct{}),
	}
	// Only now is it sure that no other process is filling that file.
	if err := removeIfThere(path + rewriteSuffix); err != nil {
		return nil, errors.Join(fmt.Errorf("open store %s: %w", path, err), db.Close())
	}
	if s.metrics, err = newMetrics(o.Registerer); err != nil {
		return nil, errors.Join(fmt.Errorf("open store %s: %w", path, err), db.Close())
	}
	s.close = sync.OnceValue(s.shut)
	return s, nil
}

// Register has r take the metrics, of a store that was opened without Registerer.
func (s *Store) Register(r prometheus.Registerer) error {
	if err := s.metrics.register(r); err != nil {
		return fmt.Errorf("register metrics of store %s: %w", s.db.Path(), err)
	}
	return nil
}

// defaultMaxSize is where addresses have 32 bits: the file is mapped into
// memory, twice for a moment when it grows.
func defaultMaxSize() int {
	if strconv.IntSize == 32 {
		return 256 << 20
	}
	return 0
}

// initialMap is how much address space the file is given from the beginning:
// as long as it fits, growing never waits for readers.
func initialMap() int {
	if strconv.IntSize == 32 {
		return 16 << 20
	}
	return 64 << 20
}

// Limits returns maxOperations and maxBytes.
func (s *Store) Limits() store.Limits {
	return store.Limits{Operations: maxOperations, Bytes: maxBytes}
}

// View runs fn on the state of this moment. It does not wait for writers.
func (s *Store) View(ctx context.Context, fn func(store.Reader) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	tx, err := s.readers.begin(s.db)
	if errors.Is(err, bolterrors.ErrDatabaseNotOpen) {
		return store.ErrClosed
	}
	if err != nil {
		return fmt.Errorf("begin read transaction: %w", err)
	}
	r := reader{bucket: tx.Bucket([]byte(root))}
	defer func() {
		r.bucket = nil
		_ = s.readers.end(tx) // of a read transaction nothing can fail here
	}()
	return fn(&r)
}

// Watch is described at store.Store.
func (s *Store) Watch(ctx context.Context, prefix string) <-chan struct{} {
	return s.watchers.Watch(ctx, prefix)
}

// Lock is described at store.Store.
func (s *Store) Lock(ctx context.Context, name string) (context.Context, func(), error) {
	return s.locks.Lock(ctx, name)
}

// Close waits for running transactions and closes the file.
func (s *Store) Close() error { return s.close() }

func (s *Store) shut() error {
	close(s.closing)
	s.locks.Close()
	s.watchers.Close()
	s.lead <- struct{}{} // kept: nobody leads any more
	s.writeFreelist()
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("close store %s: %w", s.db.Path(), err)
	}
	return nil
}
