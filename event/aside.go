package event

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"goniec/store"
)

const (
	// failTimes is how many failures of a follower at an event, over at least failFor, set the
	// event aside.
	failTimes = 8
	failFor   = 5 * time.Minute
	// asideAtMost is the greatest number of events that SetAside returns.
	asideAtMost = 1000
)

// failure is the error of a Handle at an event.
type failure struct {
	index int // of the event in the batch
	event logged
	err   error
}

func (f *failure) Error() string {
	return fmt.Sprintf("event %s (%s): %v", f.event.ID(), f.event.Type, f.err)
}

func (f *failure) Unwrap() error { return f.err }

// trouble is the stored form of the event at which a follower fails.
type trouble struct {
	Seq   uint64    `json:"seq"`
	At    time.Time `json:"at"` // time of the event, since numbers are given out again after an old backup was restored
	Since time.Time `json:"since"`
	Tries int       `json:"n"`
}

// asideRecord is the stored form of an event that was set aside.
type asideRecord struct {
	Event *record   `json:"ev,omitempty"` // nil: Raw could not be decoded
	Raw   []byte    `json:"raw,omitempty"`
	At    time.Time `json:"at"` // when it was set aside
	Tries int       `json:"n"`
	Err   string    `json:"err"`
}

// Aside is an event that was set aside because a follower failed at it repeatedly.
type Aside struct {
	Follower string
	Event    Event     // of a damaged record Box and Seq alone
	At       time.Time // when it was set aside
	Tries    int       // failures before that
	Err      string    // the last error, in English
}

// noteFailure stores a failure at an event, and sets the event aside after enough of them. It
// returns the wait before the next try, 0 if the event was set aside. A failure that cannot be
// stored does not count.
func (r *run) noteFailure(ctx context.Context, f *failure) (wait time.Duration, err error) {
	e := f.event
	key := troubleKey(r.Name, e.Box)
	type noted struct {
		trouble

		aside bool
	}
	n, err := store.Update(ctx, r.log.store, func(tx store.Tx) (noted, error) {
		cursor, err := number(tx, cursorKey(r.Name, e.Box))
		if err != nil || cursor >= e.Seq {
			return noted{}, err // another run of the follower has handled the event
		}
		t, _, err := store.GetJSON[trouble](tx, key)
		if err != nil {
			return noted{}, err
		}
		now := time.Now().UTC()
		if t.Seq != e.Seq || !t.At.Equal(e.At) {
			t = trouble{Seq: e.Seq, At: e.At, Since: now}
		}
		t.Tries++
		if t.Since.After(now) { // the clock was set back
			t.Since = now
		}
		if t.Tries < failTimes || now.Sub(t.Since) < failFor {
			return noted{t, false}, store.PutJSON(tx, key, t)
		}
		a := asideRecord{At: now, Tries: t.Tries, Err: f.err.Error()}
		if e.damaged != nil {
			a.Raw = e.record
		} else {
			a.Event = &record{Type: e.Type, At: e.At, Actor: e.Actor, Data: e.Data}
		}
		if err := store.PutJSON(tx, asideKey(r.Name, e.Box, e.Seq), a); err != nil {
			return noted{}, err
		}
		if err := tx.Delete(key); err != nil {
			return noted{}, err
		}
		return noted{t, true}, tx.Put(cursorKey(r.Name, e.Box), []byte(formatSeq(e.Seq)))
	})
	log := r.Logger.With(slog.String("follower", r.Name), slog.String("event", e.ID()), slog.String("type", e.Type), slog.Any("err", f.err))
	switch {
	case err != nil:
		log.Error("cannot act upon an event nor write that down, trying again", slog.Any("store", err))
		return followAgain, err
	case n.aside:
		r.log.setAside.WithLabelValues(r.Name).Inc()
		log.Error("an event was set aside, since it fails again and again", slog.Int("tries", n.Tries),
			slog.String("remedy", "report this with the log; a version that mends it, or a restart, tries the event again"))
		return 0, nil
	}
	log.Error("cannot act upon an event, trying again", slog.Int("tries", n.Tries))
	return min(followAgain<<min(n.Tries-1, 10), followAgainAtMost), nil
}

