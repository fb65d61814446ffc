package emulator

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"goniec/pdu"
)

const (
	// defaultValidity is how long the service centre tries when a text does
	// not say.
	defaultValidity = 72 * time.Hour
	// waitingValidity is how long the service centre keeps a text for a SIM.
	waitingValidity = 7 * 24 * time.Hour
)

// Accepted is the service centre's record of one SMS-SUBMIT that was on the air,
// whatever the modem said about it.
type Accepted struct {
	At   time.Time
	SIM  string // number of the SIM it came from
	IMEI string // IMEI of the modem it came through
	MR   byte   // TP-MR as the modem set it
	To   string // TP-DA: "+48600100200", "8080"
	TPDU []byte // with MR in its place
	Text string // text of this part
	// Part counts from 1 to Parts; both are 1 for a text of one part.
	Part, Parts int
	// Reference is the reference of the concatenation, -1 without a concatenation.
	Reference int
	// ReportRequested is TP-SRR: the sender asked for a status report.
	ReportRequested bool
}

// Accepted returns what the service centre accepted, in order.
func (n *Network) Accepted() []Accepted {
	n.mu.Lock()
	defer n.release()
	return slices.Clone(n.accepted)
}

// AcceptedCount returns how many Accepted would return.
func (n *Network) AcceptedCount() int {
	n.mu.Lock()
	defer n.release()
	return len(n.accepted)
}

// now is the service centre's clock.
func (n *Network) now() time.Time { return time.Now().In(n.options.Location) }

// submission is an SMS-SUBMIT on its way through the network.
type submission struct {
	sim    *SIM
	submit pdu.Submit
	tpdu   []byte
	fate   fate
	record Accepted
	until  time.Time // end of its validity
}

// begin makes a submission of a TPDU that a modem sends with the reference mr.
func (n *Network) begin(m *Modem, tpdu []byte, s pdu.Submit, mr byte) *submission {
	tpdu = bytes.Clone(tpdu)
	tpdu[1] = mr
	s.MR = mr
	return &submission{sim: m.card.sim, submit: s, tpdu: tpdu, fate: n.fateOf(s)}
}

// refuses returns the error with which the network refuses the submission, 0
// when it accepts.
func (n *Network) refuses(s *submission) int {
	if s.fate.code == 0 {
		return 0
	}
	number := s.submit.DA.Number
	if s.fate.times > 0 && n.refused[number] >= s.fate.times {
		return 0
	}
	n.refused[number]++
	return s.fate.code
}

// accept records the submission and sends it on its way.
func (n *Network) accept(m *Modem, s *submission) {
	now := n.now()
	s.record = Accepted{
		At: now, SIM: s.sim.Number, IMEI: m.imei, MR: s.submit.MR, To: s.submit.DA.String(),
		TPDU: s.tpdu, Text: s.submit.Text(), Part: 1, Parts: 1, Reference: -1,
		ReportRequested: s.submit.ReportRequest,
	}
	if c, found := s.submit.UD.Header.Concatenation(); found {
		s.record.Part, s.record.Parts, s.record.Reference = c.Number, c.Total, int(c.Reference)
	}
	n.accepted = append(n.accepted, s.record)
	n.logger.Debug("submit accepted", "imei", m.imei, "to", s.submit.DA, "mr", s.submit.MR)

	until, told := s.submit.VP.Deadline(now)
	if !told {
		until = now.Add(defaultValidity)
	}
	s.until = until
	if to := n.simOf(s.submit.DA); to != nil {
		n.after(n.options.DeliveryDelay, func() { n.forward(s, to) })
		return
	}
	n.after(n.options.DeliveryDelay, func() { n.deliver(s) })
}

// forward hands a text to another SIM of the network.
func (n *Network) forward(s *submission, to *SIM) {
	d := pdu.Deliver{
		OA: addressOf(s.sim.Number), PID: s.submit.PID, DCS: s.submit.DCS, SCTS: s.record.At, UD: s.submit.UD,
	}
	tpdu, err := d.Marshal()
	if err != nil {
		// A DELIVER can hold what a SUBMIT can; only SIM.Number can be wrong.
		n.logger.Warn("text between modems not forwarded", "err", err)
		return
	}
	n.enqueue(to, &transfer{tpdu: tpdu, class: classOf(d.DCS), until: s.until, arrived: func() { n.report(s, 0) }})
}

