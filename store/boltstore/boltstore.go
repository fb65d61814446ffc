// Package boltstore is a store in one bbolt file, the default of a single box.
//
// It owns the file: how it is created, how writers share a commit and what errors of
// the disk mean. The packages above own its contents. One process opens a file at a
// time.
package boltstore

import (
	"cmp"
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

// The limits of one transaction. They bound the longest commit on a slow card, and lie
// below the configurable maximum of etcd.
const (
	maxOperations = 10_000  // puts and deletes
	maxBytes      = 8 << 20 // keys and values put
)

var (
	// ErrLocked is returned by Open when another process has the file open.
	ErrLocked = errors.New("database file is in use by another process")
	// ErrDamaged is returned by Open for a file that is damaged or not a database.
	ErrDamaged = errors.New("database file is damaged or not a database")
)

// Options configures a store. The zero value suits a box.
type Options struct {
	// Timeout is how long Open waits for a file in use; 0: 1 s.
	Timeout time.Duration
	// MaxSize bounds the file in bytes; Update fails beyond it. 0: no limit, but 256
	// MiB with 32-bit addresses.
	MaxSize int
	// Logger logs compactions; nil: no log.
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

	// lead holds a token while a writer leads a commit; enter admits one writer at a
	// time to the leader's batch; leave says that this writer has finished. See
	// commit.go.
	lead  chan struct{}
	enter chan struct{}
	leave chan member
	batch *batch // of the leader, lent to the writer admitted

	closing chan struct{} // closed by Close: no transaction begins any more
	close   func() error  // closes once
}

var _ store.Store = (*Store)(nil)

// root is the only bucket; it holds all keys.
const root = "goniec"

// Open opens the store in the file at path. It creates a missing file, readable by its
// owner only; the folder must exist. An error with the path wraps ErrLocked or
// ErrDamaged in these cases.
func Open(path string, o Options) (*Store, error) {
	o.Logger = cmp.Or(o.Logger, slog.New(slog.DiscardHandler))
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
	// Holding the file lock excludes that another process writes the temporary file.
	if err := removeIfThere(path + rewriteSuffix); err != nil {
		return nil, errors.Join(fmt.Errorf("open store %s: %w", path, err), db.Close())
	}
	if s.metrics, err = newMetrics(o.Registerer); err != nil {
		return nil, errors.Join(fmt.Errorf("open store %s: %w", path, err), db.Close())
	}
	s.close = sync.OnceValue(s.shut)
	return s, nil
}

// Register registers the metrics of a store opened without Registerer with r.
func (s *Store) Register(r prometheus.Registerer) error {
	if err := s.metrics.register(r); err != nil {
		return fmt.Errorf("register metrics of store %s: %w", s.db.Path(), err)
	}
	return nil
}

// defaultMaxSize bounds the file with 32-bit addresses, because the file is mapped into
// memory, and briefly twice when it grows.
func defaultMaxSize() int {
	if strconv.IntSize == 32 {
		return 256 << 20
	}
	return 0
}

// initialMap is the initial size of the memory map in bytes. Growth within it never
// waits for readers.
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

// View runs fn on the present state, without waiting for writers.
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
		_ = s.readers.end(tx) // ending a read transaction cannot fail
	}()
	return fn(&r)
}

// Watch implements store.Store.
func (s *Store) Watch(ctx context.Context, prefix string) <-chan struct{} {
	return s.watchers.Watch(ctx, prefix)
}

// Lock implements store.Store.
func (s *Store) Lock(ctx context.Context, name string) (context.Context, func(), error) {
	return s.locks.Lock(ctx, name)
}

// Close waits for running transactions and closes the file.
func (s *Store) Close() error { return s.close() }

func (s *Store) shut() error {
	close(s.closing)
	s.locks.Close()
	s.watchers.Close()
	s.lead <- struct{}{} // kept, so that no writer leads again
	s.writeFreelist()
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("close store %s: %w", s.db.Path(), err)
	}
	return nil
}
