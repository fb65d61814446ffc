package emulator

import (
	"bytes"
	"cmp"
	"strings"
	"time"
)

const (
	payloadEnds = "\x1a\x1b" // Ctrl-Z sends a payload, ESC gives it up
	escape      = 0x1b
	backspace   = 0x08 // value of S5

	commandLimit = 2048 // octets of a command line; longer ones are errors
	payloadLimit = 4096 // octets of a payload; longer ones are errors
	heldLimit    = 1000 // unsolicited results kept for later; the oldest go first
)

// dialogue is what a modem hears and says: command lines, payloads, their results,
// and unsolicited results between them (ITU-T V.250 5).
type dialogue struct {
	modem    *Modem
	handlers map[string]handler
	input    []byte    // received and not yet looked at
	typed    []byte    // the command line so far
	todo     []command // the rest of the command line being executed
	busy     bool      // an answer is under way: input waits
	prompt   *prompt   // a payload is expected
	held     []string  // unsolicited results that wait for the answer
	urgent   bool      // unsolicited results do not wait for the answer
}

// prompt is a payload that the modem waits for, and what it does with the payload.
type prompt struct {
	payload []byte
	accept  func(payload []byte) reply
}

// receive takes what arrived on the line.
func (d *dialogue) receive(data []byte) {
	if !d.modem.up || d.modem.deaf || len(data) == 0 {
		return
	}
	if len(d.input)+len(data) > outputLimit {
		return
	}
	d.input = append(d.input, data...)
	d.process()
}

// process looks at the input until an answer is under way.
func (d *dialogue) process() {
	for len(d.input) > 0 && !d.busy && d.modem.up && !d.modem.deaf {
		if d.prompt != nil {
			d.takePayload()
		} else {
			d.takeCommand()
		}
	}
}

// take takes input up to and with the first of the octets in ends. end is the index
// of that octet, or the length of data when the input has none of them.
func (d *dialogue) take(ends string) (data []byte, end int) {
	end = bytes.IndexAny(d.input, ends)
	taken := end + 1
	if end < 0 {
		taken = len(d.input)
		end = taken
	}
	data = d.input[:taken]
	d.input = d.input[taken:]
	return data, end
}

// takeCommand takes input up to the end of a command line, and executes it.
func (d *dialogue) takeCommand() {
	data, end := d.take("\r")
	if d.modem.settings.echo {
		d.emit(data)
	}
	for _, c := range data[:end] {
		switch {
		case c == backspace && len(d.typed) > 0:
			d.typed = d.typed[:len(d.typed)-1]
		case c < ' ' || len(d.typed) > commandLimit:
			// Control characters are no part of a command (ITU-T V.250 5.2.2).
		default:
			d.typed = append(d.typed, c)
		}
	}
	if end < len(data) {
		text := string(d.typed)
		d.typed = d.typed[:0]
		d.execute(text)
	}
}

// takePayload takes input up to the end of the payload, and has it accepted.
func (d *dialogue) takePayload() {
	data, end := d.take(payloadEnds)
	if d.modem.settings.echo {
		d.emit(data[:end])
	}
	p := d.prompt
	p.payload = append(p.payload, data[:end]...)
	switch {
	case len(p.payload) > payloadLimit:
		d.prompt = nil
		d.finish(cmsError(cmsInvalidPDU))
	case end == len(data):
	case data[end] == escape:
		d.prompt = nil
		d.finish(ok())
	default:
		d.prompt = nil
		d.finish(p.accept(p.payload))
	}
}

// execute runs a command line. What stands before "AT" is noise; a line without "AT"
// is ignored (ITU-T V.250 5.2.1).
func (d *dialogue) execute(text string) {
	body, found := afterAT(text)
	if !found {
		return
	}
	d.busy = true
	d.modem.later(d.modem.latency.Answer, func() {
		commands, valid := parseLine(body)
		if !valid || len(text) > commandLimit {
			d.finish(fail())
			return
		}
		d.todo = commands
		d.finish(ok())
	})
}

