package queue

import (
	"time"

	"goniec/clock"
	"goniec/pdu"
	"goniec/store"
)

const (
	// reportWindow is how long after an attempt a report can match the attempt: no
	// service centre tries to deliver for longer.
	reportWindow = 8 * 24 * time.Hour
	// candidatesRead bounds how many attempts one report is compared with.
	candidatesRead = 32
	// answerWithin is how long after the begin of an attempt the service centre may
	// accept the part.
	answerWithin = 5 * time.Minute
)

// matchKind says by what a report matched an attempt.
type matchKind string

const (
	matchedReference matchKind = "reference"
	matchedUncertain matchKind = "uncertain"
	matchedNothing   matchKind = "orphan"
)

// matchResult is the result of matching a report.
type matchResult struct {
	how matchKind
	// stamped is when the service centre accepted the part, by the clock of the centre
	// less the known offset. accepted is when the modem said so, by the clock of the
	// box. Both are zero if not known.
	stamped, accepted time.Time
}

// matcher matches reports on one number that came by one worker to attempts, within one
// transaction.
type matcher struct {
	*work
	worker Worker
	to     pdu.Address // the recipient, TP-RA
}

// match finds the attempt that a report received at at belongs to, and applies the report.
func (m *matcher) match(o orphan, at time.Time) (matchResult, error) {
	centre, err := clock.ReadCentre(m.tx, m.worker.SIM)
	if err != nil {
		return matchResult{}, err
	}
	found, how, err := m.find(o.inOurTime(centre), at)
	if err != nil || found == nil {
		return matchResult{how: matchedNothing}, err
	}
	e := newEntry(found.message)
	a := e.Attempt(found.Number)
	result := matchResult{how: how}
	if found.only {
		sample := clock.Sample{Message: e.ID, Stamped: o.SCTS, Accepted: a.EndedAt}
		unconfirmed, err := m.queue.clock.UnconfirmedIn(m.tx, m.now)
		switch {
		case err != nil:
			return matchResult{}, err
		case !unconfirmed:
			err = m.learn(centre, sample, a, at)
		case a.Outcome == AttemptAccepted && a.EndedAt.Sub(a.At) <= clock.Agreement:
			result.stamped, result.accepted = centre.Ours(o.SCTS), a.EndedAt
		}
		if err != nil {
			return matchResult{}, err
		}
	}
	a.MR = int(o.MR)
	m.apply(e, a, report{o.inOurTime(centre), at})
	return result, m.saveUpdated(e)
}

// learn notes how far the clock of the service centre is ahead of the clock of the box,
// by a report that can belong to no attempt but a, if the time of acceptance is known.
func (m *matcher) learn(c clock.Centre, s clock.Sample, a *Attempt, at time.Time) error {
	if !c.News(s) || a.EndedAt.Sub(a.At) > answerWithin {
		return nil
	}
	if uncertain, err := m.hasUncertain(at); err != nil || uncertain {
		return err
	}
	return c.Learn(m.tx, m.worker.SIM, s)
}

// find returns the attempt that a report belongs to; nil if that is not certain. An
// attempt with the TP-MR of the report that was accepted at another time is the last
// choice, since TP-MR wraps around after 256 submissions.
func (m *matcher) find(o orphan, at time.Time) (*candidate, matchKind, error) {
	named, err := m.byReference(o, at)
	if err != nil || named != nil && named.acceptableAt(o.SCTS) {
		return named, matchedReference, err
	}
	uncertain, flying, err := m.byUncertain(o, at)
	switch {
	case err != nil:
		return nil, "", err
	case uncertain != nil:
		return uncertain, matchedUncertain, nil
	case flying: // the report waits until the TP-MR of the attempt in flight is known
		return nil, "", nil
	default:
		return named, matchedReference, nil
	}
}

// candidate is an attempt that a report may belong to.
type candidate struct {
	Attempt
	message Message
	only    bool // the report can belong to no other attempt
}

// candidates returns the newest attempts in the index below prefix, which depends on the
// day, made before at and within reportWindow.
func (m *matcher) candidates(prefix func(day int) string, at time.Time) ([]candidate, error) {
	var found []candidate
	from, to := at.Add(-reportWindow), at.Add(time.Millisecond)
	for day := dayOf(to); day >= dayOf(from) && len(found) < candidatesRead; day-- {
		p := prefix(day)
		pairs, err := m.tx.ScanLast(p+store.TimeSegment(from), p+store.TimeSegment(to), candidatesRead-len(found))
		if err != nil {
			return nil, err
		}
		for _, pair := range pairs {
			c, ok, err := candidateAt(m.tx, pair.Key, p)
			if err != nil {
				return nil, err
			}
			if ok {
				found = append(found, c)
			}
		}
	}
	return found, nil
}

