// Package suppression keeps the numbers that no text may be sent to, by purpose.
//
// A suppression stays until a person removes it. Neither retention nor the erasure of a
// number removes a suppression. Package queue calls Forbids before it takes a message, and
// again before it sends the first part of the message.
package suppression

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"goniec/event"
	"goniec/number"
	"goniec/pdu"
	"goniec/store"
)

// Purpose is the purpose of a message.
type Purpose string

// The purposes of messages.
const (
	Care        Purpose = "care"
	Information Purpose = "information"
	Marketing   Purpose = "marketing"
	Staff       Purpose = "staff" // to employees
)

// All is the purpose of a suppression for all purposes.
const All Purpose = "all"

// Purposes lists the purposes of messages.
func Purposes() []Purpose { return []Purpose{Care, Information, Marketing, Staff} }

// Closes lists the purposes that a STOP to a message of a purpose closes: that purpose and
// every one that the patient needs less. Who wants no reminders wants no advertisements.
func (p Purpose) Closes() []Purpose {
	if ranked := []Purpose{Care, Information, Marketing}; slices.Contains(ranked, p) {
		return ranked[slices.Index(ranked, p):]
	}
	return []Purpose{p}
}

// Source is where a suppression comes from.
type Source string

// The sources.
const (
	FromAPI Source = "api" // staff, or a program of the clinic
	FromSMS Source = "sms" // a text with STOP from the number
)

// Suppression says that no text for a purpose may be sent to a number. The tags are its
// stored form.
type Suppression struct {
	ID      string      `json:"-"`    // UUIDv7: ordered by time
	Number  pdu.Address `json:"-"`    // stored by record
	Purpose Purpose     `json:"purp"` // or All
	Since   time.Time   `json:"at"`
	Source  Source      `json:"src"`
	By      string      `json:"by,omitempty"` // actor of the event
	Note    string      `json:"note,omitempty"`
}

// maxNote is the greatest length of a note, in characters.
const maxNote = 200

// Errors of Add.
var (
	ErrPurpose = errors.New("unknown purpose")
	ErrNote    = errors.New("note is too long")
)

// List is the list of suppressions in a store. It is safe for concurrent use.
type List struct {
	store  store.Store
	events *event.Log
	ids    store.IDs
}

// New returns the list in the store s. The list appends its events to events.
func New(s store.Store, events *event.Log) *List { return &List{store: s, events: events} }

// record is the value of stop/<id>.
type record struct {
	*Suppression
	Number string `json:"of"`
}

func decode(id string, value []byte) (Suppression, error) {
	stored := record{Suppression: &Suppression{}}
	if err := json.Unmarshal(value, &stored); err != nil {
		return Suppression{}, fmt.Errorf("suppression %s: %w: %w", id, store.ErrRecord, err)
	}
	of, err := number.Decode(stored.Number)
	if err != nil {
		return Suppression{}, fmt.Errorf("suppression %s: %w: number", id, store.ErrRecord)
	}
	s := *stored.Suppression
	s.ID, s.Number = id, of
	return s, nil
}

func read(r store.Reader, id string) (Suppression, error) {
	return store.ReadRecord(r, "suppression", recordSpace, id, decode)
}

// Add adds a suppression, sets its ID and Since, and returns it. If the number is
// suppressed for the purpose already, Add returns the existing suppression and added is
// false. The error is ErrPurpose, ErrNote or that of the store.
func (l *List) Add(ctx context.Context, s Suppression) (noted Suppression, added bool, err error) {
	defer store.Wrap(&err, "suppress")
	type result struct {
		noted Suppression
		added bool
	}
	r, err := store.Update(ctx, l.store, func(tx store.Tx) (result, error) {
		noted, added, err := l.AddIn(tx, s)
		return result{noted, added}, err
	})
	return r.noted, r.added, err
}

// AddIn is Add within a transaction.
func (l *List) AddIn(tx store.Tx, s Suppression) (noted Suppression, added bool, err error) {
	switch {
	case s.Purpose != All && !slices.Contains(Purposes(), s.Purpose):
		return Suppression{}, false, ErrPurpose
	case utf8.RuneCountInString(s.Note) > maxNote:
		return Suppression{}, false, ErrNote
	}
	key := numberPrefix(s.Number) + string(s.Purpose)
	id, err := tx.Get(key)
	if err != nil {
		return Suppression{}, false, err
	}
	if id != nil {
		if old, ok, err := store.Readable(read(tx, string(id))); ok || err != nil {
			return old, false, err
		}
	}
	now := time.Now()
	s.ID, s.Since = l.ids.Next(now).String(), store.Milliseconds(now)
	s.Source = cmp.Or(s.Source, FromAPI)
	if err := tx.Put(key, []byte(s.ID)); err != nil {
		return Suppression{}, false, err
	}
	if err := store.PutJSON(tx, recordKey(s.ID), record{&s, number.Encode(s.Number)}); err != nil {
		return Suppression{}, false, err
	}
	return s, true, l.events.Append(tx, s.By, Added{ID: s.ID, Purpose: s.Purpose, Source: s.Source})
}

