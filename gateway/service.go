package gateway

import (
	"cmp"
	"context"
	"time"

	"goniec/clock"
	"goniec/modem"
	"goniec/queue"
	"goniec/store"
)

const (
	// serviceGrace is how long messages that prefer a modem wait for it after it has gone.
	// Most modems are back within seconds, and a conversation should keep its SIM.
	serviceGrace = time.Minute
	// longPause is how long an open modem may send nothing, because of its pace or a failing
	// network, before other modems take its messages.
	longPause = time.Minute
)

// service says whether a worker is in service: whether routing may prefer its SIM.
type service struct {
	down   time.Time // since when the modem is not ready; zero: it is ready
	in     bool      // in of served when noteService ran last
	sim    string    // sim of served when noteService ran last
	before string    // the stored SIM of the last opening
}

// remember reads which SIM was in the modem last, before w runs. Messages for that SIM wait
// until the modem is open.
func (w *worker) remember(ctx context.Context) {
	record, err := store.LoadJSON[cardRecord](ctx, w.gateway.config.Store, "card/"+w.config.Name)
	w.show(func(p *public) {
		p.service.down = time.Now()
		if err == nil { // on an error no message waits for the modem
			p.service.before = record.SIM
		}
	})
}

// served returns the SIM of w, whether w is in service, and when that changes without an
// event; zero: it does not.
func (w *worker) served(now time.Time) (sim string, in bool, until time.Time) {
	s := w.shown()
	if sim = cmp.Or(s.sim, s.service.before); sim == "" {
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

// noteService wakes the other workers when w has come into service or gone out of it, since
// they may then claim other messages.
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

// nudge wakes every worker except but. The caller holds mu.
func (g *Gateway) nudge(but *worker) {
	for _, w := range g.workers {
		if w == but {
			continue
		}
		select {
		case w.nudged <- struct{}{}:
		default: // a wake-up is already pending
		}
	}
}

// inService returns the workers in service except the one called name.
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

// nextShift returns when a worker other than the one called name next comes into service or
// goes out of it by time alone; zero: never.
func (g *Gateway) nextShift(name string, now time.Time) time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	var next time.Time
	for _, w := range g.workers {
		if _, _, until := w.served(now); w.config.Name != name && until.After(now) {
			next = clock.Earliest(next, until)
		}
	}
	return next
}
