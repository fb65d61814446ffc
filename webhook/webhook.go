// Package webhook delivers events to HTTP receivers, signed, in order and across restarts.
//
// It owns the keys hook/, the schedule of attempts, and the check which addresses may be
// reached. The meaning of events is not known here; Config.Subject says which events belong
// together.
//
// A delivery is a copy of its event, stored in the transaction that moves the receiver's
// cursor in the event log. So a crash loses nothing, the log may be pruned at any time, and a
// broken receiver delays only its own deliveries. Each event is delivered at least once,
// always with the same id.
package webhook

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"goniec/event"
	"goniec/store"
)

// KeepTrying is how long a delivery is tried before it is given up.
const KeepTrying = 72 * time.Hour

// KeepDead is how long a delivery that was given up is kept for Resend.
const KeepDead = 30 * 24 * time.Hour

const (
	maxDead    = 10_000     // dead deliveries kept for one receiver
	followerOf = "webhook." // followed by the name of the receiver
)

var (
	// ErrNoReceiver is returned for the name of no receiver.
	ErrNoReceiver = errors.New("no webhook of this name")
	// ErrNoDelivery is returned for an id without a delivery: by Resend if it is not dead, by
	// Deliveries if it is malformed.
	ErrNoDelivery = errors.New("no such delivery was given up")
)

// Receiver is an HTTP endpoint that gets events.
type Receiver struct {
	Name    string
	URL     string        // scheme http or https
	Events  []string      // types, "message.*" or "*"; empty: all
	Timeout time.Duration // of one attempt
	// Networks are networks that may be reached although they are not public. A loopback or
	// private address written in URL itself needs no entry.
	Networks []netip.Prefix
	// Secrets returns the keys of the signatures, one signature each; nil: requests are not
	// signed. Secrets is called for every attempt, so a key can change while the daemon runs.
	Secrets func() ([][]byte, error)
}

// wants reports whether r gets events of type typ.
func (r Receiver) wants(typ string) bool {
	return len(r.Events) == 0 || slices.ContainsFunc(r.Events, func(pattern string) bool {
		prefix, open := strings.CutSuffix(pattern, "*")
		return pattern == typ || open && strings.HasPrefix(typ, prefix)
	})
}

// Config configures New. Store, Events, Subject and Logger are required.
type Config struct {
	Store     store.Store
	Events    *event.Log
	Receivers []Receiver
	// Subject returns what an event is about; events with one subject reach a receiver one
	// after the other. It is kept only in memory, so a phone number is allowed.
	Subject    func(ctx context.Context, e event.Event) string
	Logger     *slog.Logger
	Registerer prometheus.Registerer // nil: no metrics
}

// Webhooks delivers events to all receivers. Its methods may be called by any goroutine.
type Webhooks struct {
	config  Config
	runners []*runner
}

// New returns Webhooks; nothing is delivered before Run.
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

// Run delivers events until ctx is done. A receiver without a stored cursor gets events from
// now on.
func (w *Webhooks) Run(ctx context.Context) {
	var all sync.WaitGroup
	for _, r := range w.runners {
		all.Go(func() { r.follow(ctx) })
		all.Go(func() { r.dispatch(ctx) })
	}
	all.Wait()
}

func (w *Webhooks) runner(name string) (*runner, error) {
	i := slices.IndexFunc(w.runners, func(r *runner) bool { return r.receiver.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("%w: %q", ErrNoReceiver, name)
	}
	return w.runners[i], nil
}

// runner serves one receiver.
type runner struct {
	config   Config
	receiver Receiver
	log      *slog.Logger
	meter    *meter
	client   *http.Client
	poke     chan struct{} // receives when a delivery waits again or the receiver was enabled

	// Used by the goroutine of dispatch alone.
	window       []*item // the oldest waiting deliveries, in order
	newestKey    string  // newest key that was ever in window
	underway     int
	failures     int       // in a row
	hasDelivered bool      // a delivery has succeeded since the start
	pause        time.Time // no attempt before this time
	disabled     bool      // as last read
}

// follow stores a delivery for each wanted event until ctx is done.
func (r *runner) follow(ctx context.Context) {
	r.config.Events.Run(ctx, event.Follower{
		Name: followerOf + r.receiver.Name, Logger: r.log, FromNow: true, Wants: r.receiver.wants, Handle: r.enqueue,
	})
}
