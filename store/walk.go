package store

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"
)

const (
	// pageSize is the count of pairs that Each and Walk read at once.
	pageSize = 500
	// walkTogether is the default of Range.Together. It bounds the wait of other
	// writers.
	walkTogether = 100
	// walkOperations is the expected count of operations for each record, from which
	// Walk chooses the records of a transaction.
	walkOperations = 10
)

// ErrStop is returned by the function given to Each, Walk or WalkEach to end the walk
// without an error. Its changes are kept.
var ErrStop = errors.New("stop the walk")

// Range is a range of keys that Each, Walk and WalkEach go through in ascending
// order.
type Range struct {
	From string // the first key
	To   string // the first key behind the range; empty means no upper end
	// Where chooses pairs; nil means all. Walk also asks Where again in the
	// transaction that changes the record. Where keeps neither key nor value.
	Where func(Pair) bool
	// Read is called after each page with the count of pairs read so far, chosen or
	// not; nil: no call.
	Read func(pairs int)
	// Together is the greatest count of records that one transaction of Walk changes;
	// 0: 100. The Limits of the store may lower it.
	Together int
}

// Prefix returns the range of all keys with the prefix.
func Prefix(prefix string) Range { return Range{From: prefix, To: PrefixEnd(prefix)} }

// Progress sums the pairs read of several ranges.
type Progress struct {
	Tell func(pairs int) // called after each page with the sum so far; nil: not called
	read int
}

// Over returns the range in with a Read that adds to p.
func (p *Progress) Over(in Range) Range {
	before := p.read
	in.Read = func(pairs int) {
		if p.read = before + pairs; p.Tell != nil {
			p.Tell(p.read)
		}
	}
	return in
}

// page is some pairs of a range.
type page struct {
	chosen []Pair
	read   int    // pairs, chosen or not
	next   string // the key at which the next page begins
	more   bool   // there is a next page
}

// page reads the pairs from a key on.
func (in Range) page(r Reader, from string) (page, error) {
	pairs, err := r.Scan(from, in.To, pageSize)
	if err != nil {
		return page{}, err
	}
	p := page{chosen: pairs, read: len(pairs), more: len(pairs) == pageSize}
	if p.more {
		p.next = pairs[len(pairs)-1].Key + "\x00"
	}
	if in.Where != nil {
		p.chosen = slices.DeleteFunc(pairs, func(p Pair) bool { return !in.Where(p) })
	}
	return p, nil
}

// told calls Read.
func (in Range) told(pairs int) {
	if in.Read != nil {
		in.Read(pairs)
	}
}

// Each calls fn for every pair of a range within one transaction, reading by pages. It
// returns the first error of fn, or nil for ErrStop.
func Each(r Reader, in Range, fn func(Pair) error) error {
	all := 0
	for from, more := in.From, true; more; {
		page, err := in.page(r, from)
		if err != nil {
			return err
		}
		for _, p := range page.chosen {
			switch err := fn(p); {
			case errors.Is(err, ErrStop):
				return nil
			case err != nil:
				return err
			}
		}
		all += page.read
		in.told(all)
		from, more = page.next, page.more
	}
	return nil
}

// Walk calls fn for every record of a range. It reads the keys in short Views and
// changes the records in Updates of as many records as the Limits of the store allow.
// Each Update reads its records again, so fn gets the present value and is not called
// for a deleted record. A record put behind the position of the Walk may be missed.
//
// Every Update is committed separately: after an error, or the end of the program,
// earlier changes persist. Calling Walk again for the same range continues the work, so
// fn must skip records that it has changed before. fn may run more than once for a
// record, as in Store.Update. Walk returns ErrTooLarge if a single record needs more
// than one transaction may change.
func Walk(ctx context.Context, s Store, in Range, fn func(Tx, Pair) error) error {
	return WalkEach(ctx, s, in,
		func(tx Tx, p Pair) (struct{}, error) { return struct{}{}, fn(tx, p) },
		func(struct{}) {})
}

// WalkEach is Walk with a result for each record: done is called with the result of the
// committed run of fn, once for each record and in order.
func WalkEach[T any](ctx context.Context, s Store, in Range, fn func(Tx, Pair) (T, error), done func(T)) error {
	w := newWalker(s, in, fn, done)
	var keys []string
	return in.pages(ctx, s, func(p Pair) error { keys = append(keys, p.Key); return nil }, func() error {
		err := w.changeAll(ctx, keys)
		keys = keys[:0]
		return err
	})
}

// Read calls fn for every pair of a range, in short Views. Changes made meanwhile may
// be seen or not.
func Read(ctx context.Context, s Store, in Range, fn func(Pair) error) error {
	return in.pages(ctx, s, fn, func() error { return nil })
}

