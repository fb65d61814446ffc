package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"goniec/number"
	"goniec/store"
)

// callDaysKept is how long it is remembered that a caller was sent a text that day.
const callDaysKept = 48 * time.Hour

// pruneTogether bounds the records of one transaction of Prune.
const pruneTogether = 100

// Prune removes what has been kept long enough: the texts of messages that were
// sent, ended or were received longer ago than texts, and PDUs that could not be
// read; then the records themselves after records. It works in small transactions
// so that nobody waits for it, and goes on where it was when it is called again.
func (q *Queue) Prune(ctx context.Context, texts, records time.Duration) error {
	now := q.now()
	doubted, err := store.View(ctx, q.store, func(r store.Reader) (bool, error) { return q.doubts(r, now) })
	if err != nil {
		return fmt.Errorf("prune: %w", err)
	}
	if doubted {
		q.log.WarnContext(ctx, "nothing is removed while the clock is not believed", "is", now)
		return nil
	}
	steps := []struct {
		what string
		step func(tx store.Tx) (int, error)
	}{
		{"texts", func(tx store.Tx) (int, error) { return q.pruneMessages(tx, doneSpace, now.Add(-texts), q.removeText) }},
		{"messages", func(tx store.Tx) (int, error) { return q.pruneMessages(tx, bareSpace, now.Add(-records), q.remove) }},
		{"rejected PDUs", func(tx store.Tx) (int, error) {
			return deleteRange(tx, rawSpace, rawSpace+store.TimeSegment(now.Add(-texts)))
		}},
		{"inbound texts", func(tx store.Tx) (int, error) { return pruneInboundTexts(tx, now.Add(-texts)) }},
		{"inbound messages", func(tx store.Tx) (int, error) {
			return pruneInbound(tx, inboundKey(store.LowestID(now.Add(-records))))
		}},
		{"calls", func(tx store.Tx) (int, error) {
			return deleteRange(tx, callSpace, callSpace+store.LowestID(now.Add(-records)))
		}},
	}
	for _, s := range steps {
		for n := pruneTogether; n == pruneTogether; {
			var err error
			if n, err = store.Update(ctx, q.store, s.step); err != nil {
				return fmt.Errorf("prune %s: %w", s.what, err)
			}
			q.meter.pruned.Add(float64(n))
		}
	}
	if err := q.pruneCallDays(ctx, now.Add(-callDaysKept), now); err != nil {
		return fmt.Errorf("prune days of calls: %w", err)
	}
	err = q.sweep(ctx, refSpace, func(tx store.Tx, pair store.Pair) error {
		r, found, err := store.GetJSON[references](tx, pair.Key)
		if err != nil && !errors.Is(err, store.ErrRecord) || found && !r.rested(now) {
			return err
		}
		return tx.Delete(pair.Key)
	})
	if err != nil {
		return fmt.Errorf("prune concatenation references: %w", err)
	}
	err = q.sweep(ctx, groupSpace, func(tx store.Tx, pair store.Pair) error {
		g, found, err := store.GetJSON[group](tx, pair.Key)
		if errors.Is(err, store.ErrRecord) {
			return tx.Delete(pair.Key)
		}
		if err != nil || !found || !g.Delivered || g.Since.After(now.Add(-texts)) {
			return err
		}
		if err := tx.Delete(g.tick(pair.Key)); err != nil {
			return err
		}
		return tx.Delete(pair.Key)
	})
	if err != nil {
		return fmt.Errorf("prune parts of inbound messages: %w", err)
	}
	if q.config.Router != nil {
		if err := q.config.Router.Prune(ctx, now.Add(-records)); err != nil {
			return fmt.Errorf("prune numbers: %w", err)
		}
	}
	return nil
}

