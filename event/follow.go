package event

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"goniec/store"
)

const (
	// followInterval is how long a follower rests when nothing wakes it.
	followInterval = 10 * time.Second
	// followBatch is how many events share one commit when a follower has
	// much to catch up with.
	followBatch = 64
	// followScan is how many events a follower looks at together, wanted or not.
	followScan = 512
	// skipAtMost is how many events a follower leaves behind that it does not want
	// before it writes down where it stands: a commit for each would wear the disk.
	skipAtMost = 256
	// pruneBatch is how many events one transaction removes.
	pruneBatch = 500
)

// errConsumer is returned by Follow for a name that cannot be part of a key.
var errConsumer = errors.New("name of a consumer must not be empty nor contain a slash")

// Follow gives the events of every box whose type wants accepts (nil: all) to fn, in
// the order of their box, from where consumer stands; a new consumer starts at the
// oldest event kept. The
// cursor moves in the transaction in which fn writes, so each event takes
// effect exactly once, whatever crashes when. Events that are not wanted move the
// cursor once in a while only, since to look at their types again does no harm. fn keeps to the rules of
// store.Store.Update: it may run more than once.
//
// Follow returns nil when ctx is done. It returns the error of fn, with the
// cursor in front of that event, or of the store; the caller decides when to
// follow again. Only one Follow for a consumer should run at a time; two are
// wasteful, but still correct.
func (l *Log) Follow(ctx context.Context, consumer string, wants func(typ string) bool, fn func(tx store.Tx, e Event) error) error {
	if consumer == "" || strings.Contains(consumer, "/") {
		return fmt.Errorf("follow events: %w: %q", errConsumer, consumer)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends the watch
	wake := l.Wake(ctx)
	f := follower{log: l, consumer: consumer, wants: wants, fn: fn, seen: map[string]uint64{}}
	timer := time.NewTimer(followInterval)
	defer timer.Stop()
	for {
		more, err := f.catchUp(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("follow events as %s: %w", consumer, err)
		}
		if more {
			continue
		}
		timer.Reset(followInterval)
		select {
		case <-ctx.Done():
			return nil
		case <-wake:
		case <-timer.C:
		}
	}
}

// FromNow puts a consumer that has never followed behind the newest event of every
// box, so that it is not given what happened before it existed. It changes nothing
// for one that has.
func (l *Log) FromNow(ctx context.Context, consumer string) error {
	err := l.store.Update(ctx, func(tx store.Tx) error {
		known, err := tx.Scan(cursorKey(consumer, ""), store.PrefixEnd(cursorKey(consumer, "")), 1)
		if err != nil || len(known) > 0 {
			return err
		}
		names, err := boxes(tx)
		if err != nil {
			return err
		}
		// A log that is empty leaves its mark, too: what comes next is no past.
		if len(names) == 0 {
			names = []string{l.box}
		}
		for _, box := range names {
			newest, err := number(tx, counterKey(box))
			if err != nil {
				return err
			}
			if err := tx.Put(cursorKey(consumer, box), []byte(formatSeq(newest))); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("let %s begin: %w", consumer, err)
	}
	return nil
}

// follower is one run of Follow.
type follower struct {
	log      *Log
	consumer string
	wants    func(typ string) bool
	fn       func(store.Tx, Event) error
	seen     map[string]uint64 // by box: up to where nothing is wanted, though the cursor may be behind
}

// batch is events of one box from where the follower stands. Of those that are not
// wanted nothing is known but number and type.
type batch struct {
	cursor uint64 // as stored
	events []Event
	more   bool // there may be others behind them
}

// scan returns the next events of box behind seq, at most followBatch of them wanted.
// Only those are decoded: a batch of messages brings a thousand that nobody wants.
func (f *follower) scan(r store.Reader, box string, seq uint64) (batch, error) {
	pairs, err := r.Scan(eventKey(box, seq+1), store.PrefixEnd(logPrefix(box)), followScan)
	if err != nil {
		return batch{}, err
	}
	b := batch{more: len(pairs) == followScan}
	wanted := 0
	for _, p := range pairs {
		if wanted == followBatch {
			b.more = true
			break
		}
		if typ, ok := typeOf(p.Value); ok && f.wants != nil && !f.wants(typ) {
			number, ok := parseSeq(strings.TrimPrefix(p.Key, logPrefix(box)))
			if ok {
				b.events = append(b.events, Event{Box: box, Seq: number, Type: typ})
				continue
			}
		}
		e, err := decode(box, p)
		if err != nil {
			return batch{}, err
		}
		if f.wanted(e) {
			wanted++
		}
		b.events = append(b.events, e)
	}
	return b, nil
}

// typeOf returns the type of a stored event without decoding it; ok is false if it is
// not written as Append writes it.
func typeOf(value []byte) (typ string, ok bool) {
	rest, ok := bytes.CutPrefix(value, []byte(`{"t":"`))
	if !ok {
		return "", false
	}
	name, _, ok := bytes.Cut(rest, []byte(`"`))
	return string(name), ok && !bytes.ContainsRune(name, '\\')
}

// catchUp hands on one batch of each box and says whether there may be more.
func (f *follower) catchUp(ctx context.Context) (bool, error) {
	batches, err := store.View(ctx, f.log.store, func(r store.Reader) ([]batch, error) {
		names, err := boxes(r)
		if err != nil {
			return nil, err
		}
		var batches []batch
		for _, box := range names {
			cursor, err := number(r, cursorKey(f.consumer, box))
			if err != nil {
				return nil, err
			}
			b, err := f.scan(r, box, max(cursor, f.seen[box]))
			if err != nil {
				return nil, err
			}
			if b.cursor = cursor; len(b.events) > 0 {
				batches = append(batches, b)
			}
		}
		return batches, nil
	})
	if err != nil {
		return false, err
	}
	more := false
	for _, b := range batches {
		if err := f.hand(ctx, b); err != nil {
			return false, err
		}
		more = more || b.more
	}
	return more, nil
}

// hand gives the events of a batch to fn: all in one commit or, when that fails,
// one by one, so that those before the failing one take effect and a
// transaction that was too large comes apart. A batch in which nothing is wanted is
// only remembered.
func (f *follower) hand(ctx context.Context, b batch) error {
	last := b.events[len(b.events)-1]
	if !slices.ContainsFunc(b.events, f.wanted) && last.Seq-b.cursor < skipAtMost {
		f.seen[last.Box] = last.Seq
		return nil
	}
	err := f.apply(ctx, b.events)
	if err == nil || len(b.events) == 1 || ctx.Err() != nil {
		return err
	}
	for i := range b.events {
		if err := f.apply(ctx, b.events[i:i+1]); err != nil {
			return err
		}
	}
	return nil
}

func (f *follower) wanted(e Event) bool { return f.wants == nil || f.wants(e.Type) }

// apply runs fn on those of events, all of one box, that the consumer wants and has
// not done yet, and moves the cursor, in one transaction.
func (f *follower) apply(ctx context.Context, events []Event) error {
	key := cursorKey(f.consumer, events[0].Box)
	return f.log.store.Update(ctx, func(tx store.Tx) error {
		cursor, err := number(tx, key)
		if err != nil {
			return err
		}
		done := cursor
		for _, e := range events {
			if e.Seq <= cursor {
				continue
			}
			if f.wanted(e) {
				if err := f.fn(tx, e); err != nil {
					return fmt.Errorf("event %s (%s): %w", e.ID(), e.Type, err)
				}
			}
			done = e.Seq
		}
		if done == cursor {
			return nil
		}
		return tx.Put(key, []byte(formatSeq(done)))
	})
}

// Prune removes the events of all boxes that were appended before that time
// and returns how many. It works in small transactions, each of which stands:
// after a crash the next call goes on. It does not ask whether every follower
// has seen them; what is kept must be longer than any of them may lag.
func (l *Log) Prune(ctx context.Context, before time.Time) (int, error) {
	names, err := store.View(ctx, l.store, boxes)
	if err != nil {
		return 0, fmt.Errorf("prune events: %w", err)
	}
	removed := 0
	for _, box := range names {
		for from := logPrefix(box); from != ""; {
			chunk, err := l.pruneChunk(ctx, box, from, before)
			removed += chunk.removed
			if err != nil {
				return removed, fmt.Errorf("prune events of %s: %w", box, err)
			}
			from = chunk.next
		}
	}
	return removed, nil
}

// pruned is what pruneChunk did.
type pruned struct {
	removed int
	next    string // where to go on, empty: nowhere
}

// pruneChunk removes those of the events of box from a key on that are old
// enough. Events are in the order of their times but for those stamped while a
// clock was ahead: with one of these in a chunk, old ones may follow.
func (l *Log) pruneChunk(ctx context.Context, box, from string, before time.Time) (pruned, error) {
	size := min(pruneBatch, l.store.Limits().Operations)
	return store.Update(ctx, l.store, func(tx store.Tx) (pruned, error) {
		var chunk pruned
		pairs, err := tx.Scan(from, store.PrefixEnd(logPrefix(box)), size)
		if err != nil {
			return chunk, err
		}
		ahead := false
		for _, p := range pairs {
			e, err := decode(box, p)
			if err != nil {
				return pruned{}, err
			}
			if !e.At.Before(before) {
				ahead = ahead || e.At.After(time.Now())
				continue
			}
			if err := tx.Delete(p.Key); err != nil {
				return pruned{}, err
			}
			chunk.removed++
		}
		if len(pairs) == size && (chunk.removed > 0 || ahead) {
			chunk.next = pairs[len(pairs)-1].Key + "\x00"
		}
		return chunk, nil
	})
}
