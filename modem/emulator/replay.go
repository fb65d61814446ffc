package emulator

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// ReplayOptions say how a recording is played.
type ReplayOptions struct {
	// Speed divides the recorded pauses: 1 or 0 as recorded, 10 ten times faster.
	Speed float64
	// Unknown is called once for each command that the recording does not answer. May
	// be nil.
	Unknown func(command string)
}

// Replay is a device that says what a recorded modem said. It answers each command
// with the recorded answers to the same command, in their order, after the recorded
// time. Unsolicited lines follow the command that they followed in the recording.
// After the last recorded answer that answer is given again. For a command that is not
// in the recording, one that differs in its arguments only will do, so message
// references, lengths and numbers need not match. A port that was lost is lost again.
type Replay struct {
	options  ReplayOptions
	begin    []saying // before the first command
	exact    map[string]*answers
	shape    map[string]*answers
	routines sync.WaitGroup

	mu      sync.Mutex      // guards what follows
	live    io.Closer       // the present connection
	gone    time.Time       // until when there is no port
	unknown map[string]bool // commands that have no answer
	begun   bool            // what came before the first command has been said
	dir     string          // of the pseudo-terminal
	closed  chan struct{}
}

// saying is one line of the modem, after since its cause.
type saying struct {
	after time.Duration
	text  string
	lost  bool          // no line: the port goes
	gone  time.Duration // for so long
}

// exchange is one recorded command with all that came until the next one.
type exchange struct {
	command string
	answer  []saying // with its final line
	later   []saying // what the modem said by itself behind it
	used    bool
}

// answers are the recorded exchanges of one command, in order.
type answers struct {
	all  []*exchange
	last *exchange // played last
}

// NewReplay makes a device of a recording.
func NewReplay(t *Trace, o ReplayOptions) *Replay {
	if o.Speed <= 0 {
		o.Speed = 1
	}
	r := &Replay{options: o, exact: map[string]*answers{}, shape: map[string]*answers{}, unknown: map[string]bool{}, closed: make(chan struct{})}
	var current *exchange
	var since time.Duration
	for i, line := range t.lines {
		switch {
		case line.from == fromHost:
			current, since = &exchange{command: line.text}, line.at
			file(r.exact, line.text, current)
			file(r.shape, shapeOf(line.text), current)
		case line.from == fromModem:
			r.keep(current, saying{after: line.at - since, text: line.text})
		case line.text == noteLost:
			r.keep(current, saying{after: line.at - since, lost: true, gone: t.untilOpened(i)})
		}
	}
	return r
}

// untilOpened returns how long after line i the port was opened again.
func (t *Trace) untilOpened(i int) time.Duration {
	for _, line := range t.lines[i:] {
		if line.from == fromPort && line.text == noteOpened {
			return line.at - t.lines[i].at
		}
	}
	return 0
}

func file(all map[string]*answers, key string, e *exchange) {
	a := all[key]
	if a == nil {
		a = &answers{}
		all[key] = a
	}
	a.all = append(a.all, e)
}

// keep puts a line behind the command it belongs to.
func (r *Replay) keep(e *exchange, s saying) {
	s.after, s.gone = r.scaled(s.after), r.scaled(s.gone)
	switch {
	case e == nil:
		r.begin = append(r.begin, s)
	case s.lost || len(e.answer) > 0 && ends(e.answer[len(e.answer)-1].text):
		e.later = append(e.later, s)
	case len(e.later) > 0:
		e.later = append(e.later, s)
	default:
		e.answer = append(e.answer, s)
	}
}

func (r *Replay) scaled(d time.Duration) time.Duration {
	return time.Duration(float64(max(d, 0)) / r.options.Speed)
}

// ends reports whether a line is the final result of a command (ITU-T V.250
// 5.7.1), or the prompt that ends +CMGS for the time being.
func ends(line string) bool {
	line = strings.TrimSpace(line)
	switch line {
	case "OK", "ERROR", "NO CARRIER", "BUSY", "NO ANSWER", "NO DIALTONE", "COMMAND NOT SUPPORT", "TOO MANY PARAMETERS", ">", "0", "3", "4":
		return true
	}
	return strings.HasPrefix(line, "+CMS ERROR") || strings.HasPrefix(line, "+CME ERROR")
}

