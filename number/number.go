// Package number reads phone numbers as people and networks write them, and writes
// them into the store.
//
// Numbering.Parse makes one form of everything that people type: E.164, or a short
// code. Numbering.Forms goes the other way, to the forms in which networks write the
// same number. Segment and TailSegment are the only functions that put a number into
// a key of the store, so that a store can put something in its place that does not
// tell the number.
package number

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"goniec/pdu"
)

// Codes of Error.
const (
	CodeEmpty      = "empty"
	CodeTwo        = "two_numbers"         // "600100200/601100200"
	CodeImpossible = "impossible"          // not a number, or of a length that cannot be
	CodeInvalid    = "invalid"             // possible, but nobody can have it
	CodeCountry    = "not_allowed_country" // valid, but not in Numbering.Countries
	CodePremium    = "premium"             // costs extra to reach
	CodeShortCode  = "unknown_short_code"  // not in Numbering.ShortCodes
	CodeEmergency  = "emergency"           // a text there helps nobody, and may call somebody out
)

// WarningFixedLine is the warning of Numbering.Parse for a number that is likely
// not to take texts.
const WarningFixedLine = "fixed_line"

// Error says why a number is not taken. It never holds the number.
type Error struct{ Code string }

// Error implements error.
func (e *Error) Error() string { return "phone number: " + strings.ReplaceAll(e.Code, "_", " ") }

// Numbering is how numbers are read that people type.
type Numbering struct {
	Region     string   // of a number without a country code, ISO 3166-1 ("PL"); empty: PL
	Countries  []string // that may be written to, ISO 3166-1; empty: those of the European Union and Region
	ShortCodes []string // of three to six digits that may be written to
}

// errNumbering is wrapped by every error of Numbering.Validate.
var errNumbering = errors.New("numbering")

// Validate reports a region or a country that does not exist, or a short code
// that is none.
func (n Numbering) Validate() error {
	for _, region := range append([]string{n.region()}, n.Countries...) {
		if phonenumbers.GetCountryCodeForRegion(region) == 0 {
			return fmt.Errorf("%w: unknown country %q, two capital letters of ISO 3166-1 are wanted", errNumbering, region)
		}
	}
	for _, code := range n.ShortCodes {
		if a, err := pdu.ParseAddress(code); err != nil || !a.IsShortCode() {
			return fmt.Errorf("%w: short code %q, three to six digits are wanted", errNumbering, code)
		}
	}
	return nil
}

const poland = "PL"

func (n Numbering) region() string {
	if n.Region == "" {
		return poland
	}
	return n.Region
}

// europeanUnion lists the members of the European Union.
func europeanUnion() []string {
	return []string{
		"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
		"IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
	}
}

func (n Numbering) allows(region string) bool {
	if len(n.Countries) > 0 {
		return slices.Contains(n.Countries, region)
	}
	return region == n.region() || slices.Contains(europeanUnion(), region)
}