// tryAside calls Handle once for each event that the follower has set aside. An event that
// fails stays set aside. The error is that of the store.
func (r *run) tryAside(ctx context.Context) error {
	all, err := store.View(ctx, r.log.store, func(tx store.Reader) ([]Aside, error) { return scanAside(tx, asidePrefix(r.Name)) })
	if err != nil {
		return err
	}
	for _, a := range all {
		if a.Event.Type == "" {
			continue // the record is damaged
		}
		err := r.log.store.Update(ctx, func(tx store.Tx) error {
			key := asideKey(r.Name, a.Event.Box, a.Event.Seq)
			w := &watchedTx{Tx: tx}
			if there, err := w.Get(key); err != nil || there == nil {
				return err
			}
			e := logged{Event: a.Event}
			if r.wants(e.Type) {
				if err := r.handle(w, e); err != nil {
					return w.failure(0, e, err)
				}
			}
			return w.failure(0, e, w.Delete(key))
		})
		log := r.Logger.With(slog.String("follower", r.Name), slog.String("event", a.Event.ID()), slog.String("type", a.Event.Type))
		var failed *failure
		switch {
		case err == nil:
			log.Info("acted upon an event that had been set aside")
		case errors.As(err, &failed):
			log.Warn("an event that was set aside fails again", slog.Any("err", failed.err))
		default:
			return err
		}
	}
	return nil
}

// SetAside returns the events that are set aside and not handled since, ordered by follower
// and event, at most 1000.
func (l *Log) SetAside(ctx context.Context) (_ []Aside, err error) {
	defer store.Wrap(&err, "list events set aside")
	return store.View(ctx, l.store, func(r store.Reader) ([]Aside, error) { return scanAside(r, asideSpace) })
}

// scanAside returns the events set aside under a prefix of keys.
func scanAside(r store.Reader, prefix string) ([]Aside, error) {
	pairs, err := r.Scan(prefix, store.PrefixEnd(prefix), asideAtMost)
	if err != nil {
		return nil, err
	}
	all := make([]Aside, 0, len(pairs))
	for _, p := range pairs {
		a, err := decodeAside(p)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, nil
}

// decodeAside decodes an event that was set aside.
func decodeAside(p store.Pair) (Aside, error) {
	name, rest, _ := strings.Cut(strings.TrimPrefix(p.Key, asideSpace), "/")
	box, digits, _ := strings.Cut(rest, "/")
	seq, ok := parseSeq(digits)
	if !ok {
		return Aside{}, fmt.Errorf("decode event set aside %q: key does not end in a number", p.Key)
	}
	var a asideRecord
	if err := json.Unmarshal(p.Value, &a); err != nil {
		return Aside{}, fmt.Errorf("decode event set aside %q: %w", p.Key, err)
	}
	e := Event{Box: box, Seq: seq}
	if s := a.Event; s != nil {
		e.Type, e.At, e.Actor, e.Data = s.Type, s.At, s.Actor, s.Data
	}
	return Aside{Follower: name, Event: e, At: a.At, Tries: a.Tries, Err: a.Err}, nil
}

// pruneAside deletes the events set aside before a time and returns their number.
func (l *Log) pruneAside(ctx context.Context, before time.Time) (int, error) {
	return store.Count(ctx, l.store, store.Prefix(asideSpace), func(tx store.Tx, p store.Pair) (bool, error) {
		a, err := decodeAside(p)
		if err != nil || !a.At.Before(before) {
			return false, err
		}
		return true, tx.Delete(p.Key)
	})
}

// Describe implements prometheus.Collector.
func (l *Log) Describe(to chan<- *prometheus.Desc) { l.setAside.Describe(to) }

// Collect implements prometheus.Collector.
func (l *Log) Collect(to chan<- prometheus.Metric) { l.setAside.Collect(to) }

func newSetAside() *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "goniec_events_set_aside_total", Help: "Events at which a follower of the log failed so often that it went on without them.",
	}, []string{"follower"})
}
