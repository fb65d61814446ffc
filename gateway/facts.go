package gateway

import (
	"goniec/event"
	"goniec/modem"
)

// Facts lists the events of this package.
func Facts() event.Kinds {
	return event.Kinds{
		{Fact: StateChanged{}, Meaning: "A modem has come into another state."},
		{Fact: AlarmChanged{}, Meaning: "A person should look into something at a modem, or need not any more."},
		{Fact: CardMoved{}, Meaning: "A modem has another SIM than before, or one that was in another modem."},
	}
}

// StateChanged tells that a modem has entered another state.
type StateChanged struct {
	Modem string      `json:"modem" doc:"The modem."`
	State modem.State `json:"state" doc:"Its new state."`
	Code  string      `json:"code,omitempty" doc:"Of the trouble that caused it."`
}

// EventType is "modem.state".
func (StateChanged) EventType() string { return "modem.state" }

// About returns the modem.
func (f StateChanged) About() []string { return []string{"modem " + f.Modem} }

// AlarmChanged tells that an alarm about a modem was raised or has ended.
type AlarmChanged struct {
	Modem string `json:"modem" doc:"The modem."`
	Code  string `json:"code" doc:"Of the alarm."`
	Over  bool   `json:"over" doc:"The alarm has gone away."`
}

// EventType is "modem.alarm".
func (AlarmChanged) EventType() string { return "modem.alarm" }

// About returns the modem.
func (f AlarmChanged) About() []string { return []string{"modem " + f.Modem} }

// CardMoved tells that a modem holds another SIM than before. A SIM is named by the last four
// digits of its IMSI or ICCID.
type CardMoved struct {
	Modem string `json:"modem" doc:"The modem in which the SIM is."`
	SIM   string `json:"sim" doc:"The last four digits of the number of the SIM (IMSI or ICCID)."`
	From  string `json:"from,omitempty" doc:"The modem in which the SIM was before."`
	Was   string `json:"before,omitempty" doc:"The last four digits of the SIM that was in this modem before."`
}

// EventType is "modem.sim".
func (CardMoved) EventType() string { return "modem.sim" }

// About returns the modem.
func (f CardMoved) About() []string { return []string{"modem " + f.Modem} }
