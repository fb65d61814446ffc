package queue

import (
	"context"
	"errors"
	"strings"
	"time"

	"goniec/clock"
	"goniec/store"
)

const (
	// tendTogether bounds the records of one transaction of Tend.
	tendTogether = 50
	// tendWithin is the greatest time that Tend returns until its next call.
	tendWithin = time.Minute
)

// Tend does the work that is due by time alone: it expires messages, ends leases, decides
// about uncertain parts, holds messages in quiet hours and releases them afterwards, and
// removes records that are kept for a limited time. next is when Tend has to be called
// again, within a minute. Tend may be called earlier, and on several boxes.
func (q *Queue) Tend(ctx context.Context) (next time.Time, err error) {
	defer store.Wrap(&err, "tend")
	if err := q.clock.Watch(ctx); err != nil {
		return time.Time{}, err
	}
	now := q.now()
	due := TicksUntil(now)
	due.Together = tendTogether
	err = store.WalkEach(ctx, q.store, due, func(tx store.Tx, tick store.Pair) (string, error) {
		return (&work{queue: q, tx: tx, now: now}).tend(tick.Key)
	}, func(broken string) { q.logBroken(ctx, broken) })
	if err != nil {
		return time.Time{}, err
	}
	if err := q.endLeases(ctx); err != nil {
		return time.Time{}, err
	}
	if err := q.holdWaiting(ctx); err != nil {
		return time.Time{}, err
	}
	return q.nextTick(ctx, now)
}

// endLeases makes parts uncertain that have been in flight for longer than their lease.
func (q *Queue) endLeases(ctx context.Context) error {
	messages, err := store.View(ctx, q.store, inFlight)
	if err != nil {
		return err
	}
	for i := range messages {
		if messages[i].leaseEnd().After(q.now()) {
			continue
		}
		t, err := store.Update(ctx, q.store, func(tx store.Tx) (leaseResult, error) {
			return q.work(tx).endLease(messages[i].ID)
		})
		if err != nil {
			return err
		}
		if t.uncertain {
			q.meter.uncertain.Inc()
			q.log.WarnContext(ctx, "attempts were not recorded in time and are uncertain", "messages", 1)
		}
		q.logBroken(ctx, t.broken)
	}
	return nil
}

// endLease makes the part of message id that is in flight uncertain, if its lease has
// ended.
func (w *work) endLease(id string) (leaseResult, error) {
	e, ok, err := store.Readable(w.load(id))
	if !ok || e.leaseEnd().After(w.now) { // removed meanwhile, or prolonged
		return leaseResult{}, err
	}
	err = w.abandon(e, CodeLease, "the worker did not tell what became of it in time")
	if errors.Is(err, ErrMove) {
		return leaseResult{broken: err.Error()}, nil
	}
	return leaseResult{uncertain: true}, err
}

// leaseEnd returns the end of the lease of the part of m that is in flight; far in the
// future if no part is.
func (m *Message) leaseEnd() time.Time {
	for i := range m.Parts {
		if m.Parts[i].Status == PartInFlight {
			return m.Parts[i].Until
		}
	}
	return time.Unix(1<<40, 0)
}

// leaseResult is the result of endLease.
type leaseResult struct {
	uncertain bool   // the lease has ended
	broken    string // why the message was passed over
}

// tend does the work of a tick that is due. broken says why its record was passed over.
func (w *work) tend(key string) (broken string, err error) {
	err = w.tendOne(key)
	if stuck(err) {
		broken = err.Error()
	}
	switch {
	case store.Unreadable(err):
		err = w.tx.Delete(key)
	case stuck(err):
		err = nil // the tick stays for the next call
	}
	return broken, err
}

