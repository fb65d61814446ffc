package at

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

const (
	escape = 0x1b
	// minNoise is how many octets that are no text make a time-out a matter of
	// noise.
	minNoise = 8
	// zeroPause is the pause after a read that gave nothing and no error.
	zeroPause = 10 * time.Millisecond
	// maxQuotedLines bounds a +CUSD text that goes over several lines.
	maxQuotedLines = 32
	// quotedEnd is how long the pump waits for another line of a +CUSD text whose
	// last line ends with a quotation mark, which may be one of the text.
	quotedEnd = 300 * time.Millisecond
	// quotedOpen is how long it waits for the rest of one that is open.
	quotedOpen = 5 * time.Second
)

// Kind says what an Unsolicited is.
type Kind int

// The kinds of what a modem says by itself.
const (
	Line        Kind = iota // a result code of one line
	PDU                     // a header and the PDU that came behind it
	Damaged                 // a header whose PDU was missing or not whole
	LateAnswer              // the answer to the submission that ended without one
	LateRefusal             // the same, a refusal; Err is the *Error
	Gone                    // the port is gone; Err says why
)

// Unsolicited is something that no command asked for.
type Unsolicited struct {
	Kind Kind
	Name string // "+CMTI", "^RSSI", "RING"
	Text string // the line, trimmed
	PDU  []byte // service centre address and TPDU; when Damaged, what there is of it
	MR   int    // of a LateAnswer
	Err  error
}

// Arguments returns what stands behind the colon.
func (u Unsolicited) Arguments() string {
	_, rest, _ := strings.Cut(u.Text, ":")
	return strings.TrimSpace(rest)
}

// pump is the state of the line pump between two reads.
type pump struct {
	line    []byte
	endless bool         // the line has exceeded maxLine; the rest of it is noise
	header  *Unsolicited // awaits its PDU
	quoted  *Unsolicited // a +CUSD of which more lines may come
	closing bool         // quoted may be whole
	lines   int          // of quoted
	limit   *time.Timer  // hands quoted on when no other line comes
	ringing bool         // a call comes in: NO CARRIER will be its end
}

// read is the pump: it alone reads from the port.
func (c *Conn) read() {
	buf := make([]byte, 4096)
	for {
		n, err := c.port.Read(buf)
		if n > 0 {
			c.feed(buf[:n])
		}
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = errors.New("hung up")
			}
			c.end(fmt.Errorf("%w: %w", ErrLost, err))
			return
		}
		if n == 0 && !c.pause(zeroPause) {
			c.end(errClosed)
			return
		}
	}
}

// pause waits for d; false when the Conn is being closed.
func (c *Conn) pause(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	<-timer.C
	return c.Err() == nil
}

// fail gives the port up for cause and closes it, which ends the pump. It
// returns cause, or the error of closing when that is why it was called.
func (c *Conn) fail(cause error) error {
	c.mu.Lock()
	if c.cause == nil {
		c.cause = cause
	}
	if c.session != nil {
		c.killLocked(c.session, cause)
	}
	c.mu.Unlock()
	var err error
	c.closing.Do(func() { err = c.port.Close() })
	if errors.Is(cause, errClosed) {
		return err
	}
	return cause
}

// end is the last act of the pump.
func (c *Conn) end(cause error) {
	_ = c.fail(cause)
	c.mu.Lock()
	defer c.mu.Unlock()
	if errors.Is(c.cause, errClosed) {
		c.log.Note("port closed")
	} else {
		c.log.Note("port lost")
		c.cfg.Handler(Unsolicited{Kind: Gone, Err: c.cause})
	}
	if c.pump.limit != nil {
		c.pump.limit.Stop()
		c.pump.limit = nil
	}
	close(c.done)
}

// feed takes what one read gave.
func (c *Conn) feed(data []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lastRead = time.Now()
	p := &c.pump
	for _, b := range data {
		switch {
		case b == '\r' || b == '\n':
			c.endLine()
		case b == '>' && len(p.line) == 0 && !p.endless && c.awaitsPrompt():
			c.log.add(false, ">")
			c.session.forwardPrompt()
		case len(p.line) >= maxLine:
			p.endless = true
			c.stats.Noise += len(p.line) + 1
			p.line = p.line[:0]
		case p.endless:
			c.stats.Noise++
		case b == ' ' && len(p.line) == 0: // behind a prompt
		default:
			if b < ' ' && b != '\t' && b != 0x1a && b != escape || b >= 0x7f {
				c.stats.Noise++
			}
			p.line = append(p.line, b)
		}
	}
	select {
	case c.activity <- struct{}{}:
	default:
	}
}

// awaitsPrompt reports whether a '>' now is the prompt of the submission.
func (c *Conn) awaitsPrompt() bool {
	s := c.session
	return s != nil && !s.dead && s.phase == written && s.payload != ""
}

