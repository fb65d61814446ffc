package emulator

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// handlers is the table of commands. A modem has its own, so that nothing is
// shared between networks.
func handlers() map[string]handler {
	h := map[string]handler{
		"E": (*Modem).basicE, "V": (*Modem).basicV, "S": (*Modem).basicS,
		"Z": (*Modem).reset, "&F": (*Modem).reset,
		"Q": accept, "X": accept, "L": accept, "M": accept, "&C": accept, "&D": accept, "&K": accept,
		"&W": accept, "&V": accept, "&S": accept, `\Q`: accept,
		"I":     (*Modem).identification,
		"+CGMI": (*Modem).manufacturer, "+GMI": (*Modem).manufacturer,
		"+CGMM": (*Modem).model, "+GMM": (*Modem).model,
		"+CGMR": (*Modem).revision, "+GMR": (*Modem).revision,
		"+CGSN": (*Modem).serial, "+GSN": (*Modem).serial,
		"+GCAP": (*Modem).capabilities,
		"+CMEE": (*Modem).errorReporting,
		"+CSCS": (*Modem).characterSet,
		"+CBC":  (*Modem).battery,
		"+CCLK": (*Modem).clock,
		"+IPR":  accept, "+ICF": accept, "+IFC": accept, "+CMUX": notSupported,
	}
	addCardCommands(h)
	addNetworkCommands(h)
	addMessageCommands(h)
	addStorageCommands(h)
	addCallCommands(h)
	return h
}

// accept is a command that is tolerated and does nothing.
func accept(*Modem, command) reply { return ok() }

func notSupported(*Modem, command) reply { return cmeError(cmeNotSupported) }

func (m *Modem) basicE(c command) reply {
	value, valid := c.number(0, 0)
	if !valid || value > 1 {
		return fail()
	}
	m.settings.echo = value == 1
	return ok()
}

func (m *Modem) basicV(c command) reply {
	value, valid := c.number(0, 0)
	if !valid || value > 1 {
		return fail()
	}
	m.settings.verbose = value == 1
	return ok()
}

func (m *Modem) basicS(c command) reply {
	parameter, valid := c.number(0, 0)
	if !valid || parameter > 255 {
		return fail()
	}
	if c.kind == read {
		return okf("%03d", m.settings.parameters[parameter])
	}
	if c.kind == set {
		value, valid := c.number(1, 0)
		if !valid || value > 255 {
			return fail()
		}
		m.settings.parameters[parameter] = value
	}
	return ok()
}

// reset answers ATZ and AT&F: the settings are those after a start.
func (m *Modem) reset(command) reply {
	m.settings = m.profile.defaults()
	return ok()
}

func (m *Modem) identification(c command) reply {
	return ok(m.profile.Manufacturer, m.profile.Model, "Revision: "+m.profile.Revision)
}

// told answers a command that only tells something; it has a test form.
func told(c command, lines ...string) reply {
	if c.kind == execute {
		return ok(lines...)
	}
	if c.kind == test {
		return ok()
	}
	return fail()
}

func (m *Modem) manufacturer(c command) reply { return told(c, m.profile.Manufacturer) }
func (m *Modem) model(c command) reply        { return told(c, m.profile.Model) }
func (m *Modem) revision(c command) reply     { return told(c, m.profile.Revision) }
func (m *Modem) serial(c command) reply       { return told(c, m.imei) }
func (m *Modem) capabilities(c command) reply { return told(c, "+GCAP: +CGSM,+DS,+ES") }
func (m *Modem) battery(c command) reply      { return told(c, "+CBC: 0,100") }

// vendor answers a command of the profile's Vendor table.
func (m *Modem) vendor(c command, answer string) reply {
	if answer == "" || c.kind == set {
		return ok()
	}
	if m.sim != nil {
		answer = strings.ReplaceAll(answer, "{iccid}", m.sim.ICCID)
	}
	return ok(answer)
}

func (m *Modem) errorReporting(c command) reply {
	if c.kind == test {
		return ok("+CMEE: (0-2)")
	}
	if c.kind == read {
		return okf("+CMEE: %d", m.settings.errors)
	}
	value, valid := c.number(0, 0)
	if !valid || value > 2 {
		return cmeError(cmeNotAllowed)
	}
	m.settings.errors = value
	return ok()
}

func (m *Modem) characterSet(c command) reply {
	sets := []string{"GSM", "IRA", "UCS2", "HEX", "8859-1", "UTF-8"}
	if c.kind == test {
		return okf(`+CSCS: ("%s")`, strings.Join(sets, `","`))
	}
	if c.kind == read {
		return okf(`+CSCS: "%s"`, m.settings.charset)
	}
	if !slices.Contains(sets, c.string(0)) {
		return cmeError(cmeNotAllowed)
	}
	m.settings.charset = c.string(0)
	return ok()
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

// ranges writes a set of values as test forms do: (0-3), (0,2), (1).
func ranges(values []int) string {
	contiguous := len(values) > 2
	for i := 1; i < len(values); i++ {
		contiguous = contiguous && values[i] == values[i-1]+1
	}
	if contiguous {
		return fmt.Sprintf("(%d-%d)", values[0], values[len(values)-1])
	}
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = strconv.Itoa(v)
	}
	return "(" + strings.Join(texts, ",") + ")"
}
