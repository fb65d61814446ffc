package queue

import (
	"strings"
	"time"

	"goniec/clock"
	"goniec/pdu"
	"goniec/store"
)

const (
	// reportWindow is how long after an attempt its report is believed: no
	// service centre tries for longer. The one of an older attempt with the
	// same reference cannot be meant.
	reportWindow = 8 * 24 * time.Hour
	// candidatesRead bounds how many attempts one report is compared with.
	candidatesRead = 32
	// answerWithin is how long after an attempt began the service centre may
	// still take it.
	answerWithin = 5 * time.Minute
)

// matchKind says how a report found its attempt.
type matchKind string

const (
	matchedReference matchKind = "reference"
	matchedUncertain matchKind = "uncertain"
	matchedNothing   matchKind = "orphan"
)

// matched is what became of a report.
type matched struct {
	how matchKind
	// stamped is when the service centre took what it is about, by its clock as far
	// as it is known, and accepted when the modem said so by ours; zero: not known.
	stamped, accepted time.Time
}

// matcher finds the attempts that reports are about. It is of one transaction, and for
// reports on one number that came by one worker.
type matcher struct {
	*work
	worker Worker
	to     pdu.Address // the recipient, TP-RA
}

// match finds the attempt that a report, which came at at, is about and applies it.
func (m *matcher) match(o orphan, at time.Time) (matched, error) {
	centre, err := clock.ReadCentre(m.tx, m.worker.SIM)
	if err != nil {
		return matched{}, err
	}
	found, how, err := m.find(o.byClockOf(centre), at)
	if err != nil || found == nil {
		return matched{how: matchedNothing}, err
	}
	// The message was read in this transaction, so it need not be read again.
	e := stored(found.message)
	a := e.attempt(found.Number)
	result := matched{how: how}
	if found.only {
		sample := clock.Sample{Message: e.ID, Stamped: o.SCTS, Accepted: a.EndedAt}
		unconfirmed, err := m.queue.clock.UnconfirmedIn(m.tx, m.now)
		switch {
		case err != nil:
			return matched{}, err
		case !unconfirmed:
			err = m.learn(centre, sample, a, at)
		case a.Outcome == AttemptAccepted && a.EndedAt.Sub(a.At) <= clock.Agreement:
			result.stamped, result.accepted = centre.Ours(o.SCTS), a.EndedAt
		}
		if err != nil {
			return matched{}, err
		}
	}
	a.MR = int(o.MR)
	m.apply(e, a, report{o.byClockOf(centre), at})
	return result, m.keep(e)
}

// learn notes how far the clock of the service centre is ahead of ours, by a report that
// can only be that of a, if it is known when a was taken.
func (m *matcher) learn(c clock.Centre, s clock.Sample, a *Attempt, at time.Time) error {
	if !c.News(s) || a.EndedAt.Sub(a.At) > answerWithin {
		return nil
	}
	if uncertain, err := m.hasUncertain(at); err != nil || uncertain {
		return err
	}
	return c.Learn(m.tx, m.worker.SIM, s)
}

// find returns the attempt that a report is about, nil if nobody can tell. One with
// its reference that was taken at another time, an older one before the reference
// wrapped, is meant only if no other can be.
func (m *matcher) find(o orphan, at time.Time) (*candidate, matchKind, error) {
	named, err := m.byReference(o, at)
	if err != nil || named != nil && named.takenThen(o.SCTS) {
		return named, matchedReference, err
	}
	uncertain, flying, err := m.byUncertain(o, at)
	switch {
	case err != nil:
		return nil, "", err
	case uncertain != nil:
		return uncertain, matchedUncertain, nil
	case flying: // it has yet to tell its reference: the report waits for it
		return nil, "", nil
	default:
		return named, matchedReference, nil
	}
}

// candidate is an attempt that a report may be about.
type candidate struct {
	Attempt
	message Message
	only    bool // no other attempt could have been meant
}

