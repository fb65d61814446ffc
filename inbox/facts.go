package inbox

import "goniec/event"

// Facts lists the events of this package.
func Facts() event.Kinds {
	return event.Kinds{
		{Fact: Received{}, Meaning: "A text has come in, or the rest of one."},
		{Fact: PDURejected{}, Meaning: "A modem has read something that is no message; it is kept as it is."},
		{Fact: CallMissed{}, Meaning: "A modem has missed a call."},
	}
}

// Received is the event of a received text, complete or not.
type Received struct {
	ID       string `json:"id" doc:"Of the inbound message."`
	Modem    string `json:"modem" doc:"The modem that received it."`
	Complete bool   `json:"complete" doc:"No part is missing."`
	Updated  bool   `json:"updated,omitempty" doc:"The message was told before without a part that has come now."`
}

// EventType returns "message.received".
func (Received) EventType() string { return "message.received" }

// About returns the id of the message.
func (f Received) About() []string { return []string{f.ID} }

// PDURejected is the event of a PDU that cannot be decoded.
type PDURejected struct {
	Modem string `json:"modem" doc:"The modem that received it."`
	Hash  string `json:"hash" doc:"Names the PDU among those kept."`
}

// EventType returns "pdu.rejected".
func (PDURejected) EventType() string { return "pdu.rejected" }

// About returns the modem.
func (f PDURejected) About() []string { return []string{"modem " + f.Modem} }

// CallMissed is the event of a missed call.
type CallMissed struct {
	ID        string `json:"id" doc:"Of the call."`
	Modem     string `json:"modem" doc:"The modem that was called."`
	Rings     int    `json:"rings" doc:"How often it rang."`
	MessageID string `json:"message_id,omitempty" doc:"Of the text that answers the call."`
}

// EventType returns "call.missed".
func (CallMissed) EventType() string { return "call.missed" }

// About returns the ids of the call and of the message that answers the call.
func (f CallMissed) About() []string { return []string{f.ID, f.MessageID} }
