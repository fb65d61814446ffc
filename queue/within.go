package queue

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nyaruka/phonenumbers"

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
	base, err := q.ids.next(q.clock())
	if err != nil {
		return Message{}, fmt.Errorf("enqueue: %w", err)
	}
	now := q.now()
	timeless, err := q.withholds(tx, now)
	if err != nil {
		return Message{}, err
	}
	b := &batch{caller: Caller{Token: actor}, drafts: []Draft{d}, state: replay{At: now, Base: base, Count: 1}}
	b.prepared = q.prepareAll(b.drafts, now, timeless)
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

// Unreadable reports whether err is about one record, which is damaged or gone, and not
// about the store.
func Unreadable(err error) bool { return unreadable(err) }

// ReadLastTo returns the newest message to a number of which something was tried.
func ReadLastTo(r store.Reader, n Numbering, number pdu.Address) (m Message, found bool, err error) {
	for _, form := range n.Forms(number) {
		prefix := toPrefix(form)
		pairs, err := r.ScanLast(prefix, store.PrefixEnd(prefix), 1)
		if err != nil {
			return Message{}, false, err
		}
		if len(pairs) == 0 {
			continue
		}
		m, err := readMessage(r, idIn(pairs[0].Key))
		if unreadable(err) {
			continue
		}
		return m, err == nil, err
	}
	return Message{}, false, nil
}

// Forms returns the ways in which networks write a number: as it is, and without the
// code of its country.
func (n Numbering) Forms(a pdu.Address) []pdu.Address {
	forms := []pdu.Address{a}
	number, err := phonenumbers.Parse(a.String(), n.region())
	if err != nil || phonenumbers.GetRegionCodeForNumber(number) != n.region() {
		return forms
	}
	national := phonenumbers.GetNationalSignificantNumber(number)
	for _, kind := range []pdu.TypeOfNumber{pdu.TypeNational, pdu.TypeUnknown} {
		forms = append(forms, pdu.Address{Number: national, Type: kind, Plan: pdu.PlanISDN})
	}
	return forms
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
	if limit <= 0 || limit > pageLimit {
		limit = pageLimit
	}
	items, err = store.View(ctx, q.store, func(r store.Reader) ([]Exchanged, error) {
		keys, err := q.exchangeKeys(r, number, before, limit+1)
		if err != nil {
			return nil, err
		}
		items := make([]Exchanged, 0, len(keys))
		for _, key := range keys {
			e, err := readExchanged(r, key)
			if unreadable(err) {
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
	var keys []string
	for _, form := range q.config.Numbering.Forms(number) {
		for _, prefix := range []string{toPrefix(form), fromPrefix(form)} {
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
	}
	slices.SortFunc(keys, func(a, b string) int { return strings.Compare(idIn(b), idIn(a)) })
	return keys[:min(len(keys), limit)], nil
}

func readExchanged(r store.Reader, key string) (Exchanged, error) {
	if strings.HasPrefix(key, toSpace) {
		m, err := readMessage(r, idIn(key))
		return Exchanged{Out: &m}, err
	}
	in, err := readInbound(r, idIn(key))
	return Exchanged{In: &in}, err
}

// FormatAddress writes a number so that ParseAddress gets back all of it. It is how
// numbers stand in values.
func FormatAddress(a pdu.Address) string { return formatAddress(a) }

// ParseAddress reads what FormatAddress wrote.
func ParseAddress(s string) (pdu.Address, error) { return parseAddress(s) }

// LowestID returns an id before all that are made at t or later.
func LowestID(t time.Time) string { return lowestID(t) }

// End returns the first moment at or after t that is not quiet, by the clocks of zone.
func (h QuietHours) End(t time.Time, zone *time.Location) time.Time {
	return calendar{hours: h, zone: zone}.end(t)
}
