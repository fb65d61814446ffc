package pdu

import "fmt"

// sizeHint is the capacity for a TPDU with full user data, so that Marshal allocates
// once.
const sizeHint = 176

// Submit is an SMS-SUBMIT, an outgoing message to the service centre: 3GPP TS 23.040
// 9.2.2.2.
type Submit struct {
	RejectDuplicates bool // TP-RD: the centre refuses the same MR to the same DA a second time
	ReportRequest    bool // TP-SRR: a status report is requested
	ReplyPath        bool // TP-RP: the answer may use the centre of this message
	MR               byte // TP-MR; most modems replace it and return their own
	DA               Address
	PID              byte // TP-PID, 0 for an ordinary message
	DCS              DCS
	VP               Validity
	UD               UserData
}

var errNoRecipient = fmt.Errorf("%w: none", errAddress)

// Marshal returns the TPDU, whose length in octets is the argument of AT+CMGS. An error
// says that the address, the validity or the user data cannot be written.
func (s Submit) Marshal() ([]byte, error) {
	tpdu, err := s.append(make([]byte, 0, sizeHint))
	if err != nil {
		return nil, fmt.Errorf("marshal SMS-SUBMIT: %w", err)
	}
	return tpdu, nil
}

func (s Submit) append(b []byte) ([]byte, error) {
	first := typeSubmit | byte(s.VP.Format)<<shiftValidity |
		flag(bitRejectDuplicates, s.RejectDuplicates) |
		flag(bitReportRequest, s.ReportRequest) |
		flag(bitHeader, len(s.UD.Header) > 0) |
		flag(bitReplyPath, s.ReplyPath)
	if s.DA.Number == "" {
		return nil, fmt.Errorf("TP-DA: %w", errNoRecipient)
	}
	b, err := appendAddress(append(b, first, s.MR), s.DA)
	if err != nil {
		return nil, fmt.Errorf("TP-DA: %w", err)
	}
	b, err = appendValidity(append(b, s.PID, byte(s.DCS)), s.VP)
	if err != nil {
		return nil, fmt.Errorf("TP-VP: %w", err)
	}
	return appendUserData(b, s.DCS, s.UD)
}

// ParseSubmit reads a TPDU strictly: any violation of the standard is an error.
func ParseSubmit(tpdu []byte) (Submit, error) {
	r := reader{rest: tpdu}
	s := r.submit()
	if r.err != nil {
		return Submit{}, fmt.Errorf("parse SMS-SUBMIT: %w", r.err)
	}
	return s, nil
}

func (r *reader) submit() Submit {
	first := r.messageType(typeSubmit)
	s := Submit{
		RejectDuplicates: first&bitRejectDuplicates != 0,
		ReportRequest:    first&bitReportRequest != 0,
		ReplyPath:        first&bitReplyPath != 0,
		MR:               r.octet("TP-MR"),
	}
	s.DA = r.address("TP-DA")
	if s.DA.Number == "" {
		r.fault("TP-DA", errNoRecipient)
	}
	s.PID = r.octet("TP-PID")
	s.DCS = DCS(r.octet("TP-DCS"))
	s.VP = r.validity(ValidityFormat(first>>shiftValidity&maskValidity), "TP-VP")
	s.UD = r.userData(s.DCS, first&bitHeader != 0)
	r.end("TP-UD")
	return s
}

// Text returns the text of the message; see UserData.Text.
func (s Submit) Text() string {
	return s.UD.Text(s.DCS)
}
