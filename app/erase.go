package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"goniec/api/consent"
	"goniec/queue"
	"goniec/store"
	"goniec/suppression"
)

const (
	// erasePasses is how often everything is looked through, the last time to find
	// nothing.
	erasePasses = 6
	// eraseAgain is how long a modem that has a text in hand is waited for in between.
	eraseAgain = 3 * time.Second
	// scrubLimit is how long overwriting may take, with the wait for who reads an older
	// state of the file.
	scrubLimit = 20 * time.Minute
	// eraseTold is how often the log tells how far an erasure is.
	eraseTold = 10 * time.Second
)

// scrubber overwrites what has been deleted, see boltstore.
type scrubber interface {
	Scrub(ctx context.Context, progress func(done, total int64)) (zeroed int64, err error)
}

// erase erases everything about a number and writes down the proof. One erasure runs at
// a time.
func (s *assembly) erase(ctx context.Context, e consent.Erasing) (queue.Erasure, error) {
	ctx, release, err := s.app.store.Lock(ctx, "erase")
	if err != nil {
		return queue.Erasure{}, fmt.Errorf("erase a number: %w", err)
	}
	defer release()
	proof := queue.Erasure{By: e.By}
	if proof.Kept, err = s.removeSuppressions(ctx, e); err != nil {
		return queue.Erasure{}, err
	}
	progress := &erasureLog{log: s.app.log, told: time.Now()}
	if err := s.eraseRecords(ctx, e, &proof, progress); err != nil {
		s.app.log.Warn("a number is not erased yet", "messages", proof.Messages, "received", proof.Received, "calls", proof.Calls,
			"conversations", proof.Talks, "other", proof.Other, "err", err)
		return queue.Erasure{}, err
	}
	within, cancel := context.WithTimeout(ctx, scrubLimit)
	defer cancel()
	proof.Overwritten, err = s.app.scrubber.Scrub(within, func(done, total int64) {
		progress.tell("step", "overwrite", "bytes", done, "of", total)
	})
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return queue.Erasure{}, fmt.Errorf("%w: somebody reads the file for long, such as for a backup", consent.ErrNumberBusy)
	}
	if err != nil {
		return queue.Erasure{}, fmt.Errorf("erase a number: %w", err)
	}
	return s.queue.NoteErasure(ctx, proof)
}

// erasureLog tells how far an erasure is, now and then: from a card it takes minutes.
type erasureLog struct {
	log  *slog.Logger
	told time.Time
}

func (l *erasureLog) tell(how ...any) {
	if now := time.Now(); now.Sub(l.told) >= eraseTold {
		l.log.Info("a number is still being erased", how...)
		l.told = now
	}
}

// eraseRecords removes records until there are none, and counts them.
func (s *assembly) eraseRecords(ctx context.Context, e consent.Erasing, proof *queue.Erasure, progress *erasureLog) error {
	for n := range erasePasses {
		pass := &erasePass{asked: e, proof: proof, progress: func(records int) { progress.tell("step", "remove", "pass", n+1, "records", records) }}
		if err := s.eraseAll(ctx, pass); err != nil || !pass.found {
			return err
		}
		if pass.busy && n < erasePasses-1 && !pause(ctx, eraseAgain, nil) {
			return ctx.Err()
		}
	}
	return fmt.Errorf("%w: something of it was found each time", consent.ErrNumberBusy)
}

// removeSuppressions returns how many suppressions of a number stay, and removes them if
// that is wanted.
func (s *assembly) removeSuppressions(ctx context.Context, e consent.Erasing) (stay int, err error) {
	for after := ""; ; {
		found, next, err := s.suppressions.Page(ctx, suppression.Filter{Number: e.Number}, after, 0)
		if err != nil {
			return 0, err
		}
		for _, one := range found {
			if !e.Suppressions {
				stay++
				continue
			}
			if err := s.suppressions.Remove(ctx, one.ID, e.By); err != nil && !errors.Is(err, store.ErrNotFound) {
				return 0, err
			}
		}
		if after = next; next == "" {
			return stay, nil
		}
	}
}
