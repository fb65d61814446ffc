package queue

import (
	"context"
	"encoding/json"
	"fmt"

	"goniec/number"
	"goniec/store"
)

// Message returns a message, or store.ErrNotFound.
func (q *Queue) Message(ctx context.Context, id string) (Message, error) {
	return store.View(ctx, q.store, func(r store.Reader) (Message, error) { return readMessage(r, id) })
}

// Messages returns up to limit messages that pass f, newest first, older than the
// one called after; empty: from the newest. next is what to give as after for
// those that follow, empty when there are none. A page may be shorter than limit,
// even empty, and still have a next: no more than 5,000 records are looked at.
func (q *Queue) Messages(ctx context.Context, f Filter, after string, limit int) (items []Message, next string, err error) {
	list := store.List[Message]{Space: messageSpace, Decode: decodeMessage, Passes: f.passes, Prefilter: f.prefilter()}
	items, next, err = list.Page(ctx, q.store, store.Window{Since: f.Since, Until: f.Until, After: after, Limit: limit})
	if err != nil {
		return nil, "", fmt.Errorf("list messages: %w", err)
	}
	return items, next, nil
}

func (f Filter) passes(m Message) bool {
	return (f.Status == "" || m.Status == f.Status) &&
		(f.To.Number == "" || m.To == f.To) &&
		(f.Reference == "" || m.Reference == f.Reference) &&
		store.Within(m.CreatedAt, f.Since, f.Until)
}

// prefilter returns what a stored message that passes f has in it.
func (f Filter) prefilter() store.Prefilter {
	var p store.Prefilter
	p.Field("st", string(f.Status))
	p.Field("ref", f.Reference)
	if f.To.Number != "" {
		p.Field("to", number.Encode(f.To))
	}
	return p
}

// storedInbound is the value of in/<id>.
type storedInbound struct {
	*Inbound
	From string `json:"from"`
}

func decodeInbound(id string, value []byte) (Inbound, error) {
	var stored storedInbound
	if err := json.Unmarshal(value, &stored); err != nil {
		return Inbound{}, fmt.Errorf("inbound message %s: %w: %w", id, store.ErrRecord, err)
	}
	from, err := number.Decode(stored.From)
	if err != nil || stored.Inbound == nil {
		return Inbound{}, fmt.Errorf("inbound message %s: %w: sender", id, store.ErrRecord)
	}
	in := *stored.Inbound
	in.ID, in.From = id, from
	return in, nil
}

// Inbound returns an inbound message, or store.ErrNotFound.
func (q *Queue) Inbound(ctx context.Context, id string) (Inbound, error) {
	return store.View(ctx, q.store, func(r store.Reader) (Inbound, error) { return readInbound(r, id) })
}

func readInbound(r store.Reader, id string) (Inbound, error) {
	value, err := r.Get(inboundKey(id))
	switch {
	case err != nil:
		return Inbound{}, err
	case value == nil:
		return Inbound{}, fmt.Errorf("inbound message %s: %w", id, store.ErrNotFound)
	default:
		return decodeInbound(id, value)
	}
}

// Inbox returns received messages as Messages does sent ones.
func (q *Queue) Inbox(ctx context.Context, f InboxFilter, after string, limit int) (items []Inbound, next string, err error) {
	list := store.List[Inbound]{Space: inboundSpace, Decode: decodeInbound, Passes: f.passes(q.config.Numbering), Prefilter: f.prefilter()}
	items, next, err = list.Page(ctx, q.store, store.Window{Since: f.Since, Until: f.Until, After: after, Limit: limit})
	if err != nil {
		return nil, "", fmt.Errorf("list inbox: %w", err)
	}
	return items, next, nil
}

// passes returns what reports whether an inbound message passes f. A message from before
// senders were written as whole numbers may have From in another form.
func (f InboxFilter) passes(n number.Numbering) func(Inbound) bool {
	person := n.Person(f.From)
	return func(in Inbound) bool {
		return (f.From.Number == "" || in.From == f.From || person.Is(in.From)) && store.Within(in.ReceivedAt, f.Since, f.Until)
	}
}

// prefilter returns what a stored inbound message that passes f has in it.
func (f InboxFilter) prefilter() store.Prefilter {
	var p store.Prefilter
	switch {
	case f.From.IsAlphanumeric():
		p.Field("from", number.Encode(f.From))
	case f.From.Number != "":
		p = append(p, []byte(f.From.Tail()))
	}
	return p
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
