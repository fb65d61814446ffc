package main

import (
	"strings"

	"goniec/api/client"
	"goniec/catalogue"
)

// brief returns the first sentence of a text of the API, without its full stop: what has
// happened, without what to do.
func brief(detail string) string {
	first, _, _ := strings.Cut(detail, ". ")
	return strings.TrimSuffix(first, ".")
}

// sayModemState returns the word for a state of a modem.
func (t *terminal) sayModemState(state string) string {
	return t.sayOr(catalogue.ModemState(state), state)
}

// saySIM returns the word for what a SIM asks for. asks is the answer of the modem to AT+CPIN?.
func (t *terminal) saySIM(asks string) string {
	name := map[string]string{"READY": "ready", "SIM PIN": "pin", "SIM PUK": "puk"}[asks]
	return t.sayOr(catalogue.SIMText(name), asks)
}

// sayFailure returns why a webhook did not take an event. status is what its receiver
// answered, 0 for none; cause is what the API says, in English.
func (t *terminal) sayFailure(status int, cause string) string {
	if status != 0 {
		return t.say(catalogue.WebhookAnswered, status)
	}
	for _, known := range []struct {
		words string
		text  catalogue.Key
	}{
		{"did not answer in time", catalogue.WebhookSlow},
		{"connection refused", catalogue.WebhookNoListener},
		{"no such host", catalogue.WebhookNoHost},
		{"certificate", catalogue.WebhookCertificate},
		{"allow_networks", catalogue.WebhookForbidden},
	} {
		if strings.Contains(cause, known.words) {
			return t.say(known.text)
		}
	}
	return t.say(catalogue.WebhookBroken, cause)
}

// sayDelivery returns why a delivery failed; empty where it did not.
func (t *terminal) sayDelivery(f *client.DeliveryFailure) string {
	if f == nil {
		return ""
	}
	return t.sayFailure(f.Status, f.Cause)
}

// sayOr returns what key says, or other where there is no such key.
func (t *terminal) sayOr(key catalogue.Key, other string) string {
	if catalogue.Has(key) {
		return t.say(key)
	}
	return other
}
