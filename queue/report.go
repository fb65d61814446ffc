package queue

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
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
	candidatesRead = 32
	// orphansRead bounds how many waiting reports an attempt is compared with.
	orphansRead = 64
	// answerWithin is how long after an attempt began the service centre may
	// still take it.
	answerWithin = 5 * time.Minute
)

// orphan is what counts of a report, and the value of orph/<sim>/<tail>/<time>/<mr>.
type orphan struct {
	MR        byte      `json:"mr"`
	Status    byte      `json:"st"`
	SCTS      time.Time `json:"scts,omitzero"`
	Discharge time.Time `json:"dt,omitzero"`
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
	m, err := store.Update(ctx, q.store, func(tx store.Tx) (matched, error) {
		return q.report(tx, w, r, store.Milliseconds(at), q.now())
	})
	if err != nil {
		return fmt.Errorf("report by modem %s: %w", w.Modem, err)
	}
	q.meter.reported(m.how, r.Status.Outcome())
	return q.centreTells(ctx, m)
}

// matched is what became of a report.
type matched struct {
	how matchKind
	// stamped is when the service centre took what it is about, by its clock as far
	// as it is known, and accepted when the modem said so by ours; zero: not known.
	stamped, accepted time.Time
}

func (q *Queue) report(tx store.Tx, w Worker, r pdu.StatusReport, at, now time.Time) (matched, error) {
	o := orphan{MR: r.MR, Status: byte(r.Status), SCTS: r.SCTS.UTC(), Discharge: r.Discharge.UTC()}
	m, err := q.match(tx, w, r.RA, o, at, now)
	if err != nil || m.how != matchedNothing {
		return m, err
	}
	return m, q.orphaned(tx, w, r.RA, o, at)
}

// match finds the attempt that a report is about and applies it.
func (q *Queue) match(tx store.Tx, w Worker, ra pdu.Address, o orphan, at, now time.Time) (matched, error) {
	sc, err := readCentre(tx, w)
	if err != nil {
		return matched{}, err
	}
	found, how, err := find(tx, w, ra, sc.ours(o), at)
	if err != nil || found == nil {
		return matched{how: matchedNothing}, err
	}
	// The message was read in this transaction, so it need not be read again.
	e := stored(found.message)
	a := e.attempt(found.Number)
	m := matched{how: how}
	if found.only {
		if m.stamped, m.accepted, err = q.compareClocks(tx, w, sc, o, e, a, at, now); err != nil {
			return matched{}, err
		}
	}
	a.MR = int(o.MR)
	q.apply(e, a, sc.ours(o), at, now)
	return m, q.keep(tx, e, now)
}

