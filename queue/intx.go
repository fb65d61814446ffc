package queue

import (
	"strings"
	"time"

	"goniec/number"
	"goniec/pdu"
	"goniec/store"
)

// EnqueueIn is Enqueue of one draft within a transaction of the caller. A refused draft
// writes no record; its error is a *RefusedError.
func (q *Queue) EnqueueIn(tx store.Tx, actor string, d Draft) (Message, error) {
	base := q.ids.Next(q.clock.Time())
	now := q.now()
	at, err := q.clock.MomentIn(tx, now)
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
	q.meter.enqueued(taken[0]) // counts twice if the transaction runs again, which is rare
	return *taken[0], nil
}

// ReadLastTo returns the newest message with an attempt to a number.
func ReadLastTo(r store.Reader, n number.Numbering, number pdu.Address) (m Message, found bool, err error) {
	const passedOver = 8 // damaged messages at most
	ids, err := TriedTo(r, n.Segments(number), "", passedOver)
	for _, id := range ids {
		m, err = ReadMessage(r, id)
		if !store.Unreadable(err) {
			return m, err == nil, err
		}
	}
	return Message{}, false, err
}

// LastTo returns the creation time of the newest message with an attempt to a number, a
// number.Segment; zero: there is none.
func LastTo(r store.Reader, number string) (time.Time, error) {
	ids, err := TriedTo(r, []string{number}, "", 1)
	if err != nil || len(ids) == 0 {
		return time.Time{}, err
	}
	return store.IDTime(ids[0]), nil
}

// TriedTo returns the ids of the newest messages with an attempt to any of the numbers,
// each a number.Segment: up to limit ids below the id before, the newest first. An empty
// before means no bound. TriedTo reads one week of the index after the other.
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
