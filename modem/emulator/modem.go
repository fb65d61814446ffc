package emulator

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"
	"sync/atomic"
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

// Modem is an emulated modem: what is at the far end of a serial line. Its
// fields are guarded by Network.mu.
type Modem struct {
	network  *Network
	profile  Profile
	handlers map[string]handler
	sim      *SIM // nil: no card
	imei     string
	latency  Latency

	line      *line
	pty       *PTY
	unplugged bool
	absences  int // how often the port went or came

	// life is counted up by a restart: what was planned before does not happen.
	life      int
	up        bool // false while it starts
	deaf      bool
	deafUntil Cure // what ends it; empty: a restart, or a timer
	powered   radio
	// registration by domain, values of <stat> in 3GPP TS 27.007 7.2.
	registration map[domain]int
	coverage     int // the registration that can be had here if there is no outage
	outages      []*outage
	signal       int // <rssi> of +CSQ

	settings settings
	pinGiven bool
	cardBusy bool               // the card is not ready yet
	memories map[string]*memory // those of the modem itself

	input  []byte    // received and not yet looked at
	typed  []byte    // the command line so far
	todo   []command // the rest of the command line being executed
	busy   bool      // an answer is under way: input waits
	prompt *prompt   // a payload is expected
	held   []string  // unsolicited results that wait for the answer
	urgent bool      // unsolicited results do not wait for the answer

	unacknowledged *transfer // handed over by +CMT or +CDS, awaits +CNMA
	deadline       *event    // when waiting for +CNMA ends
	buffered       []string  // kept by +CNMI mode 0
	linkedUntil    time.Time // +CMMS keeps the link open until then
	busyUntil      time.Time // every command but AT is answered with busyCode until then
	busyCode       int
	call           *call

	tap    atomic.Pointer[Tap] // nil: nobody listens; not guarded by Network.mu
	faults []*Fault
	// clockAhead is by how much +CCLK is ahead of the network.
	clockAhead time.Duration
	noiseOff   bool
}

// prompt is what becomes of the payload that the modem waits for.
type prompt struct {
	payload []byte
	accept  func(payload []byte) reply
}

// NewModem puts a modem with the card (nil: none) on the network. It is up and
// registered, as a modem that has been plugged in for a while.
func (n *Network) NewModem(p Profile, card *SIM) *Modem {
	n.mu.Lock()
	defer n.release()
	m := &Modem{
		network:  n,
		profile:  p.complete(),
		handlers: handlers(),
		imei:     withLuhn(p.tac() + fmt.Sprintf("%06d", len(n.modems)+1)),
		latency:  n.options.Latency,
		coverage: registeredHome,
		signal:   20,
		up:       true,
		powered:  radioOn,
		memories: map[string]*memory{},
	}
	for _, name := range m.profile.Memories {
		if name != memorySIM && name != memoryAll {
			places, told := m.profile.Places[name]
			if !told {
				places = m.profile.Capacity
			}
			m.memories[name] = newMemory(places)
		}
	}
	m.settings = m.profile.defaults()
	m.registration = map[domain]int{}
	n.modems = append(n.modems, m)
	m.insert(card)
	m.register(registeredHome)
	m.startNoise()
	return m
}

// SIM returns the card in the modem, nil when there is none.
func (m *Modem) SIM() *SIM {
	m.network.mu.Lock()
	defer m.network.release()
	return m.sim
}

// SetSIM takes the card out of the modem and puts another in, which it takes out
// of the modem that had it. Nil: the modem is left without one.
func (m *Modem) SetSIM(card *SIM) {
	m.network.mu.Lock()
	defer m.network.release()
	m.insert(card)
	m.searchNetwork()
}

// insert changes the card; the modem registers anew with it.
func (m *Modem) insert(card *SIM) {
	m.eject()
	if card == nil {
		return
	}
	if card.modem != nil {
		card.modem.eject()
	}
	card.modem = m
	m.sim = card
}

// eject takes the card out.
func (m *Modem) eject() {
	if m.sim == nil {
		return
	}
	if m.unacknowledged != nil {
		m.acknowledge(false)
	}
	m.setRegistration(notRegistered)
	m.sim.modem = nil
	m.sim = nil
	m.pinGiven = false
}

// IMEI returns the modem's identity, 15 digits.
func (m *Modem) IMEI() string {
	m.network.mu.Lock()
	defer m.network.release()
	return m.imei
}

// SetIMEI gives the modem another identity, as clones have that share one.
func (m *Modem) SetIMEI(imei string) {
	m.network.mu.Lock()
	defer m.network.release()
	m.imei = imei
}

// Profile returns what the modem was made from.
func (m *Modem) Profile() Profile { return m.profile }

// SetLatency sets the time the modem takes from now on.
func (m *Modem) SetLatency(l Latency) {
	m.network.mu.Lock()
	defer m.network.release()
	m.latency = l
}

// SetClock makes the clock of the modem show d more than that of the network.
func (m *Modem) SetClock(d time.Duration) {
	m.network.mu.Lock()
	defer m.network.release()
	m.clockAhead = d
}

// later runs fn after d, unless the modem restarts before.
func (m *Modem) later(d time.Duration, fn func()) *event {
	life := m.life
	return m.network.after(d, func() {
		if m.life == life {
			fn()
		}
	})
}

// receive takes what arrived on the line.
func (m *Modem) receive(data []byte) {
	if !m.up || m.deaf || len(data) == 0 {
		return
	}
	if len(m.input)+len(data) > outputLimit {
		return
	}
	m.input = append(m.input, data...)
	m.process()
}