// find returns the attempt that a report is about, nil if nobody can tell. One with
// its reference that was taken at another time, an older one before the reference
// wrapped, is meant only if no other can be.
func find(r store.Reader, w Worker, ra pdu.Address, o orphan, at time.Time) (*candidate, matchKind, error) {
	named, err := byReference(r, w, ra, o, at)
	if err != nil || named != nil && named.takenThen(o.SCTS) {
		return named, matchedReference, err
	}
	doubted, flying, err := byDoubt(r, w, ra, o, at)
	switch {
	case err != nil:
		return nil, "", err
	case doubted != nil:
		return doubted, matchedUncertain, nil
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
func candidates(r store.Reader, prefix func(day int) string, at time.Time) ([]candidate, error) {
	var found []candidate
	from, to := at.Add(-reportWindow), at.Add(time.Millisecond)
	for day := dayOf(to); day >= dayOf(from) && len(found) < candidatesRead; day-- {
		p := prefix(day)
		pairs, err := r.ScanLast(p+store.TimeSegment(from), p+store.TimeSegment(to), candidatesRead-len(found))
		if err != nil {
			return nil, err
		}
		for _, pair := range pairs {
			c, ok, err := candidateAt(r, pair.Key, p)
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

// ofReference returns the attempts by w towards a number under a reference.
func ofReference(r store.Reader, w Worker, mr byte, ra pdu.Address, at time.Time) ([]candidate, error) {
	return candidates(r, func(day int) string { return mrPrefix(day, w.SIM, mr, ra) }, at)
}

// ofNoReference returns those whose reference is not known.
func ofNoReference(r store.Reader, w Worker, ra pdu.Address, at time.Time) ([]candidate, error) {
	return candidates(r, func(day int) string { return uncPrefix(day, w.SIM, ra) }, at)
}

// flights returns the attempts in flight by w towards a number.
func flights(r store.Reader, w Worker, ra pdu.Address) ([]candidate, error) {
	messages, err := inFlight(r)
	if err != nil {
		return nil, err
	}
	var found []candidate
	for _, m := range messages {
		for _, a := range m.Attempts {
			if a.Outcome == AttemptOpen && a.SIM == w.SIM && m.To.Tail() == ra.Tail() {
				found = append(found, candidate{Attempt: a, message: m})
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
	end := later(a.At.Add(answerWithin), a.EndedAt)
	if a.Outcome != AttemptAccepted {
		end = a.At.Add(answerWithin) // EndedAt is when we gave up
	}
	return scts.After(a.At.Add(-clockSlack)) && scts.Before(end.Add(clockSlack))
}

// byReference finds the attempt of a report by its reference. Of several, which
// there are when the reference has wrapped or the modem always tells the same
// one, it prefers the one that the service centre took at the time the report
// says, then those without a final report, then the newest.
func byReference(r store.Reader, w Worker, ra pdu.Address, o orphan, at time.Time) (*candidate, error) {
	all, err := ofReference(r, w, o.MR, ra, at)
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

// reported reports whether the last word about a has been said.
func (a *Attempt) reported() bool {
	return a.Report >= 0 && pdu.Status(a.Report).Outcome() != pdu.StillTrying
}

// byDoubt finds the attempt that a report with an unknown reference is about: it
// is of the only part towards that number on that SIM whose reference is not
// known, among those that the service centre can have taken when the report says.
// Of two nobody can tell which; to guess wrongly would be to lose a message. flying
// says that the attempt at another part, which is in flight, may be meant as well.
func byDoubt(r store.Reader, w Worker, ra pdu.Address, o orphan, at time.Time) (found *candidate, flying bool, err error) {
	all, err := ofNoReference(r, w, ra, at)
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
	open, err := flights(r, w, ra)
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

// inDoubt reports whether the reference of any attempt by w towards a number is
// not known.
func inDoubt(r store.Reader, w Worker, ra pdu.Address, at time.Time) (bool, error) {
	all, err := ofNoReference(r, w, ra, at)
	if err != nil || len(all) > 0 {
		return true, err
	}
	open, err := flights(r, w, ra)
	return len(open) > 0, err
}

func (c *candidate) samePart(other *candidate) bool {
	return c.message.ID == other.message.ID && c.Part == other.Part
}

// apply does to the part of attempt a what its report says.
func (q *Queue) apply(e *entry, a *Attempt, o orphan, at, now time.Time) {
	i, status := a.Part, pdu.Status(o.Status)
	p := &e.Parts[i]
	if a.reported() && status.Outcome() != pdu.Delivered {
		return // out of order, or again: what is known is at least as much
	}
	a.Report, a.ReportAt = int(o.Status), at
	if a.Outcome == AttemptSetAside {
		return // the message has begun anew
	}
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
			return
		}
		p.DeliveredAt = o.arrival(a, at)
		if p.Status == PartInFlight {
			p.Proved = true
			return
		}
		q.proved(e, i, now)
		return
	case pdu.StillTrying:
		return
	default:
	}
	if p.Status != PartSent || e.Status.Final() || e.followed(a) {
		return // all is over, or a later attempt may still arrive
	}
	switch {
	case status.Outcome() == pdu.Abandoned:
		q.abandoned(e, i, status, now)
	case status == statusValidityExpired:
		p.Status = PartExpired
	default:
		p.Status = PartFailed
	}
}

// failure returns the problem of a message that ends because a report says that
// one of its parts will not arrive.
func (m *Message) failure() *Problem {
	for i := range m.Attempts {
		a := &m.Attempts[i]
		if s := m.Parts[a.Part].Status; !a.reported() || s != PartFailed && s != PartExpired {
			continue
		}
		switch status := pdu.Status(a.Report); {
		case status.Outcome() == pdu.Abandoned:
			return &Problem{Code: CodeSCAbandoned, Detail: status.String()}
		case status == statusValidityExpired:
			return &Problem{Code: CodeSCExpired, Detail: status.String()}
		case status.Outcome() == pdu.Failed:
			return &Problem{Code: CodeUndelivered, Detail: status.String()}
		}
	}
	return &Problem{Code: CodeUndelivered}
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
func (q *Queue) abandoned(e *entry, i int, status pdu.Status, now time.Time) {
	p := &e.Parts[i]
	p.Failures++
	due := store.Milliseconds(now.Add(backoff(p.Failures)))
	if p.Copies >= copiesAllowed || e.TextRemoved || !due.Before(e.ExpiresAt) {
		p.Status = PartFailed
		return
	}
	p.Copies++
	p.Status, p.SentAt, p.MR = PartQueued, time.Time{}, noMR
	p.PossibleDuplicate = e.mayArrive(i)
	e.SentAt, e.FinishedAt = time.Time{}, time.Time{}
	if !e.claimable() {
		e.Due = due // when what is in the air, or in doubt, is settled
		return
	}
	e.Error = &Problem{Code: CodeSCRetry, Detail: status.String(), RetryAt: due}
	q.schedule(&e.Message, due, now)
}

// orphaned keeps a report that matched nothing.
func (q *Queue) orphaned(tx store.Tx, w Worker, ra pdu.Address, o orphan, at time.Time) error {
	kept, err := orphans(tx, w, ra)
	if err != nil {
		return err
	}
	for _, k := range kept {
		if k.orphan == o {
			return nil // the same one, read again
		}
	}
	key := orphanKey(w.SIM, ra, at, o.MR)
	if err := store.PutJSON(tx, key, o); err != nil {
		return err
	}
	if err := tx.Put(tickKey(at.Add(orphanKept), key), nil); err != nil {
		return err
	}
	return q.events.Append(tx, "", ReportOrphaned{Modem: w.Modem, MR: int(o.MR), Status: int(o.Status)})
}

// keptOrphan is a report that is waiting for its submission.
type keptOrphan struct {
	orphan
	key string
	at  time.Time
}

// orphans returns the latest reports towards a number that wait, in the order
// they came.
func orphans(r store.Reader, w Worker, ra pdu.Address) ([]keptOrphan, error) {
	from, to := span(orphanPrefix(w.SIM, ra))
	pairs, err := r.ScanLast(from, to, orphansRead)
	if err != nil {
		return nil, err
	}
	slices.Reverse(pairs)
	kept := make([]keptOrphan, 0, len(pairs))
	for _, pair := range pairs {
		k := keptOrphan{key: pair.Key}
		at, _, _ := strings.Cut(strings.TrimPrefix(pair.Key, from), "/")
		if k.at, err = store.ParseTime(at); err == nil {
			err = json.Unmarshal(pair.Value, &k.orphan)
		}
		if err == nil { // else Tend removes it in time
			kept = append(kept, k)
		}
	}
	return kept, nil
}

// rematch looks whether the reports that wait can be matched now that more is
// known of an attempt towards a number by w.
func (q *Queue) rematch(tx store.Tx, w Worker, to pdu.Address, now time.Time) error {
	kept, err := orphans(tx, w, to)
	if err != nil {
		return err
	}
	for _, k := range kept {
		m, err := q.match(tx, w, to, k.orphan, k.at, now)
		if err != nil {
			return err
		}
		if m.how == matchedNothing {
			continue
		}
		for _, key := range []string{k.key, tickKey(k.at.Add(orphanKept), k.key)} {
			if err := tx.Delete(key); err != nil {
				return err
			}
		}
	}
	return nil
}
