package modem

import (
	"encoding/hex"
	"strings"
	"unicode"
	"unicode/utf8"

	"goniec/pdu"
)

// defaultUSSDCoding is the data coding scheme of cell broadcast for the default
// alphabet, language unspecified (3GPP TS 23.038 5).
const defaultUSSDCoding = 0x0F

// ussdAlphabet returns what a text is written in by the data coding scheme of
// cell broadcast (3GPP TS 23.038 5), and whether a language goes before it.
func ussdAlphabet(dcs byte) (alphabet pdu.Alphabet, language bool) {
	group := dcs >> 4
	switch {
	case dcs == 0x10:
		return pdu.GSM7, true
	case dcs == 0x11:
		return pdu.UCS2, true
	case group >= 0x4 && group <= 0x7, group == 0x9:
		switch dcs >> 2 & 3 {
		case 1:
			return pdu.Data8, false
		case 2:
			return pdu.UCS2, false
		}
	case group == 0xF && dcs&4 != 0:
		return pdu.Data8, false
	}
	return pdu.GSM7, false
}

// decodeUSSD reads the text of +CUSD. Modems write it as it is, as UCS-2 in
// hexadecimal digits or as packed septets in hexadecimal digits, and do not
// always say which. packed says that this one writes the latter.
func decodeUSSD(text string, dcs byte, packed bool) string {
	alphabet, language := ussdAlphabet(dcs)
	raw, err := hex.DecodeString(strings.TrimSpace(text))
	if err != nil || len(raw) == 0 {
		return plainUSSD(text, alphabet, language)
	}
	switch {
	case alphabet == pdu.UCS2:
		if language && len(raw) >= 2 {
			raw = raw[2:] // two letters, packed
		}
		if len(raw)%2 == 0 {
			return tidy(ucs2(raw))
		}
	case alphabet == pdu.Data8:
		return tidy(pdu.UserData{Data: raw}.Text(dcsData8))
	case looksUCS2(raw):
		return tidy(ucs2(raw))
	}
	septets := unpackUSSD(raw)
	written := looksWritten(septets, text)
	switch {
	case looksASCII(raw, text) && (!packed || !written):
		return tidy(string(raw))
	case packed || written:
		return tidy(strings.TrimPrefix(gsm7(septets), languageOf(gsm7(septets), language)))
	}
	return plainUSSD(text, alphabet, language)
}

// Data coding schemes of package pdu, which are those of texts.
const (
	dcsGSM7  pdu.DCS = 0x00
	dcsData8 pdu.DCS = 0x04
	dcsUCS2  pdu.DCS = 0x08
)

func ucs2(raw []byte) string     { return pdu.UserData{Data: raw}.Text(dcsUCS2) }
func gsm7(septets []byte) string { return pdu.UserData{Data: septets}.Text(dcsGSM7) }

// languageOf returns the language that goes before a text: two letters and CR.
func languageOf(text string, language bool) string {
	if language && len(text) >= 3 && text[2] == '\r' {
		return text[:3]
	}
	return ""
}

// looksUCS2 reports whether octets that are said to be of the default alphabet
// are UCS-2 all the same: every character of the Latin, Greek or Cyrillic alphabet
// or a mark of typography, most of them no such mark, and none a control character
// but line ends.
func looksUCS2(raw []byte) bool {
	if len(raw) < 4 || len(raw)%2 != 0 {
		return false
	}
	marks := 0
	for i := 0; i < len(raw); i += 2 {
		r := rune(raw[i])<<8 | rune(raw[i+1])
		switch {
		case unicode.IsControl(r) && r != '\n' && r != '\r':
			return false
		case r < 0x500:
		case r >= 0x2010 && r <= 0x203A, r == '€':
			marks++
		default:
			return false
		}
	}
	return marks*4 <= len(raw)
}

// onlyDigits reports whether a text could be an amount, a year or the number of a
// phone: decimal digits alone.
func onlyDigits(text string) bool { return strings.Trim(text, "0123456789") == "" }

// longestNumber is how many digits a number has at most that a network tells
// people: that of a SIM has 20.
const longestNumber = 20

