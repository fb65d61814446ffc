// Package at keeps one AT dialogue on a byte stream: commands with their answers,
// submissions with their prompt, and unsolicited result codes.
//
// A line pump owns the stream. It separates unsolicited result codes, bounds and
// normalises lines, passes one prompt to a submission and records whether the payload
// has been sent. Commands run one at a time through github.com/warthog618/modem/at,
// whose AT exists only while the dialogue is in step: a command without an answer
// discards the AT, and Resync makes a new one once the modem is silent. A late answer
// is therefore never taken for the answer to another command.
//
// The package implements the form of the dialogue (3GPP TS 27.005, 27.007, V.250) and
// of the commands only +CMGS. Package modem knows the meaning of the others.
package at

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	warthog "github.com/warthog618/modem/at"
)

// Phase is how far a submission has come.
type Phase int

// The phases of a submission.
const (
	// BeforePayload: the modem cannot have sent anything; repeating is safe.
	BeforePayload Phase = iota
	// AfterPayload: the payload and its Ctrl-Z have been written; the modem may have
	// sent the message, whatever its answer.
	AfterPayload
)

// Config configures a Conn. A zero duration takes the default given with it.
type Config struct {
	// Handler receives unsolicited results in order. The pump calls it with a lock
	// held: Handler must neither block nor call the Conn.
	Handler func(Unsolicited)

	Write     time.Duration // one write to the port: 2 s
	Prompt    time.Duration // +CMGS until the prompt: 20 s
	Submit    time.Duration // payload until the answer: 180 s
	Final     time.Duration // "+CMGS: n" until its OK, which some modems omit: 5 s
	Quiet     time.Duration // silence that ends a Resync: 300 ms
	Attention time.Duration // one AT during a Resync: 3 s

	// Awaits is until when the answer to a payload of an earlier process may come;
	// zero: none is awaited. Nothing is written until the answer has come or that time
	// is over.
	Awaits time.Time

	// Transcript records the lines of the dialogue; nil: a new one.
	Transcript *Transcript
}

func (c Config) withDefaults() Config {
	c.Write = cmp.Or(c.Write, 2*time.Second)
	c.Prompt = cmp.Or(c.Prompt, 20*time.Second)
	c.Submit = cmp.Or(c.Submit, 180*time.Second)
	c.Final = cmp.Or(c.Final, 5*time.Second)
	c.Quiet = cmp.Or(c.Quiet, 300*time.Millisecond)
	c.Attention = cmp.Or(c.Attention, 3*time.Second)
	c.Transcript = cmp.Or(c.Transcript, NewTranscript())
	if c.Handler == nil {
		c.Handler = func(Unsolicited) {}
	}
	return c
}

// Conn is one dialogue with one modem. Any goroutine may call its methods; commands run
// one at a time.
type Conn struct {
	port io.ReadWriteCloser
	cfg  Config
	log  *Transcript
	slot chan struct{} // holds one token while a command or Resync runs
	done chan struct{} // closed when the pump has ended; cause is set before

	closing sync.Once
	waiting sync.WaitGroup // the pump

	mu        sync.Mutex // guards what follows
	pump      pump
	session   *session  // nil until the first Resync
	trouble   trouble   // state left by the last session that ended out of step
	payloadAt time.Time // when the payload of the last Submit was sent; zero: not sent
	lastRead  time.Time
	activity  chan struct{} // receives after each read, coalesced
	cause     error         // why the port is gone
	stats     stats
}

// stats counts irregularities.
type stats struct {
	Noise  int // octets that are not text, or of lines without an end
	Strays int // answers without a command
}

// New starts a dialogue on port and takes ownership of port. The dialogue is out of
// step until the first Resync.
func New(port io.ReadWriteCloser, cfg Config) *Conn {
	c := &Conn{
		port:     port,
		cfg:      cfg.withDefaults(),
		slot:     make(chan struct{}, 1),
		done:     make(chan struct{}),
		activity: make(chan struct{}, 1),
		lastRead: time.Now(),
	}
	if !cfg.Awaits.IsZero() {
		// The earlier payload may be incomplete and the modem at its prompt.
		c.trouble = trouble{late: true, prompt: true, busy: cfg.Awaits}
	}
	c.log = c.cfg.Transcript
	c.log.Begin("port opened")
	c.waiting.Go(c.read)
	return c
}

// Command runs one command, given without AT, within timeout and returns the lines of
// its answer. With an error it returns the lines that came, because some modems omit
// the OK. An *Error is an answer of the modem. After another error the dialogue is out
// of step, except after ErrInvalid and for a command that was not written because the
// dialogue was out of step.
func (c *Conn) Command(ctx context.Context, command string, timeout time.Duration) ([]string, error) {
	if !validCommand(command) {
		return nil, fmt.Errorf("AT%s: %w", commandName(command), ErrInvalid)
	}
	if err := c.acquire(ctx); err != nil {
		return nil, err
	}
	defer c.release()
	s, err := c.inStep()
	if err != nil {
		return nil, err
	}
	return c.run(ctx, s, command, timeout)
}

