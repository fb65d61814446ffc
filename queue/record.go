package queue

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"goniec/clock"
	"goniec/pdu"
	"goniec/store"
)

// errOutcome is returned for an Outcome with an unknown Kind.
var errOutcome = errors.New("unknown kind of outcome")

// copiesAllowed bounds how often a part is sent again after reports that the service
// centre has stopped trying to deliver the part.
const copiesAllowed = 3

// backoff returns how long a part waits after its n-th failure, from 1.
func backoff(n int) time.Duration {
	steps := [...]time.Duration{30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, 2 * time.Hour}
	return steps[min(max(n, 1), len(steps))-1]
}

// Record writes the outcome of a submission. If the message has another part to send,
// Record claims this part in the same transaction and returns it as more. Otherwise, if
// next is true, Record claims the next due part for the same worker, so that a part costs
// one commit. ok reports whether more is a part to send.
//
// An outcome that comes after the end of the lease, or after Recover, is accepted while
// the attempt is uncertain. ErrStale is returned for an attempt with a known outcome.
func (q *Queue) Record(ctx context.Context, s Submission, o Outcome, next bool) (more Submission, ok bool, err error) {
	f := follow{goOn: true, next: next}
	if a := s.Message.Attempt(s.Attempt); a != nil {
		f.claimant = q.claimant(Worker{Modem: a.Modem, SIM: a.SIM})
	}
	c, err := store.Update(ctx, q.store, func(tx store.Tx) (claimResult, error) { return q.work(tx).record(s, o, &f) })
	if err != nil {
		return Submission{}, false, fmt.Errorf("record part %d of message %s: %w", s.Part+1, s.Message.ID, err)
	}
	c.log(ctx, q)
	q.meter.recorded(o)
	return c.submission, c.ok, nil
}

// Resolve writes a late answer of the modem to an uncertain attempt: the service centre
// accepted s under the TP-MR mr at the time at. A part that has been queued again
// meanwhile becomes sent. Resolve claims no part; the remaining parts of the message
// become due. ErrStale is returned for an attempt with a known outcome.
func (q *Queue) Resolve(ctx context.Context, s Submission, mr byte, at time.Time) (err error) {
	defer store.Wrap(&err, "resolve part %d of message %s", s.Part+1, s.Message.ID)
	o := Outcome{Kind: Accepted, MR: mr, At: at}
	_, err = store.Update(ctx, q.store, func(tx store.Tx) (claimResult, error) { return q.work(tx).record(s, o, &follow{}) })
	if err == nil {
		q.meter.late.Inc()
	}
	return err
}

// follow says what Record may claim after it has written an outcome.
type follow struct {
	claimant      // the worker that made the attempt
	goOn     bool // the next part of the same message may be claimed
	next     bool // another message may be claimed
}

func (w *work) record(s Submission, o Outcome, f *follow) (claimResult, error) {
	if o.At = store.Milliseconds(o.At); o.At.IsZero() {
		o.At = w.now
	}
	e, err := w.load(s.Message.ID)
	if err != nil {
		return claimResult{}, err
	}
	a := e.Attempt(s.Attempt)
	if a == nil || a.Part != s.Part || a.Part >= len(e.Parts) {
		return claimResult{}, ErrStale
	}
	open := a.Outcome == AttemptOpen
	if !open && a.Outcome != AttemptUncertain {
		return claimResult{}, ErrStale
	}
	by := Worker{Modem: a.Modem, SIM: a.SIM}
	if err := w.conclude(e, a, o); err != nil {
		return claimResult{}, err
	}
	if o.Kind == Accepted && open && w.queue.config.Router != nil {
		if err := w.queue.config.Router.Accepted(w.tx, e.To, by, o.At); err != nil {
			return claimResult{}, err
		}
	}
	next := &search{work: w, claimant: &f.claimant}
	switch {
	case !open || !f.goOn || !e.Parts[s.Part].left() || !e.claimable() || e.Due.After(w.now):
		err = w.saveUpdated(e)
	case !e.ExpiresAt.After(w.now):
		err = w.expireOrPostpone(e)
	default:
		err = next.start(e)
	}
	if err == nil {
		err = (&matcher{work: w, worker: by, to: s.To}).rematch()
	}
	if err == nil && !next.ok && f.next {
		err = next.run()
	}
	return next.claimResult, err
}

// saveUpdated updates the status of e and saves e.
func (w *work) saveUpdated(e *entry) error {
	if err := w.updateStatus(e); err != nil {
		return err
	}
	return w.save(e)
}

// left reports whether the service centre is known to have accepted the part.
func (p *Part) left() bool { return p.Status == PartSent || p.Status == PartDelivered }

