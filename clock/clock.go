// Package clock says what time it is, and whether this time may be believed.
//
// A box without a battery-backed clock starts with the time of its manufacture or of its
// last shutdown, and the network sets the clock later. A clock may also be far ahead. So
// that a wrong time ends no message and sends none at night:
//
//   - A time that does not follow the last believed time is not believed at first.
//   - With Config.Boot, no time is believed in a run of the machine until a Source agrees
//     with the clock. After the clock has been set a Source has to agree again.
//
// The owner of records that a wrong time has changed corrects the records, see
// Clock.BeforeTrust.
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

// Agreement is the greatest difference between two clocks that agree. A modem may take a
// minute to pass a time on.
const Agreement = 2 * time.Minute

// Probation is after what time of steady running a time that does not follow the last
// believed time is believed, without Config.Boot.
const Probation = 15 * time.Minute

// Back is how far the clock may be set back without losing belief.
const Back = time.Hour

// Source is a source of time other than the clock of this machine.
type Source string

// The sources.
const (
	TimeServer    Source = "time_server"    // NTP synchronises the clock of the system
	Battery       Source = "battery"        // a hardware clock with a battery
	Network       Source = "network"        // the mobile network (+CCLK, 3GPP TS 27.007 8.15)
	ServiceCentre Source = "service_centre" // TP-SCTS of the service centre (3GPP TS 23.040 9.2.3.11)
	Person        Source = "person"         // a person has checked the clock
)

// Boot is one run of the machine. With the zero value the clock needs no Source.
type Boot struct {
	ID string // identifies the run
	// Uptime returns the length of the run by a monotonic clock.
	Uptime func() time.Duration
	// Earliest is a time before every correct time, such as the build time of the program.
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

// Clock is the clock of a box. It is safe for concurrent use.
type Clock struct {
	config Config

	beforeTrust  func(ctx context.Context, now time.Time) error
	disagreement atomic.Pointer[Disagreement] // the latest
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

// BeforeTrust sets the function that is called each time before the clock, which shows
// now, is believed again. fn corrects the times that were calculated while the clock was
// not believed. While fn fails the clock is not believed. fn may be called again for the
// same change, after a crash. BeforeTrust is called once, before the clock is used.
func (c *Clock) BeforeTrust(fn func(ctx context.Context, now time.Time) error) { c.beforeTrust = fn }

// Time returns the time of the machine's clock.
func (c *Clock) Time() time.Time { return c.config.Time() }

// Now returns the time of the machine's clock in the form of stored times: UTC, whole
// milliseconds.
func (c *Clock) Now() time.Time { return store.Milliseconds(c.config.Time()) }

// Trust says whether a time may be believed.
type Trust struct {
	// Believed says that messages may expire and records may be removed.
	Believed bool
	// Unconfirmed says that no Source has agreed with the clock in this run of the
	// machine: messages with a time of day wait. Unconfirmed implies not Believed.
	Unconfirmed bool
	By          Source        // the source that has confirmed the clock; empty: none was needed
	Since       time.Time     // when the clock began not to be believed, by the clock itself
	Other       *Disagreement // the latest source that shows another time; nil: none
}

// Disagreement is a source of time that does not agree with the clock.
type Disagreement struct {
	Source Source
	Ahead  time.Duration // of the clock against the source; negative: behind
}

// Trust says whether the time may be believed now.
func (c *Clock) Trust(ctx context.Context) (Trust, error) {
	t, err := store.View(ctx, c.config.Store, func(r store.Reader) (Trust, error) { return c.TrustIn(r, c.Now()) })
	if err != nil {
		return Trust{}, fmt.Errorf("look at the clock: %w", err)
	}
	return t, nil
}

// TrustIn is Trust within a transaction. now is the present time of the clock.
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

// UnconfirmedIn returns Unconfirmed of TrustIn. Without Config.Boot it reads no record.
func (c *Clock) UnconfirmedIn(r store.Reader, now time.Time) (bool, error) {
	if c.config.Boot.ID == "" {
		return false, nil
	}
	t, err := c.TrustIn(r, now)
	return t.Unconfirmed, err
}

// PastIn returns a time that has passed for certain, even if the clock is wrong: the later
// one of Boot.Earliest and the last believed time less Back.
func (c *Clock) PastIn(r store.Reader) (time.Time, error) {
	known, err := c.read(r)
	if err != nil || known.Known.IsZero() {
		return c.config.Boot.Earliest, err
	}
	return Later(c.config.Boot.Earliest, known.Known.Add(-Back)), nil
}

// Moment is a time that the clock has shown, and what is certain about it.
type Moment struct {
	Now time.Time
	// Past has passed for certain: Now, or PastIn if the clock is Unconfirmed.
	Past        time.Time
	Unconfirmed bool
}

// MomentIn returns the moment at which the clock shows now.
func (c *Clock) MomentIn(r store.Reader, now time.Time) (Moment, error) {
	unconfirmed, err := c.UnconfirmedIn(r, now)
	if err != nil || !unconfirmed {
		return Moment{Now: now, Past: now}, err
	}
	past, err := c.PastIn(r)
	return Moment{Now: now, Past: past, Unconfirmed: true}, err
}

// Moment returns the present moment.
func (c *Clock) Moment(ctx context.Context) (Moment, error) {
	m, err := store.View(ctx, c.config.Store, func(r store.Reader) (Moment, error) { return c.MomentIn(r, c.Now()) })
	if err != nil {
		return Moment{}, fmt.Errorf("look at the clock: %w", err)
	}
	return m, nil
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

// Earliest returns the first of times that is not zero; zero: all of times are.
func Earliest(times ...time.Time) time.Time {
	var first time.Time
	for _, t := range times {
		if !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	return first
}
