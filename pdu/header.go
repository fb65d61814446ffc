package pdu

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// Identifiers of the information elements this package knows, 3GPP TS 23.040
// 9.2.3.24.
const (
	elementConcatenation     = 0x00 // 8-bit reference
	elementConcatenationWide = 0x08 // 16-bit reference
	elementSingleShift       = 0x24 // national language
	elementLockingShift      = 0x25 // national language
)

// Header is the user data header, 3GPP TS 23.040 9.2.3.24: its information elements in
// order, unknown ones included.
type Header []Element

// Element is one information element of a Header.
type Element struct {
	ID   byte
	Data []byte
}

// Concatenation identifies a part of a long message, 3GPP TS 23.040 9.2.3.24.1 and
// 9.2.3.24.8.
type Concatenation struct {
	// Reference is common to all parts of a message; 0 to 255 unless Wide.
	Reference uint16
	// Wide says that the reference has 16 bits. It differs from the 8-bit reference of
	// the same value.
	Wide bool
	// Total is the count of parts, Number the number of this one; both 1 to 255.
	Total, Number int
}

// element returns c as an information element.
func (c Concatenation) element() (Element, error) {
	switch {
	case c.Number < 1 || c.Number > c.Total || c.Total > 255:
		return Element{}, fmt.Errorf("%w: part %d of %d", errHeader, c.Number, c.Total)
	case c.Wide:
		data := []byte{byte(c.Reference >> 8), byte(c.Reference), byte(c.Total), byte(c.Number)}
		return Element{ID: elementConcatenationWide, Data: data}, nil
	case c.Reference > 255:
		return Element{}, fmt.Errorf("%w: reference %d in 8 bits", errHeader, c.Reference)
	}
	return Element{ID: elementConcatenation, Data: []byte{byte(c.Reference), byte(c.Total), byte(c.Number)}}, nil
}

// Concatenation returns the concatenation element; ok is false without one. An element
// with an impossible part number is skipped, and of several the last counts, as the
// standard requires.
func (h Header) Concatenation() (c Concatenation, ok bool) {
	for _, e := range h {
		var found Concatenation
		switch {
		case e.ID == elementConcatenation && len(e.Data) == 3:
			found = Concatenation{Reference: uint16(e.Data[0])}
		case e.ID == elementConcatenationWide && len(e.Data) == 4:
			found = Concatenation{Reference: binary.BigEndian.Uint16(e.Data), Wide: true}
		default:
			continue
		}
		found.Total, found.Number = int(e.Data[len(e.Data)-2]), int(e.Data[len(e.Data)-1])
		if found.Number >= 1 && found.Number <= found.Total {
			c, ok = found, true
		}
	}
	return c, ok
}

// nationalLanguages returns the national language tables of the text, 3GPP TS 23.040
// 9.2.3.24.15 and 9.2.3.24.16.
func (h Header) nationalLanguages() (locking, single NationalLanguage) {
	for _, e := range h {
		if len(e.Data) != 1 {
			continue
		}
		switch e.ID {
		case elementLockingShift:
			locking = NationalLanguage(e.Data[0])
		case elementSingleShift:
			single = NationalLanguage(e.Data[0])
		}
	}
	return locking, single
}

// size returns the length of the header in octets, length octet included; 0 without a
// header.
func (h Header) size() int {
	if len(h) == 0 {
		return 0
	}
	n := 1
	for _, e := range h {
		n += 2 + len(e.Data)
	}
	return n
}

// appendHeader appends the header, its length octet first.
func appendHeader(b []byte, h Header) []byte {
	if len(h) == 0 {
		return b
	}
	b = append(b, byte(h.size()-1))
	for _, e := range h {
		b = append(b, e.ID, byte(len(e.Data)))
		b = append(b, e.Data...)
	}
	return b
}

// parseHeader reads the elements of a header, its length octet taken off.
func parseHeader(octets []byte) (Header, error) {
	octets = bytes.Clone(octets)
	var h Header
	for len(octets) > 0 {
		if len(octets) < 2 || len(octets) < 2+int(octets[1]) {
			return nil, fmt.Errorf("%w: element longer than the header", errHeader)
		}
		end := 2 + int(octets[1])
		h = append(h, Element{ID: octets[0], Data: present(octets[2:end:end])})
		octets = octets[end:]
	}
	return h, nil
}
