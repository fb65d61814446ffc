package clock

import (
	"context"
	"errors"
	"fmt"
	"time"

	"goniec/store"
)

const (
	// forward is how far the clock may be ahead of the last believed time: a box may be
	// switched off over a long weekend.
	forward = 3 * 24 * time.Hour
	// noted is the resolution of the stored last believed time.
	noted = time.Minute
)

// record is the value of clock/<box>.
type record struct {
	Known time.Time `json:"at"`             // the last believed time
	Since time.Time `json:"since,omitzero"` // first time that was not believed; zero: the clock is believed
	Seen  time.Time `json:"seen,omitzero"`  // last time that was not believed
	// Boot is the run of the machine in which By confirmed the clock. Up is the uptime of
	// that run at Known.
	Boot string        `json:"boot,omitempty"`
	Up   time.Duration `json:"up,omitempty"`
	By   Source        `json:"by,omitempty"`
}

func (r record) doubted() bool { return !r.Since.IsZero() }

// read returns the record of this box; the zero value if there is none or it is damaged.
func (c *Clock) read(r store.Reader) (record, error) {
	known, _, err := store.GetJSON[record](r, clockKey(c.config.Box))
	if errors.Is(err, store.ErrRecord) {
		return record{}, nil
	}
	return known, err
}

// judge returns the record that follows r when the clock shows now.
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

// confirmed reports whether a source has confirmed the clock in this run of the machine,
// and the clock has not been set since.
func (c *Clock) confirmed(r record, now time.Time) bool {
	set := now.Sub(r.Known) - (c.config.Boot.Uptime() - r.Up)
	return r.By != "" && r.Boot == c.config.Boot.ID && set.Abs() <= Agreement
}

// run is judge without Config.Boot: a time is believed if it follows the last believed
// time, or has run on steadily for Probation.
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

// follows reports whether now is a plausible time after last.
func follows(last, now time.Time) bool {
	return now.Sub(last) > -Back && now.Sub(last) < forward
}

// Watch stores what the clock shows, at most once a minute. Watch has to be called at
// least once a minute.
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

// Confirm compares the clock with the time theirs that a source shows now. If the two
// agree the clock is believed from now on. A Battery cannot confirm a time before the last
// believed time, since the battery may be flat. agrees reports whether the clock is
// believed; to a Person whose time differs it is false also if the clock is believed still.
// Without Config.Boot Confirm changes nothing.
func (c *Clock) Confirm(ctx context.Context, by Source, theirs time.Time) (agrees bool, err error) {
	now := c.Now()
	far := theirs.Sub(now).Abs() > Agreement
	believed := by != Person || !far // if the clock is believed already
	if c.config.Boot.ID == "" {
		return believed, nil
	}
	before, err := store.View(ctx, c.config.Store, c.read)
	if err != nil {
		return false, fmt.Errorf("confirm the clock: %w", err)
	}
	switch {
	case c.confirmed(before, now) && !before.doubted():
		return believed, nil
	case far:
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

// note stores the record after, and logs a change of belief.
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

// disagree keeps a disagreement for Trust and logs it. A source with a time in the past is
// ignored: a modem that has not received the time from the network shows the year of its
// manufacture.
func (c *Clock) disagree(ctx context.Context, r record, d Disagreement, now time.Time) {
	theirs := now.Add(-d.Ahead)
	if theirs.Before(c.config.Boot.Earliest) || theirs.Before(r.Known.Add(-Back)) {
		return
	}
	if last := c.disagreement.Swap(&d); last == nil || last.Source != d.Source || (last.Ahead-d.Ahead).Abs() > Agreement {
		c.config.Logger.WarnContext(ctx, "clock of this machine is wrong by what another says", "source", d.Source, "is", now, "should_be", theirs)
	}
}
