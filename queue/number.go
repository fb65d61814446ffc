package queue

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"

	"goniec/pdu"
)

// Codes of NumberError.
const (
	NumberEmpty      = "empty"
	NumberTwo        = "two_numbers"         // "600100200/601100200"
	NumberImpossible = "impossible"          // not a number, or of a length that cannot be
	NumberInvalid    = "invalid"             // possible, but nobody can have it
	NumberCountry    = "not_allowed_country" // valid, but not in Numbering.Countries
	NumberPremium    = "premium"             // costs extra to reach
	NumberShortCode  = "unknown_short_code"  // not in Numbering.ShortCodes
)

// WarningFixedLine is the warning of Numbering.Parse for a number that is likely
// not to take texts.
const WarningFixedLine = "fixed_line"

// NumberError says why a number is not taken. It never holds the number.
type NumberError struct{ Code string }

// Error implements error.
func (e *NumberError) Error() string { return "phone number: " + strings.ReplaceAll(e.Code, "_", " ") }

// Numbering is how numbers are read that people type.
type Numbering struct {
	Region     string   // of a number without a country code, ISO 3166-1 ("PL"); empty: PL
	Countries  []string // that may be written to, ISO 3166-1; empty: those of the European Union and Region
	ShortCodes []string // of three to six digits that may be written to
}

// NewNumbering returns a Numbering after checking its parts.
var errNumbering = errors.New("unknown region")

// Validate reports a region or country that does not exist, or a short code that is none.
func (n Numbering) Validate() error {
	for _, region := range append([]string{n.region()}, n.Countries...) {
		if phonenumbers.GetCountryCodeForRegion(region) == 0 {
			return fmt.Errorf("%w %q: two capital letters of ISO 3166-1 are wanted", errNumbering, region)
		}
	}
	for _, code := range n.ShortCodes {
		if a, err := pdu.ParseAddress(code); err != nil || !a.IsShortCode() {
			return fmt.Errorf("short code %q: three to six digits are wanted", code)
		}
	}
	return nil
}

func (n Numbering) region() string {
	if n.Region == "" {
		return "PL"
	}
	return n.Region
}

// Parse reads a number as people write it and returns it in the one form that is
// stored, E.164 or a short code. warning is empty or WarningFixedLine. The error
// is a *NumberError.
func (n Numbering) Parse(raw string) (address pdu.Address, warning string, err error) {
	return pdu.Address{}, "", &NumberError{slices.Max([]string{string(unicode.MaxRune)})}
}
