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

// UserData is the TP-User-Data: an optional header and the text or data behind it. The
// DCS of the message decides the meaning of Data.
type UserData struct {
	Header Header
	// Data has one septet a byte if the alphabet is GSM7, escapes included, and plain
	// octets otherwise. The header and its fill bits are not part of Data.
	Data []byte
}

// TextUserData returns the user data of one part: text in alphabet a, behind a
// concatenation header if c is not nil. It fails if a lacks a character of text or the
// part is too long; the parts of Compose fit.
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

// Text decodes the user data by the alphabet of d and the national language tables of
// the header. It never fails: invalid characters become U+FFFD. 8-bit data is shown as
// UTF-8 if valid, else as Latin-1.
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

// decodeData8 returns 8-bit data as readable text. The standard defines no character
// set.
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
	return append(appendHeader(b, u.Header), PackSeptets(u.Data, fillBits)...), nil
}

// userData reads TP-UDL and TP-UD. A lenient reader accepts truncated data.
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
	u.Data = present(UnpackSeptets(data[headerSize:], septets-taken, fillBits))
	return u
}

// header reads the header at the beginning of data and returns its size. A lenient
// reader drops a malformed header and keeps the text, as 3GPP TS 23.040 9.2.3.24
// requires; data too short for a header is all text.
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

// present returns b, or nil if b is empty, so that a read value equals the written one.
func present(b []byte) []byte {
	if len(b) == 0 {
		return nil
	}
	return b
}
