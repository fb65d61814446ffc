package queue

import (
	"time"

	"goniec/event"
)

// Facts lists the events of this package.
func Facts() event.Kinds {
	return event.Kinds{
		{Fact: MessageChanged{Status: StatusQueued}, Meaning: "A message was taken, and waits for its time or for a modem; or it waits again."},
		{Fact: MessageChanged{Status: StatusSending}, Meaning: "A part of a message is being sent."},
		{Fact: MessageChanged{Status: StatusSent}, Meaning: "The service centre has accepted every part of a message."},
		{Fact: MessageChanged{Status: StatusDelivered}, Meaning: "Delivery reports say that every part of a message has arrived."},
		{Fact: MessageChanged{Status: StatusFailed}, Meaning: "A message was given up."},
		{Fact: MessageChanged{Status: StatusExpired}, Meaning: "A message was not sent in time, and will not be."},
		{Fact: MessageChanged{Status: StatusCancelled}, Meaning: "A message was withdrawn."},
		{Fact: MessageChanged{Status: StatusHeld}, Meaning: "A message waits for the end of the quiet hours, or for a person."},
		{Fact: MessageChanged{Status: StatusUncertain}, Meaning: "A part of a message may have been sent or not; its delivery report is awaited."},
		{Fact: ReportOrphaned{}, Meaning: "A delivery report has come that belongs to no message."},
		{Fact: NumberErased{}, Meaning: "Everything about a number was erased."},
	}
}

// MessageChanged is the event of an outgoing message with a new status.
type MessageChanged struct {
	ID        string    `json:"id" doc:"Of the message."`
	Reference string    `json:"reference,omitempty" doc:"The name that the caller gave the message."`
	Status    Status    `json:"status" doc:"The new status. A scheduled message is told by message.queued."`
	Modem     string    `json:"modem,omitempty" doc:"The modem that sent a part of it last."`
	Parts     int       `json:"parts" doc:"How many parts the message has."`
	ErrorCode string    `json:"error_code,omitempty" doc:"Why the message waits or has failed."`
	RetryAt   time.Time `json:"retry_at,omitzero" doc:"When it is tried again."`
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
	Modem  string `json:"modem" doc:"The modem that received it."`
	MR     int    `json:"mr" doc:"TP-MR, 0 to 255: the reference of the submission (3GPP TS 23.040 9.2.3.6)."`
	Status int    `json:"report_status" doc:"TP-ST, 0 to 255: what became of the submission (3GPP TS 23.040 9.2.3.15)."`
}

// EventType returns "report.orphan".
func (ReportOrphaned) EventType() string { return "report.orphan" }

// About returns the modem.
func (f ReportOrphaned) About() []string { return []string{"modem " + f.Modem} }

// NumberErased is the event of an erasure of everything about a number.
type NumberErased struct {
	ID       string `json:"id" doc:"Of the proof."`
	Messages int    `json:"messages" doc:"How many messages to the number were erased."`
	Received int    `json:"received" doc:"How many messages from the number were erased."`
	Calls    int    `json:"calls" doc:"How many calls were erased."`
	Talks    int    `json:"conversations" doc:"How many conversations were erased."`
}

// EventType returns "number.erased".
func (NumberErased) EventType() string { return "number.erased" }

// About returns the id of the Erasure.
func (f NumberErased) About() []string { return []string{f.ID} }
