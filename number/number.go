// Package number reads phone numbers as people and networks write them, and writes
// them into the store.
//
// Numbering.Parse converts a typed number to one form: E.164, or a short code.
// Numbering.Forms returns the forms in which networks write the same number. Segment and
// TailSegment are the only functions that write a number into a key of the store; a store
// can encrypt the number there.
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
	CodeInvalid    = "invalid"             // of a possible length, but in no range of the numbering plan
	CodeCountry    = "not_allowed_country" // valid, but not in Numbering.Countries
	CodePremium    = "premium"             // premium rate or shared cost
	CodeShortCode  = "unknown_short_code"  // not in Numbering.ShortCodes
	CodeEmergency  = "emergency"           // of an emergency service
)

// WarningFixedLine is the warning of Numbering.Parse for a fixed line, which most often
// cannot receive texts.
const WarningFixedLine = "fixed_line"

// Error says why a number is refused. It does not hold the number.
type Error struct{ Code string }

// Error implements error.
func (e *Error) Error() string { return "phone number: " + strings.ReplaceAll(e.Code, "_", " ") }

// Numbering holds the rules for reading typed numbers.
type Numbering struct {
	Region     string   // country of numbers without a country code, ISO 3166-1 ("PL"); empty: PL
	Countries  []string // allowed countries, ISO 3166-1; empty: the European Union and Region
	ShortCodes []string // allowed short codes, of three to six digits
}

// errNumbering is wrapped by every error of Numbering.Validate.
var errNumbering = errors.New("numbering")

// Validate returns an error for an unknown region or country, or an invalid short code.
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
