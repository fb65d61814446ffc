package inbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"goniec/number"
	"goniec/pdu"
	"goniec/store"
)

// Erased counts what Erase has removed, by kind.
type Erased struct {
	Messages int // texts from the number, whole or in parts
	Calls    int
	Other    int // rejected PDUs, days of calls
}

// Erasing is the argument of Erase.
type Erasing struct {
	Number pdu.Address
	// InTx, unless nil, is called with the id of each message in the transaction that
	// removes the message. It removes the records of the message in other packages and
	// obeys the rules of store.Store.Update.
	InTx func(tx store.Tx, id string) error
	// Looked, unless nil, is called now and then with the number of records read so far.
	Looked func(records int)
}

// Erase removes the texts and calls from a number, in each form in which networks write
// the number, and the days on which its calls were answered by a text. Hashes of received
// PDUs and events stay: they hold neither number nor text.
//
// Erase reads everything once, in small transactions, and may be called again after a
// crash or an error. The erasure is complete when a call has removed nothing.
func (b *Inbox) Erase(ctx context.Context, e Erasing) (Erased, error) {
	if e.InTx == nil {
		e.InTx = func(store.Tx, string) error { return nil }
	}
	r := &eraser{inbox: b, asked: e, progress: store.Progress{Tell: e.Looked}, Person: b.config.Numbering.Person(e.Number)}
	for _, step := range []struct {
		what string
		run  func(context.Context) error
	}{
		{"messages", r.messages},
		{"parts of messages", r.parts},
		{"calls", r.calls},
		{"days of calls", r.callDays},
		{"rejected PDUs", r.rejected},
	} {
		if err := step.run(ctx); err != nil {
			return r.erased, fmt.Errorf("erase a number from the inbox: %s: %w", step.what, err)
		}
	}
	return r.erased, nil
}

// eraser is one Erase under way.
type eraser struct {
	number.Person
	asked    Erasing
	inbox    *Inbox
	progress store.Progress
	erased   Erased
}

// each calls remove for every record below a prefix for which is returns true, and returns
// how often remove removed a record. remove reads the record again, since the record may
// have changed.
func (r *eraser) each(ctx context.Context, prefix string, is func(key string, value []byte) bool, remove func(tx store.Tx, key string) (bool, error)) (int, error) {
	in := r.progress.Over(store.Prefix(prefix))
	in.Where = func(p store.Pair) bool { return is(p.Key, p.Value) }
	return store.Count(ctx, r.inbox.store, in, func(tx store.Tx, p store.Pair) (bool, error) { return remove(tx, p.Key) })
}

// deleteOne removes a record that no other record leads to.
func deleteOne(tx store.Tx, key string) (bool, error) { return true, tx.Delete(key) }

// callDays removes the days on which calls of the number were answered.
func (r *eraser) callDays(ctx context.Context) error {
	removed, err := store.Update(ctx, r.inbox.store, func(tx store.Tx) (int, error) {
		removed := 0
		for _, form := range r.Forms {
			day, err := tx.Get(callDayKey(form))
			if err != nil {
				return 0, err
			}
			if day != nil {
				if err := tx.Delete(callDayKey(form)); err != nil {
					return 0, err
				}
				removed++
			}
		}
		return removed, nil
	})
	r.erased.Other += removed
	return err
}

// messages removes the texts from the number.
func (r *eraser) messages(ctx context.Context) error {
	is := func(key string, value []byte) bool {
		if !r.InRecord(value) {
			return false
		}
		in, err := decode(key[len(messageSpace):], value)
		return err == nil && r.Is(in.From)
	}
	removed, err := r.each(ctx, messageSpace, is, func(tx store.Tx, key string) (bool, error) {
		id := key[len(messageSpace):]
		in, ok, err := store.Readable(ReadMessage(tx, id))
		if !ok {
			return false, err
		}
		if err := r.asked.InTx(tx, id); err != nil {
			return false, err
		}
		return true, errors.Join(tx.Delete(fromPrefix(number.Segment(in.From))+id), tx.Delete(key))
	})
	r.erased.Messages += removed
	return err
}

// parts removes the groups of texts from the number. Keys contain the sender, possibly
// encrypted by the store, so parts looks up each form of the number and parses no key.
func (r *eraser) parts(ctx context.Context) error {
	all := func(string, []byte) bool { return true }
	for _, form := range r.Forms {
		sims, err := store.View(ctx, r.inbox.store, func(rd store.Reader) ([]string, error) { return store.Children(rd, groupSpace) })
		if err != nil {
			return err
		}
		for _, sim := range sims {
			prefix := groupSpace + sim + "/" + number.Segment(form) + "/"
			removed, err := r.each(ctx, prefix, all, func(tx store.Tx, key string) (bool, error) {
				g, found, err := store.GetJSON[group](tx, key)
				if err != nil && !errors.Is(err, store.ErrRecord) || err == nil && !found {
					return false, err
				}
				if tick := g.tickKey(key); tick != "" {
					if err := tx.Delete(tick); err != nil {
						return false, err
					}
				}
				return !g.Delivered, tx.Delete(key) // messages counts a delivered text
			})
			if err != nil {
				return err
			}
			r.erased.Messages += removed
		}
	}
	return nil
}

// calls removes the calls from the number.
func (r *eraser) calls(ctx context.Context) (err error) {
	is := func(key string, value []byte) bool {
		if !r.InRecord(value) {
			return false
		}
		c, err := decodeCall(key[len(callSpace):], value)
		return err == nil && r.Is(c.From)
	}
	r.erased.Calls, err = r.each(ctx, callSpace, is, deleteOne)
	return err
}

// rejected removes rejected PDUs that contain the number.
func (r *eraser) rejected(ctx context.Context) error {
	is := func(_ string, value []byte) bool {
		var raw rejectedPDU
		return json.Unmarshal(value, &raw) == nil && r.InPDU(raw.PDU)
	}
	removed, err := r.each(ctx, rawSpace, is, deleteOne)
	r.erased.Other += removed
	return err
}