// candidateAt returns the attempt that an index key below prefix leads to. ok is false if
// the message is damaged or does not have the attempt.
func candidateAt(r store.Reader, key, prefix string) (c candidate, ok bool, err error) {
	id, number, err := parseAttemptKey(key, prefix)
	if err != nil {
		return candidate{}, false, err
	}
	m, ok, err := store.Readable(ReadMessage(r, id))
	if !ok {
		return candidate{}, false, err
	}
	a := m.Attempt(number)
	if a == nil {
		return candidate{}, false, nil
	}
	return candidate{Attempt: *a, message: m}, true, nil
}

// withReference returns the attempts by the worker towards the number with a TP-MR.
func (m *matcher) withReference(mr byte, at time.Time) ([]candidate, error) {
	return m.candidates(func(day int) string { return mrPrefix(day, m.worker.SIM, mr, m.to) }, at)
}

// withoutReference returns the attempts by the worker towards the number whose TP-MR is
// not known.
func (m *matcher) withoutReference(at time.Time) ([]candidate, error) {
	return m.candidates(func(day int) string { return uncPrefix(day, m.worker.SIM, m.to) }, at)
}

// flights returns the attempts in flight by the worker towards the number.
func (m *matcher) flights() ([]candidate, error) {
	messages, err := inFlight(m.tx)
	if err != nil {
		return nil, err
	}
	var found []candidate
	for _, message := range messages {
		for _, a := range message.Attempts {
			if a.Outcome == AttemptOpen && a.SIM == m.worker.SIM && message.To.Tail() == m.to.Tail() {
				found = append(found, candidate{Attempt: a, message: message})
			}
		}
	}
	return found, nil
}

// inFlight returns the messages that have a part in flight, on all boxes. There are no
// more of them than SIMs.
func inFlight(r store.Reader) ([]Message, error) {
	from, to := span(flightSpace)
	pairs, err := r.Scan(from, to, 0)
	if err != nil {
		return nil, err
	}
	messages := make([]Message, 0, len(pairs))
	for _, pair := range pairs {
		if messages, err = appendMessage(messages, r, store.LastSegment(pair.Key)); err != nil {
			return nil, err
		}
	}
	return messages, nil
}

// appendMessage appends message id, unless the message is damaged or does not exist.
func appendMessage(messages []Message, r store.Reader, id string) ([]Message, error) {
	m, ok, err := store.Readable(ReadMessage(r, id))
	if ok {
		messages = append(messages, m)
	}
	return messages, err
}

// acceptableAt reports whether the service centre can have accepted a at scts.
func (a *Attempt) acceptableAt(scts time.Time) bool {
	end := clock.Later(a.At.Add(answerWithin), a.EndedAt)
	if a.Outcome != AttemptAccepted {
		end = a.At.Add(answerWithin) // EndedAt is not the time of acceptance
	}
	return scts.After(a.At.Add(-clock.CentreSlack)) && scts.Before(end.Add(clock.CentreSlack))
}

// byReference finds the attempt of a report by its TP-MR. Several attempts have one TP-MR
// if TP-MR has wrapped around or the modem always returns the same value. byReference
// prefers an attempt that the service centre can have accepted at TP-SCTS, then one
// without a final report, then the newest.
func (m *matcher) byReference(o orphan, at time.Time) (*candidate, error) {
	all, err := m.withReference(o.MR, at)
	if err != nil {
		return nil, err
	}
	var best *candidate
	bestScore := 0
	for i := range all {
		score := 1
		if all[i].acceptableAt(o.SCTS) {
			score += 4
		}
		if !all[i].reported() {
			score += 2
		}
		if score > bestScore {
			best, bestScore = &all[i], score
		}
	}
	if len(all) == 1 {
		best.only = true
	}
	return best, nil
}

// byUncertain finds the attempt of a report among the attempts without a known TP-MR that
// the service centre can have accepted at TP-SCTS. found is nil if attempts at two parts
// fit, since a wrong match would lose a message. flying reports whether an attempt in
// flight at another part fits as well.
func (m *matcher) byUncertain(o orphan, at time.Time) (found *candidate, flying bool, err error) {
	all, err := m.withoutReference(at)
	if err != nil {
		return nil, false, err
	}
	for i := range all {
		switch c := &all[i]; {
		case !c.acceptableAt(o.SCTS):
		case found == nil:
			found = c
		case !found.samePart(c):
			return nil, false, nil
		}
	}
	open, err := m.flights()
	if err != nil {
		return nil, false, err
	}
	for i := range open {
		if open[i].acceptableAt(o.SCTS) && (found == nil || !found.samePart(&open[i])) {
			return nil, true, nil
		}
	}
	return found, false, nil
}

// hasUncertain reports whether any attempt by the worker towards the number has no known
// TP-MR.
func (m *matcher) hasUncertain(at time.Time) (bool, error) {
	all, err := m.withoutReference(at)
	if err != nil || len(all) > 0 {
		return true, err
	}
	open, err := m.flights()
	return len(open) > 0, err
}

func (c *candidate) samePart(other *candidate) bool {
	return c.message.ID == other.message.ID && c.Part == other.Part
}
