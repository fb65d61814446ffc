package queue

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"goniec/clock"
	"goniec/store"
)

const (
	// tendTogether bounds the records of one transaction of Tend.
	tendTogether = 50
	// tendWithin is the longest time between two calls of Tend.
	tendWithin = time.Minute
)

// Tend does what has become due by time alone: messages that expire, leases that
// have run out, uncertain parts that policy has to decide about, quiet hours that
// begin or end, records that are kept for a time. It returns when it wants to be called
// again, at the latest after a minute; calling it more often, or on several boxes, does
// no harm.
func (q *Queue) Tend(ctx context.Context) (next time.Time, err error) {
	if err := q.clock.Watch(ctx); err != nil {
		return time.Time{}, fmt.Errorf("tend: %w", err)
	}
	now := q.now()
	due := TicksUntil(now)
	due.Together = tendTogether
	err = store.WalkEach(ctx, q.store, due, func(tx store.Tx, tick store.Pair) (string, error) {
		return (&work{queue: q, tx: tx, now: now}).tend(tick.Key)
	}, q.brokenTo(ctx))
	if err != nil {
		return time.Time{}, fmt.Errorf("tend: %w", err)
	}
	if err := q.endLeases(ctx); err != nil {
		return time.Time{}, fmt.Errorf("tend: %w", err)
	}
	if err := q.holdWaiting(ctx); err != nil {
		return time.Time{}, fmt.Errorf("tend: %w", err)
	}
	return q.nextTick(ctx, now)
}

// endLeases makes uncertain what a worker has had in flight for too long.
func (q *Queue) endLeases(ctx context.Context) error {
	messages, err := store.View(ctx, q.store, inFlight)
	if err != nil {
		return err
	}
	for i := range messages {
		if messages[i].leaseEnd().After(q.now()) {
			continue
		}
		t, err := store.Update(ctx, q.store, func(tx store.Tx) (tended, error) {
			return q.work(tx).endLease(messages[i].ID)
		})
		if err != nil {
			return err
		}
		if t.uncertain {
			q.meter.uncertain.Inc()
			q.log.WarnContext(ctx, "attempts were not recorded in time and are uncertain", "messages", 1)
		}
		q.brokenTo(ctx)(t.broken)
	}
	return nil
}

// endLease makes the part of message id that is in flight uncertain, if its lease
// has run out.
func (w *work) endLease(id string) (tended, error) {
	e, err := w.load(id)
	if store.Unreadable(err) {
		return tended{}, nil // removed meanwhile
	}
	if err != nil || e.leaseEnd().After(w.now) {
		return tended{}, err
	}
	err = w.abandon(e, CodeLease, "the worker did not tell what became of it in time")
	if errors.Is(err, ErrMove) {
		return tended{broken: err.Error()}, nil
	}
	return tended{uncertain: true}, err
}

// leaseEnd returns until when the worker that has a part of m in flight may take;
// far in the future if there is none.
func (m *Message) leaseEnd() time.Time {
	for i := range m.Parts {
		if m.Parts[i].Status == PartInFlight {
			return m.Parts[i].Until
		}
	}
	return time.Unix(1<<40, 0)
}

// tended is what came of one lease.
type tended struct {
	uncertain bool   // it has run out
	broken    string // what cannot be read
}

// brokenTo returns what logs why a record had to be passed over; empty: it was not.
func (q *Queue) brokenTo(ctx context.Context) func(reason string) {
	return func(reason string) {
		if reason != "" {
			q.logBroken(ctx, []string{reason})
		}
	}
}

// tend deals with a tick that has come, and says why if its record does not get
// further.
func (w *work) tend(key string) (broken string, err error) {
	err = w.tendOne(key)
	if stuck(err) {
		broken = err.Error()
	}
	switch {
	case store.Unreadable(err):
		err = w.tx.Delete(key)
	case stuck(err):
		err = nil // it is looked at again next time
	}
	return broken, err
}

// tendOne deals with the record that a tick points to. A record whose tick is
// not due is left alone: on a cluster a scan is but a hint.
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
	case strings.HasPrefix(target, idemSpace), strings.HasPrefix(target, orphanSpace): // kept for a time, which is over
		if trust, err := w.queue.clock.TrustIn(w.tx, w.now); err != nil || !trust.Believed {
			return err
		}
		if err := w.tx.Delete(target); err != nil {
			return err
		}
		return w.tx.Delete(key)
	default: // of another package
		return nil
	}
}

// tendMessage deals with a message whose tick has come.
func (w *work) tendMessage(e *entry) error {
	for i := range e.Parts {
		p := &e.Parts[i]
		switch {
		case p.Status == PartInFlight:
			return nil // its lease ends in this call of Tend
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
	return w.keep(e)
}

// holdWaiting holds, while it is quiet, the messages that were due and have not
// left, so that whoever looks sees why and until when. Claim does not depend on
// it: it passes over their lanes by itself.
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
		if err := store.WalkEach(ctx, q.store, in, hold, q.brokenTo(ctx)); err != nil {
			return err
		}
	}
	return nil
}

// hold holds a message of a lane, and says why if it does not get further.
func (w *work) hold(key, prefix string) (broken string, err error) {
	err = w.holdOne(key, prefix)
	switch {
	case errors.Is(err, ErrMove):
		return err.Error(), nil
	case store.Unreadable(err): // Claim takes those out of the queue, and says so
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
	return w.keep(e)
}

// nextTick returns when the next tick after done comes, at the latest tendWithin
// from now. Those before it that were passed over wait for the next time.
func (q *Queue) nextTick(ctx context.Context, done time.Time) (time.Time, error) {
	latest := q.now().Add(tendWithin)
	next, err := store.View(ctx, q.store, func(r store.Reader) (time.Time, error) {
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
		messages, err := inFlight(r) // which have ticks as well
		for i := range messages {
			first = clock.Earlier(first, messages[i].leaseEnd())
		}
		return clock.Earlier(first, latest), err
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("tend: %w", err)
	}
	return next, nil
}
