package queue

import (
	"context"
	"fmt"
	"strings"
	"time"

	"goniec/pdu"
	"goniec/store"
)

// claimTries bounds how many messages that turned out to have expired one
// transaction deals with before it finds one to send.
const claimTries = 32

// Claim takes the next part that may leave by w: the most urgent priority first,
// then what has been due longest. It is written down as in flight when Claim
// returns; the caller sends it and calls Record, within Config.Lease. ok is false
// if nothing is due. The cost does not depend on how many messages wait.
func (q *Queue) Claim(ctx context.Context, w Worker) (s Submission, ok bool, err error) {
	for {
		// Looking first costs nothing on the disk, and most calls find nothing.
		waiting, err := store.View(ctx, q.store, func(r store.Reader) (string, error) {
			key, _, err := q.first(r, w, q.now())
			return key, err
		})
		if err != nil {
			return Submission{}, false, fmt.Errorf("claim for modem %s: %w", w.Modem, err)
		}
		if waiting == "" {
			return Submission{}, false, nil
		}
		c, err := store.Update(ctx, q.store, func(tx store.Tx) (claimed, error) { return q.claim(tx, w, q.now()) })
		if err != nil {
			return Submission{}, false, fmt.Errorf("claim for modem %s: %w", w.Modem, err)
		}
		q.logBroken(ctx, c.broken)
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
}

// claim looks for the next part for w and marks it as in flight.
func (q *Queue) claim(tx store.Tx, w Worker, now time.Time) (claimed, error) {
	var c claimed
	for range claimTries {
		key, id, err := q.first(tx, w, now)
		if err != nil || id == "" {
			return c, err
		}
		c.submission, c.ok, err = q.startOrExpire(tx, id, w, now)
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

// startOrExpire starts the next part of message id, unless its time is over: then it
// expires, and ok is false.
func (q *Queue) startOrExpire(tx store.Tx, id string, w Worker, now time.Time) (s Submission, ok bool, err error) {
	e, err := q.load(tx, id)
	if err != nil {
		return Submission{}, false, err
	}
	if !e.ExpiresAt.After(now) {
		return Submission{}, false, q.outlived(tx, e, now)
	}
	s, err = q.start(tx, e, w, now)
	return s, err == nil, err
}

// first returns the key of the first entry that w may claim now, and the id in
// it; both empty if there is none.
func (q *Queue) first(r store.Reader, w Worker, now time.Time) (key, id string, err error) {
	quiet := q.quiet.end(now).After(now)
	for _, lanes := range lanes() {
		var best timedID
		for _, lane := range lanes {
			if quiet && strings.HasSuffix(lane, quietSuffix) {
				continue
			}
			for _, route := range w.routes() {
				prefix := lanePrefix(route, lane)
				t, found, err := firstIn(r, prefix, prefix+timeSegment(now.Add(time.Millisecond)))
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

// firstIn returns the first entry with prefix before the key to.
func firstIn(r store.Reader, prefix, to string) (timedID, bool, error) {
	pairs, err := r.Scan(prefix, to, 1)
	if err != nil || len(pairs) == 0 {
		return timedID{}, false, err
	}
	t, err := parseTimedID(pairs[0].Key, prefix)
	return t, err == nil, err
}

// routes returns where w looks for work.
func (w Worker) routes() []string {
	return []string{anyRoute, modemRoute(w.Modem), simRoute(w.SIM)}
}

// start begins an attempt at the next part of e that waits, and saves e.
func (q *Queue) start(tx store.Tx, e *entry, w Worker, now time.Time) (Submission, error) {
	i := 0
	for i < len(e.Parts) && e.Parts[i].Status != PartQueued {
		i++
	}
	if i == len(e.Parts) {
		return Submission{}, fmt.Errorf("message %s has no part to send: %w", e.ID, errStored)
	}
	p := &e.Parts[i]
	p.Status, p.Until = PartInFlight, now.Add(q.config.Lease)
	e.AttemptCount++
	e.addAttempt(Attempt{
		Number: e.AttemptCount, Part: i, Modem: w.Modem, SIM: w.SIM, At: now,
		MR: noMR, Duplicate: p.PossibleDuplicate, Report: noReport,
	})
	e.Error, e.Box = nil, q.config.Box
	if err := noteClaim(tx, w, now); err != nil {
		return Submission{}, err
	}
	if err := q.settle(tx, e, "", now); err != nil {
		return Submission{}, err
	}
	if err := q.save(tx, e); err != nil {
		return Submission{}, err
	}
	return e.submission(i), nil
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
	next, err := store.View(ctx, q.store, func(r store.Reader) (found, error) {
		var best found
		for _, lanes := range lanes() {
			for _, lane := range lanes {
				for _, route := range w.routes() {
					prefix := lanePrefix(route, lane)
					t, exists, err := firstIn(r, prefix, store.PrefixEnd(prefix))
					if err != nil {
						return found{}, err
					}
					if exists && strings.HasSuffix(lane, quietSuffix) {
						t.at = q.quiet.end(later(t.at, now))
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

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
