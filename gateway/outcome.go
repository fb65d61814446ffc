package gateway

import (
	"slices"
	"time"

	"goniec/catalogue"
	"goniec/modem"
	"goniec/queue"
)

const (
	// failuresBeforeRest is after how many network failures in a row, over all messages, a
	// modem pauses: each try costs a message one of its attempts.
	failuresBeforeRest = 3
	longestRest        = 5 * time.Minute
	// secondOpinion is how long a modem pauses after a refusal so that another modem may take
	// the message.
	secondOpinion = 10 * time.Second
	// refusalsAllowed is how many refusals that may be due to the SIM a part may have before
	// the recipient is blamed.
	refusalsAllowed = 3
	// longestSuspicion is how long after parking a SIM further refusals are still blamed on
	// the SIM. It is bounded since a message must not wait for credit for ever.
	longestSuspicion = 6 * time.Hour
	// moment is the time within which refusals of different numbers count as one fault of the
	// modem. Only the first of them counts against its message.
	moment = 5 * time.Second
	// urgentWait is the first wait of a high-priority message after a network failure. It
	// doubles up to the wait of the fault.
	urgentWait = 30 * time.Second
)

// Values of Status.PauseReason, in English.
const (
	restReason   = "the network has failed several times in a row"
	secondReason = "another modem is given the chance to send what was refused here"
	momentReason = "this modem has just refused another number"
	parkedReason = "what this modem sends is refused; it is tried again later"
)

// verdict is the consequence of an attempt for the message and for the modem.
type verdict struct {
	outcome queue.Outcome
	mend    *modem.Fault  // the fault for which the dialogue must be mended; nil: none
	reopen  bool          // the modem must be opened again
	park    *Trouble      // why the modem is to be parked; nil: not parked
	shut    *modem.Fault  // the fault for which a parked modem is also closed, since it cannot receive either
	pause   time.Duration // how long no message may begin
	reason  string        // of the pause
	network bool          // the network has failed for any message
}

// history holds recent faults of one modem, to tell a failing message from a failing modem. A
// success clears it.
type history struct {
	message   string // of the last fault
	part      int
	givenBack int // how often that part has been given back in a row

	code     string // of the last fault
	sameCode int    // how often in a row, over all messages
	failures int    // transient network faults in a row

	refused   []string  // recipients refused in a row by faults that may be due to the SIM
	refusedAt time.Time // when the last of them was refused
	// suspected is since when the SIM has been parked for such faults without a part having
	// been accepted since; zero: not parked.
	suspected time.Time
}

// reset clears the history: modem and network work.
func (h *history) reset() { *h = history{} }

// judge returns the consequence of fault f of an attempt at sub. e is what the modems know of
// the part.
func (h *history) judge(f *modem.Fault, sub queue.Submission, e evidence) verdict {
	if h.sameMoment(f, sub, time.Now()) {
		wait := time.Until(h.refusedAt.Add(moment))
		return verdict{outcome: queue.Outcome{Kind: queue.NotSent, Detail: f.Meaning()}, pause: wait, reason: momentReason}
	}
	times := h.remember(f, sub)
	v := verdict{outcome: queue.Outcome{Code: code(f), Detail: f.Meaning()}}
	switch f.ClassAfter(times) {
	case modem.Duplicate:
		// The service centre has accepted the part in an attempt whose answer was lost.
		v.outcome.Kind, v.outcome.NoMR = queue.Accepted, true
		h.reset()
	case modem.Uncertain:
		v.outcome.Kind, v.mend = queue.Uncertain, f
	case modem.Permanent:
		v.outcome.Kind = queue.Refused
		h.suspect(&v, f, sub, e)
	case modem.Stop:
		h.judgeStop(&v, f, sub, e)
	case modem.ModemFault:
		v.mend, v.reopen = f, h.givenBack > 0
		before := givenBack(sub, v.outcome.Code)
		if v.outcome.Kind = queue.NotSent; h.givenBack > 0 || before > 0 {
			// After a second failure other messages go first.
			v.outcome.Kind, v.outcome.RetryAfter = queue.Retry, f.Wait(times)
		}
		h.givenBack++
	default: // transient
		v.outcome.Kind, v.outcome.RetryAfter = queue.Retry, f.Wait(times)
		v.pause, v.reason = h.restAfter(f), restReason
		if v.network = isNetworkFault(f); v.network && sub.Message.Priority == queue.High {
			h.hurry(&v, times, e)
		}
		if outOfStep(f) {
			v.mend = f
		}
		h.suspect(&v, f, sub, e)
	}
	return v
}

