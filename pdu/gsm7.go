package pdu

import (
	"strings"
	"unicode/utf8"
)

// escape introduces a character of the extension table or of a national single
// shift table, 3GPP TS 23.038 6.2.1.
const escape = 0x1B

// gsm7Default is the default alphabet, 3GPP TS 23.038 6.2.1: the character at index i
// is that of septet i. U+001B stands for the escape.
const gsm7Default = "@£$¥èéùìòÇ\nØø\rÅå" +
	"Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ" +
	" !\"#¤%&'()*+,-./" +
	"0123456789:;<=>?" +
	"¡ABCDEFGHIJKLMNO" +
	"PQRSTUVWXYZÄÖÑÜ§" +
	"¿abcdefghijklmno" +
	"pqrstuvwxyzäöñüà"

// gsm7Extension is the default extension table, 3GPP TS 23.038 6.2.1.1: the
// character at index i is that of septet i behind an escape, U+FFFD where there
// is none.
const gsm7Extension = "����������\f�����" +
	"����^������\x1b����" +
	"��������{}�����\\" +
	"������������[~]�" +
	"|���������������" +
	"����������������" +
	"�����€����������" +
	"����������������"

const (
	noSeptet  = 0xFF // marks a character that GSM 7-bit does not have
	extended  = 0x80 // marks a septet that follows an escape
	septetEnd = 0x400
)

// gsm7Septets maps every character below septetEnd to its septet, with the extended bit
// for the extension table. The euro sign, the only character above, is handled by
// septetOf.
var gsm7Septets = func() (septets [septetEnd]byte) {
	for i := range septets {
		septets[i] = noSeptet
	}
	for code, r := range *lockingTables[DefaultLanguage] {
		septets[r] = byte(code)
	}
	for code, r := range *singleTables[DefaultLanguage] {
		if r < septetEnd {
			septets[r] = extended | byte(code)
		}
	}
	septets[escape] = noSeptet // the escape is no character
	return septets
}()

// septetOf returns the septet of r, with the extended bit if an escape precedes it, or
// noSeptet.
func septetOf(r rune) byte {
	switch {
	case r >= 0 && r < septetEnd:
		return gsm7Septets[r]
	case r == '€':
		return extended | 0x65
	default:
		return noSeptet
	}
}

// gsm7Units returns how many septets r takes in the default alphabet with its
// extension table: 1, 2, or 0 if it is in neither.
func gsm7Units(r rune) int {
	switch septet := septetOf(r); {
	case septet == noSeptet:
		return 0
	case septet&extended != 0:
		return 2
	default:
		return 1
	}
}

// gsm7Length returns how many septets text takes; ok is false if a character
// is not in the default alphabet or its extension table.
func gsm7Length(text string) (septets int, ok bool) {
	for _, r := range text {
		n := gsm7Units(r)
		if n == 0 {
			return 0, false
		}
		septets += n
	}
	return septets, true
}

// encodeGSM7 returns text in the default alphabet, one septet a byte, with
// escapes before the characters of the extension table; ok is false if text has
// a character outside both. National tables are never used for sending: a phone
// that does not know them shows other letters.
func encodeGSM7(text string) (septets []byte, ok bool) {
	length, ok := gsm7Length(text)
	if !ok {
		return nil, false
	}
	septets = make([]byte, 0, length)
	for _, r := range text {
		septet := septetOf(r)
		if septet&extended != 0 {
			septets = append(septets, escape)
		}
		septets = append(septets, septet&^extended)
	}
	return septets, true
}

// decodeGSM7 returns the text of septets (one a byte), read with the national tables
// that the header names; DefaultLanguage is the default table. It never fails: by 3GPP
// TS 23.038 6.2.1 an escaped septet without a character is read unescaped, and a
// repeated or final escape is shown as a space.
func decodeGSM7(septets []byte, locking, single NationalLanguage) string {
	base, shifted := locking.lockingTable(), single.singleTable()
	var text strings.Builder
	text.Grow(len(septets))
	for i := 0; i < len(septets); i++ {
		septet := septets[i] & 0x7F
		if septet != escape {
			text.WriteRune(base[septet])
			continue
		}
		i++
		if i == len(septets) || septets[i]&0x7F == escape {
			text.WriteByte(' ')
			continue
		}
		r := shifted[septets[i]&0x7F]
		if r == utf8.RuneError {
			r = base[septets[i]&0x7F]
		}
		text.WriteRune(r)
	}
	return text.String()
}

// PackSeptets packs septets (one a byte) into octets behind fillBits zero bits,
// 3GPP TS 23.038 6.1.2.1. The fill bits, 0 to 6, put the first septet on a septet
// boundary behind a user data header, 3GPP TS 23.040 9.2.3.24.
func PackSeptets(septets []byte, fillBits int) []byte {
	octets := make([]byte, (fillBits+7*len(septets)+7)/8)
	at := fillBits
	for _, septet := range septets {
		bits := uint16(septet&0x7F) << (at % 8)
		octets[at/8] |= byte(bits)
		if high := byte(bits >> 8); high != 0 {
			octets[at/8+1] |= high
		}
		at += 7
	}
	return octets
}

// UnpackSeptets is the inverse of PackSeptets: it returns count septets, one a byte, or
// as many as are whole in shorter octets.
func UnpackSeptets(octets []byte, count, fillBits int) []byte {
	count = max(0, min(count, (8*len(octets)-fillBits)/7))
	septets := make([]byte, count)
	at := fillBits
	for i := range septets {
		bits := uint16(octets[at/8])
		if at/8+1 < len(octets) {
			bits |= uint16(octets[at/8+1]) << 8
		}
		septets[i] = byte(bits>>(at%8)) & 0x7F
		at += 7
	}
	return septets
}
