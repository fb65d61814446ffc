package wire

import (
	"fmt"

	"goniec/catalogue"
	"goniec/modem"
	"goniec/pdu"
)

// Meaning returns in lang what the code of a message error or of an attempt means, without
// what to do where the code is of a modem or a network.
func Meaning(lang catalogue.Language, code string) string {
	switch code {
	case "no_answer":
		return catalogue.Text(lang, catalogue.FaultText("silent"))
	case "device":
		return catalogue.Text(lang, catalogue.FaultText("unusable"))
	}
	if key, found := modem.CodeText(code); found {
		return catalogue.Text(lang, key)
	}
	return ErrorText(lang, code)
}

// ReportMeaning returns in lang what a service centre reports of a part, with the value of
// the TP-Status: "validity period expired (0x46)".
func ReportMeaning(lang catalogue.Language, s pdu.Status) string {
	return fmt.Sprintf("%s (0x%02X)", catalogue.Text(lang, catalogue.ReportText(reportName(s))), byte(s))
}

// reportName returns the name of a TP-Status (3GPP TS 23.040 9.2.3.15) in the catalogue.
func reportName(s pdu.Status) string {
	names := map[pdu.Status]string{
		0x00: "received", 0x01: "forwarded", 0x02: "replaced",
		0x40: "remote_error", 0x41: "incompatible", 0x42: "connection_rejected", 0x43: "not_obtainable", 0x45: "no_interworking",
		0x46: "expired", 0x47: "deleted_by_sender", 0x48: "deleted_by_centre", 0x49: "does_not_exist",
		0x20: "congestion", 0x21: "busy", 0x22: "no_response", 0x23: "service_rejected", 0x24: "no_quality", 0x25: "recipient_error",
		0x44: "no_quality",
	}
	if name, found := names[s]; found {
		return name
	}
	// 0x60 to 0x65 have the reasons of 0x20 to 0x25, after giving up.
	if name, found := names[s&^0x40]; found && s >= 0x60 && s <= 0x65 {
		return name
	}
	switch s.Outcome() {
	case pdu.Delivered:
		return "delivered"
	case pdu.StillTrying:
		return "still_trying"
	case pdu.Failed:
		return "failed"
	default:
		return "abandoned"
	}
}
