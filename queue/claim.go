package queue

import (
	"context"
	"errors"
	"fmt"
	"strings"
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
	k := q.seeker(w)
	for {
		// Looking first costs nothing on the disk, and most calls find nothing.
		waiting, err := store.View(ctx, q.store, func(r store.Reader) (string, error) {
			key, _, err := q.first(r, &k, q.now())
			return key, err
		})
		if err != nil {
			return Submission{}, false, fmt.Errorf("claim for modem %s: %w", w.Modem, err)
		}
		if waiting == "" {
			return Submission{}, false, nil
		}
		c, err := store.Update(ctx, q.store, func(tx store.Tx) (claimed, error) { return q.claim(tx, &k, q.now()) })
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

// claim looks for the next part for k and marks it as in flight.
func (q *Queue) claim(tx store.Tx, k *seeker, now time.Time) (claimed, error) {
	var c claimed
	for range max(1, min(claimTries, q.store.Limits().Operations/claimOperations-1)) {
		key, id, err := q.first(tx, k, now)
		if err != nil || id == "" {
			return c, err
		}
		err = q.startOrPass(tx, &c, id, k, now)
		if stuck(err) {
			c.broken = append(c.broken, err.Error())
			err = tx.Delete(key) // the record stays, and does not block the others
		}
		if err != nil {
			return claimed{}, err
		}
		if c.ok {
			return c, nil
		}
	}
	c.again = true
	return c, nil
}

// startOrPass starts the next part of message id, unless its time is over, or it
// should leave by another SIM, or its number has got enough: then it expires, or
// waits elsewhere.
func (q *Queue) startOrPass(tx store.Tx, c *claimed, id string, k *seeker, now time.Time) error {
	e, err := q.load(tx, id)
	if err != nil {
		return err
	}
	if !e.ExpiresAt.After(now) {
		return q.expireOrPostpone(tx, e, now)
	}
	if !e.SendAt.IsZero() && !e.Released {
		if withheld, err := q.clock.UnconfirmedIn(tx, now); err != nil || withheld {
			return errors.Join(err, q.putOff(tx, e, now))
		}
	}
	if ended, err := q.cancelIfSuppressed(tx, e, now); err != nil || ended {
		return err
	}
	if left, err := q.leave(tx, e, k); err != nil || left {
		return err
	}
	return q.start(tx, c, e, k, now)
}

// cancelIfSuppressed ends a message whose number must not be written to any more, if nothing of
// it has left, and reports whether it did: half a text helps nobody, so the rest of
// one that has begun to leave follows.
func (q *Queue) cancelIfSuppressed(tx store.Tx, e *entry, now time.Time) (ended bool, err error) {
	if e.Regardless || e.count(PartSent, PartDelivered) > 0 {
		return false, nil
	}
	is, err := suppression.Forbids(tx, e.To, e.Purpose)
	if err != nil || !is {
		return false, err
	}
	problem := &Problem{Code: CodeSuppressed, Detail: "its number must not be written to for this purpose"}
	if err := q.finish(tx, e, StatusCancelled, problem, "", now); err != nil {
		return false, err
	}
	return true, q.save(tx, e)
}

// first returns the key of the first entry that k may claim now, and the id in
// it; both empty if there is none.
func (q *Queue) first(r store.Reader, k *seeker, now time.Time) (key, id string, err error) {
	routes, err := k.routes(r)
	if err != nil {
		return "", "", err
	}
	quiet, err := q.quietNow(r, now)
	if err != nil {
		return "", "", err
	}
	for _, lanes := range lanes() {
		var best timedID
		for _, lane := range lanes {
			if quiet && strings.HasSuffix(lane, quietSuffix) {
				continue
			}
			for _, route := range routes {
				prefix := lanePrefix(route, lane)
				t, found, err := firstIn(r, prefix, prefix+store.TimeSegment(now.Add(time.Millisecond)))
				if err != nil {
					return "", "", err
				}
				if found && (best.id == "" || t.String() < best.String()) {
					best, key = t, prefix+t.String()
				}
			}
		}
		if best.id != "" {
			return key, best.id, nil
		}
	}
	return "", "", nil
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
func (q *Queue) start(tx store.Tx, c *claimed, e *entry, k *seeker, now time.Time) error {
	i := 0
	for i < len(e.Parts) && e.Parts[i].Status != PartQueued {
		i++
	}
	if i == len(e.Parts) {
		return fmt.Errorf("message %s has no part to send: %w", e.ID, store.ErrRecord)
	}
	ruling, err := q.mayBegin(tx, e, k, now)
	if err != nil {
		return err
	}
	if !ruling.Until.IsZero() {
		c.capped = append(c.capped, capped{e.ID, e.To, ruling.Until, ruling.Tell})
		return q.holdForCap(tx, e, ruling.Until, now)
	}
	p := &e.Parts[i]
	p.Status, p.Until = PartInFlight, now.Add(q.config.Lease)
	e.AttemptCount++
	e.addAttempt(Attempt{
		Number: e.AttemptCount, Part: i, Modem: k.Modem, SIM: k.SIM, At: now,
		MR: noMR, Duplicate: p.PossibleDuplicate, Report: noReport,
	})
	e.Error, e.Box = nil, q.config.Box
	if err := noteClaim(tx, k.Worker, now); err != nil {
		return err
	}
	if err := q.settle(tx, e, "", now); err != nil {
		return err
	}
	if err := q.save(tx, e); err != nil {
		return err
	}
	c.submission, c.ok = e.submission(i), true
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
	k := q.seeker(w)
	k.scope.Own = false // what is left to others for a moment is due as well
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
		for _, lanes := range lanes() {
			for _, lane := range lanes {
				for _, route := range routes {
					prefix := lanePrefix(route, lane)
					t, exists, err := firstIn(r, prefix, store.PrefixEnd(prefix))
					if err != nil {
						return found{}, err
					}
					if exists && strings.HasSuffix(lane, quietSuffix) {
						t.at = q.quietEnd(clock.Later(t.at, now))
						if withheld && !q.config.QuietHours.None() {
							t.at = clock.Later(t.at, now.Add(withheldAgain))
						}
					}
					if exists && (!best.ok || t.at.Before(best.at)) {
						best = found{t.at, true}
					}
				}
			}
		}
		return best, nil
	})
	if err != nil {
		return time.Time{}, false, fmt.Errorf("next due for modem %s: %w", w.Modem, err)
	}
	return next.at, next.ok, nil
}
