package emulator

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"goniec/pdu"
)

// linkTime is how long +CMMS=1 keeps the link open for the next text (3GPP TS
// 27.005 3.5.6 leaves 1 to 5 seconds to the modem).
const linkTime = 5 * time.Second

// addMessageCommands adds the commands that send and route texts, 3GPP TS
// 27.005.
func addMessageCommands(h map[string]handler) {
	h["+CSMS"] = (*Modem).messageService
	h["+CMGF"] = (*Modem).messageFormat
	h["+CSCA"] = (*Modem).serviceCentre
	h["+CNMI"] = (*Modem).newMessageIndications
	h["+CNMA"] = (*Modem).newMessageAcknowledge
	h["+CMMS"] = (*Modem).moreMessages
	h["+CMGS"] = (*Modem).send
	h["+CMGW"] = (*Modem).write
	h["+CMSS"] = (*Modem).sendStored
	h["+CSMP"] = (*Modem).textParameters
	h["+CSDH"] = (*Modem).showHeader
}

// messageService answers +CSMS, 3GPP TS 27.005 3.2.1.
func (m *Modem) messageService(c command) reply {
	if c.kind == test {
		return okf("+CSMS: %s", ranges(m.profile.Services))
	}
	if c.kind == read {
		return okf("+CSMS: %d,1,1,1", m.settings.service)
	}
	value, valid := c.number(0, 0)
	if !valid || !slices.Contains(m.profile.Services, value) {
		return cmsError(cmsNotSupported)
	}
	m.settings.service = value
	return ok("+CSMS: 1,1,1")
}

// messageFormat answers +CMGF, 3GPP TS 27.005 3.2.3.
func (m *Modem) messageFormat(c command) reply {
	if c.kind == test {
		return ok("+CMGF: (0,1)")
	}
	if c.kind == read {
		if m.settings.text {
			return ok("+CMGF: 1")
		}
		return ok("+CMGF: 0")
	}
	value, valid := c.number(0, 0)
	if !valid || value > 1 {
		return cmsError(cmsNotSupported)
	}
	m.settings.text = value == 1
	return ok()
}

// serviceCentre answers +CSCA, 3GPP TS 27.005 3.3.1.
func (m *Modem) serviceCentre(c command) reply {
	if r, blocked := m.cardCMS(); blocked {
		return r
	}
	if c.kind == test {
		return ok()
	}
	if c.kind == read {
		a := m.centreAddress()
		if a == nil {
			return ok(`+CSCA: "",129`)
		}
		return okf(`+CSCA: "%s",%d`, m.inCharset(a.String()), typeOf(*a))
	}
	number, err := m.fromCharset(c.string(0))
	if c.kind != set || err != nil || strings.Trim(number, "+0123456789") != "" || len(number) > 21 {
		return cmsError(cmsInvalidText)
	}
	m.settings.smsc = number
	return ok()
}

// newMessageIndications answers +CNMI, 3GPP TS 27.005 3.4.1.
func (m *Modem) newMessageIndications(c command) reply {
	if c.kind == test {
		texts := make([]string, len(m.profile.CNMI))
		for i, values := range m.profile.CNMI {
			texts[i] = ranges(values)
		}
		return ok("+CNMI: " + strings.Join(texts, ","))
	}
	if c.kind == read {
		v := m.settings.cnmi
		return okf("+CNMI: %d,%d,%d,%d,%d", v[0], v[1], v[2], v[3], v[4])
	}
	// A parameter that is left out keeps its value, but <bfr> is about this
	// command alone.
	values := m.settings.cnmi
	values[4] = 0
	if len(c.args) > len(values) {
		return cmsError(cmsNotSupported)
	}
	for i := range values {
		value, valid := c.number(i, values[i])
		if !valid || c.given(i) && !slices.Contains(m.profile.CNMI[i], value) {
			return cmsError(cmsNotSupported)
		}
		values[i] = value
	}
	if m.profile.refusesCNMI(values) {
		return cmsError(cmsNotSupported)
	}
	m.settings.cnmi = values
	return m.releaseBuffered()
}

// releaseBuffered sends what +CNMI mode 0 kept, or drops it, as <bfr> says.
func (m *Modem) releaseBuffered() reply {
	r := ok()
	if m.settings.cnmi[0] == 0 {
		return r
	}
	buffered := m.buffered
	m.buffered = nil
	if m.settings.cnmi[4] == 0 {
		m.held = append(m.held, buffered...)
	}
	return r
}

func (p Profile) refusesCNMI(values [5]int) bool {
	return slices.ContainsFunc(p.CNMIRefused, func(refused [5]int) bool {
		for i, v := range refused {
			if v >= 0 && v != values[i] {
				return false
			}
		}
		return true
	})
}

// newMessageAcknowledge answers +CNMA, 3GPP TS 27.005 3.4.4 and 4.7.
func (m *Modem) newMessageAcknowledge(c command) reply {
	if c.kind == test {
		return ok("+CNMA: (0-2)")
	}
	n, valid := c.number(0, 0)
	length, lengthValid := c.number(1, 0)
	switch {
	case c.kind == read || !valid || !lengthValid || n > 2:
		return cmsError(cmsNotSupported)
	case m.unacknowledged == nil:
		return cmsError(cmsNoCNMA)
	case length > 0:
		// The TPDU of the acknowledgement goes to the network, which looks at
		// nothing but whether it is one.
		return reply{kind: replyPrompt, accept: func([]byte) reply { return m.acknowledgement(n) }}
	}
	return m.acknowledgement(n)
}

func (m *Modem) acknowledgement(n int) reply {
	if m.unacknowledged == nil {
		return cmsError(cmsNoCNMA)
	}
	m.acknowledge(n != 2)
	return ok()
}

