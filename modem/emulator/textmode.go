package emulator

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf16"

	"goniec/pdu"
)

// submitDefaults are the parameters of +CSMP, 3GPP TS 27.005 3.3.2: the octets
// of a SUBMIT in text mode.
type submitDefaults struct {
	firstOctet, validity, protocol, coding int
}

// textStatuses are the statuses of text mode, by those of PDU mode.
func textStatuses() []string {
	return []string{"REC UNREAD", "REC READ", "STO UNSENT", "STO SENT", "ALL"}
}

// textParameters answers +CSMP.
func (m *Modem) textParameters(c command) reply {
	d := &m.settings.submit
	if c.kind == test {
		return ok()
	}
	if c.kind == read {
		return okf("+CSMP: %d,%d,%d,%d", d.firstOctet, d.validity, d.protocol, d.coding)
	}
	changed := *d
	for i, field := range []*int{&changed.firstOctet, &changed.validity, &changed.protocol, &changed.coding} {
		value, valid := c.number(i, *field)
		if !valid || value > 255 {
			return cmsError(cmsInvalidText)
		}
		*field = value
	}
	*d = changed
	return ok()
}

// showHeader answers +CSDH, 3GPP TS 27.005 3.3.3.
func (m *Modem) showHeader(c command) reply {
	if c.kind == test {
		return ok("+CSDH: (0,1)")
	}
	if c.kind == read {
		return okf("+CSDH: %d", number(m.settings.header))
	}
	m.settings.header = c.string(0) == "1"
	return ok()
}

// errCharset marks text that is not written in the character set of +CSCS.
var errCharset = errors.New("not in the character set")

// inCharset writes a text in the character set of +CSCS.
func (m *Modem) inCharset(text string) string {
	switch m.settings.charset {
	case "UCS2":
		return hexUCS2(text)
	case "HEX":
		return fmt.Sprintf("%X", text)
	case "UTF-8":
		return text
	}
	return strings.Map(func(r rune) rune {
		if r > '~' || r < ' ' && r != '\n' {
			return '?'
		}
		return r
	}, text)
}

// fromCharset reads a text in the character set of +CSCS.
func (m *Modem) fromCharset(text string) (string, error) {
	if m.settings.charset != "UCS2" || strings.HasPrefix(text, "+") {
		return text, nil
	}
	octets, err := hex.DecodeString(text)
	if err != nil || len(octets)%2 != 0 {
		return "", errCharset
	}
	units := make([]uint16, len(octets)/2)
	for i := range units {
		units[i] = uint16(octets[2*i])<<8 | uint16(octets[2*i+1])
	}
	return string(utf16.Decode(units)), nil
}

// sendText answers +CMGS in text mode, 3GPP TS 27.005 3.5.1.
func (m *Modem) sendText(c command) reply {
	return m.promptText(c, func(tpdu []byte, s pdu.Submit) reply { return m.transmit("+CMGS", tpdu, s, nil) })
}

// writeText answers +CMGW in text mode, 3GPP TS 27.005 3.5.3.
func (m *Modem) writeText(c command) reply {
	return m.promptText(c, func(tpdu []byte, _ pdu.Submit) reply {
		return m.writeTo(storedUnsent, pdu.WithSMSC(m.centreAddress(), tpdu))
	})
}

func (m *Modem) promptText(c command, use func(tpdu []byte, s pdu.Submit) reply) reply {
	number, err := m.fromCharset(c.string(0))
	if c.kind != set || err != nil || number == "" {
		return cmsError(cmsInvalidText)
	}
	return reply{kind: replyPrompt, accept: func(payload []byte) reply {
		s, err := m.textSubmit(number, strings.ReplaceAll(strings.Trim(string(payload), "\r\n"), "\r", "\n"))
		if err != nil {
			return cmsError(cmsInvalidText)
		}
		tpdu, err := s.Marshal()
		if err != nil {
			return cmsError(cmsInvalidText)
		}
		return use(tpdu, s)
	}}
}

