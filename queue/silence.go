package queue

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"goniec/calendar"
	"goniec/clock"
	"goniec/pdu"
	"goniec/store"
)

// Silence is a delivery report that has not come although those of the same SIM usually
// had come by then. Silence says nothing of whether the part has arrived: a phone that is
// off, or out of reach, sends no report until it gets the text.
type Silence struct {
	Modem string        // the modem that sent the part
	Since time.Time     // when the service centre took the part
	Usual time.Duration // within Usual half of the reports of the SIM come
}

const (
	// A report is overdue after silenceTimes as long as is usual, and silenceLeast at
	// least: for so long phones are often out of reach.
	silenceTimes = 10
	silenceLeast = 30 * time.Minute
	// What is usual is the median over the last usualDays days, of usualRead messages
	// a day at most, and not known of a SIM with fewer than usualFewest reports.
	usualDays   = 7
	usualRead   = 50
	usualFewest = 10
	// usualKept is how long what is usual is not looked up again.
	usualKept = 10 * time.Minute
)

// night returns when many phones are off. A report that is not due before the night is
// due in the morning.
func night() calendar.QuietHours {
	return calendar.QuietHours{From: 22 * time.Hour, To: 7 * time.Hour}
}

// usual is how long reports usually take, by SIM. It is found out from the messages that
// are kept, so that no text costs a write for it, and kept in memory for a while.
type usual struct {
	mu sync.Mutex // guards both
	at time.Time  // when by was found out
	by map[string]time.Duration
}

// Silent returns the report that m has waited for longest, if that is longer than usual
// on its SIM; ok is false if there is none. While the clock is not believed there is
// none.
func (q *Queue) Silent(ctx context.Context, m *Message) (s Silence, ok bool, err error) {
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
	if err != nil {
		return Silence{}, false, fmt.Errorf("look for the reports of message %s: %w", m.ID, err)
	}
	return s, !s.Since.IsZero(), nil
}

// silence returns the report that m has waited for longest, the zero value if none is
// overdue. Short codes are left out: most give no reports.
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

// reportDue returns from when on the report of a part that was taken at taken is overdue.
func (q *Queue) reportDue(taken time.Time, usual time.Duration) time.Time {
	wait := max(silenceLeast, silenceTimes*usual)
	due := taken.Add(wait)
	if morning := night().End(due, q.config.Location); morning.After(due) {
		return morning.Add(wait)
	}
	return due
}

// usualIn returns how long reports usually take, by SIM.
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
				// A code says that it is not known when the service centre took the part.
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

// sentBetween returns the newest messages of which every part was sent and that became
// sent, or ended, in the time between from and to: up to limit of those that have their
// text, and up to limit of the others.
func sentBetween(r store.Reader, from, to time.Time, limit int) ([]Message, error) {
	var found []Message
	for _, space := range []string{doneSpace, bareSpace} {
		pairs, err := r.ScanLast(space+store.TimeSegment(from), space+store.TimeSegment(to), limit)
		if err != nil {
			return nil, err
		}
		for _, pair := range pairs {
			t, err := parseTimedID(pair.Key, space)
			if err != nil {
				return nil, err
			}
			m, err := readMessage(r, t.id)
			if store.Unreadable(err) {
				continue
			}
			if err != nil {
				return nil, err
			}
			if !m.SentAt.IsZero() {
				found = append(found, m)
			}
		}
	}
	return found, nil
}

const (
	// reportsRead bounds the messages of one day that are looked at for reports, and
	// reportsFewest is how many of a day tell anything, silentFewest how many of a SIM
	// whose reports usually come.
	reportsRead   = 300
	reportsFewest = 20
	silentFewest  = 10
)

// overdueReports looks for a SIM that has usually had reports, and now has none on more
// than half of what it sent within a day; and else at all that was sent yesterday. A
// phone that is switched off for long is no reason.
func (q *Queue) overdueReports(r store.Reader, now time.Time) (Overdue, error) {
	usual, err := q.usualIn(r, now)
	if err != nil {
		return Overdue{}, err
	}
	today, err := sentBetween(r, now.Add(-dwellReports), now.Add(-silenceLeast), reportsRead)
	if err != nil {
		return Overdue{}, err
	}
	if worst := q.silentSIM(today, usual, now); worst.For != "" {
		return worst, nil
	}
	yesterday, err := sentBetween(r, now.Add(-2*dwellReports), now.Add(-dwellReports), reportsRead)
	if err != nil {
		return Overdue{}, err
	}
	day := Overdue{Since: now.Add(-dwellReports), Of: len(yesterday)}
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

// silentSIM returns the SIM with the most reports overdue among messages, if they are
// more than half of those that had to have come by now.
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
	for i := range m.Attempts {
		if m.Attempts[i].Report >= 0 {
			return true
		}
	}
	return false
}
