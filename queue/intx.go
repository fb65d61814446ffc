package queue

import (
	"strings"
	"time"

	"goniec/number"
	"goniec/pdu"
	"goniec/store"
)

// What other packages do with messages within a transaction of their own.

// ReadMessage is Queue.Message within a transaction.
func ReadMessage(r store.Reader, id string) (Message, error) { return readMessage(r, id) }

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
	b := &batch{queue: q, caller: Caller{Token: actor}, drafts: []Draft{d}, state: replay{At: now, Base: base, Count: 1}}
	b.prepareAll(at)
	state := b.state
	taken, err := b.take(tx, &state, 1)
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
	ids, err := TriedTo(r, n.Segments(number), "", passedOver)
	for _, id := range ids {
		m, err = readMessage(r, id)
		if !store.Unreadable(err) {
			return m, err == nil, err
		}
	}
	return Message{}, false, err
}

// LastTo returns when the newest message was made of which something was tried, to the
// number that is this number.Segment; zero: there is none.
func LastTo(r store.Reader, number string) (time.Time, error) {
	ids, err := TriedTo(r, []string{number}, "", 1)
	if err != nil || len(ids) == 0 {
		return time.Time{}, err
	}
	return store.IDTime(ids[0]), nil
}

// TriedTo returns up to limit ids of messages of which something was tried, to any of
// the numbers, each a number.Segment, below the id called before; empty: any. The newest
// comes first. It looks into one week after the other, of which there are few.
func TriedTo(r store.Reader, numbers []string, before string, limit int) (ids []string, err error) {
	end := store.PrefixEnd(toSpace)
	if before != "" {
		end = store.PrefixEnd(weekPrefix(weekOf(before)))
	}
	for len(ids) < limit {
		last, err := r.ScanLast(toSpace, end, 1)
		if err != nil || len(last) == 0 {
			return ids, err
		}
		week, _, _ := strings.Cut(strings.TrimPrefix(last[0].Key, toSpace), "/")
		prefixes := make([]string, len(numbers))
		for i, number := range numbers {
			prefixes[i] = toPrefix(week, number)
		}
		found, err := store.NewestBelow(r, prefixes, before, limit-len(ids))
		if err != nil {
			return nil, err
		}
		for _, key := range found {
			ids = append(ids, store.LastSegment(key))
		}
		end = weekPrefix(week)
	}
	return ids, nil
}
