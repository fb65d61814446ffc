package wire

import (
	"time"

	"goniec/catalogue"
	"goniec/modem"
	"goniec/queue"
)

// Cause is what a message error is due to.
type Cause string

// The causes of message errors.
const (
	Recipient Cause = "the recipient" // the number or the phone of the recipient, or the recipient's wish
	Network   Cause = "the network"
	Modem     Cause = "the modem or its SIM"
	Gateway   Cause = "the gateway" // its settings, its machine or its program
)

// Course is what becomes of a message with an error.
type Course string

// The courses.
const (
	Ended   Course = "yes"
	Goes    Course = "no: it goes by itself"
	Tried   Course = "no: it is tried again until its `expires_at`"
	Decided Course = "no: it waits for a person"
	Noted   Course = "no: in the history of an attempt only"
)

// ErrorCode describes a code of a message error.
type ErrorCode struct {
	Code   string
	Cause  Cause
	Course Course
	Text   catalogue.Key // what has happened and what to do
}

// ErrorCodes lists the codes of message errors but those of +CMS ERROR and +CME ERROR.
func ErrorCodes() []ErrorCode {
	return []ErrorCode{
		{queue.CodeQuietHours, Gateway, Goes, "message.quiet_hours"},
		{queue.CodeRecipientCap, Gateway, Goes, "message.recipient_cap"},
		{queue.CodeClock, Gateway, Goes, "message.clock"},
		{queue.CodeRestored, Gateway, Decided, "message.restored"},
		{queue.CodeUncertain, Modem, Goes, "message.uncertain"},
		{queue.CodeDecision, Modem, Decided, "message.decision"},
		{queue.CodeCallList, Modem, Decided, "message.call_list"},
		{queue.CodeSIMGone, Modem, Goes, "message.sim_gone"},
		{queue.CodeSCRetry, Network, Tried, "message.sc_retry"},
		{queue.CodeSCAbandoned, Network, Ended, "message.sc_abandoned"},
		{queue.CodeSCExpired, Recipient, Ended, "message.sc_expired"},
		{queue.CodeUndelivered, Recipient, Ended, "message.undelivered"},
		{queue.CodeUnknownOutcome, Modem, Ended, "message.unknown_outcome"},
		{queue.CodeExpired, Modem, Ended, "message.expired"},
		{queue.CodeSuppressed, Recipient, Ended, "message.suppressed"},
		{queue.CodeErased, Recipient, Ended, "message.erased"},
		{"pdu", Gateway, Ended, "message.pdu"},
		{"uncounted", Gateway, Tried, "message.uncounted"},
		{"store", Gateway, Tried, "message.store"},
		{"no_network", Network, Tried, "message.no_network"},
		{"roaming", Network, Tried, "message.modem"},
		{"denied", Network, Tried, "message.modem"},
		{"no_smsc", Modem, Tried, "message.no_centre"},
		{"no_answer", Modem, Tried, "message.modem"},
		{"device", Modem, Tried, "message.modem"},
		{"absent", Modem, Tried, "message.modem"},
		{"port_busy", Modem, Tried, "message.modem"},
		{"port_denied", Modem, Tried, "message.modem"},
		{"no_modem", Modem, Tried, "message.modem"},
		{"other_modem", Modem, Tried, "message.modem"},
		{queue.CodeLease, Modem, Tried, "message.modem"},
		{queue.CodeRestart, Gateway, Noted, "message.restart"},
		{queue.CodeAnswered, Recipient, Noted, "message.answered"},
	}
}

// messageErrorText returns what has happened to m, which has an error, and what to do at the
// time now.
func messageErrorText(lang catalogue.Language, m *queue.Message, now time.Time) string {
	if !m.MayRelease(now) { // the text of the code advises it
		switch m.Error.Code {
		case queue.CodeQuietHours:
			return catalogue.Text(lang, catalogue.MessageQuietLater)
		case queue.CodeSIMGone:
			return catalogue.Text(lang, catalogue.MessageSIMGoneAgain)
		}
	}
	return ErrorText(lang, m.Error.Code)
}

// ErrorText returns what a code means for a message, and what to do. The codes of +CMS ERROR
// (3GPP TS 27.005 3.2.5) about the recipient or the network have texts of their own.
func ErrorText(lang catalogue.Language, code string) string {
	for _, c := range ErrorCodes() {
		if c.Code == code {
			return catalogue.Text(lang, c.Text)
		}
	}
	var name string
	switch code {
	case "cms_1", "cms_30", "cms_195":
		name = "number_unknown"
	case "cms_10", "cms_196":
		name = "number_barred"
	case "cms_21":
		name = "rejected"
	case "cms_27":
		name = "phone_off"
	case "cms_8", "cms_50":
		name = "sender_barred"
	case "cms_17", "cms_22", "cms_38", "cms_41", "cms_42", "cms_47", "cms_192", "cms_194", "cms_332":
		name = "network"
	case "cms_330":
		name = "no_centre"
	case "cms_331":
		name = "no_network"
	case "cms_500":
		name = "no_reason"
	default:
		if key, found := modem.CodeText(code); found {
			return catalogue.Text(lang, catalogue.MessageRefused, catalogue.Text(lang, key), code)
		}
		return catalogue.Text(lang, catalogue.MessageOther, code)
	}
	return catalogue.Text(lang, catalogue.Key("message."+name))
}
