package accept

import (
	"errors"
	"strings"

	"goniec/number"
	"goniec/pdu"
)

// Numbers reads phone numbers as callers write them.
type Numbers struct{ Numbering number.Numbering }

// Read reads a number to send to. field is the name of the field in a Problem. warning
// is number.WarningFixedLine for a number that probably cannot receive texts, otherwise
// empty.
func (n Numbers) Read(field, raw string) (a pdu.Address, warning string, p *Problem) {
	a, warning, err := n.Numbering.Parse(raw)
	if err != nil {
		return a, "", &Problem{Field: field, Code: numberCode(err)}
	}
	return a, warning, nil
}

// ReadSender reads the sender of a message: a number or a name.
func (n Numbers) ReadSender(raw string) pdu.Address {
	if a, _, err := n.Numbering.Parse(raw); err == nil {
		return a
	}
	// Networks send from short codes to which sending may be forbidden.
	if a, err := pdu.ParseAddress(raw); err == nil {
		return a
	}
	return pdu.Address{Number: raw, Type: pdu.TypeAlphanumeric}
}

// ReadKnown reads a number about which the gateway may have records, also one to which
// sending is forbidden. field is the name of the field in a Problem.
func (n Numbers) ReadKnown(field, raw string) (pdu.Address, *Problem) {
	a, _, p := n.Read(field, raw)
	if p == nil {
		return a, nil
	}
	switch p.Code {
	case CodeNumberCountry, CodeNumberPremium, CodeNumberShortCode:
		plain := strings.NewReplacer(" ", "", "-", "", ".", "", "(", "", ")", "").Replace(raw)
		if a := n.ReadSender(plain); !a.IsAlphanumeric() && (a.Type == pdu.TypeInternational || a.IsShortCode()) {
			return a, nil
		}
	default:
	}
	return a, p
}

// numberCode returns the code of an error of number.Numbering.
func numberCode(err error) Code {
	var e *number.Error
	if !errors.As(err, &e) {
		return CodeNumberInvalid
	}
	switch e.Code {
	case number.CodeEmpty:
		return CodeNumberEmpty
	case number.CodeTwo:
		return CodeNumberTwo
	case number.CodeCountry:
		return CodeNumberCountry
	case number.CodePremium:
		return CodeNumberPremium
	case number.CodeShortCode:
		return CodeNumberShortCode
	case number.CodeEmergency:
		return CodeNumberEmergency
	}
	return CodeNumberInvalid // impossible or invalid
}
