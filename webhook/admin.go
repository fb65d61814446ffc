package webhook

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"goniec/store"
)

// Status is a configured receiver with its delivery state.
type Status struct {
	Receiver

	State
}

// States returns the status of all receivers in the order of the configuration.
func (w *Webhooks) States(ctx context.Context) (_ []Status, err error) {
	defer store.Wrap(&err, "read state of webhooks")
	all := make([]Status, len(w.runners))
	return all, w.config.Store.View(ctx, func(r store.Reader) error {
		for i, runner := range w.runners {
			state, _, err := store.GetJSON[State](r, stateKey(runner.receiver.Name))
			if err != nil {
				return err
			}
			all[i] = Status{runner.receiver, state}
		}
		return nil
	})
}

// Deliveries returns up to limit deliveries of a receiver in list, Waiting or Dead, oldest
// first, starting behind the delivery of event after. next is the value of after for the next
// page, empty at the end. The error is ErrNoReceiver, ErrNoDelivery, or that of the store.
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

// Resend moves a dead delivery back to those that wait, with KeepTrying before it. The error
// is ErrNoReceiver, ErrNoDelivery for an id without a dead delivery, or that of the store.
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
		if !found || d.ID != id {
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

// Enable ends the disabling of a receiver by its answer 410. Waiting events are delivered
// first. Enabling an enabled receiver is no error. The error is ErrNoReceiver or that of the
// store.
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

// nudge makes dispatch read all waiting deliveries again.
func (r *runner) nudge() {
	select {
	case r.poke <- struct{}{}:
	default:
	}
}

// Trial is the result of Test.
type Trial struct {
	Status int           // HTTP status; 0: no answer
	Took   time.Duration // until the answer
	Err    error         // nil: the receiver accepted the event
}

// Test sends one event webhook.test to a receiver at once, also to a disabled one. The error
// is ErrNoReceiver; a failed delivery is in Trial.Err.
func (w *Webhooks) Test(ctx context.Context, name string) (Trial, error) {
	runner, err := w.runner(name)
	if err != nil {
		return Trial{}, err
	}
	begin := time.Now()
	id, at := "test-"+rand.Text(), store.Milliseconds(begin)
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
	return Trial{Status: a.status, Took: time.Since(begin), Err: a.err}, nil
}

// Prune deletes dead deliveries KeepDead after they were given up or beyond maxDead, gives up
// deliveries that have waited KeepTrying for a disabled receiver, and deletes those of
// receivers no longer configured. Each of its small transactions stands.
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

// names returns every receiver with records in the store.
func (w *Webhooks) names(ctx context.Context) ([]string, error) {
	return store.View(ctx, w.config.Store, func(r store.Reader) ([]string, error) { return store.Children(r, space) })
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

// pruning is the work of Prune on one list of a receiver.
type pruning struct {
	receiver, list string
	orphan         bool // the receiver is no longer configured
}

// prune deletes or moves one delivery if it is old enough.
func (p pruning) prune(tx store.Tx, pair store.Pair) error {
	state, _, err := store.GetJSON[State](tx, stateKey(p.receiver))
	if err != nil {
		return err
	}
	if p.list == Waiting && !p.orphan && state.Disabled.IsZero() {
		return store.ErrStop // dispatch ends these deliveries
	}
	d, err := decode(pair.Value)
	if err != nil {
		return err
	}
	age := time.Since(d.Since)
	switch {
	case p.list == Dead && (age > KeepTrying+KeepDead || state.Dead > maxDead):
		return errors.Join(tx.Delete(pair.Key), changeState(tx, p.receiver, func(s *State) { s.Dead-- }))
	case p.list == Waiting && p.orphan && age > KeepDead:
		return errors.Join(tx.Delete(pair.Key), changeState(tx, p.receiver, func(s *State) { s.Waiting-- }))
	case p.list == Waiting && !p.orphan && age > KeepTrying:
		d.Next = time.Time{}
		return move(tx, p.receiver, strings.TrimPrefix(pair.Key, prefixOf(p.receiver, Waiting)), Dead, d)
	}
	return nil
}
