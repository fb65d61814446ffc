package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"goniec/number"
	"goniec/pdu"
	"goniec/store"
)

// AllPurposes is the purpose of a suppression of everything.
const AllPurposes Purpose = "all"

// SuppressionSource is how it became known that somebody must not be written to.
type SuppressionSource string

// The sources.
const (
	SourceAPI SuppressionSource = "api" // staff, or a program of the clinic
	SourceSMS SuppressionSource = "sms" // the person wrote STOP
)

// Suppression says that a number must not be written to for a purpose. The tags are
// its stored form. Retention never removes it.
type Suppression struct {
	ID      string            `json:"-"`    // UUIDv7: ordered by time
	Number  pdu.Address       `json:"-"`    // stored by storedSuppression
	Purpose Purpose           `json:"purp"` // or AllPurposes
	Since   time.Time         `json:"at"`
	Source  SuppressionSource `json:"src"`
	By      string            `json:"by,omitempty"` // actor
	Note    string            `json:"note,omitempty"`
}

// maxSuppressionNote is the longest note, in characters.
const maxSuppressionNote = 200

// Errors of Suppress.
var (
	ErrSuppressionPurpose = errors.New("unknown purpose")
	ErrSuppressionNote    = errors.New("note is too long")
)

// Purposes lists what a message may be for.
func Purposes() []Purpose { return []Purpose{Care, Information, Marketing, Staff} }

// storedSuppression is the value of stop/<id>.
type storedSuppression struct {
	*Suppression
	Number string `json:"of"`
}