// candidates returns the newest attempts that an index names below prefix, which has
// one for each day, made before at and within reportWindow.
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

// candidateAt returns the attempt that a key below prefix names, if it can be read.
func candidateAt(r store.Reader, key, prefix string) (c candidate, ok bool, err error) {
	id, number, err := parseAttemptKey(key, prefix)
	if err != nil {
		return candidate{}, false, err
	}
	m, err := readMessage(r, id)
	if store.Unreadable(err) {
		return candidate{}, false, nil
	}
	if err != nil {
		return candidate{}, false, err
	}
	a := m.attempt(number)
	if a == nil {
		return candidate{}, false, nil
	}
	return candidate{Attempt: *a, message: m}, true, nil
}

// ofReference returns the attempts by the worker towards the number under a reference.
func (m *matcher) ofReference(mr byte, at time.Time) ([]candidate, error) {
	return m.candidates(func(day int) string { return mrPrefix(day, m.worker.SIM, mr, m.to) }, at)
}

// ofNoReference returns those whose reference is not known.
func (m *matcher) ofNoReference(at time.Time) ([]candidate, error) {
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

// inFlight returns the messages that have a part in flight: no more than there
// are SIMs, on all boxes.
func inFlight(r store.Reader) ([]Message, error) {
	from, to := span(flightSpace)
	pairs, err := r.Scan(from, to, 0)
	if err != nil {
		return nil, err
	}
	messages := make([]Message, 0, len(pairs))
	for _, pair := range pairs {
		m, err := readMessage(r, pair.Key[strings.LastIndexByte(pair.Key, '/')+1:])
		if store.Unreadable(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		messages = append(messages, m)
	}
	return messages, nil
}

// takenThen reports whether the service centre can have taken a at scts.
func (a *Attempt) takenThen(scts time.Time) bool {
	end := clock.Later(a.At.Add(answerWithin), a.EndedAt)
	if a.Outcome != AttemptAccepted {
		end = a.At.Add(answerWithin) // EndedAt is when we gave up
	}
	return scts.After(a.At.Add(-clock.CentreSlack)) && scts.Before(end.Add(clock.CentreSlack))
}

// byReference finds the attempt of a report by its reference. Of several, which
// there are when the reference has wrapped or the modem always tells the same
// one, it prefers the one that the service centre took at the time the report
// says, then those without a final report, then the newest.
func (m *matcher) byReference(o orphan, at time.Time) (*candidate, error) {
	all, err := m.ofReference(o.MR, at)
	if err != nil {
		return nil, err
	}
	var best *candidate
	bestScore := 0
	for i := range all {
		score := 1
		if all[i].takenThen(o.SCTS) {
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

// byUncertain finds the attempt that a report with an unknown reference is about: it
// is of the only part towards that number on that SIM whose reference is not
// known, among those that the service centre can have taken when the report says.
// Of two nobody can tell which; to guess wrongly would be to lose a message. flying
// says that the attempt at another part, which is in flight, may be meant as well.
func (m *matcher) byUncertain(o orphan, at time.Time) (found *candidate, flying bool, err error) {
	all, err := m.ofNoReference(at)
	if err != nil {
		return nil, false, err
	}
	for i := range all {
		switch c := &all[i]; {
		case !c.takenThen(o.SCTS):
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
		if open[i].takenThen(o.SCTS) && (found == nil || !found.samePart(&open[i])) {
			return nil, true, nil
		}
	}
	return found, false, nil
}

// hasUncertain reports whether the reference of any attempt by the worker towards the number is
// not known.
func (m *matcher) hasUncertain(at time.Time) (bool, error) {
	all, err := m.ofNoReference(at)
	if err != nil || len(all) > 0 {
		return true, err
	}
	open, err := m.flights()
	return len(open) > 0, err
}

func (c *candidate) samePart(other *candidate) bool {
	return c.message.ID == other.message.ID && c.Part == other.Part
}
