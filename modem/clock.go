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
	// At is the time with the zone that the modem shows.
	At time.Time
	// Zoned says whether it shows one other than 0. Some modems show the local time
	// with zone 0.
	Zoned bool
}

// Agrees reports whether c shows the same time as the clock of this machine, which
// shows now in its zone, but for slack.
func (c Clock) Agrees(now time.Time, slack time.Duration) bool {
	if now.Sub(c.At).Abs() <= slack {
		return true
	}
	_, offset := now.Zone()
	return !c.Zoned && now.Add(time.Duration(offset)*time.Second).Sub(c.At).Abs() <= slack
}

// Clock asks the modem for the time, 3GPP TS 27.007 8.15. ok is false if it does not
// know: it has no clock, or one that nobody has set.
func (m *Modem) Clock(ctx context.Context) (c Clock, ok bool, err error) {
	if !m.open {
		return Clock{}, false, newFault("clock", BeforePayload, ErrNotOpen)
	}
	if !m.setup.timed {
		m.setup.timed = true
		// Most modems take the time of the network only when told to, 3GPP TS 27.007
		// 8.40; those of SIMCom by a command of their own, which also needs another
		// registration.
		_, refused, fatal := m.ask(ctx, "+CTZU=1", m.cfg.Timeouts.Command)
		if fatal == nil && refused != nil {
			_, _, fatal = m.ask(ctx, "+CLTS=1", m.cfg.Timeouts.Command)
		}
		if fatal != nil {
			return Clock{}, false, m.fatal("AT+CTZU", fatal)
		}
	}
	lines, _, fatal := m.ask(ctx, "+CCLK?", m.cfg.Timeouts.Command)
	if fatal != nil {
		return Clock{}, false, m.fatal("AT+CCLK?", fatal)
	}
	arguments, _ := find(lines, "+CCLK")
	c, ok = parseClock(arguments)
	return c, ok, nil
}

// parseClock reads <time> of +CCLK: "yy/MM/dd,hh:mm:ss±zz", zz in quarters of an
// hour. Some modems write the year in full, or leave the zone out.
func parseClock(s string) (Clock, bool) {
	s = strings.Trim(s, `" `)
	var zone time.Duration
	if i := strings.LastIndexAny(s, "+-"); i > 0 {
		quarters, err := strconv.Atoi(s[i:])
		if err != nil {
			return Clock{}, false
		}
		zone, s = time.Duration(quarters)*15*time.Minute, s[:i]
	}
	if zone.Abs() > 14*time.Hour {
		return Clock{}, false
	}
	for _, layout := range []string{"06/01/02,15:04:05", "2006/01/02,15:04:05"} {
		// The time package takes 69 to 99 for the last century, as modems mean it.
		if at, err := time.ParseInLocation(layout, s, time.FixedZone("", int(zone.Seconds()))); err == nil {
			return Clock{At: at, Zoned: zone != 0}, true
		}
	}
	return Clock{}, false
}