func decodeSuppression(id string, value []byte) (Suppression, error) {
	stored := storedSuppression{Suppression: &Suppression{}}
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

func readSuppression(r store.Reader, id string) (Suppression, error) {
	value, err := r.Get(stopKey(id))
	switch {
	case err != nil:
		return Suppression{}, err
	case value == nil:
		return Suppression{}, fmt.Errorf("suppression %s: %w", id, store.ErrNotFound)
	default:
		return decodeSuppression(id, value)
	}
}

// Suppress notes that a number must not be written to for a purpose and returns the
// suppression; added is false if there was one already, which is then returned. The
// error is ErrSuppressionPurpose, ErrSuppressionNote or that of the store.
func (q *Queue) Suppress(ctx context.Context, s Suppression) (noted Suppression, added bool, err error) {
	type result struct {
		noted Suppression
		added bool
	}
	r, err := store.Update(ctx, q.store, func(tx store.Tx) (result, error) {
		noted, added, err := q.SuppressIn(tx, s)
		return result{noted, added}, err
	})
	if err != nil {
		return Suppression{}, false, fmt.Errorf("suppress: %w", err)
	}
	return r.noted, r.added, nil
}

// SuppressIn is Suppress within a transaction.
func (q *Queue) SuppressIn(tx store.Tx, s Suppression) (noted Suppression, added bool, err error) {
	switch {
	case s.Purpose != AllPurposes && !slices.Contains(Purposes(), s.Purpose):
		return Suppression{}, false, ErrSuppressionPurpose
	case utf8.RuneCountInString(s.Note) > maxSuppressionNote:
		return Suppression{}, false, ErrSuppressionNote
	}
	key := suppressionPrefix(s.Number) + string(s.Purpose)
	id, err := tx.Get(key)
	if err != nil {
		return Suppression{}, false, err
	}
	if id != nil {
		old, err := readSuppression(tx, string(id))
		if err == nil || !store.Unreadable(err) {
			return old, false, err
		}
	}
	fresh := q.ids.Next(q.clock())
	s.ID, s.Since = fresh.String(), q.now()
	if s.Source == "" {
		s.Source = SourceAPI
	}
	if err := tx.Put(key, []byte(s.ID)); err != nil {
		return Suppression{}, false, err
	}
	if err := store.PutJSON(tx, stopKey(s.ID), storedSuppression{&s, number.Encode(s.Number)}); err != nil {
		return Suppression{}, false, err
	}
	return s, true, q.events.Append(tx, s.By, SuppressionAdded{ID: s.ID, Purpose: s.Purpose, Source: s.Source})
}

// Unsuppress takes a suppression back; store.ErrNotFound if there is none.
func (q *Queue) Unsuppress(ctx context.Context, id, actor string) error {
	err := q.store.Update(ctx, func(tx store.Tx) error {
		s, err := readSuppression(tx, id)
		if err != nil {
			return err
		}
		return q.unsuppress(tx, s, actor)
	})
	if err != nil {
		return fmt.Errorf("take a suppression back: %w", err)
	}
	return nil
}

// UnsuppressIn takes back all suppressions of a number that have a source, within a
// transaction, and returns how many there were.
func (q *Queue) UnsuppressIn(tx store.Tx, number pdu.Address, source SuppressionSource, actor string) (removed int, err error) {
	all, err := suppressionsOf(tx, number)
	if err != nil {
		return 0, err
	}
	for _, s := range all {
		if s.Source != source {
			continue
		}
		if err := q.unsuppress(tx, s, actor); err != nil {
			return removed, err
		}
		removed++
	}
	return removed, nil
}

func (q *Queue) unsuppress(tx store.Tx, s Suppression, actor string) error {
	if err := tx.Delete(suppressionPrefix(s.Number) + string(s.Purpose)); err != nil {
		return err
	}
	if err := tx.Delete(stopKey(s.ID)); err != nil {
		return err
	}
	return q.events.Append(tx, actor, SuppressionRemoved{ID: s.ID, Purpose: s.Purpose, Source: s.Source})
}

// suppressionsOf returns all suppressions of a number.
func suppressionsOf(r store.Reader, number pdu.Address) ([]Suppression, error) {
	from, to := span(suppressionPrefix(number))
	pairs, err := r.Scan(from, to, 0)
	if err != nil {
		return nil, err
	}
	all := make([]Suppression, 0, len(pairs))
	for _, pair := range pairs {
		s, err := readSuppression(r, string(pair.Value))
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

// suppressed reports whether a number must not be written to for a purpose. A message
// without one is for care. It costs one short read.
func suppressed(r store.Reader, number pdu.Address, purpose Purpose) (bool, error) {
	if purpose == "" {
		purpose = Care
	}
	prefix := suppressionPrefix(number)
	pairs, err := r.Scan(prefix, store.PrefixEnd(prefix), 0)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(pairs, func(p store.Pair) bool {
		of := Purpose(strings.TrimPrefix(p.Key, prefix))
		return of == purpose || of == AllPurposes
	}), nil
}

// unwanted ends a message whose number must not be written to any more, if nothing of
// it has left, and reports whether it did: half a text helps nobody, so the rest of
// one that has begun to leave follows.
func (q *Queue) unwanted(tx store.Tx, e *entry, now time.Time) (ended bool, err error) {
	if e.Regardless || e.count(PartSent, PartDelivered) > 0 {
		return false, nil
	}
	is, err := suppressed(tx, e.To, e.Purpose)
	if err != nil || !is {
		return false, err
	}
	problem := &Problem{Code: CodeSuppressed, Detail: "its number must not be written to for this purpose"}
	if err := q.finish(tx, e, StatusCancelled, problem, "", now); err != nil {
		return false, err
	}
	return true, q.save(tx, e)
}

// SuppressionFilter selects suppressions; its zero value all of them.
type SuppressionFilter struct {
	Number  pdu.Address
	Purpose Purpose
}

func (f SuppressionFilter) passes(s Suppression) bool {
	return (f.Number.Number == "" || f.Number == s.Number) && (f.Purpose == "" || f.Purpose == s.Purpose)
}

// Suppression returns a suppression, or store.ErrNotFound.
func (q *Queue) Suppression(ctx context.Context, id string) (Suppression, error) {
	return store.View(ctx, q.store, func(r store.Reader) (Suppression, error) { return readSuppression(r, id) })
}

// Suppressions returns suppressions as Messages does messages.
func (q *Queue) Suppressions(ctx context.Context, f SuppressionFilter, after string, limit int) (items []Suppression, next string, err error) {
	list := store.List[Suppression]{Space: stopSpace, Decode: decodeSuppression, Passes: f.passes}
	items, next, err = list.Page(ctx, q.store, store.Window{After: after, Limit: limit})
	if err != nil {
		return nil, "", fmt.Errorf("list suppressions: %w", err)
	}
	return items, next, nil
}
