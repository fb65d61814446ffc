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
func (r *routes) foundReport(announced bool) {
	if r.route[3] != dsStored {
		return
	}
	if announced {
		r.reports.seen = true
		return
	}
	if !r.reports.asked.IsZero() { // else it is of the time before bring-up
		r.reports.lied = true
	}
}

// checkReports makes sure that reports come by the way that is armed. Where none has
// come some time after the first text, the memories are looked into; if that does not
// help, or reports lie elsewhere than announced, the other way is armed.
func (r *routes) checkReports(ctx context.Context) error {
	state, now := &r.reports, time.Now()
	if r.route[3] == dsDirect && r.announced.hasCome() {
		if !state.seen {
			state.seen = true
			if state.tried {
				r.lesser = false // it is what works, so it is remembered
			}
		}
		return nil
	}
	switch waited := now.Sub(state.asked); {
	case state.lied:
		return r.turnReports(ctx, "reports lie elsewhere than the modem announces")
	case state.seen, state.asked.IsZero(), r.route[3] == 0, waited < reportLook:
		return nil
	case !state.looked:
		state.looked = true
		r.queue.add(Indication{Kind: Damaged, Err: errUnannounced})
		return nil
	case waited < reportPatience:
		return nil
	default:
		return r.turnReports(ctx, "no report has come since the first text")
	}
}

// turnReports arms the other way to have reports, stored or direct, for the reason
// that is said. What the device refuses leaves the way it has; nothing is tried twice.
func (r *routes) turnReports(ctx context.Context, why string) error {
	state := &r.reports
	direct := r.route[3] == dsStored
	if state.tried || !direct && !r.storage.holdsReports() {
		if !state.tried {
			r.log.WarnContext(ctx, "modem gives no delivery reports although it has accepted to", "cnmi", r.route.String(), "why", why)
		}
		r.reports = reporting{tried: true, seen: true} // nothing more can be done
		return nil
	}
	r.reports = reporting{tried: true}
	for _, other := range routings(r.profile.Routes, !direct) {
		if !other.complete() || other.service != r.service || (other.Route[3] == dsDirect) != direct {
			continue
		}
		_, refused, fatal := r.askPatiently(ctx, "+CNMI="+other.String(), 0)
		if fatal != nil {
			return faultIn("AT+CNMI", fatal)
		}
		if refused == nil {
			r.log.WarnContext(ctx, "delivery reports do not come as the modem has accepted; they are asked for another way",
				"why", why, "was", r.route.String(), "cnmi", other.String())
			r.route = other.Route
			r.lesser = true // remembered once it is seen to work
			return nil
		}
	}
	r.log.WarnContext(ctx, "delivery reports do not come as the modem has accepted, and it takes no other way", "why", why, "cnmi", r.route.String())
	return nil
}
