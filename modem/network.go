package modem

import (
	"slices"
	"time"
)

// network follows the registration and the signal.
type network struct {
	*line
	changed chan struct{} // receives after a change of registration, coalesced
}

// isRoaming reports whether the state is registration with a network other than the
// SIM's own.
func (r RegistrationStatus) isRoaming() bool {
	return slices.Contains([]RegistrationStatus{Roaming, RoamingSMSOnly, RoamingNoCSFB}, r)
}

// IsRoaming reports whether the modem is registered with a network other than the SIM's
// own.
func (r Registration) IsRoaming() bool { return r.CS.isRoaming() || r.EPS.isRoaming() }

// serves reports whether a network of r accepts texts and roaming does not forbid them.
func (n *network) serves(r Registration) bool {
	return r.CanSend() && (!n.cfg.NoRoaming || !r.IsRoaming())
}

// roamingFault returns the Fault that forbids sending in this network; nil if sending
// is allowed.
func (n *network) roamingFault(r Registration) *Fault {
	if !n.cfg.NoRoaming || !r.IsRoaming() {
		return nil
	}
	return newFault("register", BeforePayload, ErrRoaming)
}

const (
	signalSpan   = 24 * time.Hour   // length of the history
	signalBucket = 15 * time.Minute // time covered by one SignalBucket
)

// SignalBucket is the signal within a quarter of an hour.
type SignalBucket struct {
	From     time.Time // when it began
	Min, Max int       // dBm
	Samples  int
	Sum      int // dBm, of all samples
}

// Mean returns the mean of the samples in dBm; 0 without samples.
func (b SignalBucket) Mean() int {
	if b.Samples == 0 {
		return 0
	}
	return b.Sum / b.Samples
}

// recordSignal records the signal in Info and in the history, which outlasts Close.
func (n *network) recordSignal(s Signal, now time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.info.Signal = s
	if s.DBm == 0 { // not known
		return
	}
	// Callers of Info share the slice, so it is never changed in place.
	history := slices.Clone(recent(n.history, now))
	from := now.Truncate(signalBucket)
	if n := len(history); n == 0 || !history[n-1].From.Equal(from) {
		history = append(history, SignalBucket{From: from, Min: s.DBm, Max: s.DBm})
	}
	b := &history[len(history)-1]
	b.Min, b.Max = min(b.Min, s.DBm), max(b.Max, s.DBm)
	b.Samples++
	b.Sum += s.DBm
	n.history = history
}

// recent leaves out samples older than a day and, after a clock was set back, samples
// in the future.
func recent(history []SignalBucket, now time.Time) []SignalBucket {
	for len(history) > 0 && history[0].From.Before(now.Add(-signalSpan)) {
		history = history[1:]
	}
	for len(history) > 0 && history[len(history)-1].From.After(now) {
		history = history[:len(history)-1]
	}
	return history
}
