package queue

import (
	"context"
	"fmt"
	"slices"
	"time"

	"goniec/clock"
	"goniec/pdu"
	"goniec/store"
)

// Report takes a delivery report (SMS-STATUS-REPORT, 3GPP TS 23.040 9.2.2.3) that w
// received at at. The report belongs to the attempt with the same TP-MR on the same SIM
// towards a number with the same last digits; of several attempts, to the newest that the
// times allow. If there is none, the report belongs to the only uncertain part towards the
// number on the SIM. If there is none either, Report appends the event ReportOrphaned and
// keeps the report for 24 hours for an attempt whose outcome is not yet recorded. A report
// that was taken before changes nothing.
func (q *Queue) Report(ctx context.Context, w Worker, r pdu.StatusReport, at time.Time) error {
	at = store.Milliseconds(at)
	m, err := store.Update(ctx, q.store, func(tx store.Tx) (matchResult, error) {
		m := &matcher{work: q.work(tx), worker: w, to: r.RA}
		o := orphan{MR: r.MR, Status: byte(r.Status), SCTS: r.SCTS.UTC(), Discharge: r.Discharge.UTC()}
		found, err := m.match(o, at)
		if err == nil && found.how == matchedNothing {
			err = m.keepOrphan(o, at)
		}
		return found, err
	})
	if err != nil {
		return fmt.Errorf("report by modem %s: %w", w.Modem, err)
	}
	q.meter.reported(m.how, r.Status.Outcome())
	// The stamp of the centre and the answer of the modem are of one moment, so their
	// difference is the error of the clock. The clock may have been set since an earlier
	// run of this process.
	if m.accepted.IsZero() || m.accepted.Before(store.Milliseconds(q.started)) {
		return nil
	}
	_, err = q.clock.Confirm(ctx, clock.ServiceCentre, q.now().Add(m.stamped.Sub(m.accepted)))
	return err
}

// reported reports whether a final report on a has come (3GPP TS 23.040 9.2.3.15).
func (a *Attempt) reported() bool {
	return a.Report >= 0 && pdu.Status(a.Report).Outcome() != pdu.StillTrying
}

// report is a delivery report with its times by the clock of the box.
type report struct {
	orphan
	at time.Time // of receipt
}

// apply changes the part of attempt a as the report on a says.
func (w *work) apply(e *entry, a *Attempt, r report) {
	i, status := a.Part, pdu.Status(r.Status)
	p := &e.Parts[i]
	if a.reported() && status.Outcome() != pdu.Delivered {
		return // the report is a repetition, or older than the known report
	}
	a.Report, a.ReportAt = int(r.Status), r.at
	if a.Outcome == AttemptDiscarded {
		return // every part is sent again by another SIM
	}
	good := status.Outcome() == pdu.Delivered || status.Outcome() == pdu.StillTrying
	if a.Outcome == AttemptUncertain {
		a.Outcome = AttemptAccepted
		if good || p.Status != PartInFlight {
			w.accept(e, a)
		}
	}
	switch status.Outcome() {
	case pdu.Delivered:
		if p.Status == PartDelivered {
			return
		}
		p.DeliveredAt = r.deliveryTime(a, r.at)
		if p.Status == PartInFlight {
			p.Proved = true
			return
		}
		w.markSent(e, i)
		return
	case pdu.StillTrying:
		return
	default:
	}
	if p.Status != PartSent || e.Status.Final() || e.followed(a) {
		return // the message has ended, or a later attempt may still arrive
	}
	switch {
	case status.Outcome() == pdu.Abandoned:
		w.requeueAbandoned(e, i, status)
	case status == statusValidityExpired:
		p.Status = PartExpired
	default:
		p.Status = PartFailed
	}
}

// failure returns the Problem of a message that ends because of a report on a part.
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

// followed reports whether a later attempt at the same part may have left.
func (m *Message) followed(a *Attempt) bool {
	return slices.ContainsFunc(m.Attempts, func(b Attempt) bool {
		return b.Part == a.Part && b.Number > a.Number &&
			(b.Outcome == AttemptOpen || b.Outcome == AttemptAccepted || b.Outcome == AttemptUncertain)
	})
}

// statusValidityExpired is the TP-ST of a message whose TP-VP has run out, 3GPP
// TS 23.040 9.2.3.15.
const statusValidityExpired pdu.Status = 0x46

// requeueAbandoned queues part i, which the service centre has stopped trying to deliver,
// again, or fails the part after copiesAllowed copies.
func (w *work) requeueAbandoned(e *entry, i int, status pdu.Status) {
	p := &e.Parts[i]
	p.Failures++
	due := store.Milliseconds(w.now.Add(backoff(p.Failures)))
	if p.Copies >= copiesAllowed || e.TextRemoved || !due.Before(e.ExpiresAt) {
		p.Status = PartFailed
		return
	}
	p.Copies++
	p.Status, p.SentAt, p.MR = PartQueued, time.Time{}, noMR
	p.PossibleDuplicate = e.mayHaveArrived(i)
	e.SentAt, e.FinishedAt = time.Time{}, time.Time{}
	if !e.claimable() {
		e.Due = due // counts once no part is in flight or uncertain
		return
	}
	e.Error = &Problem{Code: CodeSCRetry, Detail: status.String(), RetryAt: due}
	w.schedule(&e.Message, due)
}
