package pdu

import "fmt"

// Status is the TP-Status of a status report, 3GPP TS 23.040 9.2.3.15.
type Status byte

// StatusOutcome is the consequence of a Status for the message.
type StatusOutcome int

// The outcomes.
const (
	Delivered   StatusOutcome = iota // the message has been delivered, as far as the centre knows
	StillTrying                      // not delivered yet; the centre keeps trying and reports again
	Failed                           // permanent; a new attempt would fail, too
	Abandoned                        // temporary; the centre has given up, a new attempt may succeed
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

// Outcome returns the consequence of s. Reserved and centre-specific values have the
// meaning of their range; values from 0x80 are read as 0x63, service rejected.
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

// String returns the status in words with its value, for a log: "validity period
// expired (0x46)".
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
	// 0x20 to 0x25 and 0x60 to 0x65 have the same reasons, before and after giving up.
	if s&^0x40 >= 0x20 && s&^0x40 <= 0x25 {
		return [...]string{
			"congestion", "recipient busy", "no response from the recipient",
			"service rejected", "quality of service not available", "error at the recipient",
		}[s&^0x40-0x20]
	}
	return s.Outcome().String() + ", no reason known"
}
