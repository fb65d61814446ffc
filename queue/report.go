package queue

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"goniec/pdu"
	"goniec/store"
)

const (
	// reportWindow is how long after an attempt its report is believed: no
	// service centre tries for longer. The one of an older attempt with the
	// same reference cannot be meant.
	reportWindow = 8 * 24 * time.Hour
	// clockSlack is how far the clock of a service centre may be off before
	// its times are no guide to which attempt a report belongs to.
	clockSlack = 10 * time.Minute
	// orphanKept is how long an unmatched report waits for its submission.
	orphanKept = 24 * time.Hour
	// candidatesRead bounds how many attempts one report is compared with.
	candidatesRead = 16
)

// orphan is the value of orph/<sim>/<tail>/<time>/<mr>.
type orphan struct {
	Status    byte      `json:"st"`
	SCTS      time.Time `json:"scts,omitzero"`
	Discharge time.Time `json:"dt,omitzero"`
}

// orphanData is what the event report.orphan tells.
type orphanData struct {
	Modem  string `json:"modem"`
	MR     int    `json:"mr"`
	Status int    `json:"report_status"`
}

// matchKind says how a report found its attempt.
type matchKind string

const (
	matchedReference matchKind = "reference"
	matchedUncertain matchKind = "uncertain"
	matchedNothing   matchKind = "orphan"
)

// Report takes a delivery report that came by w at at. It belongs to the attempt
// with the same reference on the same SIM to a number with the same last digits,
// the newest that is plausible; or else to the only uncertain part towards that
// number on that SIM; or else it is an orphan: counted, told by the event
// report.orphan, and kept 24 hours for a submission that is yet to be recorded.
// The same report twice does no harm.
func (q *Queue) Report(ctx context.Context, w Worker, r pdu.StatusReport, at time.Time) error {
	how, err := store.Update(ctx, q.store, func(tx store.Tx) (matchKind, error) {
		return q.report(tx, w, r, inMilliseconds(at), q.now())
	})
	if err != nil {
		return fmt.Errorf("report by modem %s: %w", w.Modem, err)
	}
	q.meter.reported(how, r.Status.Outcome())
	return nil
}

func (q *Queue) report(tx store.Tx, w Worker, r pdu.StatusReport, at, now time.Time) (matchKind, error) {
	how := matchedReference
	ref, found, err := q.byReference(tx, w, r, at)
	if err == nil && !found {
		how = matchedUncertain
		ref, found, err = byDoubt(tx, w, r, at)
	}
	if err != nil {
		return "", err
	}
	o := orphan{Status: byte(r.Status), SCTS: r.SCTS.UTC(), Discharge: r.Discharge.UTC()}
	if !found {
		return matchedNothing, q.orphaned(tx, w, r, o, at)
	}
	e, err := q.load(tx, ref.id)
	if err != nil {
		return "", err
	}
	a := e.attempt(ref.attempt)
	if a == nil {
		return "", fmt.Errorf("message %s has no attempt %d: %w", e.ID, ref.attempt, errStored)
	}
	a.MR = int(r.MR)
	if err := q.apply(tx, e, a, o, at, now); err != nil {
		return "", err
	}
	return how, q.keep(tx, e, now)
}

// byReference finds the attempt of a report by its reference. Of several, which
// there are when the reference has wrapped or the modem always tells the same
// one, it prefers those without a final report, then the one that the service
// centre took at the time the report says, then the newest.
func (q *Queue) byReference(r store.Reader, w Worker, report pdu.StatusReport, at time.Time) (attemptRef, bool, error) {
	prefix := mrPrefix(w.SIM, report.MR, report.RA)
	from := prefix + timeSegment(at.Add(-reportWindow))
	pairs, err := r.ScanLast(from, prefix+timeSegment(at.Add(clockSlack)), candidatesRead)
	if err != nil {
		return attemptRef{}, false, err
	}
	var best attemptRef
	bestScore, found := 0, false
	for _, pair := range pairs {
		ref, err := parseAttemptRef(pair.Key, prefix)
		if err != nil {
			return attemptRef{}, false, err
		}
		m, err := readMessage(r, ref.id)
		if err != nil {
			return attemptRef{}, false, err
		}
		a := m.attempt(ref.attempt)
		if a == nil {
			return attemptRef{}, false, fmt.Errorf("message %s has no attempt %d: %w", m.ID, ref.attempt, errStored)
		}
		score := 1
		if !a.reported() {
			score += 2
		}
		if away := report.SCTS.Sub(a.EndedAt).Abs(); !report.SCTS.IsZero() && away < clockSlack {
			score++
		}
		if score > bestScore {
			best, bestScore, found = ref, score, true
		}
	}
	return best, found, nil
}

