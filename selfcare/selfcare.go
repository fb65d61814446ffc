// Package selfcare does what a modem does for itself while no message is due: it
// asks the network for the credit of the SIM, sends a text to see whether texts
// arrive, and writes down who called. It reaches the modems through
// gateway.Gateway, and puts its own texts into the queue like anybody else.
package selfcare

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"goniec/clock"
	"goniec/gateway"
	"goniec/inbox"
	"goniec/modem"
	"goniec/queue"
	"goniec/store"
)

// lookInterval is how often a modem is looked at when nothing says that it should
// be looked at earlier.
const lookInterval = time.Minute

// Config is what New needs; Gateway, Store, Queue and Inbox are required.
type Config struct {
	Gateway    *gateway.Gateway
	Store      store.Store // for the keys credit/… and test/…
	Queue      *queue.Queue
	Inbox      *inbox.Inbox          // where calls are written down
	Logger     *slog.Logger          // nil: nothing is logged
	Registerer prometheus.Registerer // nil: no metrics
	// Location is where the days of questions for credit and the months of
	// self-tests begin; nil means UTC.
	Location *time.Location
	Calls    CallConfig
	Test     TestConfig
	Credit   map[string]CreditConfig // by modem; one that is missing is not asked for its credit
}

// Care looks after all modems of a gateway. Its methods may be called by any
// goroutine.
type Care struct {
	config  Config
	metrics *metrics

	mu     sync.Mutex // guards what follows
	credit map[string]CreditConfig
	modems map[string]*modemCare
}

var _ gateway.Attendant = (*Care)(nil)

// New returns a Care, and makes it the attendant of the gateway. Run has to be
// called for anything to happen.
func New(c Config) *Care {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Location == nil {
		c.Location = time.UTC
	}
	care := &Care{config: c, metrics: newMetrics(c.Registerer), credit: c.Credit, modems: map[string]*modemCare{}}
	c.Gateway.Attend(care)
	return care
}

// Run looks after the modems until ctx is done. The calls that have ended by then
// are written down first, so Run should end after the gateway has been stopped.
func (c *Care) Run(ctx context.Context) {
	var running sync.WaitGroup
	defer running.Wait()
	ends := map[string]context.CancelFunc{}
	changes := c.config.Gateway.Changes(ctx)
	for {
		configured := map[string]bool{}
		for _, status := range c.config.Gateway.Modems() {
			configured[status.Name] = true
			m := c.modem(status.Name)
			if ends[m.name] == nil {
				looking, end := context.WithCancel(ctx)
				ends[m.name] = end
				running.Go(func() { m.run(looking) })
			}
			m.nudge()
		}
		for name, end := range ends {
			if !configured[name] {
				end()
				delete(ends, name)
				c.forget(name)
			}
		}
		select {
		case <-ctx.Done():
			for _, end := range ends {
				end()
			}
			return
		case <-changes:
		}
	}
}

// SetCredit changes how the modems are asked for their credit while they run.
func (c *Care) SetCredit(credit map[string]CreditConfig) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.credit = credit
	for _, m := range c.modems {
		m.nudge()
	}
}

// modem returns what is kept of the modem called name.
func (c *Care) modem(name string) *modemCare {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := c.modems[name]
	if m == nil {
		m = &modemCare{care: c, name: name, log: c.config.Logger.With(slog.String("modem", name)), wake: make(chan struct{}, 1)}
		m.calls.modemCare, m.credit.modemCare, m.test.modemCare = m, m, m
		c.modems[name] = m
	}
	return m
}

// forget drops what is kept of a modem that is no longer configured.
func (c *Care) forget(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.modems, name)
	c.metrics.forget(name)
}

// modemCare looks after one modem.
type modemCare struct {
	care   *Care
	name   string
	log    *slog.Logger
	wake   chan struct{} // receives when there may be something to do
	calls  callLog
	credit creditWatch
	test   testWatch
}

// nudge has run look at the modem now.
func (m *modemCare) nudge() {
	select {
	case m.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// run is the goroutine of m.
func (m *modemCare) run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			m.calls.commit(context.WithoutCancel(ctx))
			return
		case <-m.wake:
		case <-timer.C:
		}
		timer.Reset(time.Until(m.attend(ctx)))
	}
}

// attend does what is due at the modem, and returns when to look again. A panic,
// which is a bug, is logged, and the modem is looked at again like after any other
// failure.
func (m *modemCare) attend(ctx context.Context) (next time.Time) {
	defer func() {
		if r := recover(); r != nil {
			m.log.Error("internal error while a modem looked after itself; please report this with the log",
				slog.Any("panic", r), slog.String("stack", string(debug.Stack())))
			next = time.Now().Add(lookInterval)
		}
	}()
	now := time.Now()
	next = now.Add(lookInterval)
	if again := m.calls.commit(ctx); !again.IsZero() {
		next = clock.Earliest(next, again)
	}
	status, err := m.care.config.Gateway.Modem(m.name)
	if err != nil || status.Opened.IsZero() {
		return next
	}
	return clock.Earliest(next, m.credit.watch(ctx, &status, now), m.test.watch(ctx, &status, now))
}

// idle says whether the modem has no message to send now: what it does for itself
// must not keep a patient waiting.
func (m *modemCare) idle(ctx context.Context, status *gateway.Status, now time.Time) (bool, error) {
	due, ok, err := m.care.config.Queue.NextDue(ctx, queue.Worker{Modem: m.name, SIM: status.SIM})
	if err != nil {
		return false, fmt.Errorf("look for what is due: %w", err)
	}
	return !ok || due.After(now), nil
}

// noteStoreFailure notes that the store failed, and returns when to try again.
func (m *modemCare) noteStoreFailure(ctx context.Context, what string, err error) time.Time {
	if ctx.Err() == nil {
		m.log.Warn("a modem cannot look after itself, because the store fails; it is tried again",
			slog.String("attempted", what), slog.Any("err", err))
	}
	return time.Now().Add(lookInterval)
}

// parked says whether the modem is open and sends nothing, because what it sends is
// refused.
func parked(s *gateway.Status) bool { return s.State == modem.Parked && !s.Opened.IsZero() }