// conclude writes the outcome of attempt a, which is open or uncertain, and changes the
// status of its part accordingly.
func (w *work) conclude(e *entry, a *Attempt, o Outcome) error {
	i := a.Part
	p := &e.Parts[i]
	inHand := a.Outcome == AttemptOpen && p.Status == PartInFlight
	a.EndedAt, a.Code, a.Detail = o.At, o.Code, o.Detail
	if !o.PayloadAt.IsZero() { // a late answer does not carry PayloadAt
		a.PayloadAt = store.Milliseconds(o.PayloadAt)
	}
	switch o.Kind {
	case Accepted:
		if a.Outcome = AttemptAccepted; !o.NoMR {
			a.MR = int(o.MR)
		}
		w.accept(e, a)
		return nil
	case Uncertain:
		a.Outcome = AttemptUncertain
	case Refused:
		a.Outcome = AttemptRefused
	case Retry:
		a.Outcome = AttemptRetry
	case NotSent:
		a.Outcome = AttemptNotSent
	default:
		return fmt.Errorf("%w: %d", errOutcome, o.Kind)
	}
	switch {
	case p.Proved && inHand:
		w.markSent(e, i)
		return nil
	case o.Kind == Uncertain && inHand:
		w.markUncertain(e, a)
		return nil
	case o.Kind == Uncertain:
		return nil
	case inHand:
		return w.putBack(e, i, o)
	case p.Status == PartUncertain && !e.Status.Final() && !e.mayHaveLeft(i):
		p.UncertainAttempts = 0
		return w.putBack(e, i, o)
	case p.Status == PartQueued:
		p.PossibleDuplicate = e.mayHaveArrived(i)
	}
	return nil
}

// mayHaveLeft reports whether part i has an uncertain attempt.
func (m *Message) mayHaveLeft(i int) bool {
	return slices.ContainsFunc(m.Attempts, func(a Attempt) bool { return a.Part == i && a.Outcome == AttemptUncertain })
}

// MayHaveArrived reports whether a part of m has reached the phone of the recipient, may
// have, or may still.
func (m *Message) MayHaveArrived() bool {
	for i := range m.Parts {
		if s := m.Parts[i].Status; s == PartDelivered || s == PartInFlight || m.mayHaveArrived(i) {
			return true
		}
	}
	return false
}

// mayHaveArrived reports whether a copy of part i may have reached the phone, or may
// still reach the phone.
func (m *Message) mayHaveArrived(i int) bool {
	for k := range m.Attempts {
		a := &m.Attempts[k]
		if a.Part != i {
			continue
		}
		switch a.Outcome {
		case AttemptUncertain:
			return true
		case AttemptAccepted:
			if !a.reported() {
				return true
			}
		case AttemptDiscarded:
			if !a.reported() || pdu.Status(a.Report).Outcome() == pdu.Delivered {
				return true
			}
		default:
		}
	}
	return false
}

// putBack queues part i, which is known not to have left, again, or ends the message, as
// o says.
func (w *work) putBack(e *entry, i int, o Outcome) error {
	p := &e.Parts[i]
	p.Until = time.Time{}
	problem := &Problem{Code: o.Code, Detail: o.Detail}
	due := w.now
	switch o.Kind {
	case Refused:
		p.Status = PartFailed
		return w.finish(e, StatusFailed, problem)
	case Retry:
		p.Failures++
		if o.RetryAfter <= 0 {
			o.RetryAfter = backoff(p.Failures)
		}
	default: // not sent: the message keeps its place in the lane
		if e.Due.Before(w.now) && !e.Due.IsZero() {
			due = e.Due
		}
	}
	if o.RetryAfter > 0 {
		due = store.Milliseconds(w.now.Add(o.RetryAfter))
	}
	if o.Kind == Retry && !w.queue.sendable(&e.Message, due).Before(e.ExpiresAt) {
		p.Status = PartFailed
		return w.finish(e, StatusFailed, problem)
	}
	p.Status = PartQueued
	p.PossibleDuplicate = e.mayHaveArrived(i)
	if e.Error = nil; o.Code != "" {
		problem.RetryAt = due
		e.Error = problem
	}
	if err := w.updatePreference(&e.Message); err != nil {
		return err
	}
	w.schedule(&e.Message, due)
	return nil
}

// accept notes that the service centre has accepted the part of attempt a.
func (w *work) accept(e *entry, a *Attempt) {
	p := &e.Parts[a.Part]
	if p.Status == PartInFlight && e.latest(a.Part).Number != a.Number {
		p.Proved = true
		p.SentAt, p.MR = a.EndedAt, a.MR
		return
	}
	if e.SIM == "" {
		e.SIM = a.SIM
	}
	switch p.Status {
	case PartSent, PartDelivered, PartFailed:
		return
	default:
		p.SentAt, p.MR = a.EndedAt, a.MR
		w.markSent(e, a.Part)
	}
}

// markSent makes part i sent, or delivered if a report came while an attempt was in
// flight. The other parts of the message become due.
func (w *work) markSent(e *entry, i int) {
	p := &e.Parts[i]
	before := p.Status
	p.Status = PartSent
	if !p.DeliveredAt.IsZero() {
		p.Status = PartDelivered
	}
	p.Until, p.Proved, p.PossibleDuplicate, p.UncertainAttempts = time.Time{}, false, false, 0
	e.noteTimes()
	switch {
	case e.Status.Final():
	case before == PartSent, before == PartDelivered: // the other parts do not wait
	case before == PartInFlight: // the other parts keep their Due
		e.Error = nil
	default: // the other parts have waited for this part
		e.Error = nil
		if e.claimable() {
			w.schedule(&e.Message, w.now)
		}
	}
}

// noteTimes sets SentAt once every part is sent, and DeliveredAt once every part is
// delivered.
func (m *Message) noteTimes() {
	if m.count(PartSent, PartDelivered) == len(m.Parts) {
		for i := range m.Parts {
			m.SentAt = clock.Later(m.SentAt, m.Parts[i].SentAt)
		}
	}
	if m.count(PartDelivered) == len(m.Parts) {
		for i := range m.Parts {
			m.DeliveredAt = clock.Later(m.DeliveredAt, m.Parts[i].DeliveredAt)
		}
	}
}
