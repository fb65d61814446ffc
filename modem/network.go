package modem

import (
	"slices"
	"time"
)

// network follows which networks have taken the SIM, and how strong the signal is.
type network struct {
	*line
	changed chan struct{} // receives after a change of registration, coalesced
}

// isRoaming reports whether this is registration with a network that is not the
// SIM's own.
func (r RegistrationStatus) isRoaming() bool {
	return slices.Contains([]RegistrationStatus{Roaming, RoamingSMSOnly, RoamingNoCSFB}, r)
}

// IsRoaming reports whether a network serves us that is not the SIM's own.
func (r Registration) IsRoaming() bool { return r.CS.isRoaming() || r.EPS.isRoaming() }

// serves reports whether the networks that we are registered with take texts
// that we are allowed to send.
func (n *network) serves(r Registration) bool {
	return r.CanSend() && (!n.cfg.NoRoaming || !r.IsRoaming())
}

// roamingFault returns the Fault of what may not be sent in this network; nil
// where it may.
func (n *network) roamingFault(r Registration) *Fault {
	if !n.cfg.NoRoaming || !r.IsRoaming() {
		return nil
	}
	return newFault("register", BeforePayload, ErrRoaming)
}

const (
	signalSpan   = 24 * time.Hour   // how far back the history of the signal goes
	signalBucket = 15 * time.Minute // how coarse it is
)

// SignalBucket is the signal within a quarter of an hour.
type SignalBucket struct {
	From     time.Time // when it began
	Min, Max int       // dBm
	Samples  int
	Sum      int // dBm, of all samples
}

// Mean returns the mean of the samples in dBm; 0 when there are none.
func (b SignalBucket) Mean() int {
	if b.Samples == 0 {
		return 0
	}
	return b.Sum / b.Samples
}

// heard notes the signal for Info and for its history, which outlasts Close.
func (n *network) heard(s Signal, now time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.info.Signal = s
	if s.DBm == 0 { // not known
		return
	}
	// Others read what Info has given out: it is never changed in place.
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

// recent leaves out what is older than a day. A clock that was set back leaves
// what it measured before in the future, and that is left out as well.
func recent(history []SignalBucket, now time.Time) []SignalBucket {
	for len(history) > 0 && history[0].From.Before(now.Add(-signalSpan)) {
		history = history[1:]
	}
	for len(history) > 0 && history[len(history)-1].From.After(now) {
		history = history[:len(history)-1]
	}
	return history
}
