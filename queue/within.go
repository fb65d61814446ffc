package queue

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"goniec/number"
	"goniec/pdu"
	"goniec/store"
)

// What other packages do with messages within a transaction of their own.

// ReadMessage is Queue.Message within a transaction.
func ReadMessage(r store.Reader, id string) (Message, error) { return readMessage(r, id) }

// ReadInbound is Queue.Inbound within a transaction.
func ReadInbound(r store.Reader, id string) (Inbound, error) { return readInbound(r, id) }

// EnqueueIn is Enqueue of one draft within a transaction: the message exists exactly
// if what caused it does. A draft that is refused leaves no trace; its error is a
// *RefusedError.
func (q *Queue) EnqueueIn(tx store.Tx, actor string, d Draft) (Message, error) {
	base := q.ids.Next(q.clock.Time())
	now := q.now()
	at, err := q.askedAt(tx, now)
	if err != nil {
		return Message{}, err
	}
	b := &batch{caller: Caller{Token: actor}, drafts: []Draft{d}, state: replay{At: now, Base: base, Count: 1}}
	b.prepared = q.prepareAll(b.drafts, at)
	state := b.state
	taken, err := q.take(tx, b, &state, 1)
	switch {
	case err != nil:
		return Message{}, err
	case len(state.Refused) > 0:
		return Message{}, state.Refused[0].err()
	}
	q.meter.enqueued(taken[0]) // once more should the transaction run again, which is rare
	return *taken[0], nil
}

// ReadLastTo returns the newest message to a number of which something was tried.
func ReadLastTo(r store.Reader, n number.Numbering, number pdu.Address) (m Message, found bool, err error) {
	const passedOver = 8 // at most, of those that cannot be read
	keys, err := keysTo(r, n.Segments(number), "", passedOver)
	for _, key := range keys {
		m, err = readMessage(r, idIn(key))
		if !store.Unreadable(err) {
			return m, err == nil, err
		}
	}
	return Message{}, false, err
}

// LastTo returns when the newest message was made of which something was tried, to the
// number that is this number.Segment; zero: there is none.
func LastTo(r store.Reader, number string) (time.Time, error) {
	keys, err := keysTo(r, []string{number}, "", 1)
	if err != nil || len(keys) == 0 {
		return time.Time{}, err
	}
	return store.IDTime(idIn(keys[0])), nil
}

// Exchanged is one text of the exchange with a number: either is set.
type Exchanged struct {
	Out *Message
	In  *Inbound
}

// ID returns that of the text.
func (e Exchanged) ID() string {
	if e.In != nil {
		return e.In.ID
	}
	return e.Out.ID
}

// Exchange returns up to limit texts to and from a number, newest first, older than
// the one with the id before; empty: from the newest. A message that nothing has been
// tried of is not among them. next is what to give as before for those that follow,
// empty when there are none.
func (q *Queue) Exchange(ctx context.Context, number pdu.Address, before string, limit int) (items []Exchanged, next string, err error) {
	if limit <= 0 || limit > store.PageLimit {
		limit = store.PageLimit
	}
	items, err = store.View(ctx, q.store, func(r store.Reader) ([]Exchanged, error) {
		keys, err := q.exchangeKeys(r, number, before, limit+1)
		if err != nil {
			return nil, err
		}
		items := make([]Exchanged, 0, len(keys))
		for _, key := range keys {
			e, err := readExchanged(r, key)
			if store.Unreadable(err) {
				continue
			}
			if err != nil {
				return nil, err
			}
			items = append(items, e)
		}
		return items, nil
	})
	if err != nil {
		return nil, "", fmt.Errorf("list the texts of a number: %w", err)
	}
	if len(items) > limit {
		items = items[:limit]
		next = items[limit-1].ID()
	}
	return items, next, nil
}

// exchangeKeys returns the keys that lead to the newest texts, newest first.
func (q *Queue) exchangeKeys(r store.Reader, number pdu.Address, before string, limit int) ([]string, error) {
	numbers := q.config.Numbering.Segments(number)
	keys, err := keysTo(r, numbers, before, limit)
	if err != nil {
		return nil, err
	}
	from := make([]string, len(numbers))
	for i, number := range numbers {
		from[i] = fromPrefix(number)
	}
	received, err := newestBelow(r, from, before, limit)
	return newest(append(keys, received...), limit), err
}

// keysTo returns up to limit keys of space to/ that begin with one of the segments, with
// ids before the one given, empty: any, newest first. It looks into one week after the
// other, of which there are few.
func keysTo(r store.Reader, numbers []string, before string, limit int) (keys []string, err error) {
	end := store.PrefixEnd(toSpace)
	if before != "" {
		end = store.PrefixEnd(weekPrefix(weekOf(before)))
	}
	for len(keys) < limit {
		last, err := r.ScanLast(toSpace, end, 1)
		if err != nil || len(last) == 0 {
			return keys, err
		}
		week, _, _ := strings.Cut(strings.TrimPrefix(last[0].Key, toSpace), "/")
		prefixes := make([]string, len(numbers))
		for i, number := range numbers {
			prefixes[i] = toPrefix(week, number)
		}
		found, err := newestBelow(r, prefixes, before, limit-len(keys))
		if err != nil {
			return nil, err
		}
		keys, end = append(keys, found...), weekPrefix(week)
	}
	return keys, nil
}

// newestBelow returns up to limit keys that end in an id before the one given, empty:
// any, below any of the prefixes, newest first.
func newestBelow(r store.Reader, prefixes []string, before string, limit int) (keys []string, err error) {
	for _, prefix := range prefixes {
		to := store.PrefixEnd(prefix)
		if before != "" {
			to = prefix + before
		}
		pairs, err := r.ScanLast(prefix, to, limit)
		if err != nil {
			return nil, err
		}
		for _, pair := range pairs {
			keys = append(keys, pair.Key)
		}
	}
	return newest(keys, limit), nil
}

// newest returns up to limit of the keys, by the ids they end in, newest first.
func newest(keys []string, limit int) []string {
	slices.SortFunc(keys, func(a, b string) int { return strings.Compare(idIn(b), idIn(a)) })
	return keys[:min(len(keys), limit)]
}

func readExchanged(r store.Reader, key string) (Exchanged, error) {
	if strings.HasPrefix(key, toSpace) {
		m, err := readMessage(r, idIn(key))
		return Exchanged{Out: &m}, err
	}
	in, err := readInbound(r, idIn(key))
	return Exchanged{In: &in}, err
}
