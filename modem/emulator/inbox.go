package emulator

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"goniec/pdu"
)

// inbox is the part of a modem that takes texts and reports from the network.
type inbox struct {
	modem          *Modem
	unacknowledged *transfer // handed over by +CMT or +CDS, awaits +CNMA
	deadline       *event    // when waiting for +CNMA ends
	buffered       []string  // kept by +CNMI mode 0
}

// commands returns the commands that route what comes in, 3GPP TS 27.005.
func (in *inbox) commands() map[string]handler {
	return map[string]handler{
		"+CSMS": in.messageService,
		"+CNMI": in.newMessageIndications,
		"+CNMA": in.newMessageAcknowledge,
	}
}

// handover is what came of handing a transfer to a modem.
type handover int

const (
	taken      handover = iota
	noRoom              // memory capacity exceeded
	unanswered          // +CNMA decides
)

// messageService answers +CSMS, 3GPP TS 27.005 3.2.1.
func (in *inbox) messageService(c command) reply {
	m := in.modem
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

// newMessageIndications answers +CNMI, 3GPP TS 27.005 3.4.1.
func (in *inbox) newMessageIndications(c command) reply {
	m := in.modem
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
	in.releaseBuffered()
	return ok()
}

// releaseBuffered sends what +CNMI mode 0 kept, or drops it, as <bfr> says.
func (in *inbox) releaseBuffered() {
	m := in.modem
	if m.settings.cnmi[0] == 0 {
		return
	}
	if m.settings.cnmi[4] == 0 {
		m.dialogue.held = append(m.dialogue.held, in.buffered...)
	}
	in.buffered = nil
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
func (in *inbox) newMessageAcknowledge(c command) reply {
	if c.kind == test {
		return ok("+CNMA: (0-2)")
	}
	n, valid := c.number(0, 0)
	length, lengthValid := c.number(1, 0)
	switch {
	case c.kind == read || !valid || !lengthValid || n > 2:
		return cmsError(cmsNotSupported)
	case in.unacknowledged == nil:
		return cmsError(cmsNoCNMA)
	case length > 0:
		// Nobody reads the TPDU of the acknowledgement.
		return reply{kind: replyPrompt, accept: func([]byte) reply { return in.acknowledgement(n) }}
	}
	return in.acknowledgement(n)
}

func (in *inbox) acknowledgement(n int) reply {
	if in.unacknowledged == nil {
		return cmsError(cmsNoCNMA)
	}
	in.acknowledge(n != 2)
	return ok()
}

// hand gives a transfer to the host or the memory as +CNMI says (3GPP TS 27.005
// 3.4.1).
func (in *inbox) hand(t *transfer) handover {
	m := in.modem
	raw := pdu.WithSMSC(m.outbox.centreAddress(), t.tpdu)
	if t.report {
		return in.handReport(t, raw)
	}
	route := m.settings.cnmi[1]
	switch {
	case route == 0 && t.class == 0:
		return taken // class 0 is shown and not kept
	case t.class == 0, route == 2 && t.class != 2, route == 3 && t.class == 3:
		in.announce(fmt.Sprintf("+CMT: %s", in.direct(raw, len(t.tpdu))))
		return in.awaitAcknowledgement(t)
	}
	target := m.settings.memory[2]
	if t.class == 2 {
		target = memorySIM
	}
	index, stored := m.storage.store(target, storedUnread, raw)
	if !stored {
		if m.profile.FullLine != "" {
			m.dialogue.indicate(m.profile.FullLine)
		}
		return noRoom
	}
	if route != 0 {
		in.announce("+CMTI: " + in.place(TextMisannounced, m.profile.CMTI, target, index))
	}
	return taken
}

// handReport is hand for a status report.
func (in *inbox) handReport(t *transfer, raw []byte) handover {
	m := in.modem
	if slices.Contains(m.profile.Unreported, m.settings.cnmi[3]) {
		return taken
	}
	switch m.settings.cnmi[3] {
	case 1:
		in.announce(fmt.Sprintf("+CDS: %s", in.directReport(raw, len(t.tpdu))))
		return in.awaitAcknowledgement(t)
	case 2:
		name := m.storage.reportMemory()
		if own := m.storage.own[name]; name == memoryReports && own.used() == own.capacity {
			if own.capacity == 0 {
				return taken // the report is lost
			}
			own.dropOldest()
		}
		index, stored := m.storage.store(name, storedUnread, raw)
		if !stored {
			return noRoom
		}
		in.announce("+CDSI: " + in.place(ReportMisannounced, m.profile.CDSI, name, index))
	}
	return taken
}

// direct is what +CMT says after its colon.
func (in *inbox) direct(raw []byte, length int) string {
	if in.modem.settings.text {
		return in.modem.settings.charset.text(raw)
	}
	return fmt.Sprintf(",%d\r\n%X", length, raw)
}

// directReport is what +CDS says after its colon.
func (in *inbox) directReport(raw []byte, length int) string {
	if in.modem.settings.text {
		return in.modem.settings.charset.report(raw)
	}
	return fmt.Sprintf("%d\r\n%X", length, raw)
}

// place writes the storage and index of a text as an indication does, or what the
// modem says instead: line, or the Line of a fault.
func (in *inbox) place(kind FaultKind, line, name string, index int) string {
	if f := in.modem.faults.strikes(kind); f != nil {
		line = f.Line
	}
	if line == "" {
		return fmt.Sprintf(`"%s",%d`, name, index)
	}
	return strings.ReplaceAll(line, "{index}", strconv.Itoa(index))
}

// awaitAcknowledgement waits for +CNMA, which phase 2+ asks for (3GPP TS 27.005
// 3.4.4). Without +CNMA in time the network learns that the text did not arrive, and
// routing to the host ends.
func (in *inbox) awaitAcknowledgement(t *transfer) handover {
	m := in.modem
	if m.settings.service == 0 {
		return taken
	}
	in.unacknowledged = t
	in.deadline = m.later(m.profile.AcknowledgeTime, func() {
		m.settings.cnmi[1], m.settings.cnmi[3] = 0, 0
		in.acknowledge(false)
	})
	return unanswered
}

// acknowledge ends the waiting for +CNMA.
func (in *inbox) acknowledge(arrived bool) {
	in.deadline.cancel()
	in.deadline = nil
	in.unacknowledged = nil
	in.modem.network.settle(in.modem.card.sim, arrived)
}

// announce sends an unsolicited result of the message service, or keeps it while
// +CNMI mode is 0.
func (in *inbox) announce(text string) {
	if in.modem.settings.cnmi[0] != 0 {
		in.modem.dialogue.indicate(text)
		return
	}
	if len(in.buffered) >= heldLimit {
		in.buffered = in.buffered[1:]
	}
	in.buffered = append(in.buffered, text)
}
