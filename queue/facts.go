package queue

import (
	"time"

	"goniec/event"
)

// Facts lists the events of this package.
func Facts() event.Kinds {
	return event.Kinds{
		{Fact: MessageChanged{Status: StatusQueued}, Meaning: "A message was accepted and waits for its time or for a modem, or it waits again after an attempt that failed."},
		{Fact: MessageChanged{Status: StatusSending}, Meaning: "A modem has begun to send a part of a message."},
		{Fact: MessageChanged{Status: StatusSent}, Meaning: "The service centre has accepted every part of a message."},
		{Fact: MessageChanged{Status: StatusDelivered}, Meaning: "Delivery reports say that every part of a message has arrived."},
		{Fact: MessageChanged{Status: StatusFailed}, Meaning: "A message was given up: error_code tells why."},
		{Fact: MessageChanged{Status: StatusExpired}, Meaning: "A message was not sent before its expires_at, or the network could not deliver it in time. It is not sent any more."},
		{Fact: MessageChanged{Status: StatusCancelled}, Meaning: "A message was cancelled before it was sent: by a person or a program, by a suppression, or by an erasure."},
		{Fact: MessageChanged{Status: StatusHeld}, Meaning: "A message waits: for the end of the quiet hours, for the recipient cap, for the clock, or for the decision of a person. error_code tells which."},
		{Fact: MessageChanged{Status: StatusUncertain}, Meaning: "A part of a message may have been sent or not. Its delivery report is awaited."},
		{Fact: ReportOrphaned{}, Meaning: "A modem has received a delivery report that belongs to no message."},
		{Fact: NumberErased{}, Meaning: "The records about a phone number were erased."},
	}
}

// MessageChanged is the event of an outgoing message with a new status.
type MessageChanged struct {
	ID        string    `json:"id" doc:"The id of the message."`
	Reference string    `json:"reference,omitempty" doc:"The reference that the caller gave the message."`
	Origin    Origin    `json:"origin,omitempty" enum:"api,reply,call,self_test" doc:"Where the message comes from. api: a program or a person had it sent. reply: the gateway answers a received text. call: the gateway answers a call. self_test: a modem tests itself. Events that were stored without it lack it."`
	Status    Status    `json:"status" enum:"scheduled,queued,sending,sent,delivered,failed,expired,cancelled,held,uncertain" doc:"The new status of the message. It is scheduled in message.queued of a message that waits for its send_at."`
	Modem     string    `json:"modem,omitempty" doc:"The name of the modem that has sent, or tried to send, a part of the message last."`
	Parts     int       `json:"parts" doc:"The number of SMS that the message is made of."`
	ErrorCode string    `json:"error_code,omitempty" doc:"Why the message waits or has ended without delivery: one of the codes in docs/errors.md."`
	Final     bool      `json:"final,omitempty" doc:"Whether the message has ended: the gateway does not send it any more. Only a delivery report that comes late can still show that it has arrived, in an event message.delivered."`
	RetryAt   time.Time `json:"retry_at,omitzero" doc:"When the message is tried again, or when the gateway decides what becomes of it."`
}

// EventType returns "message." and the status; the type of StatusScheduled is
// "message.queued".
func (f MessageChanged) EventType() string {
	if f.Status == StatusScheduled {
		return "message." + string(StatusQueued)
	}
	return "message." + string(f.Status)
}

// About returns the id of the message.
func (f MessageChanged) About() []string { return []string{f.ID} }

// ReportOrphaned is the event of a delivery report that matches no submission.
type ReportOrphaned struct {
	Modem  string `json:"modem" doc:"The name of the modem that received the report."`
	MR     int    `json:"mr" doc:"The reference of the SMS that the report is about: TP-MR, 0 to 255 (3GPP TS 23.040 9.2.3.6)."`
	Status int    `json:"report_status" doc:"What became of that SMS: TP-ST, 0 to 255 (3GPP TS 23.040 9.2.3.15)."`
}

// EventType returns "report.orphan".
func (ReportOrphaned) EventType() string { return "report.orphan" }

// About returns the modem.
func (f ReportOrphaned) About() []string { return []string{"modem " + f.Modem} }

// NumberErased is the event of an erasure of everything about a number.
type NumberErased struct {
	ID       string `json:"id" doc:"The id of the erasure, which is the proof: see GET /v1/erasures."`
	Messages int    `json:"messages" doc:"The number of erased messages to the number."`
	Received int    `json:"received" doc:"The number of erased messages from the number."`
	Calls    int    `json:"calls" doc:"The number of erased calls."`
	Talks    int    `json:"conversations" doc:"The number of erased conversations."`
}

// EventType returns "number.erased".
func (NumberErased) EventType() string { return "number.erased" }

// About returns the id of the Erasure.
func (f NumberErased) About() []string { return []string{f.ID} }
