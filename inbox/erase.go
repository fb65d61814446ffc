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
	Other    int // PDUs that could not be read, days of calls
}

// Erasing is what Erase is asked to do.
type Erasing struct {
	Number pdu.Address
	// InTx is called with the id of each message in the transaction that removes it,
	// to remove what others keep of it. It keeps to the rules of store.Store.Update.
	// nil: nobody keeps anything.
	InTx func(tx store.Tx, id string) error
	// Looked is called now and then with how many records have been looked at; nil:
	// nobody wants to know.
	Looked func(records int)
}

// Erase removes what is kept of a number: texts from it, whatever form the network
// wrote the number in, calls, and on which day a call was answered. What identifies a
// PDU that comes again stays, and holds neither number nor text; events hold ids only.
//
// Erase goes through everything once, in small transactions, and may be called again
// after a crash or an error; once it removes nothing there was nothing left.
func (b *Inbox) Erase(ctx context.Context, e Erasing) (Erased, error) {
	if e.InTx == nil {
		e.InTx = func(store.Tx, string) error { return nil }
	}
	if e.Looked == nil {
		e.Looked = func(int) {}
	}
	r := &eraser{inbox: b, asked: e, Person: b.config.Numbering.Person(e.Number)}
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
	asked  Erasing
	inbox  *Inbox
	looked int
	erased Erased
}

// each looks at every record below a prefix and has those that are of the number
// removed. is is asked within a transaction; remove reports whether there was anything
// to remove.
func (r *eraser) each(ctx context.Context, prefix string, is func(key string, value []byte) bool, remove func(tx store.Tx, key string) (bool, error)) (int, error) {
	in, before := store.Prefix(prefix), r.looked
	in.Where = func(p store.Pair) bool { return is(p.Key, p.Value) }
	in.Read = func(pairs int) {
		r.looked = before + pairs
		r.asked.Looked(r.looked)
	}
	return store.Count(ctx, r.inbox.store, in, func(tx store.Tx, p store.Pair) (bool, error) { return remove(tx, p.Key) })
}

// all is for prefixes below which everything is of the number.
func all(string, []byte) bool { return true }

// deleteOne removes a record that stands for itself.
func deleteOne(tx store.Tx, key string) (bool, error) { return true, tx.Delete(key) }

// callDays removes on which day a call of the number was answered.
func (r *eraser) callDays(ctx context.Context) error {
	removed, err := store.Update(ctx, r.inbox.store, func(tx store.Tx) (int, error) {
		removed := 0
		for _, form := range r.Forms {
			day, err := tx.Get(callDayKey(form))
			if err != nil {
				return 0, err
			}
			if day == nil {
				continue
			}
			if err := tx.Delete(callDayKey(form)); err != nil {
				return 0, err
			}
			removed++
		}
		return removed, nil
	})
	r.erased.Other += removed
	return err
}

// messages removes texts from the number.
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
		in, err := ReadMessage(tx, id)
		if store.Unreadable(err) {
			return false, nil
		}
		if err != nil {
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

// parts removes those of texts from the number that wait for the others, or would take
// up a late one. The key names the sender, and may do so in a way that only the store
// can read, so it is not read but looked for.
func (r *eraser) parts(ctx context.Context) error {
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
				if tick := g.tick(key); tick != "" {
					if err := tx.Delete(tick); err != nil {
						return false, err
					}
				}
				return !g.Delivered, tx.Delete(key) // those of a text that was delivered are counted with it
			})
			if err != nil {
				return err
			}
			r.erased.Messages += removed
		}
	}
	return nil
}

// calls removes those from the number.
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

// rejected removes PDUs that nothing could be made of and that hold the number.
func (r *eraser) rejected(ctx context.Context) error {
	is := func(_ string, value []byte) bool {
		var raw rejected
		return json.Unmarshal(value, &raw) == nil && r.InPDU(raw.PDU)
	}
	removed, err := r.each(ctx, rawSpace, is, deleteOne)
	r.erased.Other += removed
	return err
}
