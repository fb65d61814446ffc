package inbox

import "goniec/event"

// Facts lists the events of this package.
func Facts() event.Kinds {
	return event.Kinds{
		{Fact: Received{}, Meaning: "A modem has received a text message, or a missing part of one."},
		{Fact: PDURejected{}, Meaning: "A modem has read an SMS that cannot be decoded. The gateway keeps it as it is."},
		{Fact: CallMissed{}, Meaning: "A call to the number of a modem was not answered."},
	}
}

// Received is the event of a received text, complete or not.
type Received struct {
	ID       string `json:"id" doc:"The id of the received message: see GET /v1/inbox/{id}."`
	Modem    string `json:"modem" doc:"The name of the modem that received the message."`
	Complete bool   `json:"complete" doc:"Whether all parts of the message have come."`
	Updated  bool   `json:"updated,omitempty" doc:"Whether an earlier event told of the message without a part that has come now."`
}

// EventType returns "message.received".
func (Received) EventType() string { return "message.received" }

// About returns the id of the message.
func (f Received) About() []string { return []string{f.ID} }

// PDURejected is the event of a PDU that cannot be decoded.
type PDURejected struct {
	Modem string `json:"modem" doc:"The name of the modem that received the SMS."`
	Hash  string `json:"hash" doc:"The hash of the SMS, which names it among those that are kept."`
}

// EventType returns "pdu.rejected".
func (PDURejected) EventType() string { return "pdu.rejected" }

// About returns the modem.
func (f PDURejected) About() []string { return []string{"modem " + f.Modem} }

// CallMissed is the event of a missed call.
type CallMissed struct {
	ID        string `json:"id" doc:"The id of the call: see GET /v1/calls."`
	Modem     string `json:"modem" doc:"The name of the modem that was called."`
	Rings     int    `json:"rings" doc:"The number of rings."`
	MessageID string `json:"message_id,omitempty" doc:"The id of the message that answers the call, if one does."`
}

// EventType returns "call.missed".
func (CallMissed) EventType() string { return "call.missed" }

// About returns the ids of the call and of the message that answers the call.
func (f CallMissed) About() []string { return []string{f.ID, f.MessageID} }