// reported reports whether the last word about a has been said.
func (a *Attempt) reported() bool {
	return a.Report >= 0 && pdu.Status(a.Report).Outcome() != pdu.StillTrying
}

// byDoubt finds the uncertain part that a report with an unknown reference is
// about: the only one towards that number on that SIM. One of a message that was
// given up counts only if there is none of a message that still waits.
func byDoubt(r store.Reader, w Worker, report pdu.StatusReport, at time.Time) (attemptRef, bool, error) {
	prefix := uncPrefix(w.SIM, report.RA)
	from := prefix + timeSegment(at.Add(-reportWindow))
	pairs, err := r.ScanLast(from, prefix+timeSegment(at.Add(time.Millisecond)), candidatesRead)
	if err != nil {
		return attemptRef{}, false, err
	}
	type part struct {
		id    string
		index int
	}
	waiting, given := map[part]attemptRef{}, map[part]attemptRef{}
	for _, pair := range pairs {
		ref, err := parseAttemptRef(pair.Key, prefix)
		if err != nil {
			return attemptRef{}, false, err
		}
		m, err := readMessage(r, ref.id)
		if err != nil {
			return attemptRef{}, false, err
		}
		a := m.attempt(ref.attempt)
		if a == nil {
			return attemptRef{}, false, fmt.Errorf("message %s has no attempt %d: %w", m.ID, ref.attempt, errStored)
		}
		group := waiting
		if m.Status.Final() {
			group = given
		}
		group[part{m.ID, a.Part}] = ref
	}
	if len(waiting) == 0 {
		waiting = given
	}
	if len(waiting) != 1 {
		return attemptRef{}, false, nil
	}
	for _, ref := range waiting {
		return ref, true, nil
	}
	return attemptRef{}, false, nil
}

// apply does to the part of attempt a what its report says.
func (q *Queue) apply(tx store.Tx, e *entry, a *Attempt, o orphan, at, now time.Time) error {
	i, status := a.Part, pdu.Status(o.Status)
	p := &e.Parts[i]
	if a.reported() && status.Outcome() != pdu.Delivered {
		return nil // out of order, or again: what is known is at least as much
	}
	a.Report, a.ReportAt = int(o.Status), at
	good := status.Outcome() == pdu.Delivered || status.Outcome() == pdu.StillTrying
	if a.Outcome == AttemptUncertain {
		a.Outcome = AttemptAccepted
		if good || p.Status != PartInFlight {
			q.accept(e, a, now)
		}
	}
	switch status.Outcome() {
	case pdu.Delivered:
		if p.Status == PartDelivered {
			return nil
		}
		p.DeliveredAt = o.arrival(a, at)
		if p.Status == PartInFlight {
			p.Proved = true
			return nil
		}
		q.proved(e, i, now)
		return nil
	case pdu.StillTrying:
		return nil
	default:
	}
	if p.Status != PartSent || e.Status.Final() || e.followed(a) {
		return nil // all is over, or a later attempt may still arrive
	}
	switch {
	case status.Outcome() == pdu.Abandoned:
		return q.abandoned(tx, e, i, status, now)
	case status == statusValidityExpired:
		p.Status = PartExpired
		return q.finish(tx, e, StatusExpired, &Problem{Code: CodeSCExpired, Detail: status.String()}, "", now)
	default:
		p.Status = PartFailed
		return q.finish(tx, e, StatusFailed, &Problem{Code: CodeUndelivered, Detail: status.String()}, "", now)
	}
}

// followed reports whether a later attempt of the same part may have left.
func (m *Message) followed(a *Attempt) bool {
	for i := range m.Attempts {
		b := &m.Attempts[i]
		if b.Part == a.Part && b.Number > a.Number &&
			(b.Outcome == AttemptOpen || b.Outcome == AttemptAccepted || b.Outcome == AttemptUncertain) {
			return true
		}
	}
	return false
}

