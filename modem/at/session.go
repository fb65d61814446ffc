package at

import (
	"context"
	"fmt"
	"io"
	"time"

	warthog "github.com/warthog618/modem/at"
)

// maxAnswer bounds the answer to one command, in octets. +CMGL of 255 messages has
// about 100 kB.
const maxAnswer = 1 << 20

// step is the progress of a session's command.
type step int

const (
	idle        step = iota // no command runs; lines are not for the session
	armed                   // a command is about to be written
	written                 // the command has been written
	prompted                // its prompt has been let through
	payloadSent             // its payload is being written or has been written
	answered                // its final line has been let through
)

// session is the stream of one disposable at.AT. Both are discarded when the dialogue
// gets out of step. The mutex of the Conn guards its fields, except those that never
// change.
type session struct {
	conn   *Conn
	at     *warthog.AT
	wake   chan struct{} // receives when in has grown
	killed chan struct{} // closed when dead is set

	phase     step
	commandNo uint64 // number of the command, so that a timer ends no later one
	command   string // as given, without AT
	name      string
	payload   string      // hex of the PDU; empty for ordinary commands
	submits   bool        // the command is +CMGS: the modem sends a text
	timer     *time.Timer // kills the session when the command takes too long
	final     string      // the final line as the modem wrote it
	mr        int         // from "+CMGS: n"; -1 none yet
	sent      bool        // the whole payload has been written
	payloadAt time.Time
	noise     int // stats.Noise when the command began
	in        []byte
	passed    int // octets let through for this command
	lines     []string
	dead      bool
	cause     error
}

// trouble is the state left by a session that ended out of step.
type trouble struct {
	prompt bool      // the modem may stand at a prompt
	busy   time.Time // until when the modem may still be submitting
	late   bool      // an answer to a payload may still come
	asked  bool      // Resync has written since, so a plain ERROR may answer Resync
	final  bool      // the OK behind a late answer is still to come
}

// newSession makes a session with its AT the current one. The previous session must be
// dead.
func (c *Conn) newSession() *session {
	s := &session{conn: c, wake: make(chan struct{}, 1), killed: make(chan struct{}), mr: -1}
	s.at = warthog.New(s)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.session = s
	if c.cause != nil {
		c.killLocked(s, c.cause)
	}
	return s
}

// begin arms s for a command that ends within timeout or with ctx. The caller must call
// end when the AT has returned.
func (c *Conn) begin(ctx context.Context, s *session, command, payload string, timeout time.Duration) (end func() bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s.commandNo++
	commandNo := s.commandNo
	s.phase = armed
	s.command, s.name, s.payload = command, commandName(command), payload
	s.submits = s.name == "+CMGS"
	s.final, s.mr, s.sent, s.passed, s.lines = "", -1, false, 0, nil
	s.noise = c.stats.Noise
	s.timer = time.AfterFunc(timeout, func() { c.kill(s, commandNo, ErrTimeout) })
	return context.AfterFunc(ctx, func() { c.kill(s, commandNo, context.Cause(ctx)) })
}

// kill ends s if its command commandNo still runs.
func (c *Conn) kill(s *session, commandNo uint64, cause error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s.commandNo == commandNo && s.phase != idle && s.phase != answered {
		c.killLocked(s, cause)
	}
}

// killLocked ends s and records its trouble. c.mu is held.
func (c *Conn) killLocked(s *session, cause error) {
	if s.dead {
		return
	}
	s.dead, s.cause, s.in = true, cause, nil
	close(s.killed)
	if s.phase == idle || s.phase == armed || s.phase == answered {
		return
	}
	switch {
	case s.submits:
	case s.payload != "": // it stores, and sends nothing
		c.trouble = trouble{prompt: !s.sent}
		return
	default:
		return
	}
	c.trouble = trouble{prompt: s.payload != "" && !s.sent, late: s.sent && s.mr < 0, final: s.sent && s.mr >= 0}
	if c.trouble.late {
		c.trouble.busy = s.payloadAt.Add(c.cfg.Submit)
	}
}

// Read gives the AT the lines for it. It returns io.EOF once the session is dead, which
// ends the goroutines of the AT.
func (s *session) Read(p []byte) (int, error) {
	for {
		s.conn.mu.Lock()
		n := copy(p, s.in)
		s.in = s.in[n:]
		if len(s.in) == 0 {
			s.in = nil
		}
		dead := s.dead
		s.conn.mu.Unlock()
		switch {
		case dead:
			return 0, io.EOF
		case n > 0:
			return n, nil
		}
		select {
		case <-s.wake:
		case <-s.killed:
		}
	}
}

// Write takes what the AT writes: a command line, a payload with its Ctrl-Z, or an ESC.
// The ESC is dropped, because only Resync knows whether ESC is safe.
func (s *session) Write(p []byte) (int, error) {
	c := s.conn
	if len(p) > 0 && p[0] == escape {
		return len(p), nil
	}
	out := p
	c.mu.Lock()
	// What a modem sends is a payload, or stored already and named by the command.
	payload := s.phase >= prompted || s.submits && s.payload == ""
	if s.dead {
		c.mu.Unlock()
		return 0, io.ErrClosedPipe
	}
	if s.phase < prompted {
		// The command line ends at CR (V.250 5.2.1). The LF that the AT appends
		// would be the first character after it, and a character that comes
		// while a command runs may abort it (V.250 5.6.1).
		for len(out) > 0 && out[len(out)-1] == '\n' {
			out = out[:len(out)-1]
		}
		s.phase = written
	}
	if payload {
		s.phase, s.sent, s.payloadAt = payloadSent, true, time.Now()
		if s.submits {
			s.timer.Reset(c.cfg.Submit)
		}
		c.trouble = trouble{} // further results belong to this payload
	}
	c.mu.Unlock()

	n, err := c.write(out)
	if err != nil {
		c.mu.Lock()
		if payload && n < len(out) { // the final Ctrl-Z or CR has not been written
			s.sent = false
		}
		c.mu.Unlock()
		return n, c.fail(fmt.Errorf("%w: %w", ErrLost, err))
	}
	return len(p), nil
}

// forward passes one line on to the AT. c.mu is held.
func (c *Conn) forward(s *session, line string) {
	s.passed += len(line) + 2
	if s.passed > maxAnswer {
		c.killLocked(s, errTooLong)
		return
	}
	if line[0] == '>' { // the AT would take the '>' for a prompt
		s.in = append(s.in, ' ')
	}
	s.in = append(s.in, line...)
	s.in = append(s.in, '\r', '\n')
	s.poke()
}

// forwardPrompt passes a prompt on without the blank behind it, which the AT might take
// for a line. c.mu is held.
func (s *session) forwardPrompt() {
	s.phase = prompted
	s.in = append(s.in, '>')
	s.poke()
}

func (s *session) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}
