package webhook

import "goniec/event"

// Facts lists the events of this package.
func Facts() event.Kinds {
	return event.Kinds{
		{Fact: Disabled{}, Meaning: "The receiver of a webhook has answered 410 Gone and gets no more events."},
		{Fact: Tested{}, Meaning: "A person tests a webhook. Only its receiver gets the event; the stream of events does not have it."},
	}
}

// Disabled tells that the receiver of a webhook has answered 410 and gets no more events.
type Disabled struct {
	Webhook string `json:"webhook" doc:"The name of the webhook."`
}

// EventType is "webhook.disabled".
func (Disabled) EventType() string { return "webhook.disabled" }

// About returns nil: all Disabled events are in one order.
func (Disabled) About() []string { return nil }

// Tested is the content of the event that Webhooks.Test sends.
type Tested struct {
	Webhook string `json:"webhook" doc:"The name of the webhook."`
}

// EventType is "webhook.test".
func (Tested) EventType() string { return "webhook.test" }

// About returns nil: test events have no order.
func (Tested) About() []string { return nil }