// pages calls each for every chosen pair, in one View for each page, and behind after
// each View.
func (in Range) pages(ctx context.Context, s Store, each func(Pair) error, behind func() error) error {
	all := 0
	for from, more := in.From, true; more; {
		err := s.View(ctx, func(r Reader) error {
			page, err := in.page(r, from)
			if err != nil {
				return err
			}
			all += page.read
			from, more = page.next, page.more
			for _, p := range page.chosen {
				if err := each(p); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil {
			err = behind()
		}
		if errors.Is(err, ErrStop) {
			return nil
		}
		if err != nil {
			return err
		}
		in.told(all)
	}
	return nil
}

// WalkKeys is WalkEach for the records of some keys, in the order of keys.
func WalkKeys[T any](ctx context.Context, s Store, keys []string, fn func(Tx, Pair) (T, error), done func(T)) error {
	err := newWalker(s, Range{}, fn, done).changeAll(ctx, keys)
	if errors.Is(err, ErrStop) {
		return nil
	}
	return err
}

// Count is WalkEach for a fn that reports whether it changed the record. It returns the
// count of changed records, also with an error.
func Count(ctx context.Context, s Store, in Range, fn func(Tx, Pair) (changed bool, err error)) (records int, err error) {
	err = WalkEach(ctx, s, in, fn, func(changed bool) {
		if changed {
			records++
		}
	})
	return records, err
}

// Copy puts every pair of from into to, in transactions within the Limits of to, and
// returns the count of pairs. copied is called occasionally with the count so far.
func Copy(ctx context.Context, from, to Store, copied func(pairs int)) (pairs int, err error) {
	limits := to.Limits()
	var some []Pair
	bytesOf := 0
	put := func() error {
		if len(some) == 0 {
			return nil
		}
		err := to.Update(ctx, func(tx Tx) error {
			for _, p := range some {
				if err := tx.Put(p.Key, p.Value); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil {
			pairs += len(some)
			copied(pairs)
		}
		some, bytesOf = nil, 0
		return err
	}
	err = Range{}.pages(ctx, from, func(p Pair) error {
		some = append(some, Pair{Key: p.Key, Value: bytes.Clone(p.Value)})
		return nil
	}, func() error {
		all := some
		some = nil
		for _, p := range all {
			size := len(p.Key) + len(p.Value)
			if len(some) == limits.Operations || bytesOf+size > limits.Bytes {
				if err := put(); err != nil {
					return err
				}
			}
			some, bytesOf = append(some, p), bytesOf+size
		}
		return put()
	})
	return pairs, err
}

// walker is a running WalkEach.
type walker[T any] struct {
	store    Store
	where    func(Pair) bool
	fn       func(Tx, Pair) (T, error)
	done     func(T)
	most     int // greatest count of records in one transaction
	together int // records in the next transaction
}

func newWalker[T any](s Store, in Range, fn func(Tx, Pair) (T, error), done func(T)) *walker[T] {
	most := max(1, min(cmp.Or(in.Together, walkTogether), s.Limits().Operations/walkOperations))
	return &walker[T]{store: s, where: in.Where, fn: fn, done: done, most: most, together: most}
}

// changeAll changes the records of keys. It returns ErrStop when fn has done so.
func (w *walker[T]) changeAll(ctx context.Context, keys []string) error {
	for len(keys) > 0 {
		c, err := w.change(ctx, keys)
		if err != nil {
			return err
		}
		for _, result := range c.results {
			w.done(result)
		}
		if c.last {
			return ErrStop
		}
		keys = keys[c.records:]
	}
	return nil
}

// chunk is the result of one transaction of a walker.
type chunk[T any] struct {
	records int  // keys processed
	last    bool // fn returned ErrStop
	results []T
}

// change changes the records of the first keys in one transaction. When these exceed
// the Limits, change retries with the records that did fit.
func (w *walker[T]) change(ctx context.Context, keys []string) (chunk[T], error) {
	for {
		reached := 0 // the key of the last run of the closure at which it ended
		c, err := Update(ctx, w.store, func(tx Tx) (c chunk[T], err error) {
			for i, key := range keys[:min(w.together, len(keys))] {
				reached = i
				value, err := tx.Get(key)
				if err != nil {
					return c, err
				}
				c.records++
				p := Pair{Key: key, Value: value}
				if value == nil || w.where != nil && !w.where(p) {
					continue
				}
				result, err := w.fn(tx, p)
				if errors.Is(err, ErrStop) {
					c.last = true
					return c, nil
				}
				if err != nil {
					return c, err
				}
				c.results = append(c.results, result)
			}
			return c, nil
		})
		if errors.Is(err, ErrTooLarge) && reached > 0 {
			w.together = reached
			continue
		}
		w.together = min(w.most, 2*w.together)
		return c, err
	}
}
