package event

import (
	"context"
	"fmt"
	"time"

	"goniec/store"
)

// pruneBatch is how many events one transaction removes.
const pruneBatch = 500

// Prune deletes the events of all boxes that were appended before a time, and those set aside
// before it, and returns their number. Each of its small transactions stands. It does not ask
// whether followers have handled the events, so keep events longer than any follower may lag.
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

// pruned is the result of pruneChunk.
type pruned struct {
	removed int
	next    string // first key of the next chunk; empty: the end
}

// pruneChunk deletes the old ones of the events of box from a key on. Events are in the order
// of their times except those stamped while a clock was ahead; behind such an event old ones
// may follow.
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
