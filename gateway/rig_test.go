package gateway_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"goniec/event"
	"goniec/gateway"
	"goniec/inbox"
	"goniec/modem"
	"goniec/modem/emulator"
	"goniec/pdu"
	"goniec/queue"
	"goniec/store"
	"goniec/store/memstore"
)

const patient = "+48600100200"

// rig is a gateway with real queue and modems on an emulated network, all in a
// synctest bubble.
type rig struct {
	t        *testing.T
	network  *emulator.Network
	sims     []*emulator.SIM
	modems   []*emulator.Modem
	configs  []gateway.ModemConfig
	store    *flakyStore
	events   *event.Log
	queue    *queue.Queue
	inbox    *inbox.Inbox
	routing  *gateway.Routing
	gateway  *gateway.Gateway
	registry *prometheus.Registry
	log      *safeBuffer
	config   gateway.Config
	tending  context.CancelFunc
	// enumerated counts how often a USB device was enumerated again. The worker
	// writes it; it is read when the bubble is at rest.
	enumerated int
	ends       []func() // what a test has going on besides
	quiet      bool     // the log of a failed test holds no debug lines
}

// setup is what a test wants to be different.
type setup struct {
	options emulator.Options
	modems  int               // 0: one
	profile *emulator.Profile // nil: generic
	pace    gateway.Pace
	cap     gateway.RecipientCap
	queue   func(*queue.Config)
	config  func(*gateway.Config)
	usb     bool        // the modems are on USB: found by their ports, and enumerated again
	start   func(*rig)  // before the gateway is started
	store   store.Store // nil: in memory
}

// safeBuffer is a bytes.Buffer for several goroutines.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// inBubble runs a test with a rig whose gateway has been started.
func inBubble(t *testing.T, c setup, test func(t *testing.T, r *rig)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, c)
		if c.start != nil {
			c.start(r)
		}
		r.start()
		test(t, r)
		r.stop()
	})
}

func newRig(t *testing.T, c setup) *rig {
	r := &rig{t: t, log: &safeBuffer{}, registry: prometheus.NewRegistry()}
	logger := slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	r.network = emulator.NewNetwork(c.options)
	if c.store == nil {
		c.store = memstore.New()
	}
	r.store = &flakyStore{Store: c.store}
	r.events = event.New(r.store, "box")
	qc := queue.Config{Store: r.store, Events: r.events, Box: "box", Logger: logger, Registerer: r.registry}
	r.routing = gateway.NewRouting(gateway.RoutingConfig{Store: r.store, Cap: c.cap})
	qc.Router = r.routing
	if c.queue != nil {
		c.queue(&qc)
	}
	var err error
	if r.queue, err = queue.New(qc); err != nil {
		t.Fatal(err)
	}
	profile := emulator.Generic()
	if c.profile != nil {
		profile = *c.profile
	}
	for i := range max(c.modems, 1) {
		card := r.network.AddSIM(emulator.SIM{})
		device := r.network.NewModem(profile, card)
		r.sims, r.modems = append(r.sims, card), append(r.modems, device)
		r.configs = append(r.configs, gateway.ModemConfig{
			Config: modem.Config{
				Name: "sim-" + string(rune('a'+i)),
				Open: func(ctx context.Context) (modem.Port, error) { return device.Dial(ctx) },
			},
			Pace: c.pace,
		})
		if c.usb {
			r.plugIn(&r.configs[i].Config, i)
		}
	}
	r.inbox, err = inbox.New(inbox.Config{Store: r.store, Events: r.events, Queue: r.queue, Contacts: r.routing, Logger: logger, Registerer: r.registry})
	if err != nil {
		t.Fatal(err)
	}
	gc := gateway.Config{Modems: r.configs, Store: r.store, Queue: r.queue, Inbox: r.inbox, Routing: r.routing, Events: r.events, Logger: logger, Registerer: r.registry}
	if c.config != nil {
		c.config(&gc)
	}
	r.gateway = gateway.New(gc)
	r.config = gc
	return r
}

// plugIn has modem i found at a USB port instead of opened by a function.
func (r *rig) plugIn(c *modem.Config, i int) {
	device := r.modems[i]
	c.Open, c.Device = nil, fmt.Sprintf("/dev/ttyUSB%d", i)
	c.OpenDevice = func(ctx context.Context, _ string) (modem.Port, error) { return device.Dial(ctx) }
	c.Ports = func() ([]modem.PortInfo, error) {
		plugged, number := device.Plugged()
		if !plugged {
			return nil, nil
		}
		return []modem.PortInfo{{Device: c.Device, VendorID: "12d1", ProductID: "1506", USB: fmt.Sprintf("1-%d", i), Number: strconv.Itoa(number)}}, nil
	}
	c.Reenumerate = func(context.Context, string) error {
		r.enumerated++
		device.Reenumerate()
		return nil
	}
}

