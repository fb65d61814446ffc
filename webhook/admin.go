package webhook

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"goniec/store"
)

// Status is a receiver and how it goes with it.
type Status struct {
	Receiver

	State
}

// States returns the receivers in the order of the configuration.
func (w *Webhooks) States(ctx context.Context) ([]Status, error) {
	all := make([]Status, len(w.runners))
	err := w.config.Store.View(ctx, func(r store.Reader) error {
		for i, runner := range w.runners {
			state, _, err := store.GetJSON[State](r, stateKey(runner.receiver.Name))
			if err != nil {
				return err
			}
			all[i] = Status{runner.receiver, state}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read state of webhooks: %w", err)
	}
	return all, nil
}

// Deliveries returns up to limit deliveries of a receiver in list, Waiting or
// Dead, oldest first, behind the one with the id after; next is the id to go on
// behind, empty at the end. It returns ErrNoReceiver or ErrNoDelivery.
func (w *Webhooks) Deliveries(ctx context.Context, name, list, after string, limit int) (items []Delivery, next string, err error) {
	if _, err := w.runner(name); err != nil {
		return nil, "", err
	}
	prefix := prefixOf(name, list)
	from := prefix
	if after != "" {
		entry, ok := entryOfID(after)
		if !ok {
			return nil, "", fmt.Errorf("%w: %q", ErrNoDelivery, after)
		}
		from += entry + "\x00"
	}
	err = w.config.Store.View(ctx, func(r store.Reader) error {
		pairs, err := r.Scan(from, store.PrefixEnd(prefix), limit+1)
		if err != nil {
			return err
		}
		for i, p := range pairs {
			if i == limit {
				next = items[limit-1].ID
				break
			}
			d, err := decode(p.Value)
			if err != nil {
				return err
			}
			items = append(items, d)
		}
		return nil
	})
	if err != nil {
		return nil, "", fmt.Errorf("list deliveries of webhook %s: %w", name, err)
	}
	return items, next, nil
}

func decode(value []byte) (Delivery, error) {
	var d Delivery
	if err := json.Unmarshal(value, &d); err != nil {
		return d, fmt.Errorf("decode delivery: %w", err)
	}
	return d, nil
}

// Resend lets a delivery that was given up wait again, with three days before it.
// It returns ErrNoReceiver, or ErrNoDelivery for an id that is not among those.
func (w *Webhooks) Resend(ctx context.Context, name, id string) (Delivery, error) {
	runner, err := w.runner(name)
	if err != nil {
		return Delivery{}, err
	}
	entry, ok := entryOfID(id)
	if !ok {
		return Delivery{}, fmt.Errorf("%w: %q", ErrNoDelivery, id)
	}
	d, err := store.Update(ctx, w.config.Store, func(tx store.Tx) (Delivery, error) {
		d, found, err := store.GetJSON[Delivery](tx, prefixOf(name, Dead)+entry)
		if err != nil {
			return d, err
		}
		if !found {
			return d, fmt.Errorf("%w: %q", ErrNoDelivery, id)
		}
		d.Since, d.Attempts, d.Next = time.Now().UTC(), 0, time.Time{}
		return d, move(tx, name, entry, Waiting, d)
	})
	if err != nil {
		return Delivery{}, fmt.Errorf("resend delivery of webhook %s: %w", name, err)
	}
	runner.nudge()
	return d, nil
}

// Enable lets a receiver that answered 410 be told of events again, of those that
// wait first. It is no error if the receiver is not disabled.
func (w *Webhooks) Enable(ctx context.Context, name string) error {
	runner, err := w.runner(name)
	if err != nil {
		return err
	}
	err = w.config.Store.Update(ctx, func(tx store.Tx) error {
		return changeState(tx, name, func(s *State) { s.Disabled, s.Failing = time.Time{}, time.Time{} })
	})
	if err != nil {
		return fmt.Errorf("enable webhook %s: %w", name, err)
	}
	runner.nudge()
	return nil
}

// nudge makes dispatch look at everything again.
func (r *runner) nudge() {
	select {
	case r.poke <- struct{}{}:
	default:
	}
}

// Trial is what came of a test.
type Trial struct {
	Status int           // of HTTP; 0: there was no answer
	Took   time.Duration // until the answer
	Err    error         // nil: the receiver took it
}

// Test sends an event webhook.test to a receiver, once and at once, also to one
// that is disabled. It returns ErrNoReceiver.
func (w *Webhooks) Test(ctx context.Context, name string) (Trial, error) {
	runner, err := w.runner(name)
	if err != nil {
		return Trial{}, err
	}
	id, at := "test-"+rand.Text(), time.Now().UTC()
	fact := Tested{Webhook: name}
	data, err := json.Marshal(fact)
	if err != nil {
		return Trial{}, fmt.Errorf("encode test: %w", err)
	}
	content, err := json.Marshal(body{ID: id, Type: fact.EventType(), At: at, Timestamp: at, Data: data})
	if err != nil {
		return Trial{}, fmt.Errorf("encode test: %w", err)
	}
	a := runner.send(ctx, "evt_"+id, content)
	return Trial{Status: a.status, Took: time.Since(at), Err: a.err}, nil
}

// Prune removes what was given up KeepDead ago or is beyond maxDead, gives up what
// waits for a disabled receiver too long, and removes that of receivers which are no
// longer configured. It works in small transactions, each of which stands.
func (w *Webhooks) Prune(ctx context.Context) error {
	names, err := w.names(ctx)
	if err != nil {
		return fmt.Errorf("prune webhook deliveries: %w", err)
	}
	for _, name := range names {
		if err := w.pruneReceiver(ctx, name); err != nil {
			return fmt.Errorf("prune deliveries of webhook %s: %w", name, err)
		}
	}
	return nil
}

// names returns every receiver that has left a state in the store.
func (w *Webhooks) names(ctx context.Context) ([]string, error) {
	return store.View(ctx, w.config.Store, func(r store.Reader) ([]string, error) {
		var names []string
		for from := space; ; {
			pairs, err := r.Scan(from, store.PrefixEnd(space), 1)
			if err != nil || len(pairs) == 0 {
				return names, err
			}
			name, _, _ := strings.Cut(strings.TrimPrefix(pairs[0].Key, space), "/")
			names = append(names, name)
			from = store.PrefixEnd(space + name + "/")
		}
	})
}

func (w *Webhooks) pruneReceiver(ctx context.Context, name string) error {
	_, err := w.runner(name)
	for _, list := range []string{Waiting, Dead} {
		p := pruning{receiver: name, list: list, orphan: err != nil}
		if err := store.Walk(ctx, w.config.Store, store.Prefix(prefixOf(name, list)), p.prune); err != nil {
			return err
		}
	}
	return nil
}

// pruning is Prune of one list of a receiver.
type pruning struct {
	receiver, list string
	orphan         bool // the receiver is not configured any more
}

// prune does for one delivery what Prune is to do.
func (p pruning) prune(tx store.Tx, pair store.Pair) error {
	state, _, err := store.GetJSON[State](tx, stateKey(p.receiver))
	if err != nil {
		return err
	}
	if p.list == Waiting && !p.orphan && state.Disabled.IsZero() {
		return store.ErrStop // the receiver is told, which ends all that waits
	}
	d, err := decode(pair.Value)
	if err != nil {
		return err
	}
	age := time.Since(d.Since)
	switch {
	case p.list == Dead && (age > KeepTrying+KeepDead || state.Dead > maxDead):
		if err := tx.Delete(pair.Key); err != nil {
			return err
		}
		return changeState(tx, p.receiver, func(s *State) { s.Dead-- })
	case p.list == Waiting && p.orphan && age > KeepDead:
		if err := tx.Delete(pair.Key); err != nil {
			return err
		}
		return changeState(tx, p.receiver, func(s *State) { s.Waiting-- })
	case p.list == Waiting && !p.orphan && age > KeepTrying:
		d.Next = time.Time{}
		return move(tx, p.receiver, strings.TrimPrefix(pair.Key, prefixOf(p.receiver, Waiting)), Dead, d)
	}
	return nil
}
