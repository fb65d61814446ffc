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
func (w *work) putOff(e *entry) error {
	w.schedule(&e.Message, store.Milliseconds(w.now.Add(putOffFor)))
	if e.Error == nil {
		e.Error = &Problem{Code: CodeClock, Detail: "held until something confirms the clock of this machine", RetryAt: e.Due}
	}
	return w.keep(e)
}

// expireOrPostpone deals with a message whose time is over, and saves it: it expires,
// unless the time is not believed.
func (w *work) expireOrPostpone(e *entry) error {
	trust, err := w.queue.clock.TrustIn(w.tx, w.now)
	switch {
	case err != nil:
		return err
	case e.Timeless:
		e.ExpiresAt, e.Timeless = store.Milliseconds(w.now.Add(w.queue.config.Validity)), !trust.Believed
	case trust.Believed:
		return w.expire(e)
	case w.fresh(e):
		e.ExpiresAt = w.now.Add(e.ExpiresAt.Sub(e.CreatedAt))
	case e.restored():
		e.ExpiresAt = store.Milliseconds(w.now.Add(clock.Probation))
	case e.claimable():
		w.schedule(&e.Message, store.Milliseconds(w.now.Add(clock.Probation)))
	}
	return w.keep(e)
}

// fresh reports whether the time of e cannot be over, whatever the clock says: it
// was taken by this process, which has not run for as long as e is valid.
func (w *work) fresh(e *entry) bool {
	valid := e.ExpiresAt.Sub(e.CreatedAt)
	return !e.CreatedAt.Before(store.Milliseconds(w.queue.born)) && valid <= w.queue.config.Validity && time.Since(w.queue.born) < valid
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
		w := &work{queue: q, tx: tx, now: now}
		e, err := w.load(id)
		if err == nil && w.bringForward(e) {
			err = w.keep(e)
		}
		if stuck(err) {
			return nil // Tend says so
		}
		return err
	})
}

// bringForward moves the times of e that no clock which shows now can have given,
// and reports whether there were any.
func (w *work) bringForward(e *entry) bool {
	changed := false
	for i := range e.Parts {
		longest := w.queue.config.UncertainWait
		if e.Parts[i].Status == PartInFlight {
			longest = w.queue.config.Lease
		}
		if e.Parts[i].Until.After(w.now.Add(longest)) {
			e.Parts[i].Until, changed = store.Milliseconds(w.now.Add(longest)), true
		}
	}
	if e.CreatedAt.After(w.now.Add(clock.Back)) && e.SendAt.IsZero() && e.ExpiresAt.After(e.CreatedAt) {
		e.ExpiresAt, changed = w.now.Add(e.ExpiresAt.Sub(e.CreatedAt)), true
	}
	start := clock.Later(e.SendAt, w.now)
	last := start.Add(farAhead)
	if e.obeysQuietHours() {
		last = w.queue.quietEnd(last)
	}
	putOff := e.Error != nil && e.Error.Code == CodeClock
	ahead := e.Due.After(last) || e.CreatedAt.After(w.now.Add(clock.Back)) && e.Due.After(start)
	if e.claimable() && !e.restored() && (putOff || ahead) {
		w.schedule(&e.Message, start)
		if e.Error != nil && !e.held() {
			e.Error.RetryAt = e.Due
		}
		changed = true
	}
	return changed
}
