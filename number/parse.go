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

// maxTyped is the greatest length of a number as typed, in characters; with every
// separator there is none is longer.
const maxTyped = 64

// Parse reads a number as people write it ("600-100-200", "0048 600 100 200",
// "tel:+48600100200") and returns it in the one form that is stored, E.164 or a
// short code. warning is empty or WarningFixedLine. The error is a *Error.
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

// emergency reports whether a clean number is that of an emergency service, which
// is never written to, also if somebody takes it for a short code.
func (n Numbering) emergency(typed string) bool {
	const everywhere = "112"
	if typed == everywhere || phonenumbers.IsEmergencyNumber(typed, n.region()) {
		return true
	}
	return n.region() == poland && slices.Contains(polishServices(), typed)
}

// polishServices lists the services that Poland has beside the emergency numbers
// proper: rescue on water and in mountains, crisis management, gas, power, guards.
func polishServices() []string {
	return []string{"981", "982", "983", "984", "985", "986", "987", "989", "991", "992", "993", "994", "995", "996", "997", "998", "999"}
}

// parse reads a clean number, code says why it is none.
func (n Numbering) parse(typed string) (number *phonenumbers.PhoneNumber, kind phonenumbers.PhoneNumberType, code string) {
	if number, kind = n.domestic(typed); kind != phonenumbers.UNKNOWN {
		return number, kind, ""
	}
	// A zero before a national number was dialled until 2010, and is still
	// written; the library takes it for a part of the number.
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
	// A number is valid if it is of any kind.
	if kind = phonenumbers.GetNumberType(number); kind == phonenumbers.UNKNOWN {
		return nil, kind, CodeInvalid
	}
	return number, kind, ""
}

// domestic reads a number of our own country that is written as it is stored, as
// nearly all are that come from programs: most of the library's time goes into
// finding out how a number is written. UNKNOWN means that this is none of them.
func (n Numbering) domestic(typed string) (*phonenumbers.PhoneNumber, phonenumbers.PhoneNumberType) {
	country := phonenumbers.GetCountryCodeForRegion(n.region())
	rest, found := strings.CutPrefix(typed, "+"+strconv.Itoa(country))
	if !found || strings.HasPrefix(rest, "0") || len(rest) > maxNational {
		return nil, phonenumbers.UNKNOWN
	}
	national, err := strconv.ParseUint(rest, 10, 64)
	if err != nil {
		return nil, phonenumbers.UNKNOWN
	}
	code := int32(country)
	number := &phonenumbers.PhoneNumber{CountryCode: &code, NationalNumber: &national}
	return number, phonenumbers.GetNumberType(number)
}

// maxNational is how many digits a number has behind the country code at most, ITU-T
// E.164 6.1.
const maxNational = 15

// clean returns the digits of a number as typed, after a + if it has one. Letters,
// of an extension or a name, are not let through: the library would read them as
// the digits of a keypad, or drop them.
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
			// The digits of a script stand in a row, from zero.
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

// several reports whether more than one number was typed: digits enough for one on
// both sides of something that separates.
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
