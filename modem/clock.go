package modem

import (
	"context"
	"strconv"
	"strings"
	"time"
)

// Clock is the time that a modem shows: that of the network where the network sends it,
// otherwise the time counted since the modem was switched on.
type Clock struct {
	// At is the shown time as 3GPP TS 27.007 8.15 defines it: local time with the
	// offset from UTC.
	At time.Time
	// Quarters is the offset from UTC as the modem writes it, in quarters of an hour.
	Quarters int
}

// Nearest returns the time that c shows, by the reading of it that is nearest to
// now. Modems show other things than the standard asks for:
//   - UTC, with the zone of the place behind it;
//   - the local time, with a zone of 0 or with one that leaves summer time out;
//   - the local time, with the zone in hours instead of quarters.
//
// now must be in the zone of this place.
func (c Clock) Nearest(now time.Time) time.Time {
	digits := c.At.Add(time.Duration(c.Quarters) * 15 * time.Minute) // the shown digits read as UTC
	_, here := now.Zone()
	nearest := c.At
	for _, ahead := range []time.Duration{0, time.Duration(here) * time.Second, time.Duration(c.Quarters) * time.Hour} {
		if reading := digits.Add(-ahead); reading.Sub(now).Abs() < nearest.Sub(now).Abs() {
			nearest = reading
		}
	}
	return nearest
}

// Clock asks the modem for its time by +CCLK (3GPP TS 27.007 8.15). ok is false if the
// modem has no clock or its clock has not been set. An error is a *Fault.
func (m *Modem) Clock(ctx context.Context) (c Clock, ok bool, err error) {
	if !m.open {
		return Clock{}, false, newFault("clock", BeforePayload, ErrNotOpen)
	}
	if !m.timed {
		m.timed = true
		// Most modems take the time of the network only after +CTZU=1, 3GPP TS 27.007
		// 8.40. SIMCom has a command of its own, which takes effect at the next
		// registration.
		_, refused, fatal := m.ask(ctx, "+CTZU=1", m.cfg.Timeouts.Command)
		if fatal == nil && refused != nil {
			_, _, fatal = m.ask(ctx, "+CLTS=1", m.cfg.Timeouts.Command)
		}
		if fatal != nil {
			return Clock{}, false, faultIn("AT+CTZU", fatal)
		}
	}
	lines, _, fatal := m.ask(ctx, "+CCLK?", m.cfg.Timeouts.Command)
	if fatal != nil {
		return Clock{}, false, faultIn("AT+CCLK?", fatal)
	}
	arguments, _ := find(lines, "+CCLK")
	c, ok = parseClock(arguments)
	return c, ok, nil
}

// farthestZone is the greatest offset from UTC, in quarters of an hour.
const farthestZone = 14 * 4

// parseClock reads <time> of +CCLK: "yy/MM/dd,hh:mm:ss±zz", zz in quarters of an hour.
// Some modems write the year in four digits, leave the zone out, or append a flag for
// summer time.
func parseClock(s string) (Clock, bool) {
	date, rest, _ := strings.Cut(strings.ReplaceAll(s, `"`, ""), ",")
	clock, _, _ := strings.Cut(rest, ",")
	date, clock = strings.TrimSpace(date), strings.TrimSpace(clock)
	quarters := 0
	if i := strings.LastIndexAny(clock, "+-"); i > 0 {
		var err error
		if quarters, err = strconv.Atoi(clock[i:]); err != nil || max(quarters, -quarters) > farthestZone {
			return Clock{}, false
		}
		clock = clock[:i]
	}
	zone := time.FixedZone("", quarters*15*60)
	for _, layout := range []string{"06/01/02,15:04:05", "2006/01/02,15:04:05"} {
		// Package time reads 69 to 99 as years of the last century, as modems mean
		// them.
		if at, err := time.ParseInLocation(layout, date+","+clock, zone); err == nil {
			return Clock{At: at, Quarters: quarters}, true
		}
	}
	return Clock{}, false
}
