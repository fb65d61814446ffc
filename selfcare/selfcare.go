// Package selfcare does the work of a modem that no message asks for: it queries the credit of
// the SIM, sends test texts and checks their arrival, and stores missed calls. It works while
// no message is due, reaches the modems through gateway.Gateway, and sends its texts through
// the queue.
package selfcare

import (
	"cmp"
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

// lookInterval is the longest time between two checks of a modem.
const lookInterval = time.Minute

// Config is what New needs; Gateway, Store, Queue and Inbox are required.
type Config struct {
	Gateway    *gateway.Gateway
	Store      store.Store // for the keys credit/… and test/…
	Queue      *queue.Queue
	Inbox      *inbox.Inbox          // where calls are stored
	Logger     *slog.Logger          // nil: nothing is logged
	Registerer prometheus.Registerer // nil: no metrics
	// Location is the time zone of the days of credit queries and the months of self-tests;
	// nil means UTC.
	Location *time.Location
	Calls    CallConfig
	Test     TestConfig
	Credit   map[string]CreditConfig // by modem; a modem that is missing is not asked
}

// Care does the self-care of all modems of a gateway. Its methods may be called by any
// goroutine.
type Care struct {
	config  Config
	metrics *metrics

	mu     sync.Mutex // guards what follows
	credit map[string]CreditConfig
	modems map[string]*modemCare
}

var _ gateway.Attendant = (*Care)(nil)

// New returns a Care and makes it the attendant of the gateway. Calls are stored and work is
// done only while Run runs.
func New(c Config) *Care {
	c.Logger, c.Location = cmp.Or(c.Logger, slog.New(slog.DiscardHandler)), cmp.Or(c.Location, time.UTC)
	care := &Care{config: c, metrics: newMetrics(c.Registerer), credit: c.Credit, modems: map[string]*modemCare{}}
	c.Gateway.Attend(care)
	return care
}

// Run does the work until ctx is done. Calls that have ended by then are stored first, so end
// Run after the gateway has stopped.
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

// SetCredit replaces the configuration of credit queries, by modem, while Run runs.
func (c *Care) SetCredit(credit map[string]CreditConfig) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.credit = credit
	for _, m := range c.modems {
		m.nudge()
	}
}

// modem returns the care of the modem called name, new if there is none.
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

// forget drops the care of a modem that is no longer configured.
func (c *Care) forget(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.modems, name)
	c.metrics.forget(name)
}

// modemCare does the self-care of one modem.
type modemCare struct {
	care   *Care
	name   string
	log    *slog.Logger
	wake   chan struct{} // receives when there may be work
	calls  callLog
	credit creditWatch
	test   testWatch
}

// nudge wakes run.
func (m *modemCare) nudge() {
	select {
	case m.wake <- struct{}{}:
	default: // a wake-up is already pending
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

// attend does the work that is due and returns when to call it again. A panic is logged, and
// attend is called again as after any failure.
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
	next = clock.Earliest(next, m.calls.commit(ctx))
	status, err := m.care.config.Gateway.Modem(m.name)
	if err != nil || status.Opened.IsZero() {
		return next
	}
	return clock.Earliest(next, m.credit.watch(ctx, &status, now), m.test.watch(ctx, &status, now))
}

// idle says whether no message is due by the modem, since self-care must not delay messages.
func (m *modemCare) idle(ctx context.Context, status *gateway.Status, now time.Time) (bool, error) {
	due, ok, err := m.care.config.Queue.NextDue(ctx, queue.Worker{Modem: m.name, SIM: status.SIM})
	if err != nil {
		return false, fmt.Errorf("look for what is due: %w", err)
	}
	return !ok || due.After(now), nil
}

// noteStoreFailure logs a failure of the store and returns when to try again.
func (m *modemCare) noteStoreFailure(ctx context.Context, what string, err error) time.Time {
	if ctx.Err() == nil {
		m.log.Warn("a modem cannot look after itself, because the store fails; it is tried again",
			slog.String("attempted", what), slog.Any("err", err))
	}
	return time.Now().Add(lookInterval)
}

// parked says whether the modem is open and sends nothing because its texts are refused.
func parked(s *gateway.Status) bool { return s.State == modem.Parked && !s.Opened.IsZero() }
