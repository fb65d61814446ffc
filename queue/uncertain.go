package queue

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"goniec/clock"
	"goniec/store"
)

// uncertainAllowed is how often a part may end uncertain before a person decides.
const uncertainAllowed = 1

// markUncertain makes the part of attempt a uncertain until a report comes or
// Config.UncertainWait ends.
func (w *work) markUncertain(e *entry, a *Attempt) {
	p := &e.Parts[a.Part]
	a.Outcome = AttemptUncertain
	p.Status, p.Until = PartUncertain, w.now.Add(w.queue.config.UncertainWait)
	p.UncertainAttempts++
	e.Error = &Problem{
		Code: CodeUncertain, RetryAt: p.Until,
		Detail: "the modem did not tell whether it was sent; its delivery report is awaited",
	}
}

// decide queues or holds part i, which has been uncertain for Config.UncertainWait.
func (w *work) decide(e *entry, i int) error {
	p := &e.Parts[i]
	if w.queue.config.Uncertain == Hold || p.UncertainAttempts > uncertainAllowed {
		p.Until = time.Time{}
		e.Error = &Problem{Code: CodeDecision, Detail: "it may have been sent and no report came; release or cancel it"}
		return w.saveUpdated(e)
	}
	call, err := w.queue.callFirst(w.tx, &e.Message, w.now)
	if err != nil {
		return err
	}
	if !call {
		w.sendAgain(e, i)
		return w.saveUpdated(e)
	}
	p.Until = time.Time{}
	e.Error = &Problem{Code: CodeCallList, Detail: "it may have been sent and no report came; there is time to call, or release or cancel it"}
	return w.saveUpdated(e)
}

// CallFirst sets the function that decides, in the transaction that would queue an
// uncertain part again, whether the message is held instead so that a person calls the
// recipient. CallFirst is called before Tend.
func (q *Queue) CallFirst(ask func(r store.Reader, m *Message, now time.Time) (bool, error)) {
	q.callFirst = ask
}

// AnsweredIn notes within a transaction that the recipient has answered message id by a
// text sent at at: the uncertain parts of the message have arrived. AnsweredIn changes
// nothing if a part has no attempt before at, since the recipient cannot have read the
// whole message. The error is store.ErrNotFound if there is no message id.
func (q *Queue) AnsweredIn(tx store.Tx, id string, at time.Time) error {
	w := q.work(tx)
	e, err := w.load(id)
	if err != nil {
		return err
	}
	uncertain := e.uncertainBefore(at.Add(clock.Agreement))
	if len(uncertain) == 0 {
		return nil
	}
	for _, a := range uncertain {
		a.Outcome, a.Code, a.Detail = AttemptAccepted, CodeAnswered, "the recipient has answered the text"
		if p := &e.Parts[a.Part]; p.DeliveredAt.IsZero() {
			p.DeliveredAt = clock.Later(store.Milliseconds(at), a.At)
		}
		w.accept(e, a)
	}
	return w.saveUpdated(e)
}

// uncertainBefore returns the latest uncertain attempt before t at each part that is not
// known to have left; nil if such a part has no uncertain attempt.
func (m *Message) uncertainBefore(t time.Time) []*Attempt {
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
func (w *work) sendAgain(e *entry, i int) {
	p := &e.Parts[i]
	p.Status, p.Until, p.PossibleDuplicate = PartQueued, time.Time{}, true
	e.Error = nil
	w.schedule(&e.Message, w.now)
}

// expire ends a message whose ExpiresAt has passed, and saves the message. The message
// fails if a part may have been sent, otherwise it expires.
func (w *work) expire(e *entry) error {
	to, problem := StatusExpired, &Problem{Code: CodeExpired, Detail: "its time was over before it could be sent"}
	for i := range e.Parts {
		if e.mayHaveLeft(i) && !e.Parts[i].left() {
			to = StatusFailed
			problem = &Problem{Code: CodeUnknownOutcome, Detail: "it may have been sent; no report came and its time is over"}
		}
	}
	if err := w.finish(e, to, problem); err != nil {
		return err
	}
	return w.save(e)
}

// abandon makes every part of e that is in flight uncertain, and saves e. It is for
// workers that will not record an outcome.
func (w *work) abandon(e *entry, code, detail string) error {
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
		if err := w.conclude(e, a, Outcome{Kind: Uncertain, Code: code, Detail: detail, At: w.now}); err != nil {
			return err
		}
	}
	if err := w.saveUpdated(e); err != nil {
		return err
	}
	return (&matcher{work: w, worker: worker, to: e.To}).rematch()
}