// looksASCII reports whether octets are a text of ASCII characters, so that the
// digits they came in were no text themselves: nothing but printable characters
// and line ends, most of them letters, digits and spaces, and letters among them.
func looksASCII(raw []byte, digitsOf string) bool {
	if len(raw) < 4 || onlyDigits(digitsOf) && len(digitsOf) <= longestNumber {
		return false
	}
	letters, others := 0, 0
	for _, b := range raw {
		switch {
		case b >= 'A' && b <= 'Z', b >= 'a' && b <= 'z':
			letters++
		case b >= '0' && b <= '9', b == ' ', b == '\n', b == '\r':
		case b > ' ' && b <= '~':
			others++
		default:
			return false
		}
	}
	return letters >= 2 && others*3 <= len(raw)
}

// shortestPacked is how many octets of packed septets there must be at least to be
// told from a code of digits and letters.
const shortestPacked = 6

// looksWritten reports whether septets read like something a network writes, so
// that the digits they came in were no text themselves: letters, digits, spaces and
// the usual marks but for one character in eight. A text of digits alone is a number
// rather than septets.
func looksWritten(septets []byte, digitsOf string) bool {
	if len(digitsOf) < 2*shortestPacked || onlyDigits(digitsOf) && len(digitsOf) <= longestNumber {
		return false
	}
	text, odd := gsm7(septets), 0
	for _, r := range text {
		switch {
		case r == utf8.RuneError, unicode.IsControl(r) && r != '\n' && r != '\r':
			return false
		case r < utf8.RuneSelf && unicode.IsLetter(r), unicode.IsDigit(r), strings.ContainsRune(" \r\n.,:;-+*#()/!?%", r):
		default:
			odd++
		}
	}
	return odd*8 <= len(septets)
}

// plainUSSD reads a text that is written as it is. +CSCS="GSM" asks for the
// default alphabet, and modems give that, ASCII or UTF-8.
func plainUSSD(text string, alphabet pdu.Alphabet, language bool) string {
	ascii := strings.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
	switch {
	case !ascii && utf8.ValidString(text):
	case !ascii:
		text = pdu.UserData{Data: []byte(text)}.Text(dcsData8) // Latin-1
	case alphabet == pdu.GSM7:
		text = gsm7(asSeptets(text))
	}
	return tidy(strings.TrimPrefix(text, languageOf(text, language)))
}

// asSeptets returns a text of ASCII or of the default alphabet as septets. Where
// both have another character at the same place, the dollar, the at sign and
// the underline are ASCII, since modems that give the default alphabet have
// those elsewhere; what is left are letters with marks rather than brackets.
func asSeptets(text string) []byte {
	septets := []byte(text)
	for i, b := range septets {
		switch b {
		case '$':
			septets[i] = 0x02
		case '@':
			septets[i] = 0x00
		case '_':
			septets[i] = 0x11
		}
	}
	return septets
}

// tidy unifies line ends and takes blank margins off.
func tidy(text string) string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	return strings.Trim(text, "\n\x00 \t")
}

// packUSSD packs a code into octets (3GPP TS 23.038 6.1.2.3); digits, * and #
// are the same in ASCII and in the default alphabet. Seven free bits are filled
// with CR, since zeros would be an at sign.
func packUSSD(code string) []byte {
	septets := []byte(code)
	if len(septets)%8 == 7 {
		septets = append(septets, '\r')
	}
	var out []byte
	held, bits := 0, 0
	for _, s := range septets {
		held |= int(s) << bits
		for bits += 7; bits >= 8; bits -= 8 {
			out = append(out, byte(held))
			held >>= 8
		}
	}
	if bits > 0 {
		out = append(out, byte(held))
	}
	return out
}

// unpackUSSD takes octets apart into septets. A last one that only fills up is
// left out: a CR, or zeros behind a text that ends within the octet before.
func unpackUSSD(raw []byte) []byte {
	var septets []byte
	held, bits := 0, 0
	for _, octet := range raw {
		held |= int(octet) << bits
		for bits += 8; bits >= 7; bits -= 7 {
			septets = append(septets, byte(held&0x7F))
			held >>= 7
		}
	}
	if n := len(septets); n > 0 && n%8 == 0 && (septets[n-1] == '\r' || septets[n-1] == 0) {
		septets = septets[:n-1]
	}
	return septets
}
