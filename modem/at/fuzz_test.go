package at_test

import (
	"errors"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"goniec/modem/at"
)

// FuzzPump has a modem say anything at all, at any point of a dialogue: nothing
// may panic, hang, or be written that a modem could take for a message.
func FuzzPump(f *testing.F) {
	for _, said := range []string{
		"\r\nOK\r\n", "> ", "\r\n> \r\n+CMGS: 7\r\n\r\nOK\r\n", "+CMT: ,22\r\n" + deliverPDU + "\r\n",
		"+CMT: ,22\r\n+CDS: 22\r\nOK\r\n", "+CUSD: 1,\"a\r\nb\r\n", "RING\r\nNO CARRIER\r\n", "+CMS ERROR: 500\r\n",
		"\x00\xff\x80> >\x1a\x1b", "+CMGS: 999\r\n+CMGS: 5\r\nERROR\r\n", "+CMGS: 5\r\n", strings.Repeat("x", 9000),
		"+CPIN: READY\r\nRDY\r\n^RSSI:9\r\n*X: 1\r\n", "0\r4\r", "+CMT:\r\n00\r\n", "+CMT: ,0\r\n00\r\n",
	} {
		f.Add([]byte(said), []byte(said), uint8(1))
	}
	f.Fuzz(func(t *testing.T, first, second []byte, cut uint8) {
		synctest.Test(t, func(t *testing.T) {
			handed := 0
			reply := func(p *peer, in string) {
				switch in {
				case "AT", "ATE0":
					p.lines("OK")
				case "AT+CSQ":
					say(p, first, int(cut))
				case submitCommand:
					say(p, first, int(cut))
					p.say("\r\n> ")
				case submitPayload:
					say(p, second, int(cut))
				}
			}
			near, far := net.Pipe()
			p := &peer{conn: far, reply: reply, done: make(chan struct{})}
			go p.serve()
			c := at.New(near, at.Config{Handler: func(at.Unsolicited) { handed++ }})
			// The first Resync is quiet; the others are disturbed by what is still said.
			if err := c.Resync(t.Context()); err != nil {
				t.Fatal(err)
			}
			say(p, second, int(cut))
			_, err := c.Command(t.Context(), "+CSQ", time.Second)
			checkOutcome(t, c, err)
			_, phase, err := submit(t, c)
			checkOutcome(t, c, err)
			if n := count(p.received(), submitPayload); n > 1 || n == 1 && phase != at.AfterPayload {
				t.Errorf("the payload was written %d times, phase %v", n, phase)
			}
			if limit := len(first) + 2*len(second) + 100; handed > limit {
				t.Errorf("%d notices of %d octets", handed, limit)
			}
			c.Close()
			far.Close()
			<-p.done
		})
	})
}

// say says data in pieces of size octets.
func say(p *peer, data []byte, size int) {
	size = max(size, 1, len(data)/64)
	for len(data) > 0 {
		n := min(size, len(data))
		p.say(string(data[:n]))
		data = data[n:]
	}
}

// checkOutcome resyncs where an error asks for it.
func checkOutcome(t *testing.T, c *at.Conn, err error) {
	t.Helper()
	var refused *at.Error
	if err == nil || errors.As(err, &refused) {
		return
	}
	if err := c.Resync(t.Context()); err != nil && !errors.Is(err, at.ErrTimeout) {
		t.Errorf("Resync: %v", err)
	}
}
