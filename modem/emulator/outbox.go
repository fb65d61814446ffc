package emulator

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"goniec/pdu"
)

// linkTime is how long +CMMS=1 keeps the link open for the next text (3GPP TS
// 27.005 3.5.6 leaves 1 to 5 seconds to the modem).
const linkTime = 5 * time.Second

// outbox is the part of a modem that sends texts.
type outbox struct {
	modem       *Modem
	linkedUntil time.Time // +CMMS keeps the link open until then
}

// commands returns the commands that send texts, 3GPP TS 27.005.
func (o *outbox) commands() map[string]handler {
	blocked := o.modem.card.refusesCMS
	return map[string]handler{
		"+CSCA": unless(blocked, tested(o.serviceCentre)),
		"+CMGS": tested(unless(blocked, o.send)),
		"+CMSS": tested(unless(blocked, o.sendStored)),
	}
}

// serviceCentre answers +CSCA, 3GPP TS 27.005 3.3.1.
func (o *outbox) serviceCentre(c command) reply {
	m := o.modem
	if c.kind == read {
		a := o.centreAddress()
		if a == nil {
			return ok(`+CSCA: "",129`)
		}
		return okf(`+CSCA: "%s",%d`, m.settings.charset.write(a.String()), typeOf(*a))
	}
	number, err := m.settings.charset.read(c.string(0))
	if c.kind != set || err != nil || strings.Trim(number, "+0123456789") != "" || len(number) > 21 {
		return cmsError(cmsInvalidText)
	}
	m.settings.smsc = number
	return ok()
}

// centreAddress is the service centre in use, nil when none is known.
func (o *outbox) centreAddress() *pdu.Address {
	m := o.modem
	number := m.settings.smsc
	if number == "" && m.card.sim != nil && m.card.sim.SMSC != "none" {
		number = m.card.sim.SMSC
	}
	if number == "" {
		return nil
	}
	a := addressOf(number)
	return &a
}

// send answers +CMGS with the prompt, 3GPP TS 27.005 3.5.1 and 4.3.
func (o *outbox) send(c command) reply {
	if o.modem.faults.strikes(NoPrompt) != nil {
		return silent()
	}
	if o.modem.settings.text {
		return o.sendText(c)
	}
	length, valid := c.number(0, -1)
	if c.kind != set || !valid || length < 7 || length > 255 {
		return cmsError(cmsInvalidPDU)
	}
	return reply{kind: replyPrompt, accept: func(payload []byte) reply {
		_, tpdu, valid := parsePayload(payload, length)
		s, err := pdu.ParseSubmit(tpdu)
		if !valid || err != nil {
			return cmsError(cmsInvalidPDU)
		}
		return o.transmit("+CMGS", tpdu, s, nil)
	}}
}

// sendStored answers +CMSS, 3GPP TS 27.005 3.5.2: it sends a text that +CMGW stored,
// optionally to another number. The text is marked as sent once the network has it.
func (o *outbox) sendStored(c command) reply {
	index, valid := c.number(0, -1)
	memory, slot := o.modem.storage.slot(o.modem.settings.memory[1], index)
	if c.kind != set || !valid || memory == nil || memory.slots[slot] == nil {
		return cmsError(cmsInvalidIndex)
	}
	message := memory.slots[slot]
	_, tpdu, err := pdu.SplitSMSC(message.raw)
	if err != nil {
		return cmsError(cmsInvalidPDU)
	}
	s, err := pdu.ParseSubmit(tpdu)
	if err != nil {
		return cmsError(cmsNotAllowed)
	}
	if c.given(1) {
		s.DA = addressOf(c.string(1))
		if tpdu, err = s.Marshal(); err != nil {
			return cmsError(cmsInvalidText)
		}
	}
	return o.transmit("+CMSS", tpdu, s, func() { message.status = storedSent })
}

// parsePayload reads a payload in PDU mode: raw is a service centre address and a TPDU
// of the length that the command announced.
func parsePayload(payload []byte, length int) (raw, tpdu []byte, valid bool) {
	raw = make([]byte, len(payload)/2)
	count, err := hex.Decode(raw, bytes.TrimFunc(payload, func(r rune) bool { return r <= ' ' }))
	if err != nil {
		return nil, nil, false
	}
	raw = raw[:count]
	_, tpdu, err = pdu.SplitSMSC(raw)
	return raw, tpdu, err == nil && len(tpdu) == length
}

// sendText answers +CMGS in text mode, 3GPP TS 27.005 3.5.1.
func (o *outbox) sendText(c command) reply {
	return o.promptText(c, func(tpdu []byte, s pdu.Submit) reply { return o.transmit("+CMGS", tpdu, s, nil) })
}

func (o *outbox) promptText(c command, use func(tpdu []byte, s pdu.Submit) reply) reply {
	number, err := o.modem.settings.charset.read(c.string(0))
	if c.kind != set || err != nil || number == "" {
		return cmsError(cmsInvalidText)
	}
	return reply{kind: replyPrompt, accept: func(payload []byte) reply {
		s, err := o.textSubmit(number, strings.ReplaceAll(strings.Trim(string(payload), "\r\n"), "\r", "\n"))
		if err != nil {
			return cmsError(cmsInvalidText)
		}
		tpdu, err := s.Marshal()
		if err != nil {
			return cmsError(cmsInvalidText)
		}
		return use(tpdu, s)
	}}
}

