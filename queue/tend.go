package queue

import (
	"context"
	"fmt"
	"strings"
	"time"

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
// begin or end, inbound messages of which a part does not come, records that are
// kept for a time. It returns when it wants to be called again, at the latest
// after a minute; calling it more often, or on several boxes, does no harm.
func (q *Queue) Tend(ctx context.Context) (next time.Time, err error) {
	from := tickSpace
	for {
		pass, err := store.Update(ctx, q.store, func(tx store.Tx) (tended, error) { return q.tend(tx, from, q.now()) })
		if err != nil {
			return time.Time{}, fmt.Errorf("tend: %w", err)
		}
		pass.log(ctx, q)
		if from = pass.resume; from == "" {
			break
		}
	}
	if err := q.holdWaiting(ctx); err != nil {
		return time.Time{}, fmt.Errorf("tend: %w", err)
	}
	return q.nextTick(ctx)
}

// tended is what one pass over the ticks came to.
type tended struct {
	resume    string   // where the next pass goes on, empty: nowhere
	uncertain int      // leases that ran out
	broken    []string // what cannot be read
}

func (t tended) log(ctx context.Context, q *Queue) {
	q.meter.uncertain.Add(float64(t.uncertain))
	if t.uncertain > 0 {
		q.log.WarnContext(ctx, "attempts were not recorded in time and are uncertain", "messages", t.uncertain)
	}
	q.logBroken(ctx, t.broken)
}

// tend deals with the first ticks from a key on that have come.
func (q *Queue) tend(tx store.Tx, from string, now time.Time) (tended, error) {
	var t tended
	pairs, err := tx.Scan(from, tickSpace+timeSegment(now.Add(time.Millisecond)), tendTogether)
	if err != nil {
		return t, err
	}
	for _, pair := range pairs {
		uncertain, err := q.tendOne(tx, pair.Key, now)
		if unreadable(err) {
			t.broken = append(t.broken, err.Error())
			err = tx.Delete(pair.Key)
		}
		if err != nil {
			return t, err
		}
		t.uncertain += uncertain
	}
	if len(pairs) == tendTogether {
		t.resume = pairs[len(pairs)-1].Key + "\x00"
	}
	return t, nil
}

// tendOne deals with the record that a tick points to. A record whose tick is
// not due is left alone: on a cluster a scan is but a hint.
func (q *Queue) tendOne(tx store.Tx, key string, now time.Time) (uncertain int, err error) {
	_, target, _ := strings.Cut(strings.TrimPrefix(key, tickSpace), "/")
	switch {
	case strings.HasPrefix(target, messageSpace):
		id := strings.TrimPrefix(target, messageSpace)
		e, err := q.load(tx, id)
		if err != nil {
			return 0, err
		}
		if at := e.tick(); at.IsZero() || at.After(now) {
			return 0, nil
		}
		return q.tendMessage(tx, e, now)
	case strings.HasPrefix(target, groupSpace):
		return 0, q.tendGroup(tx, key, target)
	default: // kept for a time, which is over
		if err := tx.Delete(target); err != nil {
			return 0, err
		}
		return 0, tx.Delete(key)
	}
}

// tendMessage deals with a message whose tick has come.
func (q *Queue) tendMessage(tx store.Tx, e *entry, now time.Time) (uncertain int, err error) {
	for i := range e.Parts {
		p := &e.Parts[i]
		switch {
		case p.Status == PartInFlight:
			return 1, q.abandon(tx, e, CodeLease, "the worker did not tell what became of it in time", now)
		case p.Status == PartUncertain && !p.Until.IsZero():
			return 0, q.decide(tx, e, i, now)
		}
	}
	if !e.ExpiresAt.After(now) {
		return 0, q.expire(tx, e, now)
	}
	if e.claimable() && !e.Due.After(now) {
		q.schedule(&e.Message, e.Due, now)
	}
	return 0, q.keep(tx, e, now)
}

// holdWaiting holds, while it is quiet, the messages that were due and have not
// left, so that whoever looks sees why and until when. Claim does not depend on
// it: it passes over their lanes by itself.
func (q *Queue) holdWaiting(ctx context.Context) error {
	now := q.now()
	if !q.quiet.end(now).After(now) {
		return nil
	}
	for {
		n, err := store.Update(ctx, q.store, func(tx store.Tx) (int, error) { return q.hold(tx, q.now()) })
		if err != nil || n < tendTogether {
			return err
		}
	}
}

// hold holds up to tendTogether messages and returns how many.
func (q *Queue) hold(tx store.Tx, now time.Time) (held int, err error) {
	if !q.quiet.end(now).After(now) {
		return 0, nil
	}
	routes, err := routesIn(tx)
	if err != nil {
		return 0, err
	}
	for _, route := range routes {
		for _, lane := range quietLanes() {
			prefix := lanePrefix(route, lane)
			pairs, err := tx.Scan(prefix, prefix+timeSegment(now.Add(time.Millisecond)), tendTogether-held)
			if err != nil {
				return 0, err
			}
			for _, pair := range pairs {
				t, err := parseTimedID(pair.Key, prefix)
				if err != nil {
					return 0, err
				}
				e, err := q.load(tx, t.id)
				if unreadable(err) {
					continue // Claim takes it out of the queue, and says so
				}
				if err != nil {
					return 0, err
				}
				q.schedule(&e.Message, e.Due, now)
				if err := q.keep(tx, e, now); err != nil {
					return 0, err
				}
			}
			if held += len(pairs); held >= tendTogether {
				return held, nil
			}
		}
	}
	return held, nil
}

func quietLanes() []string {
	var quiet []string
	for _, lanes := range lanes() {
		for _, lane := range lanes {
			if strings.HasSuffix(lane, quietSuffix) {
				quiet = append(quiet, lane)
			}
		}
	}
	return quiet
}

// routesIn returns every route by which something waits, by leaping from one to
// the next.
func routesIn(r store.Reader) ([]string, error) {
	from, to := span(dueSpace)
	var routes []string
	for {
		pairs, err := r.Scan(from, to, 1)
		if err != nil || len(pairs) == 0 {
			return routes, err
		}
		route, _, _ := strings.Cut(strings.TrimPrefix(pairs[0].Key, dueSpace), "/")
		routes = append(routes, route)
		from = store.PrefixEnd(dueSpace + route + "/")
	}
}

// nextTick returns when the next tick comes, at the latest tendWithin from now.
func (q *Queue) nextTick(ctx context.Context) (time.Time, error) {
	latest := q.now().Add(tendWithin)
	next, err := store.View(ctx, q.store, func(r store.Reader) (time.Time, error) {
		from, to := span(tickSpace)
		pairs, err := r.Scan(from, to, 1)
		if err != nil || len(pairs) == 0 {
			return latest, err
		}
		at, _, _ := strings.Cut(strings.TrimPrefix(pairs[0].Key, tickSpace), "/")
		return parseTime(at)
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("tend: %w", err)
	}
	if next.After(latest) {
		return latest, nil
	}
	return next, nil
}
