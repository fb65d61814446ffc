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
	// followInterval is how long a follower rests when nothing wakes it.
	followInterval = 10 * time.Second
	// followAgain is how long a follower rests when the store has failed, and after the
	// first failure of an event; each further failure of the event doubles the rest.
	followAgain = 5 * time.Second
	// followAgainAtMost is the longest rest.
	followAgainAtMost = time.Minute
	// followBatch is how many events share one commit when a follower has
	// much to catch up with.
	followBatch = 64
	// followScan is how many events a follower looks at together, wanted or not.
	followScan = 512
	// skipAtMost is how many events a follower leaves behind that it does not want
	// before it writes down where it stands: a commit for each would wear the disk.
	skipAtMost = 256
)

var (
	// errName is what Run logs for the name of a follower that cannot be part of a key.
	errName = errors.New("name of a follower must not be empty nor contain a slash")
	// errPanic is the failure of an event at which Handle panicked.
	errPanic = errors.New("internal error")
)

// Follower acts upon events.
type Follower struct {
	// Name is that of the cursor: a follower goes on where the last one of its name
	// stood.
	Name string
	// Wants chooses events by type; nil means all.
	Wants func(typ string) bool
	// Handle acts upon one event within tx, by the rules of store.Store.Update: it may
	// run more than once, and what it does outside of tx is not taken back. An event that
	// was set aside is given to Handle late, behind younger ones.
	Handle func(tx store.Tx, e Event) error
	// FromNow lets a new follower begin with what happens from then on; otherwise it
	// begins with the oldest event kept.
	FromNow bool
	Logger  *slog.Logger // nil: nothing is logged
}

// Run gives the events of every box that f wants to f.Handle, in the order of their
// box, until ctx is done. The cursor of f moves in the transaction in which Handle
// writes, so each event takes effect exactly once, whatever crashes when. Events that
// are not wanted move the cursor once in a while only: to look at their types again
// does no harm. Only one Run for a name should run at a time; two are wasteful, but
// still correct.
//
// When the store fails, Run waits and goes on with the same event. When Handle fails or
// panics, Run tries the event again, first after 5 s, then ever more rarely up to once a
// minute. An event at which Handle has failed 8 times over at least 5 minutes, restarts
// in between included, is set aside: it is kept, counted and logged, SetAside returns it,
// and Run goes on with the next. Each later Run begins with another try at what was set
// aside. An error of the store that Handle meets is never counted as a failure of Handle.
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

// run is one Run.
type run struct {
	Follower

	log   *Log
	begun bool              // the cursor exists, and what was set aside has been tried
	seen  map[string]uint64 // by box: up to where nothing is wanted, though the cursor may be behind
}

// follow hands on events until ctx is done, and returns the failure of an event, with
// the cursor in front of it, or an error of the store.
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

// begin does once what comes before the first event.
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

// skipPast puts a follower that has never followed behind the newest event of every
// box. It changes nothing for one that has.
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
		// A log that is empty leaves its mark, too: what comes next is no past.
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

// logged is an event as a follower reads it.
type logged struct {
	Event

	wanted  bool
	damaged error  // why the record of the event cannot be read
	record  []byte // that record
}

// batch is events of one box from where the follower stands. Of those that are not
// wanted nothing is known but number and type.
type batch struct {
	cursor uint64 // as stored
	events []logged
	more   bool // there may be others behind them
}

// scan returns the next events of box behind seq, at most followBatch of them wanted.
// Only those are decoded: a batch of messages brings a thousand that nobody wants.
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

// typeOf returns the type of a stored event without decoding it; ok is false if it is
// not written as Append writes it.
func typeOf(value []byte) (typ string, ok bool) {
	rest, ok := bytes.CutPrefix(value, []byte(`{"t":"`))
	if !ok {
		return "", false
	}
	name, _, ok := bytes.Cut(rest, []byte(`"`))
	return string(name), ok && !bytes.ContainsRune(name, '\\')
}

func (r *run) wants(typ string) bool { return r.Wants == nil || r.Wants(typ) }

// catchUp hands on one batch of each box and says whether there may be more.
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

// handOver has the events of a batch take effect, as many in one commit as the limits of
// the store allow. Of a failing event it returns the failure, after those before it have
// taken effect. A batch in which nothing is wanted is only remembered.
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
			most = failed.index // those before it; then it is the first
		default:
			return err
		}
	}
	return nil
}

// apply handles those of events, all of one box, that are wanted and not done yet, and
// moves the cursor, in one transaction. It returns how many of events are done: fewer
// than all if another one might go beyond the limits of the store.
func (r *run) apply(ctx context.Context, events []logged) (int, error) {
	key := cursorKey(r.Name, events[0].Box)
	limits := r.log.store.Limits()
	return store.Update(ctx, r.log.store, func(tx store.Tx) (int, error) {
		cursor, err := number(tx, key)
		if err != nil {
			return 0, err
		}
		w := &watchedTx{Tx: tx}
		var largest store.Limits // that one event has needed
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

// handle calls Handle and makes a panic in it an error.
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

// watchedTx notes what a transaction spends of the limits of its store, and whether the
// store has failed in it.
type watchedTx struct {
	store.Tx

	spent store.Limits
	err   error // of the store, and not of what it was asked
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

// failure returns the error of a transaction that ended at an event with err: a failure
// of the event, unless the store has failed or ctx has ended.
func (t *watchedTx) failure(index int, e logged, err error) error {
	for _, other := range []error{store.ErrWrite, store.ErrClosed, context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, other) {
			return err
		}
	}
	if t.err != nil {
		return err
	}
	return &failure{index: index, event: e, err: err}
}
