package emulator_test

import (
	"io"
	"testing"
	"testing/synctest"
	"time"

	"goniec/modem/emulator"
)

// FuzzModem writes any octets on the line of a modem, which must go on: when
// they are done it answers AT.
func FuzzModem(f *testing.F) {
	for _, seed := range []string{
		"AT\r", "ATE0V1;+CMEE=1\r", "at+cpin?;+csq\r", "AT+CMGS=18\r0011000B918406100002F00000A704D4F29C0E\x1a",
		"AT+CMGS=18\r\x1b", "AT+CMGW=18\r0011000B918406100002F00000A704D4F29C0E\x1aAT+CMSS=1\rAT+CMGL=4\r",
		"AT+CMGF=1\rAT+CMGS=\"+48600100200\"\rcześć\x1a", "AT+CPMS=\"MT\",\"ME\",\"SM\"\rAT+CMGR=1\rAT+CMGD=1,4\r",
		"AT+CNMI=2,2,0,1,0;+CSMS=1\rAT+CNMA\r", "AT+CFUN=1,1\r", "AT+CUSD=1,\"*101#\",15\r", "ATS3=13S0?&D2\\Q3D123;\r",
		"AT+CSCS=\"UCS2\"\rAT+CSCA=\"002B0034\"\r", "AT+COPS=2\rAT+COPS=0\r", "AT;;;\r", "\x00\xff\x1a\x1b\b\b", "AT+CMGS=\"\"\r",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		synctest.Test(t, func(t *testing.T) {
			o := emulator.Options{Latency: emulator.Latency{Answer: time.Millisecond, Air: time.Second}}
			n := emulator.NewNetwork(o)
			t.Cleanup(func() { closeNetwork(t, n) })
			card := n.AddSIM(emulator.SIM{})
			card.Fill(25)
			p := emulator.Generic()
			p.BootTime = time.Minute
			h := connect(t, n.NewModem(p, card))
			if err := n.Handset(patient).Send(card.Number, incomingText); err != nil {
				t.Fatal(err)
			}
			if _, err := h.conn.Write(data); err != nil {
				t.Fatal(err)
			}
			pass(time.Hour)
			// The first ends a command, the second a payload; then the third is
			// surely a command.
			for _, text := range []string{"\r", "\x1b", "\rATV1E0\r"} {
				if _, err := io.WriteString(h.conn, text); err != nil {
					t.Fatal(err)
				}
				pass(time.Hour)
			}
			h.said()
			if got := h.do("AT\r"); got != "" {
				t.Fatalf("answered before its time: %q", got)
			}
			pass(time.Minute)
			if got := joined(h.said()); got != "OK" {
				t.Fatalf("AT is answered with %q", got)
			}
		})
	})
}
