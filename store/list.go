package store

import (
	"bytes"
	"context"
	"encoding/json"
	"time"
)

const (
	// PageLimit is the greatest count of records in one page of a List.
	PageLimit = 1000
	// pageScan bounds the records examined for one page. With a filter that few records
	// pass, a page may be short or empty and still have a next page.
	pageScan = 50_000
	// decodeCost is the count of records skipped in the time of decoding one.
	decodeCost = 10
	// scanTogether is the count of records read in one transaction.
	scanTogether = 250
)

// List lists the records of a space whose keys are the space followed by an id of IDs.
type List[T any] struct {
	Space  string // "m/"
	Decode func(id string, value []byte) (T, error)
	Passes func(T) bool // chooses records; nil means all
	// Prefilter lists text that every record passing Passes contains, so that others
	// are not decoded.
	Prefilter Prefilter
}

// Window selects the records of one page; the zero value begins with the newest record.
type Window struct {
	Since time.Time // ids made at or after, to within idSlack
	Until time.Time // ids made before, to within idSlack
	After string    // only records older than the one with this id
	Limit int       // records in the page; 0, or more than PageLimit, means PageLimit
}

// idSlack is the greatest difference between the time in an id and that of its record.
const idSlack = 2 * time.Second

// span returns the ids of w: from lowest up to but not including end.
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

// Prefilter is text that a stored record must contain to be decoded. Decoding takes ten
// times as long as searching for the text.
type Prefilter [][]byte

// Field requires the string value in the field name, unless value is empty.
func (p *Prefilter) Field(name, value string) {
	if value == "" {
		return
	}
	if encoded, err := json.Marshal(value); err == nil { // as stored
		*p = append(*p, []byte(`"`+name+`":`+string(encoded)))
	}
}

// passes reports whether a record contains all of p.
func (p Prefilter) passes(value []byte) bool {
	for _, mark := range p {
		if !bytes.Contains(value, mark) {
			return false
		}
	}
	return true
}

// Page returns records in descending order of their ids, read in short transactions: as
// many as w asks for, or fewer after pageScan records. next is the After of the
// following page, empty when no record follows that passes; it may name an empty page
// where pageScan records did not tell. Undecodable records are left out.
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
	items = make([]T, 0, min(limit+1, scanTogether))
	last := "" // key of the last record of items
	for cost := 0; cost < pageScan; {
		// One item beyond limit says that a page follows.
		p, err := View(ctx, s, func(r Reader) (pageResult[T], error) {
			pairs, err := r.ScanLast(l.Space+lowest, to, scanTogether)
			return l.choose(pairs, limit+1-len(items)), err
		})
		if err != nil {
			return nil, "", err
		}
		if items = append(items, p.items...); len(items) > limit {
			if n := len(p.keys); n > 1 {
				last = p.keys[n-2]
			}
			return items[:limit], last[len(l.Space):], nil
		}
		if n := len(p.keys); n > 0 {
			last = p.keys[n-1]
		}
		cost += p.cost
		if p.ended {
			return items, "", nil
		}
		to = p.last
		next = p.last[len(l.Space):]
	}
	return items, next, nil
}

// pageResult is the result of one transaction of Page.
type pageResult[T any] struct {
	items []T
	keys  []string // of the items
	cost  int      // in skipped records
	last  string   // key of the last record examined
	ended bool     // no record follows
}

// choose returns up to limit of the records in pairs, up to scanTogether, that pass.
func (l List[T]) choose(pairs []Pair, limit int) pageResult[T] {
	p := pageResult[T]{ended: len(pairs) < scanTogether}
	for _, pair := range pairs {
		p.last = pair.Key
		p.cost++
		if !l.Prefilter.passes(pair.Value) {
			continue
		}
		p.cost += decodeCost - 1
		item, err := l.Decode(pair.Key[len(l.Space):], pair.Value)
		if err == nil && (l.Passes == nil || l.Passes(item)) {
			p.items, p.keys = append(p.items, item), append(p.keys, pair.Key)
		}
		if len(p.items) == limit {
			break
		}
	}
	return p
}
