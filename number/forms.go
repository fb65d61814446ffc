package number

import (
	"bytes"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"goniec/pdu"
)

// Forms returns the forms in which networks write a number: with the country code, as
// Parse returns the number, and for a number of Region also without the country code
// (types of number national and unknown, 3GPP TS 23.040 9.1.2.5).
func (n Numbering) Forms(a pdu.Address) []pdu.Address {
	forms := []pdu.Address{a}
	number, err := phonenumbers.Parse(a.String(), n.region())
	if err != nil || phonenumbers.GetRegionCodeForNumber(number) != n.region() {
		return forms
	}
	national := phonenumbers.GetNationalSignificantNumber(number)
	for _, kind := range []pdu.TypeOfNumber{pdu.TypeNational, pdu.TypeUnknown} {
		forms = append(forms, pdu.Address{Number: national, Type: kind, Plan: pdu.PlanISDN})
	}
	return forms
}

// Segments returns Segment of each of the Forms of a number.
func (n Numbering) Segments(a pdu.Address) []string {
	forms := n.Forms(a)
	all := make([]string, len(forms))
	for i, form := range forms {
		all[i] = Segment(form)
	}
	return all
}

// shortest is the least number of digits of a number that is no short code.
const shortest = 7

// Whole converts the number of a sender (TP-OA, 3GPP TS 23.040 9.2.3.7 and 9.1.2.5) to the
// form of Parse. It accepts a valid number of Region without the country code, with a
// trunk prefix, or with the country code and no "+"; and a valid number of any country
// behind "00". Names, short codes and all other numbers are returned unchanged.
func (n Numbering) Whole(a pdu.Address) pdu.Address {
	digits := a.Number
	if a.IsAlphanumeric() || strings.Trim(digits, "0123456789") != "" || len(digits) < shortest {
		return a
	}
	switch a.Type {
	case pdu.TypeUnknown, pdu.TypeNational:
		if a.Plan != pdu.PlanISDN && a.Plan != pdu.PlanUnknown {
			return a
		}
	case pdu.TypeInternational:
		digits = "+" + strings.TrimPrefix(digits, internationalPrefix)
		if digits == a.String() {
			return a
		}
	default:
		return a
	}
	if rest, found := strings.CutPrefix(digits, internationalPrefix); found {
		digits = "+" + rest
	}
	number, _, code := n.parse(digits)
	if code != "" {
		return a
	}
	whole, err := pdu.ParseAddress(phonenumbers.Format(number, phonenumbers.E164))
	if err != nil {
		return a
	}
	return whole
}

// internationalPrefix stands before the country code instead of a "+".
const internationalPrefix = "00"

// Sender reads the number of a call or a text as the network writes it. answerable
// reports whether an automatic answer may be sent to the number: Parse accepts the number
// and it is neither a fixed line nor a short code. An empty from is a withheld number and
// gives the zero Address.
func (n Numbering) Sender(from string) (a pdu.Address, answerable bool) {
	if from == "" {
		return pdu.Address{}, false
	}
	a, warning, err := n.Parse(from)
	if err == nil {
		return a, warning == "" && !a.IsShortCode()
	}
	if a, err := pdu.ParseAddress(from); err == nil {
		return a, false
	}
	return pdu.Address{Number: from, Type: pdu.TypeUnknown, Plan: pdu.PlanISDN}, false
}

// Person recognises one number in all forms in which networks write the number.
type Person struct {
	Number    pdu.Address   // as Parse returns it
	Forms     []pdu.Address // of Numbering.Forms; keys of the store may hold any of these forms
	numbering Numbering
	tail      []byte
}

// Person returns the Person of a number.
func (n Numbering) Person(number pdu.Address) Person {
	return Person{Number: number, Forms: n.Forms(number), numbering: n, tail: []byte(number.Tail())}
}

// Is reports whether a is the number of the person.
func (p Person) Is(a pdu.Address) bool {
	if slices.Contains(p.Forms, a) {
		return true
	}
	if a.IsAlphanumeric() || a.Tail() != p.Number.Tail() {
		return false
	}
	read, _ := p.numbering.Sender(a.String())
	return read == p.Number
}

// InRecord reports whether a stored value contains the last digits of the number, so that
// the value has to be decoded and compared by Is.
func (p Person) InRecord(value []byte) bool { return bytes.Contains(value, p.tail) }

// InPDU reports whether a PDU contains the last digits of the number: as semi-octets (3GPP
// TS 23.040 9.1.2.3), as hexadecimal digits, or as characters.
func (p Person) InPDU(raw []byte) bool {
	swapped := make([]byte, len(raw))
	for i, octet := range raw {
		swapped[i] = octet<<4 | octet>>4
	}
	tail := string(p.tail)
	return bytes.Contains(raw, p.tail) || strings.Contains(hex.EncodeToString(swapped), tail) || strings.Contains(hex.EncodeToString(raw), tail)
}
