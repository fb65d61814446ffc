package gateway

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"goniec/pdu"
	"goniec/queue"
	"goniec/store"
)

// RoutingConfig is what NewRouting needs; Store is required.
type RoutingConfig struct {
	Store store.Store // for the keys who/<number>
	Cap   RecipientCap
}

// Routing decides by which SIM messages leave: by the one that the number is in a
// conversation with, else by the modem meant for numbers that begin so, else by
// whichever has been idle longest. It also counts what each number gets.
// The queue asks it as its queue.Router, so it is made before the queue, and the
// gateway, which is made after it, tells it what the modems are.
type Routing struct {
	store    store.Store
	cap      RecipientCap
	turns    *turns
	mu       sync.Mutex // guards what follows
	gateway  *Gateway   // nil until it is made
	prefixes []prefixRule
}

// prefixRule is a prefix and the modem that numbers which begin so are meant for.
type prefixRule struct{ prefix, modem string }

var _ queue.Router = (*Routing)(nil)

// NewRouting returns a Routing for the Router of a queue.Config and the Routing of
// a Config.
func NewRouting(c RoutingConfig) *Routing {
	return &Routing{store: c.Store, cap: c.Cap, turns: newTurns()}
}

// setModems takes over what the configuration says of the modems.
func (r *Routing) setModems(g *Gateway, modems []ModemConfig) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.gateway, r.prefixes = g, nil
	for _, c := range modems {
		for _, prefix := range c.Prefixes {
			r.prefixes = append(r.prefixes, prefixRule{prefix, c.Name})
		}
	}
	slices.SortStableFunc(r.prefixes, func(a, b prefixRule) int { return len(b.prefix) - len(a.prefix) }) // the longest first
}

// preferredModem returns the modem for numbers like to, empty if there is none.
func (r *Routing) preferredModem(to pdu.Address) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	number := to.String()
	i := slices.IndexFunc(r.prefixes, func(m prefixRule) bool { return strings.HasPrefix(number, m.prefix) })
	if i < 0 {
		return ""
	}
	return r.prefixes[i].modem
}

// Scope is that of queue.Router.
func (r *Routing) Scope(w queue.Worker) queue.Scope {
	r.mu.Lock()
	g := r.gateway
	r.mu.Unlock()
	if g == nil {
		return queue.Scope{}
	}
	now := time.Now()
	return queue.Scope{Others: g.inService(w.Modem, now), OnlyOwnRoutes: r.turns.defers(w.Modem, now)}
}

// Prefer is that of queue.Router.
func (r *Routing) Prefer(s store.Reader, m *queue.Message) (queue.Preference, error) {
	c, err := readContact(s, m.To)
	if err != nil {
		return queue.Preference{}, err
	}
	if c.SIM != "" {
		if shuns(m, func(a *queue.Attempt) bool { return a.SIM == c.SIM }) {
			return queue.Preference{}, nil
		}
		return queue.Preference{SIM: c.SIM}, nil
	}
	name := r.preferredModem(m.To)
	if shuns(m, func(a *queue.Attempt) bool { return a.Modem == name }) {
		name = ""
	}
	return queue.Preference{Modem: name}, nil
}

// failuresBeforeOthers is how many attempts of a message by its SIM may come to
// nothing, whatever the reason, before others may try.
const failuresBeforeOthers = 3

// shuns says whether m should rather not leave by those whose attempts are of:
// they have refused it for a reason that may be theirs alone, or have failed often,
// or once if it is urgent.
func shuns(m *queue.Message, of func(*queue.Attempt) bool) bool {
	failed := 0
	for i := range m.Attempts {
		a := &m.Attempts[i]
		if !of(a) {
			continue
		}
		switch a.Outcome {
		case queue.AttemptDiscarded:
			if a.Code == queue.CodeSIMGone {
				return true
			}
		case queue.AttemptNotSent, queue.AttemptRetry:
			failed++
			refused := strings.HasPrefix(a.Code, "cms_") || strings.HasPrefix(a.Code, "cme_")
			if refused && a.Outcome == queue.AttemptNotSent || m.Priority == queue.High || failed >= failuresBeforeOthers {
				return true
			}
		default:
		}
	}
	return false
}

