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

// ussdAlphabet returns the alphabet of a data coding scheme of cell broadcast (3GPP TS
// 23.038 5). language says that a language code precedes the text.
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

// decodeUSSD decodes the text of +CUSD. Modems write plain text, UCS-2 in hexadecimal
// digits or packed septets in hexadecimal digits, and do not always say which. packed
// says that this modem writes packed septets.
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
			return tidy(decode(pdu.UCS2, raw))
		}
	case alphabet == pdu.Data8:
		return tidy(decode(pdu.Data8, raw))
	case looksUCS2(raw):
		return tidy(decode(pdu.UCS2, raw))
	}
	septets := unpackUSSD(raw)
	written := looksWritten(septets, text)
	switch {
	case looksASCII(raw, text) && (!packed || !written):
		return tidy(string(raw))
	case packed || written:
		return tidy(strings.TrimPrefix(decode(pdu.GSM7, septets), languageOf(decode(pdu.GSM7, septets), language)))
	}
	return plainUSSD(text, alphabet, language)
}

// decode decodes octets, of GSM7 one a septet, as the text of an SMS is decoded.
func decode(a pdu.Alphabet, octets []byte) string {
	return pdu.UserData{Data: octets}.Text(pdu.TextDCS(a, false))
}

// languageOf returns the language code that precedes a text: two letters and CR.
func languageOf(text string, language bool) string {
	if language && len(text) >= 3 && text[2] == '\r' {
		return text[:3]
	}
	return ""
}

// looksUCS2 reports whether octets said to be of the default alphabet are UCS-2: all
// characters are Latin, Greek, Cyrillic or typographic, most of them letters, and none
// is a control character other than a line end.
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

// onlyDigits reports whether a text consists of decimal digits, as an amount, a year or
// a phone number does.
func onlyDigits(text string) bool { return strings.Trim(text, "0123456789") == "" }

// longestNumber is the greatest count of digits of a number in an answer: that of an
// ICCID.
const longestNumber = 20

// looksASCII reports whether octets are ASCII text, so that the digits they were
// written in are hexadecimal: printable characters and line ends, most of them letters,
// digits and spaces, and at least one letter.
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

// shortestPacked is the least count of octets of packed septets that can be told from a
// code of digits and letters.
const shortestPacked = 6

// looksWritten reports whether septets are readable text, so that the digits they were
// written in are hexadecimal: at most one character in eight is not a letter, digit,
// space or usual mark. Digits alone are a number rather than septets.
func looksWritten(septets []byte, digitsOf string) bool {
	if len(digitsOf) < 2*shortestPacked || onlyDigits(digitsOf) && len(digitsOf) <= longestNumber {
		return false
	}
	text, odd := decode(pdu.GSM7, septets), 0
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

// plainUSSD decodes plain text. +CSCS="GSM" asks for the default alphabet; modems send
// that, ASCII or UTF-8.
func plainUSSD(text string, alphabet pdu.Alphabet, language bool) string {
	ascii := strings.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
	switch {
	case !ascii && utf8.ValidString(text):
	case !ascii:
		text = decode(pdu.Data8, []byte(text)) // Latin-1
	case alphabet == pdu.GSM7:
		text = decode(pdu.GSM7, asSeptets(text))
	}
	return tidy(strings.TrimPrefix(text, languageOf(text, language)))
}

// asSeptets returns a text of ASCII or of the default alphabet as septets. Where both
// have different characters at one code, the dollar, the at sign and the underline are
// read as ASCII, since the default alphabet has these at other codes, and the rest as
// the default alphabet.
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

// tidy unifies line ends and trims white space.
func tidy(text string) string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	return strings.Trim(text, "\n\x00 \t")
}

// packUSSD packs a code into octets (3GPP TS 23.038 6.1.2.3). Digits, * and # have the
// same codes in ASCII and in the default alphabet. Seven spare bits are filled with CR,
// because zeros would be an at sign.
func packUSSD(code string) []byte {
	septets := []byte(code)
	if len(septets)%8 == 7 {
		septets = append(septets, '\r')
	}
	return pdu.PackSeptets(septets, 0)
}

// unpackUSSD unpacks octets into septets, without a final filler: CR, or zeros after a
// text that ends within the octet before.
func unpackUSSD(raw []byte) []byte {
	septets := pdu.UnpackSeptets(raw, len(raw)*8/7, 0)
	if n := len(septets); n > 0 && n%8 == 0 && (septets[n-1] == '\r' || septets[n-1] == 0) {
		septets = septets[:n-1]
	}
	return septets
}