// payload is the shape of all that is typed at a prompt.
const payload = "payload"

// shapeOf is what remains of a command without its arguments: "AT+CMGR=",
// "AT+CPMS=?", "ATE".
func shapeOf(command string) string {
	name, isCommand := strings.CutPrefix(strings.ToUpper(command), "AT")
	switch {
	case command == escapeText:
		return escapeText
	case !isCommand:
		return payload
	case strings.HasSuffix(name, "?"): // a question of its own
		return "AT" + name
	}
	if name, _, found := strings.Cut(name, "="); found {
		return "AT" + name + "="
	}
	return "AT" + strings.TrimRight(name, "0123456789")
}

// escapeText is how an ESC is written in a trace.
const escapeText = "<ESC>"

// find returns what the recording answers to a command; again is true when it has
// been said before. Nil: the recording has no such command.
func (r *Replay) find(command string) (e *exchange, again bool) {
	shape := shapeOf(command)
	same, alike := r.exact[command], r.shape[shape]
	if shape == "AT+CMGS=" || shape == payload { // what matters is the order
		same = nil
	}
	for _, a := range []*answers{same, alike} {
		if a == nil {
			continue
		}
		if i := slices.IndexFunc(a.all, func(e *exchange) bool { return !e.used }); i >= 0 {
			e = a.all[i]
			e.used = true
			r.exact[e.command].last, r.shape[shapeOf(e.command)].last = e, e
			return e, false
		}
		return a.last, true
	}
	return nil, false
}

// Dial connects to the device by a net.Pipe. A connection that was there is
// closed. While the port is lost, and after Close, the error wraps fs.ErrNotExist.
func (r *Replay) Dial(ctx context.Context) (net.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	far, near := net.Pipe()
	if !r.attach(near, nil) {
		// A pipe's Close cannot fail.
		_ = far.Close()
		_ = near.Close()
		return nil, fmt.Errorf("open recorded modem: %w", fs.ErrNotExist)
	}
	return far, nil
}

// attach plays on a connection until it ends; then does after. It is false while
// there is no port.
func (r *Replay) attach(port io.ReadWriteCloser, after func()) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.isClosed() || time.Now().Before(r.gone) {
		return false
	}
	if r.live != nil {
		_ = r.live.Close() // its player ends
	}
	r.live = port
	p := &player{replay: r, port: port, input: make(chan []byte), done: make(chan struct{})}
	if !r.begun {
		r.begun = true
		p.plan(r.begin)
	}
	r.routines.Go(p.read)
	r.routines.Go(func() {
		p.run()
		if after != nil {
			after()
		}
	})
	return true
}

func (r *Replay) isClosed() bool {
	select {
	case <-r.closed:
		return true
	default:
		return false
	}
}

// OpenPTY gives the device a port that other programs can open, and returns the
// path of its device file, which stays the same when the port goes and comes back.
func (r *Replay) OpenPTY() (path string, err error) {
	dir, err := os.MkdirTemp("", "goniec-modem-")
	if err != nil {
		return "", fmt.Errorf("open port of recorded modem: %w", err)
	}
	r.mu.Lock()
	r.dir = dir
	r.mu.Unlock()
	path = filepath.Join(dir, "modem")
	if err := r.plug(path); err != nil {
		return "", fmt.Errorf("open port of recorded modem: %w", err)
	}
	return path, nil
}

// plug makes the pseudo-terminal, and makes it anew when the port was lost.
func (r *Replay) plug(path string) error {
	port, err := newPTYPort(path)
	if err != nil {
		return err
	}
	if !r.attach(port, func() { r.plugAgain(path) }) {
		return errors.Join(fs.ErrClosed, port.Close())
	}
	return nil
}

// plugAgain waits until the port is back.
func (r *Replay) plugAgain(path string) {
	r.mu.Lock()
	wait := time.Until(r.gone)
	r.mu.Unlock()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		_ = r.plug(path) // it was closed meanwhile, or the machine has no more terminals
	case <-r.closed:
	}
}

