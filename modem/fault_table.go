package modem

import (
	"time"

	"goniec/catalogue"
)

// rule describes the error numbers of a range and how to react to them.
type rule struct {
	family      string // "CMS" or "CME"
	first, last int    // the range of numbers
	text        string // the error text of a modem that refused AT+CMEE=1, in lower case
	word        string // see Fault.Word
	class       Class
	blame       Party // empty: the Party that the class implies
	tries       int   // after this many tries of one message in a row …
	then        Class // … the class is this
	stopAfter   int   // after this many different recipients in a row the SIM is to blame
	vague       bool  // the number names no cause: see submitFault
	busy        bool  // the same command may succeed a moment later
	waits       []time.Duration
	meaning     string // see catalogue.FaultText
	remedy      catalogue.Key
}

// busyWaits are the pauses before a device that is busy is asked again.
func busyWaits() []time.Duration {
	return []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 15 * time.Second, 30 * time.Second, time.Minute}
}

// key returns the catalogue key of what the fault means.
func (r rule) key() catalogue.Key { return catalogue.FaultText(r.meaning) }

// code returns the number of a rule for a single number.
func (r rule) code() int {
	if r.family == "" || r.first != r.last {
		return -1
	}
	return r.first
}

// refusals is the table of +CMS ERROR (3GPP TS 27.005 3.2.5, with the RP-causes of 3GPP
// TS 24.011 8.2.5.4 and TP-FCS of 3GPP TS 23.040 9.2.3.22) and of +CME ERROR (3GPP TS
// 27.007 9.2). The first rule whose range holds a number applies.
func refusals() []rule {
	long := []time.Duration{10 * time.Minute, 30 * time.Minute, 2 * time.Hour}
	soon := []time.Duration{2 * time.Second, 5 * time.Second, 10 * time.Second, time.Minute}
	busy := func(family string, first, last int, text string) rule {
		return rule{family: family, first: first, last: last, text: text, class: Transient, blame: Device, busy: true,
			tries: 8, then: ModemFault, waits: busyWaits(), meaning: "modem_busy", remedy: catalogue.RemedyLater}
	}
	return []rule{
		// RP-causes, from the network.
		{family: "CMS", first: 1, last: 1, class: Permanent, meaning: "number_unassigned", remedy: catalogue.RemedyNumber},
		{family: "CMS", first: 8, last: 8, class: Stop, stopAfter: 2, meaning: "sender_barred", remedy: catalogue.RemedyOperator},
		{family: "CMS", first: 10, last: 10, class: Permanent, stopAfter: 3, meaning: "number_barred", remedy: catalogue.RemedyNumber},
		{family: "CMS", first: 17, last: 17, class: Transient, meaning: "network_hiccup", remedy: catalogue.RemedyLater},
		{family: "CMS", first: 21, last: 21, class: Transient, tries: 3, then: Permanent, stopAfter: 3,
			meaning: "rejected", remedy: catalogue.RemedyOperator},
		{family: "CMS", first: 22, last: 22, class: Transient, meaning: "congestion", remedy: catalogue.RemedyLater},
		{family: "CMS", first: 27, last: 27, class: Transient, waits: long, meaning: "phone_off", remedy: catalogue.RemedyLater},
		{family: "CMS", first: 28, last: 28, class: Stop, meaning: "sim_unknown", remedy: catalogue.RemedyOperator},
		{family: "CMS", first: 29, last: 29, class: Stop, stopAfter: 2, meaning: "facility_refused", remedy: catalogue.RemedyOperator},
		{family: "CMS", first: 30, last: 30, class: Permanent, stopAfter: 3, meaning: "recipient_unknown", remedy: catalogue.RemedyNumber},
		{family: "CMS", first: 38, last: 38, class: Transient, waits: long, meaning: "network_down", remedy: catalogue.RemedyLater},
		{family: "CMS", first: 41, last: 41, class: Transient, waits: soon, meaning: "network_hiccup", remedy: catalogue.RemedyLater},
		{family: "CMS", first: 42, last: 42, class: Transient, meaning: "congestion", remedy: catalogue.RemedyLater},
		{family: "CMS", first: 47, last: 47, class: Transient, meaning: "no_resources", remedy: catalogue.RemedyLater},
		{family: "CMS", first: 50, last: 50, class: Stop, stopAfter: 2, meaning: "no_subscription", remedy: catalogue.RemedyOperator},
		{family: "CMS", first: 69, last: 69, class: Stop, stopAfter: 2, meaning: "no_service", remedy: catalogue.RemedyOperator},
		{family: "CMS", first: 81, last: 81, class: ModemFault, tries: 2, then: Permanent, meaning: "invalid_reference", remedy: catalogue.RemedyReport},
		{family: "CMS", first: 95, last: 99, class: ModemFault, tries: 2, then: Permanent, meaning: "network_unreadable", remedy: catalogue.RemedyReport},
		{family: "CMS", first: 111, last: 111, class: ModemFault, tries: 2, then: Permanent, meaning: "protocol", remedy: catalogue.RemedyReport},
		{family: "CMS", first: 127, last: 127, class: Transient, tries: 3, then: Permanent, meaning: "interworking", remedy: catalogue.RemedyLater},
		{family: "CMS", first: 0, last: 126, class: Transient, tries: 3, then: Permanent, meaning: "network_reserved", remedy: catalogue.RemedyLater},
		// TP-FCS, from the service centre.
		{family: "CMS", first: 128, last: 143, class: Permanent, meaning: "centre_protocol", remedy: catalogue.RemedyReport},
		{family: "CMS", first: 144, last: 159, class: Permanent, meaning: "centre_alphabet", remedy: catalogue.RemedyPlainText},
		{family: "CMS", first: 160, last: 191, class: Permanent, meaning: "centre_kind", remedy: catalogue.RemedyReport},
		{family: "CMS", first: 192, last: 192, class: Transient, meaning: "centre_busy", remedy: catalogue.RemedyLater},
		{family: "CMS", first: 193, last: 193, class: Stop, meaning: "centre_no_subscription", remedy: catalogue.RemedyOperator},
		{family: "CMS", first: 194, last: 194, class: Transient, meaning: "centre_failed", remedy: catalogue.RemedyLater},
		{family: "CMS", first: 195, last: 195, class: Permanent, meaning: "centre_number", remedy: catalogue.RemedyNumber},
		{family: "CMS", first: 196, last: 196, class: Permanent, meaning: "centre_barred", remedy: catalogue.RemedyNumber},
		{family: "CMS", first: 197, last: 197, class: Duplicate, meaning: "centre_has_it", remedy: catalogue.RemedyNothing},
		{family: "CMS", first: 198, last: 199, class: Permanent, meaning: "centre_validity", remedy: catalogue.RemedyReport},
		{family: "CMS", first: 208, last: 208, class: Transient, blame: Device, waits: soon, meaning: "sim_full", remedy: catalogue.RemedySIMFull},
		{family: "CMS", first: 209, last: 209, class: Stop, meaning: "sim_stores_nothing", remedy: catalogue.RemedyOtherSIM},
		{family: "CMS", first: 210, last: 210, class: ModemFault, meaning: "modem_failed", remedy: catalogue.RemedyReplug},
		{family: "CMS", first: 211, last: 211, class: Transient, blame: Device, waits: soon, meaning: "modem_full", remedy: catalogue.RemedySIMFull},
		{family: "CMS", first: 212, last: 213, class: Transient, blame: Device, busy: true, waits: busyWaits(), meaning: "sim_toolkit_busy", remedy: catalogue.RemedyLater},
		{family: "CMS", first: 128, last: 255, class: Transient, tries: 3, then: Permanent, meaning: "centre_own_reason", remedy: catalogue.RemedyLater},
		// Numbers of the modem itself.
		{family: "CMS", first: 300, last: 300, text: "me failure", class: ModemFault, vague: true, meaning: "modem_failed", remedy: catalogue.RemedyReplug},
		{family: "CMS", first: 301, last: 301, text: "sms service of me reserved", class: ModemFault, meaning: "texts_reserved", remedy: catalogue.RemedyBusyPort},
		{family: "CMS", first: 302, last: 302, text: "operation not allowed", class: ModemFault, meaning: "not_allowed", remedy: catalogue.RemedyInUse},
		{family: "CMS", first: 303, last: 303, text: "operation not supported", class: ModemFault, tries: 2, then: Stop, stopAfter: 3, meaning: "not_supported", remedy: catalogue.RemedyNotAModem},
		{family: "CMS", first: 304, last: 304, text: "invalid pdu mode parameter", class: ModemFault, tries: 2, then: Permanent, meaning: "message_unreadable", remedy: catalogue.RemedyReport},
		{family: "CMS", first: 305, last: 305, text: "invalid text mode parameter", class: ModemFault, tries: 2, then: Stop, meaning: "left_pdu_mode", remedy: catalogue.RemedyReplug},
		{family: "CMS", first: 310, last: 310, text: "sim not inserted", class: Stop, meaning: "no_sim", remedy: catalogue.RemedyNoSIM},
		{family: "CMS", first: 311, last: 311, text: "sim pin required", class: Stop, meaning: "pin_wanted", remedy: catalogue.RemedyPIN},
		{family: "CMS", first: 312, last: 312, text: "ph-sim pin required", class: Stop, meaning: "modem_locked", remedy: catalogue.RemedyLockedModem},
		{family: "CMS", first: 313, last: 313, text: "sim failure", class: ModemFault, tries: 2, then: Stop, meaning: "sim_failed", remedy: catalogue.RemedySIM},
		{family: "CMS", first: 314, last: 314, text: "sim busy", class: Transient, blame: Device, busy: true, waits: busyWaits(), meaning: "sim_busy", remedy: catalogue.RemedyLater},
		{family: "CMS", first: 315, last: 315, text: "sim wrong", class: Stop, meaning: "sim_not_accepted", remedy: catalogue.RemedySIM},
		{family: "CMS", first: 316, last: 316, text: "sim puk required", class: Stop, meaning: "puk_wanted", remedy: catalogue.RemedyPUK},
		{family: "CMS", first: 317, last: 317, text: "sim pin2 required", class: Stop, meaning: "pin2_wanted", remedy: catalogue.RemedyFixedDialing},
		{family: "CMS", first: 318, last: 318, text: "sim puk2 required", class: Stop, meaning: "puk2_wanted", remedy: catalogue.RemedyPUK},
		{family: "CMS", first: 320, last: 320, text: "memory failure", class: ModemFault, meaning: "memory_failed", remedy: catalogue.RemedyReplug},
		{family: "CMS", first: 321, last: 321, text: "invalid memory index", class: Transient, blame: Device, meaning: "empty_slot", remedy: catalogue.RemedyNothing},
		{family: "CMS", first: 322, last: 322, text: "memory full", class: Transient, blame: Device, waits: soon, meaning: "modem_full", remedy: catalogue.RemedySIMFull},
		{family: "CMS", first: 330, last: 330, text: "smsc address unknown", class: Stop, meaning: "modem_no_centre",
			remedy: catalogue.RemedyNoCentre},
		{family: "CMS", first: 331, last: 331, text: "no network service", class: Transient, meaning: "no_network", remedy: catalogue.RemedyNetwork},
		{family: "CMS", first: 332, last: 332, text: "network timeout", class: Uncertain, meaning: "network_timeout", remedy: catalogue.RemedyAwaitReport},
		{family: "CMS", first: 340, last: 340, text: "no +cnma acknowledgement expected", class: Transient, blame: Device, meaning: "no_acknowledgement", remedy: catalogue.RemedyNothing},
		{family: "CMS", first: 500, last: 500, text: "unknown error", class: Transient, blame: Device, tries: 3, then: ModemFault, vague: true, meaning: "unknown", remedy: catalogue.RemedyReplug},
		// Manufacturers' numbers for temporary refusals.
		busy("CMS", 256, 256, "operation temporary not allowed"),
		busy("CMS", 515, 515, "device busy"), // Wavecom: "please wait, init or command processing in progress"
		busy("CMS", 522, 522, ""),            // SIMCom: "operation temporary not allowed"
		busy("CMS", 532, 532, "sim not ready"),
		busy("CMS", 535, 535, "protocol stack busy"),
		{family: "CMS", first: 512, last: 1 << 30, class: Transient, blame: Device, tries: 3, then: Stop, stopAfter: 3, vague: true, meaning: "maker",
			remedy: catalogue.RemedyLookUp},
		{family: "CMS", first: 256, last: 511, class: Transient, blame: Device, tries: 3, then: ModemFault, vague: true, meaning: "reserved", remedy: catalogue.RemedyReplug},
		// +CME ERROR: mostly while the device is set up.
		{family: "CME", first: 0, last: 0, text: "phone failure", class: ModemFault, vague: true, meaning: "modem_failed", remedy: catalogue.RemedyReplug},
		{family: "CME", first: 3, last: 3, text: "operation not allowed", class: ModemFault, meaning: "not_allowed", remedy: catalogue.RemedyReplug},
		{family: "CME", first: 4, last: 4, text: "operation not supported", class: ModemFault, tries: 2, then: Stop, stopAfter: 3, meaning: "not_supported", remedy: catalogue.RemedyNotAModem},
		{family: "CME", first: 5, last: 7, text: "ph-sim pin required", class: Stop, meaning: "modem_locked", remedy: catalogue.RemedyLockedModem},
		{family: "CME", first: 10, last: 10, text: "sim not inserted", class: Stop, meaning: "no_sim", remedy: catalogue.RemedyNoSIM},
		{family: "CME", first: 11, last: 11, text: "sim pin required", class: Stop, meaning: "pin_wanted", remedy: catalogue.RemedyPIN},
		{family: "CME", first: 12, last: 12, text: "sim puk required", class: Stop, meaning: "puk_wanted", remedy: catalogue.RemedyPUK},
		{family: "CME", first: 13, last: 13, text: "sim failure", class: ModemFault, tries: 2, then: Stop, meaning: "sim_failed", remedy: catalogue.RemedySIM},
		{family: "CME", first: 14, last: 14, text: "sim busy", class: Transient, blame: Device, busy: true, waits: busyWaits(), meaning: "sim_busy", remedy: catalogue.RemedyLater},
		{family: "CME", first: 15, last: 15, text: "sim wrong", class: Stop, meaning: "sim_not_accepted", remedy: catalogue.RemedySIM},
		{family: "CME", first: 16, last: 16, text: "incorrect password", class: Stop, meaning: "pin_refused", remedy: catalogue.RemedyWrongPIN},
		{family: "CME", first: 17, last: 17, text: "sim pin2 required", class: Stop, meaning: "pin2_wanted", remedy: catalogue.RemedyFixedDialing},
		{family: "CME", first: 18, last: 18, text: "sim puk2 required", class: Stop, meaning: "puk2_wanted", remedy: catalogue.RemedyPUK},
		{family: "CME", first: 20, last: 20, text: "memory full", class: Transient, blame: Device, waits: soon, meaning: "modem_full", remedy: catalogue.RemedySIMFull},
		{family: "CME", first: 21, last: 22, text: "invalid index", class: Transient, blame: Device, meaning: "empty_slot", remedy: catalogue.RemedyNothing},
		{family: "CME", first: 23, last: 23, text: "memory failure", class: ModemFault, meaning: "memory_failed", remedy: catalogue.RemedyReplug},
		{family: "CME", first: 30, last: 30, text: "no network service", class: Transient, meaning: "no_network", remedy: catalogue.RemedyNetwork},
		{family: "CME", first: 31, last: 31, text: "network timeout", class: Uncertain, meaning: "network_timeout", remedy: catalogue.RemedyAwaitReport},
		{family: "CME", first: 32, last: 32, text: "network not allowed - emergency calls only", class: Transient, meaning: "emergency_only", remedy: catalogue.RemedyOperator},
		{family: "CME", first: 100, last: 100, text: "unknown", class: Transient, blame: Device, tries: 3, then: ModemFault, vague: true, meaning: "unknown", remedy: catalogue.RemedyReplug},
		{family: "CME", first: 103, last: 106, class: Stop, meaning: "equipment_denied", remedy: catalogue.RemedyOperator},
		{family: "CME", first: 111, last: 113, class: Stop, meaning: "network_closed", remedy: catalogue.RemedyOperator},
		busy("CME", 126, 126, ""), // "operation temporary not allowed", as 256
		busy("CME", 256, 256, "operation temporary not allowed"),
		busy("CME", 258, 258, "phone is busy"),
		busy("CME", 512, 512, ""), // of several makers: the SIM or the link is not ready yet
		busy("CME", 515, 515, "please wait, init or command processing in progress"),
		busy("CME", 527, 527, "please wait, rr or mm is busy. retry your selection later"),
		{family: "CME", first: 512, last: 1 << 30, class: Transient, blame: Device, tries: 3, then: Stop, stopAfter: 3, vague: true, meaning: "maker",
			remedy: catalogue.RemedyLookUp},
		{family: "CME", first: 0, last: 511, class: Transient, blame: Device, tries: 3, then: ModemFault, vague: true, meaning: "command_refused", remedy: catalogue.RemedyReplug},
	}
}
