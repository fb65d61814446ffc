package inbox

import (
	"cmp"
	"context"
	"slices"

	"goniec/pdu"
	"goniec/queue"
	"goniec/store"
)

// Exchanged is one text to or from a number. One of Out and In is set.
type Exchanged struct {
	Out *queue.Message
	In  *Message
}

// ID returns the id of the text.
func (e Exchanged) ID() string {
	if e.In != nil {
		return e.In.ID
	}
	return e.Out.ID
}

// Exchange returns one page of the texts to and from a number, the newest first: up to
// limit texts older than the text with the id before. An empty before means the first
// page. Outgoing messages without an attempt are left out. next is the before of the next
// page, empty if there is none.
func (b *Inbox) Exchange(ctx context.Context, of pdu.Address, before string, limit int) (items []Exchanged, next string, err error) {
	if limit <= 0 || limit > store.PageLimit {
		limit = store.PageLimit
	}
	defer store.Wrap(&err, "list the texts of a number")
	items, err = store.View(ctx, b.store, func(r store.Reader) ([]Exchanged, error) { return b.exchange(r, of, before, limit+1) })
	if len(items) > limit {
		items = items[:limit]
		next = items[limit-1].ID()
	}
	return items, next, err
}

// exchange returns the newest texts below before, without damaged ones.
func (b *Inbox) exchange(r store.Reader, of pdu.Address, before string, limit int) ([]Exchanged, error) {
	numbers := b.config.Numbering.Segments(of)
	sent, err := queue.TriedTo(r, numbers, before, limit)
	if err != nil {
		return nil, err
	}
	from := make([]string, len(numbers))
	for i, segment := range numbers {
		from[i] = fromPrefix(segment)
	}
	received, err := store.NewestBelow(r, from, before, limit)
	if err != nil {
		return nil, err
	}
	type text struct {
		id string
		in bool
	}
	var texts []text
	for _, id := range sent {
		texts = append(texts, text{id, false})
	}
	for _, key := range received {
		texts = append(texts, text{store.LastSegment(key), true})
	}
	slices.SortFunc(texts, func(a, b text) int { return cmp.Compare(b.id, a.id) })
	items := make([]Exchanged, 0, min(len(texts), limit))
	for _, t := range texts[:min(len(texts), limit)] {
		if t.in {
			in, ok, err := store.Readable(ReadMessage(r, t.id))
			if err != nil {
				return nil, err
			}
			if ok {
				items = append(items, Exchanged{In: &in})
			}
			continue
		}
		out, ok, err := store.Readable(queue.ReadMessage(r, t.id))
		if err != nil {
			return nil, err
		}
		if ok {
			items = append(items, Exchanged{Out: &out})
		}
	}
	return items, nil
}

// Newer reports whether the sender of a message has written again since.
func (b *Inbox) Newer(r store.Reader, m Message) (bool, error) {
	for _, segment := range b.config.Numbering.Segments(m.From) {
		prefix := fromPrefix(segment)
		newer, err := r.Scan(prefix+m.ID+"\x00", store.PrefixEnd(prefix), 1)
		if err != nil || len(newer) > 0 {
			return len(newer) > 0, err
		}
	}
	return false, nil
}
