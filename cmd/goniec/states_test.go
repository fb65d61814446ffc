package main

import (
	"bytes"
	"io"
	"regexp"
	"testing"

	"goniec/api/client"
	"goniec/catalogue"
	"goniec/modem"
)

// printed returns what print writes in lang.
func printed(t *testing.T, lang catalogue.Language, print func(*terminal) error) string {
	t.Helper()
	var out bytes.Buffer
	if err := print(&terminal{lang: lang, stdout: &out, stderr: &out}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// wordShown is a word of the API and what prints it.
type wordShown struct {
	english string
	print   func(*terminal) error
}

// TestNoTableShowsEnglishStates prints every state of a message, a modem, a SIM and a
// registration, and every kind of failure of a webhook: in Polish and Spanish no English word
// of a state or a cause is among them.
func TestNoTableShowsEnglishStates(t *testing.T) {
	t.Parallel()
	var shown []wordShown
	for _, s := range []client.Status{
		client.StatusScheduled, client.StatusQueued, client.StatusSending, client.StatusSent, client.StatusDelivered,
		client.StatusFailed, client.StatusExpired, client.StatusCancelled, client.StatusHeld, client.StatusUncertain,
	} {
		shown = append(shown, wordShown{string(s), func(on *terminal) error {
			return printHistory(on, client.Message{To: "+48600100200", Status: s}, []client.Step{{Step: client.StepEnded, Status: s}})
		}})
	}
	for _, s := range []modem.State{
		modem.Absent, modem.Opening, modem.Initialising, modem.SIMLocked, modem.Registering, modem.Ready, modem.Faulted, modem.Parked,
	} {
		shown = append(shown, wordShown{string(s), func(on *terminal) error { return printModems(on, []client.Modem{{Name: "a", State: string(s)}}) }})
	}
	for s := modem.Unasked; s <= modem.EmergencyBearer; s++ {
		shown = append(shown, wordShown{s.String(), func(on *terminal) error {
			return printProbes(on, []probeResult{{Answers: true, network: modem.Registration{CS: s, EPS: s}}})
		}})
	}
	for _, asks := range []string{"READY", "SIM PIN", "SIM PUK"} {
		shown = append(shown, wordShown{asks, func(on *terminal) error { return printProbes(on, []probeResult{{Answers: true, SIM: asks}}) }})
	}
	for _, f := range []client.DeliveryFailure{
		{Status: 500, Cause: "the receiver answered 500 Internal Server Error"},
		{Cause: "the receiver did not answer in time"},
		{Cause: "dial tcp 127.0.0.1:9: connect: connection refused"},
		{Cause: "dial tcp: lookup his: no such host"},
		{Cause: "tls: failed to verify certificate: x509: unknown authority"},
		{Cause: "192.0.2.10 is not a public address, and no network in allow_networks holds it"},
	} {
		english := (&terminal{lang: catalogue.English}).sayDelivery(&f)
		shown = append(shown, wordShown{english, func(on *terminal) error {
			_, err := io.WriteString(on.stdout, on.sayDelivery(&f))
			return err
		}})
	}
	for _, s := range shown {
		word := regexp.MustCompile(`(^|\s)` + regexp.QuoteMeta(s.english) + `([\s.:]|$)`)
		if out := printed(t, catalogue.English, s.print); !word.MatchString(out) {
			t.Errorf("%q is not in %q", s.english, out)
		}
		for _, lang := range []catalogue.Language{catalogue.Polish, catalogue.Spanish} {
			if out := printed(t, lang, s.print); word.MatchString(out) && (s.english != "roaming" || lang != catalogue.Polish) {
				t.Errorf("%q is shown in %s: %q", s.english, lang, out)
			}
		}
	}
}
