package inbox

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"goniec/queue"
	"goniec/store"
)

// Tend does what has become due by time alone: a text of which a part does not come is
// delivered without the part, and records that are kept for a time are removed. While
// the time is not believed nothing happens. Tend is called as often as Tend of package
// queue; calling it more often, or on several boxes, does no harm.
func (b *Inbox) Tend(ctx context.Context) error {
	now := b.config.Queue.Clock().Now()
	trust, err := b.config.Queue.Clock().Trust(ctx)
	if err != nil || !trust.Believed {
		return err
	}
	due := queue.TicksUntil(now)
	due.Where = func(p store.Pair) bool {
		target := queue.TickTarget(p.Key)
		return strings.HasPrefix(target, groupSpace) || strings.HasPrefix(target, seenSpace)
	}
	err = store.WalkEach(ctx, b.store, due, b.tend, func(broken string) {
		if broken != "" {
			b.config.Logger.ErrorContext(ctx, "stored record does not get further and is passed over", "err", broken)
		}
	})
	if err != nil {
		return fmt.Errorf("tend inbox: %w", err)
	}
	return nil
}

// tend deals with a tick that has come, and says why if its record is damaged.
func (b *Inbox) tend(tx store.Tx, tick store.Pair) (broken string, err error) {
	target := queue.TickTarget(tick.Key)
	if strings.HasPrefix(target, seenSpace) { // kept for a time, which is over
		return "", errors.Join(tx.Delete(target), tx.Delete(tick.Key))
	}
	err = b.tendGroup(tx, tick.Key, target)
	if store.Unreadable(err) {
		return err.Error(), tx.Delete(tick.Key)
	}
	return "", err
}

// tendGroup deals with a group whose tick has come: the message is delivered with
// parts missing, and later the group is forgotten.
func (b *Inbox) tendGroup(tx store.Tx, tick, key string) error {
	g, found, err := store.GetJSON[group](tx, key)
	switch {
	case err != nil:
		return err
	case !found:
		return tx.Delete(tick)
	case g.tick(key) != tick:
		return nil // on a cluster: it has changed
	case g.Delivered:
		return errors.Join(tx.Delete(tick), tx.Delete(key))
	}
	fields := strings.Split(strings.TrimPrefix(key, groupSpace), "/")
	if len(fields) != 5 {
		return fmt.Errorf("%w: key %s", store.ErrRecord, store.Space(key))
	}
	sim, id := store.ParseSegment(fields[0]), fields[4]
	total, err := strconv.Atoi(fields[3])
	if err != nil || total < 1 || id == "" {
		return fmt.Errorf("%w: key %s", store.ErrRecord, store.Space(key))
	}
	in := g.assemble(id, total)
	in.Modem, in.SIM = g.Modem, sim
	if err := b.deliver(tx, in, false); err != nil {
		return err
	}
	g.Delivered = true
	return putGroup(tx, key, tick, g)
}
