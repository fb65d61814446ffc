// Package clock keeps what a box takes for the time, and answers one question for
// everybody who acts by the time: may the time be believed, and since when not.
//
// A box may have no clock of its own. It starts in the year of its making, or with the
// time at which it was switched off, and is set right by the network later; or its clock
// is far ahead. Nothing ends, and nothing is sent at night, for a reason like that:
//
//   - A time that does not follow from the last time believed is not believed at first.
//   - Where Config.Boot is set, a time counts for nothing in a run of the machine until a
//     Source agrees with it, and again when somebody has set the clock meanwhile.
//
// What a time that was wrong has done to records is put right by whoever owns the
// records, see Clock.BeforeTrust.
package clock

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"goniec/store"
)

// Agreement is how far two clocks that agree may be apart. A modem may have taken a
// minute to pass a time on.
const Agreement = 2 * time.Minute

// Probation is how long a time that does not follow from the last one has to run on to
// be believed, where no Source is asked.
const Probation = 15 * time.Minute

// Back is how far the clock may be set back and still be believed.
const Back = time.Hour

// Source is something that knows the time without this machine's clock.
type Source string

// The sources.
const (
	TimeServer    Source = "time_server"    // the system's clock is synchronised, by NTP
	Battery       Source = "battery"        // a hardware clock that runs on without power
	Network       Source = "network"        // the mobile network, as a modem tells it
	ServiceCentre Source = "service_centre" // the time stamp of a report on what has just been sent
	Person        Source = "person"         // somebody has looked at it
)

// Boot is one run of the machine. The zero value means that the clock needs no Source
// to confirm it.
type Boot struct {
	ID string // of this run
	// Uptime returns how long the run has lasted, by a clock that nobody sets.
	Uptime func() time.Duration
	// Earliest is before any time that can be right: when the program was made.
	Earliest time.Time
}

// Config is what New needs. Store is required.
type Config struct {
	Store  store.Store
	Box    string // name of this box in the store; default "box"
	Boot   Boot
	Logger *slog.Logger
	Time   func() time.Time // the machine's clock; nil: time.Now
}

// Clock is what a box takes for the time. It is safe for concurrent use.
type Clock struct {
	config Config

	beforeTrust  func(ctx context.Context, now time.Time) error
	disagreement atomic.Pointer[Disagreement] // the latest source that does not agree
}

// New returns the clock of a box. Its error names the field of c that is wrong.
func New(c Config) (*Clock, error) {
	if c.Store == nil {
		return nil, errors.New("clock: Store is needed")
	}
	if c.Boot.ID != "" && c.Boot.Uptime == nil {
		return nil, errors.New("clock: Boot: Uptime is needed")
	}
	if c.Box == "" {
		c.Box = "box"
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Time == nil {
		c.Time = time.Now
	}
	return &Clock{config: c, beforeTrust: func(context.Context, time.Time) error { return nil }}, nil
}

// BeforeTrust has fn called each time before the clock, which shows now, is believed
// again. fn puts right what was reckoned by a clock that may have shown anything
// meanwhile. While fn fails the clock is not believed, and fn is called again after a
// crash. BeforeTrust is called before the clock is used, once.
func (c *Clock) BeforeTrust(fn func(ctx context.Context, now time.Time) error) { c.beforeTrust = fn }

// Time returns what the machine's clock shows.
func (c *Clock) Time() time.Time { return c.config.Time() }

// Now returns what the machine's clock shows, as records hold a time: in UTC and whole
// milliseconds.
func (c *Clock) Now() time.Time { return store.Milliseconds(c.config.Time()) }

// Trust says whether a time may be believed.
type Trust struct {
	// Believed says that what has a time to end at, or to be removed at, may do so.
	Believed bool
	// Unconfirmed says that nobody knows the time of day: no Source has agreed in this
	// run of the machine. What has a time to keep waits. Never with Believed.
	Unconfirmed bool
	By          Source        // what has confirmed the clock; empty: nothing had to
	Since       time.Time     // when the clock began not to be believed, by the clock itself
	Other       *Disagreement // what shows another time; nil: nothing
}

// Disagreement is a source of time that shows something else than the clock.
type Disagreement struct {
	Source Source
	Ahead  time.Duration // of the clock; negative if it is behind
}

// Trust returns whether the time may be believed now.
func (c *Clock) Trust(ctx context.Context) (Trust, error) {
	t, err := store.View(ctx, c.config.Store, func(r store.Reader) (Trust, error) { return c.TrustIn(r, c.Now()) })
	if err != nil {
		return Trust{}, fmt.Errorf("look at the clock: %w", err)
	}
	return t, nil
}

// TrustIn is Trust within a transaction, for a time that the clock has shown just now.
func (c *Clock) TrustIn(r store.Reader, now time.Time) (Trust, error) {
	known, err := c.read(r)
	if err != nil {
		return Trust{}, err
	}
	known = c.judge(known, now)
	t := Trust{Believed: !known.doubted(), By: known.By, Since: known.Since}
	if known.doubted() {
		t.Unconfirmed = c.config.Boot.ID != ""
		t.Other = c.disagreement.Load()
	}
	return t, nil
}

// UnconfirmedIn is Unconfirmed of TrustIn. It reads nothing where nothing has to confirm
// the clock.
func (c *Clock) UnconfirmedIn(r store.Reader, now time.Time) (bool, error) {
	if c.config.Boot.ID == "" {
		return false, nil
	}
	t, err := c.TrustIn(r, now)
	return t.Unconfirmed, err
}

// PastIn returns a time that is over, whatever the clock shows: Boot.Earliest, or an hour
// before the last time that was believed, as a clock may be set back by so much.
func (c *Clock) PastIn(r store.Reader) (time.Time, error) {
	known, err := c.read(r)
	if err != nil || known.Known.IsZero() {
		return c.config.Boot.Earliest, err
	}
	return Later(c.config.Boot.Earliest, known.Known.Add(-Back)), nil
}

// Later returns the later one of two times.
func Later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// Earlier returns the earlier one of two times.
func Earlier(a, b time.Time) time.Time {
	if a.After(b) {
		return b
	}
	return a
}
