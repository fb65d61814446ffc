package queue

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"goniec/store"
)

// A box may have no clock of its own: it starts in the year of its making, or with
// the time it was switched off at, and is set right by the network some time
// later; or its clock is far ahead. Nothing ends for a reason like that: a time
// that does not follow from the one before is not believed, see trust.go.

const (
	// clockForward is how far ahead of the last time known the clock may be:
	// a box may be switched off over a long weekend.
	clockForward = 3 * 24 * time.Hour
	// clockBack is how far behind it the clock may be.
	clockBack = time.Hour
	// clockProbation is how long another time has to run on to be believed, where
	// nothing is asked to confirm it.
	clockProbation = 15 * time.Minute
	// clockNoted is how exactly the last time known is kept.
	clockNoted = time.Minute
	// farAhead is how much later than it may first go no message is due because
	// of a failure.
	farAhead = 24 * time.Hour
)

// clock is the value of clock/<box>: what the box takes for the time.
type clock struct {
	Known time.Time `json:"at"`             // the last time believed
	Since time.Time `json:"since,omitzero"` // when another time, which is not believed, began; zero: none has
	Seen  time.Time `json:"seen,omitzero"`  // and how far that has got
	// Boot is the run of the machine in which By agreed that it was Known, when
	// the machine had run for Up.
	Boot string        `json:"boot,omitempty"`
	Up   time.Duration `json:"up,omitempty"`
	By   TimeSource    `json:"by,omitempty"`
}

func (c clock) doubted() bool { return !c.Since.IsZero() }

// follows reports whether now can come after last.
func follows(last, now time.Time) bool {
	return now.Sub(last) > -clockBack && now.Sub(last) < clockForward
}

// look returns what is to be believed when the clock shows now.
func (q *Queue) look(c clock, now time.Time) clock {
	if q.config.Boot.ID == "" {
		return c.follow(now)
	}
	return q.demand(c, now)
}

// follow returns what is to be believed by the course of the time alone.
func (c clock) follow(now time.Time) clock {
	switch {
	case c.Known.IsZero(), follows(c.Known, now):
		return clock{Known: now}
	case !c.doubted(), !follows(c.Seen, now), now.Before(c.Since):
		return clock{Known: c.Known, Since: now, Seen: now}
	case now.Sub(c.Since) >= clockProbation:
		return clock{Known: now}
	default:
		return clock{Known: c.Known, Since: c.Since, Seen: now}
	}
}

func (q *Queue) readClock(r store.Reader) (clock, error) {
	c, _, err := store.GetJSON[clock](r, clockKey(q.config.Box))
	if errors.Is(err, store.ErrRecord) {
		return clock{}, nil
	}
	return c, err
}

// doubts reports whether the clock, which shows now, is not believed.
func (q *Queue) doubts(r store.Reader, now time.Time) (bool, error) {
	c, err := q.readClock(r)
	return q.look(c, now).doubted(), err
}

// watchClock notes what the clock shows, at most once in clockNoted, and puts
// right what was reckoned by a clock that was ahead once that is known.
func (q *Queue) watchClock(ctx context.Context) error {
	now := q.now()
	before, err := store.View(ctx, q.store, q.readClock)
	if err != nil {
		return err
	}
	after := q.look(before, now)
	noted := before.Known
	if before.doubted() {
		noted = before.Seen
	}
	if after.Since.Equal(before.Since) && after.By == before.By && now.Sub(noted).Abs() < clockNoted {
		return nil
	}
	return q.noteClock(ctx, before, after, now)
}

// noteClock writes down what is now believed of the clock, puts right what was
// reckoned by one that was ahead, and tells of a change.
func (q *Queue) noteClock(ctx context.Context, before, after clock, now time.Time) error {
	if before.doubted() && !after.doubted() { // meanwhile it may have been anything
		if err := q.setBack(ctx, now); err != nil {
			return fmt.Errorf("put right what was reckoned by a clock ahead: %w", err)
		}
	}
	err := q.store.Update(ctx, func(tx store.Tx) error { return store.PutJSON(tx, clockKey(q.config.Box), after) })
	switch {
	case err != nil:
		return err
	case after.doubted() && !after.Since.Equal(before.Since) && q.config.Boot.ID == "":
		q.log.WarnContext(ctx, "clock has jumped and is not believed yet: nothing expires and nothing is removed meanwhile",
			"was", before.Known, "is", now, "believed_after", clockProbation)
	case after.doubted() && !after.Since.Equal(before.Since):
		q.log.InfoContext(ctx, "nothing confirms the clock yet: what has a time to keep waits until the network, a time server or a service centre agrees",
			"was", before.Known, "is", now)
	case before.doubted() && !after.doubted():
		q.log.InfoContext(ctx, "clock is believed", "is", now, "by", after.By)
	}
	return nil
}

// outlived deals with a message whose time is over, and saves it: it expires, unless
// the clock is not believed.
func (q *Queue) outlived(tx store.Tx, e *entry, now time.Time) error {
	doubted, err := q.doubts(tx, now)
	switch {
	case err != nil:
		return err
	case e.Timeless:
		e.ExpiresAt, e.Timeless = store.Milliseconds(now.Add(q.config.Validity)), doubted
	case !doubted:
		return q.expire(tx, e, now)
	case q.fresh(e):
		e.ExpiresAt = now.Add(e.ExpiresAt.Sub(e.CreatedAt))
	case e.restored():
		e.ExpiresAt = store.Milliseconds(now.Add(clockProbation))
	case e.claimable():
		q.schedule(&e.Message, store.Milliseconds(now.Add(clockProbation)), now)
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
		_, target, _ := strings.Cut(strings.TrimPrefix(pair.Key, tickSpace), "/")
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
	if e.CreatedAt.After(now.Add(clockBack)) && e.SendAt.IsZero() && e.ExpiresAt.After(e.CreatedAt) {
		e.ExpiresAt, changed = now.Add(e.ExpiresAt.Sub(e.CreatedAt)), true
	}
	start := later(e.SendAt, now)
	last := start.Add(farAhead)
	if e.quietable() {
		last = q.quietEnd(last)
	}
	putOff := e.Error != nil && e.Error.Code == CodeClock
	ahead := e.Due.After(last) || e.CreatedAt.After(now.Add(clockBack)) && e.Due.After(start)
	if e.claimable() && !e.restored() && (putOff || ahead) {
		q.schedule(&e.Message, start, now)
		if e.Error != nil && !e.held() {
			e.Error.RetryAt = e.Due
		}
		changed = true
	}
	return changed
}
