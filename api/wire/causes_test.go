package wire_test

import (
	"fmt"
	"strings"
	"testing"

	"goniec/api/wire"
	"goniec/catalogue"
	"goniec/pdu"
)

// codes returns every code that an attempt or a message can have, and some numbers that no
// table has.
func codes() []string {
	var all []string
	for n := range 600 {
		all = append(all, fmt.Sprintf("cms_%d", n), fmt.Sprintf("cme_%d", n))
	}
	for _, c := range wire.ErrorCodes() {
		all = append(all, c.Code)
	}
	return all
}

// TestNoCauseIsEnglish: what a code means is told in the language that was asked for.
func TestNoCauseIsEnglish(t *testing.T) {
	t.Parallel()
	for _, code := range codes() {
		english := wire.Meaning(catalogue.English, code)
		if english == "" || strings.Contains(english, "fault.") || strings.Contains(english, "message.") {
			t.Errorf("%s means %q", code, english)
		}
		for _, lang := range []catalogue.Language{catalogue.Polish, catalogue.Spanish} {
			if got := wire.Meaning(lang, code); got == english {
				t.Errorf("%s in %s is English: %q", code, lang, got)
			}
		}
	}
}

// TestReportMeaning holds the words of every TP-Status against those of package pdu, which
// the log has, and against English in the other languages.
func TestReportMeaning(t *testing.T) {
	t.Parallel()
	for n := range 256 {
		s := pdu.Status(n)
		if got := wire.ReportMeaning(catalogue.English, s); got != s.String() {
			t.Errorf("%q, in the log %q", got, s.String())
		}
		for _, lang := range []catalogue.Language{catalogue.Polish, catalogue.Spanish} {
			if got := wire.ReportMeaning(lang, s); got == s.String() || strings.Contains(got, "report.") {
				t.Errorf("0x%02X in %s is %q", n, lang, got)
			}
		}
	}
}
