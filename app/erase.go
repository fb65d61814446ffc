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
	// erasePasses is the greatest number of passes; the last one must find nothing.
	erasePasses = 6
	// eraseAgain is the wait between two passes while a modem is sending a text to the number.
	eraseAgain = 3 * time.Second
	// scrubLimit bounds overwriting, with the wait for readers of an older state of the file.
	scrubLimit = 20 * time.Minute
	// eraseTold is the interval at which the log tells the progress of an erasure.
	eraseTold = 10 * time.Second
)

// scrubber overwrites deleted data in the file, see boltstore.
type scrubber interface {
	Scrub(ctx context.Context, progress func(done, total int64)) (zeroed int64, err error)
}

// erase erases all records about a number and stores the proof. One erasure runs at a time.
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

// erasureLog logs the progress of an erasure at intervals: from an SD card it takes minutes.
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

// eraseRecords repeats passes until one finds no record, and counts removed records in proof.
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

// removeSuppressions removes the suppressions of a number if e asks for that, else returns how
// many are kept.
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
