package modem

import (
	"context"
	"strconv"
	"strings"
	"time"
)

// Clock is what a modem shows for the time, which it has from the network where the
// network tells it, and otherwise from the moment it was switched on.
type Clock struct {
	// At is the time with the zone that the modem shows, read as 3GPP TS 27.007 8.15
	// has it: local time, and how far that is ahead of UTC.
	At time.Time
	// Quarters is the zone as the modem writes it, which are quarters of an hour.
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
	digits := c.At.Add(time.Duration(c.Quarters) * 15 * time.Minute) // those shown, as if they were UTC
	_, here := now.Zone()
	nearest := c.At
	for _, ahead := range []time.Duration{0, time.Duration(here) * time.Second, time.Duration(c.Quarters) * time.Hour} {
		if reading := digits.Add(-ahead); reading.Sub(now).Abs() < nearest.Sub(now).Abs() {
			nearest = reading
		}
	}
	return nearest
}

// Clock asks the modem for the time, 3GPP TS 27.007 8.15. ok is false if it does not
// know: it has no clock, or one that nobody has set.
func (m *Modem) Clock(ctx context.Context) (c Clock, ok bool, err error) {
	if !m.open {
		return Clock{}, false, newFault("clock", BeforePayload, ErrNotOpen)
	}
	if !m.timed {
		m.timed = true
		// Most modems take the time of the network only when told to, 3GPP TS 27.007
		// 8.40; those of SIMCom by a command of their own, which also needs another
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

// farthestZone is the zone farthest from UTC, in quarters of an hour.
const farthestZone = 14 * 4

// parseClock reads <time> of +CCLK: "yy/MM/dd,hh:mm:ss±zz", zz in quarters of an
// hour. Some modems write the year in full, leave the zone out, or say behind it
// whether summer time is in it.
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
		// The time package takes 69 to 99 for the last century, as modems mean it.
		if at, err := time.ParseInLocation(layout, date+","+clock, zone); err == nil {
			return Clock{At: at, Quarters: quarters}, true
		}
	}
	return Clock{}, false
}
