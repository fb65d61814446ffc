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

// RecipientCap is the greatest number of parts that may be sent to one number, over all modems
// and senders; 0 means no limit. Every attempt counts, also a failed one, so that neither a
// bug nor a box that crashes repeatedly exceeds the limit.
type RecipientCap struct {
	PerHour int // in any 60 minutes
	PerDay  int // in any 24 hours
}

func (c RecipientCap) none() bool { return c == RecipientCap{} }

// contactSpace begins the keys who/<number>.
const contactSpace = "who/"

// staleAfter is the resolution of contact.At.
const staleAfter = 24 * time.Hour

// tellAgainAfter is the least time between two AttemptRuling.Tell for one number.
const tellAgainAfter = time.Hour

// contact is the value of who/<number>: the SIM of its conversation, and recent attempts.
type contact struct {
	SIM string `json:"sim,omitempty"`
	At  int64  `json:"at"` // Unix time of the first contact or the last text from the number, up to staleAfter early
	// Counted are the attempts of the last 24 hours, oldest first; empty without a cap.
	Counted []counted `json:"n,omitempty"`
	Told    int64     `json:"told,omitempty"` // Unix time of the last AttemptRuling.Tell
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

// decodeContact decodes a record; one that is damaged counts as empty.
func decodeContact(value []byte) contact {
	var c contact
	if json.Unmarshal(value, &c) != nil {
		return contact{}
	}
	return c
}

// put stores c, with At set to now if At is stale.
func (c *contact) put(tx store.Tx, number pdu.Address, now time.Time) error {
	if c.stale(now) {
		c.At = now.Unix()
	}
	return store.PutJSON(tx, contactKey(number), c)
}

// stale says whether At is more than staleAfter from now.
func (c *contact) stale(now time.Time) bool { return now.Sub(time.Unix(c.At, 0)).Abs() >= staleAfter }

// dropOld removes the attempts that are older than any limit. An attempt in the future was
// stamped by a wrong clock and counts as made now.
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

// until returns when more parts may be sent to the number within limit; zero: now. A message
// of more parts than limit may go when no other attempt counts, so that no message waits for
// ever. dropOld must be called first.
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

// refuse returns the ruling that an attempt waits until then. The ruling asks to tell a person
// at most once in tellAgainAfter.
func (c *contact) refuse(tx store.Tx, number pdu.Address, until, now time.Time) (queue.AttemptRuling, error) {
	if since := now.Sub(time.Unix(c.Told, 0)); since >= 0 && since < tellAgainAfter {
		return queue.AttemptRuling{Until: until}, nil
	}
	c.Told = now.Unix()
	return queue.AttemptRuling{Until: until, Tell: true}, c.put(tx, number, now)
}
