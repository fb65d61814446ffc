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
	// failTimes is how often a follower fails at an event before the event is set aside.
	failTimes = 8
	// failFor is for how long.
	failFor = 5 * time.Minute
	// asideAtMost is how many events SetAside returns.
	asideAtMost = 1000
)

// failure is the error of an event at which Handle fails.
type failure struct {
	index int // of the event among those that were tried together
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
	At    time.Time `json:"at"` // of the event: numbers come again after an old backup was restored
	Since time.Time `json:"since"`
	Tries int       `json:"n"`
}

// asideRecord is the stored form of an event that was set aside.
type asideRecord struct {
	Event *record   `json:"ev,omitempty"` // nil: Raw cannot be read
	Raw   []byte    `json:"raw,omitempty"`
	At    time.Time `json:"at"` // when it was set aside
	Tries int       `json:"n"`
	Err   string    `json:"err"`
}

// Aside is an event at which a follower has failed so often that it was set aside.
type Aside struct {
	Follower string
	Event    Event     // of one whose record cannot be read Box and Seq alone
	At       time.Time // when it was set aside
	Tries    int       // until then
	Err      string    // of the last of those tries, in English
}

// noteFailure writes down that an event has failed, and sets it aside if that is enough. It
// returns how long to wait, 0 if the event was set aside. When that cannot be written
// the failure does not count.
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
			return noted{}, err // another run of the follower has done the event
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

// tryAside tries once more each event that the follower has set aside. What fails again
// stays set aside; only an error of the store is returned.
func (r *run) tryAside(ctx context.Context) error {
	all, err := store.View(ctx, r.log.store, func(tx store.Reader) ([]Aside, error) { return scanAside(tx, asidePrefix(r.Name)) })
	if err != nil {
		return err
	}
	for _, a := range all {
		if a.Event.Type == "" {
			continue // its record cannot be read
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
			if err := w.Delete(key); err != nil {
				return w.failure(0, e, err)
			}
			return nil
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

// SetAside returns the events that were set aside and have not been acted upon since, in
// the order of followers and events, at most 1000.
func (l *Log) SetAside(ctx context.Context) ([]Aside, error) {
	all, err := store.View(ctx, l.store, func(r store.Reader) ([]Aside, error) { return scanAside(r, asideSpace) })
	if err != nil {
		return nil, fmt.Errorf("list events set aside: %w", err)
	}
	return all, nil
}

// scanAside returns what was set aside below a prefix.
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

// decodeAside turns a stored pair into an event that was set aside.
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

// pruneAside removes what was set aside before that time and returns how many.
func (l *Log) pruneAside(ctx context.Context, before time.Time) (int, error) {
	return store.Count(ctx, l.store, store.Prefix(asideSpace), func(tx store.Tx, p store.Pair) (bool, error) {
		a, err := decodeAside(p)
		if err != nil || !a.At.Before(before) {
			return false, err
		}
		return true, tx.Delete(p.Key)
	})
}

// Describe and Collect make Log the prometheus.Collector of what it counts.
func (l *Log) Describe(to chan<- *prometheus.Desc) { l.setAside.Describe(to) }

// Collect is that of prometheus.Collector.
func (l *Log) Collect(to chan<- prometheus.Metric) { l.setAside.Collect(to) }

func newSetAside() *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "goniec_events_set_aside_total", Help: "Events at which a follower of the log failed so often that it went on without them.",
	}, []string{"follower"})
}
