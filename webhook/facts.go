package webhook

import "goniec/event"

// Facts lists the events of this package.
func Facts() event.Kinds {
	return event.Kinds{
		{Fact: Disabled{}, Meaning: "The receiver of a webhook has answered 410, which asks for no more events."},
		{Fact: Tested{}, Meaning: "A person tries a webhook. The event is sent to the receiver alone and is not in the log."},
	}
}

// Disabled tells that the receiver of a webhook asked for no more.
type Disabled struct {
	Webhook string `json:"webhook" doc:"The name of the webhook."`
}

// EventType is "webhook.disabled".
func (Disabled) EventType() string { return "webhook.disabled" }

// About returns nil: all are in one order.
func (Disabled) About() []string { return nil }

// Tested tells a receiver that a person tries it.
type Tested struct {
	Webhook string `json:"webhook" doc:"The name of the webhook."`
}

// EventType is "webhook.test".
func (Tested) EventType() string { return "webhook.test" }

// About returns nil: a test keeps no order.
func (Tested) About() []string { return nil }