// textSubmit makes the SUBMIT of a text in text mode.
func (m *Modem) textSubmit(number, payload string) (pdu.Submit, error) {
	d := m.settings.submit
	s := pdu.Submit{
		ReportRequest: d.firstOctet&0x20 != 0, DA: addressOf(number), PID: byte(d.protocol), DCS: pdu.DCS(d.coding),
	}
	if d.firstOctet&0x18 == 0x10 {
		validity, err := pdu.RelativeValidity(relativePeriod(d.validity))
		if err != nil {
			return s, err
		}
		s.VP = validity
	}
	text, err := m.fromCharset(payload)
	if err != nil {
		return s, err
	}
	alphabet := s.DCS.Alphabet()
	if alphabet == pdu.Data8 {
		s.UD.Data = []byte(text)
		return s, nil
	}
	s.UD, err = pdu.TextUserData(text, alphabet, nil)
	return s, err
}

// relativePeriod is what the octet of a relative validity stands for, 3GPP TS
// 23.040 9.2.3.12.1.
func relativePeriod(octet int) time.Duration {
	n := time.Duration(octet)
	switch {
	case n <= 143:
		return (n + 1) * 5 * time.Minute
	case n <= 167:
		return 12*time.Hour + (n-143)*30*time.Minute
	case n <= 196:
		return (n - 166) * 24 * time.Hour
	}
	return (n - 192) * 7 * 24 * time.Hour
}

// textOf is what +CMGR tells of a stored text in text mode, 3GPP TS 27.005
// 3.4.3.
func (m *Modem) textOf(s *stored) []string {
	return m.textLines(fmt.Sprintf(`+CMGR: "%s"`, textStatuses()[s.status]), s.raw)
}

// listedText is what +CMGL tells of it, 3GPP TS 27.005 3.4.2.
func (m *Modem) listedText(index int, s *stored) []string {
	return m.textLines(fmt.Sprintf(`+CMGL: %d,"%s"`, index, textStatuses()[s.status]), s.raw)
}

// textLines writes head with address and time, and the text.
func (m *Modem) textLines(head string, raw []byte) []string {
	in, err := pdu.Read(raw, time.Now())
	switch {
	case err == nil && in.Deliver != nil:
		d := in.Deliver
		return []string{
			fmt.Sprintf(`%s,"%s",,"%s"`, head, m.inCharset(d.OA.String()), stamp(d.SCTS)), m.inCharset(d.Text()),
		}
	case err == nil && in.Report != nil:
		return []string{head + "," + m.reportFields(in.Report)}
	}
	_, tpdu, err := pdu.SplitSMSC(raw)
	if err != nil {
		return []string{head}
	}
	s, err := pdu.ParseSubmit(tpdu)
	if err != nil {
		return []string{head}
	}
	return []string{fmt.Sprintf(`%s,"%s",`, head, m.inCharset(s.DA.String())), m.inCharset(s.Text())}
}

// reportFields are those of +CDS in text mode, 3GPP TS 27.005 3.4.1.
func (m *Modem) reportFields(r *pdu.StatusReport) string {
	return fmt.Sprintf(`6,%d,"%s",%d,"%s","%s",%d`, r.MR, m.inCharset(r.RA.String()), typeOf(r.RA),
		stamp(r.SCTS), stamp(r.Discharge), r.Status)
}

// directText is what +CMT says after its colon in text mode.
func (m *Modem) directText(raw []byte) string {
	in, err := pdu.Read(raw, time.Now())
	if err != nil || in.Deliver == nil {
		return ","
	}
	d := in.Deliver
	return fmt.Sprintf(`"%s",,"%s"`+"\r\n%s", m.inCharset(d.OA.String()), stamp(d.SCTS), m.inCharset(d.Text()))
}

// directTextReport is what +CDS says after its colon in text mode.
func (m *Modem) directTextReport(raw []byte) string {
	in, err := pdu.Read(raw, time.Now())
	if err != nil || in.Report == nil {
		return ""
	}
	return m.reportFields(in.Report)
}

// stamp writes a time as text mode does: with its zone in quarters of an hour.
func stamp(t time.Time) string {
	_, offset := t.Zone()
	return t.Format("06/01/02,15:04:05") + fmt.Sprintf("%+03d", offset/900)
}

// parseStored reads the payload of +CMGW in PDU mode: a service centre address
// and a TPDU of the length that the command announced.
func parseStored(payload []byte, length int) (raw []byte, valid bool) {
	raw, err := hex.DecodeString(string(trimLine(payload)))
	if err != nil {
		return nil, false
	}
	_, tpdu, err := pdu.SplitSMSC(raw)
	return raw, err == nil && len(tpdu) == length
}