// judgeStop completes v for a fault of the modem or its SIM. Networks and modems report such
// faults for single recipients, too, and one recipient must not stop the others. So the modem
// is parked only if the fault leaves no doubt or several recipients in a row have met it. Each
// other modem tries the part once, then the part waits. The part fails when it is refused
// again although one of the refusing SIMs has sent to others since.
func (h *history) judgeStop(v *verdict, f *modem.Fault, sub queue.Submission, e evidence) {
	v.outcome.Kind = queue.NotSent
	before := givenBack(sub, v.outcome.Code)
	switch {
	case f.StopAfter() == 0:
		v.park = trouble(f, time.Now())
		if isDeviceFault(f) {
			v.shut = f
		}
		if before > 0 {
			v.outcome.RetryAfter = asideWait(sub, before)
		}
	case before >= refusalsAllowed && e.works && !e.untried:
		v.outcome.Kind = queue.Refused
	default:
		if outOfStep(f) {
			v.mend = f
		}
		if e.untried {
			v.pause, v.reason = secondOpinion, secondReason
		} else {
			v.outcome.RetryAfter = asideWait(sub, before)
		}
		h.suspect(v, f, sub, e)
	}
}

// evidence is what the modems know of a part that one of them has refused.
type evidence struct {
	// untried: another modem is ready and has not failed at the part for the same reason.
	untried bool
	// works: a SIM that refused the part has sent to others since, so the recipient is to
	// blame.
	works bool
}

// evidence returns what the modems know of the part of sub, which w has just refused with
// code.
func (g *Gateway) evidence(w *worker, sub queue.Submission, code string) evidence {
	refusedAt := map[string]time.Time{} // by SIM, its last earlier refusal
	for _, a := range refusals(sub, code) {
		refusedAt[a.SIM] = a.EndedAt
	}
	var e evidence
	for _, other := range g.others(w, sub) {
		sim, accepted := other.lastAccepted()
		at, refused := refusedAt[sim]
		e.untried = e.untried || !failedBy(sub, code, sim)
		e.works = e.works || refused && accepted.After(at)
	}
	sim, accepted := w.lastAccepted()
	at, refused := refusedAt[sim]
	e.works = e.works || refused && accepted.After(at)
	return e
}

// lastAccepted returns the SIM of w and when a part was last accepted from that SIM; zero:
// none since the SIM is in the modem.
func (w *worker) lastAccepted() (sim string, at time.Time) {
	p := w.shown()
	return p.sim, p.accepted
}

// failedBy says whether an attempt of sim at the part of sub has failed with code.
func failedBy(sub queue.Submission, code, sim string) bool {
	return slices.ContainsFunc(sub.Message.Attempts, func(a queue.Attempt) bool {
		return a.Part == sub.Part && a.SIM == sim && a.Code == code && (a.Outcome == queue.AttemptNotSent || a.Outcome == queue.AttemptRetry)
	})
}

// refusals returns the attempts at the part of sub that were given back with code, by any
// modem.
func refusals(sub queue.Submission, code string) []queue.Attempt {
	return slices.DeleteFunc(slices.Clone(sub.Message.Attempts), func(a queue.Attempt) bool {
		return a.Part != sub.Part || a.Outcome != queue.AttemptNotSent || a.Code != code
	})
}

// givenBack returns how many attempts at the part of sub were given back with code.
func givenBack(sub queue.Submission, code string) int { return len(refusals(sub, code)) }

// asideWait returns how long a part waits that was given back before times: longer than a
// modem is parked, so that other messages go first when the modem is tried again, but at most
// half of the time the part has left.
func asideWait(sub queue.Submission, before int) time.Duration {
	waits := [...]time.Duration{5 * time.Minute, 30 * time.Minute, 2 * time.Hour}
	wait := parkInterval + waits[min(before, len(waits)-1)]
	if half := time.Until(sub.ExpiresAt) / 2; !sub.ExpiresAt.IsZero() && half < wait {
		return max(half, time.Minute)
	}
	return wait
}

// isDeviceFault says whether f is a fault of the modem or its card, which then cannot receive
// either, and not a restriction by the network.
func isDeviceFault(f *modem.Fault) bool {
	return f.Family == "CME" || f.Family == "CMS" && f.Code >= 300 && f.Code < 330
}

