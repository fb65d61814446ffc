package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"goniec/clock"
	"goniec/pdu"
	"goniec/store"
)

// errOutcome is returned for an Outcome whose Kind is none.
var errOutcome = errors.New("unknown kind of outcome")

// copiesAllowed bounds how often a part is sent again because the service centre
// has reported that it gave up.
const copiesAllowed = 3

// backoff returns how long a part waits after its n-th failure, from 1.
func backoff(n int) time.Duration {
	steps := [...]time.Duration{30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, 2 * time.Hour}
	return steps[min(max(n, 1), len(steps))-1]
}

// Record writes down what became of a submission. If its message has another
// part to send, that one is in flight when Record returns and is handed over at
// once, whatever next says: a message is sent in one go. With next, and nothing
// more of this message, the next due message for the same worker is claimed in
// the same transaction, so that a part costs one commit. ok is false if nothing is
// handed over.
//
// A record that comes after the lease ran out, or after Recover, is taken as the
// late answer it is. ErrStale is returned for an attempt whose outcome is known.
func (q *Queue) Record(ctx context.Context, s Submission, o Outcome, next bool) (more Submission, ok bool, err error) {
	f := follow{goOn: true, next: next}
	if a := s.Message.attempt(s.Attempt); a != nil {
		f.seeker = q.seeker(Worker{Modem: a.Modem, SIM: a.SIM})
	}
	c, err := store.Update(ctx, q.store, func(tx store.Tx) (claimed, error) { return q.record(tx, s, o, &f) })
	if err != nil {
		return Submission{}, false, fmt.Errorf("record part %d of message %s: %w", s.Part+1, s.Message.ID, err)
	}
	c.log(ctx, q)
	q.meter.recorded(o)
	return c.submission, c.ok, nil
}

// Resolve writes down a late answer: the service centre had accepted s after all,
// under reference mr. It is for an attempt that was recorded, or became, uncertain;
// if the part has been put back into the queue meanwhile it leaves it again.
// Nothing is handed over; what remains of the message becomes due.
func (q *Queue) Resolve(ctx context.Context, s Submission, mr byte, at time.Time) error {
	o := Outcome{Kind: Accepted, MR: mr, At: at}
	err := q.store.Update(ctx, func(tx store.Tx) error {
		_, err := q.record(tx, s, o, &follow{})
		return err
	})
	if err != nil {
		return fmt.Errorf("resolve part %d of message %s: %w", s.Part+1, s.Message.ID, err)
	}
	q.meter.late.Inc()
	return nil
}

// follow is what may be handed over behind a record, and to whom.
type follow struct {
	seeker      // who has made the attempt
	goOn   bool // the next part of the same message
	next   bool // and the next message
}

func (q *Queue) record(tx store.Tx, s Submission, o Outcome, f *follow) (claimed, error) {
	now := q.now()
	if o.At = store.Milliseconds(o.At); o.At.IsZero() {
		o.At = now
	}
	e, err := q.load(tx, s.Message.ID)
	if err != nil {
		return claimed{}, err
	}
	a := e.attempt(s.Attempt)
	if a == nil || a.Part != s.Part || a.Part >= len(e.Parts) {
		return claimed{}, ErrStale
	}
	open := a.Outcome == AttemptOpen
	if !open && a.Outcome != AttemptUncertain {
		return claimed{}, ErrStale
	}
	w := Worker{Modem: a.Modem, SIM: a.SIM}
	if err := q.conclude(tx, e, a, o, now); err != nil {
		return claimed{}, err
	}
	if o.Kind == Accepted && open && q.config.Router != nil {
		if err := q.config.Router.Accepted(tx, e.To, w, o.At); err != nil {
			return claimed{}, err
		}
	}
	var c claimed
	switch {
	case !open || !f.goOn || !e.Parts[s.Part].left() || !e.claimable() || e.Due.After(now):
		err = q.keep(tx, e, now)
	case !e.ExpiresAt.After(now):
		err = q.expireOrPostpone(tx, e, now)
	default:
		err = q.start(tx, &c, e, &f.seeker, now)
	}
	if err == nil {
		err = (&matcher{queue: q, tx: tx, worker: w, to: s.To, now: now}).rematch()
	}
	if err != nil || c.ok || !f.next {
		return c, err
	}
	after, err := q.claim(tx, &f.seeker, now)
	after.capped = append(c.capped, after.capped...)
	return after, err
}

// keep settles e and saves it.
func (q *Queue) keep(tx store.Tx, e *entry, now time.Time) error {
	if err := q.settle(tx, e, "", now); err != nil {
		return err
	}
	return q.save(tx, e)
}

// left reports whether the service centre is known to have accepted the part.
func (p *Part) left() bool { return p.Status == PartSent || p.Status == PartDelivered }

