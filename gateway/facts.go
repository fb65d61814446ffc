package gateway

import (
	"goniec/event"
	"goniec/modem"
)

// Facts lists the events of this package.
func Facts() event.Kinds {
	return event.Kinds{
		{Fact: StateChanged{}, Meaning: "The state of a modem has changed."},
		{Fact: AlarmChanged{}, Meaning: "An alarm about a modem was raised or is over."},
		{Fact: CardMoved{}, Meaning: "A modem has another SIM than before, or one that was in another modem before."},
	}
}

// StateChanged tells that a modem has entered another state.
type StateChanged struct {
	Modem string      `json:"modem" doc:"The name of the modem."`
	State modem.State `json:"state" enum:"absent,opening,initialising,sim_locked,registering,ready,faulted,parked" doc:"The new state of the modem."`
	Code  string      `json:"code,omitempty" doc:"The code of the fault that caused the state, if one did: cms_ or cme_ and the number of the error (docs/errors.md), or the name of a fault, such as absent, port_busy, no_network, denied."`
}

// EventType is "modem.state".
func (StateChanged) EventType() string { return "modem.state" }

// About returns the modem.
func (f StateChanged) About() []string { return []string{"modem " + f.Modem} }

// AlarmChanged tells that an alarm about a modem was raised or has ended.
type AlarmChanged struct {
	Modem string `json:"modem" doc:"The name of the modem."`
	Code  string `json:"code" doc:"The code of the alarm: as in alarms of GET /v1/modems/{name}."`
	Over  bool   `json:"over" doc:"Whether the alarm is over."`
}

// EventType is "modem.alarm".
func (AlarmChanged) EventType() string { return "modem.alarm" }

// About returns the modem.
func (f AlarmChanged) About() []string { return []string{"modem " + f.Modem} }

// CardMoved tells that a modem holds another SIM than before. A SIM is named by the last four
// digits of its IMSI or ICCID.
type CardMoved struct {
	Modem string `json:"modem" doc:"The name of the modem in which the SIM is."`
	SIM   string `json:"sim" doc:"The last four digits of the number of the SIM (IMSI or ICCID)."`
	From  string `json:"from,omitempty" doc:"The name of the modem in which the SIM was before, if that is another one."`
	Was   string `json:"before,omitempty" doc:"The last four digits of the number of the SIM that was in this modem before, if there was one."`
}

// EventType is "modem.sim".
func (CardMoved) EventType() string { return "modem.sim" }

// About returns the modem.
func (f CardMoved) About() []string { return []string{"modem " + f.Modem} }