// remember records f and returns how often the part of sub has met a fault, now included. For
// a fault of the device it counts faults of any part in a row.
func (h *history) remember(f *modem.Fault, sub queue.Submission) int {
	if h.message != sub.Message.ID || h.part != sub.Part {
		h.message, h.part, h.givenBack = sub.Message.ID, sub.Part, 0
	}
	if c := code(f); c == h.code {
		h.sameCode++
	} else {
		h.code, h.sameCode = c, 1
	}
	times := 1 + h.givenBack
	if f.Class == modem.ModemFault { // other parts may have been sent between two faults
		before := givenBack(sub, code(f))
		times = 1 + max(h.givenBack, before)
	}
	if sub.Part < len(sub.Message.Parts) {
		times += sub.Message.Parts[sub.Part].Failures
	}
	if f.Blame() == modem.Device {
		times = max(times, h.sameCode)
	}
	return times
}

// suspect turns a verdict about a recipient into one about the SIM when f has met so many
// recipients in a row that the SIM must be the cause, or when the SIM is already suspected.
func (h *history) suspect(v *verdict, f *modem.Fault, sub queue.Submission, e evidence) {
	if f.StopAfter() == 0 {
		h.refused = nil
		return
	}
	now := time.Now()
	if number := sub.To.String(); !slices.Contains(h.refused, number) {
		h.refused, h.refusedAt = append(h.refused, number), now
	}
	still := !h.suspected.IsZero() && now.Sub(h.suspected) < longestSuspicion
	if len(h.refused) < f.StopAfter() && !still {
		return
	}
	h.refused = nil
	if h.suspected.IsZero() {
		h.suspected = now
	}
	v.outcome.Kind, v.outcome.RetryAfter, v.pause = queue.NotSent, 0, 0
	if before := givenBack(sub, v.outcome.Code); before > 0 || !e.untried {
		v.outcome.RetryAfter = asideWait(sub, before)
	}
	v.park = trouble(f, now)
	if f.Class != modem.Stop {
		v.park = &Trouble{At: now, Code: codeRefusals,
			Detail: "the network refuses one number after another: " + f.Meaning(),
			Remedy: catalogue.RemedyOperator}
	}
}

// sameMoment says whether f has met another number within moment of the last refusal.
func (h *history) sameMoment(f *modem.Fault, sub queue.Submission, now time.Time) bool {
	return f.StopAfter() > 0 && len(h.refused) > 0 && now.Sub(h.refusedAt) < moment && !slices.Contains(h.refused, sub.To.String())
}

// hurry makes a high-priority message leave by another modem at once, or retries it soon if
// there is none.
func (h *history) hurry(v *verdict, times int, e evidence) {
	if !e.untried {
		v.outcome.RetryAfter = min(v.outcome.RetryAfter, urgentWait<<min(times-1, 10))
		return
	}
	v.outcome.RetryAfter = time.Millisecond // 0 would mean the usual wait of the queue
	if v.pause < secondOpinion {
		v.pause, v.reason = secondOpinion, secondReason
	}
}

// aboutOnePhone says whether f is about the phone of the recipient: destination out of order
// (3GPP TS 24.011 E-2).
func aboutOnePhone(f *modem.Fault) bool { return f.Family == "CMS" && f.Code == 27 }

// isNetworkFault says whether f is a failure of the network for any message.
func isNetworkFault(f *modem.Fault) bool { return f.Blame() == modem.Network && !aboutOnePhone(f) }

// restAfter counts the failure f of the network and returns how long to pause.
func (h *history) restAfter(f *modem.Fault) time.Duration {
	if f.Blame() == modem.Message || aboutOnePhone(f) {
		return 0
	}
	if h.failures++; h.failures < failuresBeforeRest {
		return 0
	}
	return min(f.Wait(h.failures-failuresBeforeRest+1), longestRest)
}

// refusedFeatures are optional fields of a TPDU that the service centre of this SIM has
// refused.
type refusedFeatures struct {
	validity bool // TP-VP
	class    bool // message class 0
}

// learn records a refused optional field and says whether sub is worth another try without
// that field.
func (r *refusedFeatures) learn(f *modem.Fault, sub queue.Submission) bool {
	if f.Family != "CMS" {
		return false
	}
	switch f.Code { // TP-FCS, 3GPP TS 23.040 9.2.3.22
	case 198, 199: // TP-VPF or TP-VP not supported
		again := !r.validity
		r.validity = true
		return again
	case 144, 145, 159: // alphabet, class or unspecified TP-DCS error
		again := sub.Flash && !r.class
		r.class = r.class || sub.Flash
		return again
	default:
		return false
	}
}
