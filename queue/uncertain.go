package queue

import (
	"context"
	"fmt"
	"time"

	"goniec/clock"
	"goniec/store"
)

// doubtsAllowed is how often a part may end uncertain before a person decides.
const doubtsAllowed = 1

// doubt makes the part of attempt a uncertain: its report is awaited until policy
// decides.
func (q *Queue) doubt(e *entry, a *Attempt, now time.Time) {
	p := &e.Parts[a.Part]
	a.Outcome = AttemptUncertain
	p.Status, p.Until = PartUncertain, now.Add(q.config.UncertainWait)
	p.Doubts++
	e.Error = &Problem{
		Code: CodeUncertain, RetryAt: p.Until,
		Detail: "the modem did not tell whether it was sent; its delivery report is awaited",
	}
}

// decide deals with part i, whose outcome has stayed unknown for as long as we wait.
func (q *Queue) decide(tx store.Tx, e *entry, i int, now time.Time) error {
	p := &e.Parts[i]
	switch {
	case q.config.Uncertain == Hold || p.Doubts > doubtsAllowed:
		p.Until = time.Time{}
		e.Error = &Problem{Code: CodeDecision, Detail: "it may have been sent and no report came; release or cancel it"}
	default:
		call := false
		if q.callFirst != nil {
			var err error
			if call, err = q.callFirst(tx, &e.Message, now); err != nil {
				return err
			}
		}
		if !call {
			q.sendAgain(e, i, now)
			break
		}
		p.Until = time.Time{}
		e.Error = &Problem{Code: CodeCallList, Detail: "it may have been sent and no report came; there is time to call, or release or cancel it"}
	}
	return q.keep(tx, e, now)
}

// CallFirst has ask decide, in the transaction in which an uncertain part would be sent
// again, whether the message is held instead so that a person calls the recipient. It is
// called before Tend.
func (q *Queue) CallFirst(ask func(r store.Reader, m *Message, now time.Time) (bool, error)) {
	q.callFirst = ask
}

// AnsweredIn notes within a transaction that the recipient has answered message id by a
// text sent at at: the parts of which nobody knew whether they had left have arrived. It
// changes nothing while the message has parts that have not been tried, for the recipient
// cannot have read all of it, nor if the parts were tried after at.
func (q *Queue) AnsweredIn(tx store.Tx, id string, at time.Time) error {
	e, err := q.load(tx, id)
	if err != nil {
		return err
	}
	doubted := e.doubtedBefore(at.Add(clock.Agreement))
	if len(doubted) == 0 {
		return nil
	}
	now := q.now()
	for _, a := range doubted {
		a.Outcome, a.Code, a.Detail = AttemptAccepted, CodeAnswered, "the recipient has answered the text"
		if p := &e.Parts[a.Part]; p.DeliveredAt.IsZero() {
			p.DeliveredAt = clock.Later(store.Milliseconds(at), a.At)
		}
		q.accept(e, a, now)
	}
	return q.keep(tx, e, now)
}

// doubtedBefore returns, of each part that is not known to have left, the latest attempt
// before t that may have; nothing if there is a part without one.
func (m *Message) doubtedBefore(t time.Time) []*Attempt {
	var all []*Attempt
	for i := range m.Parts {
		if m.Parts[i].left() {
			continue
		}
		var last *Attempt
		for k := range m.Attempts {
			if a := &m.Attempts[k]; a.Part == i && a.Outcome == AttemptUncertain && a.At.Before(t) {
				last = a
			}
		}
		if last == nil {
			return nil
		}
		all = append(all, last)
	}
	return all
}

// sendAgain puts the uncertain part i back into the queue.
func (q *Queue) sendAgain(e *entry, i int, now time.Time) {
	p := &e.Parts[i]
	p.Status, p.Until, p.PossibleDuplicate = PartQueued, time.Time{}, true
	e.Error = nil
	q.schedule(&e.Message, now, now)
}

// expire ends a message whose time is over, and saves it. It has failed, rather
// than expired, if it may have been sent.
func (q *Queue) expire(tx store.Tx, e *entry, now time.Time) error {
	to, problem := StatusExpired, &Problem{Code: CodeExpired, Detail: "its time was over before it could be sent"}
	for i := range e.Parts {
		if e.doubtful(i) && !e.Parts[i].left() {
			to = StatusFailed
			problem = &Problem{Code: CodeUnknownOutcome, Detail: "it may have been sent; no report came and its time is over"}
		}
	}
	if err := q.finish(tx, e, to, problem, "", now); err != nil {
		return err
	}
	return q.save(tx, e)
}

// abandon makes every part of e that is in flight uncertain, and saves e: whoever
// had it in hand will not tell any more.
func (q *Queue) abandon(tx store.Tx, e *entry, code, detail string, now time.Time) error {
	var worker Worker
	for i := range e.Parts {
		if e.Parts[i].Status != PartInFlight {
			continue
		}
		a := e.latest(i)
		if a == nil {
			return fmt.Errorf("message %s has a part in flight without an attempt: %w", e.ID, store.ErrRecord)
		}
		worker = Worker{Modem: a.Modem, SIM: a.SIM}
		if err := q.conclude(tx, e, a, Outcome{Kind: Uncertain, Code: code, Detail: detail, At: now}, now); err != nil {
			return err
		}
	}
	if err := q.keep(tx, e, now); err != nil {
		return err
	}
	return (&matcher{queue: q, tx: tx, worker: worker, to: e.To, now: now}).rematch()
}

// recoverTogether bounds the messages of one transaction of Recover.
const recoverTogether = 10

// Recover makes uncertain what this box had in flight when it stopped, and
// returns how many messages that were. It is called at start, before the first
// worker claims.
func (q *Queue) Recover(ctx context.Context) (uncertain int, err error) {
	in := store.Prefix(flightPrefix(q.config.Box))
	in.Together = recoverTogether
	err = store.WalkEach(ctx, q.store, in, func(tx store.Tx, p store.Pair) (broken string, err error) {
		err = q.recoverOne(tx, p.Key[len(in.From):])
		if stuck(err) {
			return err.Error(), tx.Delete(p.Key)
		}
		return "", err
	}, func(broken string) {
		if broken == "" {
			uncertain++
		}
		q.brokenTo(ctx)(broken)
	})
	if err != nil {
		return uncertain, fmt.Errorf("recover what was in flight: %w", err)
	}
	q.meter.uncertain.Add(float64(uncertain))
	return uncertain, nil
}

func (q *Queue) recoverOne(tx store.Tx, id string) error {
	e, err := q.load(tx, id)
	if err != nil {
		return err
	}
	return q.abandon(tx, e, CodeRestart, "the gateway stopped while it was sending", q.now())
}
