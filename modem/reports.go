package modem

import (
	"context"
	"time"
)

const (
	// reportLook is how long after the first text a report that has not been
	// announced is looked for in the memories.
	reportLook = 15 * time.Second
	// reportPatience is how long after the first text another way to have reports is
	// armed if none has come by this one.
	reportPatience = time.Minute
)

// reporting is what has been seen of the way by which status reports come (<ds> of
// +CNMI, 3GPP TS 27.005 3.4.1). A device may accept a way and never use it.
type reporting struct {
	seen   bool      // a report has come by the way that is armed
	asked  time.Time // when the first text that asks for a report left; zero: none has
	looked bool      // the memories have been looked into since
	lied   bool      // a report lay elsewhere than announced
	tried  bool      // the other way has been tried, or refused
}

// asksReport reports whether a TPDU to send asks for a status report (TP-SRR, 3GPP TS
// 23.040 9.2.3.5).
func asksReport(tpdu []byte) bool { return len(tpdu) > 0 && tpdu[0]&0x20 != 0 }

// sent notes that a text has left.
func (r *reporting) sent(tpdu []byte, now time.Time) {
	if r.asked.IsZero() && asksReport(tpdu) {
		r.asked = now
	}
}

// foundReport notes that a report lay in a slot, which was announced or not.
func (m *Modem) foundReport(announced bool) {
	r := &m.setup.reports
	if m.setup.route[3] != dsStored {
		return
	}
	if announced {
		r.seen = true
		return
	}
	if !r.asked.IsZero() { // else it is of the time before bring-up
		r.lied = true
	}
}

// checkReports makes sure that reports come by the way that is armed. Where none has
// come some time after the first text, the memories are looked into; if that does not
// help, or reports lie elsewhere than announced, the other way is armed.
func (m *Modem) checkReports(ctx context.Context) error {
	r, now := &m.setup.reports, time.Now()
	if m.setup.route[3] == dsDirect && m.announced.hasCome() {
		if !r.seen {
			r.seen = true
			if r.tried {
				m.setup.lesser = false // it is what works, so it is remembered
				m.keepSetup(ctx)
			}
		}
		return nil
	}
	switch waited := now.Sub(r.asked); {
	case r.lied:
		return m.turnReports(ctx, "reports lie elsewhere than the modem announces")
	case r.seen, r.asked.IsZero(), m.setup.route[3] == 0, waited < reportLook:
		return nil
	case !r.looked:
		r.looked = true
		m.queue.add(Indication{Kind: Damaged, Err: ErrUnannounced})
		return nil
	case waited < reportPatience:
		return nil
	default:
		return m.turnReports(ctx, "no report has come since the first text")
	}
}

// turnReports arms the other way to have reports, stored or direct, for the reason
// that is said. What the device refuses leaves the way it has; nothing is tried twice.
func (m *Modem) turnReports(ctx context.Context, why string) error {
	r := &m.setup.reports
	direct := m.setup.route[3] == dsStored
	if r.tried || !direct && !m.holdsReports() {
		if !r.tried {
			m.log.WarnContext(ctx, "modem gives no delivery reports although it has accepted to", "cnmi", m.setup.route.String(), "why", why)
		}
		m.setup.reports = reporting{tried: true, seen: true} // nothing more can be done
		return nil
	}
	m.setup.reports = reporting{tried: true}
	for _, other := range routings(m.setup.profile.Routes, !direct) {
		if !other.complete() || other.service != m.setup.service || (other.Route[3] == dsDirect) != direct {
			continue
		}
		_, refused, fatal := m.askPatiently(ctx, "+CNMI="+other.String(), 0)
		if fatal != nil {
			return m.fatal("AT+CNMI", fatal)
		}
		if refused == nil {
			m.log.WarnContext(ctx, "delivery reports do not come as the modem has accepted; they are asked for another way",
				"why", why, "was", m.setup.route.String(), "cnmi", other.String())
			m.setup.route = other.Route
			m.setup.lesser = true // remembered once it is seen to work
			return nil
		}
	}
	m.log.WarnContext(ctx, "delivery reports do not come as the modem has accepted, and it takes no other way", "why", why, "cnmi", m.setup.route.String())
	return nil
}
