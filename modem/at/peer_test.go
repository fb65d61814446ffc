package at_test

import (
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"goniec/modem/at"
)

// peer is a scripted modem on the far end of a pipe.
type peer struct {
	conn  net.Conn
	reply func(p *peer, in string)
	done  chan struct{}

	mu  sync.Mutex
	got []string // what came in: commands without CR, payloads with Ctrl-Z, ESC
}

// say writes to us as the modem would.
func (p *peer) say(text string) { _, _ = p.conn.Write([]byte(text)) }

// lines says each line as modems do, between CR and LF.
func (p *peer) lines(lines ...string) {
	for _, line := range lines {
		p.say("\r\n" + line + "\r\n")
	}
}

func (p *peer) serve() {
	defer close(p.done)
	var token strings.Builder
	buf := make([]byte, 512)
	for {
		n, err := p.conn.Read(buf)
		if err != nil {
			return
		}
		for _, b := range buf[:n] {
			switch b {
			case '\r', 0x1a, 0x1b:
				if b != '\r' {
					token.WriteByte(b)
				}
				in := token.String()
				token.Reset()
				p.mu.Lock()
				p.got = append(p.got, in)
				p.mu.Unlock()
				p.reply(p, in)
			default:
				token.WriteByte(b)
			}
		}
	}
}

// received returns what came in so far.
func (p *peer) received() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.got...)
}

// script answers by the table, OK to AT and ATE0, and ERROR to the rest. A
// value is the answer as it is, without framing it.
type script map[string]string

func (s script) reply(p *peer, in string) {
	switch text, ok := s[in]; {
	case ok:
		p.say(text)
	case in == "AT", in == "ATE0":
		p.lines("OK")
	case in == "\x1b":
	default:
		p.lines("ERROR")
	}
}

// record keeps what the pump hands over, in order.
type record struct {
	mu  sync.Mutex
	all []at.Unsolicited
}

func (r *record) handle(u at.Unsolicited) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, u)
}

func (r *record) list() []at.Unsolicited {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]at.Unsolicited(nil), r.all...)
}

// talk runs a dialogue with a scripted modem in a bubble of virtual time. The
// dialogue is in step when test begins.
func talk(t *testing.T, reply func(*peer, string), test func(t *testing.T, c *at.Conn, p *peer, r *record)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		p := &peer{conn: far, reply: reply, done: make(chan struct{})}
		go p.serve()
		r := &record{}
		c := at.New(near, at.Config{Handler: r.handle})
		if err := c.Resync(t.Context()); err != nil {
			t.Fatalf("Resync at the start: %v", err)
		}
		test(t, c, p, r)
		if err := c.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		far.Close()
		<-p.done
	})
}

const patience = 10 * time.Second

// submitPDU is an empty service centre address and a SUBMIT of "hi".
var submitPDU = []byte{0x00, 0x01, 0x00, 0x0b, 0x91, 0x84, 0x06, 0x10, 0x00, 0x02, 0xf0, 0x00, 0x00, 0x02, 0xe8, 0x34}

const (
	submitLength  = 15
	submitCommand = "AT+CMGS=15"
	submitPayload = "0001000B918406100002F0000002E834\x1a"
)

// deliverPDU is a DELIVER with its service centre address; its TPDU has 20
// octets.
const (
	deliverPDU    = "07918406010013F0040B918406100002F00000627022419180400354F41A"
	deliverHeader = ",22"
)

func submit(t *testing.T, c *at.Conn) (int, at.Phase, error) {
	t.Helper()
	return c.Submit(t.Context(), submitLength, submitPDU)
}
