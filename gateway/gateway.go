// Package gateway runs the modems: one worker a modem, which alone talks to it
// and its SIM, takes parts from the queue to the modem and brings back what the
// network says about them, and what patients write.
//
// It owns the decisions between the two: when a modem is opened again, what an
// error means for the message and for the modem, and how fast parts may leave.
// It owns no message: whatever must survive a crash is in the queue before and
// after each step, and as long as the store cannot be written nothing is sent.
package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"goniec/event"
	"goniec/inbox"
	"goniec/modem"
	"goniec/queue"
	"goniec/store"
)

// ErrUnknownModem is returned for a name that is not configured.
var ErrUnknownModem = errors.New("no modem of this name is configured")

// ModemConfig is one modem and how fast parts may leave by it.
type ModemConfig struct {
	modem.Config
	Pace Pace
	// Number is that of the SIM in E.164; empty: what the card tells.
	Number string
	// Prefixes are how numbers begin that this modem is meant for, "+48600".
	Prefixes []string
	// Revision changes when something did that cannot be compared, such as
	// what PIN returns; SetModems then restarts the modem.
	Revision string
}

// Config is what New needs; Store, Queue, Inbox and Events are required.
type Config struct {
	Modems     []ModemConfig
	Store      store.Store // for its own keys, see docs/how-a-message-travels.md, and to append events
	Queue      *queue.Queue
	Inbox      *inbox.Inbox
	Routing    *Routing // the same as the Router of Queue; nil: there is none
	Events     *event.Log
	Logger     *slog.Logger          // nil: nothing is logged
	Registerer prometheus.Registerer // nil: no metrics
	// DefaultValidity is how long a service centre tries at most to deliver a
	// part (TP-VP); a message that expires earlier has less. 0 means 48 h.
	DefaultValidity time.Duration
	// Location is where days and months of Pace begin; nil means UTC.
	Location *time.Location
}

// defaultValidity is Config.DefaultValidity where it is not set: a phone that is
// off over a weekend still gets its text.
const defaultValidity = 48 * time.Hour

// Gateway is all modems of a box. Its methods may be called by any goroutine.
type Gateway struct {
	config    Config
	metrics   *metrics
	queue     atomic.Pointer[queue.Queue] // in force, see Use
	inbox     atomic.Pointer[inbox.Inbox]
	attending atomic.Pointer[Attendant] // in force, see Attend

	// soft is done when nothing new may be begun, hard when what runs must end.
	soft, hard         context.Context
	softStop, hardStop context.CancelFunc
	running            sync.WaitGroup // workers
	watchers           sync.Map       // of Changes: chan struct{}

	mu      sync.Mutex // guards what follows
	started bool
	order   []string // names as configured
	workers map[string]*worker
}

// New returns a gateway with the modems of c; none of them is opened yet.
func New(c Config) *Gateway {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.DefaultValidity <= 0 {
		c.DefaultValidity = defaultValidity
	}
	if c.Location == nil {
		c.Location = time.UTC
	}
	if c.Routing == nil {
		c.Routing = NewRouting(RoutingConfig{Store: c.Store})
	}
	g := &Gateway{config: c, metrics: newMetrics(c.Registerer), workers: map[string]*worker{}}
	g.Use(c.Queue, c.Inbox)
	g.config.Queue, g.config.Inbox = nil, nil // in force are g.queue and g.inbox
	g.Attend(noAttendant{})
	g.hard, g.hardStop = context.WithCancel(context.Background())
	g.soft, g.softStop = context.WithCancel(g.hard)
	g.SetModems(c.Modems)
	return g
}