// afterAT returns what follows the first "AT" in a line, whatever octets it has.
func afterAT(text string) (body string, found bool) {
	for i := range len(text) - 1 {
		if text[i]|0x20 == 'a' && text[i+1]|0x20 == 't' {
			return text[i+2:], true
		}
	}
	return "", false
}

// finish ends a command with its reply, and executes the rest of the line or sends
// the final result.
func (d *dialogue) finish(r reply) {
	for {
		d.info(r.lines)
		switch r.kind {
		case replyWait:
			d.busy = true
			return
		case replyPrompt:
			d.busy = false
			d.prompt = &prompt{accept: r.accept}
			d.givePrompt()
			return
		case replySilent:
			d.todo = nil
		case replyOK:
			if len(d.todo) > 0 {
				next := d.todo[0]
				d.todo = d.todo[1:]
				r = d.perform(next)
				continue
			}
			d.final("OK", 0)
		case replyNoCarrier:
			d.todo = nil
			d.final("NO CARRIER", 3)
		default:
			d.todo = nil
			d.final(r.errorText(d.modem.settings.errors), 4)
		}
		break
	}
	if r.then != nil {
		r.then()
	}
	d.busy = false
	d.flushHeld()
	if len(d.input) > 0 {
		d.modem.later(0, d.process)
	}
}

// perform executes one command.
func (d *dialogue) perform(c command) reply {
	m := d.modem
	if m.profile.refuses(c) {
		return fail()
	}
	if time.Now().Before(m.busyUntil) {
		return cmeError(m.busyCode)
	}
	if f := m.faults.strikesCommand(CommandFails, c.name); f != nil {
		return cmeError(cmp.Or(f.Code, cmeUnknown))
	}
	if m.faults.strikesCommand(CommandHangs, c.name) != nil {
		return silent()
	}
	if c.String() == m.profile.NoiseOff {
		m.noiseOff = true
	}
	if answer, known := m.profile.Vendor[c.name]; known {
		return m.vendor(c, answer)
	}
	h, known := d.handlers[c.name]
	if !known {
		return fail()
	}
	return h(c)
}

// emit sends octets to the host. They are lost when no host is connected.
func (d *dialogue) emit(data []byte) {
	m := d.modem
	if m.port.line != nil && m.up && !m.deaf {
		m.port.line.write(data)
	}
}

// info sends the information text of a command.
func (d *dialogue) info(lines []string) {
	if len(lines) == 0 {
		return
	}
	text := strings.Join(lines, "\r\n") + "\r\n"
	if d.modem.settings.verbose {
		text = "\r\n" + text
	}
	d.emit([]byte(text))
}

// final sends a final result code (ITU-T V.250 5.7.1).
func (d *dialogue) final(text string, number int) {
	switch {
	case d.modem.settings.verbose:
		d.emit([]byte("\r\n" + text + "\r\n"))
	case strings.HasPrefix(text, "+"):
		d.emit([]byte(text + "\r"))
	default:
		d.emit([]byte{byte('0' + number), '\r'})
	}
}

// indicate sends an unsolicited result code: after the running command, unless the
// profile interleaves results.
func (d *dialogue) indicate(text string) {
	if (d.busy || d.prompt != nil) && !d.modem.profile.Interleaves && !d.urgent {
		if len(d.held) >= heldLimit {
			d.held = d.held[1:]
		}
		d.held = append(d.held, text)
		return
	}
	d.say(text)
}

// say sends an unsolicited result code now.
func (d *dialogue) say(text string) {
	if d.modem.settings.verbose {
		d.emit([]byte("\r\n" + text + "\r\n"))
	} else {
		d.emit([]byte(text + "\r\n"))
	}
}

// flushHeld sends the unsolicited results that waited for the end of a command.
func (d *dialogue) flushHeld() {
	held := d.held
	d.held = nil
	for _, text := range held {
		d.say(text)
	}
}

// givePrompt asks for a payload.
func (d *dialogue) givePrompt() {
	d.emit([]byte("\r\n> "))
	if d.modem.faults.strikes(DoublePrompt) != nil {
		d.emit([]byte("\r\n> "))
	}
}
