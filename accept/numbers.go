package accept

import (
	"errors"
	"strings"

	"goniec/number"
	"goniec/pdu"
)

// Numbers reads phone numbers that callers write.
type Numbers struct{ Numbering number.Numbering }

// Read reads a number that may be written to. field is the name of the field in a
// Problem. warning is number.WarningFixedLine for a number that is likely not to
// take texts, and otherwise empty.
func (n Numbers) Read(field, raw string) (a pdu.Address, warning string, p *Problem) {
	a, warning, err := n.Numbering.Parse(raw)
	if err != nil {
		return a, "", &Problem{Field: field, Code: numberCode(err)}
	}
	return a, warning, nil
}

// ReadSender reads who a message came from: a number, or a name.
func (n Numbers) ReadSender(raw string) pdu.Address {
	if a, _, err := n.Numbering.Parse(raw); err == nil {
		return a
	}
	// Networks send from short codes that nobody here may write to.
	if a, err := pdu.ParseAddress(raw); err == nil {
		return a
	}
	return pdu.Address{Number: raw, Type: pdu.TypeAlphanumeric}
}

// ReadKnown reads a number that the gateway may keep something of, also one that
// may not be written to from here. field is the name of the field in a Problem.
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

// numberCode is the code for an error of number.Numbering.
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
