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

// RoutingConfig configures NewRouting; Store is required.
type RoutingConfig struct {
	Store store.Store // for the keys who/<number>
	Cap   RecipientCap
}

// Routing chooses the SIM of a message: the SIM of the conversation with the number, else the
// modem whose prefixes fit the number, else the modem that has been idle longest. It also
// counts the parts to each number against the RecipientCap. The queue calls Routing as its
// queue.Router, so Routing is made before the queue; New passes the modems to it later.
type Routing struct {
	store    store.Store
	cap      RecipientCap
	turns    *turns
	mu       sync.Mutex // guards what follows
	gateway  *Gateway   // nil until New has returned
	prefixes []prefixRule
}

// prefixRule assigns numbers that begin with prefix to a modem.
type prefixRule struct{ prefix, modem string }

var _ queue.Router = (*Routing)(nil)

// NewRouting returns a Routing for queue.Config.Router and Config.Routing.
func NewRouting(c RoutingConfig) *Routing {
	return &Routing{store: c.Store, cap: c.Cap, turns: newTurns()}
}

// setModems takes over the gateway and the prefixes of its modems.
func (r *Routing) setModems(g *Gateway, modems []ModemConfig) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.gateway, r.prefixes = g, nil
	for _, c := range modems {
		for _, prefix := range c.Prefixes {
			r.prefixes = append(r.prefixes, prefixRule{prefix, c.Name})
		}
	}
	slices.SortStableFunc(r.prefixes, func(a, b prefixRule) int { return len(b.prefix) - len(a.prefix) }) // the longest prefix first
}

// preferredModem returns the modem with the longest prefix that fits to, empty if none fits.
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

// Scope implements queue.Router.
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

// Prefer implements queue.Router.
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

// failuresBeforeOthers is how many attempts of a message may fail by the preferred SIM or
// modem, for any reason, before others may send the message.
const failuresBeforeOthers = 3

// shuns says whether m should leave by another SIM or modem than the one whose attempts of
// selects: because that one was refused with an error that may be its own, or has failed
// failuresBeforeOthers times, or once for an urgent message.
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

// Begin implements queue.Router.
func (r *Routing) Begin(tx store.Tx, b queue.AttemptRequest) (queue.AttemptRuling, error) {
	to := b.Message.To
	c, err := readContact(tx, to)
	if err != nil {
		return queue.AttemptRuling{}, err
	}
	before := c.SIM
	if c.SIM != b.Worker.SIM && (c.SIM == "" || !b.Scope.Serves(c.SIM)) {
		c.SIM = b.Worker.SIM // at once, so that the next text to this number uses the same SIM
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

// Accepted implements queue.Router.
func (r *Routing) Accepted(tx store.Tx, to pdu.Address, w queue.Worker, at time.Time) error {
	c, err := readContact(tx, to)
	if err != nil || c.SIM == w.SIM {
		return err // without this check each text would write another page of the store: see Prune
	}
	c.SIM = w.SIM
	return c.put(tx, to, at)
}

// Heard implements queue.Router.
func (r *Routing) Heard(tx store.Tx, from pdu.Address, w queue.Worker, at time.Time) error {
	c, err := readContact(tx, from)
	if err != nil || c.SIM == w.SIM && !c.stale(at) {
		return err
	}
	c.SIM = w.SIM
	return c.put(tx, from, at)
}

// Forget implements queue.Router.
func (r *Routing) Forget(tx store.Tx, number pdu.Address) (bool, error) {
	key := contactKey(number)
	value, err := tx.Get(key)
	if err != nil || value == nil {
		return false, err
	}
	return true, tx.Delete(key)
}

// Prune implements queue.Router. When a number was last written to is read from its messages,
// which are kept as long as the number must be known.
func (r *Routing) Prune(ctx context.Context, before time.Time) (err error) {
	defer store.Wrap(&err, "forget numbers")
	in := store.Prefix(contactSpace)
	in.Where = func(p store.Pair) bool {
		c := decodeContact(p.Value)
		return c.At <= before.Unix() || c.At > time.Now().Unix()
	}
	return store.Walk(ctx, r.store, in, pruneContact)
}

// pruneContact deletes one record, or sets its At to the time of the number's last message.
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

// allows says whether the attempt of sub has been counted and the number is within the cap, by
// a fresh read of the store. The check does not rely on the queue having called Begin.
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

// nameOf returns the stored name of an attempt of message id.
func nameOf(id string, attempt int) string {
	return id[max(0, len(id)-12):] + "/" + strconv.Itoa(attempt)
}
