package emulator

import (
	"io"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"
)

// Options say how a Network behaves. With the zero value nothing takes time.
type Options struct {
	// Logger receives what the network does, at level debug. Nil: nothing is
	// logged. Texts are never logged.
	Logger *slog.Logger
	// Seed is where everything drawn at random starts: identities, message
	// references. Two networks with one seed and one course of events agree.
	Seed uint64
	// Latency is the latency of every modem unless Modem.SetLatency changes it.
	Latency Latency
	// DeliveryDelay is the time between the service centre having a text and
	// its first attempt to hand it to a handset or a modem.
	DeliveryDelay time.Duration
	// ReportDelay is the time between the end of a text's way and the
	// first attempt to hand its status report to the sender.
	ReportDelay time.Duration
	// RetryAfter is the wait between the attempts of the service centre to
	// deliver a text. Zero: one minute. A handset or a modem that comes back, or
	// has room again, is served at once.
	RetryAfter time.Duration
	// Location is the time zone of the service centre's time stamps. Nil: UTC.
	Location *time.Location
	// Operator is the name of the network. Empty: "Goniec".
	Operator string
	// USSD maps a code such as "*101#" to the answer of the network. Codes
	// that are not in it are answered with an error text. Nil: *101# tells a
	// balance of 25.00 PLN.
	USSD map[string]string
}

// Latency is the time a modem takes. All of it may be zero.
type Latency struct {
	// Answer passes between the end of a command line and its answer.
	Answer time.Duration
	// Air passes between the end of the payload of +CMGS and the service
	// centre's acceptance, for each part.
	Air time.Duration
	// LinkedAir is Air for a text that follows another one while +CMMS keeps
	// the link open (3GPP TS 27.005 3.5.6). Zero: as Air.
	LinkedAir time.Duration
}

// Network is a mobile network: SIMs, the modems they are in, handsets, and one
// service centre. All methods may be called from any goroutine.
//
// One mutex guards the network and all that belongs to it; nothing blocks while the
// mutex is held. What happens later (a report, a late answer, a text from a handset)
// is an event that the network's own goroutine runs.
type Network struct {
	options Options
	logger  *slog.Logger

	mu       sync.Mutex
	random   *rand.Rand
	events   schedule
	ready    []func()    // run before the mutex is released, in order
	calls    []func()    // run by the scheduler without the mutex
	doomed   []io.Closer // closed by the scheduler without the mutex
	wake     chan struct{}
	closing  chan struct{}
	closed   bool
	routines sync.WaitGroup

	modems   []*Modem
	sims     []*SIM
	handsets map[string]*Handset // by the tail of the number
	fates    map[string]fate     // by ending
	refused  map[string]int      // submits refused by a fate so far, by number
	accepted []Accepted
}

// NewNetwork starts a network. Close ends it.
func NewNetwork(o Options) *Network {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.RetryAfter <= 0 {
		o.RetryAfter = time.Minute
	}
	if o.Location == nil {
		o.Location = time.UTC
	}
	if o.Operator == "" {
		o.Operator = "Goniec"
	}
	if o.USSD == nil {
		o.USSD = map[string]string{"*101#": "Stan konta: 25,00 PLN. Wazne do 31.12."}
	}
	n := &Network{
		options:  o,
		logger:   o.Logger,
		random:   rand.New(rand.NewPCG(o.Seed, 0x474f4e494543)),
		wake:     make(chan struct{}, 1),
		closing:  make(chan struct{}),
		handsets: map[string]*Handset{},
		fates:    map[string]fate{},
		refused:  map[string]int{},
	}
	for _, f := range fates() {
		n.fates[f.ending] = f
	}
	n.routines.Go(n.run)
	return n
}

// Close ends the network: ports are closed, and what is still under way is lost.
// Close waits for every goroutine of the network, so a function given to
// Handset.OnText must not call it.
func (n *Network) Close() error {
	n.mu.Lock()
	if n.closed {
		n.mu.Unlock()
		n.routines.Wait()
		return nil
	}
	n.closed = true
	close(n.closing)
	ports := n.doomed
	n.doomed = nil
	for _, m := range n.modems {
		if m.port.line != nil {
			ports = append(ports, m.port.line.stream)
			m.port.line.detach()
		}
		if m.port.pty != nil {
			ports = append(ports, m.port.pty)
		}
	}
	n.mu.Unlock()
	closeAll(ports)
	n.routines.Wait()
	return nil
}

// closeAll closes ports. The far side sees the end of its stream. Nothing can be done
// about an error.
func closeAll(ports []io.Closer) {
	for _, p := range ports {
		_ = p.Close()
	}
}

// release runs what became ready and gives the mutex back. Every holder of the
// mutex ends with it.
func (n *Network) release() {
	for i := 0; i < len(n.ready); i++ {
		n.ready[i]()
		n.ready[i] = nil
	}
	n.ready = n.ready[:0]
	rouse := len(n.calls) > 0 || len(n.doomed) > 0
	n.mu.Unlock()
	if rouse {
		n.rouse()
	}
}

// after runs fn, with the mutex held, d from now: before the mutex is released
// if d is not positive.
func (n *Network) after(d time.Duration, fn func()) *event {
	if d <= 0 {
		n.ready = append(n.ready, fn)
		return nil
	}
	e, first := n.events.add(time.Now().Add(d), fn)
	if first {
		n.rouse()
	}
	return e
}

// outside has fn run by the network's goroutine without the mutex.
func (n *Network) outside(fn func()) { n.calls = append(n.calls, fn) }

// closeLater has a port closed without the mutex.
func (n *Network) closeLater(port io.Closer) { n.doomed = append(n.doomed, port) }

func (n *Network) rouse() {
	select {
	case n.wake <- struct{}{}:
	default:
	}
}

// run is the network's goroutine: it runs events when they are due, and calls.
func (n *Network) run() {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		n.mu.Lock()
		if n.closed {
			n.mu.Unlock()
			return
		}
		now := time.Now()
		for {
			fn := n.events.due(now)
			if fn == nil {
				break
			}
			fn()
		}
		n.release()
		if n.runCalls() {
			continue
		}
		select {
		case <-n.alarm(timer):
		case <-n.wake:
		case <-n.closing:
		}
	}
}

// alarm sets the timer to the first event and returns its channel, nil when
// nothing is planned.
func (n *Network) alarm(timer *time.Timer) <-chan time.Time {
	n.mu.Lock()
	wait, planned := n.events.wait(time.Now())
	n.mu.Unlock()
	if !planned {
		return nil
	}
	timer.Reset(wait)
	return timer.C
}

// runCalls runs the calls that wait and says whether there were any.
func (n *Network) runCalls() bool {
	n.mu.Lock()
	calls, doomed := n.calls, n.doomed
	n.calls, n.doomed = nil, nil
	n.mu.Unlock()
	closeAll(doomed)
	for _, fn := range calls {
		fn()
	}
	return len(calls) > 0
}