// recoverTogether bounds the messages of one transaction of Recover.
const recoverTogether = 10

// Recover makes the parts uncertain that this box had in flight when it stopped, and
// returns the number of their messages. Recover is called at start, before any worker
// claims.
func (q *Queue) Recover(ctx context.Context) (uncertain int, err error) {
	defer store.Wrap(&err, "recover what was in flight")
	in := store.Prefix(flightPrefix(q.config.Box))
	in.Together = recoverTogether
	err = store.WalkEach(ctx, q.store, in, func(tx store.Tx, p store.Pair) (broken string, err error) {
		err = q.work(tx).recoverOne(p.Key[len(in.From):])
		if stuck(err) {
			return err.Error(), tx.Delete(p.Key)
		}
		return "", err
	}, func(broken string) {
		if broken == "" {
			uncertain++
		}
		q.logBroken(ctx, broken)
	})
	if err != nil {
		return uncertain, err
	}
	q.meter.uncertain.Add(float64(uncertain))
	return uncertain, nil
}

func (w *work) recoverOne(id string) error {
	e, err := w.load(id)
	if err != nil {
		return err
	}
	return w.abandon(e, CodeRestart, "the gateway stopped while it was sending")
}

// UncertainAttempts returns the uncertain attempts by a modem that began at since or later,
// the newest first. An empty name means any modem. The results are for Resolve.
// UncertainAttempts reads the keys of all attempts without a TP-MR since then, so it is
// meant for the start.
func (q *Queue) UncertainAttempts(ctx context.Context, name string, since time.Time) (_ []Submission, err error) {
	defer store.Wrap(&err, "look for uncertain attempts")
	found, err := store.View(ctx, q.store, func(r store.Reader) (found []Submission, err error) {
		in := store.Range{From: uncSpace + daySegment(dayOf(since)) + "/", To: store.PrefixEnd(uncSpace)}
		err = store.Each(r, in, func(p store.Pair) error {
			s, ok, err := uncertainAt(r, p.Key, name, since)
			if ok {
				found = append(found, s)
			}
			return err
		})
		return found, err
	})
	slices.SortFunc(found, func(a, b Submission) int { return b.startedAt().Compare(a.startedAt()) })
	return found, err
}

// uncertainAt returns the attempt that a key of the space unc/ leads to. ok is false if
// the attempt is not uncertain, not by the modem, or began before since.
func uncertainAt(r store.Reader, key, name string, since time.Time) (s Submission, ok bool, err error) {
	const inFront = 3 // segments between unc/ and <time><id>/<attempt>
	parts := strings.SplitN(key[len(uncSpace):], "/", inFront+1)
	if len(parts) <= inFront {
		return s, false, nil
	}
	prefix := strings.TrimSuffix(key, parts[inFront])
	t, err := parseTimedID(key, prefix)
	if err == nil {
		_, _, err = parseAttemptKey(key, prefix)
	}
	if err != nil || t.at.Before(store.Milliseconds(since)) {
		return s, false, nil //nolint:nilerr // a damaged key is passed over
	}
	c, ok, err := candidateAt(r, key, prefix)
	if err != nil || !ok || name != "" && c.Modem != name || c.Outcome != AttemptUncertain || c.Part >= len(c.message.Parts) {
		return s, false, err
	}
	s = newEntry(c.message).submission(c.Part)
	s.Attempt = c.Number
	return s, true, nil
}

// startedAt returns when the attempt of s began.
func (s *Submission) startedAt() time.Time {
	if a := s.Message.Attempt(s.Attempt); a != nil {
		return a.At
	}
	return time.Time{}
}
