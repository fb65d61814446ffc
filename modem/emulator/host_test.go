package emulator_test

import (
	"bytes"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"goniec/modem/emulator"
)

// host is a program at the far end of a modem's line, within a bubble.
type host struct {
	t    *testing.T
	conn net.Conn
	done chan struct{}

	mu  sync.Mutex
	got bytes.Buffer
}

// connect opens the modem's line, and closes it at the end of the bubble.
func connect(t *testing.T, m *emulator.Modem) *host {
	t.Helper()
	h := &host{t: t, conn: m.Pipe(), done: make(chan struct{})}
	go func() {
		defer close(h.done)
		buffer := make([]byte, 1024)
		for {
			count, err := h.conn.Read(buffer)
			h.mu.Lock()
			h.got.Write(buffer[:count])
			h.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(h.close)
	return h
}

func (h *host) close() {
	if err := h.conn.Close(); err != nil {
		h.t.Error(err)
	}
	<-h.done
}

// said returns what the modem said since the last call, after everything that
// happens now has happened.
func (h *host) said() string {
	h.t.Helper()
	synctest.Wait()
	h.mu.Lock()
	defer h.mu.Unlock()
	text := h.got.String()
	h.got.Reset()
	return text
}

// do writes and returns what is said at once.
func (h *host) do(text string) string {
	h.t.Helper()
	h.said()
	if _, err := io.WriteString(h.conn, text); err != nil {
		h.t.Fatalf("write %q: %v", text, err)
	}
	return h.said()
}

// lines is do for a command, without its line ends and empty lines.
func (h *host) lines(command string) string {
	h.t.Helper()
	return joined(h.do(command + "\r"))
}

// setUp gives commands that must be answered with OK.
func (h *host) setUp(commands ...string) {
	h.t.Helper()
	for _, c := range append([]string{"ATE0"}, commands...) {
		if said := h.lines(c); !strings.HasSuffix(said, "OK") {
			h.t.Fatalf("%s: %s", c, said)
		}
	}
}

// joined writes lines in one, separated by " | ".
func joined(text string) string {
	var lines []string
	for line := range strings.SplitSeq(text, "\r\n") {
		if line = strings.TrimSuffix(line, "\r"); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, " | ")
}

// pass lets virtual time pass, and everything that then happens happen.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// world is one modem on a network within a bubble.
type world struct {
	*host
	n     *emulator.Network
	card  *emulator.SIM
	modem *emulator.Modem
}

// inBubble runs a test with one modem in virtual time.
func inBubble(t *testing.T, o emulator.Options, p emulator.Profile, test func(w world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n := emulator.NewNetwork(o)
		t.Cleanup(func() { closeNetwork(t, n) })
		card := n.AddSIM(emulator.SIM{Number: "+48699000111"})
		m := n.NewModem(p, card)
		test(world{host: connect(t, m), n: n, card: card, modem: m})
	})
}

// submit sends a text of one part and returns what the modem says.
func (w world) submit(to, text string) string {
	w.t.Helper()
	command, payload := submitCommand(w.t, to, text)
	if said := w.do(command); said != "\r\n> " {
		return joined(said)
	}
	return joined(w.do(payload))
}

// texts returns the texts that a handset shows.
func (w world) texts(number string) []string {
	var texts []string
	for _, r := range w.n.Handset(number).Received() {
		texts = append(texts, r.Text)
	}
	return texts
}

// sendFrom has a handset send a text to the card.
func (w world) sendFrom(number, text string, order ...int) {
	w.t.Helper()
	if err := w.n.Handset(number).SendParts(w.card.Number, text, order...); err != nil {
		w.t.Fatal(err)
	}
}
