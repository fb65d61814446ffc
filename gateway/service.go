package gateway

import (
	"context"
	"slices"
	"time"

	"goniec/modem"
	"goniec/queue"
	"goniec/store"
)

const (
	// serviceGrace is how long what is meant for a modem waits for it when it
	// has gone: it is mostly back soon, and conversations should not change SIMs
	// for that.
	serviceGrace = time.Minute
	// longPause is how long a modem that works may send nothing, by its pace or
	// because the network fails, without others taking what is meant for it.
	longPause = time.Minute
)

// service is whether a worker sends, as routing sees it.
type service struct {
	down   time.Time // since when the modem is not ready; zero: it is
	in     bool      // what serves said last
	sim    string    // and of which SIM
	before string    // the SIM that was in the modem when it was open last, by what is stored
}

// remember reads, before w runs, which SIM was in the modem last, so that what is
// meant for it waits until the modem is open.
func (w *worker) remember(ctx context.Context) {
	record, err := store.View(ctx, w.gateway.config.Store, func(r store.Reader) (cardRecord, error) {
		record, _, err := store.GetJSON[cardRecord](r, "card/"+w.config.Name)
		return record, err
	})
	w.show(func(p *public) {
		p.service.down = time.Now()
		if err == nil { // else nobody waits for it
			p.service.before = record.SIM
		}
	})
}

// served returns the SIM of w, whether w is in service, and when that changes by
// itself; zero: it does not.
func (w *worker) served(now time.Time) (sim string, in bool, until time.Time) {
	s := w.shown()
	if sim = s.sim; sim == "" {
		sim = s.service.before
	}
	if sim == "" {
		sim = simOf(modem.Info{}, w.config.Name)
	}
	switch {
	case w.soft.Err() != nil:
		return sim, false, time.Time{}
	case !s.parkedSince.IsZero() && (s.parkedUntil.IsZero() || now.Before(s.parkedUntil)):
		return sim, false, s.parkedUntil
	case !s.service.down.IsZero():
		over := s.service.down.Add(serviceGrace)
		return sim, now.Before(over), over
	case s.pausedUntil.Sub(now) > longPause:
		return sim, false, s.pausedUntil.Add(-longPause)
	default:
		return sim, true, time.Time{}
	}
}

// noteService has the other workers look again when they may take what is meant for
// w, or may no more.
func (w *worker) noteService(state modem.State) {
	now := time.Now()
	w.show(func(p *public) {
		switch {
		case state == modem.Ready:
			p.service.down = time.Time{}
		case p.service.down.IsZero():
			p.service.down = now
		}
	})
	sim, in, _ := w.served(now)
	changed := false
	w.show(func(p *public) {
		changed = in != p.service.in || sim != p.service.sim
		p.service.in, p.service.sim = in, sim
	})
	if changed {
		w.gateway.mu.Lock()
		defer w.gateway.mu.Unlock()
		w.gateway.nudge(w)
	}
}

// nudge wakes every worker but one. The caller holds mu.
func (g *Gateway) nudge(but *worker) {
	for _, w := range g.workers {
		if w == but {
			continue
		}
		select {
		case w.nudged <- struct{}{}:
		default: // it will look anyway
		}
	}
}

// inService returns the workers that are in service but the one called name.
func (g *Gateway) inService(name string, now time.Time) []queue.Worker {
	g.mu.Lock()
	defer g.mu.Unlock()
	var all []queue.Worker
	for _, w := range g.workers {
		if w.config.Name == name {
			continue
		}
		if sim, in, _ := w.served(now); in {
			all = append(all, queue.Worker{Modem: w.config.Name, SIM: sim})
		}
	}
	return all
}

// nextShift returns when another worker than the one called name next goes out of
// service by itself, or comes back; zero: not as far as is known.
func (g *Gateway) nextShift(name string, now time.Time) time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	var times []time.Time
	for _, w := range g.workers {
		if _, _, until := w.served(now); w.config.Name != name && until.After(now) {
			times = append(times, until)
		}
	}
	if len(times) == 0 {
		return time.Time{}
	}
	return slices.MinFunc(times, time.Time.Compare)
}