// textSubmit makes the SUBMIT of a text in text mode.
func (o *outbox) textSubmit(number, payload string) (pdu.Submit, error) {
	d := o.modem.settings.submit
	s := pdu.Submit{
		ReportRequest: d.firstOctet&0x20 != 0, DA: addressOf(number), PID: byte(d.protocol), DCS: pdu.DCS(d.coding),
	}
	if d.firstOctet&0x18 == 0x10 {
		validity, err := pdu.RelativeValidity(relativePeriod(d.validity))
		if err != nil {
			return s, err
		}
		s.VP = validity
	}
	text, err := o.modem.settings.charset.read(payload)
	if err != nil {
		return s, err
	}
	alphabet := s.DCS.Alphabet()
	if alphabet == pdu.Data8 {
		s.UD.Data = []byte(text)
		return s, nil
	}
	s.UD, err = pdu.TextUserData(text, alphabet, nil)
	return s, err
}

// relativePeriod is what the octet of a relative validity stands for, 3GPP TS
// 23.040 9.2.3.12.1.
func relativePeriod(octet int) time.Duration {
	n := time.Duration(octet)
	switch {
	case n <= 143:
		return (n + 1) * 5 * time.Minute
	case n <= 167:
		return 12*time.Hour + (n-143)*30*time.Minute
	case n <= 196:
		return (n - 166) * 24 * time.Hour
	}
	return (n - 192) * 7 * 24 * time.Hour
}

// transmit puts a TPDU on the air. done, if not nil, runs when the network has
// taken it.
func (o *outbox) transmit(name string, tpdu []byte, s pdu.Submit, done func()) reply {
	m := o.modem
	switch {
	case !m.reachable():
		return cmsError(cmsNoService)
	case o.centreAddress() == nil, m.profile.CentreUntold && m.settings.smsc == "":
		return cmsError(cmsSMSCUnknown)
	}
	m.card.sim.reference++
	t := &transmission{
		name: name, submission: m.network.begin(m, tpdu, s, m.card.sim.reference), done: done, fault: m.faults.strikesSubmit(),
	}
	m.later(o.airTime(), func() { o.finishTransmission(t) })
	return reply{kind: replyWait}
}

// airTime returns how long the text now sent is on the air. With +CMMS no link has to
// be set up.
func (o *outbox) airTime() time.Duration {
	m := o.modem
	air := m.latency.Air
	now := time.Now()
	if m.settings.link != 0 {
		if m.latency.LinkedAir > 0 && now.Before(o.linkedUntil) {
			air = m.latency.LinkedAir
		}
		o.linkedUntil = now.Add(air + linkTime)
	}
	return air
}

// transmission is a text on the air.
type transmission struct {
	*submission
	name  string // of the command: "+CMGS", "+CMSS"
	done  func()
	fault *Fault // nil: none
}

// finishTransmission ends a transmission as the fault or the fate has it.
func (o *outbox) finishTransmission(t *transmission) {
	m := o.modem
	if t.fault != nil {
		o.finishFaulty(t)
		return
	}
	n := m.network
	code := n.refuses(t.submission)
	if code == 0 && !t.fate.silent || t.fate.taken {
		o.carry(t)
	}
	answer := okf("%s: %d", t.name, t.submit.MR)
	switch {
	case code != 0:
		answer = cmsError(code)
	case t.fate.silent:
		answer = silent()
	}
	if t.fate.late == 0 {
		m.dialogue.finish(answer)
		if m.profile.BusyAfter > 0 {
			m.beBusy(m.profile.BusyAfter, m.profile.BusyCode)
		}
		return
	}
	m.later(t.fate.late, func() { m.dialogue.finish(answer) })
}

// carry has the network accept the text.
func (o *outbox) carry(t *transmission) {
	early := t.fate.early && t.submit.ReportRequest
	t.fate.noReport = t.fate.noReport || early
	o.modem.network.accept(o.modem, t.submission)
	if t.done != nil {
		t.done()
	}
	if early {
		o.reportEarly(t.submission)
	}
}

// reportEarly has the status report of a text come before the answer to its
// command.
func (o *outbox) reportEarly(s *submission) {
	m := o.modem
	tpdu := m.network.reportTPDU(s, 0)
	if tpdu == nil {
		return
	}
	m.dialogue.urgent = true
	m.network.enqueue(s.sim, reportTransfer(tpdu))
	m.dialogue.urgent = false
}

// finishFaulty ends a transmission on which a fault strikes.
func (o *outbox) finishFaulty(t *transmission) {
	m := o.modem
	f := t.fault
	answer := okf("%s: %d", t.name, t.submit.MR)
	if f.Kind == Reboot {
		t.done = nil // the modem has no time to mark a stored text
	}
	t.fate.early = t.fate.early || f.Kind == EarlyReport
	if f.Taken || !slices.Contains([]FaultKind{Reboot, NoAnswer, SubmitError, PortLost, GoesDeaf}, f.Kind) {
		o.carry(t)
	}
	switch f.Kind {
	case NoAnswer:
		m.dialogue.finish(silent())
	case SubmitError:
		m.dialogue.finish(cmsError(f.code()))
	case LateAnswer:
		m.later(f.For, func() { m.dialogue.finish(answer) })
	case PortLost:
		m.dialogue.finish(silent())
		m.port.drop(f.For)
	case Reboot:
		m.restart(m.profile.BootTime)
	case GoesDeaf:
		m.dialogue.finish(silent())
		m.goDeaf(f.For, f.Until)
	case Busy:
		m.dialogue.finish(answer)
		m.beBusy(f.For, f.Code)
	case Interrupted:
		m.dialogue.say(cmp.Or(f.Line, "RING"))
		m.dialogue.finish(answer)
	case Garbage:
		m.dialogue.emit([]byte(cmp.Or(f.Line, "\x00\xff\x00~\x7f\x80\x00")))
		m.dialogue.finish(answer)
	default:
		m.dialogue.finish(answer)
	}
}
