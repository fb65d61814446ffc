package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"goniec/clock"
	"goniec/pdu"
	"goniec/store"
	"goniec/suppression"
)

const (
	// claimTries bounds how many messages that turned out to have expired one
	// transaction deals with before it finds one to send.
	claimTries = 32
	// claimOperations is how many operations a message takes at most that Claim
	// starts or passes over, and what Record writes before Claim.
	claimOperations = 20
)

// Claim takes the next part that may leave by w: the most urgent priority first,
// then what has been due longest. It is written down as in flight when Claim
// returns; the caller sends it and calls Record, within Config.Lease. ok is false
// if nothing is due. The cost does not depend on how many messages wait.
func (q *Queue) Claim(ctx context.Context, w Worker) (s Submission, ok bool, err error) {
	k := q.claimant(w)
	for {
		// Looking first costs nothing on the disk, and most calls find nothing.
		waiting, err := store.View(ctx, q.store, func(r store.Reader) (string, error) {
			key, _, err := k.first(r, q.now())
			return key, err
		})
		if err != nil {
			return Submission{}, false, fmt.Errorf("claim for modem %s: %w", w.Modem, err)
		}
		if waiting == "" {
			return Submission{}, false, nil
		}
		c, err := store.Update(ctx, q.store, func(tx store.Tx) (claimed, error) {
			s := &search{work: q.work(tx), claimant: &k}
			err := s.run()
			return s.claimed, err
		})
		if err != nil {
			return Submission{}, false, fmt.Errorf("claim for modem %s: %w", w.Modem, err)
		}
		c.log(ctx, q)
		if c.ok || !c.again {
			return c.submission, c.ok, nil
		}
	}
}

// claimed is what a search for work came to.
type claimed struct {
	submission Submission
	ok         bool
	again      bool     // nothing found, but there is more to look at
	broken     []string // what cannot be read
	capped     []capped // what was held because of its number
}

func (c *claimed) log(ctx context.Context, q *Queue) {
	q.logBroken(ctx, c.broken)
	q.logCapped(ctx, c.capped)
}

// search is the search of a claimant for a part to send, within one transaction.
type search struct {
	*work
	*claimant
	claimed
}

// run looks for the next part and marks it as in flight.
func (s *search) run() error {
	for range max(1, min(claimTries, s.work.queue.store.Limits().Operations/claimOperations-1)) {
		key, id, err := s.first(s.tx, s.now)
		if err != nil || id == "" {
			return err
		}
		err = s.startOrPass(id)
		if stuck(err) {
			s.broken = append(s.broken, err.Error())
			err = s.tx.Delete(key) // the record stays, and does not block the others
		}
		if err != nil || s.ok {
			return err
		}
	}
	s.again = true
	return nil
}

// startOrPass starts the next part of message id, unless its time is over, or it
// should leave by another SIM, or its number has got enough: then it expires, or
// waits elsewhere.
func (s *search) startOrPass(id string) error {
	e, err := s.load(id)
	if err != nil {
		return err
	}
	if !e.ExpiresAt.After(s.now) {
		return s.expireOrPostpone(e)
	}
	if !e.SendAt.IsZero() && !e.Released {
		if withheld, err := s.work.queue.clock.UnconfirmedIn(s.tx, s.now); err != nil || withheld {
			return errors.Join(err, s.putOff(e))
		}
	}
	if ended, err := s.cancelIfSuppressed(e); err != nil || ended {
		return err
	}
	if left, err := s.rerouteIfPreferred(e); err != nil || left {
		return err
	}
	return s.start(e)
}

// cancelIfSuppressed ends a message whose number must not be written to any more, if
// nothing of it has left, and reports whether it did. The rest of a text that has begun
// to leave follows: half a text helps nobody.
func (w *work) cancelIfSuppressed(e *entry) (ended bool, err error) {
	if e.IgnoreSuppression || e.count(PartSent, PartDelivered) > 0 {
		return false, nil
	}
	is, err := suppression.Forbids(w.tx, e.To, e.Purpose)
	if err != nil || !is {
		return false, err
	}
	problem := &Problem{Code: CodeSuppressed, Detail: "its number must not be written to for this purpose"}
	if err := w.finish(e, StatusCancelled, problem); err != nil {
		return false, err
	}
	return true, w.save(e)
}

// first returns the key of the first entry that k may claim now, and the id in
// it; both empty if there is none.
func (k *claimant) first(r store.Reader, now time.Time) (key, id string, err error) {
	routes, err := k.routes(r)
	if err != nil {
		return "", "", err
	}
	quiet, err := k.queue.quietNow(r, now)
	if err != nil {
		return "", "", err
	}
	var best timedID
	urgency := 0
	for _, lane := range lanesOf(routes) {
		if best.id != "" && lane.urgency > urgency {
			break
		}
		if quiet && lane.quiet {
			continue
		}
		t, found, err := firstIn(r, lane.prefix, lane.prefix+store.TimeSegment(now.Add(time.Millisecond)))
		if err != nil {
			return "", "", err
		}
		if found && (best.id == "" || t.String() < best.String()) {
			best, key, urgency = t, lane.prefix+t.String(), lane.urgency
		}
	}
	return key, best.id, nil
}