// Remove removes suppression id. Its error is store.ErrNotFound if there is none.
func (l *List) Remove(ctx context.Context, id, actor string) (err error) {
	defer store.Wrap(&err, "take a suppression back")
	return l.store.Update(ctx, func(tx store.Tx) error {
		s, err := read(tx, id)
		if err != nil {
			return err
		}
		return l.remove(tx, s, actor)
	})
}

// RemoveIn removes all suppressions of a number from one source, within a transaction, and
// returns how many there were.
func (l *List) RemoveIn(tx store.Tx, of pdu.Address, source Source, actor string) (removed int, err error) {
	prefix := numberPrefix(of)
	pairs, err := tx.Scan(prefix, store.PrefixEnd(prefix), 0)
	if err != nil {
		return 0, err
	}
	for _, pair := range pairs {
		s, err := read(tx, string(pair.Value))
		if err != nil {
			return removed, err
		}
		if s.Source != source {
			continue
		}
		if err := l.remove(tx, s, actor); err != nil {
			return removed, err
		}
		removed++
	}
	return removed, nil
}

func (l *List) remove(tx store.Tx, s Suppression, actor string) error {
	if err := store.Delete(tx, numberPrefix(s.Number)+string(s.Purpose), recordKey(s.ID)); err != nil {
		return err
	}
	return l.events.Append(tx, actor, Removed{ID: s.ID, Purpose: s.Purpose, Source: s.Source})
}

// Forbids reports whether a number is suppressed for a purpose. An empty purpose counts as
// Care. Forbids makes one short read.
func Forbids(r store.Reader, to pdu.Address, purpose Purpose) (bool, error) {
	purpose = cmp.Or(purpose, Care)
	prefix := numberPrefix(to)
	pairs, err := r.Scan(prefix, store.PrefixEnd(prefix), 0)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(pairs, func(p store.Pair) bool {
		of := Purpose(strings.TrimPrefix(p.Key, prefix))
		return of == purpose || of == All
	}), nil
}

// Filter selects suppressions. A zero field selects all.
type Filter struct {
	Number  pdu.Address
	Purpose Purpose
}

func (f Filter) passes(s Suppression) bool {
	return (f.Number.Number == "" || f.Number == s.Number) && (f.Purpose == "" || f.Purpose == s.Purpose)
}

// Suppression returns suppression id. Its error is store.ErrNotFound if there is none.
func (l *List) Suppression(ctx context.Context, id string) (Suppression, error) {
	return store.View(ctx, l.store, func(r store.Reader) (Suppression, error) { return read(r, id) })
}

// Page returns one page of the suppressions that pass f, the newest first: up to limit
// suppressions older than the one with the id after. An empty after means the first page.
// next is the after of the next page, empty if there is none.
func (l *List) Page(ctx context.Context, f Filter, after string, limit int) (items []Suppression, next string, err error) {
	list := store.List[Suppression]{Space: recordSpace, Decode: decode, Passes: f.passes}
	defer store.Wrap(&err, "list suppressions")
	return list.Page(ctx, l.store, store.Window{After: after, Limit: limit})
}

// Verify reads every suppression in one consistent state and calls tell with each fault: a
// damaged record, or a suppression without its key by number. checked, unless nil, is
// called now and then with the number of records read so far. The error is that of the
// store.
func Verify(r store.Reader, tell func(store.Finding), checked func(records int)) error {
	in := store.Prefix(recordSpace)
	in.Read = checked
	return store.Each(r, in, func(p store.Pair) error {
		s, err := decode(strings.TrimPrefix(p.Key, recordSpace), p.Value)
		if err != nil {
			tell(store.Finding{Record: p.Key, What: "it cannot be read"})
			return nil //nolint:nilerr // it is told
		}
		id, err := r.Get(numberPrefix(s.Number) + string(s.Purpose))
		if err == nil && string(id) != s.ID {
			tell(store.Finding{Record: p.Key, What: "its number does not lead to it"})
		}
		return err
	})
}
