package number

import (
	"bytes"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"goniec/pdu"
)

// Forms returns the forms in which networks write a number: with the code of its
// country, as Parse returns the number, and for a number of Region also without that
// code (types of number national and unknown, 3GPP TS 23.040 9.1.2.5).
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

// shortest is how many digits a number has at least that is more than a short code.
const shortest = 7

// Whole returns the number of a sender as the network writes it (TP-OA, 3GPP TS 23.040
// 9.1.2.5) in the form of Parse, where that can be told with certainty: a number without
// the code of its country, with the zero or the zeros of a trunk or of another country
// before it, or with that code and no sign of it, if it is a valid number of Region or,
// behind two zeros, of any country. Names, short codes and whatever else is not certain
// stay as they are.
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

// internationalPrefix goes before the code of a country where there is no +.
const internationalPrefix = "00"

// Sender reads the number that a call or a text comes from, as the network writes the
// number. answerable reports whether the number may be written to without having been
// asked: a mobile number that Parse takes. An empty from is a withheld number and gives
// the zero address.
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

// Person recognises one number in each of the forms in which networks write the number.
type Person struct {
	Number    pdu.Address   // as Parse returns it
	Forms     []pdu.Address // see Numbering.Forms; keys of the store may hold any of them
	numbering Numbering
	tail      []byte
}

// Person returns what recognises a number.
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

// InRecord reports whether a stored value may hold the number of the person: whether the
// last digits of the number stand in the value. InRecord is cheap and Is decides.
func (p Person) InRecord(value []byte) bool { return bytes.Contains(value, p.tail) }

// InPDU reports whether the last digits of the number stand in a PDU: in octets with
// swapped halves (3GPP TS 23.040 9.1.2.3), in octets, or in characters.
func (p Person) InPDU(raw []byte) bool {
	swapped := make([]byte, len(raw))
	for i, octet := range raw {
		swapped[i] = octet<<4 | octet>>4
	}
	tail := string(p.tail)
	return bytes.Contains(raw, p.tail) || strings.Contains(hex.EncodeToString(swapped), tail) || strings.Contains(hex.EncodeToString(raw), tail)
}
