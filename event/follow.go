package event

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"goniec/store"
)

const (
	// followInterval is how long a follower waits at most for a wake-up.
	followInterval = 10 * time.Second
	// followAgain is the wait after a failure of the store, and after the first failure of an
	// event. It doubles with each further failure of the event.
	followAgain = 5 * time.Second
	// followAgainAtMost is the longest such wait.
	followAgainAtMost = time.Minute
	// followBatch is how many wanted events one commit handles at most.
	followBatch = 64
	// followScan is how many events a follower reads at once, wanted or not.
	followScan = 512
	// skipAtMost is how many unwanted events a follower passes before it stores its cursor:
	// one commit for each would wear the disk.
	skipAtMost = 256
)

var (
	// errName is what Run logs for the name of a follower that cannot be part of a key.
	errName = errors.New("name of a follower must not be empty nor contain a slash")
	// errPanic is the failure of an event at which Handle panicked.
	errPanic = errors.New("internal error")
)

// Follower handles events in their order, with a durable cursor.
type Follower struct {
	// Name is the name of the cursor: a follower starts where the last one of this name
	// stopped. It must not be empty nor contain a slash.
	Name string
	// Wants selects events by type; nil: all.
	Wants func(typ string) bool
	// Handle handles one event within tx, by the rules of store.Store.Update: it may run more
	// than once, and effects outside of tx are not undone. An event that was set aside is
	// handled after younger ones.
	Handle func(tx store.Tx, e Event) error
	// FromNow makes a follower without a cursor start with the next event; otherwise it starts
	// with the oldest event kept.
	FromNow bool
	Logger  *slog.Logger // nil: nothing is logged
}