// pruneMessages does something to the messages that a time index names before
// limit, and returns how many there were. What it does takes them out of the index.
func (q *Queue) pruneMessages(tx store.Tx, space string, limit time.Time, do func(store.Tx, *entry) error) (int, error) {
	pairs, err := tx.Scan(space, space+store.TimeSegment(limit), pruneTogether)
	if err != nil {
		return 0, err
	}
	for _, pair := range pairs {
		t, err := parseTimedID(pair.Key, space)
		if err != nil {
			return 0, err
		}
		e, err := q.load(tx, t.id)
		if store.Unreadable(err) {
			// Nothing but its name is known any more.
			if err = tx.Delete(pair.Key); err == nil {
				continue
			}
		}
		if err != nil {
			return 0, err
		}
		if err := do(tx, e); err != nil {
			return 0, err
		}
	}
	return len(pairs), nil
}

// removeText empties a message of what it said. Who it was for and what became of
// it stay.
func (q *Queue) removeText(tx store.Tx, e *entry) error {
	e.Text, e.TextRemoved = "", true
	return q.save(tx, e)
}

// deleteRange deletes up to pruneTogether keys from a range.
func deleteRange(tx store.Tx, from, to string) (int, error) {
	pairs, err := tx.Scan(from, to, pruneTogether)
	if err != nil {
		return 0, err
	}
	for _, pair := range pairs {
		if err := tx.Delete(pair.Key); err != nil {
			return 0, err
		}
	}
	return len(pairs), nil
}

// pruneInbound removes inbound messages before the key to, with what leads to them.
func pruneInbound(tx store.Tx, to string) (int, error) {
	pairs, err := tx.Scan(inboundSpace, to, pruneTogether)
	if err != nil {
		return 0, err
	}
	for _, pair := range pairs {
		id := pair.Key[len(inboundSpace):]
		if in, err := decodeInbound(id, pair.Value); err == nil { // of any other nothing is known
			if err := tx.Delete(fromPrefix(number.Segment(in.From)) + id); err != nil {
				return 0, err
			}
		}
		if err := tx.Delete(pair.Key); err != nil {
			return 0, err
		}
	}
	return len(pairs), nil
}

// pruneInboundTexts empties the inbound messages received before limit, and
// remembers how far it got.
func pruneInboundTexts(tx store.Tx, limit time.Time) (int, error) {
	last, err := tx.Get(inboxPruned)
	if err != nil {
		return 0, err
	}
	from := inboundSpace
	if last != nil {
		from = inboundKey(string(last)) + "\x00"
	}
	pairs, err := tx.Scan(from, inboundKey(store.LowestID(limit)), pruneTogether)
	if err != nil || len(pairs) == 0 {
		return 0, err
	}
	for _, pair := range pairs {
		in, err := decodeInbound(pair.Key[len(inboundSpace):], pair.Value)
		if err != nil {
			continue // removed with the records
		}
		in.Text, in.TextRemoved = "", true
		if err := store.PutJSON(tx, pair.Key, storedInbound{&in, number.Encode(in.From)}); err != nil {
			return 0, err
		}
	}
	end := pairs[len(pairs)-1].Key[len(inboundSpace):]
	return len(pairs), tx.Put(inboxPruned, []byte(end))
}

// sweep shows every record of a space to do, in small transactions. It is for
// spaces that stay small because what is in them is kept for days only.
func (q *Queue) sweep(ctx context.Context, space string, do func(store.Tx, store.Pair) error) error {
	from, to := span(space)
	for from != "" {
		next, err := store.Update(ctx, q.store, func(tx store.Tx) (string, error) {
			pairs, err := tx.Scan(from, to, pruneTogether)
			if err != nil {
				return "", err
			}
			for _, pair := range pairs {
				if err := do(tx, pair); err != nil {
					return "", err
				}
			}
			if len(pairs) < pruneTogether {
				return "", nil
			}
			return pairs[len(pairs)-1].Key + "\x00", nil
		})
		if err != nil {
			return err
		}
		from = next
	}
	return nil
}