// endLine takes a line that is complete.
func (c *Conn) endLine() {
	p := &c.pump
	if p.endless {
		p.endless = false
		p.line = p.line[:0]
		return
	}
	if line := trim(p.line); len(line) > 0 {
		c.dispatch(string(line))
	} else if p.quoted != nil && len(p.line) > 0 {
		p.quoted.Text += "\n"
	}
	p.line = p.line[:0]
}

// running returns the session if its command awaits lines.
func (c *Conn) running() *session {
	s := c.session
	if s == nil || s.dead || s.phase == idle || s.phase == armed || s.phase == answered {
		return nil
	}
	return s
}

// dispatch decides whom a line is for: a result code that awaits it, the
// command that runs, the submission that ended without an answer, or nobody.
func (c *Conn) dispatch(line string) {
	c.log.add(false, line)
	s := c.running()
	if c.continueText(s, line) || c.takePDU(s, line) {
		return
	}
	if s == nil || s.payload != "" { // what remains of a prompt
		line = strings.TrimLeft(line, "> ")
		if line == "" {
			return
		}
	}
	if s != nil && isEcho(s, line) {
		return
	}
	if c.takeFinal(s, line) {
		return
	}
	if mr, ok := reference(line); ok && (s == nil || s.phase != payloadSent || !s.submits) {
		c.lateAnswer(mr)
		return
	}
	command := ""
	if s != nil {
		command = s.name
	}
	if n, ok := findNotice(line, command); ok {
		c.takeNotice(n, line)
		return
	}
	if s == nil {
		c.stats.Strays++
		return
	}
	if mr, ok := reference(line); ok && s.mr < 0 {
		s.mr = mr
		s.timer.Reset(c.cfg.Final)
	}
	s.lines = append(s.lines, line)
	c.forward(s, line)
}

// isEcho reports whether line is what we wrote, given back.
func isEcho(s *session, line string) bool {
	if rest, ok := strings.CutPrefix(line, "AT"); ok && rest == s.command {
		return true
	}
	return s.payload != "" && strings.HasPrefix(line, s.payload)
}

// takeFinal takes a line that ends a command.
func (c *Conn) takeFinal(s *session, line string) bool {
	basic := s != nil && !strings.HasPrefix(s.command, "+")
	final, ok := normaliseFinal(line, basic)
	if strings.EqualFold(line, "NO CARRIER") {
		// The end of a call that came in, and never the answer to a submission.
		if c.pump.ringing || s == nil || s.payload != "" || s.submits {
			c.pump.ringing = false
			c.cfg.Handler(Unsolicited{Kind: Line, Name: "NO CARRIER", Text: line})
			return true
		}
		final, ok = "ERROR", true
	}
	if !ok {
		return false
	}
	switch {
	case final == "OK" && c.trouble.final: // of the answer that came late
		c.trouble.final = false
	case c.lateRefusal(s, line, final):
	case basic && strings.HasPrefix(final, "+CMS"): // no answer to AT, ATE0 or ATV1
		c.stats.Strays++
	case s != nil:
		s.final = line
		c.forward(s, final)
		s.phase = answered
	default:
		c.stats.Strays++
	}
	return true
}

// lateAnswer takes a "+CMGS: n" that no running submission can have caused.
func (c *Conn) lateAnswer(mr int) {
	c.trouble.final = true
	if !c.trouble.late { // of somebody who had the port before us
		c.stats.Strays++
		return
	}
	c.trouble.late, c.trouble.prompt, c.trouble.busy = false, false, time.Time{}
	c.cfg.Handler(Unsolicited{Kind: LateAnswer, Name: "+CMGS", MR: mr})
}

// lateRefusal takes a final line that refuses the submission that ended without
// an answer. Once Resync has written, only +CMS ERROR can still be that answer,
// and it cannot be the answer to the AT and ATE0 of Resync.
func (c *Conn) lateRefusal(s *session, line, final string) bool {
	switch cms := strings.HasPrefix(final, "+CMS"); {
	case !c.trouble.late, final == "OK":
		return false
	case c.trouble.asked && !cms, s != nil && strings.HasPrefix(s.command, "+"):
		return false
	}
	c.trouble.late, c.trouble.prompt, c.trouble.busy = false, false, time.Time{}
	c.cfg.Handler(Unsolicited{Kind: LateRefusal, Name: "+CMGS", Text: line, MR: -1, Err: parseError(line)})
	return true
}

