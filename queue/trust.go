package queue

import (
	"context"
	"fmt"
	"time"

	"goniec/store"
)

// A small board without a battery forgets the time in a power cut. It comes back
// with that of its last shutdown, or with 1970, and sends reminders at three in the
// morning. So where Config.Boot is set a clock counts for nothing in a run of the
// machine until something else agrees with it, and again when it has been set
// meanwhile. Until then what has a time to keep is withheld: see withholds.

// TimeSource is something that knows the time without this machine's clock.
type TimeSource string

// The sources.
const (
	TimeServer  TimeSource = "time_server"    // the system's clock is synchronised, by NTP
	TimeBattery TimeSource = "battery"        // a hardware clock that runs on without power
	TimeNetwork TimeSource = "network"        // the mobile network, as a modem tells it
	TimeCentre  TimeSource = "service_centre" // the time stamp of a report on what has just been sent
	TimePerson  TimeSource = "person"         // somebody has looked at it
)

// Boot is one run of the machine. The zero value means that the clock needs nobody
// to confirm it.
type Boot struct {
	ID string // of this run
	// Uptime returns how long it has lasted, by a clock that nobody sets.
	Uptime func() time.Duration
	// Earliest is before any time that can be right: when the program was made.
	Earliest time.Time
}

// ClockAgrees is how far two clocks that agree may be apart. A modem may have taken a
// minute to pass a time on.
const ClockAgrees = 2 * time.Minute

const (
	// withheldAgain is when a worker looks again at lanes that are withheld, and
	// putOffFor when a message that was put off is, though belief brings it forward.
	withheldAgain = 15 * time.Second
	putOffFor     = 10 * time.Minute
)

// confirmed reports whether something has agreed with the clock in this run of the
// machine, and nobody has set it since.
func (q *Queue) confirmed(c clock, now time.Time) bool {
	run := now.Sub(c.Known) - (q.config.Boot.Uptime() - c.Up)
	return c.By != "" && c.Boot == q.config.Boot.ID && run.Abs() <= ClockAgrees
}

// demand returns what is to be believed when the clock shows now and has to be
// confirmed.
func (q *Queue) demand(c clock, now time.Time) clock {
	if q.confirmed(c, now) {
		c.Known, c.Up = now, q.config.Boot.Uptime()
		return c
	}
	doubt := clock{Known: c.Known, Since: c.Since, Seen: now}
	if doubt.Since.IsZero() {
		doubt.Since = now
	}
	return doubt
}

// ConfirmTime says that a source of time shows theirs now. The clock is believed from
// then on if it agrees, and if a battery that may be flat does not take it back in
// time. agrees is whether it is believed. Without Config.Boot nothing happens.
func (q *Queue) ConfirmTime(ctx context.Context, by TimeSource, theirs time.Time) (agrees bool, err error) {
	now := q.now()
	if q.config.Boot.ID == "" {
		return true, nil
	}
	before, err := store.View(ctx, q.store, q.readClock)
	if err != nil {
		return false, fmt.Errorf("confirm the clock: %w", err)
	}
	switch {
	case q.confirmed(before, now) && !before.doubted():
		return true, nil
	case theirs.Sub(now).Abs() > ClockAgrees:
		q.disagree(ctx, before, by, theirs, now)
		return false, nil
	case now.Before(q.config.Boot.Earliest), by == TimeBattery && now.Before(before.Known.Add(-clockBack)):
		return false, nil
	}
	after := clock{Known: now, Boot: q.config.Boot.ID, Up: q.config.Boot.Uptime(), By: by}
	if err := q.noteClock(ctx, before, after, now); err != nil {
		return false, fmt.Errorf("confirm the clock: %w", err)
	}
	q.disagreement.Store(nil)
	return true, nil
}

// Disagreement is a source of time that shows something else than the clock.
type Disagreement struct {
	Source TimeSource
	Ahead  time.Duration // of the clock; negative if it is behind
}

// disagree keeps for ClockTrust that a source does not agree. One that does not know
// the time either says nothing: a modem that has not heard it from the network shows
// the year it was made in.
func (q *Queue) disagree(ctx context.Context, c clock, by TimeSource, theirs, now time.Time) {
	if theirs.Before(q.config.Boot.Earliest) || theirs.Before(c.Known.Add(-clockBack)) {
		return
	}
	d := &Disagreement{Source: by, Ahead: now.Sub(theirs).Round(time.Second)}
	if last := q.disagreement.Swap(d); last == nil || last.Source != by || (last.Ahead-d.Ahead).Abs() > ClockAgrees {
		q.log.WarnContext(ctx, "clock of this machine is wrong by what another says", "source", by, "is", now, "should_be", theirs)
	}
}

// Trust is what is known of the clock.
type Trust struct {
	Believed bool
	By       TimeSource    // what confirmed it; empty: nothing had to
	Since    time.Time     // when it began not to be believed, by the clock itself
	Other    *Disagreement // what shows another time; nil: nothing
}

// ClockTrust returns whether the clock is believed and why.
func (q *Queue) ClockTrust(ctx context.Context) (Trust, error) {
	c, err := store.View(ctx, q.store, q.readClock)
	if err != nil {
		return Trust{}, fmt.Errorf("look at the clock: %w", err)
	}
	c = q.look(c, q.now())
	t := Trust{Believed: !c.doubted(), By: c.By, Since: c.Since}
	if c.doubted() {
		t.Other = q.disagreement.Load()
	}
	return t, nil
}

// withholds reports whether messages that quiet hours may hold, and those with a
// send_at, have to wait because nobody knows what time it is.
func (q *Queue) withholds(r store.Reader, now time.Time) (bool, error) {
	if q.config.Boot.ID == "" {
		return false, nil
	}
	return q.doubts(r, now)
}

// timeless reports whether now is a time that nothing has confirmed.
func (q *Queue) timeless(ctx context.Context, now time.Time) (bool, error) {
	if q.config.Boot.ID == "" {
		return false, nil
	}
	return store.View(ctx, q.store, func(r store.Reader) (bool, error) { return q.withholds(r, now) })
}

// putOff makes a message with a send_at wait until the clock is believed.
func (q *Queue) putOff(tx store.Tx, e *entry, now time.Time) error {
	q.schedule(&e.Message, store.Milliseconds(now.Add(putOffFor)), now)
	if e.Error == nil {
		e.Error = &Problem{Code: CodeClock, Detail: "held until something confirms the clock of this machine", RetryAt: e.Due}
	}
	return q.keep(tx, e, now)
}

// centreTells confirms the clock by a report on an attempt of this process: what the
// centre stamped has to be when the modem said so.
func (q *Queue) centreTells(ctx context.Context, m matched) error {
	if m.accepted.IsZero() || m.accepted.Before(store.Milliseconds(q.born)) {
		return nil
	}
	_, err := q.ConfirmTime(ctx, TimeCentre, q.now().Add(m.stamped.Sub(m.accepted)))
	return err
}
