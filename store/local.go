package store

import (
	"context"
	"fmt"
	"strings"
	"sync"
)

// The types of this file are shared by the backends that live in one process.

// Budget checks a transaction against its Limits and its keys against MaxKey. The zero
// value allows nothing. A transaction once beyond its budget stays refused, even if its
// closure ignores the error.
type Budget struct {
	Limits Limits // the remainder
	err    error
}

// Put accounts for a put of key with a value of size bytes.
func (b *Budget) Put(key string, size int) error {
	return b.take(key, len(key)+size)
}

// Delete accounts for a delete of key.
func (b *Budget) Delete(key string) error {
	return b.take(key, 0)
}

// Err returns the first refusal of Put or Delete, nil if there was none.
func (b *Budget) Err() error { return b.err }

func (b *Budget) take(key string, size int) error {
	if b.err != nil {
		return b.err
	}
	if key == "" || len(key) > MaxKey {
		b.err = fmt.Errorf("%w: %d bytes", ErrKey, len(key))
		return b.err
	}
	b.Limits.Operations--
	b.Limits.Bytes -= size
	if b.Limits.Operations < 0 || b.Limits.Bytes < 0 {
		b.err = ErrTooLarge
	}
	return b.err
}

// Watchers keeps the watches of a store. The zero value is ready for use.
type Watchers struct {
	mu     sync.Mutex
	closed bool
	open   map[*watcher]struct{}
}

type watcher struct {
	prefix string
	wake   chan struct{} // capacity 1: a wake-up not yet taken stands for all
	forget func() bool   // stops waiting for the end of the context
}

// Watch implements Store.Watch.
func (w *Watchers) Watch(ctx context.Context, prefix string) <-chan struct{} {
	e := &watcher{prefix: prefix, wake: make(chan struct{}, 1)}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed || ctx.Err() != nil {
		return e.wake
	}
	if w.open == nil {
		w.open = make(map[*watcher]struct{})
	}
	w.open[e] = struct{}{}
	e.forget = context.AfterFunc(ctx, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.open, e)
	})
	return e.wake
}

// Notify wakes all watchers of a prefix of one of keys, without blocking.
func (w *Watchers) Notify(keys []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for e := range w.open {
		for _, key := range keys {
			if !strings.HasPrefix(key, e.prefix) {
				continue
			}
			select {
			case e.wake <- struct{}{}:
			default:
			}
			break
		}
	}
}

// Close ends all watches. Their channels receive nothing further.
func (w *Watchers) Close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	for e := range w.open {
		e.forget()
	}
	clear(w.open)
}

// Locks keeps the named locks of a store. The zero value is ready for use.
type Locks struct {
	mu     sync.Mutex
	closed bool
	held   map[string]*lock // by name; present while held
}

type lock struct {
	lost context.CancelFunc // ends the holder's context
	free chan struct{}      // closed when the lock is released
}

// Lock implements Store.Lock.
func (l *Locks) Lock(ctx context.Context, name string) (context.Context, func(), error) {
	for {
		held, release, wait, err := l.try(ctx, name)
		if wait == nil {
			return held, release, err
		}
		select {
		case <-ctx.Done():
			return nil, nil, fmt.Errorf("lock %s: %w", name, ctx.Err())
		case <-wait:
		}
	}
}

// try takes the lock, or returns a channel to wait on before the next try.
func (l *Locks) try(ctx context.Context, name string) (held context.Context, release func(), wait <-chan struct{}, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, nil, nil, fmt.Errorf("lock %s: %w", name, ErrClosed)
	}
	if err := ctx.Err(); err != nil {
		return nil, nil, nil, fmt.Errorf("lock %s: %w", name, err)
	}
	if other, taken := l.held[name]; taken {
		return nil, nil, other.free, nil
	}
	held, lost := context.WithCancel(ctx)
	mine := &lock{lost: lost, free: make(chan struct{})}
	if l.held == nil {
		l.held = make(map[string]*lock)
	}
	l.held[name] = mine
	release = func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.free(name, mine)
	}
	return held, release, nil, nil
}

// free releases the lock unless held no longer holds it, and wakes the waiters. The
// caller holds mu.
func (l *Locks) free(name string, held *lock) {
	if l.held[name] != held {
		return
	}
	held.lost()
	delete(l.held, name)
	close(held.free)
}

// Close releases every lock and refuses new ones, also to waiters.
func (l *Locks) Close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	for name, held := range l.held {
		l.free(name, held)
	}
}
