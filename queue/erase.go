package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"goniec/number"
	"goniec/pdu"
	"goniec/store"
)

// Erased counts what Erase has removed, by kind.
type Erased struct {
	Messages int // to the number
	Other    int // reports that matched no attempt, concatenation references, records of the Router
	Busy     int // messages with a part in flight, which are not removed
}

// Erasing is the argument of Erase.
type Erasing struct {
	Number pdu.Address
	Actor  string // of the events
	// InTx, unless nil, is called with the id of each message in the transaction that
	// removes the message. It removes the records of the message in other packages and
	// obeys the rules of store.Store.Update.
	InTx func(tx store.Tx, id string) error
	// Looked, unless nil, is called now and then with the number of records read so far.
	Looked func(records int)
}

// Erase removes the messages to a number, the reports on them, the concatenation
// references and the records of the Router. Erase cancels messages that have not ended
// first. Suppressions stay. Idempotency keys and events stay, too: they hold ids, but
// neither number nor text.
//
// Erase reads everything once, in small transactions, and may be called again after a
// crash or an error. The erasure is complete when a call has removed nothing and Busy is
// 0.
func (q *Queue) Erase(ctx context.Context, e Erasing) (Erased, error) {
	if e.InTx == nil {
		e.InTx = func(store.Tx, string) error { return nil }
	}
	r := &eraser{queue: q, asked: e, progress: store.Progress{Tell: e.Looked}, Person: q.config.Numbering.Person(e.Number)}
	for _, step := range []struct {
		what string
		run  func(context.Context) error
	}{
		{"messages", r.messages},
		{"reports", r.reports},
		{"what is remembered of it", r.remembered},
	} {
		if err := step.run(ctx); err != nil {
			return r.erased, fmt.Errorf("erase a number: %s: %w", step.what, err)
		}
	}
	return r.erased, nil
}

// eraser is one Erase under way.
type eraser struct {
	number.Person
	asked    Erasing
	queue    *Queue
	progress store.Progress
	erased   Erased
}

// each calls remove for every record of a space for which is returns true, and returns
// how often remove removed a record. remove reads the record again, since the record may
// have changed.
func (r *eraser) each(ctx context.Context, space string, is func(key string, value []byte) bool, remove func(tx store.Tx, key string) (bool, error)) (int, error) {
	in := r.progress.Over(store.Prefix(space))
	in.Where = func(p store.Pair) bool { return is(p.Key, p.Value) }
	return store.Count(ctx, r.queue.store, in, func(tx store.Tx, p store.Pair) (bool, error) { return remove(tx, p.Key) })
}

// messages removes the messages to the number.
func (r *eraser) messages(ctx context.Context) error {
	is := func(key string, value []byte) bool {
		if !r.InRecord(value) {
			return false
		}
		m, err := decodeMessage(key[len(messageSpace):], value)
		return err == nil && r.Is(m.To)
	}
	// By id, so that a transaction that runs again replaces the value.
	busy, some := map[string]bool{}, map[string]bool{}
	for again := true; again; {
		clear(some)
		removed, err := r.each(ctx, messageSpace, is, func(tx store.Tx, key string) (bool, error) {
			id := key[len(messageSpace):]
			w := r.queue.work(tx)
			w.actor = r.asked.Actor
			e, ok, err := store.Readable(w.load(id))
			if !ok { // removed meanwhile
				return false, err
			}
			if busy[id] = e.count(PartInFlight) > 0; busy[id] {
				return false, nil
			}
			all, err := r.message(w, e)
			some[id] = !all
			return all, err
		})
		r.erased.Messages += removed
		if err != nil {
			return err
		}
		again = slices.Contains(slices.Collect(maps.Values(some)), true)
	}
	for _, is := range busy {
		if is {
			r.erased.Busy++
		}
	}
	return nil
}

// message removes a message without a part in flight; see remove for all.
func (r *eraser) message(w *work, e *entry) (all bool, err error) {
	if !e.Status.Final() && e.Status != StatusSent {
		problem := &Problem{Code: CodeErased, Detail: "everything about its number was erased"}
		if err := w.finish(e, StatusCancelled, problem); err != nil {
			return false, err
		}
	}
	if err := r.asked.InTx(w.tx, e.ID); err != nil {
		return false, err
	}
	return w.remove(e)
}