// takeNotice takes the line of an unsolicited result code.
func (c *Conn) takeNotice(n notice, line string) {
	u := Unsolicited{Kind: Line, Name: n.name, Text: line, MR: -1}
	switch {
	case n.pduNext:
		c.pump.header = &u
		return
	case n.name == "+CUSD" && textEnd(line) != textWhole:
		c.pump.quoted, c.pump.lines = &u, 0
		c.awaitText(line)
		return
	case n.name == "RING" || n.name == "+CRING":
		c.pump.ringing = true
	case n.greets():
		c.trouble = trouble{} // what it was doing has ended with it
	}
	c.cfg.Handler(u)
}

// textState says whether a line ends the text of a +CUSD.
type textState int

const (
	textOpen  textState = iota // more lines must come
	textMaybe                  // it ends with a quotation mark: that of the text or one in it
	textWhole                  // it ends with the quotation mark and the data coding scheme, or has no text
)

// textEnd returns whether the text of +CUSD: <m>[,"<str>"[,<dcs>]] (3GPP TS 27.007
// 7.15) ends with line. The text may have line ends and quotation marks in it, so
// only a data coding scheme behind a quotation mark leaves no doubt.
func textEnd(line string) textState {
	first := strings.IndexByte(line, '"')
	last := strings.LastIndexByte(line, '"')
	header := strings.HasPrefix(line, "+CUSD")
	switch tail := strings.TrimSpace(line[last+1:]); {
	case header && first < 0:
		return textWhole
	case last < 0, header && first == last, tail != "" && tail[0] != ',':
		return textOpen
	case strings.Trim(tail, ", ") == "":
		return textMaybe
	default:
		if _, err := strconv.ParseUint(strings.Trim(tail, ", "), 10, 8); err != nil {
			return textOpen
		}
		return textWhole
	}
}

// awaitText waits for the next line of a +CUSD text of which line is the last so
// far.
func (c *Conn) awaitText(line string) {
	p := &c.pump
	wait := quotedOpen
	if p.closing = textEnd(line) == textMaybe; p.closing {
		wait = quotedEnd
	}
	if p.limit != nil {
		p.limit.Stop()
	}
	var limit *time.Timer
	limit = time.AfterFunc(wait, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.pump.limit == limit { // no line has come since
			c.handText()
		}
	})
	p.limit = limit
}

// handText hands on the +CUSD text there is.
func (c *Conn) handText() {
	p := &c.pump
	p.limit.Stop()
	c.cfg.Handler(*p.quoted)
	p.quoted, p.limit = nil, nil
}

// continueText takes a further line of a +CUSD text.
func (c *Conn) continueText(s *session, line string) bool {
	p := &c.pump
	if p.quoted == nil {
		return false
	}
	if (p.closing || s != nil) && c.otherThanText(s, line) {
		c.handText()
		return false
	}
	p.quoted.Text += "\n" + line
	p.lines++
	if textEnd(line) == textWhole || p.lines >= maxQuotedLines || len(p.quoted.Text) > maxLine {
		c.handText()
		return true
	}
	c.awaitText(line)
	return true
}

// otherThanText reports whether a line that comes while more of a +CUSD text may
// come is known to be something else: a final result code, a notice, or the answer
// of the command that runs.
func (c *Conn) otherThanText(s *session, line string) bool {
	if _, ok := normaliseFinal(line, s != nil && !strings.HasPrefix(s.command, "+")); ok {
		return true
	}
	if _, ok := findNotice(line, ""); ok {
		return true
	}
	_, late := reference(line)
	return late || s != nil && (isEcho(s, line) || s.name != "" && strings.HasPrefix(line, s.name+":"))
}

// takePDU takes the line behind a header, if it is a PDU.
func (c *Conn) takePDU(s *session, line string) bool {
	header := c.pump.header
	if header == nil {
		return false
	}
	c.pump.header = nil
	raw, ok := decodeHex(line)
	whole := ok && hasLength(raw, header.Text)
	switch {
	case whole:
		header.Kind, header.PDU = PDU, raw
	case ok && s == nil:
		header.Kind, header.PDU = Damaged, raw
	default: // the line is something else, perhaps of the command that runs
		header.Kind = Damaged
		ok = false
	}
	c.cfg.Handler(*header)
	return ok
}

// hasLength reports whether raw has the length that its header states, which
// leaves out the service centre address (3GPP TS 27.005 3.1, <length>).
func hasLength(raw []byte, header string) bool {
	length, err := strconv.Atoi(strings.TrimSpace(header[strings.LastIndexAny(header, ",:")+1:]))
	if err != nil {
		return true // nothing is stated
	}
	return len(raw) == 1+int(raw[0])+length || len(raw) == length
}

// reference reads "+CMGS: <mr>" with whatever follows.
func reference(line string) (int, bool) {
	rest, ok := strings.CutPrefix(line, "+CMGS:")
	if !ok {
		return 0, false
	}
	field, _, _ := strings.Cut(rest, ",")
	mr, err := strconv.ParseUint(strings.TrimSpace(field), 10, 8)
	return int(mr), err == nil
}
