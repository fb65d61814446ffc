package pdu

import (
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"
)

// encodeUCS2 returns text as UTF-16 in big-endian order. 3GPP TS 23.038 6.2.3
// says UCS-2; characters beyond it go as surrogate pairs, which is what phones
// send and read.
func encodeUCS2(text string) []byte {
	octets := make([]byte, 0, 2*UCS2.length(text))
	for _, r := range text {
		if high, low := utf16.EncodeRune(r); high != utf8.RuneError {
			octets = binary.BigEndian.AppendUint16(octets, uint16(high))
			r = low
		}
		octets = binary.BigEndian.AppendUint16(octets, uint16(r))
	}
	return octets
}

// decodeUCS2 returns the text of octets in UTF-16, big-endian. It never fails: a
// surrogate without its other half becomes U+FFFD and leaves its neighbour
// alone, and so does an odd octet at the end.
func decodeUCS2(octets []byte) string {
	text := make([]byte, 0, len(octets)+len(octets)/2)
	for len(octets) >= 2 {
		r := rune(binary.BigEndian.Uint16(octets))
		octets = octets[2:]
		if utf16.IsSurrogate(r) && len(octets) >= 2 {
			pair := utf16.DecodeRune(r, rune(binary.BigEndian.Uint16(octets)))
			if pair != utf8.RuneError {
				octets = octets[2:]
			}
			r = pair
		}
		text = utf8.AppendRune(text, r) // a lone surrogate is written as U+FFFD
	}
	if len(octets) == 1 {
		text = utf8.AppendRune(text, utf8.RuneError)
	}
	return string(text)
}