// deliver brings a text to its handset, or to the end that its fate has for it.
func (n *Network) deliver(s *submission) {
	for _, status := range s.fate.before {
		n.report(s, status)
	}
	switch {
	case s.fate.off:
		n.after(time.Until(s.until), func() { n.report(s, statusExpired) })
	case s.fate.status >= 0x40:
		n.report(s, s.fate.status)
	case s.fate.wait > 0:
		n.after(s.fate.wait, func() { n.bring(s) })
	default:
		n.bring(s)
	}
}

// bring hands a text to its handset, now or as soon as the handset is reachable.
func (n *Network) bring(s *submission) {
	h := n.handset(s.submit.DA.String())
	if !h.off {
		h.receive(s)
		n.report(s, s.fate.status)
		return
	}
	expiry := n.after(time.Until(s.until), func() {
		h.waiting = slices.DeleteFunc(h.waiting, func(w waitingText) bool { return w.submission == s })
		n.report(s, statusExpired)
	})
	h.waiting = append(h.waiting, waitingText{submission: s, expiry: expiry})
}

// Values of TP-ST that the service centre gives, 3GPP TS 23.040 9.2.3.15.
const (
	statusUnconfirmed   = 0x01
	statusNoResponse    = 0x22
	statusNotObtainable = 0x43
	statusExpired       = 0x46
	statusGaveUp        = 0x62
)

// report sends a status report to the sender, if one was asked for.
func (n *Network) report(s *submission, status pdu.Status) {
	if !s.submit.ReportRequest || s.fate.noReport {
		return
	}
	tpdu := n.reportTPDU(s, status)
	if tpdu == nil {
		return
	}
	times := 1
	if s.fate.twice {
		times = 2
	}
	delay := n.options.ReportDelay + s.fate.reportDelay
	if m := s.sim.modem; m != nil {
		switch {
		case m.faults.strikes(ReportLost) != nil:
			return
		case m.faults.strikes(ReportDoubled) != nil:
			times = 2
		default:
			if f := m.faults.strikes(ReportDelayed); f != nil {
				delay += f.For
			}
		}
	}
	for range times {
		n.after(delay, func() {
			n.enqueue(s.sim, reportTransfer(tpdu))
		})
	}
}

// reportTPDU returns the SMS-STATUS-REPORT about a submission.
func (n *Network) reportTPDU(s *submission, status pdu.Status) []byte {
	r := pdu.StatusReport{
		MR: s.submit.MR, RA: s.submit.DA, SCTS: s.record.At, Discharge: n.now(), Status: status,
	}
	if s.fate.national && len(r.RA.Number) > 9 {
		r.RA.Number = r.RA.Number[len(r.RA.Number)-9:]
		r.RA.Type = pdu.TypeUnknown
	}
	tpdu, err := r.Marshal()
	if err != nil {
		n.logger.Warn("status report not made", "err", err)
		return nil
	}
	return tpdu
}

// simOf returns the SIM with the number, nil when there is none.
func (n *Network) simOf(a pdu.Address) *SIM {
	for _, s := range n.sims {
		if s.Number == a.String() || len(a.Number) >= 9 && strings.HasSuffix(s.Number, a.Number) {
			return s
		}
	}
	return nil
}

// addressOf makes an address of a number, a short code or a name.
func addressOf(number string) pdu.Address {
	if a, err := pdu.ParseAddress(number); err == nil {
		return a
	}
	if strings.Trim(number, "0123456789*#") == "" {
		return pdu.Address{Number: number, Type: pdu.TypeUnknown, Plan: pdu.PlanISDN}
	}
	return pdu.Address{Number: number, Type: pdu.TypeAlphanumeric}
}

// noClass stands for a text without message class.
const noClass = -1

func classOf(d pdu.DCS) int {
	if class, found := d.Class(); found {
		return class
	}
	return noClass
}

// typeOf is the type-of-address octet, 3GPP TS 24.011 8.2.5.2.
func typeOf(a pdu.Address) int { return 0x80 | int(a.Type)<<4 | int(a.Plan) }
