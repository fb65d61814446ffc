package emulator

import (
	"fmt"
	"strings"
	"time"
)

// commands returns the commands about the modem itself, 3GPP TS 27.007.
func (m *Modem) commands() map[string]handler {
	p := m.profile
	return map[string]handler{
		"Z": m.reset, "&F": m.reset,
		"I":     func(command) reply { return ok(p.Manufacturer, p.Model, "Revision: "+p.Revision) },
		"+CGMI": tells(p.Manufacturer), "+GMI": tells(p.Manufacturer),
		"+CGMM": tells(p.Model), "+GMM": tells(p.Model),
		"+CGMR": tells(p.Revision), "+GMR": tells(p.Revision),
		"+CGSN": m.serial, "+GSN": m.serial,
		"+GCAP": tells("+GCAP: +CGSM,+DS,+ES"),
		"+CBC":  tells("+CBC: 0,100"),
		"+CCLK": m.clock,
		"+CMUX": func(command) reply { return cmeError(cmeNotSupported) },
	}
}

// reset answers ATZ and AT&F: the settings become those after a start.
func (m *Modem) reset(command) reply {
	m.settings = m.profile.defaults()
	return ok()
}

func (m *Modem) serial(c command) reply { return told(c, m.imei) }

// tells returns a command that only tells a line.
func tells(line string) handler { return func(c command) reply { return told(c, line) } }

// told answers a command that only tells a line. Its test form is answered OK.
func told(c command, line string) reply {
	if c.kind == execute {
		return ok(line)
	}
	if c.kind == test {
		return ok()
	}
	return fail()
}

// vendor answers a command of the profile's Vendor table.
func (m *Modem) vendor(c command, answer string) reply {
	if answer == "" || c.kind == set {
		return ok()
	}
	if m.card.sim != nil {
		answer = strings.ReplaceAll(answer, "{iccid}", m.card.sim.ICCID)
	}
	return ok(answer)
}

// clock tells the network's time (3GPP TS 27.007 8.15).
func (m *Modem) clock(c command) reply {
	if c.kind == read {
		return okf(`+CCLK: "%s"`, m.profile.Clock.write(m.network.now().Add(m.clockAhead)))
	}
	if c.kind == execute {
		return fail()
	}
	return ok()
}

// write writes the time as +CCLK does.
func (r ClockReading) write(now time.Time) string {
	const layout = "06/01/02,15:04:05"
	_, offset := now.Zone()
	quarters := offset / 900
	switch r {
	case ClockUTC:
		return fmt.Sprintf("%s%+03d", now.UTC().Format(layout), quarters)
	case ClockHours:
		return fmt.Sprintf("%s%+03d", now.Format(layout), offset/3600)
	case ClockZoneless:
		return now.Format(layout) + "+00"
	case ClockSummerBit:
		summer := 0
		if now.IsDST() {
			summer = 1
		}
		return fmt.Sprintf("%s%+03d,%d", now.Format(layout), quarters, summer)
	default:
		return fmt.Sprintf("%s%+03d", now.Format(layout), quarters)
	}
}
