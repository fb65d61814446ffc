package store

import (
	"bytes"
	"context"
	"encoding/json"
	"time"
)

const (
	// PageLimit is the greatest number of records in one page of a List.
	PageLimit = 1000
	// pageScan is how many records one page passes over, at most: with a filter
	// that few records pass, the page is shorter than asked for, or empty, and goes on.
	pageScan = 50_000
	// decodeCost is how many records are passed over in the time that one takes
	// to be decoded.
	decodeCost = 10
	// scanTogether is how many records are read in one transaction.
	scanTogether = 250
)

// List lists the records of a space whose keys are the space followed by an id of IDs.
type List[T any] struct {
	Space  string // "m/"
	Decode func(id string, value []byte) (T, error)
	Passes func(T) bool // chooses records; nil means all
	// Prefilter is what every record that Passes has in it, so that the others need not
	// be decoded.
	Prefilter Prefilter
}

// Window is the part of a List that one page begins with; the zero value begins with
// the newest record.
type Window struct {
	Since time.Time // ids made at or after, to within idSlack
	Until time.Time // ids made before, to within idSlack
	After string    // only records older than the one with this id
	Limit int       // of the records in the page; 0, or more than PageLimit, means PageLimit
}

// idSlack is how far the time in an id may be from the time of its record.
const idSlack = 2 * time.Second

// span returns the range of ids of w: from the lowest up to but not including the end.
func (w Window) span() (lowest, end string) {
	if !w.Since.IsZero() {
		lowest = LowestID(w.Since.Add(-idSlack))
	}
	if !w.Until.IsZero() {
		end = LowestID(w.Until.Add(idSlack))
	}
	if w.After != "" && (end == "" || w.After < end) {
		end = w.After
	}
	return lowest, end
}

// Within reports whether t is at or after since and before until; a zero bound is none.
func Within(t, since, until time.Time) bool {
	return (since.IsZero() || !t.Before(since)) && (until.IsZero() || t.Before(until))
}

// Prefilter is pieces of text that a stored record must have in it to be worth
// decoding, which takes ten times as long as looking for the pieces.
type Prefilter [][]byte

// Field demands that the record has the string value in the field called name, unless
// value is empty.
func (p *Prefilter) Field(name, value string) {
	if value == "" {
		return
	}
	if encoded, err := json.Marshal(value); err == nil { // as in the record
		*p = append(*p, []byte(`"`+name+`":`+string(encoded)))
	}
}

// passes reports whether a record may be one that is looked for.
func (p Prefilter) passes(value []byte) bool {
	for _, mark := range p {
		if !bytes.Contains(value, mark) {
			return false
		}
	}
	return true
}

// Page returns records in descending order of their ids, read in short transactions:
// as many as w asks for, or fewer once pageScan records have been looked at. next is
// the After of the page that follows, empty when there is none; a page that is shorter
// than asked for, or empty, may have a next. Records that cannot be decoded are left out.
func (l List[T]) Page(ctx context.Context, s Store, w Window) (items []T, next string, err error) {
	limit := w.Limit
	if limit <= 0 || limit > PageLimit {
		limit = PageLimit
	}
	lowest, end := w.span()
	to := PrefixEnd(l.Space)
	if end != "" {
		to = l.Space + end
	}
	items = make([]T, 0, min(limit, scanTogether))
	for cost := 0; cost < pageScan; {
		p, err := View(ctx, s, func(r Reader) (pageResult[T], error) {
			pairs, err := r.ScanLast(l.Space+lowest, to, scanTogether)
			return l.choose(pairs, limit-len(items)), err
		})
		if err != nil {
			return nil, "", err
		}
		items = append(items, p.items...)
		cost += p.cost
		if p.ended || p.last == "" {
			return items, "", nil
		}
		to = p.last
		next = p.last[len(l.Space):]
		if len(items) == limit {
			break
		}
	}
	return items, next, nil
}

// pageResult is what one transaction of Page found.
type pageResult[T any] struct {
	items []T
	cost  int    // in records passed over
	last  string // key of the last record looked at
	ended bool   // nothing follows
}

// choose returns up to limit of those of pairs, up to scanTogether, that pass.
func (l List[T]) choose(pairs []Pair, limit int) pageResult[T] {
	p := pageResult[T]{ended: len(pairs) < scanTogether}
	for i, pair := range pairs {
		p.last = pair.Key
		p.cost++
		if !l.Prefilter.passes(pair.Value) {
			continue
		}
		p.cost += decodeCost - 1
		item, err := l.Decode(pair.Key[len(l.Space):], pair.Value)
		if err == nil && (l.Passes == nil || l.Passes(item)) {
			p.items = append(p.items, item)
		}
		if len(p.items) == limit {
			p.ended = p.ended && i == len(pairs)-1
			break
		}
	}
	return p
}
