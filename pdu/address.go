package pdu

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
)

// errAddress marks an address that ParseAddress does not know or that cannot be written
// in a PDU.
var errAddress = errors.New("not an SMS address")

// TypeOfNumber says how the digits of an address are meant, 3GPP TS 23.040
// 9.1.2.5. Values 0 to 7.
type TypeOfNumber byte

// The types of number; 7 is reserved.
const (
	TypeUnknown         TypeOfNumber = 0 // short codes, and numbers that the network interprets
	TypeInternational   TypeOfNumber = 1 // E.164 with country code
	TypeNational        TypeOfNumber = 2
	TypeNetworkSpecific TypeOfNumber = 3
	TypeSubscriber      TypeOfNumber = 4
	TypeAlphanumeric    TypeOfNumber = 5 // a name in the GSM 7-bit alphabet
	TypeAbbreviated     TypeOfNumber = 6
)

// NumberingPlan says which plan the digits belong to, 3GPP TS 23.040 9.1.2.5.
// Values 0 to 15.
type NumberingPlan byte

// The numbering plans that occur in practice.
const (
	PlanUnknown NumberingPlan = 0 // always so with an alphanumeric address
	PlanISDN    NumberingPlan = 1 // E.164, telephone numbers
	PlanPrivate NumberingPlan = 9
)

// maxSemiOctets is the most an address value holds, 3GPP TS 23.040 9.1.2.5.
const maxSemiOctets = 20

// Lengths of a short code in digits.
const (
	minShortCode = 3
	maxShortCode = 6
)

// semiOctets are the characters of an address by their code, 3GPP TS 23.040
// 9.1.2.3; code 15 fills up the last octet.
const (
	semiOctets = "0123456789*#abc"
	fill       = 0xf
)

// Address is the recipient or sender of a message. The zero Address means no address.
type Address struct {
	// Number is the digits (and * # a b c) without a leading +, or the text if
	// Type is TypeAlphanumeric.
	Number string
	Type   TypeOfNumber
	Plan   NumberingPlan
}

// ParseAddress reads a number in the form of Address.String: E.164 with its plus
// ("+48600100200") or a short code of three to six digits ("8080"). It refuses other
// spellings, which package number normalises.
func ParseAddress(s string) (Address, error) {
	number, international := strings.CutPrefix(s, "+")
	for _, c := range []byte(number) {
		if c < '0' || c > '9' {
			return Address{}, fmt.Errorf("%w: a character that is no digit", errAddress)
		}
	}
	switch n := len(number); {
	case international && (n < 7 || n > 15 || number[0] == '0'):
		return Address{}, fmt.Errorf("%w: + wants a country code and 7 to 15 digits in all", errAddress)
	case international:
		return Address{Number: number, Type: TypeInternational, Plan: PlanISDN}, nil
	case n < minShortCode || n > maxShortCode:
		return Address{}, fmt.Errorf("%w: neither + with a country code nor a short code of 3 to 6 digits", errAddress)
	}
	return Address{Number: number, Type: TypeUnknown, Plan: PlanISDN}, nil
}

// String returns the address as people write it: "+48600100200", "8080",
// "KLINIKA".
func (a Address) String() string {
	if a.Type == TypeInternational {
		return "+" + a.Number
	}
	return a.Number
}

// Masked returns the address for a log: the last three digits, and of an international
// number its first two ("+48*****200"). Names and numbers of at most three digits are
// hidden. The count of stars is fixed.
func (a Address) Masked() string {
	const stars, shown = "*****", 3
	if a.Number == "" {
		return ""
	}
	if a.IsAlphanumeric() || len(a.Number) <= shown {
		return stars
	}
	last := a.Number[len(a.Number)-shown:]
	if a.Type == TypeInternational && len(a.Number) >= 7 {
		return "+" + a.Number[:2] + stars + last
	}
	return stars + last
}

// LogValue implements slog.LogValuer by the masked address.
func (a Address) LogValue() slog.Value {
	return slog.StringValue(a.Masked())
}

// Tail returns the last seven digits, or a shorter number whole. A status report may
// give its recipient in another format than the message (national, with a prefix); both
// have the same tail.
func (a Address) Tail() string {
	return a.Number[max(0, len(a.Number)-7):]
}

