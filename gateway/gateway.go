// Package gateway runs the modems. Each modem has one worker, which alone talks to the modem
// and its SIM. The worker takes parts from the queue to the modem and brings back status
// reports and received texts.
//
// The package decides when a modem is opened again, what an error means for the message and
// for the modem, and how fast parts leave. It keeps no messages: what must survive a crash is
// in the queue before and after each step. While the store cannot be written nothing is sent.
package gateway

import (
	"cmp"
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

// ModemConfig configures one modem and how fast parts leave by it.
type ModemConfig struct {
	modem.Config
	Pace Pace
	// Number is the number of the SIM in E.164; empty: the number stored on the card.
	Number string
	// Prefixes are the beginnings of the numbers that are sent to by this modem, such as
	// "+48600".
	Prefixes []string
	// Revision stands for what cannot be compared, such as the result of PIN. SetModems
	// restarts the modem when Revision changes.
	Revision string
}

// Config is what New needs; Store, Queue, Inbox and Events are required.
type Config struct {
	Modems     []ModemConfig
	Store      store.Store // for the gateway's own keys, see docs/how-a-message-travels.md, and for events
	Queue      *queue.Queue
	Inbox      *inbox.Inbox
	Routing    *Routing // the Router of Queue; nil: a new Routing without prefixes known to the queue
	Events     *event.Log
	Logger     *slog.Logger          // nil: nothing is logged
	Registerer prometheus.Registerer // nil: no metrics
	// DefaultValidity is the longest TP-VP of a part: how long the service centre tries to
	// deliver. A message that expires earlier has a shorter TP-VP. 0 means 48 h.
	DefaultValidity time.Duration
	// Location is the time zone in which days and months of Pace begin; nil means UTC.
	Location *time.Location
}

// defaultValidity is DefaultValidity where that is not set: a phone that is off over a weekend
// still gets its text.
const defaultValidity = 48 * time.Hour

// Gateway is all modems of a box. Its methods may be called by any goroutine.
type Gateway struct {
	config    Config
	metrics   *metrics
	queue     atomic.Pointer[queue.Queue] // in force, see Use
	inbox     atomic.Pointer[inbox.Inbox]
	attending atomic.Pointer[Attendant] // in force, see Attend

	// soft is done when nothing new may begin, hard when running submissions must end.
	soft, hard         context.Context
	softStop, hardStop context.CancelFunc
	running            sync.WaitGroup // workers
	watchers           sync.Map       // of Changes: chan struct{}

	mu      sync.Mutex // guards what follows
	started bool
	order   []string // names as configured
	workers map[string]*worker
}

// New returns a gateway with the modems of c. No modem is opened before Start.
func New(c Config) *Gateway {
	c.Logger, c.Location = cmp.Or(c.Logger, slog.New(slog.DiscardHandler)), cmp.Or(c.Location, time.UTC)
	if c.DefaultValidity <= 0 {
		c.DefaultValidity = defaultValidity
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

// Start starts a worker for each modem and returns at once. A modem that is absent or broken
// is no error; Modems and the log tell of it. ctx is not kept.
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

// Use makes all modems work with q and in from now on: a queue and an inbox with other
// settings on the same store. Parts in flight are not disturbed, since their state is in the
// store.
func (g *Gateway) Use(q *queue.Queue, in *inbox.Inbox) {
	g.queue.Store(q)
	g.inbox.Store(in)
}

// launch starts w. The caller holds mu.
func (g *Gateway) launch(w *worker) {
	g.running.Go(w.run)
}

// Stop claims no more parts, lets running submissions end until ctx is done, breaks off the
// rest, and returns when every modem is closed. A submission that was broken off is recorded
// as uncertain. The error is that of ctx if submissions were broken off.
func (g *Gateway) Stop(ctx context.Context) error {
	g.mu.Lock() // SetModems starts no worker once soft is done
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

// SetModems replaces the list of modems. A modem whose configuration is equal runs on. A
// change of only Pace, Number or Prefixes is taken over while the modem runs. Other modems are
// stopped after their running submission and started again; SetModems does not wait for that.
// Of two modems with one name the first counts.
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
	// Workers that leave are retired first: a new one may need the same port.
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

// addModem adds one modem. Its worker waits for those of leaving that have the same name or
// port. The caller holds mu.
func (g *Gateway) addModem(c ModemConfig, leaving []*worker) {
	w := newWorker(g, c)
	if g.started {
		w.remember(g.soft)
		for _, old := range leaving {
			if old.config.Name == c.Name || old.holds(c) {
				w.predecessors = append(w.predecessors, old.ended) // the port and the stored pace are free then
			}
		}
	}
	g.workers[c.Name] = w
	if g.started && g.soft.Err() == nil {
		g.launch(w)
	}
}

// holds says whether w may have the port open that a modem configured as c needs.
func (w *worker) holds(c ModemConfig) bool {
	switch {
	case c.IMEI != "" && c.IMEI == w.config.IMEI:
		return true
	case c.Device == "" || w.config.Device == "":
		return c.Open == nil && w.config.Open == nil // without a device the port is not known
	}
	return modem.RealPath(c.Device) == modem.RealPath(w.config.Device)
}

// sameDevice says whether a modem configured as c can run on when d is wanted.
func (c ModemConfig) sameDevice(d ModemConfig) bool {
	return c.Name == d.Name && c.Device == d.Device && c.BaudRate == d.BaudRate &&
		c.Timeouts == d.Timeouts && c.Revision == d.Revision && c.NoRoaming == d.NoRoaming && c.ProfilesDir == d.ProfilesDir &&
		(c.PIN == nil) == (d.PIN == nil) && (c.Open == nil) == (d.Open == nil)
}

// Restart closes the modem called name and opens the modem again at once, in any state. A
// running submission ends first. Restart returns when the modem has been closed. The error is
// ErrUnknownModem or that of ctx.
func (g *Gateway) Restart(ctx context.Context, name string) (err error) {
	defer store.Wrap(&err, "restart modem %s", name)
	w := g.worker(name)
	if w == nil {
		return ErrUnknownModem
	}
	return w.restart(ctx)
}

// others returns the workers other than w whose modems are ready to send sub.
func (g *Gateway) others(w *worker, sub queue.Submission) []*worker {
	m := &sub.Message
	if m.Modem != "" || m.SIM != "" && len(m.Parts) > 1 {
		return nil // the message is bound to the modem of w
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

// Trace returns the data of the modem called name and its recent AT lines, masked, oldest
// first. The error is ErrUnknownModem.
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
