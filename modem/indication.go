package modem

import (
	"errors"
	"slices"
	"sync"
)

// IndicationKind is the kind of an Indication.
type IndicationKind string

// The kinds of indications.
const (
	// MessageStored: a text waits in Slot (+CMTI). Read it, commit, then Delete.
	MessageStored IndicationKind = "message_stored"
	// ReportStored: a status report waits in Slot (+CDSI).
	ReportStored IndicationKind = "report_stored"
	// MessageDirect: Raw is a text that the modem does not store (+CMT). Commit, then
	// Acknowledge.
	MessageDirect IndicationKind = "message_direct"
	// ReportDirect: Raw is a status report (+CDS). Commit, then Acknowledge.
	ReportDirect IndicationKind = "report_direct"
	// LateSubmit: the attempt whose Submit ended as Uncertain has been accepted
	// after all; MR is its reference.
	LateSubmit IndicationKind = "late_submit"
	// LateRefusal: the attempt whose Submit ended as Uncertain has been refused after
	// all; Err is the *Fault.
	LateRefusal IndicationKind = "late_refusal"
	// StorageFilling: a memory is at least 70 % full, though read texts are deleted.
	// Slot names the memory.
	StorageFilling IndicationKind = "storage_filling"
	// StorageFull: the network holds texts back until slots are freed by a sweep. Slot
	// names the memory if known.
	StorageFull IndicationKind = "storage_full"
	// RegistrationChanged: Info has the new state.
	RegistrationChanged IndicationKind = "registration_changed"
	// CallIncoming: a call rings. Rings counts the rings so far. The indication comes
	// with each ring, and once more when the caller (From) becomes known.
	CallIncoming IndicationKind = "call_incoming"
	// CallEnded: the call has ended. From and Rings are its last values.
	CallEnded IndicationKind = "call_ended"
	// Rebooted: the device has restarted by itself or, if Err is ErrSIMChanged, has
	// another SIM. Close and Open the modem.
	Rebooted IndicationKind = "rebooted"
	// Damaged: an indication could not be read or was lost. Sweep by List.
	Damaged IndicationKind = "damaged"
	// Lost: the port is gone; Err says why. Close the modem, and Open it when the port
	// is back.
	Lost IndicationKind = "lost"
)

// Indication is one unsolicited announcement of a modem. Indications keep the order of
// the modem.
type Indication struct {
	Kind  IndicationKind
	Slot  Slot
	Raw   []byte // service centre address and TPDU
	MR    byte   // message reference, 3GPP TS 23.040 9.2.3.6
	From  string // of a call: "+48600100200"; empty: withheld or not known yet
	Rings int    // of a call
	Err   error
}

// Slot is one place in a memory of the modem or SIM. Indices begin at 0 or 1, depending
// on the device.
type Slot struct {
	Memory string // "SM", "ME", "SR"; empty: the memory that receives
	Index  int
}

// Stored is the content of one slot.
type Stored struct {
	Slot Slot
	Raw  []byte // service centre address and TPDU; with Err the unreadable line of the modem
	Err  error  // why the line is not a PDU; nil: Raw is a PDU
}

// maxIndications bounds the queue of an owner that does not receive. Further
// indications are replaced by one Damaged, after which the owner sweeps the memories.
const maxIndications = 20_000

// errUnannounced is the error of the Damaged sent when a device had dropped its
// routing, so that texts may have arrived unannounced.
var errUnannounced = errors.New("routing had been dropped")

// ErrSIMChanged is the error of the Rebooted sent when the SIM was exchanged without a
// restart of the device.
var ErrSIMChanged = errors.New("SIM has been changed for another")

// errOverflow is the error of the Damaged that replaces dropped indications.
var errOverflow = errors.New("too many indications wait")

// indications is the queue behind Modem.Indications, and exists as long as the Modem. A
// goroutine between start and stop feeds the channel with the indications that found no
// room in it.
type indications struct {
	out  chan Indication
	wake chan struct{}

	mu      sync.Mutex // guards what follows
	waiting []Indication
	quit    chan struct{} // nil while stopped
	feeding sync.WaitGroup
}

func newIndications() *indications {
	return &indications{out: make(chan Indication, 64), wake: make(chan struct{}, 1)}
}

// add appends an indication. Of a kind that coalesces one waiting indication is enough.
func (q *indications) add(i Indication) {
	q.mu.Lock()
	switch {
	case len(q.waiting) == 0 && q.tryHand(i):
	case i.Kind.coalesces() && slices.ContainsFunc(q.waiting, func(w Indication) bool { return w.Kind == i.Kind }):
	case len(q.waiting) < maxIndications:
		q.waiting = append(q.waiting, i)
	case !errors.Is(q.waiting[len(q.waiting)-1].Err, errOverflow):
		q.waiting = append(q.waiting, Indication{Kind: Damaged, Err: errOverflow})
	}
	q.mu.Unlock()
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// tryHand puts i into the channel if there is room.
func (q *indications) tryHand(i Indication) bool {
	select {
	case q.out <- i:
		return true
	default:
		return false
	}
}

// coalesces reports whether one waiting indication of this kind is enough.
func (k IndicationKind) coalesces() bool {
	return k == RegistrationChanged || k == StorageFull || k == Rebooted || k == Damaged
}

// start starts feeding the channel.
func (q *indications) start() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.quit != nil {
		return
	}
	quit := make(chan struct{})
	q.quit = quit
	q.feeding.Go(func() { q.feed(quit) })
}

// stop stops feeding; waiting indications are kept.
func (q *indications) stop() {
	q.mu.Lock()
	if q.quit != nil {
		close(q.quit)
		q.quit = nil
	}
	q.mu.Unlock()
	q.feeding.Wait()
}

func (q *indications) feed(quit <-chan struct{}) {
	for {
		q.mu.Lock()
		var out chan Indication
		var first Indication
		if len(q.waiting) > 0 {
			out, first = q.out, q.waiting[0]
		}
		q.mu.Unlock()
		select {
		case out <- first:
			q.mu.Lock()
			q.waiting = q.waiting[1:]
			if len(q.waiting) == 0 {
				q.waiting = nil
			}
			q.mu.Unlock()
		case <-q.wake:
		case <-quit:
			return
		}
	}
}
