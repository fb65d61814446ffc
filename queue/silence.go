package queue

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"goniec/calendar"
	"goniec/clock"
	"goniec/pdu"
	"goniec/store"
)

// Silence is a missing delivery report that is overdue by the usual delay of its SIM. The
// part may have arrived or not: the service centre sends no report while the phone is off
// or out of reach.
type Silence struct {
	Modem string        // the modem that sent the part
	Since time.Time     // when the service centre accepted the part
	Usual time.Duration // median delay of the reports of the SIM
}

const (
	// A report is overdue after silenceTimes the usual delay, and not before silenceLeast:
	// phones are often out of reach for half an hour.
	silenceTimes = 10
	silenceLeast = 30 * time.Minute
	// The usual delay is the median over the last usualDays days, of at most usualRead
	// messages a day. It is unknown for a SIM with fewer than usualFewest reports.
	usualDays   = 7
	usualRead   = 50
	usualFewest = 10
	// usualKept is how long usual delays are kept in memory.
	usualKept = 10 * time.Minute
)

// night returns the hours in which many phones are off. A report whose time falls into
// the night is expected in the morning.
func night() calendar.QuietHours {
	return calendar.QuietHours{From: 22 * time.Hour, To: 7 * time.Hour}
}

// usual caches the usual delay of reports by SIM, which is calculated from the stored
// messages.
type usual struct {
	mu sync.Mutex // guards at and by
	at time.Time  // when by was calculated
	by map[string]time.Duration
}

// Silent returns the overdue report on m that m has waited for longest. ok is false if no
// report is overdue, or while the clock is not believed.
func (q *Queue) Silent(ctx context.Context, m *Message) (s Silence, ok bool, err error) {
	defer store.Wrap(&err, "look for the reports of message %s", m.ID)
	if m.Status != StatusSent {
		return Silence{}, false, nil
	}
	now := q.now()
	s, err = store.View(ctx, q.store, func(r store.Reader) (Silence, error) {
		if trust, err := q.clock.TrustIn(r, now); err != nil || !trust.Believed {
			return Silence{}, err
		}
		bySIM, err := q.usualIn(r, now)
		return q.silence(m, bySIM, now), err
	})
	return s, err == nil && !s.Since.IsZero(), err
}

// silence returns the overdue report on m that m has waited for longest; the zero value:
// none is overdue. Messages to short codes are left out, since most give no reports.
func (q *Queue) silence(m *Message, usual map[string]time.Duration, now time.Time) Silence {
	var worst Silence
	for i := range m.Parts {
		a := m.latest(i)
		if m.Parts[i].Status != PartSent || a == nil || a.Outcome != AttemptAccepted || a.Report >= 0 || m.To.IsShortCode() {
			continue
		}
		typical, known := usual[a.SIM]
		if !known || now.Before(q.reportDue(a.EndedAt, typical)) {
			continue
		}
		if worst.Since.IsZero() || a.EndedAt.Before(worst.Since) {
			worst = Silence{Modem: a.Modem, Since: a.EndedAt, Usual: typical}
		}
	}
	return worst
}

// reportDue returns when the report on a part that was accepted at taken becomes overdue.
func (q *Queue) reportDue(taken time.Time, usual time.Duration) time.Time {
	wait := max(silenceLeast, silenceTimes*usual)
	due := taken.Add(wait)
	if morning := night().End(due, q.config.Location); morning.After(due) {
		return morning.Add(wait)
	}
	return due
}

// usualIn returns the usual delay of reports by SIM.
func (q *Queue) usualIn(r store.Reader, now time.Time) (map[string]time.Duration, error) {
	q.usual.mu.Lock()
	defer q.usual.mu.Unlock()
	if q.usual.by != nil && now.Sub(q.usual.at).Abs() < usualKept {
		return q.usual.by, nil
	}
	took := map[string][]time.Duration{}
	for day := range usualDays {
		to := now.Add(-time.Duration(day) * 24 * time.Hour)
		messages, err := sentBetween(r, to.Add(-24*time.Hour), to, usualRead)
		if err != nil {
			return nil, err
		}
		for i := range messages {
			for k := range messages[i].Attempts {
				// With a Code the time of acceptance is not known.
				if a := &messages[i].Attempts[k]; a.Outcome == AttemptAccepted && a.Code == "" && a.Report >= 0 && pdu.Status(a.Report).Outcome() == pdu.Delivered {
					took[a.SIM] = append(took[a.SIM], max(0, a.ReportAt.Sub(a.EndedAt)))
				}
			}
		}
	}
	by := map[string]time.Duration{}
	for sim, all := range took {
		if len(all) >= usualFewest {
			slices.Sort(all)
			by[sim] = all[len(all)/2]
		}
	}
	q.usual.at, q.usual.by = now, by
	return by, nil
}

