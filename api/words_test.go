package api_test

import (
	"testing"

	"goniec/api/rest"
	"goniec/api/system"
	"goniec/api/wire"
	"goniec/catalogue"
	"goniec/number"
)

// TestEveryCodeHasWords holds the codes against the catalogue; that each text is
// there in every language is a test of the catalogue.
func TestEveryCodeHasWords(t *testing.T) {
	t.Parallel()
	keys := []string{string(catalogue.MessageOther), "warning." + number.WarningFixedLine}
	for code, status := range rest.Statuses() {
		keys = append(keys, "problem."+string(code))
		if status < 400 || status > 599 {
			t.Errorf("%s has status %d", code, status)
		}
	}
	for _, code := range rest.FieldCodes() {
		keys = append(keys, "problem."+string(code))
	}
	for _, code := range system.AlarmCodes() {
		keys = append(keys, "alarm."+code, "alarm."+code+".remedy")
	}
	for _, c := range wire.ErrorCodes() {
		keys = append(keys, string(c.Text))
	}
	for _, code := range []string{
		"number_unknown", "number_barred", "rejected", "phone_off", "network", "sender_barred", "no_centre", "no_network", "no_reason",
	} {
		keys = append(keys, "message."+code)
	}
	for _, key := range keys {
		if !catalogue.Has(catalogue.Key(key)) {
			t.Errorf("%s is not in the catalogue", key)
		}
	}
}
