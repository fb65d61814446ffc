package queue

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	"goniec/pdu"
	"goniec/store"
)

// Routes of messages, see the table of keys. A like route names a preferred modem or SIM:
// while that one is out of service, any worker may take from the route. So no record has
// to be changed when a modem goes out of service or returns.
const (
	anyRoute   = "any"
	likeRoutes = "like-"
)

func modemRoute(name string) string     { return "modem:" + store.Segment(name) }
func simRoute(sim string) string        { return "sim:" + store.Segment(sim) }
func likeModemRoute(name string) string { return likeRoutes + modemRoute(name) }
func likeSIMRoute(sim string) string    { return likeRoutes + simRoute(sim) }

// Preference is the SIM that should send a message, or the modem if SIM is empty. The zero
// value is no preference.
type Preference struct {
	SIM   string `json:"sim,omitempty"`
	Modem string `json:"modem,omitempty"`
}

func (p Preference) route() string {
	switch {
	case p.SIM != "":
		return likeSIMRoute(p.SIM)
	case p.Modem != "":
		return likeModemRoute(p.Modem)
	default:
		return anyRoute
	}
}

// prefers reports whether p is a preference for w.
func (p Preference) prefers(w Worker) bool {
	return p.SIM != "" && p.SIM == w.SIM || p.SIM == "" && p.Modem != "" && p.Modem == w.Modem
}

// Router decides which SIM sends a message, and how many parts a number may be sent. A
// Router writes its records in the transactions of the queue. Its errors are those of the
// store, and end the transaction.
type Router interface {
	// Scope returns from which routes w may take messages now. It is called outside
	// transactions.
	Scope(w Worker) Scope
	// Prefer returns the SIM or modem that should send m.
	Prefer(r store.Reader, m *Message) (Preference, error)
	// Begin counts an attempt that is about to be written, or postpones the attempt.
	Begin(tx store.Tx, b AttemptRequest) (AttemptRuling, error)
	// Accepted notes that the service centre has accepted a part to a number from the
	// SIM of w.
	Accepted(tx store.Tx, to pdu.Address, w Worker, at time.Time) error
	// Forget removes the records of a number, and reports whether there were any.
	Forget(tx store.Tx, number pdu.Address) (bool, error)
	// Prune removes the records of numbers without a text or call since before.
	Prune(ctx context.Context, before time.Time) error
}

// Scope says from which routes a worker may take messages.
type Scope struct {
	Others        []Worker // other workers in service; messages that prefer one of them are not taken
	OnlyOwnRoutes bool     // only messages that require or prefer this worker are taken
}

// Serves reports whether another worker in service has the SIM.
func (s Scope) Serves(sim string) bool {
	return slices.ContainsFunc(s.Others, func(w Worker) bool { return w.SIM == sim })
}

// AttemptRequest is an attempt that is about to be written.
type AttemptRequest struct {
	Message *Message // not to be changed
	Attempt int      // Attempt.Number it will have
	Worker  Worker
	Scope   Scope
	At      time.Time
	// Parts is how many parts of the message are sent one after the other if this
	// attempt is allowed. It is 1 for parts behind the first.
	Parts int
}

// AttemptRuling is the answer of a Router to an AttemptRequest.
type AttemptRuling struct {
	Until time.Time // the attempt may not be made before Until; zero: it may be made now
	Tell  bool      // the delay has to be logged: none has been logged lately
}

// claimant is a worker that looks for a part to send, with the routes it may take from.
type claimant struct {
	Worker
	queue *Queue
	scope Scope
	own   [4]string // its routes
}

// claimant returns w as it may look for parts now.
func (q *Queue) claimant(w Worker) claimant {
	k := claimant{Worker: w, queue: q, own: [...]string{modemRoute(w.Modem), simRoute(w.SIM), likeModemRoute(w.Modem), likeSIMRoute(w.SIM)}}
	if q.config.Router != nil {
		k.scope = q.config.Router.Scope(w)
	}
	return k
}

// takes reports whether k may take from a route.
func (k *claimant) takes(route string) bool {
	switch {
	case slices.Contains(k.own[:], route):
		return true
	case k.scope.OnlyOwnRoutes:
		return false
	case route == anyRoute:
		return true
	case !strings.HasPrefix(route, likeRoutes):
		return false
	}
	return !slices.ContainsFunc(k.scope.Others, func(w Worker) bool {
		return route == likeSIMRoute(w.SIM) || route == likeModemRoute(w.Modem)
	})
}

// routes returns the routes with entries that k may take from. The cost depends on the
// number of routes, not on the number of messages.
func (k *claimant) routes(r store.Reader) ([]string, error) {
	all, err := store.Children(r, dueSpace)
	return slices.DeleteFunc(all, func(route string) bool { return !k.takes(route) }), err
}

// updatePreference sets m.Like as the Router says.
func (w *work) updatePreference(m *Message) (err error) {
	if w.queue.config.Router != nil && m.Modem == "" {
		m.Like, err = w.queue.config.Router.Prefer(w.tx, m)
	}
	return err
}

// rerouteIfPreferred moves e to the route of another worker if the Router now prefers one
// that is in service, and reports whether it did.
func (s *search) rerouteIfPreferred(e *entry) (bool, error) {
	router := s.work.queue.config.Router
	if router == nil || len(s.scope.Others) == 0 || e.Modem != "" || e.boundToSIM() {
		return false, nil
	}
	p, err := router.Prefer(s.tx, &e.Message)
	served := slices.ContainsFunc(s.scope.Others, p.prefers)
	if err != nil || !served || p.prefers(s.Worker) || p == e.Like {
		return false, err
	}
	e.Like = p
	return true, s.save(e)
}

// mayBegin asks the Router whether the next attempt at e may be made.
func (s *search) mayBegin(e *entry) (AttemptRuling, error) {
	router := s.work.queue.config.Router
	if router == nil {
		return AttemptRuling{}, nil
	}
	parts := 1
	if e.count(PartQueued) == len(e.Parts) {
		parts = len(e.Parts)
	}
	return router.Begin(s.tx, AttemptRequest{
		Message: &e.Message, Attempt: e.AttemptCount + 1, Worker: s.Worker, Scope: s.scope, At: s.now, Parts: parts,
	})
}

// holdForCap holds e until the cap of its number allows another part.
func (w *work) holdForCap(e *entry, until time.Time) error {
	e.Error = nil
	w.schedule(&e.Message, store.Milliseconds(until.Add(time.Millisecond)))
	if e.Error == nil {
		e.Error = &Problem{Code: CodeRecipientCap, Detail: "its number has been sent as many parts as recipient_cap allows", RetryAt: e.unlessOver(e.Due)}
	}
	return w.saveUpdated(e)
}

// cappedHold is a message that holdForCap has held.
type cappedHold struct {
	id    string
	to    pdu.Address
	until time.Time
	tell  bool // the hold has to be logged, see AttemptRuling
}

// logCapped counts and logs messages that holdForCap has held.
func (q *Queue) logCapped(ctx context.Context, all []cappedHold) {
	for _, c := range all {
		q.meter.capped.Inc()
		if !c.tell {
			continue
		}
		q.log.ErrorContext(ctx, "a number has been sent as many parts as recipient_cap allows, so what is meant for it waits",
			slog.String("msg", c.id), slog.Any("to", c.to), slog.Time("until", c.until),
			slog.String("remedy", "Find out who sends so much to one number. Cancel what is not wanted, or raise recipient_cap if it is."))
	}
}
