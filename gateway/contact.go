package gateway

import (
	"encoding/json"
	"slices"
	"time"

	"goniec/number"
	"goniec/pdu"
	"goniec/queue"
	"goniec/store"
)

// RecipientCap is how many parts one number may get, over all modems and whoever
// sends them; 0 means no limit. Attempts count, whatever comes of them, so that
// neither a bug nor a box that dies again and again can pass it.
type RecipientCap struct {
	PerHour int // in any 60 minutes
	PerDay  int // in any 24 hours
}

func (c RecipientCap) none() bool { return c == RecipientCap{} }

// contactSpace begins the keys who/<number>.
const contactSpace = "who/"

// staleAfter is how exactly it is kept when a number was heard from last.
const staleAfter = 24 * time.Hour

// tellAgainAfter is how often somebody is told of the same number.
const tellAgainAfter = time.Hour

// contact is the value of who/<number>: by which SIM its conversation goes, and
// what it has got lately.
type contact struct {
	SIM string `json:"sim,omitempty"`
	At  int64  `json:"at"` // Unix time since which it is known, or when it was heard from, up to staleAfter early
	// Counted are the attempts of the last 24 hours, in order; none without a cap.
	Counted []counted `json:"n,omitempty"`
	Told    int64     `json:"told,omitempty"` // Unix time when somebody was told last that it has got enough
}

// counted is one attempt.
type counted struct {
	At int64  `json:"t"` // Unix time in milliseconds
	Of string `json:"o"` // see nameOf
}

func contactKey(of pdu.Address) string { return contactSpace + number.Segment(of) }

func readContact(r store.Reader, number pdu.Address) (contact, error) {
	value, err := r.Get(contactKey(number))
	if err != nil || value == nil {
		return contact{}, err
	}
	return decodeContact(value), nil
}

// decodeContact reads a record; of one that cannot be read nothing is known.
func decodeContact(value []byte) contact {
	var c contact
	if json.Unmarshal(value, &c) != nil {
		return contact{}
	}
	return c
}

// put stores c as of now.
func (c *contact) put(tx store.Tx, number pdu.Address, now time.Time) error {
	if c.stale(now) {
		c.At = now.Unix()
	}
	return store.PutJSON(tx, contactKey(number), c)
}

// stale says whether At has to be written anew.
func (c *contact) stale(now time.Time) bool { return now.Sub(time.Unix(c.At, 0)).Abs() >= staleAfter }

// dropOld drops the attempts that no limit asks for any more. One that is said to be
// still to come was counted by a clock that was wrong: it counts as made now.
func (c *contact) dropOld(now time.Time) {
	limit := now.Add(-24 * time.Hour).UnixMilli()
	kept := make([]counted, 0, len(c.Counted)+1)
	for _, x := range c.Counted {
		if x.At = min(x.At, now.UnixMilli()); x.At > limit {
			kept = append(kept, x)
		}
	}
	c.Counted = kept
}

// until returns when more parts may be sent to the number within limit; zero: now. A
// message of more parts than limit allows at all may go when nothing else counts, so
// that no message waits for ever. forget has to be called before.
func (c *contact) until(limit RecipientCap, more int, now time.Time) time.Time {
	var until time.Time
	for _, l := range []struct {
		parts int
		in    time.Duration
	}{{limit.PerHour, time.Hour}, {limit.PerDay, 24 * time.Hour}} {
		if l.parts <= 0 {
			continue
		}
		since := now.Add(-l.in).UnixMilli()
		first := slices.IndexFunc(c.Counted, func(x counted) bool { return x.At > since })
		if first < 0 {
			continue
		}
		recent := c.Counted[first:]
		tooMany := len(recent) + min(more, l.parts) - l.parts
		if tooMany <= 0 {
			continue
		}
		if free := time.UnixMilli(recent[tooMany-1].At).Add(l.in); free.After(until) {
			until = free
		}
	}
	return until
}

// refuse has an attempt wait, and says whether somebody should be told.
func (c *contact) refuse(tx store.Tx, number pdu.Address, until, now time.Time) (queue.AttemptRuling, error) {
	if since := now.Sub(time.Unix(c.Told, 0)); since >= 0 && since < tellAgainAfter {
		return queue.AttemptRuling{Until: until}, nil
	}
	c.Told = now.Unix()
	return queue.AttemptRuling{Until: until, Tell: true}, c.put(tx, number, now)
}
