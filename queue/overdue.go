package queue

import (
	"context"
	"strings"
	"time"

	"goniec/clock"
	"goniec/store"
)

// After these times Overdue returns a wait.
const (
	// waitHigh, waitNormal and waitLow are for a due part that no worker claims.
	waitHigh    = 10 * time.Minute
	waitNormal  = 4 * time.Hour
	waitLow     = 24 * time.Hour
	waitTick    = 5 * time.Minute // for a due tick that Tend does not remove
	waitPerson  = 4 * time.Hour   // for a message that a person has to Release or Cancel
	waitReports = 24 * time.Hour  // for reports on messages that were sent
)

// WaitKind is what a message waits for.
type WaitKind string

// The kinds of waits.
const (
	WaitModem  WaitKind = "modem"  // a worker that claims the part
	WaitTend   WaitKind = "tend"   // a call of Tend
	WaitPerson WaitKind = "person" // a person who calls Release or Cancel
	WaitReport WaitKind = "report" // delivery reports
)

// Overdue is a wait that has lasted too long.
type Overdue struct {
	For   WaitKind
	Since time.Time // begin of the longest wait
	// Count is the number of messages that wait. With WaitPerson it counts all of them;
	// with WaitReport it counts those among Of messages sent within one day. With other
	// kinds it is 0.
	Count, Of int
	// Modem is the modem that sent the messages, if reports are missing from one SIM only.
	// Usual is the time within which half of the reports of this SIM come.
	Modem string
	Usual time.Duration
}

// Overdue returns the waits that have lasted too long, at most one of each kind. It
// reads a bounded number of records. While the clock is not believed Overdue returns
// none, since the length of a wait is not known.
func (q *Queue) Overdue(ctx context.Context) (_ []Overdue, err error) {
	defer store.Wrap(&err, "look for what is overdue")
	counts, err := q.Counts(ctx)
	if err != nil {
		return nil, err
	}
	now := q.now()
	return store.View(ctx, q.store, func(r store.Reader) ([]Overdue, error) {
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
	patience := [...]time.Duration{waitHigh, waitNormal, waitLow} // by urgency
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

// overdueTicks looks at the first tick.
func overdueTicks(r store.Reader, now time.Time) (Overdue, error) {
	pairs, err := r.Scan(tickSpace, tickSpace+store.TimeSegment(now.Add(-waitTick)), 1)
	if err != nil || len(pairs) == 0 {
		return Overdue{}, err
	}
	at, err := store.ParseTime(pairs[0].Key[len(tickSpace):][:store.TimeWidth])
	return Overdue{For: WaitTend, Since: at}, err
}

// peopleRead bounds the keys that overduePeople reads of one kind.
const peopleRead = 2000

// overduePeople looks for messages that wait for a person: those with an uncertain part
// that policy holds, and those that HoldRestored holds.
func overduePeople(r store.Reader, now time.Time) (Overdue, error) {
	ids := map[string]bool{}
	from, to := span(uncSpace)
	pairs, err := r.ScanLast(from, to, peopleRead) // the newest, since a message that waits has not expired
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
		m, ok, err := store.Readable(ReadMessage(r, id))
		if err != nil {
			return Overdue{}, err
		}
		since := m.waitsForPersonSince()
		if !ok || since.IsZero() || now.Sub(since) < waitPerson {
			continue
		}
		all.For = WaitPerson
		all.Count++
		all.Since = clock.Earliest(all.Since, since)
	}
	return all, nil
}

// waitsForPersonSince returns since when m waits for a person; zero: m does not.
func (m *Message) waitsForPersonSince() time.Time {
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
