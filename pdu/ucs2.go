package pdu

import (
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"
)

// encodeUCS2 returns text as big-endian UTF-16. 3GPP TS 23.038 6.2.3 specifies UCS-2;
// other characters become surrogate pairs, as phones expect.
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

// decodeUCS2 decodes big-endian UTF-16. It never fails: a lone surrogate or an odd
// final octet becomes U+FFFD.
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
