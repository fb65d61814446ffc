package app

import (
	"slices"

	"goniec/event"
	"goniec/gateway"
	"goniec/inbox"
	"goniec/queue"
	"goniec/reply"
	"goniec/suppression"
	"goniec/webhook"
)

// Facts lists all types of events.
func Facts() event.Kinds {
	return slices.Concat(queue.Facts(), inbox.Facts(), suppression.Facts(), reply.Facts(), gateway.Facts(), webhook.Facts(), event.Kinds{
		{Fact: AlarmChanged{}, Meaning: "An alarm about the gateway as a whole was raised or is over."},
	})
}

// AlarmChanged tells that an alarm of the box was raised or has ended.
type AlarmChanged struct {
	Code string `json:"code" doc:"The code of the alarm: as in GET /v1/alarms."`
	Over bool   `json:"over" doc:"Whether the alarm is over."`
}

// EventType is "alarm".
func (AlarmChanged) EventType() string { return "alarm" }

// About returns nil: alarms of the box are in one order.
func (AlarmChanged) About() []string { return nil }
