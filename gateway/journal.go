package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"goniec/catalogue"
	"goniec/queue"
	"goniec/store"
)

const (
	firstRetry = time.Second // before the store is tried again; doubles up to lastRetry
	lastRetry  = 30 * time.Second
)

// journal runs the writes of a session to the store and tracks whether they succeed.
type journal struct {
	worker *worker
	// retryAt is when the store is tried again after a failure; zero: the last write
	// succeeded.
	retryAt time.Time
	retry   time.Duration
}

// due says whether the store should be tried again now.
func (j *journal) due(now time.Time) bool { return !j.retryAt.IsZero() && !now.Before(j.retryAt) }

// nextTry returns when the store is tried again; zero: the store works, or any next write is
// the try.
func (j *journal) nextTry() time.Time {
	if j.retryAt.Before(time.Now()) {
		return time.Time{}
	}
	return j.retryAt
}

// noteReadFailure is noteFailure for a store call under ctx that nothing depended on yet. A
// call that failed because ctx is done is no failure of the store.
func (j *journal) noteReadFailure(ctx context.Context, what string, err error) {
	if ctx.Err() == nil {
		j.noteFailure(what, err)
	}
}

// noteFailure records a failure of the store, shows it, and schedules the next try. Until then
// no part is claimed.
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

// noteSuccess ends the state of failure.
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

// errNotTaken is returned by persist for a record that the store refuses although it accepts
// others.
var errNotTaken = errors.New("the store takes other records but not this one")

// triesOfOne is how often persist tries a record that the store refuses although it accepts
// others.
const triesOfOne = 3

// persist runs op until it succeeds: op records what has already happened at the modem and
// must not be lost. persist returns an error that a retry cannot heal, errNotTaken if only
// this record is refused, or, when the gateway stops hard, the error of a last try.
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
		// A full disk may still hold a smaller record, which says nothing about this one.
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
		case <-j.worker.hard.Done(): // one last try follows
			timer.Stop()
		}
	}
}

// isPermanent says whether err is about one record and a retry gives the same error.
func isPermanent(err error) bool {
	return slices.ContainsFunc([]error{queue.ErrStale, store.ErrNotFound, queue.ErrMove, store.ErrTooLarge, store.ErrKey},
		func(e error) bool { return errors.Is(err, e) })
}

// writable says whether the store accepts a small record.
func (j *journal) writable(ctx context.Context) bool {
	err := j.worker.gateway.config.Store.Update(ctx, func(tx store.Tx) error {
		key := "probe/" + j.worker.config.Name
		return errors.Join(tx.Put(key, nil), tx.Delete(key))
	})
	return err == nil
}
