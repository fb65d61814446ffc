package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"goniec/catalogue"
	"goniec/queue"
	"goniec/store"
)

const (
	firstRetry = time.Second // before the store is tried again; doubles up to lastRetry
	lastRetry  = 30 * time.Second
)

// journal writes down what happens in a session, and knows whether that works.
type journal struct {
	worker *worker
	// retryAt is when the store is tried again after it failed; zero: it works.
	retryAt time.Time
	retry   time.Duration
}

// due says whether it is time to try the store again.
func (j *journal) due(now time.Time) bool { return !j.retryAt.IsZero() && !now.Before(j.retryAt) }

// nextTry returns when the store is tried again; zero: it works, or whatever happens next
// will try it.
func (j *journal) nextTry() time.Time {
	if j.retryAt.Before(time.Now()) {
		return time.Time{}
	}
	return j.retryAt
}

// noteReadFailure deals with an error of the store under ctx before anything was
// begun. That of a store call that was broken off because all ends is none.
func (j *journal) noteReadFailure(ctx context.Context, what string, err error) {
	if ctx.Err() == nil {
		j.noteFailure(what, err)
	}
}

// noteFailure notes that the store could not be written and sets when it is
// tried again. Until then nothing is claimed.
func (j *journal) noteFailure(what string, err error) {
	now := time.Now()
	j.worker.metrics.storeFailures.Inc()
	if j.retryAt.IsZero() {
		j.retry = firstRetry
		j.worker.log.Error("store cannot be written, so nothing is sent", slog.String("attempted", what),
			slog.Any("err", err), slog.String("remedy", catalogue.RemedyStore.English()))
	} else {
		j.retry = min(2*j.retry, lastRetry)
		j.worker.log.Debug("store still cannot be written", slog.String("attempted", what), slog.Any("err", err))
	}
	j.retryAt = now.Add(j.retry)
	j.worker.show(func(p *public) { p.unwritten = fmt.Sprintf("%s: %v", what, err) })
	j.worker.showTrouble(&Trouble{At: now, Code: codeStore, Detail: fmt.Sprintf("%s: %v", what, err), Remedy: catalogue.RemedyStore})
	j.worker.showPause(j.retryAt, "the store cannot be written")
}

// noteSuccess notes that the store could be written.
func (j *journal) noteSuccess() {
	if j.retryAt.IsZero() {
		return
	}
	j.retryAt, j.retry = time.Time{}, 0
	j.worker.log.Info("store can be written again")
	j.worker.show(func(p *public) {
		p.unwritten = ""
		p.endTrouble(codeStore)
	})
	j.worker.showPause(time.Time{}, "")
}

// errNotTaken is returned by persist for what the store takes anything but.
var errNotTaken = errors.New("the store takes other records but not this one")

// triesOfOne is how often persist tries what the store does not take although it
// can be written.
const triesOfOne = 3

// persist runs op until it succeeds: it writes down what has already happened
// outside and would be lost. It gives up, with the error, only on one that time
// does not heal, with errNotTaken if it is not known for that, or when everything
// must end.
func (j *journal) persist(what string, op func(context.Context) error) error {
	ctx := context.WithoutCancel(j.worker.hard)
	refused := 0
	for {
		last := j.worker.hard.Err() != nil
		err := op(ctx)
		if err == nil {
			j.noteSuccess()
			return nil
		}
		if isPermanent(err) {
			return err
		}
		// On a full disk less may still have room, which says nothing about this.
		if !errors.Is(err, store.ErrWrite) && j.writable(ctx) {
			if refused++; refused >= triesOfOne {
				j.noteSuccess()
				return fmt.Errorf("%w: %w", errNotTaken, err)
			}
		}
		j.noteFailure(what, err)
		if last {
			return err
		}
		timer := time.NewTimer(time.Until(j.retryAt))
		select {
		case <-timer.C:
		case <-j.worker.hard.Done(): // once more, then give up
			timer.Stop()
		}
	}
}

// isPermanent says whether err is about one record and will come again.
func isPermanent(err error) bool {
	for _, e := range []error{queue.ErrStale, store.ErrNotFound, queue.ErrMove, store.ErrTooLarge, store.ErrKey} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// writable says whether the store takes a record.
func (j *journal) writable(ctx context.Context) bool {
	err := j.worker.gateway.config.Store.Update(ctx, func(tx store.Tx) error {
		key := "probe/" + j.worker.config.Name
		if err := tx.Put(key, nil); err != nil {
			return err
		}
		return tx.Delete(key)
	})
	return err == nil
}
