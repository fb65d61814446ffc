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
	names := [...]string{Delivered: "delivered", StillTrying: "still trying", Failed: "failed", Abandoned: "abandoned"}
	if o >= 0 && int(o) < len(names) {
		return names[o]
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

// meanings are those that stand in no range, see meaning.
var meanings = map[Status]string{
	0x00: "received by the recipient",
	0x01: "forwarded, delivery not confirmed",
	0x02: "replaced by the service centre",
	0x40: "remote procedure error",
	0x41: "incompatible destination",
	0x42: "connection rejected by the recipient",
	0x43: "not obtainable",
	0x44: "quality of service not available",
	0x45: "no interworking available",
	0x46: "validity period expired",
	0x47: "deleted by the sender",
	0x48: "deleted by the service centre",
	0x49: "message does not exist",
}

func (s Status) meaning() string {
	if known, ok := meanings[s]; ok {
		return known
	}
	if s&^0x40 >= 0x20 && s&^0x40 <= 0x25 {
		return [...]string{
			"congestion", "recipient busy", "no response from the recipient",
			"service rejected", "quality of service not available", "error at the recipient",
		}[s&^0x40-0x20]
	}
	return s.Outcome().String() + ", no reason known"
}
