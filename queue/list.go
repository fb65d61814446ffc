package queue

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"goniec/number"
	"goniec/store"
)

// Message returns message id. Its error is store.ErrNotFound if there is none.
func (q *Queue) Message(ctx context.Context, id string) (Message, error) {
	return store.View(ctx, q.store, func(r store.Reader) (Message, error) { return ReadMessage(r, id) })
}

// Messages returns one page of the messages that pass f, the newest first: up to limit
// messages older than the message with the id after. An empty after means the first page.
// next is the after of the next page, empty if there is none. A page may be shorter than
// limit, or empty, and have a next, since Messages reads at most 5,000 records.
func (q *Queue) Messages(ctx context.Context, f Filter, after string, limit int) (items []Message, next string, err error) {
	list := store.List[Message]{Space: messageSpace, Decode: decodeMessage, Passes: f.passes, Prefilter: f.prefilter()}
	defer store.Wrap(&err, "list messages")
	return list.Page(ctx, q.store, store.Window{Since: f.Since, Until: f.Until, After: after, Limit: limit})
}

func (f Filter) passes(m Message) bool {
	return (len(f.Statuses) == 0 || slices.Contains(f.Statuses, m.Status)) &&
		(f.To.Number == "" || m.To == f.To) &&
		(f.Reference == "" || m.Reference == f.Reference) &&
		(f.Origin == "" || m.Origin == f.Origin) &&
		store.Within(m.CreatedAt, f.Since, f.Until)
}

// prefilter returns what the stored form of a message that passes f contains.
func (f Filter) prefilter() store.Prefilter {
	var p store.Prefilter
	if len(f.Statuses) == 1 {
		p.Field("st", string(f.Statuses[0]))
	}
	p.Field("ref", f.Reference)
	if f.Origin != OriginAPI { // a stored message without an origin has OriginAPI
		p.Field("org", string(f.Origin))
	}
	if f.To.Number != "" {
		p.Field("to", number.Encode(f.To))
	}
	return p
}

// Counts returns how many messages have each status. It reads counters, not messages.
func (q *Queue) Counts(ctx context.Context) (_ map[Status]int, err error) {
	defer store.Wrap(&err, "count messages")
	return store.View(ctx, q.store, func(r store.Reader) (map[Status]int, error) {
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
}