// IsAlphanumeric reports whether the address is a name, which cannot be answered.
func (a Address) IsAlphanumeric() bool {
	return a.Type == TypeAlphanumeric
}

// IsShortCode reports whether the address is a service number of three to six digits,
// which is valid in its own network only.
func (a Address) IsShortCode() bool {
	if a.Type == TypeInternational || a.Type == TypeAlphanumeric {
		return false
	}
	return len(a.Number) >= minShortCode && len(a.Number) <= maxShortCode && strings.Trim(a.Number, "0123456789") == ""
}

// typeOctet returns the type-of-address octet: 0x91 for E.164, 0x81 for a short
// code, 0xD0 for a name.
func (a Address) typeOctet() byte {
	return 0x80 | byte(a.Type&7)<<4 | byte(a.Plan&15)
}

// appendAddress appends an address as the TPDUs carry it: its length in
// semi-octets, its type, its value; 3GPP TS 23.040 9.1.2.5.
func appendAddress(b []byte, a Address) ([]byte, error) {
	if a.Type > 7 || a.Plan > 15 {
		return nil, fmt.Errorf("%w: no such type or plan", errAddress)
	}
	if a.IsAlphanumeric() {
		septets, ok := encodeGSM7(a.Number)
		if !ok {
			return nil, fmt.Errorf("%w: a name with characters outside the GSM alphabet", errAddress)
		}
		length := (len(septets)*7 + 3) / 4
		if length > maxSemiOctets {
			return nil, fmt.Errorf("%w: a name longer than 11 characters", errAddress)
		}
		return append(append(b, byte(length), a.typeOctet()), PackSeptets(septets, 0)...), nil
	}
	if len(a.Number) > maxSemiOctets {
		return nil, fmt.Errorf("%w: more than 20 digits", errAddress)
	}
	return appendDigits(append(b, byte(len(a.Number)), a.typeOctet()), a.Number)
}

// appendDigits appends semi-octets, the first of each pair in the low half.
func appendDigits(b []byte, number string) ([]byte, error) {
	for i := range len(number) {
		code := strings.IndexByte(semiOctets, number[i])
		if code < 0 {
			return nil, fmt.Errorf("%w: a character other than 0-9 * # a b c", errAddress)
		}
		if i%2 == 0 {
			b = append(b, fill<<4|byte(code))
		} else {
			b[len(b)-1] = byte(code)<<4 | b[len(b)-1]&0x0f
		}
	}
	return b, nil
}

// address reads an address as the TPDUs carry it.
func (r *reader) address(field string) Address {
	length := int(r.octet(field))
	a := r.typeOfAddress(field)
	if length > maxSemiOctets {
		r.fault(field, fmt.Errorf("%w: %d semi-octets", errAddress, length))
	}
	value := r.take((length+1)/2, field)
	if a.IsAlphanumeric() {
		a.Number = decodeGSM7(UnpackSeptets(value, min(length, len(value)*2)*4/7, 0), DefaultLanguage, DefaultLanguage)
	} else {
		a.Number = r.digits(value, length, field)
	}
	return a
}

// typeOfAddress reads a type-of-address octet. Its bit 7, always 1, is ignored.
func (r *reader) typeOfAddress(field string) Address {
	octet := r.octet(field)
	return Address{Type: TypeOfNumber(octet >> 4 & 7), Plan: NumberingPlan(octet & 15)}
}

// digits reads length semi-octets up to the fill code, which some service centres count
// as a digit.
func (r *reader) digits(value []byte, length int, field string) string {
	number := make([]byte, 0, maxSemiOctets)
	for i := range min(length, len(value)*2) {
		code := value[i/2] >> (i % 2 * 4) & 0x0f
		if code == fill {
			r.fault(field, fmt.Errorf("%w: fill inside the number", errAddress))
			return string(number)
		}
		number = append(number, semiOctets[code])
	}
	if length%2 == 1 && len(value) > 0 && value[len(value)-1]>>4 != fill {
		r.fault(field, fmt.Errorf("%w: no fill behind an odd digit", errAddress))
	}
	return string(number)
}
