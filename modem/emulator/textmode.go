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

// textStatuses returns the statuses of text mode in the order of PDU mode.
func textStatuses() []string {
	return []string{"REC UNREAD", "REC READ", "STO UNSENT", "STO SENT", "ALL"}
}

// errCharset marks text that is not written in the character set of +CSCS.
var errCharset = errors.New("not in the character set")

// charset is a character set of +CSCS, in which text mode writes texts and numbers.
type charset string

// write writes a text in the character set.
func (cs charset) write(text string) string {
	switch cs {
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

// read reads a text written in the character set.
func (cs charset) read(text string) (string, error) {
	if cs != "UCS2" || strings.HasPrefix(text, "+") {
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

// stored is what +CMGR tells of a stored text in text mode, 3GPP TS 27.005
// 3.4.3.
func (cs charset) stored(s *stored) []string {
	return cs.lines(fmt.Sprintf(`+CMGR: "%s"`, textStatuses()[s.status]), s.raw)
}

// listed is what +CMGL tells of a stored text in text mode, 3GPP TS 27.005 3.4.2.
func (cs charset) listed(index int, s *stored) []string {
	return cs.lines(fmt.Sprintf(`+CMGL: %d,"%s"`, index, textStatuses()[s.status]), s.raw)
}

// lines writes head with address and time, and the text behind it.
func (cs charset) lines(head string, raw []byte) []string {
	in, err := pdu.Read(raw, time.Now())
	switch {
	case err == nil && in.Deliver != nil:
		d := in.Deliver
		return []string{
			fmt.Sprintf(`%s,"%s",,"%s"`, head, cs.write(d.OA.String()), stamp(d.SCTS)), cs.write(d.Text()),
		}
	case err == nil && in.Report != nil:
		return []string{head + "," + cs.reportFields(in.Report)}
	}
	_, tpdu, err := pdu.SplitSMSC(raw)
	if err != nil {
		return []string{head}
	}
	s, err := pdu.ParseSubmit(tpdu)
	if err != nil {
		return []string{head}
	}
	return []string{fmt.Sprintf(`%s,"%s",`, head, cs.write(s.DA.String())), cs.write(s.Text())}
}

// reportFields are the fields of +CDS in text mode, 3GPP TS 27.005 3.4.1.
func (cs charset) reportFields(r *pdu.StatusReport) string {
	return fmt.Sprintf(`6,%d,"%s",%d,"%s","%s",%d`, r.MR, cs.write(r.RA.String()), typeOf(r.RA),
		stamp(r.SCTS), stamp(r.Discharge), r.Status)
}

// text is what +CMT says after its colon in text mode.
func (cs charset) text(raw []byte) string {
	in, err := pdu.Read(raw, time.Now())
	if err != nil || in.Deliver == nil {
		return ","
	}
	d := in.Deliver
	return fmt.Sprintf(`"%s",,"%s"`+"\r\n%s", cs.write(d.OA.String()), stamp(d.SCTS), cs.write(d.Text()))
}

// report is what +CDS says after its colon in text mode.
func (cs charset) report(raw []byte) string {
	in, err := pdu.Read(raw, time.Now())
	if err != nil || in.Report == nil {
		return ""
	}
	return cs.reportFields(in.Report)
}

// stamp writes a time as text mode does: with its zone in quarters of an hour.
func stamp(t time.Time) string {
	_, offset := t.Zone()
	return t.Format("06/01/02,15:04:05") + fmt.Sprintf("%+03d", offset/900)
}
