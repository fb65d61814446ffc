package pdu

import (
	"fmt"
	"time"
)

// Deliver is an SMS-DELIVER, an incoming message from the service centre: 3GPP TS
// 23.040 9.2.2.1.
type Deliver struct {
	MoreMessages     bool // TP-MMS: more messages wait at the centre (the bit on the wire is inverted)
	LoopPrevention   bool // TP-LP: the message has been forwarded already
	ReportIndication bool // TP-SRI: the sender gets a status report
	ReplyPath        bool // TP-RP: an answer may use the centre of this message
	OA               Address
	PID              byte // TP-PID, 0 for an ordinary message
	DCS              DCS
	// SCTS is when the service centre accepted the message, to the second, by its clock
	// and in its zone.
	SCTS time.Time
	UD   UserData
}

// Marshal returns the TPDU. An error says that the address, the time or the user data
// cannot be written.
func (d Deliver) Marshal() ([]byte, error) {
	tpdu, err := d.append(make([]byte, 0, sizeHint))
	if err != nil {
		return nil, fmt.Errorf("marshal SMS-DELIVER: %w", err)
	}
	return tpdu, nil
}

func (d Deliver) append(b []byte) ([]byte, error) {
	first := typeDeliver |
		flag(bitNoMoreMessages, !d.MoreMessages) |
		flag(bitLoopPrevention, d.LoopPrevention) |
		flag(bitReportIndication, d.ReportIndication) |
		flag(bitHeader, len(d.UD.Header) > 0) |
		flag(bitReplyPath, d.ReplyPath)
	b, err := appendAddress(append(b, first), d.OA)
	if err != nil {
		return nil, fmt.Errorf("TP-OA: %w", err)
	}
	b, err = appendTime(append(b, d.PID, byte(d.DCS)), d.SCTS)
	if err != nil {
		return nil, fmt.Errorf("TP-SCTS: %w", err)
	}
	return appendUserData(b, d.DCS, d.UD)
}

// ParseDeliver reads a TPDU strictly: any violation of the standard is an error. Read
// is for PDUs of a network.
func ParseDeliver(tpdu []byte) (Deliver, error) {
	r := reader{rest: tpdu}
	d := r.deliver()
	if r.err != nil {
		return Deliver{}, fmt.Errorf("parse SMS-DELIVER: %w", r.err)
	}
	return d, nil
}

func (r *reader) deliver() Deliver {
	first := r.messageType(typeDeliver)
	d := Deliver{
		MoreMessages:     first&bitNoMoreMessages == 0,
		LoopPrevention:   first&bitLoopPrevention != 0,
		ReportIndication: first&bitReportIndication != 0,
		ReplyPath:        first&bitReplyPath != 0,
		OA:               r.address("TP-OA"),
	}
	d.PID = r.octet("TP-PID")
	d.DCS = DCS(r.octet("TP-DCS"))
	d.SCTS = r.timestamp("TP-SCTS")
	d.UD = r.userData(d.DCS, first&bitHeader != 0)
	r.end("TP-UD")
	return d
}

// Text returns the text of the message; see UserData.Text.
func (d Deliver) Text() string {
	return d.UD.Text(d.DCS)
}
