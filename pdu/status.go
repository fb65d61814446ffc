package pdu

import "fmt"

// Status is the TP-Status of a status report, 3GPP TS 23.040 9.2.3.15.
type Status byte

// StatusOutcome is what a Status means for the message.
type StatusOutcome int

// The outcomes.
const (
	Delivered   StatusOutcome = iota // the recipient has it, as far as the centre knows
	StillTrying                      // not yet; the centre goes on and will report again
	Failed                           // for good; another attempt would end the same way
	Abandoned                        // for now; the centre has given up, a new attempt may work
)

// String returns the outcome in words for a log.
func (o StatusOutcome) String() string {
	switch o {
	case Delivered:
		return "delivered"
	case StillTrying:
		return "still trying"
	case Failed:
		return "failed"
	case Abandoned:
		return "abandoned"
	}
	return fmt.Sprintf("outcome %d", int(o))
}

// Outcome returns what s means. Reserved and centre specific values have the
// meaning of their range; those from 0x80 are read as 0x63, service rejected.
func (s Status) Outcome() StatusOutcome {
	switch {
	case s < 0x20:
		return Delivered
	case s < 0x40:
		return StillTrying
	case s < 0x60:
		return Failed
	default:
		return Abandoned
	}
}

// String returns the status in words for a log or an error's detail, with its
// value: "validity period expired (0x46)".
func (s Status) String() string {
	return fmt.Sprintf("%s (0x%02X)", s.meaning(), byte(s))
}

func (s Status) meaning() string {
	switch s {
	case 0x00:
		return "received by the recipient"
	case 0x01:
		return "forwarded, delivery not confirmed"
	case 0x02:
		return "replaced by the service centre"
	case 0x40:
		return "remote procedure error"
	case 0x41:
		return "incompatible destination"
	case 0x42:
		return "connection rejected by the recipient"
	case 0x43:
		return "not obtainable"
	case 0x44:
		return "quality of service not available"
	case 0x45:
		return "no interworking available"
	case 0x46:
		return "validity period expired"
	case 0x47:
		return "deleted by the sender"
	case 0x48:
		return "deleted by the service centre"
	case 0x49:
		return "message does not exist"
	}
	// 0x20 to 0x25 and 0x60 to 0x65 tell the same, before and after giving up.
	if s&^0x40 >= 0x20 && s&^0x40 <= 0x25 {
		return [...]string{
			"congestion", "recipient busy", "no response from the recipient",
			"service rejected", "quality of service not available", "error at the recipient",
		}[s&^0x40-0x20]
	}
	return s.Outcome().String() + ", no reason known"
}
