package at_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"goniec/modem/at"
)

func texts(entries []at.Entry) []string {
	out := make([]string, len(entries))
	for i, e := range entries {
		arrow := "< "
		switch {
		case e.Note:
			arrow = "= "
		case e.Sent:
			arrow = "> "
		}
		out[i] = arrow + e.Text
	}
	return out
}

func TestTranscriptHoldsNoPIN(t *testing.T) {
	t.Parallel()
	s := script{
		submitCommand: "\r\n> ", submitPayload: "\r\n+CMGS: 7\r\n\r\nOK\r\n",
		`AT+CPIN="1234"`: "AT+CPIN=\"1234\"\r\r\nOK\r\n",
	}
	talk(t, s.reply, func(t *testing.T, c *at.Conn, p *peer, r *record) {
		if _, _, err := submit(t, c); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Command(t.Context(), `+CPIN="1234"`, patience); err != nil {
			t.Fatal(err)
		}
		p.lines(deliverPDU)
		synctest.Wait()
		want := []string{
			"= port opened", "> AT", "< OK", "> ATE0", "< OK",
			"> AT+CMGS=15", "< >", "> " + strings.TrimSuffix(submitPayload, "\x1a"), "< +CMGS: 7", "< OK",
			"> AT+CPIN=****", "< AT+CPIN=****", "< OK", "< " + deliverPDU,
		}
		if diff := cmp.Diff(want, texts(c.Transcript().Entries())); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestTranscriptKeepsBeginningAndEnd(t *testing.T) {
	t.Parallel()
	talk(t, script{}.reply, func(t *testing.T, c *at.Conn, p *peer, r *record) {
		for i := range 3000 {
			p.lines(fmt.Sprintf("^RSSI:%d", i))
		}
		p.lines("^LONG:" + strings.Repeat("x", 5000))
		synctest.Wait()
		got := c.Transcript().Entries()
		if len(got) != 1400 || got[1398].Text != "^RSSI:2999" || len(got[1399].Text) > 600 {
			t.Fatalf("%d lines, the last but one %q", len(got), got[len(got)-2].Text)
		}
		if got[0].Text != "port opened" || got[0].Number != 1 || got[399].Number != 400 || got[400].Number < 1000 || got[1399].Number != 3006 {
			t.Errorf("beginning %+v … %+v, end %+v … %+v", got[0], got[399], got[400], got[1399])
		}
	})
}

func TestTranscriptOutlivesADialogue(t *testing.T) {
	t.Parallel()
	log := at.NewTranscript()
	log.Begin("port opened")
	log.Note("port lost")
	log.Begin("port opened")
	if diff := cmp.Diff([]string{"= port opened", "= port lost", "= port opened"}, texts(log.Entries())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
