package gateway

import (
	"slices"
	"time"

	"goniec/catalogue"
	"goniec/modem"
	"goniec/queue"
)

const (
	// failuresBeforeRest is after how many failures of the network in a row,
	// of whatever messages, a modem rests: each try costs a message one of its
	// attempts.
	failuresBeforeRest = 3
	longestRest        = 5 * time.Minute
	// secondOpinion is how long a modem leaves alone what it was refused, so
	// that another may take it.
	secondOpinion = 10 * time.Second
	// refusalsAllowed is how often a part may be refused as if the SIM were to
	// blame before the recipient is.
	refusalsAllowed = 3
	// longestSuspicion is how long refusals are put down to a SIM that was
	// parked for them; nobody should wait for credit for ever.
	longestSuspicion = 6 * time.Hour
	// moment is within what the refusals of different numbers are one fault of the
	// modem, of which nothing follows for any of them but the first.
	moment = 5 * time.Second
	// urgentWait is how long a message of high priority waits at first when the
	// network has failed; it doubles up to what the fault says.
	urgentWait = 30 * time.Second
)

// Why nothing is sent, in plain words.
const (
	restReason   = "the network has failed several times in a row"
	secondReason = "another modem is given the chance to send what was refused here"
	momentReason = "this modem has just refused another number"
	parkedReason = "what this modem sends is refused; it is tried again later"
)

// verdict is what an attempt means for the message and for the modem.
type verdict struct {
	outcome queue.Outcome
	mend    *modem.Fault  // the dialogue needs mending because of it; nil: it does not
	reopen  bool          // and mending it is not enough
	park    *Trouble      // nothing should be sent by the modem or SIM for a while
	shut    *modem.Fault  // and it should be closed until then, because of this: it can do nothing else either
	pause   time.Duration // no message may begin for so long
	reason  string        // of the pause
	network bool          // the network has failed, whatever the message
}

// word names the outcome in metrics and logs.
func (v verdict) word() string {
	switch v.outcome.Kind {
	case queue.Accepted:
		return "accepted"
	case queue.Refused:
		return "refused"
	case queue.Retry:
		return "retry"
	case queue.NotSent:
		return "given_back"
	case queue.Uncertain:
		return "uncertain"
	default:
		return "none"
	}
}

// history is what a worker remembers of recent faults, to tell a message that
// fails from a modem that does. It forgets on success.
type history struct {
	message   string // of the last fault
	part      int
	givenBack int // how often that part has been given back in a row

	code     string // of the last fault
	sameCode int    // how often in a row, whatever the message
	failures int    // transient faults of the network in a row

	refused   []string  // recipients refused in a row by a fault that may mean the SIM
	refusedAt time.Time // when the last of them was
	// suspected is since when the SIM has been parked for such faults, nothing
	// having been accepted from it since; zero: it is not.
	suspected time.Time
}

// reset forgets everything: the modem and the network work.
func (h *history) reset() { *h = history{} }

