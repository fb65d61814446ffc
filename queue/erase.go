package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"goniec/number"
	"goniec/pdu"
	"goniec/store"
)

// Erased counts what Erase has removed, by kind.
type Erased struct {
	Messages int // to the number
	Other    int // reports that matched nothing, what is remembered of the number
	// Busy are messages of which a modem has a part in hand: they are still there.
	Busy int
}

// Erasing is what Erase is asked to do.
type Erasing struct {
	Number pdu.Address
	Actor  string // of the events
	// InTx is called with the id of each message in the transaction
	// that removes it, to remove what others keep of it. It keeps to the rules of
	// store.Store.Update. nil: nobody keeps anything.
	InTx func(tx store.Tx, id string) error
	// Looked is called now and then with how many records have been looked at; nil:
	// nobody wants to know.
	Looked func(records int)
}

// Erase removes what is kept of a number: texts to it, reports on them,
// and what is remembered to send well. What still waits is cancelled first. Suppressions
// stay, and so does what identifies a call of the API, which holds neither number nor
// text; events hold ids only.
//
// It goes through everything once, in small transactions, and may be called again
// after a crash or an error; once it removes nothing and nothing is Busy, there was
// nothing left.
func (q *Queue) Erase(ctx context.Context, e Erasing) (Erased, error) {
	if e.InTx == nil {
		e.InTx = func(store.Tx, string) error { return nil }
	}
	if e.Looked == nil {
		e.Looked = func(int) {}
	}
	r := &eraser{queue: q, asked: e, Person: q.config.Numbering.Person(e.Number)}
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
	asked  Erasing
	queue  *Queue
	looked int
	erased Erased
}

// each looks at every record of a space and has those that are of the number removed.
// is is asked within a transaction; remove looks at the record again, since it may have
// changed, and reports whether there was anything to remove.
func (r *eraser) each(ctx context.Context, space string, is func(key string, value []byte) bool, remove func(tx store.Tx, key string) (bool, error)) (int, error) {
	in, before := store.Prefix(space), r.looked
	in.Where = func(p store.Pair) bool { return is(p.Key, p.Value) }
	in.Read = func(pairs int) {
		r.looked = before + pairs
		r.asked.Looked(r.looked)
	}
	return store.Count(ctx, r.queue.store, in, func(tx store.Tx, p store.Pair) (bool, error) { return remove(tx, p.Key) })
}

// messages removes those to the number.
func (r *eraser) messages(ctx context.Context) error {
	is := func(key string, value []byte) bool {
		if !r.InRecord(value) {
			return false
		}
		m, err := decodeMessage(key[len(messageSpace):], value)
		return err == nil && r.Is(m.To)
	}
	// As they are when the transaction runs for the last time.
	busy, some := map[string]bool{}, map[string]bool{}
	for again := true; again; {
		clear(some)
		removed, err := r.each(ctx, messageSpace, is, func(tx store.Tx, key string) (bool, error) {
			id := key[len(messageSpace):]
			w := r.queue.work(tx)
			w.actor = r.asked.Actor
			e, err := w.load(id)
			if store.Unreadable(err) {
				return false, nil // removed meanwhile
			}
			if err != nil {
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
		again = false
		for _, is := range some {
			again = again || is
		}
	}
	for _, is := range busy {
		if is {
			r.erased.Busy++
		}
	}
	return nil
}

// message removes a message of which no part is in flight, or some of its attempts.
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

// all is for spaces in which everything is of the number.
func all(string, []byte) bool { return true }

// deleteOne removes a record that stands for itself.
func deleteOne(tx store.Tx, key string) (bool, error) {
	value, err := tx.Get(key)
	if err != nil || value == nil {
		return false, err
	}
	return true, tx.Delete(key)
}

// reports removes those that matched nothing and wait for their submission.
func (r *eraser) reports(ctx context.Context) error {
	sims, err := store.View(ctx, r.queue.store, func(rd store.Reader) ([]string, error) { return store.Children(rd, orphanSpace) })
	if err != nil {
		return err
	}
	for _, sim := range sims {
		prefix := orphanSpace + sim + "/" + number.TailSegment(r.Number) + "/"
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

// remembered removes what is remembered of the number to send well.
func (r *eraser) remembered(ctx context.Context) error {
	removed, err := store.Update(ctx, r.queue.store, func(tx store.Tx) (int, error) {
		removed := 0
		for _, form := range r.Forms {
			for _, key := range []string{refKey(form)} {
				did, err := deleteOne(tx, key)
				if err != nil {
					return 0, err
				}
				if did {
					removed++
				}
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

// Erasure is the proof that everything about a number was erased. It does not name the
// number, nor anything it could be reckoned from: whoever has asked for it keeps its
// id. The tags are its stored form.
type Erasure struct {
	ID       string    `json:"-"` // UUIDv7: ordered by time
	At       time.Time `json:"at"`
	By       string    `json:"by,omitempty"` // who asked for it
	Messages int       `json:"msg"`
	Received int       `json:"in"`
	Calls    int       `json:"calls"`
	Talks    int       `json:"talks"` // conversations
	Other    int       `json:"other"`
	// Overwritten is how many octets of deleted data in the file were overwritten.
	Overwritten int64 `json:"zero"`
	// Kept is how many suppressions of the number stay.
	Kept int `json:"kept"`
}

// NoteErasure writes down an erasure that is complete, of which it sets ID and At, and
// tells of it.
func (q *Queue) NoteErasure(ctx context.Context, e Erasure) (Erasure, error) {
	e.ID, e.At = q.ids.Next(q.clock.Time()).String(), q.now()
	err := q.store.Update(ctx, func(tx store.Tx) error {
		if err := store.PutJSON(tx, erasedSpace+e.ID, e); err != nil {
			return err
		}
		return q.events.Append(tx, e.By, NumberErased{e.ID, e.Messages, e.Received, e.Calls, e.Talks})
	})
	if err != nil {
		return Erasure{}, fmt.Errorf("note an erasure: %w", err)
	}
	return e, nil
}

// Erasures returns proofs of erasures as Messages does messages.
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
	items, next, err = list.Page(ctx, q.store, store.Window{After: after, Limit: limit})
	if err != nil {
		return nil, "", fmt.Errorf("list erasures: %w", err)
	}
	return items, next, nil
}
