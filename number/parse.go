package number

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"

	"goniec/pdu"
)

// maxTyped is the greatest length of a typed number with separators, in characters.
const maxTyped = 64

// Parse reads a number as people write it ("600-100-200", "0048 600 100 200",
// "tel:+48600100200") and returns the number as E.164 or as a short code. warning is empty
// or WarningFixedLine. The error is a *Error.
func (n Numbering) Parse(raw string) (address pdu.Address, warning string, err error) {
	typed, code := clean(raw)
	if code != "" {
		return pdu.Address{}, "", &Error{code}
	}
	if n.emergency(typed) {
		return pdu.Address{}, "", &Error{CodeEmergency}
	}
	if a, err := pdu.ParseAddress(typed); err == nil && a.IsShortCode() {
		if !slices.Contains(n.ShortCodes, typed) {
			return pdu.Address{}, "", &Error{CodeShortCode}
		}
		return a, "", nil
	}
	number, kind, code := n.parse(typed)
	if code != "" {
		return pdu.Address{}, "", &Error{code}
	}
	switch kind {
	case phonenumbers.PREMIUM_RATE, phonenumbers.SHARED_COST:
		return pdu.Address{}, "", &Error{CodePremium}
	case phonenumbers.FIXED_LINE, phonenumbers.TOLL_FREE, phonenumbers.UAN:
		warning = WarningFixedLine
	default:
	}
	if !n.allows(phonenumbers.GetRegionCodeForNumber(number)) {
		return pdu.Address{}, "", &Error{CodeCountry}
	}
	address, err = pdu.ParseAddress(phonenumbers.Format(number, phonenumbers.E164))
	if err != nil {
		return pdu.Address{}, "", &Error{CodeInvalid}
	}
	return address, warning, nil
}

// emergency reports whether a clean number belongs to an emergency service. No text is
// sent to one, even if Numbering.ShortCodes lists it.
func (n Numbering) emergency(typed string) bool {
	const everywhere = "112"
	if typed == everywhere || phonenumbers.IsEmergencyNumber(typed, n.region()) {
		return true
	}
	return n.region() == poland && slices.Contains(polishServices(), typed)
}

// polishServices lists the Polish alarm numbers beside the emergency numbers: water and
// mountain rescue, crisis management, gas, power, municipal guards.
func polishServices() []string {
	return []string{"981", "982", "983", "984", "985", "986", "987", "989", "991", "992", "993", "994", "995", "996", "997", "998", "999"}
}

// parse reads a clean number. code is a code of Error, empty if the number is valid.
func (n Numbering) parse(typed string) (number *phonenumbers.PhoneNumber, kind phonenumbers.PhoneNumberType, code string) {
	if number, kind = n.domestic(typed); kind != phonenumbers.UNKNOWN {
		return number, kind, ""
	}
	// Until 2010 a zero was dialled before a national number. People still write the
	// zero, and the library takes it for a digit of the number.
	const withZero = 10
	if rest, found := strings.CutPrefix(typed, "0"); found && len(typed) == withZero && n.region() == poland {
		if number, err := phonenumbers.Parse(rest, poland); err == nil {
			if kind := phonenumbers.GetNumberType(number); kind != phonenumbers.UNKNOWN {
				return number, kind, ""
			}
		}
	}
	number, err := phonenumbers.Parse(typed, n.region())
	if err != nil || !phonenumbers.IsPossibleNumber(number) {
		return nil, phonenumbers.UNKNOWN, CodeImpossible
	}
	// The library knows the type of every valid number.
	if kind = phonenumbers.GetNumberType(number); kind == phonenumbers.UNKNOWN {
		return nil, kind, CodeInvalid
	}
	return number, kind, ""
}

// domestic reads a number of Region in the form of E.164. Programs write most numbers in
// this form, and domestic saves the time that the library needs to recognise a form. kind
// is UNKNOWN for any other number.
func (n Numbering) domestic(typed string) (number *phonenumbers.PhoneNumber, kind phonenumbers.PhoneNumberType) {
	country := phonenumbers.GetCountryCodeForRegion(n.region())
	rest, found := strings.CutPrefix(typed, "+"+strconv.Itoa(country))
	if !found || strings.HasPrefix(rest, "0") || len(rest) > maxDigits {
		return nil, phonenumbers.UNKNOWN
	}
	national, err := strconv.ParseUint(rest, 10, 64)
	if err != nil {
		return nil, phonenumbers.UNKNOWN
	}
	code := int32(country)
	number = &phonenumbers.PhoneNumber{CountryCode: &code, NationalNumber: &national}
	return number, phonenumbers.GetNumberType(number)
}

// maxDigits is the greatest number of digits of a whole number, ITU-T E.164 6.1.
const maxDigits = 15

// clean returns the digits of a typed number, behind a + if it has one. code is a code of
// Error, empty if there is no fault. Letters are refused, since the library would read
// letters as digits of a keypad or drop them.
func clean(raw string) (typed, code string) {
	raw = strings.TrimSpace(raw)
	if len(raw) >= len("tel:") && strings.EqualFold(raw[:len("tel:")], "tel:") {
		raw = raw[len("tel:"):]
	}
	if raw == "" {
		return "", CodeEmpty
	}
	if utf8.RuneCountInString(raw) > maxTyped || !utf8.ValidString(raw) {
		return "", CodeImpossible
	}
	if several(raw) {
		return "", CodeTwo
	}
	var digits strings.Builder
	for _, r := range raw {
		switch {
		case unicode.IsDigit(r):
			// The ten digits of a script are consecutive in Unicode.
			zero := r
			for unicode.IsDigit(zero-1) && r-zero < 9 {
				zero--
			}
			digits.WriteRune('0' + r - zero)
		case (r == '+' || r == '＋') && digits.Len() == 0:
			digits.WriteByte('+')
		case unicode.IsSpace(r), unicode.Is(unicode.Pd, r), unicode.Is(unicode.Cf, r), strings.ContainsRune(".()/", r):
		default:
			return "", CodeImpossible
		}
	}
	if digits.Len() == 0 {
		return "", CodeEmpty
	}
	return digits.String(), ""
}

// several reports whether raw holds more than one number: separators leave two pieces of
// at least 7 digits, or one piece with two plus signs.
func several(raw string) bool {
	const enough = 7
	numbers := 0
	for _, piece := range strings.FieldsFunc(raw, func(r rune) bool { return strings.ContainsRune("/;,|\n", r) }) {
		digits, pluses := 0, 0
		for _, r := range piece {
			if unicode.IsDigit(r) {
				digits++
			}
			if r == '+' {
				pluses++
			}
		}
		if pluses > 1 {
			return true
		}
		if digits >= enough {
			numbers++
		}
	}
	return numbers > 1
}