// tendOne does the work of the tick stored under key. It reads the record again, since
// another box may have changed the record after the scan.
func (w *work) tendOne(key string) error {
	target := TickTarget(key)
	switch {
	case strings.HasPrefix(target, messageSpace):
		id := strings.TrimPrefix(target, messageSpace)
		e, err := w.load(id)
		if err != nil {
			return err
		}
		if at := e.tick(); at.IsZero() || at.After(w.now) {
			return nil
		}
		return w.tendMessage(e)
	case strings.HasPrefix(target, idemSpace), strings.HasPrefix(target, orphanSpace): // kept until the tick
		if trust, err := w.queue.clock.TrustIn(w.tx, w.now); err != nil || !trust.Believed {
			return err
		}
		return store.Delete(w.tx, target, key)
	default: // a record of another package
		return nil
	}
}

// tendMessage does the work of a message whose tick is due.
func (w *work) tendMessage(e *entry) error {
	for i := range e.Parts {
		p := &e.Parts[i]
		switch {
		case p.Status == PartInFlight:
			return nil // endLeases deals with it
		case p.Status == PartUncertain && !p.Until.IsZero() && e.ExpiresAt.After(w.now):
			return w.decide(e, i)
		}
	}
	if !e.ExpiresAt.After(w.now) {
		return w.expireOrPostpone(e)
	}
	if e.claimable() && !e.Due.After(w.now) {
		w.schedule(&e.Message, e.Due)
	}
	if err := w.tendSIM(e); err != nil {
		return err
	}
	return w.saveUpdated(e)
}

// holdWaiting holds, in quiet hours, the messages that are due, so that their status and
// Error show the reason. Claim does not depend on holdWaiting: it passes over the lanes of
// these messages.
func (q *Queue) holdWaiting(ctx context.Context) error {
	now := q.now()
	if !q.quietEnd(now).After(now) {
		return nil
	}
	routes, err := store.View(ctx, q.store, func(r store.Reader) ([]string, error) { return store.Children(r, dueSpace) })
	if err != nil {
		return err
	}
	for _, lane := range lanesOf(routes) {
		if !lane.quiet {
			continue
		}
		in := store.Range{From: lane.prefix, To: lane.prefix + store.TimeSegment(now.Add(time.Millisecond)), Together: tendTogether}
		hold := func(tx store.Tx, p store.Pair) (string, error) { return q.work(tx).hold(p.Key, lane.prefix) }
		if err := store.WalkEach(ctx, q.store, in, hold, func(broken string) { q.logBroken(ctx, broken) }); err != nil {
			return err
		}
	}
	return nil
}

// hold holds the message of a key of a lane. broken says why the message was passed over.
func (w *work) hold(key, prefix string) (broken string, err error) {
	err = w.holdOne(key, prefix)
	switch {
	case errors.Is(err, ErrMove):
		return err.Error(), nil
	case store.Unreadable(err): // Claim logs a damaged message and removes its key
		return "", nil
	}
	return "", err
}

func (w *work) holdOne(key, prefix string) error {
	t, err := parseTimedID(key, prefix)
	if err != nil {
		return err
	}
	e, err := w.load(t.id)
	if err != nil {
		return err
	}
	w.schedule(&e.Message, e.Due)
	return w.saveUpdated(e)
}

// nextTick returns when the next tick after done is due, or tendWithin from now if that is
// earlier. Ticks before done that were passed over wait for the next call.
func (q *Queue) nextTick(ctx context.Context, done time.Time) (time.Time, error) {
	latest := q.now().Add(tendWithin)
	return store.View(ctx, q.store, func(r store.Reader) (time.Time, error) {
		from := tickSpace + store.TimeSegment(done.Add(time.Millisecond))
		pairs, err := r.Scan(from, store.PrefixEnd(tickSpace), 1)
		if err != nil || len(pairs) == 0 {
			return latest, err
		}
		at, _, _ := strings.Cut(strings.TrimPrefix(pairs[0].Key, tickSpace), "/")
		first, err := store.ParseTime(at)
		if err != nil {
			return latest, err
		}
		messages, err := inFlight(r)
		for i := range messages {
			first = clock.Earlier(first, messages[i].leaseEnd())
		}
		return clock.Earlier(first, latest), err
	})
}
