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
}

// aheadStep is by how much Ahead has to differ to be written anew. Less is how
// long a message takes to get there.
const aheadStep = clockSlack / 2

func readCentre(r store.Reader, w Worker) (centre, error) {
	c, _, err := readJSON[centre](r, centreKey(w.SIM))
	if errors.Is(err, errStored) {
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
// be that of a, if it is known when a was taken.
func (c centre) learn(tx store.Tx, w Worker, o orphan, a *Attempt) error {
	ahead := o.SCTS.Sub(a.EndedAt).Round(time.Second)
	if (ahead-c.Ahead).Abs() < aheadStep || a.EndedAt.Sub(a.At) > answerWithin {
		return nil
	}
	return store.PutJSON(tx, centreKey(w.SIM), centre{Ahead: ahead})
}
