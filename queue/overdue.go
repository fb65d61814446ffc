package queue

import (
	"context"
	"fmt"
	"strings"
	"time"

	"goniec/clock"
	"goniec/store"
)

// No state may be one that a message stays in unnoticed. What goes on by itself has a
// time by which it does, and Overdue tells where that has passed: that there is no
// modem, that nobody looks after the queue, that somebody has to decide, that no
// reports come.

// The longest that a message may stay before Overdue tells of it.
const (
	// A part may wait so long, from when it may leave, for a worker to take it.
	dwellHigh    = 10 * time.Minute
	dwellNormal  = 4 * time.Hour
	dwellLow     = 24 * time.Hour
	dwellTick    = 5 * time.Minute // for Tend, from when it has to look at a record
	dwellPerson  = 4 * time.Hour   // for a person to Release or Cancel it
	dwellReports = 24 * time.Hour  // for reports on it, after it was sent
)

// WaitKind is what a message waits for.
type WaitKind string

// What Overdue tells of.
const (
	WaitModem  WaitKind = "modem"  // a worker that takes it
	WaitTend   WaitKind = "tend"   // Tend
	WaitPerson WaitKind = "person" // Release or Cancel
	WaitReport WaitKind = "report" // delivery reports
)

// Overdue is something that has waited longer than it may.
type Overdue struct {
	For   WaitKind
	Since time.Time // when the wait of the one that waits longest began
	// Count is how many wait, if that is known: of those for a person all, of those
	// for reports how many of Of that were sent on one day.
	Count, Of int
	// Modem, if the wait is for reports on what one SIM sent, is the modem it is in, and
	// Usual the time within which half of its reports come.
	Modem string
	Usual time.Duration
}

// Overdue returns what has waited longer than it may, at most one of each kind. It
// reads a bounded number of records. While the clock is not believed it returns
// nothing, for nobody knows how long anything has waited.
func (q *Queue) Overdue(ctx context.Context) ([]Overdue, error) {
	counts, err := q.Counts(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for what is overdue: %w", err)
	}
	now := q.now()
	all, err := store.View(ctx, q.store, func(r store.Reader) ([]Overdue, error) {
		if trust, err := q.clock.TrustIn(r, now); err != nil || !trust.Believed {
			return nil, err
		}
		looks := []func(store.Reader, time.Time) (Overdue, error){q.overdueLanes, overdueTicks, q.overdueReports}
		if counts[StatusHeld] > 0 {
			looks = append(looks, overduePeople)
		}
		var all []Overdue
		for _, look := range looks {
			o, err := look(r, now)
			if err != nil {
				return nil, err
			}
			if o.For != "" {
				all = append(all, o)
			}
		}
		return all, nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for what is overdue: %w", err)
	}
	return all, nil
}

// overdueLanes looks at the first entry of every lane.
func (q *Queue) overdueLanes(r store.Reader, now time.Time) (Overdue, error) {
	routes, err := store.Children(r, dueSpace)
	if err != nil {
		return Overdue{}, err
	}
	quiet, err := q.quietNow(r, now)
	if err != nil {
		return Overdue{}, err
	}
	patience := [...]time.Duration{dwellHigh, dwellNormal, dwellLow} // by urgency
	var worst Overdue
	for _, lane := range lanesOf(routes) {
		if quiet && lane.quiet {
			continue
		}
		t, found, err := firstIn(r, lane.prefix, lane.prefix+store.TimeSegment(now.Add(-patience[lane.urgency])))
		if err != nil {
			return Overdue{}, err
		}
		if found && (worst.For == "" || t.at.Before(worst.Since)) {
			worst = Overdue{For: WaitModem, Since: t.at}
		}
	}
	return worst, nil
}

// overdueTicks looks at the first record that Tend has to look at.
func overdueTicks(r store.Reader, now time.Time) (Overdue, error) {
	pairs, err := r.Scan(tickSpace, tickSpace+store.TimeSegment(now.Add(-dwellTick)), 1)
	if err != nil || len(pairs) == 0 {
		return Overdue{}, err
	}
	at, err := store.ParseTime(pairs[0].Key[len(tickSpace):][:store.TimeWidth])
	return Overdue{For: WaitTend, Since: at}, err
}

// peopleRead bounds the keys that overduePeople reads of one kind.
const peopleRead = 2000

// overduePeople looks for messages that only a person gets any further: those with an
// uncertain part that is to be held, and those of a backup.
func overduePeople(r store.Reader, now time.Time) (Overdue, error) {
	ids := map[string]bool{}
	from, to := span(uncSpace)
	pairs, err := r.ScanLast(from, to, peopleRead) // the newest: who waits has not expired
	if err != nil {
		return Overdue{}, err
	}
	for _, pair := range pairs {
		attempt := pair.Key[:strings.LastIndexByte(pair.Key, '/')]
		t, err := parseTimedID(attempt, attempt[:strings.LastIndexByte(attempt, '/')+1])
		if err != nil {
			return Overdue{}, err
		}
		ids[t.id] = true
	}
	routes, err := store.Children(r, dueSpace)
	if err != nil {
		return Overdue{}, err
	}
	for _, lane := range lanesOf(routes) {
		pairs, err := r.ScanLast(lane.prefix+store.TimeSegment(now.Add(never/2)), store.PrefixEnd(lane.prefix), peopleRead)
		if err != nil {
			return Overdue{}, err
		}
		for _, pair := range pairs {
			t, err := parseTimedID(pair.Key, lane.prefix)
			if err != nil {
				return Overdue{}, err
			}
			ids[t.id] = true
		}
	}
	var all Overdue
	for id := range ids {
		m, err := readMessage(r, id)
		if store.Unreadable(err) {
			continue
		}
		if err != nil {
			return Overdue{}, err
		}
		since := m.askedSince()
		if since.IsZero() || now.Sub(since) < dwellPerson {
			continue
		}
		all.For = WaitPerson
		all.Count++
		if all.Since.IsZero() || since.Before(all.Since) {
			all.Since = since
		}
	}
	return all, nil
}

// askedSince returns since when m waits for a person; zero if it does not.
func (m *Message) askedSince() time.Time {
	switch {
	case m.Status.Final():
		return time.Time{}
	case m.restored() && m.claimable():
		return m.Due.Add(-never)
	case m.undecided() || m.restored():
		var since time.Time
		for i := range m.Attempts {
			if m.Attempts[i].Outcome == AttemptUncertain {
				since = clock.Later(since, m.Attempts[i].EndedAt)
			}
		}
		return since
	default:
		return time.Time{}
	}
}
