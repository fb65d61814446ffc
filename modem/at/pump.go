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
	// minNoise is the count of octets other than text from which a time-out is blamed
	// on noise.
	minNoise = 8
	// zeroPause is the pause after a read without data and error.
	zeroPause = 10 * time.Millisecond
	// maxQuotedLines bounds the lines of a +CUSD text.
	maxQuotedLines = 32
	// quotedEnd is the wait for another line of a +CUSD text after a line that ends
	// with a quotation mark, which may belong to the text.
	quotedEnd = 300 * time.Millisecond
	// quotedOpen is the wait for the rest of a +CUSD text without its closing quotation
	// mark.
	quotedOpen = 5 * time.Second
)

// Kind is the kind of an Unsolicited.
type Kind int

// The kinds of unsolicited results.
const (
	Line        Kind = iota // a result code of one line
	PDU                     // a header with its PDU
	Damaged                 // a header whose PDU is missing or incomplete
	LateAnswer              // late acceptance of a submission that ended without an answer
	LateRefusal             // late refusal of such a submission; Err is the *Error
	Gone                    // the port is gone; Err says why
)

// Unsolicited is a result that no running command asked for.
type Unsolicited struct {
	Kind Kind
	Name string // "+CMTI", "^RSSI", "RING"
	Text string // the line, trimmed
	PDU  []byte // service centre address and TPDU; incomplete when Damaged
	MR   int    // of a LateAnswer
	Err  error
}

// Arguments returns the text behind the colon.
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

// read is the pump, the only reader of the port.
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

// fail sets the cause and closes the port, which ends the pump. It returns cause, or
// the error of closing when cause is errClosed.
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

// end ends the dialogue when the pump stops.
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

// feed processes the octets of one read.
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

// awaitsPrompt reports whether a '>' is the prompt of the running submission.
func (c *Conn) awaitsPrompt() bool {
	s := c.session
	return s != nil && !s.dead && s.phase == written && s.payload != ""
}

// endLine processes a complete line.
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

// running returns the session whose command awaits lines; nil: none.
func (c *Conn) running() *session {
	s := c.session
	if s == nil || s.dead || s.phase == idle || s.phase == armed || s.phase == answered {
		return nil
	}
	return s
}

// dispatch passes a line to the header that awaits it, the running command, or the
// submission that ended without an answer, or counts it as a stray.
func (c *Conn) dispatch(line string) {
	c.log.add(false, line)
	s := c.running()
	if c.continueText(s, line) || c.takePDU(s, line) {
		return
	}
	if s == nil || s.payload != "" { // rest of a prompt
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

// isEcho reports whether line is the echo of a written line.
func isEcho(s *session, line string) bool {
	if rest, ok := strings.CutPrefix(line, "AT"); ok && rest == s.command {
		return true
	}
	return s.payload != "" && strings.HasPrefix(line, s.payload)
}

// takeFinal handles a final line.
func (c *Conn) takeFinal(s *session, line string) bool {
	basic := s != nil && !strings.HasPrefix(s.command, "+")
	final, ok := normaliseFinal(line, basic)
	if strings.EqualFold(line, "NO CARRIER") {
		// The line ends an incoming call and cannot answer a submission.
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
	case final == "OK" && c.trouble.final: // OK of the late answer
		c.trouble.final = false
	case c.lateRefusal(s, line, final):
	case basic && strings.HasPrefix(final, "+CMS"): // cannot answer AT, ATE0 or ATV1
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

// lateAnswer handles a "+CMGS: n" that no running submission can have caused.
func (c *Conn) lateAnswer(mr int) {
	c.trouble.final = true
	if !c.trouble.late { // answer to an earlier user of the port
		c.stats.Strays++
		return
	}
	c.trouble.late, c.trouble.prompt, c.trouble.busy = false, false, time.Time{}
	c.cfg.Handler(Unsolicited{Kind: LateAnswer, Name: "+CMGS", MR: mr})
}

// lateRefusal handles a final line that refuses the submission that ended without an
// answer. After Resync has written, only a +CMS ERROR can be that answer, because it
// cannot answer AT and ATE0.
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

// takeNotice handles an unsolicited result code.
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
		c.trouble = trouble{} // the restart has ended the submission
	}
	c.cfg.Handler(u)
}

// textState says whether a line ends a +CUSD text.
type textState int

const (
	textOpen  textState = iota // more lines must come
	textMaybe                  // the final quotation mark may end the text or belong to it
	textWhole                  // quotation mark and data coding scheme, or no text
)

// textEnd says whether line ends the text of +CUSD: <m>[,"<str>"[,<dcs>]] (3GPP TS
// 27.007 7.15). The text may contain line ends and quotation marks, so only a data
// coding scheme behind a quotation mark is certain.
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

// awaitText waits for the line after line, the last of a +CUSD text so far.
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
		if c.pump.limit == limit {
			c.handText()
		}
	})
	p.limit = limit
}

// handText hands on the present +CUSD text.
func (c *Conn) handText() {
	p := &c.pump
	p.limit.Stop()
	c.cfg.Handler(*p.quoted)
	p.quoted, p.limit = nil, nil
}

// continueText appends a line to a +CUSD text.
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

// otherThanText reports whether a line cannot belong to a +CUSD text: a final result
// code, a notice, or an answer of the running command.
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

// takePDU handles the line behind a header if it is a PDU.
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
	default: // perhaps a line of the running command
		header.Kind = Damaged
		ok = false
	}
	c.cfg.Handler(*header)
	return ok
}

// hasLength reports whether raw has the length that its header states, without the
// service centre address (3GPP TS 27.005 3.1, <length>).
func hasLength(raw []byte, header string) bool {
	length, err := strconv.Atoi(strings.TrimSpace(header[strings.LastIndexAny(header, ",:")+1:]))
	if err != nil {
		return true // the header states no length
	}
	return len(raw) == 1+int(raw[0])+length || len(raw) == length
}

// reference reads the reference of a line that begins with "+CMGS: <mr>".
func reference(line string) (int, bool) {
	rest, ok := strings.CutPrefix(line, "+CMGS:")
	if !ok {
		return 0, false
	}
	field, _, _ := strings.Cut(rest, ",")
	mr, err := strconv.ParseUint(strings.TrimSpace(field), 10, 8)
	return int(mr), err == nil
}
