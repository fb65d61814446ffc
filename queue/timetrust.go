package queue

import (
	"context"
	"strings"
	"time"

	"goniec/clock"
	"goniec/store"
)

// This file holds what a clock that is not believed, see package clock, means for
// messages.

const (
	// farAhead is longer than any back-off after a failure.
	farAhead = 24 * time.Hour
	// withheldAgain is after what time a worker looks again at lanes that obey quiet
	// hours, while the clock is unconfirmed.
	withheldAgain = 15 * time.Second
	// clockHold is how long a message is held for the clock at a time. When the clock is
	// believed the message becomes due at once.
	clockHold = 10 * time.Minute
)

// holdForClock holds a message with SendAt while the clock is unconfirmed.
func (w *work) holdForClock(e *entry) error {
	w.schedule(&e.Message, store.Milliseconds(w.now.Add(clockHold)))
	if e.Error == nil {
		e.Error = &Problem{Code: CodeClock, Detail: "held until something confirms the clock of this machine", RetryAt: e.Due}
	}
	return w.saveUpdated(e)
}

// expireOrPostpone expires a message whose ExpiresAt has passed, or postpones ExpiresAt or
// Due while the clock is not believed, and saves the message.
func (w *work) expireOrPostpone(e *entry) error {
	trust, err := w.queue.clock.TrustIn(w.tx, w.now)
	switch {
	case err != nil:
		return err
	case e.Timeless:
		e.ExpiresAt, e.Timeless = store.Milliseconds(w.now.Add(w.queue.config.Validity)), !trust.Believed
	case trust.Believed:
		return w.expire(e)
	case w.cannotHaveExpired(e):
		e.ExpiresAt = w.now.Add(e.ExpiresAt.Sub(e.CreatedAt))
	case e.restored():
		e.ExpiresAt = store.Milliseconds(w.now.Add(clock.Probation))
	case e.claimable():
		w.schedule(&e.Message, store.Milliseconds(w.now.Add(clock.Probation)))
	}
	return w.saveUpdated(e)
}

// cannotHaveExpired reports whether e was taken by this process and this process has run
// for less than the validity of e. Then e has not expired, even if the clock says so.
func (w *work) cannotHaveExpired(e *entry) bool {
	valid := e.ExpiresAt.Sub(e.CreatedAt)
	return !e.CreatedAt.Before(store.Milliseconds(w.queue.started)) && valid <= w.queue.config.Validity && time.Since(w.queue.started) < valid
}

// bringAllForward calls bringForward for every message that has not ended, when the clock
// is believed again.
func (q *Queue) bringAllForward(ctx context.Context, now time.Time) error {
	return store.Walk(ctx, q.store, store.Prefix(tickSpace), func(tx store.Tx, pair store.Pair) error {
		target := TickTarget(pair.Key)
		id, found := strings.CutPrefix(target, messageSpace)
		if !found {
			return nil
		}
		w := &work{queue: q, tx: tx, now: now}
		e, err := w.load(id)
		if err == nil && w.bringForward(e) {
			err = w.saveUpdated(e)
		}
		if stuck(err) {
			return nil // Tend logs it
		}
		return err
	})
}

// bringForward corrects the times of e that lie so far ahead of now that the clock was
// ahead when they were set, and reports whether there were any.
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
	awaitsClock := e.Error != nil && e.Error.Code == CodeClock
	ahead := e.Due.After(last) || e.CreatedAt.After(w.now.Add(clock.Back)) && e.Due.After(start)
	if e.claimable() && !e.restored() && (awaitsClock || ahead) {
		w.schedule(&e.Message, start)
		if e.Error != nil && !e.held() {
			e.Error.RetryAt = e.Due
		}
		changed = true
	}
	return changed
}
