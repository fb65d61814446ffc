package selfcare_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"goniec/catalogue"
	"goniec/event"
	"goniec/gateway"
	"goniec/inbox"
	"goniec/modem"
	"goniec/modem/emulator"
	"goniec/pdu"
	"goniec/queue"
	"goniec/selfcare"
	"goniec/store"
	"goniec/store/memstore"
)

const patient = "+48600100200"

// rig is modems that look after themselves, with real gateway and queue on an
// emulated network, all in a synctest bubble.
type rig struct {
	t        *testing.T
	network  *emulator.Network
	sims     []*emulator.SIM
	modems   []*emulator.Modem
	configs  []gateway.ModemConfig
	store    *flakyStore
	events   *event.Log
	queue    *queue.Queue
	in       *inbox.Inbox
	gateway  *gateway.Gateway
	care     *selfcare.Care
	registry *prometheus.Registry
	log      *safeBuffer
	config   selfcare.Config
	end      func() // ends care
}

// setup is what a test wants to be different.
type setup struct {
	options emulator.Options
	modems  int               // 0: one
	profile *emulator.Profile // nil: generic
	queue   func(*queue.Config)
	config  func(*selfcare.Config)
	start   func(*rig) // before the gateway is started
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
		if err := r.stop(t.Context()); err != nil {
			t.Errorf("stop: %v", err)
		}
		r.close()
	})
}

func newRig(t *testing.T, c setup) *rig {
	r := &rig{t: t, log: &safeBuffer{}, registry: prometheus.NewRegistry(), network: emulator.NewNetwork(c.options), store: &flakyStore{Store: memstore.New()}}
	logger := slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	r.events = event.New(r.store, "box")
	qc := queue.Config{Store: r.store, Events: r.events, Box: "box", Logger: logger}
	routing := gateway.NewRouting(gateway.RoutingConfig{Store: r.store})
	qc.Router = routing
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
		r.configs = append(r.configs, gateway.ModemConfig{Config: modem.Config{
			Name: "sim-" + string(rune('a'+i)),
			Open: func(ctx context.Context) (modem.Port, error) { return device.Dial(ctx) },
		}})
	}
	r.in, err = inbox.New(inbox.Config{Store: r.store, Events: r.events, Queue: r.queue, Contacts: routing, Logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	r.config = selfcare.Config{Store: r.store, Queue: r.queue, Inbox: r.in, Logger: logger, Registerer: r.registry}
	if c.config != nil {
		c.config(&r.config)
	}
	r.make(routing)
	return r
}

// make makes a gateway and what looks after its modems.
func (r *rig) make(routing *gateway.Routing) {
	r.gateway = gateway.New(gateway.Config{
		Modems: r.configs, Store: r.store, Queue: r.queue, Inbox: r.in, Routing: routing, Events: r.events, Logger: r.config.Logger,
	})
	r.config.Gateway = r.gateway
	r.care = selfcare.New(r.config)
}

// start starts the gateway and what looks after its modems.
func (r *rig) start() {
	r.t.Helper()
	if err := r.gateway.Start(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { r.care.Run(ctx) })
	running.Go(func() { r.tend(ctx) })
	r.end = func() { cancel(); running.Wait() }
}

// tend does what the application does for the queue.
func (r *rig) tend(ctx context.Context) {
	for ctx.Err() == nil {
		next, err := r.queue.Tend(ctx)
		if err == nil {
			err = r.in.Tend(ctx)
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
}

// stop stops the gateway and what looks after its modems, as a stop of the daemon
// does; what is being sent is broken off when ctx is done.
func (r *rig) stop(ctx context.Context) error {
	err := r.gateway.Stop(ctx)
	r.end()
	return err
}

// again starts another gateway on the same store and modems, as a new start of the
// daemon does.
func (r *rig) again() {
	r.t.Helper()
	r.config.Registerer = nil // it has the metrics of the first
	r.make(nil)
	r.start()
}

// close ends what is left and checks that the log holds no number and no text.
func (r *rig) close() {
	r.t.Helper()
	if err := r.network.Close(); err != nil {
		r.t.Errorf("close network: %v", err)
	}
	if err := r.store.Close(); err != nil {
		r.t.Errorf("close store: %v", err)
	}
	log := r.log.String()
	if strings.Contains(log, "600100200") || strings.Contains(log, "Wizyta") {
		r.t.Errorf("the log names a patient or a text:\n%s", log)
	}
	if r.t.Failed() {
		r.t.Log(log)
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
	allow int
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
	s.mu.Unlock()
	if err != nil {
		return err
	}
	return s.Store.Update(ctx, fn)
}

// alarms returns the codes of the alarms that are raised at the first modem.
func (r *rig) alarms() []string {
	r.t.Helper()
	var codes []string
	for _, a := range r.status().Alarms {
		if a.Detail == "" || !catalogue.Has(a.Remedy) || a.At.IsZero() {
			r.t.Errorf("alarm %+v says too little", a)
		}
		codes = append(codes, a.Code)
	}
	return codes
}