// Run calls f.Handle with the wanted events of every box, in the order of each box, until ctx
// is done. The cursor moves in the transaction of Handle, so each event takes effect exactly
// once, also after a crash. Unwanted events move the cursor only from time to time. At most
// one Run for a name should run at a time; two are correct but wasteful.
//
// When the store fails, Run waits and repeats the same event. When Handle fails or panics, Run
// repeats the event after 5 s, then at growing intervals up to a minute. An event with 8
// failures over at least 5 minutes, across restarts, is set aside: it is kept, counted,
// logged, returned by SetAside, and Run continues with the next event. Each later Run begins
// with one try of the events set aside. An error of the store within Handle is not counted as
// a failure of Handle.
func (l *Log) Run(ctx context.Context, f Follower) {
	if f.Logger == nil {
		f.Logger = slog.New(slog.DiscardHandler)
	}
	r := &run{Follower: f, log: l, seen: map[string]uint64{}}
	for {
		err := r.follow(ctx)
		if ctx.Err() != nil {
			return
		}
		wait := followAgain
		var failed *failure
		if errors.As(err, &failed) {
			wait, err = r.noteFailure(ctx, failed)
		} else {
			f.Logger.Error("cannot follow what happens, trying again", slog.String("follower", f.Name), slog.Any("err", err))
		}
		if err == nil && wait == 0 {
			continue
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
	}
}

// run is the state of one Run.
type run struct {
	Follower

	log   *Log
	begun bool              // begin has succeeded
	seen  map[string]uint64 // by box: last unwanted event behind the stored cursor
}

// follow handles events until ctx is done. It returns the failure of an event, with the cursor
// in front of it, or an error of the store.
func (r *run) follow(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends the watch
	wake := r.log.Wake(ctx)
	if err := r.begin(ctx); err != nil {
		return err
	}
	timer := time.NewTimer(followInterval)
	defer timer.Stop()
	for {
		more, err := r.catchUp(ctx)
		if ctx.Err() != nil || err != nil {
			return err
		}
		if more {
			continue
		}
		timer.Reset(followInterval)
		select {
		case <-ctx.Done():
			return nil
		case <-wake:
		case <-timer.C:
		}
	}
}

// begin does once the work before the first event: it checks the name, makes the cursor and
// tries the events set aside.
func (r *run) begin(ctx context.Context) error {
	if r.begun {
		return nil
	}
	if r.Name == "" || strings.Contains(r.Name, "/") {
		return fmt.Errorf("%w: %q", errName, r.Name)
	}
	if r.FromNow {
		if err := r.log.skipPast(ctx, r.Name); err != nil {
			return err
		}
	}
	if err := r.tryAside(ctx); err != nil {
		return err
	}
	r.begun = true
	return nil
}

// skipPast sets the cursors of a follower without any behind the newest event of every box.
func (l *Log) skipPast(ctx context.Context, name string) error {
	return l.store.Update(ctx, func(tx store.Tx) error {
		known, err := tx.Scan(cursorKey(name, ""), store.PrefixEnd(cursorKey(name, "")), 1)
		if err != nil || len(known) > 0 {
			return err
		}
		names, err := boxes(tx)
		if err != nil {
			return err
		}
		// An empty log gets a cursor as well, so that its first event is not skipped later.
		if len(names) == 0 {
			names = []string{l.box}
		}
		for _, box := range names {
			newest, err := number(tx, counterKey(box))
			if err != nil {
				return err
			}
			if err := tx.Put(cursorKey(name, box), []byte(formatSeq(newest))); err != nil {
				return err
			}
		}
		return nil
	})
}

// logged is an event as read by a follower.
type logged struct {
	Event

	wanted  bool
	damaged error  // why the record cannot be decoded
	record  []byte // the damaged record
}

// batch holds the next events of one box. Unwanted events have only Box, Seq and Type.
type batch struct {
	cursor uint64 // as stored
	events []logged
	more   bool // there may be more events
}

// scan returns the next events of box behind seq, at most followBatch of them wanted. Only
// wanted events are decoded, since most are not.
func (r *run) scan(tx store.Reader, box string, seq uint64) (batch, error) {
	pairs, err := tx.Scan(eventKey(box, seq+1), store.PrefixEnd(logPrefix(box)), followScan)
	if err != nil {
		return batch{}, err
	}
	b := batch{more: len(pairs) == followScan}
	wanted := 0
	for _, p := range pairs {
		if wanted == followBatch {
			b.more = true
			break
		}
		number, ok := parseSeq(strings.TrimPrefix(p.Key, logPrefix(box)))
		if !ok {
			return batch{}, fmt.Errorf("key %q of an event does not end in a number", p.Key)
		}
		if typ, ok := typeOf(p.Value); ok && !r.wants(typ) {
			b.events = append(b.events, logged{Event: Event{Box: box, Seq: number, Type: typ}})
			continue
		}
		e, err := decode(box, p)
		if err != nil {
			b.events = append(b.events, logged{Event: Event{Box: box, Seq: number}, wanted: true, damaged: err, record: bytes.Clone(p.Value)})
			wanted++
			continue
		}
		if r.wants(e.Type) {
			wanted++
		}
		b.events = append(b.events, logged{Event: e, wanted: r.wants(e.Type)})
	}
	return b, nil
}

// typeOf returns the type of a stored event without decoding the rest; ok is false for a
// record that Append has not written.
func typeOf(value []byte) (typ string, ok bool) {
	rest, ok := bytes.CutPrefix(value, []byte(`{"t":"`))
	if !ok {
		return "", false
	}
	name, _, ok := bytes.Cut(rest, []byte(`"`))
	return string(name), ok && !bytes.ContainsRune(name, '\\')
}

func (r *run) wants(typ string) bool { return r.Wants == nil || r.Wants(typ) }

// catchUp handles one batch of each box and says whether there may be more events.
func (r *run) catchUp(ctx context.Context) (bool, error) {
	batches, err := store.View(ctx, r.log.store, func(tx store.Reader) ([]batch, error) {
		names, err := boxes(tx)
		if err != nil {
			return nil, err
		}
		var batches []batch
		for _, box := range names {
			cursor, err := number(tx, cursorKey(r.Name, box))
			if err != nil {
				return nil, err
			}
			b, err := r.scan(tx, box, max(cursor, r.seen[box]))
			if err != nil {
				return nil, err
			}
			if b.cursor = cursor; len(b.events) > 0 {
				batches = append(batches, b)
			}
		}
		return batches, nil
	})
	if err != nil {
		return false, err
	}
	more := false
	for _, b := range batches {
		if err := r.handOver(ctx, b); err != nil {
			return false, err
		}
		more = more || b.more
	}
	return more, nil
}

// handOver handles the events of a batch, as many in one commit as the limits of the store
// allow. The error is the failure of an event, after those before it have been handled, or
// that of the store. A batch without wanted events is only remembered in r.seen.
func (r *run) handOver(ctx context.Context, b batch) error {
	last := b.events[len(b.events)-1]
	if !slices.ContainsFunc(b.events, func(e logged) bool { return e.wanted }) && last.Seq-b.cursor < skipAtMost {
		r.seen[last.Box] = last.Seq
		return nil
	}
	for most := len(b.events); len(b.events) > 0; {
		done, err := r.apply(ctx, b.events[:min(most, len(b.events))])
		var failed *failure
		switch {
		case err == nil:
			b.events, most = b.events[done:], len(b.events)
		case errors.As(err, &failed) && failed.index > 0 && ctx.Err() == nil:
			most = failed.index // handle those before it, then it alone
		default:
			return err
		}
	}
	return nil
}

// apply handles the wanted events behind the cursor, all of one box, and moves the cursor, in
// one transaction. It returns how many of events are done: fewer than all if the next might
// exceed the limits of the store.
func (r *run) apply(ctx context.Context, events []logged) (int, error) {
	key := cursorKey(r.Name, events[0].Box)
	limits := r.log.store.Limits()
	return store.Update(ctx, r.log.store, func(tx store.Tx) (int, error) {
		cursor, err := number(tx, key)
		if err != nil {
			return 0, err
		}
		w := &watchedTx{Tx: tx}
		var largest store.Limits // needed by one event
		done, n := cursor, 0
		for i, e := range events {
			if i > 0 && (w.spent.Operations+largest.Operations >= limits.Operations || w.spent.Bytes+largest.Bytes+len(key)+seqWidth > limits.Bytes) {
				break
			}
			if n = i + 1; e.Seq <= cursor {
				continue
			}
			before := w.spent
			if e.wanted {
				if err := r.handle(w, e); err != nil {
					return 0, w.failure(i, e, err)
				}
			}
			largest.Operations = max(largest.Operations, w.spent.Operations-before.Operations)
			largest.Bytes = max(largest.Bytes, w.spent.Bytes-before.Bytes)
			done = e.Seq
		}
		if done == cursor {
			return n, nil
		}
		if err := w.Put(key, []byte(formatSeq(done))); err != nil {
			return 0, w.failure(n-1, events[n-1], err)
		}
		return n, nil
	})
}

// handle calls Handle and turns a panic into an error.
func (r *run) handle(tx store.Tx, e logged) (err error) {
	if e.damaged != nil {
		return e.damaged
	}
	defer func() {
		if v := recover(); v != nil {
			r.Logger.Error("internal error at an event; please report this with the log", slog.String("follower", r.Name),
				slog.String("event", e.ID()), slog.Any("panic", v), slog.String("stack", string(debug.Stack())))
			err = fmt.Errorf("%w: %v", errPanic, v)
		}
	}()
	return r.Handle(tx, e.Event)
}

// watchedTx counts what a transaction uses of the limits of its store, and keeps an error of
// the store.
type watchedTx struct {
	store.Tx

	spent store.Limits
	err   error // error of the store, not of the arguments
}

func (t *watchedTx) noteError(err error) error {
	if err != nil && !errors.Is(err, store.ErrTooLarge) && !errors.Is(err, store.ErrKey) {
		t.err = err
	}
	return err
}

func (t *watchedTx) Get(key string) ([]byte, error) {
	value, err := t.Tx.Get(key)
	return value, t.noteError(err)
}

func (t *watchedTx) Scan(from, to string, limit int) ([]store.Pair, error) {
	pairs, err := t.Tx.Scan(from, to, limit)
	return pairs, t.noteError(err)
}

func (t *watchedTx) ScanLast(from, to string, limit int) ([]store.Pair, error) {
	pairs, err := t.Tx.ScanLast(from, to, limit)
	return pairs, t.noteError(err)
}

func (t *watchedTx) Put(key string, value []byte) error {
	t.spent.Operations++
	t.spent.Bytes += len(key) + len(value)
	return t.noteError(t.Tx.Put(key, value))
}

func (t *watchedTx) Delete(key string) error {
	t.spent.Operations++
	return t.noteError(t.Tx.Delete(key))
}

// failure returns err, at which a transaction ended, as a failure of the event e, unless the
// store has failed or ctx has ended.
func (t *watchedTx) failure(index int, e logged, err error) error {
	others := []error{store.ErrWrite, store.ErrClosed, context.Canceled, context.DeadlineExceeded}
	if err == nil || t.err != nil || slices.ContainsFunc(others, func(other error) bool { return errors.Is(err, other) }) {
		return err
	}
	return &failure{index: index, event: e, err: err}
}
