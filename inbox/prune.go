package inbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"goniec/number"
	"goniec/store"
)

// callDaysKept is how long the day of a text in answer to a call is kept.
const callDaysKept = 48 * time.Hour

// Prune empties the texts of messages and removes rejected PDUs that were received longer
// ago than texts, and removes messages and calls older than records. While the clock is
// not believed Prune removes nothing. Prune works in small transactions so that other
// callers do not wait long. A call after an interruption continues the work.
func (b *Inbox) Prune(ctx context.Context, texts, records time.Duration) (err error) {
	defer store.Wrap(&err, "prune inbox")
	now := b.config.Queue.Clock().Now()
	if trust, err := b.config.Queue.Clock().Trust(ctx); err != nil || !trust.Believed {
		return err
	}
	textsFrom, err := store.View(ctx, b.store, prunedTo)
	if err != nil {
		return err
	}
	remove := func(tx store.Tx, p store.Pair) (bool, error) { return true, tx.Delete(p.Key) }
	for _, step := range []struct {
		what   string
		in     store.Range
		change func(store.Tx, store.Pair) (bool, error)
	}{
		{"rejected PDUs", store.Range{From: rawSpace, To: rawSpace + store.TimeSegment(now.Add(-texts))}, remove},
		{"texts", store.Range{From: textsFrom, To: messageKey(store.LowestID(now.Add(-texts)))}, pruneText},
		{"messages", store.Range{From: messageSpace, To: messageKey(store.LowestID(now.Add(-records)))}, pruneMessage},
		{"calls", store.Range{From: callSpace, To: callSpace + store.LowestID(now.Add(-records))}, remove},
		{"days of calls", store.Prefix(callDaySpace), b.pruneCallDay(now.Add(-callDaysKept), now)},
		{"parts of messages", store.Prefix(groupSpace), pruneGroup(now.Add(-texts))},
	} {
		n, err := store.Count(ctx, b.store, step.in, step.change)
		b.config.Queue.CountPruned(n)
		if err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
	}
	return nil
}

// pruneMessage removes a message with its index key.
func pruneMessage(tx store.Tx, pair store.Pair) (bool, error) {
	id := pair.Key[len(messageSpace):]
	if in, err := decode(id, pair.Value); err == nil { // the sender of a damaged message is not known
		if err := tx.Delete(fromPrefix(number.Segment(in.From)) + id); err != nil {
			return false, err
		}
	}
	return true, tx.Delete(pair.Key)
}

// prunedTo returns the key behind the message whose text was last removed.
func prunedTo(r store.Reader) (string, error) {
	last, err := r.Get(prunedKey)
	if err != nil || last == nil {
		return messageSpace, err
	}
	return messageKey(string(last)) + "\x00", nil
}

// pruneText empties the text of a message, and stores its id under prunedKey.
func pruneText(tx store.Tx, pair store.Pair) (bool, error) {
	id := pair.Key[len(messageSpace):]
	if in, err := decode(id, pair.Value); err == nil { // pruneMessage removes a damaged message
		in.Text, in.TextRemoved = "", true
		if err := store.PutJSON(tx, pair.Key, record{&in, number.Encode(in.From)}); err != nil {
			return false, err
		}
	}
	return true, tx.Put(prunedKey, []byte(id))
}

// pruneGroup removes the group of a delivered message that began before limit.
func pruneGroup(limit time.Time) func(store.Tx, store.Pair) (bool, error) {
	return func(tx store.Tx, pair store.Pair) (bool, error) {
		g, found, err := store.GetJSON[group](tx, pair.Key)
		if errors.Is(err, store.ErrRecord) {
			return true, tx.Delete(pair.Key)
		}
		if err != nil || !found || !g.Delivered || g.Since.After(limit) {
			return false, err
		}
		return true, errors.Join(tx.Delete(g.tickKey(pair.Key)), tx.Delete(pair.Key))
	}
}

// pruneCallDay removes days of calls before limit. It also removes days after now, which
// a wrong clock has caused.
func (b *Inbox) pruneCallDay(limit, now time.Time) func(store.Tx, store.Pair) (bool, error) {
	first, last := limit.In(b.config.Location).Format(time.DateOnly), now.In(b.config.Location).Format(time.DateOnly)
	return func(tx store.Tx, pair store.Pair) (bool, error) {
		if day := string(pair.Value); first <= day && day <= last {
			return false, nil
		}
		return true, tx.Delete(pair.Key)
	}
}