// process looks at the input until an answer is under way.
func (m *Modem) process() {
	for len(m.input) > 0 && !m.busy && m.up && !m.deaf {
		if m.prompt != nil {
			m.takePayload()
		} else {
			m.takeCommand()
		}
	}
}

// take takes input up to and with the first of the octets in ends; end is where
// that octet stands, the length of data when there is none.
func (m *Modem) take(ends string) (data []byte, end int) {
	end = bytes.IndexAny(m.input, ends)
	taken := end + 1
	if end < 0 {
		taken = len(m.input)
		end = taken
	}
	data = m.input[:taken]
	m.input = m.input[taken:]
	return data, end
}

// takeCommand takes input up to the end of a command line, and executes it.
func (m *Modem) takeCommand() {
	data, end := m.take("\r")
	if m.settings.echo {
		m.emit(data)
	}
	for _, c := range data[:end] {
		switch {
		case c == backspace && len(m.typed) > 0:
			m.typed = m.typed[:len(m.typed)-1]
		case c < ' ' || len(m.typed) > commandLimit:
			// Control characters are no part of a command (ITU-T V.250 5.2.2).
		default:
			m.typed = append(m.typed, c)
		}
	}
	if end < len(data) {
		text := string(m.typed)
		m.typed = m.typed[:0]
		m.execute(text)
	}
}

// takePayload takes input up to the end of the payload, and has it accepted.
func (m *Modem) takePayload() {
	data, end := m.take(payloadEnds)
	if m.settings.echo {
		m.emit(data[:end])
	}
	p := m.prompt
	p.payload = append(p.payload, data[:end]...)
	switch {
	case len(p.payload) > payloadLimit:
		m.prompt = nil
		m.finish(cmsError(cmsInvalidPDU))
	case end == len(data):
	case data[end] == escape:
		m.prompt = nil
		m.finish(ok())
	default:
		m.prompt = nil
		m.finish(p.accept(p.payload))
	}
}

// execute runs a command line. What stands before "AT" is noise; a line without
// it is none (ITU-T V.250 5.2.1).
func (m *Modem) execute(text string) {
	body, found := afterAT(text)
	if !found {
		return
	}
	m.busy = true
	m.later(m.latency.Answer, func() {
		commands, valid := parseLine(body)
		if !valid || len(text) > commandLimit {
			m.finish(fail())
			return
		}
		m.todo = commands
		m.finish(ok())
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

// finish ends a command with its reply: it goes on with the rest of the line, or
// gives the final result.
func (m *Modem) finish(r reply) {
	for {
		m.info(r.lines)
		switch r.kind {
		case replyWait:
			m.busy = true
			return
		case replyPrompt:
			m.busy = false
			m.prompt = &prompt{accept: r.accept}
			m.givePrompt()
			return
		case replySilent:
			m.todo = nil
		case replyOK:
			if len(m.todo) > 0 {
				next := m.todo[0]
				m.todo = m.todo[1:]
				r = m.perform(next)
				continue
			}
			m.final("OK", 0)
		case replyNoCarrier:
			m.todo = nil
			m.final("NO CARRIER", 3)
		default:
			m.todo = nil
			m.final(m.errorText(r), 4)
		}
		break
	}
	if r.then != nil {
		r.then()
	}
	m.busy = false
	m.flushHeld()
	if len(m.input) > 0 {
		m.later(0, m.process)
	}
}

// perform executes one command.
func (m *Modem) perform(c command) reply {
	if m.profile.refuses(c) {
		return fail()
	}
	if time.Now().Before(m.busyUntil) {
		return cmeError(m.busyCode)
	}
	if f := m.commandFault(CommandFails, c.name); f != nil {
		return cmeError(cmp.Or(f.Code, cmeUnknown))
	}
	if m.commandFault(CommandHangs, c.name) != nil {
		return silent()
	}
	if c.String() == m.profile.NoiseOff {
		m.noiseOff = true
	}
	if answer, known := m.profile.Vendor[c.name]; known {
		return m.vendor(c, answer)
	}
	h, known := m.handlers[c.name]
	if !known {
		return fail()
	}
	return h(m, c)
}

// emit sends octets to whoever listens; when nobody does they are lost.
func (m *Modem) emit(data []byte) {
	if m.line != nil && m.up && !m.deaf {
		m.line.write(data)
	}
}

// info sends the information text of a command.
func (m *Modem) info(lines []string) {
	if len(lines) == 0 {
		return
	}
	text := strings.Join(lines, "\r\n") + "\r\n"
	if m.settings.verbose {
		text = "\r\n" + text
	}
	m.emit([]byte(text))
}

// final sends a final result code (ITU-T V.250 5.7.1).
func (m *Modem) final(text string, number int) {
	switch {
	case m.settings.verbose:
		m.emit([]byte("\r\n" + text + "\r\n"))
	case strings.HasPrefix(text, "+"):
		m.emit([]byte(text + "\r"))
	default:
		m.emit([]byte{byte('0' + number), '\r'})
	}
}

// indicate sends an unsolicited result code, after the running command unless
// the profile interleaves them.
func (m *Modem) indicate(text string) {
	if (m.busy || m.prompt != nil) && !m.profile.Interleaves && !m.urgent {
		if len(m.held) >= heldLimit {
			m.held = m.held[1:]
		}
		m.held = append(m.held, text)
		return
	}
	m.say(text)
}

// say sends an unsolicited result code now.
func (m *Modem) say(text string) {
	if m.settings.verbose {
		m.emit([]byte("\r\n" + text + "\r\n"))
	} else {
		m.emit([]byte(text + "\r\n"))
	}
}

// flushHeld sends what waited for the end of a command.
func (m *Modem) flushHeld() {
	held := m.held
	m.held = nil
	for _, text := range held {
		m.say(text)
	}
}
