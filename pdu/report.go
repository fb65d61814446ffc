package pdu

import (
	"fmt"
	"time"
)

// StatusReport is an SMS-STATUS-REPORT, the result of a submitted message: 3GPP TS
// 23.040 9.2.2.3.
type StatusReport struct {
	MoreMessages   bool // TP-MMS: more messages wait at the centre (the bit on the wire is inverted)
	LoopPrevention bool // TP-LP: the report has been forwarded already
	ForCommand     bool // TP-SRQ: the report is about an SMS-COMMAND, not an SMS-SUBMIT
	MR             byte // TP-MR of the reported message
	RA             Address
	SCTS           time.Time // when the service centre accepted the message
	Discharge      time.Time // TP-DT: when Status was reached
	Status         Status    // TP-ST
	// Parameters says which of the fields below are present. Few service centres send
	// any.
	Parameters ReportParameters
	PID        byte
	DCS        DCS
	UD         UserData
}

// ReportParameters is the TP-Parameter-Indicator, 3GPP TS 23.040 9.2.3.27.
type ReportParameters byte

// The optional parameters of a report.
const (
	ReportHasPID      ReportParameters = 0x01
	ReportHasDCS      ReportParameters = 0x02
	ReportHasUserData ReportParameters = 0x04

	knownParameters    = ReportHasPID | ReportHasDCS | ReportHasUserData
	reservedParameters = 0x78 // unknown octets follow the user data
	moreParameters     = 0x80 // another indicator octet follows
)

// Marshal returns the TPDU. An error says that an address, a time or the user data
// cannot be written.
func (s StatusReport) Marshal() ([]byte, error) {
	tpdu, err := s.append(make([]byte, 0, sizeHint))
	if err != nil {
		return nil, fmt.Errorf("marshal SMS-STATUS-REPORT: %w", err)
	}
	return tpdu, nil
}

func (s StatusReport) append(b []byte) ([]byte, error) {
	hasUserData := s.Parameters&ReportHasUserData != 0
	first := typeStatusReport |
		flag(bitNoMoreMessages, !s.MoreMessages) |
		flag(bitLoopPrevention, s.LoopPrevention) |
		flag(bitReportForCommand, s.ForCommand) |
		flag(bitHeader, hasUserData && len(s.UD.Header) > 0)
	b, err := appendAddress(append(b, first, s.MR), s.RA)
	if err != nil {
		return nil, fmt.Errorf("TP-RA: %w", err)
	}
	if b, err = appendTime(b, s.SCTS); err != nil {
		return nil, fmt.Errorf("TP-SCTS: %w", err)
	}
	if b, err = appendTime(b, s.Discharge); err != nil {
		return nil, fmt.Errorf("TP-DT: %w", err)
	}
	b = append(b, byte(s.Status))
	parameters := s.Parameters & knownParameters
	if parameters == 0 {
		return b, nil
	}
	b = append(b, byte(parameters))
	if parameters&ReportHasPID != 0 {
		b = append(b, s.PID)
	}
	if parameters&ReportHasDCS != 0 {
		b = append(b, byte(s.DCS))
	}
	if hasUserData {
		return appendUserData(b, s.DCS, s.UD)
	}
	return b, nil
}

func (r *reader) statusReport() StatusReport {
	first := r.messageType(typeStatusReport)
	s := StatusReport{
		MoreMessages:   first&bitNoMoreMessages == 0,
		LoopPrevention: first&bitLoopPrevention != 0,
		ForCommand:     first&bitReportForCommand != 0,
		MR:             r.octet("TP-MR"),
	}
	s.RA = r.address("TP-RA")
	s.SCTS = r.timestamp("TP-SCTS")
	s.Discharge = r.timestamp("TP-DT")
	s.Status = Status(r.octet("TP-ST"))
	if r.err == nil && len(r.rest) > 0 {
		r.parameters(&s, first&bitHeader != 0)
	}
	return s
}

// parameters reads the optional fields after the status. Modems and service centres put
// unrelated octets there, so a lenient reader takes the fields whole or not at all and
// keeps the status.
func (r *reader) parameters(s *StatusReport, hasHeader bool) {
	tail := reader{rest: r.rest}
	r.rest = nil
	filled := *s
	first := tail.octet("TP-PI")
	for more := first; more&moreParameters != 0; {
		more = tail.octet("TP-PI")
	}
	filled.Parameters = ReportParameters(first) & knownParameters
	if filled.Parameters&ReportHasPID != 0 {
		filled.PID = tail.octet("TP-PID")
	}
	if filled.Parameters&ReportHasDCS != 0 {
		filled.DCS = DCS(tail.octet("TP-DCS"))
	}
	if filled.Parameters&ReportHasUserData != 0 {
		filled.UD = tail.userData(filled.DCS, hasHeader)
	}
	if first&(reservedParameters|moreParameters) == 0 {
		tail.end("TP-UD")
	}
	if tail.err != nil {
		r.fault("parameters", tail.err)
		return
	}
	*s = filled
}
