package queue

import (
	"slices"
	"time"

	"goniec/clock"
	"goniec/store"
)

const (
	// simMissing is how long the parts of a message wait for the SIM of the first part
	// before Error says so.
	simMissing = 10 * time.Minute
	// simGone is how long the parts wait before any SIM may send the message again.
	simGone = time.Hour
	// simNoted is the resolution of the stored time of the last claim.
	simNoted = 5 * time.Minute
)

// noteClaim stores the time of a claim, at most once in simNoted.
func noteClaim(tx store.Tx, w Worker, now time.Time) error {
	last, err := lastClaim(tx, w.SIM)
	if err != nil || now.Sub(last).Abs() < simNoted {
		return err
	}
	return tx.Put(simKey(w.SIM), []byte(store.TimeSegment(now)))
}

// lastClaim returns when a worker of a SIM last claimed a part; zero: not known.
func lastClaim(r store.Reader, sim string) (time.Time, error) {
	value, err := r.Get(simKey(sim))
	if err != nil || value == nil {
		return time.Time{}, err
	}
	if last, err := store.ParseTime(string(value)); err == nil {
		return last, nil
	}
	return time.Time{}, nil // the record is damaged; noteClaim replaces it
}

// waitsForSIM reports whether a due part of m waits for the SIM of the first part.
func (m *Message) waitsForSIM(now time.Time) bool {
	return m.boundToSIM() && m.claimable() && !m.Due.After(now)
}

// patience returns how long after Due Tend looks at a message that waits for its SIM.
func (m *Message) patience() time.Duration {
	if m.Error != nil && m.Error.Code == CodeSIMGone {
		return simGone
	}
	return simMissing
}

// tendSIM looks at a message that waits for its SIM. Another SIM cannot send the remaining
// parts, since a phone joins only parts from one sender.
func (w *work) tendSIM(e *entry) error {
	if !e.waitsForSIM(w.now) {
		return nil
	}
	last, err := lastClaim(w.tx, e.SIM)
	if err != nil {
		return err
	}
	// While the box was off no SIM could send, so the time before the start of the
	// process does not count.
	switch waited := min(w.now.Sub(clock.Later(e.Due, last)), time.Since(w.queue.started)); {
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

// modemOf returns the modem of the last attempt of m by a SIM.
func (m *Message) modemOf(sim string) string {
	for _, a := range slices.Backward(m.Attempts) {
		if a.SIM == sim {
			return a.Modem
		}
	}
	return ""
}

// startOver queues every part of e again, for any SIM. The concatenation reference is
// new, so that the phone does not join the parts with those sent before.
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
	if err := w.updatePreference(&e.Message); err != nil {
		return err
	}
	e.Error = &Problem{Code: CodeSIMGone, Detail: "the SIM in modem " + modem + " sends nothing; every part is sent again by any"}
	w.schedule(&e.Message, w.now)
	if e.derive(w.now) == e.Status {
		return w.appendChanged(e)
	}
	return w.updateStatus(e)
}
