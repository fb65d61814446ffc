package api

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"goniec/store"
)

const (
	// trialKey is written by trials alone; its value means nothing.
	trialKey = "ready/trial"
	// trialSize is the length of the value, in bytes: about what a message of
	// some parts takes with everything that is written along with it, because a
	// full disk may still have room for less.
	trialSize = 16 << 10
	// trialEvery is how long a trial that went well is believed while no request
	// fails, and retrialEvery how long one that did not.
	trialEvery   = 10 * time.Second
	retrialEvery = time.Second
)

// trial finds out whether the store can be written by writing to it: reading
// tells nothing of a disk that is full or has gone read-only.
type trial struct {
	store   store.Store
	suspect atomic.Bool // a request has failed since the last trial

	mu  sync.Mutex // also makes concurrent callers wait for one trial
	at  time.Time  // of the last trial; guarded by mu
	err error      // its outcome; guarded by mu
}

// run returns the outcome of a trial that is recent enough. When ctx ends first
// it returns the error of ctx, and nothing has been found out.
func (t *trial) run(ctx context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	believed := trialEvery
	if t.err != nil {
		believed = retrialEvery
	}
	if !t.suspect.Load() && !t.at.IsZero() && time.Since(t.at) < believed {
		return t.err
	}
	t.suspect.Store(false)
	err := t.store.Update(ctx, func(tx store.Tx) error {
		return tx.Put(trialKey, make([]byte, trialSize))
	})
	if err != nil && ctx.Err() != nil {
		t.suspect.Store(true)
		return err
	}
	t.at, t.err = time.Now(), err
	return err
}

// missing says what keeps the gateway from taking and sending; nil if nothing
// does.
func (s *Server) missing(ctx context.Context) *problem {
	p := newProblem(CodeNotReady)
	select {
	case <-s.closing:
		p.fields = append(p.fields, fieldProblem{in: "gateway", field: "gateway", code: CodeShuttingDown})
	default:
	}
	_, err := s.config.Queue.Counts(ctx)
	if err == nil {
		err = s.trial.run(ctx)
	}
	if err != nil {
		p.cause = err
		p.fields = append(p.fields, fieldProblem{in: "gateway", field: "store", code: storeCode(ctx, err)})
	}
	modems := s.config.Modems.Modems()
	ready := false
	for _, m := range modems {
		ready = ready || m.State == stateReady
	}
	switch {
	case len(modems) == 0:
		p.fields = append(p.fields, fieldProblem{in: "gateway", field: "modems", code: CodeNoModem})
	case !ready:
		p.fields = append(p.fields, fieldProblem{in: "gateway", field: "modems", code: CodeNoModemReady, args: []any{len(modems)}})
	}
	s.logReadiness(ctx, p)
	if len(p.fields) == 0 {
		return nil
	}
	return p
}

// storeCode says what is wrong with the store.
func storeCode(ctx context.Context, err error) Code {
	switch p := failure(ctx, err); {
	case p.code == CodeShuttingDown, p.code == CodeRequestInterrupted:
		return p.code
	case p.code == CodeStorageFull:
		return CodeStoreFull
	case errors.Is(err, syscall.EROFS), errors.Is(err, syscall.EIO):
		return CodeStoreBroken
	}
	return CodeStoreFailed
}

// logReadiness tells the log what p says is missing, once for every change:
// somebody asks every few seconds.
func (s *Server) logReadiness(ctx context.Context, p *problem) {
	codes := make([]string, len(p.fields))
	level := slog.LevelWarn
	for i, f := range p.fields {
		codes[i] = string(f.code)
		if f.field == "store" && f.code != CodeShuttingDown {
			level = slog.LevelError
		}
	}
	now := strings.Join(codes, ", ")
	if ctx.Err() != nil {
		return // nobody waits for the answer, and it may be about that only
	}
	before := s.lacking.Swap(&now)
	switch {
	case before != nil && *before == now, before == nil && now == "":
	case now == "":
		s.log.Info("ready again")
	default:
		attributes := []slog.Attr{slog.String("missing", now)}
		if p.cause != nil {
			attributes = append(attributes, slog.Any("err", p.cause))
		}
		s.log.LogAttrs(ctx, level, "not ready", attributes...)
	}
}
