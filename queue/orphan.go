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
	// orphanKept is how long an unmatched report waits for its submission.
	orphanKept = 24 * time.Hour
	// orphansRead bounds how many waiting reports an attempt is compared with.
	orphansRead = 64
)

// orphan is what counts of a report, and the value of orph/<sim>/<tail>/<time>/<mr>.
type orphan struct {
	MR        byte      `json:"mr"`
	Status    byte      `json:"st"`
	SCTS      time.Time `json:"scts,omitzero"`
	Discharge time.Time `json:"dt,omitzero"`
}

// byClockOf returns o with its times by our clock.
func (o orphan) byClockOf(c clock.Centre) orphan {
	o.SCTS, o.Discharge = c.Ours(o.SCTS), c.Ours(o.Discharge)
	return o
}

// arrival returns when the phone got the message: as the service centre says, if
// that can be true.
func (o orphan) arrival(a *Attempt, at time.Time) time.Time {
	if o.Discharge.Before(a.At.Add(-clock.CentreSlack)) || o.Discharge.After(at.Add(clock.CentreSlack)) {
		return at
	}
	return o.Discharge
}

// keepOrphan keeps a report that matched nothing.
func (m *matcher) keepOrphan(o orphan, at time.Time) error {
	kept, err := m.orphans()
	if err != nil {
		return err
	}
	for _, k := range kept {
		if k.orphan == o {
			return nil // the same one, read again
		}
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

// keptOrphan is a report that is waiting for its submission.
type keptOrphan struct {
	orphan
	key string
	at  time.Time
}

// orphans returns the latest reports towards the number that wait, in the order
// they came.
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
		if err == nil { // else Tend removes it in time
			kept = append(kept, k)
		}
	}
	return kept, nil
}

// rematch looks whether the reports that wait can be matched now that more is
// known of an attempt towards the number by the worker.
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
		for _, key := range []string{k.key, TickKey(k.at.Add(orphanKept), k.key)} {
			if err := m.tx.Delete(key); err != nil {
				return err
			}
		}
	}
	return nil
}
