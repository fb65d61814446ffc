package modem

import (
	"errors"
	"slices"
	"sync"
)

// IndicationKind says what an Indication announces.
type IndicationKind string

// What a modem announces by itself.
const (
	// MessageStored: a text waits in Slot (+CMTI). Read it, commit, then Delete.
	MessageStored IndicationKind = "message_stored"
	// ReportStored: a status report waits in Slot (+CDSI).
	ReportStored IndicationKind = "report_stored"
	// MessageDirect: Raw is a text that the modem keeps nowhere (+CMT). Commit,
	// then Acknowledge.
	MessageDirect IndicationKind = "message_direct"
	// ReportDirect: Raw is a status report (+CDS). Commit, then Acknowledge.
	ReportDirect IndicationKind = "report_direct"
	// LateSubmit: the attempt whose Submit ended as Uncertain has been accepted
	// after all; MR is its reference.
	LateSubmit IndicationKind = "late_submit"
	// LateRefusal: that attempt has been refused after all; Err is the *Fault.
	LateRefusal IndicationKind = "late_refusal"
	// StorageFilling: 70 % of a memory are used by now; Slot names it. What is in
	// it should have been deleted.
	StorageFilling IndicationKind = "storage_filling"
	// StorageFull: the network holds texts back until slots are freed. Sweep.
	// Slot names the memory if that is known.
	StorageFull IndicationKind = "storage_full"
	// RegistrationChanged: Info has the new state.
	RegistrationChanged IndicationKind = "registration_changed"
	// CallIncoming: somebody calls, and Rings says how often it has rung. It
	// comes with each ring, and once more when it is known who calls (From).
	CallIncoming IndicationKind = "call_incoming"
	// CallEnded: the call has ended, by whomever. From and Rings are its last.
	CallEnded IndicationKind = "call_ended"
	// Rebooted: the device has restarted by itself, or, if Err is ErrSIMChanged,
	// has another SIM. Close and Open it again.
	Rebooted IndicationKind = "rebooted"
	// Damaged: something was announced that could not be read. Sweep by List.
	Damaged IndicationKind = "damaged"
	// Lost: the port is gone; Err says why. Close, and Open when it is back.
	Lost IndicationKind = "lost"
)

// Indication is one thing a modem announced by itself, in the order it did.
type Indication struct {
	Kind  IndicationKind
	Slot  Slot
	Raw   []byte // service centre address and TPDU
	MR    byte   // message reference, 3GPP TS 23.040 9.2.3.6
	From  string // of a call: "+48600100200"; empty: withheld, or not known yet
	Rings int    // of a call
	Err   error
}

// Slot is one place in a memory of the modem or SIM. Indices begin at 0 or 1,
// as the device likes.
type Slot struct {
	Memory string // "SM", "ME", "SR"; empty: the memory that receives
	Index  int
}

// Stored is one message as it lies in a slot.
type Stored struct {
	Slot Slot
	Raw  []byte // service centre address and TPDU; where Err is set the line as the modem gives it
	Err  error  // why the line is no PDU, wraps errGarbled; nil: it is one
}

// maxIndications bounds what waits for an owner that does not receive. The rest
// is dropped for one Damaged, at which the owner sweeps the memories.
const maxIndications = 20_000

// errUnannounced is the error of the Damaged that follows when a device had
// dropped its routing: something may have come that it did not announce.
var errUnannounced = errors.New("routing had been dropped")

// ErrSIMChanged is the error of the Rebooted of a device that has not restarted:
// its SIM was changed for another.
var ErrSIMChanged = errors.New("SIM has been changed for another")

// errOverflow is the error of the Damaged that stands for indications dropped
// because nobody received them.
var errOverflow = errors.New("too many indications wait")

// indications is the queue behind Modem.Indications. It lives as long as the
// Modem. What the channel has no room for waits, and is fed to it by a goroutine
// that runs from start to stop.
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

// add puts one at the end. Kinds that say no more the second time wait once.
func (q *indications) add(i Indication) {
	q.mu.Lock()
	switch {
	case len(q.waiting) == 0 && q.hand(i):
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

// hand puts i into the channel if there is room.
func (q *indications) hand(i Indication) bool {
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

// start begins to feed the channel.
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

// stop ends feeding; what waits goes on waiting.
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
