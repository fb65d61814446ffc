package clock

import (
	"context"
	"errors"
	"fmt"
	"time"

	"goniec/store"
)

const (
	// forward is how far ahead of the last time known the clock may be: a box may be
	// switched off over a long weekend.
	forward = 3 * 24 * time.Hour
	// noted is how exactly the last time known is kept.
	noted = time.Minute
)

// record is the value of clock/<box>.
type record struct {
	Known time.Time `json:"at"`             // the last time believed
	Since time.Time `json:"since,omitzero"` // when another time, which is not believed, began; zero: none has
	Seen  time.Time `json:"seen,omitzero"`  // and how far that has got
	// Boot is the run of the machine in which By agreed that it was Known, when
	// the machine had run for Up.
	Boot string        `json:"boot,omitempty"`
	Up   time.Duration `json:"up,omitempty"`
	By   Source        `json:"by,omitempty"`
}

func (r record) doubted() bool { return !r.Since.IsZero() }

// read returns the record of this box; one that is damaged counts as none.
func (c *Clock) read(r store.Reader) (record, error) {
	known, _, err := store.GetJSON[record](r, clockKey(c.config.Box))
	if errors.Is(err, store.ErrRecord) {
		return record{}, nil
	}
	return known, err
}

// judge returns what is known when the clock shows now.
func (c *Clock) judge(r record, now time.Time) record {
	switch {
	case c.config.Boot.ID == "":
		return r.run(now)
	case c.confirmed(r, now):
		r.Known, r.Up = now, c.config.Boot.Uptime()
		return r
	}
	doubt := record{Known: r.Known, Since: r.Since, Seen: now}
	if doubt.Since.IsZero() {
		doubt.Since = now
	}
	return doubt
}

// confirmed reports whether a source has agreed with the clock in this run of the
// machine, and nobody has set the clock since.
func (c *Clock) confirmed(r record, now time.Time) bool {
	run := now.Sub(r.Known) - (c.config.Boot.Uptime() - r.Up)
	return r.By != "" && r.Boot == c.config.Boot.ID && run.Abs() <= Agreement
}

// run returns what is known when the clock shows now, by the course of the time alone.
func (r record) run(now time.Time) record {
	switch {
	case r.Known.IsZero(), follows(r.Known, now):
		return record{Known: now}
	case !r.doubted(), !follows(r.Seen, now), now.Before(r.Since):
		return record{Known: r.Known, Since: now, Seen: now}
	case now.Sub(r.Since) >= Probation:
		return record{Known: now}
	default:
		return record{Known: r.Known, Since: r.Since, Seen: now}
	}
}

// follows reports whether now can come after last.
func follows(last, now time.Time) bool {
	return now.Sub(last) > -Back && now.Sub(last) < forward
}

// Watch notes what the clock shows, at most once a minute. It is called at least that
// often.
func (c *Clock) Watch(ctx context.Context) error {
	now := c.Now()
	before, err := store.View(ctx, c.config.Store, c.read)
	if err != nil {
		return err
	}
	after := c.judge(before, now)
	last := before.Known
	if before.doubted() {
		last = before.Seen
	}
	if after.Since.Equal(before.Since) && after.By == before.By && now.Sub(last).Abs() < noted {
		return nil
	}
	return c.note(ctx, before, after, now)
}

// Confirm says that a source of time shows theirs now. The clock is believed from then
// on if it agrees, and if a battery that may be flat does not take it back in time.
// agrees is whether the clock is believed. Without Config.Boot nothing happens.
func (c *Clock) Confirm(ctx context.Context, by Source, theirs time.Time) (agrees bool, err error) {
	now := c.Now()
	if c.config.Boot.ID == "" {
		return true, nil
	}
	before, err := store.View(ctx, c.config.Store, c.read)
	if err != nil {
		return false, fmt.Errorf("confirm the clock: %w", err)
	}
	switch {
	case c.confirmed(before, now) && !before.doubted():
		return true, nil
	case theirs.Sub(now).Abs() > Agreement:
		c.disagree(ctx, before, Disagreement{Source: by, Ahead: now.Sub(theirs).Round(time.Second)}, now)
		return false, nil
	case now.Before(c.config.Boot.Earliest), by == Battery && now.Before(before.Known.Add(-Back)):
		return false, nil
	}
	after := record{Known: now, Boot: c.config.Boot.ID, Up: c.config.Boot.Uptime(), By: by}
	if err := c.note(ctx, before, after, now); err != nil {
		return false, fmt.Errorf("confirm the clock: %w", err)
	}
	c.disagreement.Store(nil)
	return true, nil
}

// note writes down what is now known of the clock, and tells of a change.
func (c *Clock) note(ctx context.Context, before, after record, now time.Time) error {
	if before.doubted() && !after.doubted() {
		if err := c.beforeTrust(ctx, now); err != nil {
			return fmt.Errorf("put right what was reckoned by a clock ahead: %w", err)
		}
	}
	err := c.config.Store.Update(ctx, func(tx store.Tx) error { return store.PutJSON(tx, clockKey(c.config.Box), after) })
	switch {
	case err != nil:
		return err
	case after.doubted() && !after.Since.Equal(before.Since) && c.config.Boot.ID == "":
		c.config.Logger.WarnContext(ctx, "clock has jumped and is not believed yet: nothing expires and nothing is removed meanwhile",
			"was", before.Known, "is", now, "believed_after", Probation)
	case after.doubted() && !after.Since.Equal(before.Since):
		c.config.Logger.InfoContext(ctx, "nothing confirms the clock yet: what has a time to keep waits until the network, a time server or a service centre agrees",
			"was", before.Known, "is", now)
	case before.doubted() && !after.doubted():
		c.config.Logger.InfoContext(ctx, "clock is believed", "is", now, "by", after.By)
	}
	return nil
}

// disagree keeps for Trust that a source does not agree. A source that does not know the
// time either says nothing: a modem that has not heard the time from the network shows
// the year in which it was made.
func (c *Clock) disagree(ctx context.Context, r record, d Disagreement, now time.Time) {
	theirs := now.Add(-d.Ahead)
	if theirs.Before(c.config.Boot.Earliest) || theirs.Before(r.Known.Add(-Back)) {
		return
	}
	if last := c.disagreement.Swap(&d); last == nil || last.Source != d.Source || (last.Ahead-d.Ahead).Abs() > Agreement {
		c.config.Logger.WarnContext(ctx, "clock of this machine is wrong by what another says", "source", d.Source, "is", now, "should_be", theirs)
	}
}