// quietNow reports whether what quiet hours may hold has to wait: it is quiet, or it
// may be and nobody knows what time it is.
func (q *Queue) quietNow(r store.Reader, now time.Time) (bool, error) {
	if q.config.QuietHours.None() {
		return false, nil
	}
	if q.quietEnd(now).After(now) {
		return true, nil
	}
	return q.clock.UnconfirmedIn(r, now)
}

// firstIn returns the first entry with prefix before the key to.
func firstIn(r store.Reader, prefix, to string) (timedID, bool, error) {
	pairs, err := r.Scan(prefix, to, 1)
	if err != nil || len(pairs) == 0 {
		return timedID{}, false, err
	}
	t, err := parseTimedID(pairs[0].Key, prefix)
	return t, err == nil, err
}

// start begins an attempt at the next part of e that waits, if its number may get
// one, puts it into c, and saves e.
func (s *search) start(e *entry) error {
	i := 0
	for i < len(e.Parts) && e.Parts[i].Status != PartQueued {
		i++
	}
	if i == len(e.Parts) {
		return fmt.Errorf("message %s has no part to send: %w", e.ID, store.ErrRecord)
	}
	ruling, err := s.mayBegin(e)
	if err != nil {
		return err
	}
	if !ruling.Until.IsZero() {
		s.capped = append(s.capped, capped{e.ID, e.To, ruling.Until, ruling.Tell})
		return s.holdForCap(e, ruling.Until)
	}
	p := &e.Parts[i]
	p.Status, p.Until = PartInFlight, s.now.Add(s.work.queue.config.Lease)
	e.AttemptCount++
	e.addAttempt(Attempt{
		Number: e.AttemptCount, Part: i, Modem: s.Modem, SIM: s.SIM, At: s.now,
		MR: noMR, Duplicate: p.PossibleDuplicate, Report: noReport,
	})
	e.Error, e.Box = nil, s.work.queue.config.Box
	if err := noteClaim(s.tx, s.Worker, s.now); err != nil {
		return err
	}
	if err := s.settle(e); err != nil {
		return err
	}
	if err := s.save(e); err != nil {
		return err
	}
	s.submission, s.ok = e.submission(i), true
	return nil
}

// noReport is what Attempt.Report holds before any report has come.
const noReport = -1

// submission returns what a worker has to know to send part i.
func (e *entry) submission(i int) Submission {
	s := Submission{
		Message: e.Message.clone(), Part: i, Attempt: e.AttemptCount, To: e.To, Text: e.PartText(i), Alphabet: e.Alphabet,
		Flash: e.Flash, ExpiresAt: e.ExpiresAt, PossibleDuplicate: e.Parts[i].PossibleDuplicate,
	}
	if len(e.Parts) > 1 {
		s.Concatenation = &pdu.Concatenation{Reference: e.ConcatReference, Wide: e.Wide, Total: len(e.Parts), Number: i + 1}
	}
	return s
}

// clone returns a copy that shares nothing with m that can change.
func (m *Message) clone() Message {
	c := *m
	c.Parts = append([]Part(nil), m.Parts...)
	c.Attempts = append([]Attempt(nil), m.Attempts...)
	if m.Error != nil {
		problem := *m.Error
		c.Error = &problem
	}
	return c
}

// NextDue returns when there will be something for w to claim if nothing changes;
// ok is false if nothing waits. A time that has passed means: now.
func (q *Queue) NextDue(ctx context.Context, w Worker) (due time.Time, ok bool, err error) {
	type found struct {
		at time.Time
		ok bool
	}
	now := q.now()
	k := q.claimant(w)
	k.scope.OnlyOwnRoutes = false // what is left to others for a moment is due as well
	next, err := store.View(ctx, q.store, func(r store.Reader) (found, error) {
		var best found
		routes, err := k.routes(r)
		if err != nil {
			return found{}, err
		}
		withheld, err := q.clock.UnconfirmedIn(r, now)
		if err != nil {
			return found{}, err
		}
		for _, lane := range lanesOf(routes) {
			t, exists, err := firstIn(r, lane.prefix, store.PrefixEnd(lane.prefix))
			if err != nil {
				return found{}, err
			}
			if exists && lane.quiet {
				t.at = q.quietEnd(clock.Later(t.at, now))
				if withheld && !q.config.QuietHours.None() {
					t.at = clock.Later(t.at, now.Add(withheldAgain))
				}
			}
			if exists && (!best.ok || t.at.Before(best.at)) {
				best = found{t.at, true}
			}
		}
		return best, nil
	})
	if err != nil {
		return time.Time{}, false, fmt.Errorf("next due for modem %s: %w", w.Modem, err)
	}
	return next.at, next.ok, nil
}
