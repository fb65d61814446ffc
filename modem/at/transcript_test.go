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
		if e.Sent {
			arrow = "> "
		}
		out[i] = arrow + e.Text
	}
	return out
}

func TestTranscriptMasks(t *testing.T) {
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
		p.lines(`+CLIP: "+48600100200",145,,,"Jan Kowalski"`, `+CUSD: 0,"Saldo 12,50",15`, "+CMT: \"Jan\",22")
		p.lines(deliverPDU, "+CMTI: \"SM\",12", "865413051234567")
		synctest.Wait()
		want := []string{
			"> AT", "< OK", "> ATE0", "< OK",
			"> AT+CMGS=15", "< >", "> <16 octets>", "< +CMGS: 7", "< OK",
			"> AT+CPIN=****", "< AT+CPIN=****", "< OK",
			`< +CLIP: "…",145,,,"…"`, `< +CUSD: 0,"…",15`, `< +CMT: "…",22`, "< <30 octets>", `< +CMTI: "SM",12`, "< ************567",
		}
		if diff := cmp.Diff(want, texts(c.Transcript(false))); diff != "" {
			t.Errorf("masked (-want +got):\n%s", diff)
		}
		plain := strings.Join(texts(c.Transcript(true)), "\n")
		for _, part := range []string{"+48600100200", strings.TrimSuffix(submitPayload, "\x1a"), deliverPDU} {
			if !strings.Contains(plain, part) {
				t.Errorf("plain transcript lacks %s", part)
			}
		}
		if strings.Contains(plain, "1234\"") {
			t.Error("plain transcript shows the PIN")
		}
	})
}

func TestTranscriptKeepsTheLastLines(t *testing.T) {
	t.Parallel()
	talk(t, script{}.reply, func(t *testing.T, c *at.Conn, p *peer, r *record) {
		for i := range 1000 {
			p.lines(fmt.Sprintf("^RSSI:%d", i))
		}
		p.lines("^LONG:" + strings.Repeat("x", 5000))
		synctest.Wait()
		got := c.Transcript(true)
		if len(got) != 400 || got[398].Text != "^RSSI:999" || len(got[399].Text) > 600 {
			t.Errorf("%d lines, the last but one %q", len(got), got[len(got)-2].Text)
		}
	})
}