// Close ends the device and waits for what it had running.
func (r *Replay) Close() error {
	r.mu.Lock()
	if !r.isClosed() {
		close(r.closed)
	}
	live, dir := r.live, r.dir
	r.mu.Unlock()
	if live != nil {
		_ = live.Close() // nothing is lost with it
	}
	r.routines.Wait()
	if dir == "" {
		return nil
	}
	return os.RemoveAll(dir)
}

// player plays on one connection.
type player struct {
	replay *Replay
	port   io.ReadWriteCloser
	input  chan []byte   // what the host writes; closed at the end
	done   chan struct{} // closed when run has returned

	// The following belong to run.
	typed  []byte
	prompt bool      // what is typed is a payload
	due    []planned // by time
}

// planned is a line that is going to be said.
type planned struct {
	at time.Time
	saying
}

func (p *player) read() {
	defer close(p.input)
	buffer := make([]byte, 4096)
	for {
		n, err := p.port.Read(buffer)
		if n > 0 {
			select {
			case p.input <- slices.Clone(buffer[:n]):
			case <-p.done:
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (p *player) run() {
	defer func() { _ = p.port.Close() }() // it may be closed already
	defer close(p.done)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		var wake <-chan time.Time
		if len(p.due) > 0 {
			timer.Reset(time.Until(p.due[0].at))
			wake = timer.C
		}
		select {
		case data, open := <-p.input:
			if !open {
				return
			}
			p.take(data)
		case <-wake:
			next := p.due[0]
			p.due = p.due[1:]
			if next.lost {
				p.lose(next.gone)
				return
			}
			if err := p.say(next.text); err != nil {
				return
			}
		case <-p.replay.closed:
			return
		}
	}
}

// lose ends the connection; a new one can be made after gone.
func (p *player) lose(gone time.Duration) {
	p.replay.mu.Lock()
	defer p.replay.mu.Unlock()
	p.replay.gone = time.Now().Add(gone)
}

// take takes what the host has written.
func (p *player) take(data []byte) {
	for _, c := range data {
		ended := false
		switch {
		case c == escape:
			p.typed, p.prompt = nil, false
			p.answer(escapeText)
		case c == '\r' && !p.prompt, p.prompt && c == payloadEnds[0]:
			ended = true
		case c < ' ' || len(p.typed) >= payloadLimit:
		default:
			p.typed = append(p.typed, c)
		}
		if !ended {
			continue
		}
		command := string(p.typed)
		p.typed, p.prompt = nil, false
		if body, found := afterAT(command); found && shapeOf(command) != payload {
			command = "AT" + body
		}
		if command != "" {
			p.answer(command)
		}
	}
}

// answer plans what the recording says to a command.
func (p *player) answer(command string) {
	r := p.replay
	r.mu.Lock()
	e, again := r.find(command)
	tell := e == nil && !r.unknown[command] && r.options.Unknown != nil
	r.unknown[command] = e == nil
	r.mu.Unlock()
	switch {
	case e == nil && command == escapeText:
	case e == nil:
		if tell {
			r.options.Unknown(command)
		}
		p.plan([]saying{{text: "ERROR"}})
	default:
		answer := slices.Clone(e.answer)
		for i := range answer {
			if answer[i].text == e.command { // the echo
				answer[i].text = command
			}
		}
		p.plan(answer)
		if !again {
			p.plan(e.later)
		}
	}
}

// plan has lines said, each at its time from now.
func (p *player) plan(lines []saying) {
	now := time.Now()
	for _, s := range lines {
		p.due = append(p.due, planned{at: now.Add(s.after), saying: s})
	}
	slices.SortStableFunc(p.due, func(a, b planned) int { return cmp.Compare(a.at.UnixNano(), b.at.UnixNano()) })
}

// say writes a line as a modem does with ATV1 (ITU-T V.250 5.7.1).
func (p *player) say(text string) error {
	line := "\r\n" + text + "\r\n"
	if strings.TrimSpace(text) == ">" {
		p.prompt = true
		line = "\r\n> "
	}
	_, err := io.WriteString(p.port, line)
	return err
}
