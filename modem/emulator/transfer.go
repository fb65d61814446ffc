package emulator

import "time"

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

// enqueue puts a transfer at the end of the queue of the SIM.
func (n *Network) enqueue(s *SIM, t *transfer) {
	if m := s.modem; m != nil && !t.report {
		if m.faults.strikes(InboundLost) != nil {
			return
		}
		if m.faults.strikes(InboundDoubled) != nil {
			s.waiting = append(s.waiting, t)
		}
		if m.faults.strikes(InboundReordered) != nil {
			// The transfer comes after its successor, or alone after RetryAfter.
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

// resume is pump after something changed that may have made a transfer fail.
func (n *Network) resume(s *SIM) {
	s.failed = false
	n.pump(s)
}

// pump hands the transfers of the SIM to its modem, one after the other, while the
// modem can take them. After a failure all wait for resume.
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
		switch m.inbox.hand(t) {
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

// settle ends the handover of the first transfer, which arrived or is tried again
// later.
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

// enqueueText puts an SMS-DELIVER for the SIM into the service centre.
func (n *Network) enqueueText(to *SIM, tpdu []byte, class int) {
	n.enqueue(to, &transfer{tpdu: tpdu, class: class, until: time.Now().Add(waitingValidity)})
}
