package queue

import (
	"errors"
	"time"

	"goniec/store"
)

// centre is the value of sc/<sim>: what is known of the service centre of a SIM.
type centre struct {
	// Ahead is how far its clock is ahead of ours. Some write their times in a
	// zone that is not theirs, and are hours off.
	Ahead time.Duration `json:"ahead"`
	// Sample is what a report has said that is not believed until another says
	// so, and Of the message it was about.
	Sample time.Duration `json:"smp,omitempty"`
	Of     string        `json:"of,omitempty"`
}

// aheadStep is by how much Ahead has to differ to be written anew. Less is how
// long a message takes to get there.
const aheadStep = clockSlack / 2

const (
	// farthestZone is how far a zone is from ours at most.
	farthestZone = 14 * time.Hour
	// zoneStep is the step of zones in TP-SCTS, 3GPP TS 23.040 9.2.3.11.
	zoneStep = 15 * time.Minute
	// zoneSlack is how far off a clock in another zone may be to be one.
	zoneSlack = time.Minute
)

// isZone reports whether a clock that is so far ahead is right, but for its zone.
func isZone(ahead time.Duration) bool {
	return ahead.Abs() <= farthestZone && (ahead-ahead.Round(zoneStep)).Abs() <= zoneSlack
}

func readCentre(r store.Reader, w Worker) (centre, error) {
	c, _, err := store.GetJSON[centre](r, centreKey(w.SIM))
	if errors.Is(err, store.ErrRecord) {
		return centre{}, nil // it is learned again
	}
	return c, err
}

// ours returns the times of a report by our clock.
func (c centre) ours(o orphan) orphan {
	o.SCTS, o.Discharge = o.SCTS.Add(-c.Ahead), o.Discharge.Add(-c.Ahead)
	return o
}

// learn notes how far the clock of the centre is ahead, by a report that can only
// be that of a, if it is known when a was taken. What is no zone is believed when
// two messages have said so: a report may have been matched wrongly.
func (c centre) learn(tx store.Tx, w Worker, o orphan, e *entry, a *Attempt, at time.Time) error {
	ahead := o.SCTS.Sub(a.EndedAt).Round(time.Second)
	if (ahead-c.Ahead).Abs() < aheadStep || a.EndedAt.Sub(a.At) > answerWithin {
		return nil
	}
	if doubt, err := inDoubt(tx, w, e.To, at); err != nil || doubt {
		return err
	}
	agreed := c.Of != "" && c.Of != e.ID && (ahead-c.Sample).Abs() < aheadStep
	switch {
	case isZone(ahead), agreed:
		c = centre{Ahead: ahead}
	case c.Of == e.ID && c.Sample == ahead:
		return nil
	default:
		c.Sample, c.Of = ahead, e.ID
	}
	return store.PutJSON(tx, centreKey(w.SIM), c)
}

// compareClocks learns how far the clock of the centre is ahead of ours while ours is
// believed; while it is not it returns what there is to compare, see centreTells.
func (q *Queue) compareClocks(
	tx store.Tx, w Worker, c centre, o orphan, e *entry, a *Attempt, at, now time.Time,
) (stamped, accepted time.Time, err error) {
	withheld, err := q.withholds(tx, now)
	switch {
	case err != nil:
		return time.Time{}, time.Time{}, err
	case !withheld:
		return time.Time{}, time.Time{}, c.learn(tx, w, o, e, a, at)
	case a.Outcome == AttemptAccepted && a.EndedAt.Sub(a.At) <= ClockAgrees:
		return c.ours(o).SCTS, a.EndedAt, nil
	default:
		return time.Time{}, time.Time{}, nil
	}
}
