package pdu

import "fmt"

// Message types, TP-Message-Type-Indicator: 3GPP TS 23.040 9.2.3.1. The meaning of a
// value depends on the direction.
const (
	typeMask         = 0x03
	typeDeliver      = 0x00
	typeSubmit       = 0x01
	typeStatusReport = 0x02
	typeReserved     = 0x03
)

// Bits of the first octet. The meaning of some depends on the message type.
const (
	bitRejectDuplicates      = 0x04 // SUBMIT
	bitNoMoreMessages        = 0x04 // DELIVER, STATUS-REPORT
	bitLoopPrevention        = 0x08 // DELIVER, STATUS-REPORT
	bitReportRequest         = 0x20 // SUBMIT
	bitReportIndication      = 0x20 // DELIVER
	bitReportForCommand      = 0x20 // STATUS-REPORT
	bitHeader                = 0x40
	bitReplyPath             = 0x80 // SUBMIT, DELIVER
	shiftValidity            = 3    // SUBMIT: TP-VPF lies in bits 4 and 3
	maskValidity        byte = 0x03
)

// messageType reads the first octet and checks its type.
func (r *reader) messageType(want byte) (first byte) {
	const field = "TP-MTI"
	first = r.octet(field)
	switch got := first & typeMask; {
	case got == want:
	case got == typeReserved && want == typeDeliver:
		r.fault(field, fmt.Errorf("%w: reserved, read as SMS-DELIVER", errMessageType))
	default:
		r.fail(field, fmt.Errorf("%w: %d", errMessageType, got))
	}
	return first
}

// flag returns bit if it is set.
func flag(bit byte, set bool) byte {
	if set {
		return bit
	}
	return 0
}