// reports removes the reports on the number that matched no attempt.
func (r *eraser) reports(ctx context.Context) error {
	sims, err := store.View(ctx, r.queue.store, func(rd store.Reader) ([]string, error) { return store.Children(rd, orphanSpace) })
	if err != nil {
		return err
	}
	for _, sim := range sims {
		prefix := orphanSpace + sim + "/" + number.TailSegment(r.Number) + "/"
		all := func(string, []byte) bool { return true }
		removed, err := r.each(ctx, prefix, all, func(tx store.Tx, key string) (bool, error) {
			// <time>/<mr>
			at, err := store.ParseTime(key[len(prefix):][:min(store.TimeWidth, len(key)-len(prefix))])
			if err == nil {
				err = tx.Delete(TickKey(at.Add(orphanKept), key))
			}
			return true, errors.Join(err, tx.Delete(key))
		})
		if err != nil {
			return err
		}
		r.erased.Other += removed
	}
	return nil
}

// remembered removes the concatenation references and the records of the Router.
func (r *eraser) remembered(ctx context.Context) error {
	removed, err := store.Update(ctx, r.queue.store, func(tx store.Tx) (int, error) {
		removed := 0
		for _, form := range r.Forms {
			references, err := tx.Get(refKey(form))
			if err != nil {
				return 0, err
			}
			if references != nil {
				if err := tx.Delete(refKey(form)); err != nil {
					return 0, err
				}
				removed++
			}
			if r.queue.config.Router == nil {
				continue
			}
			did, err := r.queue.config.Router.Forget(tx, form)
			if err != nil {
				return 0, err
			}
			if did {
				removed++
			}
		}
		return removed, nil
	})
	r.erased.Other += removed
	return err
}

// Erasure is the proof that everything about a number was erased. It holds neither the
// number nor a value that the number could be calculated from; the person who requested
// the erasure keeps ID. The tags are its stored form.
type Erasure struct {
	ID       string    `json:"-"` // UUIDv7: ordered by time
	At       time.Time `json:"at"`
	By       string    `json:"by,omitempty"` // actor who requested the erasure
	Messages int       `json:"msg"`
	Received int       `json:"in"`
	Calls    int       `json:"calls"`
	Talks    int       `json:"talks"` // conversations
	Other    int       `json:"other"`
	// Overwritten is the number of octets of deleted data in the file that were overwritten.
	Overwritten int64 `json:"zero"`
	// Kept is the number of suppressions of the number, which stay.
	Kept int `json:"kept"`
}

// NoteErasure sets ID and At of a complete erasure, stores it, and appends the event
// NumberErased.
func (q *Queue) NoteErasure(ctx context.Context, e Erasure) (_ Erasure, err error) {
	defer store.Wrap(&err, "note an erasure")
	e.ID, e.At = q.ids.Next(q.clock.Time()).String(), q.now()
	return e, q.store.Update(ctx, func(tx store.Tx) error {
		if err := store.PutJSON(tx, erasedSpace+e.ID, e); err != nil {
			return err
		}
		return q.events.Append(tx, e.By, NumberErased{e.ID, e.Messages, e.Received, e.Calls, e.Talks})
	})
}

// Erasures returns a page of erasures, the newest first, as Messages returns messages.
func (q *Queue) Erasures(ctx context.Context, after string, limit int) (items []Erasure, next string, err error) {
	decode := func(id string, value []byte) (Erasure, error) {
		var e Erasure
		if err := json.Unmarshal(value, &e); err != nil {
			return Erasure{}, fmt.Errorf("erasure %s: %w: %w", id, store.ErrRecord, err)
		}
		e.ID = id
		return e, nil
	}
	list := store.List[Erasure]{Space: erasedSpace, Decode: decode}
	defer store.Wrap(&err, "list erasures")
	return list.Page(ctx, q.store, store.Window{After: after, Limit: limit})
}
