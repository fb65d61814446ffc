package app

import (
	"context"
	"time"
)

const (
	tendAtMost   = 15 * time.Second // longest time between two runs of Tend
	tendAtLeast  = time.Second      // shortest time between two runs of Tend
	firstTend    = 5 * time.Minute  // the longest that the first Tend may take before alarms are checked
	janitorFirst = time.Minute      // after the start, when a small box is less busy
	janitorEvery = time.Hour
	// scrubEvery is about how long deleted data may stay in the file. A box that is off every
	// night overwrites it in the evening.
	scrubEvery = 8 * time.Hour
)

// tend runs Tend of queue and inbox until ctx is done: at the time that Tend returned, when
// something new came in, and at least every tendAtMost.
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

// pause waits for d or wake. It returns false if ctx ends first.
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

// startLoops starts the loops that outlive a reload.
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

// janitor deletes records whose retention is over, soon after the start and then every hour,
// and overwrites deleted data every scrubEvery.
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

// scrub overwrites deleted data in the file.
func (a *App) scrub(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, scrubLimit)
	defer cancel()
	zeroed, err := a.scrubber.Scrub(ctx, nil)
	if err == nil {
		a.log.Debug("overwrote what was removed", "bytes", zeroed)
	}
	return err
}