// start starts the gateway and what the application does for the queue.
func (r *rig) start() {
	r.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	r.tending = func() { cancel(); <-done }
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			next, err := r.queue.Tend(ctx)
			if err == nil {
				err = r.inbox.Tend(ctx)
			}
			if wait := time.Until(next); err != nil || wait > time.Minute {
				next = time.Now().Add(time.Minute)
			}
			timer := time.NewTimer(max(time.Until(next), time.Millisecond))
			select {
			case <-ctx.Done():
			case <-timer.C:
			}
			timer.Stop()
		}
	}()
	if err := r.gateway.Start(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
}

// restartGateway stops the gateway and starts another on the same store and modems,
// as a new start of the daemon does.
func (r *rig) restartGateway() {
	r.t.Helper()
	if err := r.gateway.Stop(context.Background()); err != nil {
		r.t.Error(err)
	}
	r.config.Registerer = nil // it has the metrics of the first
	r.gateway = gateway.New(r.config)
	if err := r.gateway.Start(context.Background()); err != nil {
		r.t.Error(err)
	}
}

// stop ends everything and checks that the log holds no number and no text.
func (r *rig) stop() {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := r.gateway.Stop(ctx); err != nil {
		r.t.Errorf("stop: %v", err)
	}
	r.tending()
	if err := r.network.Close(); err != nil {
		r.t.Errorf("close network: %v", err)
	}
	if err := r.store.Close(); err != nil {
		r.t.Errorf("close store: %v", err)
	}
	if log := r.log.String(); strings.Contains(log, "600100200") || strings.Contains(log, "Wizyta") {
		r.t.Errorf("the log names a patient or a text:\n%s", log)
	}
	if r.t.Failed() {
		for line := range strings.Lines(r.log.String()) {
			if !r.quiet || !strings.Contains(line, "level=DEBUG") {
				r.t.Log(strings.TrimSpace(line))
			}
		}
	}
}

// pass lets virtual time pass.
func (r *rig) pass(d time.Duration) {
	r.t.Helper()
	<-time.After(d)
	synctest.Wait()
}

// put enqueues a message to the patient.
func (r *rig) put(adjust ...func(*queue.Draft)) string {
	r.t.Helper()
	d := queue.Draft{To: r.address(patient), Text: "Wizyta jutro 10:00. Odpisz TAK lub NIE"}
	for _, a := range adjust {
		a(&d)
	}
	results, _, err := r.queue.Enqueue(r.t.Context(), queue.Caller{Token: "his"}, []queue.Draft{d})
	if err != nil {
		r.t.Fatal(err)
	}
	if results[0].Err != nil {
		r.t.Fatal(results[0].Err)
	}
	return results[0].Message.ID
}

// to makes a draft one for another number.
func (r *rig) to(number string) func(*queue.Draft) {
	return func(d *queue.Draft) { d.To = r.address(number) }
}

// long makes a draft one of three parts.
func long(d *queue.Draft) { d.Text = strings.Repeat("Wizyta jutro o 10. ", 22) }

func (r *rig) address(number string) pdu.Address {
	r.t.Helper()
	a, err := pdu.ParseAddress(number)
	if err != nil {
		r.t.Fatal(err)
	}
	return a
}

func (r *rig) message(id string) queue.Message {
	r.t.Helper()
	m, err := r.queue.Message(r.t.Context(), id)
	if err != nil {
		r.t.Fatal(err)
	}
	return m
}

// want checks where a message stands.
func (r *rig) want(id string, status queue.Status) {
	r.t.Helper()
	if m := r.message(id); m.Status != status {
		r.t.Errorf("message is %s (%+v), want %s; attempts: %+v", m.Status, m.Error, status, m.Attempts)
	}
}

// accepted returns how many parts the service centre has, all numbers together.
func (r *rig) accepted() int { return len(r.network.Accepted()) }

func (r *rig) status() gateway.Status {
	r.t.Helper()
	return r.gateway.Modems()[0]
}

func (r *rig) wantState(state modem.State) {
	r.t.Helper()
	if s := r.status(); s.State != state {
		r.t.Errorf("modem is %s, want %s; trouble: %+v", s.State, state, s.Trouble)
	}
}

// eventTypes returns the types of all events so far that begin with prefix.
func (r *rig) eventTypes(prefix string) []string {
	r.t.Helper()
	events, err := r.events.After(r.t.Context(), "", 0)
	if err != nil {
		r.t.Fatal(err)
	}
	var types []string
	for _, e := range events {
		if strings.HasPrefix(e.Type, prefix) {
			types = append(types, e.Type)
		}
	}
	return types
}

// flakyStore is a store whose writes fail on demand.
type flakyStore struct {
	store.Store
	mu  sync.Mutex
	err error
	// allow is how many more writes succeed before err strikes.
	allow   int
	updates int
}

// fail has every write after the next allow ones end with err; nil ends that.
func (s *flakyStore) fail(allow int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.allow, s.err = allow, err
}

func (s *flakyStore) Update(ctx context.Context, fn func(store.Tx) error) error {
	s.mu.Lock()
	err := s.err
	if err != nil && s.allow > 0 {
		s.allow--
		err = nil
	}
	s.updates++
	s.mu.Unlock()
	if err != nil {
		return err
	}
	return s.Store.Update(ctx, fn)
}

// writes returns how many writes have been attempted.
func (s *flakyStore) writes() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.updates
}
