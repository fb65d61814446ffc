package emulator

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"goniec/pdu"
)

// transfer is a TPDU that the service centre has for a SIM.
type transfer struct {
	tpdu    []byte
	report  bool
	class   int // message class, noClass without one
	until   time.Time
	arrived func() // nil: nobody wants to know
}

// reportTransfer is a transfer of a status report.
func reportTransfer(tpdu []byte) *transfer {
	return &transfer{tpdu: tpdu, report: true, class: noClass, until: time.Now().Add(waitingValidity)}
}

// handover is what came of handing a transfer to a modem.
type handover int

const (
	taken      handover = iota
	noRoom              // memory capacity exceeded
	unanswered          // +CNMA decides
)

// enqueue puts a transfer behind those that wait for the SIM.
func (n *Network) enqueue(s *SIM, t *transfer) {
	if m := s.modem; m != nil && !t.report {
		if m.strikes(InboundLost) != nil {
			return
		}
		if m.strikes(InboundDoubled) != nil {
			s.waiting = append(s.waiting, t)
		}
		if m.strikes(InboundReordered) != nil {
			// It comes after the one that follows it, or alone in a while.
			n.after(n.options.RetryAfter, func() { n.settleDetour(s, t) })
			s.detour = append(s.detour, t)
			return
		}
	}
	s.waiting = append(append(s.waiting, t), s.detour...)
	s.detour = nil
	n.pump(s)
}

// settleDetour lets a transfer that was held back arrive if nothing overtook it.
func (n *Network) settleDetour(s *SIM, t *transfer) {
	for i, late := range s.detour {
		if late == t {
			s.detour = append(s.detour[:i], s.detour[i+1:]...)
			s.waiting = append(s.waiting, t)
			n.pump(s)
			return
		}
	}
}

// resume is pump when something suggests that what failed can be had now.
func (n *Network) resume(s *SIM) {
	s.failed = false
	n.pump(s)
}

// pump hands what waits for the SIM to its modem, one at a time, while it can
// take it. What failed waits for resume, and the others behind it.
func (n *Network) pump(s *SIM) {
	for !s.busy && !s.failed && len(s.waiting) > 0 {
		m := s.modem
		if m == nil || !m.reachable() {
			return
		}
		t := s.waiting[0]
		if time.Now().After(t.until) {
			s.waiting = s.waiting[1:]
			continue
		}
		s.busy = true
		switch m.hand(t) {
		case unanswered:
			return
		case noRoom:
			n.settle(s, false)
			return
		case taken:
			s.busy = false
			s.advance()
		}
	}
}

// advance takes the first transfer, which has arrived, off the queue.
func (s *SIM) advance() {
	t := s.waiting[0]
	s.waiting = s.waiting[1:]
	if t.arrived != nil {
		t.arrived()
	}
}

// settle ends the handover of the first transfer: it arrived, or it is tried
// again later.
func (n *Network) settle(s *SIM, arrived bool) {
	s.busy = false
	if arrived {
		s.advance()
		n.after(0, func() { n.pump(s) })
		return
	}
	s.failed = true
	s.retry.cancel()
	s.retry = n.after(n.options.RetryAfter, func() { n.resume(s) })
}

// hand gives a transfer to the host or the memory as +CNMI says (3GPP TS 27.005
// 3.4.1).
func (m *Modem) hand(t *transfer) handover {
	raw := pdu.WithSMSC(m.centreAddress(), t.tpdu)
	if t.report {
		return m.handReport(t, raw)
	}
	route := m.settings.cnmi[1]
	switch {
	case route == 0 && t.class == 0:
		return taken // shown, and not kept
	case t.class == 0, route == 2 && t.class != 2, route == 3 && t.class == 3:
		m.announce(fmt.Sprintf("+CMT: %s", m.direct(raw, len(t.tpdu))))
		return m.awaitAcknowledgement(t)
	}
	target := m.settings.memory[2]
	if t.class == 2 {
		target = memorySIM
	}
	index, stored := m.store(target, storedUnread, raw)
	if !stored {
		if m.profile.FullLine != "" {
			m.indicate(m.profile.FullLine)
		}
		return noRoom
	}
	if route != 0 {
		m.announce("+CMTI: " + m.place(TextMisannounced, m.profile.CMTI, target, index))
	}
	return taken
}

// handReport does for a status report what hand does for a text.
func (m *Modem) handReport(t *transfer, raw []byte) handover {
	if slices.Contains(m.profile.Unreported, m.settings.cnmi[3]) {
		return taken
	}
	switch m.settings.cnmi[3] {
	case 1:
		m.announce(fmt.Sprintf("+CDS: %s", m.directReport(raw, len(t.tpdu))))
		return m.awaitAcknowledgement(t)
	case 2:
		name := m.reportMemory()
		if own := m.memories[name]; name == memoryReports && own.used() == own.capacity {
			if own.capacity == 0 {
				return taken // and it is lost
			}
			own.dropOldest()
		}
		index, stored := m.store(name, storedUnread, raw)
		if !stored {
			return noRoom
		}
		m.announce("+CDSI: " + m.place(ReportMisannounced, m.profile.CDSI, name, index))
	}
	return taken
}

// place writes where something has been stored, or what the modem says instead: line,
// or the Line of a fault.
func (m *Modem) place(kind FaultKind, line, name string, index int) string {
	if f := m.strikes(kind); f != nil {
		line = f.Line
	}
	if line == "" {
		return fmt.Sprintf(`"%s",%d`, name, index)
	}
	return strings.ReplaceAll(line, "{index}", strconv.Itoa(index))
}

// reportMemory is where status reports are stored: "SR" if there is one, in which
// a new report takes the place of the oldest when it is full.
func (m *Modem) reportMemory() string {
	if m.profile.Reports != "" {
		return m.profile.Reports
	}
	if m.memories[memoryReports] != nil {
		return memoryReports
	}
	return m.settings.memory[2]
}

// awaitAcknowledgement waits for +CNMA, which phase 2+ asks for (3GPP TS 27.005
// 3.4.4). If it does not come the network is told that the text did not arrive,
// and routing to the host ends.
func (m *Modem) awaitAcknowledgement(t *transfer) handover {
	if m.settings.service == 0 {
		return taken
	}
	m.unacknowledged = t
	m.deadline = m.later(m.profile.AcknowledgeTime, func() {
		m.settings.cnmi[1], m.settings.cnmi[3] = 0, 0
		m.acknowledge(false)
	})
	return unanswered
}

// acknowledge ends the waiting for +CNMA.
func (m *Modem) acknowledge(arrived bool) {
	m.deadline.cancel()
	m.deadline = nil
	m.unacknowledged = nil
	m.network.settle(m.sim, arrived)
}

// announce sends an unsolicited result of the message service, or keeps it while
// +CNMI mode is 0.
func (m *Modem) announce(text string) {
	if m.settings.cnmi[0] != 0 {
		m.indicate(text)
		return
	}
	if len(m.buffered) >= heldLimit {
		m.buffered = m.buffered[1:]
	}
	m.buffered = append(m.buffered, text)
}

// centreAddress is the service centre in use, nil when none is known.
func (m *Modem) centreAddress() *pdu.Address {
	number := m.settings.smsc
	if number == "" && m.sim != nil && m.sim.SMSC != "none" {
		number = m.sim.SMSC
	}
	if number == "" {
		return nil
	}
	a := addressOf(number)
	return &a
}
