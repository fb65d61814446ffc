package app

import (
	"context"
	"time"
)

const (
	tendAtMost   = 15 * time.Second // between two looks at the queue, whatever it says
	tendAtLeast  = time.Second      // however much happens
	firstTend    = 5 * time.Minute  // the longest that the first look may take before an alarm tells of it
	janitorFirst = time.Minute      // after the start, when a small box is less busy
	janitorEvery = time.Hour
	// scrubEvery is how long what was removed may stay in the file, about. A box that
	// is switched off every night does it in the evening.
	scrubEvery = 8 * time.Hour
)

// tend looks after queue and inbox until ctx is done: at the time it asked for, when
// something new came in, and every tendAtMost.
func (s *assembly) tend(ctx context.Context) {
	log := s.app.log
	wake := s.queue.Wake(ctx)
	failing := false
	for {
		next, err := s.queue.Tend(ctx)
		if err == nil {
			err = s.inbox.Tend(ctx)
		}
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			if !failing {
				log.Error("cannot look after the queue, trying again", "err", err)
			}
			next = time.Time{}
			s.tendError.Store(&err)
		default:
			s.tendError.Store(nil)
			s.lastTend.Store(int64(time.Since(s.created)))
		}
		s.noteFirstTend()
		failing = err != nil
		if !pause(ctx, tendAtLeast, nil) {
			return
		}
		wait := tendAtMost
		if !next.IsZero() {
			wait = min(wait, time.Until(next))
		}
		if !pause(ctx, wait, wake) {
			return
		}
	}
}

// pause waits for d, or for wake, or for the end of ctx; it is false only then.
func pause(ctx context.Context, d time.Duration, wake <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-wake:
	case <-timer.C:
	}
	return true
}

// startLoops starts what outlives a reload.
func (a *App) startLoops() {
	ctx, end := context.WithCancel(a.life)
	a.loops.Go(func() { a.janitor(ctx) })
	a.loops.Go(func() { a.watchdog(ctx) })
	a.loops.Go(func() { a.reseal(ctx) })
	a.onStop("stop housekeeping", func(context.Context) error {
		end()
		a.loops.Wait()
		return nil
	})
}

// janitor removes what has been kept long enough, soon after the start and then
// every hour, and overwrites it in the file now and then.
func (a *App) janitor(ctx context.Context) {
	scrubbed := time.Now()
	for wait := janitorFirst; pause(ctx, wait, nil); wait = janitorEvery {
		if err := a.prune(ctx); err != nil && ctx.Err() == nil {
			a.log.Error("cannot remove old texts and records, trying again in an hour", "err", err)
		}
		if time.Since(scrubbed) < scrubEvery {
			continue
		}
		if err := a.scrub(ctx); err == nil {
			scrubbed = time.Now()
		} else if ctx.Err() == nil {
			a.log.Error("cannot overwrite what was removed, trying again in an hour", "err", err)
		}
	}
}

// scrub overwrites in the file what has been removed.
func (a *App) scrub(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, scrubLimit)
	defer cancel()
	zeroed, err := a.scrubber.Scrub(ctx, nil)
	if err == nil {
		a.log.Debug("overwrote what was removed", "bytes", zeroed)
	}
	return err
}
