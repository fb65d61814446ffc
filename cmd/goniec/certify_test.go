package main

import (
	"testing"

	"goniec/catalogue"
	"goniec/modem"
)

func TestEveryCheckHasWords(t *testing.T) {
	t.Parallel()
	var keys []catalogue.Key
	for _, id := range modem.Checks() {
		keys = append(keys, catalogue.CheckName(id), catalogue.CheckConsequence(id))
	}
	for _, v := range []modem.Verdict{modem.Passed, modem.Failed, modem.Refused, modem.Skipped} {
		keys = append(keys, catalogue.VerdictText(string(v)))
	}
	for _, key := range keys {
		if !catalogue.Has(key) {
			t.Errorf("%s has no words", key)
		}
	}
}
