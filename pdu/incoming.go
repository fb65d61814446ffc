package pdu

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// errNotIncoming marks a PDU that no network sends to a device, such as an outgoing
// message in a memory of the modem.
var errNotIncoming = errors.New("not an incoming message")

// Incoming is the result of Read: either Deliver or Report is set.
type Incoming struct {
	SMSC    Address // the service centre; zero if the modem does not tell it
	Deliver *Deliver
	Report  *StatusReport
	// Repairs lists the fields that violated the standard and were read leniently. It
	// contains neither text nor number.
	Repairs []string
}

// Read reads a PDU of +CMGR, +CMGL, +CMT or +CDS: the address of the service centre and
// a TPDU. It tries a strict reading first, then a lenient one, which accepts a reserved
// message type, wrong lengths, a broken header, trailing octets and invalid timestamps
// (replaced by receivedAt), as long as the text or, in a report, the status is
// readable. An error means that raw is unreadable; the caller keeps raw then.
func Read(raw []byte, receivedAt time.Time) (Incoming, error) {
	strict := reader{rest: raw}
	in := strict.incoming()
	if strict.err == nil {
		return in, nil
	}
	lenient := reader{rest: raw, lenient: true, instead: receivedAt}
	in = lenient.incoming()
	lenient.refuseBlank(in)
	if lenient.err != nil {
		return Incoming{}, fmt.Errorf("read incoming PDU: %w", lenient.err)
	}
	in.Repairs = lenient.repairs
	return in, nil
}

func (r *reader) incoming() Incoming {
	in := Incoming{SMSC: r.smsc()}
	if r.err != nil {
		return in
	}
	if len(r.rest) == 0 {
		r.fail("TPDU", errTruncated)
		return in
	}
	switch r.rest[0] & typeMask {
	case typeSubmit:
		r.fail("TP-MTI", errNotIncoming)
	case typeStatusReport:
		report := r.statusReport()
		in.Report = &report
	default:
		deliver := r.deliver()
		deliver.OA.Number = r.sender(deliver.OA)
		in.Deliver = &deliver
	}
	return in
}

// sender removes a false @ from a name of seven characters: some service centres count
// the whole octets of the name, whose seven spare bits read as an @. A real
// eight-character name ending with @ is not expected.
func (r *reader) sender(a Address) string {
	const falseAt = 8 // septets that fill seven octets
	name, found := strings.CutSuffix(a.Number, "@")
	if !found || !a.IsAlphanumeric() {
		return a.Number
	}
	if septets, _ := gsm7Length(a.Number); septets != falseAt {
		return a.Number
	}
	r.fault("TP-OA", fmt.Errorf("%w: name counted in whole octets", errAddress))
	return name
}

// refuseBlank fails a lenient reading without sender, text and time, such as that of
// blank memory that some modems return as a message.
func (r *reader) refuseBlank(in Incoming) {
	switch d := in.Deliver; {
	case d != nil && d.OA.Number == "" && (len(d.UD.Data) == 0 || d.SCTS.Equal(r.instead)):
		r.fail("TP-OA", fmt.Errorf("%w: none", errAddress))
	case in.Report != nil && in.Report.RA.Number == "":
		r.fail("TP-RA", fmt.Errorf("%w: none", errAddress))
	}
}

// SplitSMSC splits the octets of the AT commands into the address of the service centre
// and the TPDU, 3GPP TS 27.005 3.1. The address is zero if raw leaves it to the modem.
func SplitSMSC(raw []byte) (smsc Address, tpdu []byte, err error) {
	r := reader{rest: raw}
	smsc = r.smsc()
	if r.err != nil {
		return Address{}, nil, fmt.Errorf("split off service centre: %w", r.err)
	}
	return smsc, r.rest, nil
}

// smsc reads the address of the service centre. Unlike the addresses of a TPDU
// it counts octets, its type among them, 3GPP TS 24.011 8.2.5.1.
func (r *reader) smsc() Address {
	const field = "SCA"
	length := int(r.octet(field))
	if length == 0 {
		return Address{}
	}
	a := r.typeOfAddress(field)
	value := r.take(length-1, field)
	digits := len(value) * 2
	if digits > 0 && value[len(value)-1]>>4 == fill {
		digits--
	}
	a.Number = r.digits(value, digits, field)
	return a
}

// WithSMSC puts the address of a service centre before a TPDU, as the AT commands
// require. With nil, or an address that cannot be written, the modem uses its own.
func WithSMSC(smsc *Address, tpdu []byte) []byte {
	raw := make([]byte, 1, 1+1+maxSemiOctets/2+len(tpdu))
	if smsc != nil && smsc.Number != "" && len(smsc.Number) <= maxSemiOctets {
		if written, err := appendDigits(append(raw, smsc.typeOctet()), smsc.Number); err == nil {
			raw = written
			raw[0] = byte(len(raw) - 1)
		}
	}
	return append(raw, tpdu...)
}
