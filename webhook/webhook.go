// Package webhook delivers events to HTTP receivers: durably, signed and in
// order.
//
// It owns the keys hook/, who has been told what, when it is tried again, and
// which addresses may be spoken to. It does not own what events mean, nor which
// of them belong together: whoever joins it to the rest says so by Subject.
//
// A delivery is a copy of its event, made in the transaction that moves the
// cursor of the receiver in the event log. So nothing is lost in a crash, the
// log may be pruned whatever a receiver does, and a broken receiver slows
// nothing but itself. Delivery is at least once; each fact has one id.
package webhook

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"goniec/event"
	"goniec/store"
)

// KeepTrying is how long a delivery is tried before it is given up.
const KeepTrying = 72 * time.Hour

// KeepDead is how long a delivery that was given up can be sent again.
const KeepDead = 30 * 24 * time.Hour

const (
	maxDead    = 10_000     // of one receiver; more than that nobody looks through
	followerOf = "webhook." // and the name of the receiver
)

var (
	// ErrNoReceiver is returned for a name that no receiver has.
	ErrNoReceiver = errors.New("no webhook of this name")
	// ErrNoDelivery is returned by Resend for an id that is not among those given up.
	ErrNoDelivery = errors.New("no such delivery was given up")
)

// Receiver is a program that is told of events.
type Receiver struct {
	Name    string
	URL     string        // http or https
	Events  []string      // types, "message.*" or "*"; empty: all
	Timeout time.Duration // for one attempt
	// Networks may be spoken to although they are not public. An address that
	// stands in URL itself needs no network here, unless it is link-local.
	Networks []netip.Prefix
	// Secrets returns the keys that deliveries are signed with, each of them;
	// nil: they are not signed. It is called for every attempt, so that a key
	// can be changed while the daemon runs.
	Secrets func() ([][]byte, error)
}

// wants reports whether r is to be told of events of the type.
func (r Receiver) wants(typ string) bool {
	for _, pattern := range r.Events {
		prefix, open := strings.CutSuffix(pattern, "*")
		if pattern == typ || open && strings.HasPrefix(typ, prefix) {
			return true
		}
	}
	return len(r.Events) == 0
}

// Config is what Webhooks need.
type Config struct {
	Store     store.Store
	Events    *event.Log
	Receivers []Receiver
	// Subject names what an event is about: events with the same subject reach a
	// receiver one after the other. It stays in memory, so it may be a number.
	Subject    func(ctx context.Context, e event.Event) string
	Logger     *slog.Logger
	Registerer prometheus.Registerer // nil: no metrics of this package
}

// Webhooks tells receivers. It is safe for concurrent use.
type Webhooks struct {
	config  Config
	runners []*runner
}

// New returns webhooks that do not run yet.
func New(c Config) *Webhooks {
	w := &Webhooks{config: c}
	meter := newMeter(c.Registerer)
	for _, r := range c.Receivers {
		w.runners = append(w.runners, &runner{
			config: c, receiver: r, log: c.Logger.With("webhook", r.Name), meter: meter,
			client: newClient(r), poke: make(chan struct{}, 1),
		})
	}
	return w
}

// Run tells the receivers until ctx is done. A receiver that is new begins with
// what happens from then on.
func (w *Webhooks) Run(ctx context.Context) {
	var all sync.WaitGroup
	for _, r := range w.runners {
		all.Go(func() { r.follow(ctx) })
		all.Go(func() { r.dispatch(ctx) })
	}
	all.Wait()
}

func (w *Webhooks) runner(name string) (*runner, error) {
	for _, r := range w.runners {
		if r.receiver.Name == name {
			return r, nil
		}
	}
	return nil, fmt.Errorf("%w: %q", ErrNoReceiver, name)
}

// runner serves one receiver.
type runner struct {
	config   Config
	receiver Receiver
	log      *slog.Logger
	meter    *meter
	client   *http.Client
	poke     chan struct{} // somebody put a delivery among those that wait, or enabled the receiver

	// Of the goroutine of dispatch alone.
	window       []*item // the oldest deliveries that wait, in their order
	newestKey    string  // key of the newest one that was ever in window
	underway     int
	failures     int       // one after the other
	hasDelivered bool      // one has got through since the start
	pause        time.Time // nothing is sent before
	disabled     bool      // when it was last looked at
}

// follow copies events to the deliveries until ctx is done.
func (r *runner) follow(ctx context.Context) {
	r.config.Events.Run(ctx, event.Follower{
		Name: followerOf + r.receiver.Name, Logger: r.log, FromNow: true, Wants: r.receiver.wants, Handle: r.enqueue,
	})
}