// moreMessages answers +CMMS, 3GPP TS 27.005 3.5.6.
func (m *Modem) moreMessages(c command) reply {
	if c.kind == test {
		return ok("+CMMS: (0-2)")
	}
	if c.kind == read {
		return okf("+CMMS: %d", m.settings.link)
	}
	value, valid := c.number(0, 0)
	if !valid || value > 2 {
		return cmsError(cmsNotSupported)
	}
	m.settings.link = value
	return ok()
}

// send answers +CMGS with the prompt, 3GPP TS 27.005 3.5.1 and 4.3.
func (m *Modem) send(c command) reply {
	if c.kind == test {
		return ok()
	}
	if r, blocked := m.cardCMS(); blocked {
		return r
	}
	if m.strikes(NoPrompt) != nil {
		return silent()
	}
	if m.settings.text {
		return m.sendText(c)
	}
	length, valid := c.number(0, -1)
	if c.kind != set || !valid || length < 7 || length > 255 {
		return cmsError(cmsInvalidPDU)
	}
	return reply{kind: replyPrompt, accept: func(payload []byte) reply {
		tpdu, s, valid := parsePayload(payload, length)
		if !valid {
			return cmsError(cmsInvalidPDU)
		}
		return m.transmit("+CMGS", tpdu, s, nil)
	}}
}

// parsePayload reads a payload in PDU mode: a service centre address and a TPDU
// of the length that the command announced.
func parsePayload(payload []byte, length int) (tpdu []byte, s pdu.Submit, valid bool) {
	raw := make([]byte, len(payload)/2)
	count, err := hex.Decode(raw, trimLine(payload))
	if err != nil {
		return nil, s, false
	}
	_, tpdu, err = pdu.SplitSMSC(raw[:count])
	if err != nil || len(tpdu) != length {
		return nil, s, false
	}
	s, err = pdu.ParseSubmit(tpdu)
	return tpdu, s, err == nil
}

// trimLine takes line ends off both sides of a payload.
func trimLine(payload []byte) []byte {
	start, end := 0, len(payload)
	for start < end && payload[start] <= ' ' {
		start++
	}
	for end > start && payload[end-1] <= ' ' {
		end--
	}
	return payload[start:end]
}

// givePrompt asks for a payload.
func (m *Modem) givePrompt() {
	m.emit([]byte("\r\n> "))
	if m.strikes(DoublePrompt) != nil {
		m.emit([]byte("\r\n> "))
	}
}

// transmit puts a TPDU on the air. done, if not nil, runs when the network has
// taken it.
func (m *Modem) transmit(name string, tpdu []byte, s pdu.Submit, done func()) reply {
	switch {
	case !m.reachable():
		return cmsError(cmsNoService)
	case m.centreAddress() == nil, m.profile.CentreUntold && m.settings.smsc == "":
		return cmsError(cmsSMSCUnknown)
	}
	m.sim.reference++
	t := &transmission{
		name: name, submission: m.network.begin(m, tpdu, s, m.sim.reference), done: done, fault: m.submitFault(),
	}
	m.later(m.airTime(), func() { m.finishTransmission(t) })
	return reply{kind: replyWait}
}

// airTime is how long the text now sent is on the air; +CMMS saves setting up
// the link.
func (m *Modem) airTime() time.Duration {
	air := m.latency.Air
	now := time.Now()
	if m.settings.link != 0 {
		if m.latency.LinkedAir > 0 && now.Before(m.linkedUntil) {
			air = m.latency.LinkedAir
		}
		m.linkedUntil = now.Add(air + linkTime)
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
func (m *Modem) finishTransmission(t *transmission) {
	if t.fault != nil {
		m.finishFaulty(t)
		return
	}
	n := m.network
	code := n.refuses(t.submission)
	if code == 0 && !t.fate.silent || t.fate.taken {
		m.carry(t)
	}
	answer := okf("%s: %d", t.name, t.submit.MR)
	switch {
	case code != 0:
		answer = cmsError(code)
	case t.fate.silent:
		answer = silent()
	}
	if t.fate.late == 0 {
		m.finish(answer)
		if m.profile.BusyAfter > 0 {
			m.beBusy(m.profile.BusyAfter, m.profile.BusyCode)
		}
		return
	}
	m.later(t.fate.late, func() { m.finish(answer) })
}

// carry has the network accept the text.
func (m *Modem) carry(t *transmission) {
	early := t.fate.early && t.submit.ReportRequest
	t.fate.noReport = t.fate.noReport || early
	m.network.accept(m, t.submission)
	if t.done != nil {
		t.done()
	}
	if early {
		m.reportEarly(t.submission)
	}
}

// reportEarly has the status report of a text come before the answer to its
// command.
func (m *Modem) reportEarly(s *submission) {
	tpdu := m.network.reportTPDU(s, 0)
	if tpdu == nil {
		return
	}
	m.urgent = true
	m.network.enqueue(s.sim, reportTransfer(tpdu))
	m.urgent = false
}

// typeOf is the type-of-address octet, 3GPP TS 24.011 8.2.5.2.
func typeOf(a pdu.Address) int { return 0x80 | int(a.Type)<<4 | int(a.Plan) }

// direct is what +CMT says after its colon.
func (m *Modem) direct(raw []byte, length int) string {
	if m.settings.text {
		return m.directText(raw)
	}
	return fmt.Sprintf(",%d\r\n%X", length, raw)
}

// directReport is what +CDS says after its colon.
func (m *Modem) directReport(raw []byte, length int) string {
	if m.settings.text {
		return m.directTextReport(raw)
	}
	return fmt.Sprintf("%d\r\n%X", length, raw)
}
