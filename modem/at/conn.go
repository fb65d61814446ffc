// Package at keeps one AT dialogue on any stream: commands and their answers,
// submissions with their prompt, and what the modem says by itself.
//
// A line pump owns the stream. It sets unsolicited result codes aside in order,
// bounds and normalises lines, lets one prompt through a submission and knows
// whether the payload has left. Commands run one at a time through
// github.com/warthog618/modem/at, whose AT lives only as long as the dialogue
// is in step: a command that ends without its answer throws it away, and Resync
// makes a new one once the modem is known to be silent. So an answer that comes
// late is never taken for the answer to something else.
//
// The package knows the shape of the dialogue (3GPP TS 27.005, 27.007, V.250)
// and no command but +CMGS; what the commands mean is the business of modem.
package at

import (
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

// Phase says how far a submission came.
type Phase int

// The phases of a submission.
const (
	// BeforePayload: the modem cannot have sent anything, trying again is safe.
	BeforePayload Phase = iota
	// AfterPayload: the payload and its Ctrl-Z have left, the modem may have
	// sent the message whatever it answers or not.
	AfterPayload
)

// Config says how a Conn behaves. Zero durations take the given default.
type Config struct {
	// Handler receives what the modem says by itself, in order. It is called by
	// the pump with a lock held: it must neither block nor call the Conn.
	Handler func(Unsolicited)

	Write     time.Duration // one write to the port: 2 s
	Prompt    time.Duration // +CMGS until the prompt: 20 s
	Submit    time.Duration // payload until the answer: 180 s
	Final     time.Duration // "+CMGS: n" until its OK, which some modems leave out: 5 s
	Quiet     time.Duration // silence that ends a Resync: 300 ms
	Attention time.Duration // one AT during a Resync: 3 s

	// Awaits is until when the answer to a payload may come that was written to
	// the port before this dialogue, by a process that has died say; zero: none is
	// awaited. Until it has come, or the time is over, nothing is written.
	Awaits time.Time

	// Transcript takes the lines of the dialogue; nil: one of its own.
	Transcript *Transcript
}

func (c Config) withDefaults() Config {
	for _, d := range []struct {
		value    *time.Duration
		standard time.Duration
	}{
		{&c.Write, 2 * time.Second},
		{&c.Prompt, 20 * time.Second},
		{&c.Submit, 180 * time.Second},
		{&c.Final, 5 * time.Second},
		{&c.Quiet, 300 * time.Millisecond},
		{&c.Attention, 3 * time.Second},
	} {
		if *d.value <= 0 {
			*d.value = d.standard
		}
	}
	if c.Transcript == nil {
		c.Transcript = NewTranscript()
	}
	if c.Handler == nil {
		c.Handler = func(Unsolicited) {}
	}
	return c
}

// Conn is one dialogue with one modem. Its methods may be called by any
// goroutine; commands run one at a time.
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
	trouble   trouble   // what the last session that ended out of step left behind
	payloadAt time.Time // when the payload of the last Submit left; zero: it did not
	lastRead  time.Time
	activity  chan struct{} // receives after each read, coalesced
	cause     error         // why the port is gone
	stats     stats
}

// stats counts what should not happen often.
type stats struct {
	Noise  int // octets that are no text, or of lines without an end
	Strays int // answers that nobody waited for
}

// New starts a dialogue on port, which it owns from then on. The dialogue is
// out of step until the first Resync.
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
		// Whether the payload had left whole nobody knows: it may stand at the prompt.
		c.trouble = trouble{late: true, prompt: true, busy: cfg.Awaits}
	}
	c.log = c.cfg.Transcript
	c.log.Begin("port opened")
	c.waiting.Go(c.read)
	return c
}

// Command runs one command, given without its AT, and returns the lines of its
// answer, with an error those that came: some modems leave the OK out. An *Error
// is the answer of the modem; after any other error the dialogue is out of step,
// but for ErrInvalid and errOutOfStep.
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

// Submit sends a PDU by +CMGS (3GPP TS 27.005 4.3): pdu is the service centre
// address followed by a TPDU of length octets. It returns the message reference,
// -1 when the modem accepted the message without giving one. phase says, also
// for an error, whether the payload has left.
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

// PayloadAt returns when the payload of the last Submit left; zero if it did not.
func (c *Conn) PayloadAt() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.payloadAt
}

// InStep reports whether the next command will be written rather than refused
// with errOutOfStep. A submission may be accepted and yet leave the dialogue out
// of step, if the OK behind its reference was left out.
func (c *Conn) InStep() bool {
	_, err := c.inStep()
	return err == nil
}

// Lost is closed when the port is gone or the Conn closed; Err then says why.
func (c *Conn) Lost() <-chan struct{} { return c.done }

// Err returns why the port is gone: errClosed, or an error that wraps ErrLost;
// nil while it is not.
func (c *Conn) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cause
}

// Close closes the port and waits until nothing of the dialogue runs any more.
// A command that runs ends with errClosed.
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

// inStep returns the session commands may run on.
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
	for i := range info { // a '>' was sent to the AT behind a blank
		info[i] = strings.TrimSpace(info[i])
	}
	return info, nil
}

// endSubmit reads off the session what became of a submission.
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
		// Whatever the modem ended, it was not this: its prompt may yet come.
		s.phase = written
		c.killLocked(s, errNoPrompt)
		return -1, phase, errNoPrompt
	}
	return -1, phase, err
}

// result turns what package at of warthog618/modem returned into an error of
// ours and leaves the session idle. c.mu is held.
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
	if !s.dead { // a failed write has killed it already; nothing else is known
		c.killLocked(s, err)
	}
	if errors.Is(s.cause, ErrTimeout) && c.stats.Noise-s.noise >= minNoise {
		return fmt.Errorf("%w: %w", ErrTimeout, ErrNoise)
	}
	return s.cause
}
