package modem

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// identity asks a device and its SIM for their identities.
type identity struct{ *line }

// question is a command whose answer goes into a field of Info.
type question struct {
	command string
	field   func(*Info) *string
	clean   func(string) string // nil: the answer is taken unchanged
}

// identifyDevice asks for manufacturer, model, firmware and IMEI, for which no SIM is
// needed. A device may refuse each question, except the IMEI if one is configured.
func (i *identity) identifyDevice(ctx context.Context) error {
	if err := i.inquire(ctx, []question{
		{"+CGMI", func(i *Info) *string { return &i.Manufacturer }, nil},
		{"+CGMM", func(i *Info) *string { return &i.Model }, nil},
		{"+CGMR", func(i *Info) *string { return &i.Revision }, func(s string) string {
			return strings.TrimSpace(strings.TrimPrefix(s, "Revision:"))
		}},
		{"+CGSN", func(i *Info) *string { return &i.IMEI }, digits},
	}); err != nil {
		return err
	}
	return i.recognise()
}

// recognise checks that the device is the configured one.
func (i *identity) recognise() error {
	info := i.Info()
	if i.cfg.IMEI == "" || sameIMEI(i.cfg.IMEI, info.IMEI) {
		return nil
	}
	who := strings.TrimSpace(info.Manufacturer + " " + info.Model)
	if who == "" {
		who = "a modem that does not say who it is"
	}
	imei := "IMEI " + info.IMEI
	if info.IMEI == "" {
		imei = "which tells no IMEI"
	}
	return newFault("identify the modem", BeforePayload,
		fmt.Errorf("%w: %s, %s, and not IMEI %s", ErrOtherModem, who, imei, i.cfg.IMEI))
}

// sameIMEI compares two IMEIs by their first 14 digits. Some devices leave the check
// digit out, others give the software version in its place (3GPP TS 23.003 6.2).
func sameIMEI(a, b string) bool {
	const identity = 14
	return len(a) >= identity && len(b) >= identity && a[:identity] == b[:identity]
}

// identifySIM asks for IMSI, ICCID and number of the SIM.
func (i *identity) identifySIM(ctx context.Context) error {
	if err := i.inquire(ctx, []question{{"+CIMI", func(i *Info) *string { return &i.IMSI }, digits}}); err != nil {
		return err
	}
	if _, err := i.iccid(ctx); err != nil {
		return err
	}
	return i.ownNumber(ctx)
}

// ownNumber reads the number of the SIM (+CNUM, 3GPP TS 27.007 7.1):
// "name",<number>,<type>. Few operators store the number on the SIM.
func (i *identity) ownNumber(ctx context.Context) error {
	lines, _, fatal := i.askPatiently(ctx, "+CNUM", 0)
	if fatal != nil {
		return faultIn("AT+CNUM", fatal)
	}
	for _, line := range lines {
		arguments, ok := find([]string{line}, "+CNUM")
		if fields := split(arguments); ok && len(fields) >= 3 {
			if number := dialled(fields[1], fields[2]); number != "" {
				i.change(func(i *Info) { i.Number = number })
				return nil
			}
		}
	}
	return nil
}

// dialled returns a number with its type of address (3GPP TS 24.008 10.5.4.7) as people
// write it; empty if it is not a number.
func dialled(number, kind string) string {
	const international = "145"
	digits := strings.TrimPrefix(number, "+")
	if digits == "" || strings.Trim(digits, "0123456789*#") != "" {
		return ""
	}
	if kind == international || digits != number {
		return "+" + digits
	}
	return digits
}

// inquire asks the questions without an answer in Info. A device may refuse each.
func (i *identity) inquire(ctx context.Context, questions []question) error {
	for _, q := range questions {
		if info := i.Info(); *q.field(&info) != "" {
			continue
		}
		lines, refused, fatal := i.askPatiently(ctx, q.command, 0)
		if fatal != nil {
			return faultIn("AT"+q.command, fatal)
		}
		if refused != nil {
			continue
		}
		value := freeText(lines, q.command)
		if q.clean != nil {
			value = q.clean(value)
		}
		if value != "" {
			i.change(func(i *Info) { *q.field(i) = value })
		}
	}
	return nil
}

// iccid returns the ICCID of the SIM, empty if the device does not tell it.
// Manufacturers use different commands.
func (i *identity) iccid(ctx context.Context) (string, error) {
	if known := i.Info().ICCID; known != "" {
		return known, nil
	}
	for _, command := range []string{"+CCID", "+ICCID", "^ICCID?", "+QCCID"} {
		lines, refused, fatal := i.ask(ctx, command, i.cfg.Timeouts.Command)
		if fatal != nil {
			return "", faultIn("AT"+command, fatal)
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
				i.change(func(i *Info) { i.ICCID = number })
				return number, nil
			}
		}
	}
	return "", nil
}

// freeText returns the answer to a command, which may or may not begin with the name of
// the command, without quotes. Unsolicited lines are skipped.
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
