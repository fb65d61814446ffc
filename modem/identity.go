package modem

import (
	"context"
	"strconv"
	"strings"
)

// identify asks who the device and its SIM are. Devices may refuse all of it.
func (m *Modem) identify(ctx context.Context) error {
	for _, q := range []struct {
		command string
		store   func(*Info, string)
	}{
		{"+CGMI", func(i *Info, s string) { i.Manufacturer = s }},
		{"+CGMM", func(i *Info, s string) { i.Model = s }},
		{"+CGMR", func(i *Info, s string) { i.Revision = strings.TrimSpace(strings.TrimPrefix(s, "Revision:")) }},
		{"+CGSN", func(i *Info, s string) { i.IMEI = digits(s) }},
		{"+CIMI", func(i *Info, s string) { i.IMSI = digits(s) }},
	} {
		lines, refused, fatal := m.ask(ctx, q.command, m.cfg.Timeouts.Command)
		if fatal != nil {
			return m.fatal("AT"+q.command, fatal)
		}
		if refused != nil {
			continue
		}
		if value := freeText(lines, q.command); value != "" {
			m.change(func(i *Info) { q.store(i, value) })
		}
	}
	_, err := m.iccid(ctx)
	return err
}

// iccid returns the number of the SIM card, which each maker gives by another
// command; empty if the device tells it by none.
func (m *Modem) iccid(ctx context.Context) (string, error) {
	if known := m.Info().ICCID; known != "" {
		return known, nil
	}
	for _, command := range []string{"+CCID", "+ICCID", "^ICCID?", "+QCCID"} {
		lines, refused, fatal := m.ask(ctx, command, m.cfg.Timeouts.Command)
		if fatal != nil {
			return "", m.fatal("AT"+command, fatal)
		}
		if refused != nil {
			continue
		}
		for _, line := range lines {
			if _, rest, ok := strings.Cut(line, ":"); ok {
				line = rest
			}
			// 19 or 20 digits (ITU-T E.118); an odd number comes filled with F.
			number := strings.TrimRight(strings.Trim(strings.TrimSpace(line), `"`), "Ff")
			if len(number) >= 18 && digits(number) == number {
				m.change(func(i *Info) { i.ICCID = number })
				return number, nil
			}
		}
	}
	return "", nil
}

// freeText returns the answer to a command that may or may not repeat its own
// name, without quotes. Lines that are no answer to it are passed over.
func freeText(lines []string, command string) string {
	if arguments, ok := find(lines, command); ok {
		return strings.Trim(arguments, `"`)
	}
	for _, line := range lines {
		if line != "" && strings.IndexByte("+^*%$#", line[0]) < 0 {
			return strings.Trim(line, `"`)
		}
	}
	return ""
}

// digits returns the first run of digits in s.
func digits(s string) string {
	start := strings.IndexAny(s, "0123456789")
	if start < 0 {
		return ""
	}
	end := start
	for end < len(s) && s[end] >= '0' && s[end] <= '9' {
		end++
	}
	return s[start:end]
}

// unknownRSSI is <rssi> of +CSQ when the signal is not known.
const unknownRSSI = 99

// parseSignal reads <rssi>,<ber> of +CSQ (3GPP TS 27.007 8.5). Some LTE devices
// count from 100 to 191, one dB a step from -141 dBm (27.007 8.69 and vendors).
func parseSignal(arguments string) (Signal, bool) {
	fields := split(arguments)
	if len(fields) == 0 {
		return Signal{}, false
	}
	rssi, err := strconv.Atoi(fields[0])
	if err != nil {
		return Signal{}, false
	}
	switch {
	case rssi >= 0 && rssi <= 31:
		return Signal{RSSI: rssi, DBm: -113 + 2*rssi}, true
	case rssi >= 100 && rssi <= 191:
		dbm := -116 + rssi - 100
		return Signal{RSSI: min(max((dbm+113)/2, 0), 31), DBm: dbm}, true
	}
	return Signal{RSSI: unknownRSSI}, true
}