// Start starts a worker for each modem and returns at once: a modem that is
// absent or broken is a normal day. What the modems come to is in Modems and in
// the log. ctx is not kept.
func (g *Gateway) Start(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("start gateway: %w", err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.started || g.soft.Err() != nil {
		return errors.New("start gateway: it has been started before")
	}
	g.started = true
	for _, w := range g.workers {
		w.remember(ctx)
	}
	for _, w := range g.workers {
		g.launch(w)
	}
	return nil
}

// Use has all modems work with q and in from now on, a queue and an inbox of other
// settings on the same store. What is in flight goes on: the store knows of it, no queue
// does.
func (g *Gateway) Use(q *queue.Queue, in *inbox.Inbox) {
	g.queue.Store(q)
	g.inbox.Store(in)
}

// launch starts w. The caller holds mu.
func (g *Gateway) launch(w *worker) {
	g.running.Go(w.run)
}

// Stop stops claiming, lets running submissions end until ctx is done, then
// breaks them off, and returns when every modem is closed. A submission broken
// off is recorded as uncertain. It returns the error of ctx if it came to that.
func (g *Gateway) Stop(ctx context.Context) error {
	g.mu.Lock() // so that no worker starts from now on: SetModems looks at soft
	g.softStop()
	g.mu.Unlock()
	inTime := context.AfterFunc(ctx, g.hardStop)
	g.running.Wait()
	if !inTime() {
		return fmt.Errorf("stop gateway: running submissions were broken off: %w", ctx.Err())
	}
	g.hardStop()
	return nil
}

// SetModems makes these the modems. Those that have not changed run on; a change
// of pace, number or prefixes alone is taken over while they run; the others
// are stopped after their running submission, and started again. It does not wait
// for that. Of two modems with one name the first counts.
func (g *Gateway) SetModems(modems []ModemConfig) {
	g.mu.Lock()
	defer g.mu.Unlock()
	wanted := map[string]ModemConfig{}
	g.order = nil
	for _, c := range modems {
		if _, found := wanted[c.Name]; !found {
			g.order = append(g.order, c.Name)
			wanted[c.Name] = c
		}
	}
	distinct := make([]ModemConfig, len(g.order))
	for i, name := range g.order {
		distinct[i] = wanted[name]
	}
	g.config.Routing.setModems(g, distinct)
	// First all that go, then those that come: they may want the same port.
	var leaving []*worker
	for name, w := range g.workers {
		c, found := wanted[name]
		if found && w.config.sameDevice(c) {
			w.pace.setLimit(c.Pace)
			w.number.Store(&c.Number)
			continue
		}
		w.retire()
		leaving = append(leaving, w)
		delete(g.workers, name)
		if !found {
			g.metrics.forget(name)
		}
	}
	for _, name := range g.order {
		if g.workers[name] == nil {
			g.addModem(wanted[name], leaving)
		}
	}
	g.nudge(nil)
	g.notifyWatchers()
}

// addModem adds one modem, which waits for those that leave and have its name or
// its port. The caller holds mu.
func (g *Gateway) addModem(c ModemConfig, leaving []*worker) {
	w := newWorker(g, c)
	if g.started {
		w.remember(g.soft)
		for _, old := range leaving {
			if old.config.Name == c.Name || old.holds(c) {
				w.predecessors = append(w.predecessors, old.ended) // the port, and the pace, are free then
			}
		}
	}
	g.workers[c.Name] = w
	if g.started && g.soft.Err() == nil {
		g.launch(w)
	}
}

// holds says whether w may have the port open that a modem configured as c wants.
func (w *worker) holds(c ModemConfig) bool {
	switch {
	case c.IMEI != "" && c.IMEI == w.config.IMEI:
		return true
	case c.Device == "" || w.config.Device == "":
		return c.Open == nil && w.config.Open == nil // found wherever it is: nobody knows
	}
	return modem.RealPath(c.Device) == modem.RealPath(w.config.Device)
}

// sameDevice says whether a modem configured as c can run on when d is wanted.
func (c ModemConfig) sameDevice(d ModemConfig) bool {
	return c.Name == d.Name && c.Device == d.Device && c.BaudRate == d.BaudRate &&
		c.Timeouts == d.Timeouts && c.Revision == d.Revision && c.NoRoaming == d.NoRoaming && c.ProfilesDir == d.ProfilesDir &&
		(c.PIN == nil) == (d.PIN == nil) && (c.Open == nil) == (d.Open == nil)
}

// Restart closes the modem called name and opens it again at once, whatever
// state it is in; a submission that runs is let to its end first. It returns
// when the modem has been closed. The error is ErrUnknownModem or that of ctx.
func (g *Gateway) Restart(ctx context.Context, name string) error {
	g.mu.Lock()
	w := g.workers[name]
	started := g.started
	g.mu.Unlock()
	if w == nil {
		return fmt.Errorf("restart modem %s: %w", name, ErrUnknownModem)
	}
	if !started {
		return nil
	}
	if err := w.restart(ctx); err != nil {
		return fmt.Errorf("restart modem %s: %w", name, err)
	}
	return nil
}

// others returns the workers other than w whose modems are ready to send sub.
func (g *Gateway) others(w *worker, sub queue.Submission) []*worker {
	m := &sub.Message
	if m.Modem != "" || m.SIM != "" && len(m.Parts) > 1 {
		return nil // it is bound to this one
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	var ready []*worker
	for _, other := range g.workers {
		if state, _ := other.state(); other != w && state == modem.Ready {
			ready = append(ready, other)
		}
	}
	return ready
}

// Has reports whether there is a modem called name.
func (g *Gateway) Has(name string) bool { return g.worker(name) != nil }

// worker returns the worker of the modem called name, nil if there is none.
func (g *Gateway) worker(name string) *worker {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.workers[name]
}

// Trace returns what is known of the modem called name and the lines of its dialogue,
// masked, oldest first. The error is ErrUnknownModem.
func (g *Gateway) Trace(name string) (modem.Info, []modem.TraceLine, error) {
	w := g.worker(name)
	if w == nil {
		return modem.Info{}, nil, fmt.Errorf("trace modem %s: %w", name, ErrUnknownModem)
	}
	return w.modem.Info(), w.modem.Transcript(false), nil
}

// Modem returns the status of the modem called name. The error is ErrUnknownModem.
func (g *Gateway) Modem(name string) (Status, error) {
	w := g.worker(name)
	if w == nil {
		return Status{}, fmt.Errorf("look at modem %s: %w", name, ErrUnknownModem)
	}
	return w.status(), nil
}

// Modems returns the status of every modem, in the order of the configuration.
func (g *Gateway) Modems() []Status {
	g.mu.Lock()
	defer g.mu.Unlock()
	all := make([]Status, 0, len(g.order))
	for _, name := range g.order {
		all = append(all, g.workers[name].status())
	}
	return all
}