// statusValidityExpired is the TP-ST of a message whose TP-VP has run out, 3GPP
// TS 23.040 9.2.3.15.
const statusValidityExpired pdu.Status = 0x46

// arrival returns when the phone got the message: as the service centre says, if
// that can be true.
func (o orphan) arrival(a *Attempt, at time.Time) time.Time {
	if o.Discharge.Before(a.At.Add(-clockSlack)) || o.Discharge.After(at.Add(clockSlack)) {
		return at
	}
	return o.Discharge
}

// abandoned puts part i, which the service centre has stopped trying to deliver,
// into the queue once more, unless that has been done often enough.
func (q *Queue) abandoned(tx store.Tx, e *entry, i int, status pdu.Status, now time.Time) error {
	p := &e.Parts[i]
	problem := &Problem{Code: CodeSCAbandoned, Detail: status.String()}
	p.Failures++
	due := inMilliseconds(now.Add(backoff(p.Failures)))
	if p.Copies >= copiesAllowed || e.TextRemoved || !due.Before(e.ExpiresAt) {
		p.Status = PartFailed
		return q.finish(tx, e, StatusFailed, problem, "", now)
	}
	p.Copies++
	p.Status, p.SentAt, p.MR = PartQueued, time.Time{}, noMR
	problem.RetryAt = due
	e.SentAt, e.FinishedAt, e.Error = time.Time{}, time.Time{}, problem
	q.schedule(&e.Message, due, now)
	return nil
}

// orphaned keeps a report that matched nothing.
func (q *Queue) orphaned(tx store.Tx, w Worker, r pdu.StatusReport, o orphan, at time.Time) error {
	from, to := span(orphanPrefix(w.SIM, r.RA))
	pairs, err := tx.Scan(from, to, 0)
	if err != nil {
		return err
	}
	for _, pair := range pairs {
		known, _, err := store.GetJSON[orphan](tx, pair.Key)
		if err != nil {
			return err
		}
		if mr, _, err := parseOrphanKey(pair.Key, from); err != nil {
			return err
		} else if mr == int(r.MR) && known == o {
			return nil // the same one, read again
		}
	}
	key := orphanKey(w.SIM, r.RA, at, r.MR)
	if err := store.PutJSON(tx, key, o); err != nil {
		return err
	}
	if err := tx.Put(tickKey(at.Add(orphanKept), key), nil); err != nil {
		return err
	}
	return q.events.Append(tx, "report.orphan", "", orphanData{Modem: w.Modem, MR: int(r.MR), Status: int(r.Status)})
}

func parseOrphanKey(key, prefix string) (mr int, at time.Time, err error) {
	first, last, _ := strings.Cut(strings.TrimPrefix(key, prefix), "/")
	if at, err = parseTime(first); err != nil {
		return 0, at, fmt.Errorf("key %q: %w", key, err)
	}
	if mr, err = strconv.Atoi(last); err != nil {
		return 0, at, fmt.Errorf("key %q: reference: %w", key, err)
	}
	return mr, at, nil
}

// adopt applies the reports that came before the outcome of attempt a was
// recorded: those with its reference, or, while that is not known, those with
// the only reference there is.
func (q *Queue) adopt(tx store.Tx, e *entry, a *Attempt, now time.Time) error {
	from, to := span(orphanPrefix(a.SIM, e.To))
	pairs, err := tx.Scan(from+timeSegment(a.At), to, 0)
	if err != nil || len(pairs) == 0 {
		return err
	}
	wanted := a.MR
	times := make([]time.Time, len(pairs))
	mrs := make([]int, len(pairs))
	for i, pair := range pairs {
		if mrs[i], times[i], err = parseOrphanKey(pair.Key, from); err != nil {
			return err
		}
	}
	if wanted < 0 {
		if wanted = mrs[0]; slices.ContainsFunc(mrs, func(mr int) bool { return mr != wanted }) {
			return nil
		}
	}
	for i, pair := range pairs {
		if mrs[i] != wanted {
			continue
		}
		o, _, err := store.GetJSON[orphan](tx, pair.Key)
		if err != nil {
			return err
		}
		for _, key := range []string{pair.Key, tickKey(times[i].Add(orphanKept), pair.Key)} {
			if err := tx.Delete(key); err != nil {
				return err
			}
		}
		a.MR = wanted
		if err := q.apply(tx, e, a, o, times[i], now); err != nil {
			return err
		}
	}
	return nil
}
