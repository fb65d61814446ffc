package queue

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"goniec/number"
	"goniec/store"
)

const (
	// pageLimit is the greatest number of records in one page.
	pageLimit = 1000
	// pageScan is how many records one page passes over, at most: with a filter
	// that little matches it is shorter than asked for, or empty, and goes on.
	pageScan = 50_000
	// decodeCost is how many records are passed over in the time that one takes
	// to be decoded.
	decodeCost = 10
	// scanTogether is how many records are read in one transaction.
	scanTogether = 250
)

// Message returns a message, or ErrNotFound.
func (q *Queue) Message(ctx context.Context, id string) (Message, error) {
	return store.View(ctx, q.store, func(r store.Reader) (Message, error) { return readMessage(r, id) })
}

// Messages returns up to limit messages that pass f, newest first, older than the
// one called after; empty: from the newest. next is what to give as after for
// those that follow, empty when there are none. A page may be shorter than limit,
// even empty, and still have a next: no more than 5,000 records are looked at.
func (q *Queue) Messages(ctx context.Context, f Filter, after string, limit int) (items []Message, next string, err error) {
	window := idWindow(f.Since, f.Until, after)
	list := listing[Message]{messageSpace, f.glance(), decodeMessage, f.passes}
	items, next, err = list.page(ctx, q.store, window, limit)
	if err != nil {
		return nil, "", fmt.Errorf("list messages: %w", err)
	}
	return items, next, nil
}

func (f Filter) passes(m Message) bool {
	return (f.Status == "" || m.Status == f.Status) &&
		(f.To.Number == "" || m.To == f.To) &&
		(f.Reference == "" || m.Reference == f.Reference) &&
		within(m.CreatedAt, f.Since, f.Until)
}

// glance returns what a stored message that passes f has in it.
func (f Filter) glance() glance {
	var g glance
	g.want("st", string(f.Status))
	g.want("ref", f.Reference)
	if f.To.Number != "" {
		g.want("to", number.Encode(f.To))
	}
	return g
}

// storedInbound is the value of in/<id>.
type storedInbound struct {
	*Inbound
	From string `json:"from"`
}

func decodeInbound(id string, value []byte) (Inbound, error) {
	var stored storedInbound
	if err := json.Unmarshal(value, &stored); err != nil {
		return Inbound{}, fmt.Errorf("inbound message %s: %w: %w", id, errStored, err)
	}
	from, err := number.Decode(stored.From)
	if err != nil || stored.Inbound == nil {
		return Inbound{}, fmt.Errorf("inbound message %s: %w: sender", id, errStored)
	}
	in := *stored.Inbound
	in.ID, in.From = id, from
	return in, nil
}

// Inbound returns an inbound message, or ErrNotFound.
func (q *Queue) Inbound(ctx context.Context, id string) (Inbound, error) {
	return store.View(ctx, q.store, func(r store.Reader) (Inbound, error) { return readInbound(r, id) })
}

func readInbound(r store.Reader, id string) (Inbound, error) {
	value, err := r.Get(inboundKey(id))
	switch {
	case err != nil:
		return Inbound{}, err
	case value == nil:
		return Inbound{}, fmt.Errorf("inbound message %s: %w", id, ErrNotFound)
	default:
		return decodeInbound(id, value)
	}
}

// Inbox returns received messages as Messages does sent ones.
func (q *Queue) Inbox(ctx context.Context, f InboxFilter, after string, limit int) (items []Inbound, next string, err error) {
	window := idWindow(f.Since, f.Until, after)
	list := listing[Inbound]{inboundSpace, f.glance(), decodeInbound, f.passes}
	items, next, err = list.page(ctx, q.store, window, limit)
	if err != nil {
		return nil, "", fmt.Errorf("list inbox: %w", err)
	}
	return items, next, nil
}

func (f InboxFilter) passes(in Inbound) bool {
	return (f.From.Number == "" || in.From == f.From) && within(in.ReceivedAt, f.Since, f.Until)
}

// glance returns what a stored inbound message that passes f has in it.
func (f InboxFilter) glance() glance {
	var g glance
	if f.From.Number != "" {
		g.want("from", number.Encode(f.From))
	}
	return g
}

// glance is what a stored record must have in it to be worth decoding, which takes
// ten times as long as looking for that.
type glance [][]byte

// want adds that the field called name is value, unless that is empty.
func (g *glance) want(name, value string) {
	if value == "" {
		return
	}
	if encoded, err := json.Marshal(value); err == nil { // as in the record
		*g = append(*g, []byte(`"`+name+`":`+string(encoded)))
	}
}

