package queue

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"goniec/clock"
	"goniec/store"
)

const (
	// orphanKept is how long a report that matched no attempt is kept.
	orphanKept = 24 * time.Hour
	// orphansRead bounds how many kept reports one transaction tries to match.
	orphansRead = 64
)

// orphan holds the fields of a report that matching needs. It is the value of
// orph/<sim>/<tail>/<time>/<mr>.
type orphan struct {
	MR        byte      `json:"mr"`
	Status    byte      `json:"st"`
	SCTS      time.Time `json:"scts,omitzero"`
	Discharge time.Time `json:"dt,omitzero"`
}

// inOurTime returns o with its times by the clock of the box.
func (o orphan) inOurTime(c clock.Centre) orphan {
	o.SCTS, o.Discharge = c.Ours(o.SCTS), c.Ours(o.Discharge)
	return o
}

// deliveryTime returns when the phone received the part: TP-DT if it lies between the
// attempt and the receipt of the report at at, otherwise at.
func (o orphan) deliveryTime(a *Attempt, at time.Time) time.Time {
	if o.Discharge.Before(a.At.Add(-clock.CentreSlack)) || o.Discharge.After(at.Add(clock.CentreSlack)) {
		return at
	}
	return o.Discharge
}

// keepOrphan keeps a report that matched no attempt.
func (m *matcher) keepOrphan(o orphan, at time.Time) error {
	kept, err := m.orphans()
	if err != nil {
		return err
	}
	if slices.ContainsFunc(kept, func(k keptOrphan) bool { return k.orphan == o }) {
		return nil // the modem has read the same report again
	}
	key := orphanKey(m.worker.SIM, m.to, at, o.MR)
	if err := store.PutJSON(m.tx, key, o); err != nil {
		return err
	}
	if err := m.tx.Put(TickKey(at.Add(orphanKept), key), nil); err != nil {
		return err
	}
	return m.queue.events.Append(m.tx, "", ReportOrphaned{Modem: m.worker.Modem, MR: int(o.MR), Status: int(o.Status)})
}

// keptOrphan is a report that waits for its attempt.
type keptOrphan struct {
	orphan
	key string
	at  time.Time
}

// orphans returns the latest kept reports on the number, in the order of receipt.
func (m *matcher) orphans() ([]keptOrphan, error) {
	from, to := span(orphanPrefix(m.worker.SIM, m.to))
	pairs, err := m.tx.ScanLast(from, to, orphansRead)
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
		if err == nil { // Tend removes a damaged record
			kept = append(kept, k)
		}
	}
	return kept, nil
}

// rematch matches the kept reports again, after an outcome of an attempt by the worker
// towards the number has been written.
func (m *matcher) rematch() error {
	kept, err := m.orphans()
	if err != nil {
		return err
	}
	for _, k := range kept {
		found, err := m.match(k.orphan, k.at)
		if err != nil {
			return err
		}
		if found.how == matchedNothing {
			continue
		}
		if err := store.Delete(m.tx, k.key, TickKey(k.at.Add(orphanKept), k.key)); err != nil {
			return err
		}
	}
	return nil
}
