package reply

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"goniec/store"
)

// Prune removes questions and records of received texts that are older than records,
// conversations in which nothing was said for as long, with their notes, and counts that
// no longer matter. It works in small transactions; after an interruption the next call
// goes on. Prune does nothing while the clock is not believed.
func (r *Replies) Prune(ctx context.Context, records time.Duration) error {
	trust, err := r.queue.Clock().Trust(ctx)
	if err != nil || !trust.Believed {
		return err
	}
	at := now()
	limit := at.Add(-records)
	remove := func(tx store.Tx, p store.Pair) error { return tx.Delete(p.Key) }
	for _, step := range []struct {
		what   string
		in     store.Range
		change func(tx store.Tx, p store.Pair) error
	}{
		{"questions", store.Range{From: askSpace, To: askSpace + store.LowestID(limit)}, func(tx store.Tx, p store.Pair) error {
			return forgetQuestion(tx, p.Key[len(askSpace):])
		}},
		{"what was made of texts", store.Range{From: heardSpace, To: heardSpace + store.LowestID(limit)}, remove},
		{"counts of texts", rangeWhere(guardNumber, func(value []byte) bool {
			var s sent
			return json.Unmarshal(value, &s) != nil || len(s.within(at, numberWindow)) == 0
		}), remove},
		{"questions asked back", rangeWhere(whichSpace, func(value []byte) bool {
			var w askedBack
			return json.Unmarshal(value, &w) != nil || at.Sub(w.At) >= askedBackKept
		}), remove},
	} {
		if err := store.Walk(ctx, r.store, step.in, step.change); err != nil {
			return fmt.Errorf("prune %s: %w", step.what, err)
		}
	}
	// A conversation with many notes takes several passes.
	for changed := 1; changed > 0; {
		changed, err = store.Count(ctx, r.store, store.Range{From: talkAtSpace, To: talkAtSpace + store.TimeSegment(limit)}, pruneConversation)
		if err != nil {
			return fmt.Errorf("prune conversations: %w", err)
		}
	}
	return nil
}

// rangeWhere returns the range of the records of a space for whose values over is true.
func rangeWhere(space string, over func(value []byte) bool) store.Range {
	in := store.Prefix(space)
	in.Where = func(p store.Pair) bool { return over(p.Value) }
	return in
}

// forgetQuestion removes a question with its index keys.
func forgetQuestion(tx store.Tx, id string) error {
	q, ok, err := store.Readable(ReadQuestion(tx, id))
	if err != nil {
		return err
	}
	keys := []string{askKey(id)}
	if ok {
		keys = append(q.askedKeys(), askTickKey(q.tick(), id), askKey(id))
	}
	return store.Delete(tx, keys...)
}

// pruneConversation removes the conversation at a place, or some of its notes.
func pruneConversation(tx store.Tx, place store.Pair) (bool, error) {
	id := place.Key[len(talkAtSpace):]
	id = id[min(len(id), store.TimeWidth):]
	t, err := readConversation(tx, id)
	if store.Unreadable(err) {
		return true, errors.Join(tx.Delete(talkKey(id)), tx.Delete(place.Key))
	}
	if err != nil {
		return false, err
	}
	_, all, err := forgetConversation(tx, t)
	if err == nil && all {
		err = tx.Delete(place.Key)
	}
	return true, err
}

// notesTogether is how many notes of a conversation one transaction removes.
const notesTogether = 50

// forgetConversation removes a conversation with its notes, and returns how many notes it has removed.
// Of a conversation with too many notes for one transaction it removes some notes only, and
// all is false.
func forgetConversation(tx store.Tx, t Conversation) (notes int, all bool, err error) {
	found, err := tx.Scan(notePrefix(t.ID), store.PrefixEnd(notePrefix(t.ID)), notesTogether)
	if err != nil {
		return 0, false, err
	}
	for _, note := range found {
		if err := tx.Delete(note.Key); err != nil {
			return 0, false, err
		}
	}
	if len(found) == notesTogether {
		return len(found), false, nil
	}
	return len(found), true, store.Delete(tx, talkKey(t.ID), talkOfKey(t.Number), talkAtKey(t.At, t.ID))
}
