package modem

import (
	"context"
	"time"
)

const (
	// reportLook is how long after the first text the memories are searched for
	// unannounced reports.
	reportLook = 15 * time.Second
	// reportPatience is how long after the first text without a report the other way of
	// reporting is armed.
	reportPatience = time.Minute
)

// reporting records whether status reports come in the armed way (<ds> of +CNMI, 3GPP
// TS 27.005 3.4.1). A device may accept a way and never use it.
type reporting struct {
	seen   bool      // a report has come in the armed way
	asked  time.Time // when the first text asking for a report was sent; zero: none
	looked bool      // the memories have been searched since
	lied   bool      // a report was in another slot than announced
	tried  bool      // the other way has been tried or refused
}

// asksReport reports whether a TPDU requests a status report (TP-SRR, 3GPP TS 23.040
// 9.2.3.5).
func asksReport(tpdu []byte) bool { return len(tpdu) > 0 && tpdu[0]&0x20 != 0 }

// noteSent records that a text has been sent.
func (r *reporting) noteSent(tpdu []byte, now time.Time) {
	if r.asked.IsZero() && asksReport(tpdu) {
		r.asked = now
	}
}

// noteReport records a report found in a slot.
func (r *routes) noteReport(announced bool) {
	if r.route[3] != dsStored {
		return
	}
	if announced {
		r.reports.seen = true
		return
	}
	if !r.reports.asked.IsZero() { // otherwise the report is older than bring-up
		r.reports.lied = true
	}
}

// checkReports checks that reports come in the armed way. Some time after the first
// text without a report it searches the memories; if that finds none, or reports are in
// other slots than announced, it arms the other way.
func (r *routes) checkReports(ctx context.Context) error {
	state, now := &r.reports, time.Now()
	if r.route[3] == dsDirect && r.announced.direct.Load() {
		if !state.seen {
			state.seen = true
			if state.tried {
				r.lesser = false // the route works, so it may be remembered
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

// turnReports arms the other way of reporting, stored or direct, once. If the device
// refuses, the present way stays.
func (r *routes) turnReports(ctx context.Context, why string) error {
	state := &r.reports
	direct := r.route[3] == dsStored
	if state.tried || !direct && !r.storage.holdsReports() {
		if !state.tried {
			r.log.WarnContext(ctx, "modem gives no delivery reports although it has accepted to", "cnmi", r.route.String(), "why", why)
		}
		r.reports = reporting{tried: true, seen: true} // no further way exists
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
			r.lesser = true // not remembered before a report has come
			return nil
		}
	}
	r.log.WarnContext(ctx, "delivery reports do not come as the modem has accepted, and it takes no other way", "why", why, "cnmi", r.route.String())
	return nil
}
