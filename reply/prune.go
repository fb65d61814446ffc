package reply

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"goniec/queue"
	"goniec/store"
)

// pruneTogether bounds the records of one transaction of Prune.
const pruneTogether = 100

// Prune removes what has been kept long enough: questions and what was made of texts
// after records, talks in which nothing has been said for as long, with their notes,
// and counts that no longer matter. It works in small transactions and goes on where
// it was when it is called again. It does nothing while the clock is not believed.
func (r *Replies) Prune(ctx context.Context, records time.Duration) error {
	trust, err := r.queue.ClockTrust(ctx)
	if err != nil || !trust.Believed {
		return err
	}
	at := now()
	limit := at.Add(-records)
	for what, step := range map[string]func(tx store.Tx) (int, error){
		"questions": func(tx store.Tx) (int, error) {
			return pruneIDs(tx, askSpace, limit, func(id string) error { return forgetQuestion(tx, id) })
		},
		"what was made of texts": func(tx store.Tx) (int, error) {
			return pruneIDs(tx, heardSpace, limit, func(id string) error { return tx.Delete(heardKey(id)) })
		},
		"conversations": func(tx store.Tx) (int, error) { return pruneTalks(tx, limit) },
	} {
		for n := pruneTogether; n == pruneTogether; {
			if n, err = store.Update(ctx, r.store, step); err != nil {
				return fmt.Errorf("prune %s: %w", what, err)
			}
		}
	}
	if err := r.sweep(ctx, guardNumber, func(p store.Pair) bool {
		var s sent
		return json.Unmarshal(p.Value, &s) != nil || len(s.within(at, numberWindow)) == 0
	}); err != nil {
		return fmt.Errorf("prune counts of texts: %w", err)
	}
	return r.sweep(ctx, whichSpace, func(p store.Pair) bool {
		var w which
		return json.Unmarshal(p.Value, &w) != nil || at.Sub(w.At) >= whichKept
	})
}

// pruneIDs has the records of a space removed that were made before limit, and returns
// how many there were.
func pruneIDs(tx store.Tx, space string, limit time.Time, remove func(id string) error) (int, error) {
	pairs, err := tx.Scan(space, space+queue.LowestID(limit), pruneTogether)
	if err != nil {
		return 0, err
	}
	for _, pair := range pairs {
		if err := remove(pair.Key[len(space):]); err != nil {
			return 0, err
		}
	}
	return len(pairs), nil
}

// forgetQuestion removes a question with what leads to it.
func forgetQuestion(tx store.Tx, id string) error {
	q, err := ReadQuestion(tx, id)
	switch {
	case err == nil:
		for _, number := range q.numbers() {
			if err := tx.Delete(askedPrefix(number) + id); err != nil {
				return err
			}
		}
		if err := tx.Delete(askTickKey(q.tick(), id)); err != nil {
			return err
		}
	case !unreadable(err):
		return err
	}
	return tx.Delete(askKey(id))
}

// pruneTalks removes talks in which nothing was said since limit.
func pruneTalks(tx store.Tx, limit time.Time) (int, error) {
	pairs, err := tx.Scan(talkAtSpace, talkAtSpace+timeSegment(limit), pruneTogether)
	if err != nil {
		return 0, err
	}
	for _, pair := range pairs {
		place := pair.Key[len(talkAtSpace):]
		id := place[min(len(place), timeWidth):]
		t, err := readTalk(tx, id)
		if err == nil {
			err = forgetTalk(tx, t)
		} else if unreadable(err) {
			err = tx.Delete(talkKey(id))
		}
		if err != nil {
			return 0, err
		}
		if err := tx.Delete(pair.Key); err != nil {
			return 0, err
		}
	}
	return len(pairs), nil
}

// forgetTalk removes a talk with its notes.
func forgetTalk(tx store.Tx, t Talk) error {
	notes, err := tx.Scan(notePrefix(t.ID), store.PrefixEnd(notePrefix(t.ID)), 0)
	if err != nil {
		return err
	}
	for _, note := range notes {
		if err := tx.Delete(note.Key); err != nil {
			return err
		}
	}
	for _, key := range []string{talkKey(t.ID), talkOfKey(t.Number), talkAtKey(t.At, t.ID)} {
		if err := tx.Delete(key); err != nil {
			return err
		}
	}
	return nil
}

// sweep removes the records of a space that are over.
func (r *Replies) sweep(ctx context.Context, space string, over func(store.Pair) bool) error {
	for from := space; from != ""; {
		next, err := store.Update(ctx, r.store, func(tx store.Tx) (string, error) {
			pairs, err := tx.Scan(from, store.PrefixEnd(space), pruneTogether)
			if err != nil {
				return "", err
			}
			for _, pair := range pairs {
				if !over(pair) {
					continue
				}
				if err := tx.Delete(pair.Key); err != nil {
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
