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

// Routes by which a message may leave, see the table of keys. The like routes are
// soft: whoever looks for work takes from them as from anyRoute, unless somebody
// who is in service is meant. So nothing in the store has to be moved when a modem
// goes out of service, nor when it returns.
const (
	anyRoute   = "any"
	likeRoutes = "like-"
)

func modemRoute(name string) string     { return "modem:" + store.Segment(name) }
func simRoute(sim string) string        { return "sim:" + store.Segment(sim) }
func likeModemRoute(name string) string { return likeRoutes + modemRoute(name) }
func likeSIMRoute(sim string) string    { return likeRoutes + simRoute(sim) }

// Preference says by what a message should leave where there is a choice: by SIM,
// or else by Modem; the zero value has none.
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

// means reports whether w is who p prefers.
func (p Preference) means(w Worker) bool {
	return p.SIM != "" && p.SIM == w.SIM || p.SIM == "" && p.Modem != "" && p.Modem == w.Modem
}

// Router decides by which SIM messages leave, and how many a number may get. It
// keeps what it must know in the transactions of the queue, so that the two never
// disagree. Its errors are those of the store, and end the transaction.
type Router interface {
	// Scope says from where w may take messages now. It is asked before a
	// transaction, and may look at what is in no store.
	Scope(w Worker) Scope
	// Prefer says by what m should leave, by what is known now.
	Prefer(r store.Reader, m *Message) (Preference, error)
	// Begin counts an attempt that is about to be written down, or forbids it.
	Begin(tx store.Tx, b AttemptRequest) (AttemptRuling, error)
	// Accepted notes that the service centre has taken a part for to from the SIM
	// of w.
	Accepted(tx store.Tx, to pdu.Address, w Worker, at time.Time) error
	// Forget removes what it keeps of a number, and reports whether there was anything.
	Forget(tx store.Tx, number pdu.Address) (bool, error)
	// Prune forgets numbers that nothing was sent to or heard from since before.
	Prune(ctx context.Context, before time.Time) error
}

// Scope is from where a worker may take messages.
type Scope struct {
	Others        []Worker // the other workers in service: what should leave by them is left to them
	OnlyOwnRoutes bool     // only what is meant for this worker may be taken
}

// Serves reports whether another worker in service has the SIM.
func (s Scope) Serves(sim string) bool {
	return slices.ContainsFunc(s.Others, func(w Worker) bool { return w.SIM == sim })
}

// AttemptRequest is an attempt that is about to be written down.
type AttemptRequest struct {
	Message *Message // not to be changed
	Attempt int      // Attempt.Number it will have
	Worker  Worker
	Scope   Scope
	At      time.Time
	// Parts is how many parts will leave in one go if this one may; 1 for those
	// behind the first.
	Parts int
}

// AttemptRuling is what a Router says to a AttemptRequest.
type AttemptRuling struct {
	Until time.Time // not before then; zero: it may begin
	Tell  bool      // somebody should know: they have not been told lately
}

// claimant is a worker that looks for a part to send, and where it may.
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

// routes returns the routes that k may take from and by which something waits. How
// many messages wait makes no difference, only by how many routes.
func (k *claimant) routes(r store.Reader) ([]string, error) {
	all, err := store.Children(r, dueSpace)
	return slices.DeleteFunc(all, func(route string) bool { return !k.takes(route) }), err
}

// prefer asks by what m should leave.
func (w *work) prefer(m *Message) (err error) {
	if w.queue.config.Router != nil && m.Modem == "" {
		m.Like, err = w.queue.config.Router.Prefer(w.tx, m)
	}
	return err
}

// rerouteIfPreferred moves e, which has been found, to the route of another worker if
// that is by whom e should leave by now, and reports whether it did.
func (s *search) rerouteIfPreferred(e *entry) (bool, error) {
	router := s.work.queue.config.Router
	if router == nil || len(s.scope.Others) == 0 || e.Modem != "" || e.boundToSIM() {
		return false, nil
	}
	p, err := router.Prefer(s.tx, &e.Message)
	served := slices.ContainsFunc(s.scope.Others, p.means)
	if err != nil || !served || p.means(s.Worker) || p == e.Like {
		return false, err
	}
	e.Like = p
	return true, s.save(e)
}

// mayBegin asks whether the next attempt at e may be made.
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

// holdForCap has e wait because its number has got as many parts as it may.
func (w *work) holdForCap(e *entry, until time.Time) error {
	e.Error = nil
	w.schedule(&e.Message, store.Milliseconds(until.Add(time.Millisecond)))
	if e.Error == nil {
		e.Error = &Problem{Code: CodeRecipientCap, Detail: "its number has been sent as many parts as recipient_cap allows", RetryAt: e.Due}
	}
	return w.keep(e)
}

// capped is a message that was held because of its number.
type capped struct {
	id    string
	to    pdu.Address
	until time.Time
	tell  bool // somebody has not been told lately
}

// logCapped counts attempts at numbers that have got as much as they may, and tells
// of them.
func (q *Queue) logCapped(ctx context.Context, all []capped) {
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
