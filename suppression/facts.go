package suppression

import "goniec/event"

// Facts lists the events of this package.
func Facts() event.Kinds {
	return event.Kinds{
		{Fact: Added{}, Meaning: "No messages for a purpose may be sent to a number any more."},
		{Fact: Removed{}, Meaning: "Messages for a purpose may be sent to a number again."},
	}
}

// Added is the event of a new suppression.
type Added struct {
	ID      string  `json:"id" doc:"The id of the suppression: see GET /v1/suppressions."`
	Purpose Purpose `json:"purpose" enum:"care,information,marketing,staff,all" doc:"The purpose of the messages that the suppression stops; all: any purpose."`
	Source  Source  `json:"source" enum:"api,sms" doc:"Where the change comes from. sms: the owner of the number has sent STOP or START. api: a call of the API or of the command line."`
}

// EventType returns "suppression.added".
func (Added) EventType() string { return "suppression.added" }

// About returns the id of the suppression.
func (f Added) About() []string { return []string{f.ID} }

// Removed is the event of a removed suppression.
type Removed Added

// EventType returns "suppression.removed".
func (Removed) EventType() string { return "suppression.removed" }

// About returns the id of the suppression.
func (f Removed) About() []string { return []string{f.ID} }
