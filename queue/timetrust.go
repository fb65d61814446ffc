package queue

import (
	"context"
	"strings"
	"time"

	"goniec/clock"
	"goniec/store"
)

// What becomes of messages while the time is not believed, and when it is again: see
// package clock.

const (
	// farAhead is how much later than it may first go no message is due because
	// of a failure.
	farAhead = 24 * time.Hour
	// withheldAgain is when a worker looks again at lanes that are withheld.
	withheldAgain = 15 * time.Second
	// putOffFor is when a message that waits for the time to be confirmed is looked at
	// again, though belief brings it forward.
	putOffFor = 10 * time.Minute
)

// putOff makes a message with a send_at wait until the clock is believed.
func (q *Queue) putOff(tx store.Tx, e *entry, now time.Time) error {
	q.schedule(&e.Message, store.Milliseconds(now.Add(putOffFor)), now)
	if e.Error == nil {
		e.Error = &Problem{Code: CodeClock, Detail: "held until something confirms the clock of this machine", RetryAt: e.Due}
	}
	return q.keep(tx, e, now)
}

// expireOrPostpone deals with a message whose time is over, and saves it: it expires,
// unless the time is not believed.
func (q *Queue) expireOrPostpone(tx store.Tx, e *entry, now time.Time) error {
	trust, err := q.clock.TrustIn(tx, now)
	switch {
	case err != nil:
		return err
	case e.Timeless:
		e.ExpiresAt, e.Timeless = store.Milliseconds(now.Add(q.config.Validity)), !trust.Believed
	case trust.Believed:
		return q.expire(tx, e, now)
	case q.fresh(e):
		e.ExpiresAt = now.Add(e.ExpiresAt.Sub(e.CreatedAt))
	case e.restored():
		e.ExpiresAt = store.Milliseconds(now.Add(clock.Probation))
	case e.claimable():
		q.schedule(&e.Message, store.Milliseconds(now.Add(clock.Probation)), now)
	}
	return q.keep(tx, e, now)
}

// fresh reports whether the time of e cannot be over, whatever the clock says: it
// was taken by this process, which has not run for as long as e is valid.
func (q *Queue) fresh(e *entry) bool {
	valid := e.ExpiresAt.Sub(e.CreatedAt)
	return !e.CreatedAt.Before(store.Milliseconds(q.born)) && valid <= q.config.Validity && time.Since(q.born) < valid
}

// setBack looks at every message that lives, when the clock is believed again: what
// it put off while it was ahead is due.
func (q *Queue) setBack(ctx context.Context, now time.Time) error {
	return store.Walk(ctx, q.store, store.Prefix(tickSpace), func(tx store.Tx, pair store.Pair) error {
		target := TickTarget(pair.Key)
		id, found := strings.CutPrefix(target, messageSpace)
		if !found {
			return nil
		}
		e, err := q.load(tx, id)
		if err == nil && q.bringForward(e, now) {
			err = q.keep(tx, e, now)
		}
		if stuck(err) {
			return nil // Tend says so
		}
		return err
	})
}

// bringForward moves the times of e that no clock which shows now can have given,
// and reports whether there were any.
func (q *Queue) bringForward(e *entry, now time.Time) bool {
	changed := false
	for i := range e.Parts {
		longest := q.config.UncertainWait
		if e.Parts[i].Status == PartInFlight {
			longest = q.config.Lease
		}
		if e.Parts[i].Until.After(now.Add(longest)) {
			e.Parts[i].Until, changed = store.Milliseconds(now.Add(longest)), true
		}
	}
	if e.CreatedAt.After(now.Add(clock.Back)) && e.SendAt.IsZero() && e.ExpiresAt.After(e.CreatedAt) {
		e.ExpiresAt, changed = now.Add(e.ExpiresAt.Sub(e.CreatedAt)), true
	}
	start := clock.Later(e.SendAt, now)
	last := start.Add(farAhead)
	if e.quietable() {
		last = q.quietEnd(last)
	}
	putOff := e.Error != nil && e.Error.Code == CodeClock
	ahead := e.Due.After(last) || e.CreatedAt.After(now.Add(clock.Back)) && e.Due.After(start)
	if e.claimable() && !e.restored() && (putOff || ahead) {
		q.schedule(&e.Message, start, now)
		if e.Error != nil && !e.held() {
			e.Error.RetryAt = e.Due
		}
		changed = true
	}
	return changed
}