// sentBetween returns the newest messages whose parts were all sent and that became sent,
// or ended, between from and to: up to limit messages with their text, and up to limit
// messages without.
func sentBetween(r store.Reader, from, to time.Time, limit int) ([]Message, error) {
	var found []Message
	for _, space := range []string{doneSpace, noTextSpace} {
		pairs, err := r.ScanLast(space+store.TimeSegment(from), space+store.TimeSegment(to), limit)
		if err != nil {
			return nil, err
		}
		for _, pair := range pairs {
			t, err := parseTimedID(pair.Key, space)
			if err != nil {
				return nil, err
			}
			if found, err = appendMessage(found, r, t.id); err != nil {
				return nil, err
			}
		}
	}
	return slices.DeleteFunc(found, func(m Message) bool { return m.SentAt.IsZero() }), nil
}

const (
	// reportsRead bounds the messages of one day that overdueReports reads.
	reportsRead = 300
	// reportsFewest is the least number of messages of a day that allows a conclusion, and
	// silentFewest the least number of messages of one SIM with a usual delay.
	reportsFewest = 20
	silentFewest  = 10
)

// overdueReports looks for a SIM with a usual delay that lacks reports on more than half
// of the messages it sent within a day. If there is none, overdueReports looks whether
// more than half of the messages of the day before lack reports. Single phones that are
// switched off raise no wait.
func (q *Queue) overdueReports(r store.Reader, now time.Time) (Overdue, error) {
	usual, err := q.usualIn(r, now)
	if err != nil {
		return Overdue{}, err
	}
	today, err := sentBetween(r, now.Add(-waitReports), now.Add(-silenceLeast), reportsRead)
	if err != nil {
		return Overdue{}, err
	}
	if worst := q.silentSIM(today, usual, now); worst.For != "" {
		return worst, nil
	}
	yesterday, err := sentBetween(r, now.Add(-2*waitReports), now.Add(-waitReports), reportsRead)
	if err != nil {
		return Overdue{}, err
	}
	day := Overdue{Since: now.Add(-waitReports), Of: len(yesterday)}
	for i := range yesterday {
		if m := &yesterday[i]; !m.hasReport() {
			day.Count++
			day.Since = clock.Earlier(day.Since, m.SentAt)
		}
	}
	if day.Of >= reportsFewest && 2*day.Count > day.Of {
		day.For = WaitReport
	}
	return day, nil
}

// silentSIM returns the SIM with the most overdue reports on messages, if more than half
// of the reports that should have come are overdue.
func (q *Queue) silentSIM(messages []Message, usual map[string]time.Duration, now time.Time) Overdue {
	sims := map[string]*Overdue{}
	for i := range messages {
		m := &messages[i]
		a := m.latest(0)
		if a == nil {
			continue
		}
		typical, known := usual[a.SIM]
		if !known || now.Before(q.reportDue(m.SentAt, typical)) {
			continue
		}
		o := sims[a.SIM]
		if o == nil {
			o = &Overdue{For: WaitReport, Since: now, Modem: a.Modem, Usual: typical}
			sims[a.SIM] = o
		}
		o.Of++
		if !q.silence(m, usual, now).Since.IsZero() {
			o.Count++
			o.Since = clock.Earlier(o.Since, m.SentAt)
		}
	}
	var worst Overdue
	for _, sim := range slices.Sorted(maps.Keys(sims)) {
		if o := sims[sim]; o.Of >= silentFewest && 2*o.Count > o.Of && o.Count > worst.Count {
			worst = *o
		}
	}
	return worst
}

// hasReport reports whether any report on m has come.
func (m *Message) hasReport() bool {
	return slices.ContainsFunc(m.Attempts, func(a Attempt) bool { return a.Report >= 0 })
}
