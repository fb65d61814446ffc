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

// Tend does the work that is due by time alone: it delivers texts whose missing parts have
// not come within a day, and removes records that are kept for a limited time. While the
// clock is not believed Tend does nothing. Tend is called as often as queue.Queue.Tend; it
// may be called earlier, and on several boxes.
func (b *Inbox) Tend(ctx context.Context) (err error) {
	defer store.Wrap(&err, "tend inbox")
	due := queue.TicksUntil(b.config.Queue.Clock().Now())
	if trust, err := b.config.Queue.Clock().Trust(ctx); err != nil || !trust.Believed {
		return err
	}
	due.Where = func(p store.Pair) bool {
		target := queue.TickTarget(p.Key)
		return strings.HasPrefix(target, groupSpace) || strings.HasPrefix(target, seenSpace)
	}
	return store.WalkEach(ctx, b.store, due, b.tend, func(broken string) {
		if broken != "" {
			b.config.Logger.ErrorContext(ctx, "stored record does not get further and is passed over", "err", broken)
		}
	})
}

// tend does the work of a tick that is due. broken says why its record was passed over.
func (b *Inbox) tend(tx store.Tx, tick store.Pair) (broken string, err error) {
	target := queue.TickTarget(tick.Key)
	if strings.HasPrefix(target, seenSpace) { // kept until the tick
		return "", errors.Join(tx.Delete(target), tx.Delete(tick.Key))
	}
	err = b.tendGroup(tx, tick.Key, target)
	if store.Unreadable(err) {
		return err.Error(), tx.Delete(tick.Key)
	}
	return "", err
}

// tendGroup delivers the message of a group without the missing parts. If the message is
// delivered already, tendGroup removes the group.
func (b *Inbox) tendGroup(tx store.Tx, tick, key string) error {
	g, found, err := store.GetJSON[group](tx, key)
	switch {
	case err != nil:
		return err
	case !found:
		return tx.Delete(tick)
	case g.tickKey(key) != tick:
		return nil // another box has changed the group after the scan
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