// conclude ends attempt a, or corrects an end that was uncertain, and does to its
// part what follows.
func (q *Queue) conclude(tx store.Tx, e *entry, a *Attempt, o Outcome, now time.Time) error {
	i := a.Part
	p := &e.Parts[i]
	inHand := a.Outcome == AttemptOpen && p.Status == PartInFlight
	a.EndedAt, a.Code, a.Detail = o.At, o.Code, o.Detail
	if !o.PayloadAt.IsZero() { // a late answer does not know it
		a.PayloadAt = store.Milliseconds(o.PayloadAt)
	}
	switch o.Kind {
	case Accepted:
		if a.Outcome = AttemptAccepted; !o.NoMR {
			a.MR = int(o.MR)
		}
		q.accept(e, a, now)
		return nil
	case Uncertain:
		a.Outcome = AttemptUncertain
	case Refused:
		a.Outcome = AttemptRefused
	case Retry:
		a.Outcome = AttemptRetry
	case GiveBack:
		a.Outcome = AttemptGivenBack
	default:
		return fmt.Errorf("%w: %d", errOutcome, o.Kind)
	}
	switch {
	case p.Proved && inHand:
		q.proved(e, i, now)
		return nil
	case o.Kind == Uncertain && inHand:
		q.doubt(e, a, now)
		return nil
	case o.Kind == Uncertain:
		return nil
	case inHand:
		return q.putBack(tx, e, i, o, now)
	case p.Status == PartUncertain && !e.Status.Final() && !e.doubtful(i):
		p.Doubts = 0
		return q.putBack(tx, e, i, o, now)
	case p.Status == PartQueued:
		p.PossibleDuplicate = e.mayArrive(i)
	}
	return nil
}

// doubtful reports whether an attempt of part i may have left and nobody knows.
func (m *Message) doubtful(i int) bool {
	for k := range m.Attempts {
		if m.Attempts[k].Part == i && m.Attempts[k].Outcome == AttemptUncertain {
			return true
		}
	}
	return false
}

// mayArrive reports whether a copy of part i may have reached the phone, or still
// reach it, as far as is known.
func (m *Message) mayArrive(i int) bool {
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
		case AttemptSetAside:
			if !a.reported() || pdu.Status(a.Report).Outcome() == pdu.Delivered {
				return true
			}
		default:
		}
	}
	return false
}

// putBack deals with a part that is known not to have left, by what o says.
func (q *Queue) putBack(tx store.Tx, e *entry, i int, o Outcome, now time.Time) error {
	p := &e.Parts[i]
	p.Until = time.Time{}
	problem := &Problem{Code: o.Code, Detail: o.Detail}
	due := now
	switch o.Kind {
	case Refused:
		p.Status = PartFailed
		return q.finish(tx, e, StatusFailed, problem, "", now)
	case Retry:
		p.Failures++
		if o.RetryAfter <= 0 {
			o.RetryAfter = backoff(p.Failures)
		}
	default: // given back: it keeps its place in the line
		if e.Due.Before(now) && !e.Due.IsZero() {
			due = e.Due
		}
	}
	if o.RetryAfter > 0 {
		due = store.Milliseconds(now.Add(o.RetryAfter))
	}
	if o.Kind == Retry && !due.Before(e.ExpiresAt) {
		p.Status = PartFailed
		return q.finish(tx, e, StatusFailed, problem, "", now)
	}
	p.Status = PartQueued
	p.PossibleDuplicate = e.mayArrive(i)
	if e.Error = nil; o.Code != "" {
		problem.RetryAt = due
		e.Error = problem
	}
	if err := q.prefer(tx, &e.Message); err != nil {
		return err
	}
	q.schedule(&e.Message, due, now)
	return nil
}

// accept notes that the service centre has the part of attempt a.
func (q *Queue) accept(e *entry, a *Attempt, now time.Time) {
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
		q.proved(e, a.Part, now)
	}
}

// proved moves part i to where it is known to be: sent, or delivered if a report
// came while an attempt was in flight. What remains of the message becomes due.
func (q *Queue) proved(e *entry, i int, now time.Time) {
	p := &e.Parts[i]
	before := p.Status
	p.Status = PartSent
	if !p.DeliveredAt.IsZero() {
		p.Status = PartDelivered
	}
	p.Until, p.Proved, p.PossibleDuplicate, p.Doubts = time.Time{}, false, false, 0
	e.noteTimes()
	switch {
	case e.Status.Final():
	case before == PartSent, before == PartDelivered: // nothing new for the other parts
	case before == PartInFlight: // they follow when they are due
		e.Error = nil
	default: // they have waited for this one
		e.Error = nil
		if e.claimable() {
			q.schedule(&e.Message, now, now)
		}
	}
}

// noteTimes sets SentAt and DeliveredAt once they are true of every part.
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
