package event

import (
	"context"
	"fmt"
	"time"

	"goniec/store"
)

// pruneBatch is how many events one transaction removes.
const pruneBatch = 500

// Prune removes the events of all boxes that were appended before that time, and those
// that were set aside before it, and returns how many. It works in small transactions, each of which stands:
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
	aside, err := l.pruneAside(ctx, before)
	if err != nil {
		return removed + aside, fmt.Errorf("prune events set aside: %w", err)
	}
	return removed + aside, nil
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
