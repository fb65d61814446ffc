package webhook

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"goniec/store"
)

const (
	concurrency  = 4    // parallel deliveries to one receiver
	windowSize   = 2000 // deliveries of one receiver in memory
	downAfter    = 3    // failures in a row after which the receiver is down
	lookEvery    = 10 * time.Second
	storeAgain   = 5 * time.Second
	probeFirst   = time.Second // between two attempts at a receiver that is down; doubles up to probeAtMost
	probeAtMost  = time.Minute
	pauseAtMost  = time.Hour // longest pause by Retry-After
	recordWithin = 10 * time.Second
)

// item is a delivery in the window.
type item struct {
	entry    string // last part of the key
	subject  string
	due      time.Time
	underway bool
}

// result is the result of an attempt.
type result struct {
	item    *item
	answer  answer
	done    bool      // the delivery no longer waits
	next    time.Time // otherwise: when the next attempt is due
	unknown bool      // the store failed or the daemon stops, so the result is unknown
}

// dispatch sends waiting deliveries until ctx is done. Of deliveries with one subject only the
// oldest is sent; others may overtake each other.
func (r *runner) dispatch(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	wake := r.config.Store.Watch(ctx, prefixOf(r.receiver.Name, Waiting))
	results := make(chan result, concurrency)
	defer func() {
		cancel()
		for ; r.underway > 0; r.underway-- {
			<-results
		}
		r.client.CloseIdleConnections()
	}()
	timer := time.NewTimer(0)
	defer timer.Stop()
	failing := false
	for {
		state, err := r.refill(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && !failing:
			r.log.Error("cannot read what a webhook waits for, trying again", "err", err)
		}
		failing = err != nil
		wait := storeAgain
		if err == nil {
			r.meter.setBacklog(r.receiver.Name, state)
			if r.disabled && state.Disabled.IsZero() { // Enable was called
				r.makeAllDue()
				r.failures, r.pause = 0, time.Time{}
			}
			wait = r.startDue(ctx, results, state, time.Now())
		}
		timer.Reset(min(wait, lookEvery))
		select {
		case <-ctx.Done():
			return
		case l := <-results:
			r.handleResult(l, time.Now())
		case <-wake:
		case <-r.poke:
			r.newestKey = "" // a delivery that waits again may be older than newestKey
		case <-timer.C:
		}
	}
}

// refill adds new deliveries to the window and reads the state.
func (r *runner) refill(ctx context.Context) (State, error) {
	type found struct {
		state State
		pairs []store.Pair
	}
	prefix := prefixOf(r.receiver.Name, Waiting)
	from, limit := prefix, windowSize
	if r.newestKey != "" {
		from, limit = r.newestKey+"\x00", windowSize-len(r.window)
	}
	f, err := store.View(ctx, r.config.Store, func(tx store.Reader) (f found, err error) {
		if f.state, _, err = store.GetJSON[State](tx, stateKey(r.receiver.Name)); err != nil || limit <= 0 {
			return f, err
		}
		f.pairs, err = tx.Scan(from, store.PrefixEnd(prefix), limit)
		for i := range f.pairs { // values are valid only within the transaction
			f.pairs[i].Value = slices.Clone(f.pairs[i].Value)
		}
		return f, err
	})
	if err != nil {
		return State{}, err
	}
	for _, p := range f.pairs {
		r.newestKey = max(r.newestKey, p.Key)
		entry := strings.TrimPrefix(p.Key, prefix)
		if slices.ContainsFunc(r.window, func(i *item) bool { return i.entry == entry }) {
			continue
		}
		d, err := decode(p.Value)
		if err != nil {
			return State{}, err
		}
		if latest := time.Now().Add(maxNext); d.Next.After(latest) { // the clock was wrong then
			d.Next = latest
		}
		r.window = append(r.window, &item{entry: entry, subject: r.config.Subject(ctx, d.event()), due: d.Next})
	}
	if limit == windowSize { // all was read again
		slices.SortFunc(r.window, func(a, b *item) int { return strings.Compare(a.entry, b.entry) })
	}
	return f.state, nil
}

// startDue starts due attempts and returns how long nothing more is due.
func (r *runner) startDue(ctx context.Context, results chan<- result, state State, now time.Time) time.Duration {
	if r.disabled = !state.Disabled.IsZero(); r.disabled {
		return lookEvery
	}
	if wait := r.pause.Sub(now); wait > 0 {
		return wait
	}
	most := concurrency
	if r.failures >= downAfter {
		most = 1
	}
	wait := lookEvery
	seen := map[string]bool{}
	for _, i := range r.window {
		if r.underway >= most {
			return lookEvery // until an attempt ends
		}
		if seen[i.subject] {
			continue
		}
		seen[i.subject] = true
		switch until := i.due.Sub(now); {
		case i.underway:
		case until > 0:
			wait = min(wait, until)
		default:
			i.underway = true
			r.underway++
			go func() { results <- r.attempt(ctx, i) }()
		}
	}
	return wait
}

