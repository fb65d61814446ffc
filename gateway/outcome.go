package gateway

import (
	"slices"
	"time"

	"goniec/modem"
	"goniec/pdu"
	"goniec/queue"
)

const (
	// failuresBeforeRest is after how many failures of the network in a row,
	// of whatever messages, a modem rests: each try costs a message one of its
	// attempts.
	failuresBeforeRest = 3
	longestRest        = 5 * time.Minute
)

// verdict is what an attempt means for the message and for the modem.
type verdict struct {
	outcome queue.Outcome
	mend    *modem.Fault  // the dialogue needs mending because of it; nil: it does not
	reopen  bool          // and mending it is not enough
	park    *Trouble      // the modem or SIM should not be used for a while
	pause   time.Duration // no message may begin for so long
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
	case queue.GiveBack:
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
	message string // of the last fault
	part    int
	given   int // how often that part has been given back in a row

	code     string // of the last fault
	same     int    // how often in a row, whatever the message
	failures int    // transient faults of the network in a row

	refused []string // recipients refused in a row by a fault that may mean the SIM
}

// succeeded forgets everything: the modem and the network work.
func (h *history) succeeded() { *h = history{} }

// judge decides what f means, after an attempt at sub.
func (h *history) judge(f *modem.Fault, sub queue.Submission) verdict {
	times := h.remember(f, sub)
	v := verdict{outcome: queue.Outcome{Code: code(f), Detail: f.Meaning()}}
	switch f.ClassAfter(times) {
	case modem.Duplicate:
		// The service centre has it from an attempt whose answer was lost.
		v.outcome.Kind, v.outcome.NoMR = queue.Accepted, true
		h.succeeded()
	case modem.Uncertain:
		v.outcome.Kind, v.mend = queue.Uncertain, f
	case modem.Permanent:
		v.outcome.Kind = queue.Refused
		h.suspect(&v, f, sub.To)
	case modem.Stop:
		v.outcome.Kind, v.park = queue.GiveBack, trouble(f, time.Now())
	case modem.ModemFault:
		v.mend, v.reopen = f, h.given > 0
		if v.outcome.Kind = queue.GiveBack; h.given > 0 {
			// Twice in a row is more than a hiccup: let others go first.
			v.outcome.Kind, v.outcome.RetryAfter = queue.Retry, f.Wait(times)
		}
		h.given++
	default: // transient
		v.outcome.Kind, v.outcome.RetryAfter = queue.Retry, f.Wait(times)
		v.pause = h.rest(f)
		if outOfStep(f) {
			v.mend = f
		}
		h.suspect(&v, f, sub.To)
	}
	return v
}

// remember notes f and returns how often in a row the same part, or because of
// a fault of the device any part, has met it, this time included.
func (h *history) remember(f *modem.Fault, sub queue.Submission) int {
	if h.message != sub.Message.ID || h.part != sub.Part {
		h.message, h.part, h.given = sub.Message.ID, sub.Part, 0
	}
	if c := code(f); c == h.code {
		h.same++
	} else {
		h.code, h.same = c, 1
	}
	times := 1 + h.given
	if sub.Part < len(sub.Message.Parts) {
		times += sub.Message.Parts[sub.Part].Failures
	}
	if f.Blame() == modem.Device {
		times = max(times, h.same)
	}
	return times
}

// suspect turns a verdict about a recipient into one about the SIM when f has
// now met too many different recipients in a row to be theirs.
func (h *history) suspect(v *verdict, f *modem.Fault, to pdu.Address) {
	if f.StopAfter() == 0 {
		h.refused = nil
		return
	}
	if number := to.String(); !slices.Contains(h.refused, number) {
		h.refused = append(h.refused, number)
	}
	if len(h.refused) < f.StopAfter() {
		return
	}
	h.refused = nil
	v.outcome.Kind, v.outcome.RetryAfter, v.pause = queue.GiveBack, 0, 0
	v.park = &Trouble{At: time.Now(), Code: codeRefusals,
		Detail: "the network refuses one number after another: " + f.Meaning(),
		Remedy: "Ask the operator whether this SIM may send texts, and whether it has credit."}
}

// rest says how long to leave a network alone that has failed, f included.
func (h *history) rest(f *modem.Fault) time.Duration {
	const destinationOutOfOrder = 27 // is about one phone
	if f.Blame() == modem.Message || f.Family == "CMS" && f.Code == destinationOutOfOrder {
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
