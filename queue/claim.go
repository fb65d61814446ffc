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
	"goniec/suppression"
)

const (
	// claimTries bounds how many messages one transaction looks at to find one to send.
	claimTries = 32
	// claimOperations is how many operations of the store a message takes at most.
	claimOperations = 20
)

// Claim takes the next part that w may send: the highest priority first, then the part
// that has been due longest. Claim writes the part as in flight; the caller sends the part
// and calls Record within Config.Lease. ok is false if no part is due. The cost does not
// depend on how many messages wait.
func (q *Queue) Claim(ctx context.Context, w Worker) (s Submission, ok bool, err error) {
	k := q.claimant(w)
	for {
		// Most calls find no part, and a read costs no disk write.
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
		c, err := store.Update(ctx, q.store, func(tx store.Tx) (claimResult, error) {
			s := &search{work: q.work(tx), claimant: &k}
			err := s.run()
			return s.claimResult, err
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

// claimResult is the result of a search.
type claimResult struct {
	submission Submission
	ok         bool
	again      bool         // no part found, but there are more entries to look at
	broken     []string     // why records were passed over
	capped     []cappedHold // messages held for the cap of their number
}

func (c *claimResult) log(ctx context.Context, q *Queue) {
	for _, reason := range c.broken {
		q.logBroken(ctx, reason)
	}
	q.logCapped(ctx, c.capped)
}

// search is the search of a claimant for a part to send, within one transaction.
type search struct {
	*work
	*claimant
	claimResult
}

// run looks for the next part and marks the part as in flight.
func (s *search) run() error {
	for range max(1, min(claimTries, s.work.queue.store.Limits().Operations/claimOperations-1)) {
		key, id, err := s.first(s.tx, s.now)
		if err != nil || id == "" {
			return err
		}
		err = s.startOrPass(id)
		if stuck(err) {
			s.broken = append(s.broken, err.Error())
			err = s.tx.Delete(key) // the record stays without its key in due/
		}
		if err != nil || s.ok {
			return err
		}
	}
	s.again = true
	return nil
}

// startOrPass starts the next part of message id, unless the message has expired, is
// suppressed, or has to wait for the clock, another SIM or the cap of its number.
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
			return errors.Join(err, s.holdForClock(e))
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

// cancelIfSuppressed cancels a message to a suppressed number if no part of the message
// has been sent, and reports whether it did. A text of which a part has been sent is sent
// to its end.
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

// first returns the key of the first entry that k may claim now, and the id of its
// message; both are empty if there is none.
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

// quietNow reports whether messages that obey quiet hours have to wait: now is within
// quiet hours, or the clock is unconfirmed.
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

// start begins an attempt at the next queued part of e, if the cap of its number allows
// one, saves e, and sets the submission of s.
func (s *search) start(e *entry) error {
	i := slices.IndexFunc(e.Parts, func(p Part) bool { return p.Status == PartQueued })
	if i < 0 {
		return fmt.Errorf("message %s has no part to send: %w", e.ID, store.ErrRecord)
	}
	ruling, err := s.mayBegin(e)
	if err != nil {
		return err
	}
	if !ruling.Until.IsZero() {
		s.capped = append(s.capped, cappedHold{e.ID, e.To, ruling.Until, ruling.Tell})
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
	if err := s.saveUpdated(e); err != nil {
		return err
	}
	s.submission, s.ok = e.submission(i), true
	return nil
}

// noReport is what Attempt.Report holds before any report has come.
const noReport = -1

// submission returns the submission of part i.
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

// clone returns a deep copy of m.
func (m *Message) clone() Message {
	c := *m
	c.Parts, c.Attempts = slices.Clone(m.Parts), slices.Clone(m.Attempts)
	if m.Error != nil {
		problem := *m.Error
		c.Error = &problem
	}
	return c
}

// NextDue returns when w can claim the next part, if the queue does not change until
// then. A time that has passed means now. ok is false if no part waits.
func (q *Queue) NextDue(ctx context.Context, w Worker) (due time.Time, ok bool, err error) {
	defer store.Wrap(&err, "next due for modem %s", w.Modem)
	now := q.now()
	k := q.claimant(w)
	k.scope.OnlyOwnRoutes = false // OnlyOwnRoutes holds for a moment only
	due, err = store.View(ctx, q.store, func(r store.Reader) (best time.Time, err error) {
		routes, err := k.routes(r)
		if err != nil {
			return best, err
		}
		withheld, err := q.clock.UnconfirmedIn(r, now)
		if err != nil {
			return best, err
		}
		for _, lane := range lanesOf(routes) {
			t, exists, err := firstIn(r, lane.prefix, store.PrefixEnd(lane.prefix))
			if err != nil {
				return best, err
			}
			if exists && lane.quiet {
				t.at = q.quietEnd(clock.Later(t.at, now))
				if withheld && !q.config.QuietHours.None() {
					t.at = clock.Later(t.at, now.Add(withheldAgain))
				}
			}
			best = clock.Earliest(best, t.at) // zero where none exists
		}
		return best, nil
	})
	return due, err == nil && !due.IsZero(), err
}