// handleResult updates window and pause after an attempt.
func (r *runner) handleResult(l result, now time.Time) {
	r.underway--
	l.item.underway = false
	if l.unknown {
		l.item.due = now.Add(storeAgain)
		return
	}
	l.item.due = l.next
	if l.done {
		r.window = slices.DeleteFunc(r.window, func(i *item) bool { return i == l.item })
	}
	if l.answer.err != nil {
		if l.done {
			r.newestKey = "" // Resend may already have been called
		}
		r.noteFailure(l, now)
		return
	}
	if r.failures >= downAfter || !r.hasDelivered {
		r.makeAllDue() // the receiver is back
	}
	if r.failures >= downAfter {
		r.log.Info("webhook receiver is back, sending what waited")
	}
	r.failures, r.hasDelivered, r.pause = 0, true, time.Time{}
}

// makeAllDue makes all deliveries of the window due now.
func (r *runner) makeAllDue() {
	for _, i := range r.window {
		i.due = time.Time{}
	}
}

// noteFailure counts a failed attempt and pauses if the receiver asks for that or is down.
func (r *runner) noteFailure(l result, now time.Time) {
	r.failures++
	if r.failures == 1 || r.failures == downAfter {
		r.log.Warn("webhook receiver did not take an event, trying again later", "err", l.answer.err, "attempts_failed", r.failures)
	}
	switch {
	case l.answer.after > 0:
		r.pause = now.Add(min(l.answer.after, pauseAtMost))
	case r.failures >= downAfter:
		r.pause = now.Add(min(probeFirst<<min(r.failures-downAfter, 10), probeAtMost))
	}
}

// attempt makes one attempt and stores its result.
func (r *runner) attempt(ctx context.Context, i *item) result {
	lost := result{item: i, unknown: true}
	key := prefixOf(r.receiver.Name, Waiting) + i.entry
	d, err := store.LoadJSON[*Delivery](ctx, r.config.Store, key)
	if err != nil {
		return lost
	}
	if d == nil { // the delivery was deleted or moved
		return result{item: i, done: true}
	}
	a := r.send(ctx, d.Key, d.Body)
	if a.err != nil && ctx.Err() != nil {
		return lost // the daemon stops; the receiver has not failed
	}
	record, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordWithin)
	defer cancel()
	l, err := r.record(record, i, a)
	if err != nil {
		r.log.Error("cannot write what came of a webhook delivery, so it is sent again", "event", d.ID, "err", err)
		return lost
	}
	r.meter.countAttempt(r.receiver.Name, a, *d)
	return l
}

// record stores the result of an attempt.
func (r *runner) record(ctx context.Context, i *item, a answer) (result, error) {
	name := r.receiver.Name
	key := prefixOf(name, Waiting) + i.entry
	l, err := store.Update(ctx, r.config.Store, func(tx store.Tx) (result, error) {
		l := result{item: i, answer: a}
		d, found, err := store.GetJSON[Delivery](tx, key)
		if err != nil || !found {
			l.done = true
			return l, err
		}
		now := time.Now().UTC()
		if a.err == nil {
			l.done = true
			return l, errors.Join(tx.Delete(key), changeState(tx, name, func(s *State) { s.Waiting--; s.LastSuccess, s.Failing = now, time.Time{} }))
		}
		d.Attempts++
		d.Last = failureOf(a)
		if err := r.recordFailure(tx, d.Last); err != nil {
			return l, err
		}
		end := d.Since.Add(KeepTrying)
		if a.status != http.StatusGone && !now.Before(end) {
			l.done, d.Next = true, time.Time{}
			return l, move(tx, name, i.entry, Dead, d)
		}
		d.Next = now.Add(max(backoff(d.Attempts), a.after))
		if d.Next.After(end) && now.Before(end) {
			d.Next = end
		}
		l.next = d.Next
		return l, store.PutJSON(tx, key, d)
	})
	if err == nil && l.done && a.err != nil {
		r.meter.countDead(name)
		r.log.Error("webhook delivery given up", "event", i.entry, "err", a.err, "remedy", "mend the receiver, then: goniec webhook resend")
	}
	if err == nil && a.status == http.StatusGone {
		r.log.Error("webhook disabled: its receiver answered 410 Gone", "remedy", "correct the url, then: goniec webhook enable "+name)
	}
	return l, err
}

// recordFailure stores the last failure, and disables a receiver that answered 410.
func (r *runner) recordFailure(tx store.Tx, f *Failure) error {
	gone := false
	err := changeState(tx, r.receiver.Name, func(s *State) {
		s.LastFailure = f
		if s.Failing.IsZero() {
			s.Failing = f.At
		}
		if gone = f.Status == http.StatusGone && s.Disabled.IsZero(); gone {
			s.Disabled = f.At
		}
	})
	if err != nil || !gone {
		return err
	}
	return r.config.Events.Append(tx, "", Disabled{Webhook: r.receiver.Name})
}