// Begin is that of queue.Router.
func (r *Routing) Begin(tx store.Tx, b queue.AttemptRequest) (queue.AttemptRuling, error) {
	to := b.Message.To
	c, err := readContact(tx, to)
	if err != nil {
		return queue.AttemptRuling{}, err
	}
	before := c.SIM
	if c.SIM != b.Worker.SIM && (c.SIM == "" || !b.Scope.Serves(c.SIM)) {
		c.SIM = b.Worker.SIM // at once, so that the next text to this number follows
	}
	if r.cap.none() {
		if c.SIM == before && len(c.Counted) == 0 {
			return queue.AttemptRuling{}, nil
		}
		c.Counted = nil
		return queue.AttemptRuling{}, c.put(tx, to, b.At)
	}
	c.dropOld(b.At)
	if until := c.until(r.cap, b.Parts, b.At); !until.IsZero() {
		return c.refuse(tx, to, until, b.At)
	}
	c.Counted = append(c.Counted, counted{At: b.At.UnixMilli(), Of: nameOf(b.Message.ID, b.Attempt)})
	return queue.AttemptRuling{}, c.put(tx, to, b.At)
}

// Accepted is that of queue.Router.
func (r *Routing) Accepted(tx store.Tx, to pdu.Address, w queue.Worker, at time.Time) error {
	c, err := readContact(tx, to)
	if err != nil || c.SIM == w.SIM {
		return err // each text would change a page of its own otherwise: see Prune
	}
	c.SIM = w.SIM
	return c.put(tx, to, at)
}

// Heard is that of queue.Router.
func (r *Routing) Heard(tx store.Tx, from pdu.Address, w queue.Worker, at time.Time) error {
	c, err := readContact(tx, from)
	if err != nil || c.SIM == w.SIM && !c.stale(at) {
		return err
	}
	c.SIM = w.SIM
	return c.put(tx, from, at)
}

// Forget is that of queue.Router.
func (r *Routing) Forget(tx store.Tx, number pdu.Address) (bool, error) {
	key := contactKey(number)
	value, err := tx.Get(key)
	if err != nil || value == nil {
		return false, err
	}
	return true, tx.Delete(key)
}

// Prune is that of queue.Router. A number that has been written to since it was known
// first is told by its messages, which are kept for as long.
func (r *Routing) Prune(ctx context.Context, before time.Time) error {
	in := store.Prefix(contactSpace)
	in.Where = func(p store.Pair) bool {
		c := decodeContact(p.Value)
		return c.At <= before.Unix() || c.At > time.Now().Unix()
	}
	if err := store.Walk(ctx, r.store, in, pruneContact); err != nil {
		return fmt.Errorf("forget numbers: %w", err)
	}
	return nil
}

// pruneContact forgets one number, or notes when it was written to last.
func pruneContact(tx store.Tx, p store.Pair) error {
	c := decodeContact(p.Value)
	last, err := queue.LastTo(tx, strings.TrimPrefix(p.Key, contactSpace))
	switch {
	case err != nil:
		return err
	case last.IsZero():
		return tx.Delete(p.Key)
	case last.Unix() == c.At:
		return nil
	default:
		c.At = last.Unix()
		return store.PutJSON(tx, p.Key, c)
	}
}

// allows says whether the attempt that sub is has been counted, and is within the
// cap, by what is stored now. It does not depend on the queue having asked.
func (r *Routing) allows(ctx context.Context, sub queue.Submission, now time.Time) (bool, error) {
	if r.cap.none() {
		return true, nil
	}
	c, err := store.View(ctx, r.store, func(s store.Reader) (contact, error) { return readContact(s, sub.To) })
	if err != nil {
		return false, fmt.Errorf("read what a number has got: %w", err)
	}
	name := nameOf(sub.Message.ID, sub.Attempt)
	known := slices.ContainsFunc(c.Counted, func(x counted) bool { return x.Of == name })
	c.dropOld(now)
	return known && c.until(r.cap, 0, now).IsZero(), nil
}

// nameOf names an attempt of the message id.
func nameOf(id string, attempt int) string {
	return id[max(0, len(id)-12):] + "/" + strconv.Itoa(attempt)
}