// Submit sends a PDU by +CMGS (3GPP TS 27.005 4.3). pdu is the service centre address
// followed by a TPDU of length octets. mr is the message reference, -1 when the modem
// accepted the message without one. phase says, also with an error, whether the payload
// has been sent.
func (c *Conn) Submit(ctx context.Context, length int, pdu []byte) (mr int, phase Phase, err error) {
	if err := c.acquire(ctx); err != nil {
		return -1, BeforePayload, err
	}
	defer c.release()
	s, err := c.inStep()
	if err != nil {
		return -1, BeforePayload, err
	}
	command := "+CMGS=" + strconv.Itoa(length)
	payload := strings.ToUpper(hex.EncodeToString(pdu))
	end := c.begin(ctx, s, command, payload, c.cfg.Prompt)
	_, err = s.at.SMSCommand(command, payload, warthog.WithTimeout(-1))
	end()
	return c.endSubmit(s, err)
}

// PayloadAt returns when the payload of the last Submit was sent; zero if it was not.
func (c *Conn) PayloadAt() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.payloadAt
}

// InStep reports whether the next command will be written. A submission accepted
// without its final OK leaves the dialogue out of step.
func (c *Conn) InStep() bool {
	_, err := c.inStep()
	return err == nil
}

// Lost returns a channel that is closed when the port is gone or the Conn closed; Err
// returns the reason.
func (c *Conn) Lost() <-chan struct{} { return c.done }

// Err returns why the dialogue ended: an error that wraps ErrLost, or that of Close;
// nil while it runs.
func (c *Conn) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cause
}

// Close closes the port and waits until all goroutines of the dialogue have ended. A
// running command ends with errClosed.
func (c *Conn) Close() error {
	err := c.fail(errClosed)
	c.waiting.Wait()
	c.mu.Lock()
	s := c.session
	c.mu.Unlock()
	if s != nil {
		<-s.at.Closed()
	}
	return err
}

// acquire waits for the command slot.
func (c *Conn) acquire(ctx context.Context) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	select {
	case c.slot <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-c.done:
		return c.Err()
	}
}

func (c *Conn) release() { <-c.slot }

// inStep returns the session that commands may run on.
func (c *Conn) inStep() (*session, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.cause != nil:
		return nil, c.cause
	case c.session == nil || c.session.dead:
		return nil, errOutOfStep
	}
	return c.session, nil
}

// run runs one command on s; the caller holds the slot.
func (c *Conn) run(ctx context.Context, s *session, command string, timeout time.Duration) ([]string, error) {
	end := c.begin(ctx, s, command, "", timeout)
	info, err := s.at.Command(command, warthog.WithTimeout(-1))
	end()

	c.mu.Lock()
	defer c.mu.Unlock()
	if err = c.result(s, err); err != nil {
		return s.lines, err
	}
	for i := range info { // forward put a blank before a '>'
		info[i] = strings.TrimSpace(info[i])
	}
	return info, nil
}

// endSubmit returns the result of a submission from its session.
func (c *Conn) endSubmit(s *session, err error) (int, Phase, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	err = c.result(s, err)
	phase := BeforePayload
	c.payloadAt = time.Time{}
	if s.sent {
		phase, c.payloadAt = AfterPayload, s.payloadAt
	}
	var refused *Error
	switch {
	case errors.As(err, &refused):
		return -1, phase, err
	case s.mr >= 0: // with its OK, or without it for longer than Final
		return s.mr, phase, nil
	case err == nil && phase == BeforePayload:
		// The modem ended another command; the prompt of this one may still come.
		s.phase = written
		c.killLocked(s, errNoPrompt)
		return -1, phase, errNoPrompt
	}
	return -1, phase, err
}

// result turns an error of package at of warthog618/modem into one of this package and
// leaves the session idle. c.mu is held.
func (c *Conn) result(s *session, err error) error {
	s.timer.Stop()
	defer func() { s.phase = idle }()
	var cms warthog.CMSError
	var cme warthog.CMEError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, warthog.ErrError), errors.As(err, &cms), errors.As(err, &cme):
		return parseError(s.final)
	}
	if !s.dead { // a failed write has killed the session already
		c.killLocked(s, err)
	}
	if errors.Is(s.cause, ErrTimeout) && c.stats.Noise-s.noise >= minNoise {
		return fmt.Errorf("%w: %w", ErrTimeout, ErrNoise)
	}
	return s.cause
}
