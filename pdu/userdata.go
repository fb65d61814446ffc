package pdu

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxUserData is how many octets the user data of a TPDU holds, 3GPP TS 23.040
// 9.2.3.24; they carry 160 septets.
const maxUserData = 140

// UserData is the TP-User-Data: an optional header and the text or data behind
// it. What Data means depends on the DCS of the message it belongs to.
type UserData struct {
	Header Header
	// Data is one septet a byte if the alphabet is GSM7, escapes included, and
	// plain octets otherwise. The header and its fill bits are not in it.
	Data []byte
}

// TextUserData returns the user data of one part: text in alphabet a, behind a
// header if c is not nil. It fails if a lacks a character of text or if the
// part does not fit; Compose gives parts that do.
func TextUserData(text string, a Alphabet, c *Concatenation) (UserData, error) {
	var u UserData
	if c != nil {
		e, err := c.element()
		if err != nil {
			return UserData{}, err
		}
		u.Header = Header{e}
	}
	switch a {
	case GSM7:
		septets, ok := encodeGSM7(text)
		if !ok {
			return UserData{}, fmt.Errorf("encode text: a character is not in alphabet %s", a)
		}
		u.Data = septets
	case UCS2:
		u.Data = encodeUCS2(text)
	default:
		return UserData{}, fmt.Errorf("encode text: %q is no alphabet for texts", a)
	}
	if n := u.octets(a); n > maxUserData {
		return UserData{}, fmt.Errorf("encode text: %w: %d octets", errUserDataLength, n)
	}
	return u, nil
}

// Text returns the user data as text, by the alphabet of d and the national
// language tables the header names. It never fails: what is no character
// becomes U+FFFD. 8-bit data is shown as UTF-8 if it is that, else as Latin-1.
func (u UserData) Text(d DCS) string {
	switch d.Alphabet() {
	case UCS2:
		return decodeUCS2(u.Data)
	case Data8:
		return decodeData8(u.Data)
	default:
		locking, single := u.Header.nationalLanguages()
		return decodeGSM7(u.Data, locking, single)
	}
}

// decodeData8 makes something readable of 8-bit data. The standard gives it no
// character set.
func decodeData8(octets []byte) string {
	var text strings.Builder
	text.Grow(len(octets))
	isUTF8 := utf8.Valid(octets)
	for len(octets) > 0 {
		r, size := rune(octets[0]), 1
		if isUTF8 {
			r, size = utf8.DecodeRune(octets)
		}
		if unicode.IsControl(r) && r != '\n' && r != '\r' {
			r = utf8.RuneError
		}
		text.WriteRune(r)
		octets = octets[size:]
	}
	return text.String()
}

// headerSeptets returns how many septets a header of n octets takes with the
// fill bits that bring the text behind it to a septet boundary, and how many
// bits these are.
func headerSeptets(n int) (septets, fillBits int) {
	septets = (n*8 + 6) / 7
	return septets, septets*7 - n*8
}

// octets returns how many octets the user data takes in a TPDU.
func (u UserData) octets(a Alphabet) int {
	if a != GSM7 {
		return u.Header.size() + len(u.Data)
	}
	septets, _ := headerSeptets(u.Header.size())
	return ((septets+len(u.Data))*7 + 7) / 8
}

// appendUserData appends TP-UDL and TP-UD. The length counts septets, those of
// the header among them, in the GSM 7-bit alphabet and octets otherwise, 3GPP TS
// 23.040 9.2.3.16.
func appendUserData(b []byte, d DCS, u UserData) ([]byte, error) {
	a := d.Alphabet()
	if n := u.octets(a); n > maxUserData {
		return nil, fmt.Errorf("TP-UD: %w: %d octets", errUserDataLength, n)
	}
	if a != GSM7 {
		b = append(b, byte(u.Header.size()+len(u.Data)))
		return append(appendHeader(b, u.Header), u.Data...), nil
	}
	septets, fillBits := headerSeptets(u.Header.size())
	b = append(b, byte(septets+len(u.Data)))
	return append(appendHeader(b, u.Header), packSeptets(u.Data, fillBits)...), nil
}

// userData reads TP-UDL and TP-UD. A lenient reader takes what there is.
func (r *reader) userData(d DCS, hasHeader bool) UserData {
	const field = "TP-UD"
	if r.err == nil && len(r.rest) == 0 {
		r.fault("TP-UDL", errTruncated)
		return UserData{}
	}
	septets, octets := 0, int(r.octet("TP-UDL"))
	if d.Alphabet() == GSM7 {
		septets, octets = octets, (octets*7+7)/8
	}
	if octets > maxUserData {
		r.fault(field, fmt.Errorf("%w: %d octets", errUserDataLength, octets))
	}
	if octets > len(r.rest) {
		r.fault(field, fmt.Errorf("%w: %d octets of %d", errTruncated, len(r.rest), octets))
		octets = len(r.rest)
		septets = min(septets, octets*8/7)
	}
	data := r.take(octets, field)
	var u UserData
	headerSize := 0
	if hasHeader {
		u.Header, headerSize = r.header(data)
	}
	if d.Alphabet() != GSM7 {
		u.Data = present(bytes.Clone(data[headerSize:]))
		return u
	}
	taken, fillBits := headerSeptets(headerSize)
	u.Data = present(unpackSeptets(data[headerSize:], septets-taken, fillBits))
	return u
}

// header reads the header at the beginning of data and returns its size. If its
// elements do not add up a lenient reader drops them and keeps the text, as 3GPP
// TS 23.040 9.2.3.24 asks; if there cannot be a header at all, all is text.
func (r *reader) header(data []byte) (h Header, size int) {
	const field = "TP-UDH"
	if len(data) == 0 || int(data[0]) >= len(data) {
		r.fault(field, fmt.Errorf("%w: longer than the user data", errHeader))
		return nil, 0
	}
	size = 1 + int(data[0])
	h, err := parseHeader(data[1:size])
	if err != nil {
		r.fault(field, err)
	}
	return h, size
}

// present returns b, or nil if it is empty, so that what is read equals what
// was written.
func present(b []byte) []byte {
	if len(b) == 0 {
		return nil
	}
	return b
}
