package suppression

import "goniec/event"

// Facts lists the events of this package.
func Facts() event.Kinds {
	return event.Kinds{
		{Fact: Added{}, Meaning: "A number must not be written to any more."},
		{Fact: Removed{}, Meaning: "A number may be written to again."},
	}
}

// Added is the event of a new suppression.
type Added struct {
	ID      string  `json:"id" doc:"Of the suppression."`
	Purpose Purpose `json:"purpose" doc:"What must not be written about."`
	Source  Source  `json:"source" doc:"Who wanted it."`
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
