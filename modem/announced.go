package modem

import (
	"sync"
	"time"

	"goniec/pdu"
)

// announced is what a device has named by +CMTI and +CDSI and nobody has found yet.
// Some devices name another memory or another index than the one they store in.
// The pump of the dialogue adds, the owner of the Modem takes.
type announced struct {
	mu     sync.Mutex
	slots  map[Slot]IndicationKind
	direct bool // a report has come as +CDS
}

// maxAnnounced bounds what is kept of slots that nobody looks at.
const maxAnnounced = 1000

// add notes that a device has named a slot.
func (a *announced) add(s Slot, kind IndicationKind) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.slots == nil || len(a.slots) >= maxAnnounced {
		a.slots = map[Slot]IndicationKind{}
	}
	a.slots[s] = kind
}

// take returns as what a slot has been named, and forgets it; empty: it has not been.
func (a *announced) take(s Slot) IndicationKind {
	a.mu.Lock()
	defer a.mu.Unlock()
	kind := a.slots[s]
	delete(a.slots, s)
	return kind
}

// cameDirect notes that a report has come as +CDS.
func (a *announced) cameDirect() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.direct = true
}

// hasCome reports whether a report has come as +CDS since bring-up.
func (a *announced) hasCome() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.direct
}

// forget forgets everything: another dialogue begins.
func (a *announced) forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.slots, a.direct = nil, false
}

// isReport reports whether a PDU is a status report.
func isReport(raw []byte) bool {
	in, err := pdu.Read(raw, time.Time{})
	return err == nil && in.Report != nil
}
