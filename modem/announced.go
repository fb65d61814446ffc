package modem

import (
	"sync"
	"sync/atomic"
	"time"

	"goniec/pdu"
)

// announced holds the slots that a device has named by +CMTI and +CDSI and that have
// not been read yet. Some devices name another memory or index than the one they store
// in. The pump of the dialogue adds slots, the owner of the Modem takes them.
type announced struct {
	mu     sync.Mutex // guards slots
	slots  map[Slot]IndicationKind
	direct atomic.Bool // a report has come as +CDS since bring-up
}

// maxAnnounced bounds the number of announced slots kept; beyond it all are dropped.
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

// take returns the kind that a slot was announced as, and forgets the slot. The kind is
// empty if the slot was not announced.
func (a *announced) take(s Slot) IndicationKind {
	a.mu.Lock()
	defer a.mu.Unlock()
	kind := a.slots[s]
	delete(a.slots, s)
	return kind
}

// forget drops all announcements when another dialogue begins.
func (a *announced) forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.slots = nil
	a.direct.Store(false)
}

// isReport reports whether a PDU is a status report.
func isReport(raw []byte) bool {
	in, err := pdu.Read(raw, time.Time{})
	return err == nil && in.Report != nil
}