// judge decides what f means, after an attempt at sub, about whose part the modems know e.
func (h *history) judge(f *modem.Fault, sub queue.Submission, e evidence) verdict {
	if h.sameMoment(f, sub, time.Now()) {
		wait := time.Until(h.refusedAt.Add(moment))
		return verdict{outcome: queue.Outcome{Kind: queue.NotSent, Detail: f.Meaning()}, pause: wait, reason: momentReason}
	}
	times := h.remember(f, sub)
	v := verdict{outcome: queue.Outcome{Code: code(f), Detail: f.Meaning()}}
	switch f.ClassAfter(times) {
	case modem.Duplicate:
		// The service centre has it from an attempt whose answer was lost.
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
			// Twice is more than a hiccup: let others go first.
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

// judgeStop deals with a fault that speaks against the modem or its SIM. Networks and
// modems report the same fault for single recipients, too, and one of those must
// not stop the others: unless the fault leaves no doubt, the modem is blamed only
// when several recipients in a row have met it. Each other modem is asked once; then
// the part waits, and it fails when it is refused again although one of the SIMs
// that refused it has sent to others since.
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
	// untried says that another modem could take the part now, and has not failed to
	// send it for the same reason.
	untried bool
	// works says that a SIM has sent to others since it refused the part last, so
	// that the recipient is to blame.
	works bool
}

// evidence returns what the modems know of the part of sub, which w has now refused
// because of code.
func (g *Gateway) evidence(w *worker, sub queue.Submission, code string) evidence {
	refusedAt := map[string]time.Time{} // when each SIM refused it last before this
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

// lastAccepted returns the SIM of w and when a part was accepted from it last; zero:
// none was since it was put in.
func (w *worker) lastAccepted() (sim string, at time.Time) {
	p := w.shown()
	return p.sim, p.accepted
}

// failedBy says whether an attempt of sim at the part of sub has come to nothing
// because of code.
func failedBy(sub queue.Submission, code, sim string) bool {
	return slices.ContainsFunc(sub.Message.Attempts, func(a queue.Attempt) bool {
		return a.Part == sub.Part && a.SIM == sim && a.Code == code && (a.Outcome == queue.AttemptNotSent || a.Outcome == queue.AttemptRetry)
	})
}

// refusals returns the attempts at the part of sub that were given back because
// of code, by whatever modem.
func refusals(sub queue.Submission, code string) []queue.Attempt {
	var all []queue.Attempt
	for _, a := range sub.Message.Attempts {
		if a.Part == sub.Part && a.Outcome == queue.AttemptNotSent && a.Code == code {
			all = append(all, a)
		}
	}
	return all
}

// givenBack returns how often the part of sub was given back because of code.
func givenBack(sub queue.Submission, code string) int { return len(refusals(sub, code)) }

// asideWait returns how long a part waits that has been given back so often before:
// longer than a modem is parked, so that others go first when it is tried again,
// but not beyond its time.
func asideWait(sub queue.Submission, before int) time.Duration {
	waits := [...]time.Duration{5 * time.Minute, 30 * time.Minute, 2 * time.Hour}
	wait := parkInterval + waits[min(before, len(waits)-1)]
	if half := time.Until(sub.ExpiresAt) / 2; !sub.ExpiresAt.IsZero() && half < wait {
		return max(half, time.Minute)
	}
	return wait
}

// isDeviceFault says whether f is about the modem or the card in it rather than about
// what the network lets it do: then it cannot receive either.
func isDeviceFault(f *modem.Fault) bool {
	return f.Family == "CME" || f.Family == "CMS" && f.Code >= 300 && f.Code < 330
}

// remember notes f and returns how often the same part, or in a row and because
// of a fault of the device any part, has met it, this time included.
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
	if f.Class == modem.ModemFault { // others may have been sent in between
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

// suspect turns a verdict about a recipient into one about the SIM when f has
// now met too many different recipients in a row to be theirs, or when that was
// so before and nothing has been accepted since.
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

// sameMoment says whether f has met a number right after another was refused.
func (h *history) sameMoment(f *modem.Fault, sub queue.Submission, now time.Time) bool {
	return f.StopAfter() > 0 && len(h.refused) > 0 && now.Sub(h.refusedAt) < moment && !slices.Contains(h.refused, sub.To.String())
}

// hurry has a message of high priority sent by another modem at once, or tried again
// soon where there is none.
func (h *history) hurry(v *verdict, times int, e evidence) {
	if !e.untried {
		v.outcome.RetryAfter = min(v.outcome.RetryAfter, urgentWait<<min(times-1, 10))
		return
	}
	v.outcome.RetryAfter = time.Millisecond // 0 is the usual wait of the queue
	if v.pause < secondOpinion {
		v.pause, v.reason = secondOpinion, secondReason
	}
}

// aboutOnePhone says whether f is about the phone of the recipient: 3GPP TS 24.011
// E-2, destination out of order.
func aboutOnePhone(f *modem.Fault) bool { return f.Family == "CMS" && f.Code == 27 }

// isNetworkFault says whether f is a failure of the network, whatever the message.
func isNetworkFault(f *modem.Fault) bool { return f.Blame() == modem.Network && !aboutOnePhone(f) }

// restAfter says how long to leave a network alone that has failed, f included.
func (h *history) restAfter(f *modem.Fault) time.Duration {
	if f.Blame() == modem.Message || aboutOnePhone(f) {
		return 0
	}
	if h.failures++; h.failures < failuresBeforeRest {
		return 0
	}
	return min(f.Wait(h.failures-failuresBeforeRest+1), longestRest)
}

// refusedFeatures are optional things in a TPDU that the service centre of
// this SIM has refused.
type refusedFeatures struct {
	validity bool // TP-VP
	class    bool // message class 0
}

// learn notes a refusal of something optional and says whether sub is worth
// another try without it.
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