// passes reports whether a record may be one that is looked for.
func (g glance) passes(value []byte) bool {
	for _, mark := range g {
		if !bytes.Contains(value, mark) {
			return false
		}
	}
	return true
}

func within(t, since, until time.Time) bool {
	return (since.IsZero() || !t.Before(since)) && (until.IsZero() || t.Before(until))
}

// window is a range of ids: from the lowest up to but not including the end.
type window struct{ lowest, end string }

// idSlack is how far the time in an id may be from the time of its record.
const idSlack = 2 * time.Second

// idWindow narrows a list down to the ids that were made in a time.
func idWindow(since, until time.Time, after string) window {
	var w window
	if !since.IsZero() {
		w.lowest = lowestID(since.Add(-idSlack))
	}
	if !until.IsZero() {
		w.end = lowestID(until.Add(idSlack))
	}
	if after != "" && (w.end == "" || after < w.end) {
		w.end = after
	}
	return w
}

// listing is a space of records to be listed.
type listing[T any] struct {
	space  string
	glance glance
	decode func(id string, value []byte) (T, error)
	passes func(T) bool
}

// looked is what came of some records of a listing.
type looked[T any] struct {
	items []T
	cost  int    // in records passed over
	last  string // key of the last record looked at
	ended bool   // nothing follows
}

// page reads records in descending order of their ids until it has limit of them that
// pass or has looked at enough.
func page[T any](
	ctx context.Context, s store.Store, space string, w window, limit int,
	decode func(id string, value []byte) (T, error), passes func(T) bool,
) (items []T, next string, err error) {
	return listing[T]{space: space, decode: decode, passes: passes}.page(ctx, s, w, limit)
}

// page reads records in descending order of their ids, in short transactions, until
// it has limit of them that pass or has looked at pageScan.
func (l listing[T]) page(ctx context.Context, s store.Store, w window, limit int) (items []T, next string, err error) {
	if limit <= 0 || limit > pageLimit {
		limit = pageLimit
	}
	to := store.PrefixEnd(l.space)
	if w.end != "" {
		to = l.space + w.end
	}
	items = make([]T, 0, min(limit, scanTogether))
	for cost := 0; cost < pageScan; {
		b, err := store.View(ctx, s, func(r store.Reader) (looked[T], error) {
			pairs, err := r.ScanLast(l.space+w.lowest, to, scanTogether)
			return l.look(pairs, limit-len(items)), err
		})
		if err != nil {
			return nil, "", err
		}
		items = append(items, b.items...)
		cost += b.cost
		if b.ended || b.last == "" {
			return items, "", nil
		}
		to = b.last
		next = b.last[len(l.space):]
		if len(items) == limit {
			break
		}
	}
	return items, next, nil
}

// look returns up to limit of those of pairs, up to scanTogether, that pass.
func (l listing[T]) look(pairs []store.Pair, limit int) looked[T] {
	b := looked[T]{ended: len(pairs) < scanTogether}
	for i, pair := range pairs {
		b.last = pair.Key
		b.cost++
		if !l.glance.passes(pair.Value) {
			continue
		}
		b.cost += decodeCost - 1
		// What cannot be read is no reason not to show the others.
		item, err := l.decode(pair.Key[len(l.space):], pair.Value)
		if err == nil && l.passes(item) {
			b.items = append(b.items, item)
		}
		if len(b.items) == limit {
			b.ended = b.ended && i == len(pairs)-1
			break
		}
	}
	return b
}

// Counts returns how many messages have each status, without counting them.
func (q *Queue) Counts(ctx context.Context) (map[Status]int, error) {
	counts, err := store.View(ctx, q.store, func(r store.Reader) (map[Status]int, error) {
		from, to := span(countSpace)
		pairs, err := r.Scan(from, to, 0)
		if err != nil {
			return nil, err
		}
		sum := make(map[Status]int)
		for _, pair := range pairs {
			var one []int
			if err := json.Unmarshal(pair.Value, &one); err != nil {
				return nil, fmt.Errorf("record %q: %w", pair.Key, err)
			}
			for i, status := range Statuses() {
				if i < len(one) {
					sum[status] += one[i]
				}
			}
		}
		return sum, nil
	})
	if err != nil {
		return nil, fmt.Errorf("count messages: %w", err)
	}
	return counts, nil
}
