package queue

import (
	"slices"
	"time"

	"goniec/clock"
	"goniec/store"
)

const (
	// simMissing is how long the parts of a message wait for the SIM of the
	// first before Error says so.
	simMissing = 10 * time.Minute
	// simGone is how long they wait before the message begins anew by another.
	simGone = time.Hour
	// simNoted is how exactly the time of the last claim is kept.
	simNoted = 5 * time.Minute
)

// noteClaim notes that a worker of a SIM is at work. It is part of a claim, and
// writes once in simNoted.
func noteClaim(tx store.Tx, w Worker, now time.Time) error {
	last, err := lastClaim(tx, w.SIM)
	if err != nil || now.Sub(last).Abs() < simNoted {
		return err
	}
	return tx.Put(simKey(w.SIM), []byte(store.TimeSegment(now)))
}

// lastClaim returns when a worker of a SIM claimed last, zero if none has.
func lastClaim(r store.Reader, sim string) (time.Time, error) {
	value, err := r.Get(simKey(sim))
	if err != nil || value == nil {
		return time.Time{}, err
	}
	if last, err := store.ParseTime(string(value)); err == nil {
		return last, nil
	}
	return time.Time{}, nil // it is noted again
}

// waitsForSIM reports whether a part of m is due and may leave by one SIM only,
// which has not taken it yet.
func (m *Message) waitsForSIM(now time.Time) bool {
	return m.boundToSIM() && m.claimable() && !m.Due.After(now)
}

// patience is how long after its time a message that waits for its SIM is looked
// at again.
func (m *Message) patience() time.Duration {
	if m.Error != nil && m.Error.Code == CodeSIMGone {
		return simGone
	}
	return simMissing
}

// tendSIM looks after a message whose SIM may be gone: the others cannot send its
// other parts, since the phone would not put them together with the first.
func (w *work) tendSIM(e *entry) error {
	if !e.waitsForSIM(w.now) {
		return nil
	}
	last, err := lastClaim(w.tx, e.SIM)
	if err != nil {
		return err
	}
	// While the box was off no SIM could send: after a power cut of an hour each gets
	// its time again, or every message that was under way would begin anew.
	switch waited := min(w.now.Sub(clock.Later(e.Due, last)), time.Since(w.queue.born)); {
	case waited >= simGone:
		return w.startOver(e)
	case waited >= simMissing && e.patience() < simGone:
		e.Error = &Problem{
			Code: CodeSIMGone, RetryAt: store.Milliseconds(w.now.Add(simGone - waited)),
			Detail: "the other parts wait for the SIM of the first, which was in modem " + e.modemOf(e.SIM),
		}
	}
	return nil
}

// modemOf returns the name of the modem that a SIM was in when it sent a part of
// m last.
func (m *Message) modemOf(sim string) string {
	for _, a := range slices.Backward(m.Attempts) {
		if a.SIM == sim {
			return a.Modem
		}
	}
	return ""
}

// startOver has every part of e sent again by whichever SIM takes the first, under
// a new reference, so that the phone puts nothing together with what has left.
func (w *work) startOver(e *entry) error {
	modem := e.modemOf(e.SIM)
	for i := range e.Attempts {
		if a := &e.Attempts[i]; a.Outcome == AttemptAccepted || a.Outcome == AttemptUncertain {
			a.Outcome, a.Code = AttemptDiscarded, CodeSIMGone
			a.Detail = "the SIM sent nothing any more, and the message began anew"
		}
	}
	if err := concatenate(w.tx, &e.Message, e.Text, w.now); err != nil {
		return err
	}
	for i := range e.Parts {
		p := &e.Parts[i]
		*p = Part{End: p.End, Status: PartQueued, MR: noMR, Failures: p.Failures, Copies: p.Copies, PossibleDuplicate: e.mayHaveArrived(i)}
	}
	e.SIM = ""
	if err := w.prefer(&e.Message); err != nil {
		return err
	}
	e.Error = &Problem{Code: CodeSIMGone, Detail: "the SIM in modem " + modem + " sends nothing; every part is sent again by any"}
	w.schedule(&e.Message, w.now)
	if e.derive(w.now) == e.Status {
		return w.tell(e)
	}
	return w.settle(e)
}
