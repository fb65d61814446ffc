package system

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"goniec/api/rest"
	"goniec/modem"
	"goniec/store"
)

const (
	// trialKey is written by trials only; its value has no meaning.
	trialKey = "ready/trial"
	// trialSize is the length of the value in bytes, about that of a message of several
	// parts with its index, because a full disk may still take less.
	trialSize = 16 << 10
	// trialEvery is how long a successful trial is valid while no request fails, and
	// retrialEvery how long a failed one is.
	trialEvery   = 10 * time.Second
	retrialEvery = time.Second
)

// trial checks by a write whether the store can be written, because reading does not
// detect a full or read-only disk.
type trial struct {
	store   store.Store
	suspect atomic.Bool // a request has failed since the last trial

	mu  sync.Mutex // also makes concurrent callers wait for one trial
	at  time.Time  // of the last trial; guarded by mu
	err error      // its outcome; guarded by mu
}

// run returns the result of a recent trial. When ctx ends first it returns the error of
// ctx.
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

// readiness checks whether the gateway can accept and send messages.
type readiness struct {
	Resource

	closing <-chan struct{} // closed when the server shuts down
	trial   trial
	lacking atomic.Pointer[string] // what was missing at the last check
}

// newReadiness returns the readiness of the server s. A failed request makes it check
// the store again.
func newReadiness(res Resource, s *rest.Server) *readiness {
	r := &readiness{Resource: res, closing: s.Closing(), trial: trial{store: res.Store}}
	s.OnFailure(func() { r.trial.suspect.Store(true) })
	return r
}

// missing returns why the gateway cannot accept and send messages; nil if it can.
func (r *readiness) missing(ctx context.Context) *rest.Problem {
	p := rest.NewProblem(rest.CodeNotReady)
	select {
	case <-r.closing:
		p.Fields = append(p.Fields, rest.FieldProblem{In: "gateway", Field: "gateway", Code: rest.CodeShuttingDown})
	default:
	}
	_, err := r.Queue.Counts(ctx)
	if err == nil {
		err = r.trial.run(ctx)
	}
	if err != nil {
		p.Cause = err
		p.Fields = append(p.Fields, rest.FieldProblem{In: "gateway", Field: "store", Code: storeCode(ctx, err)})
	}
	modems := r.Modems.Modems()
	ready := false
	for _, m := range modems {
		ready = ready || m.State == modem.Ready
	}
	switch {
	case len(modems) == 0:
		p.Fields = append(p.Fields, rest.FieldProblem{In: "gateway", Field: "modems", Code: rest.CodeNoModem})
	case !ready:
		p.Fields = append(p.Fields, rest.FieldProblem{In: "gateway", Field: "modems", Code: rest.CodeNoModemReady, Args: []any{len(modems)}})
	}
	r.log(ctx, p)
	if len(p.Fields) == 0 {
		return nil
	}
	return p
}

// storeCode returns the code of a store error.
func storeCode(ctx context.Context, err error) rest.Code {
	switch p := rest.Failure(ctx, err); {
	case p.Code == rest.CodeShuttingDown, p.Code == rest.CodeRequestInterrupted:
		return p.Code
	case p.Code == rest.CodeStorageFull:
		return rest.CodeStoreFull
	case errors.Is(err, syscall.EROFS), errors.Is(err, syscall.EIO):
		return rest.CodeStoreBroken
	}
	return rest.CodeStoreFailed
}

// log logs p once for every change, because checks come every few seconds.
func (r *readiness) log(ctx context.Context, p *rest.Problem) {
	codes := make([]string, len(p.Fields))
	level := slog.LevelWarn
	for i, f := range p.Fields {
		codes[i] = string(f.Code)
		if f.Field == "store" && f.Code != rest.CodeShuttingDown {
			level = slog.LevelError
		}
	}
	now := strings.Join(codes, ", ")
	if ctx.Err() != nil {
		return // the caller has gone, which may be the only reason
	}
	before := r.lacking.Swap(&now)
	switch {
	case before != nil && *before == now, before == nil && now == "":
	case now == "":
		r.Log.Info("ready again")
	default:
		attributes := []slog.Attr{slog.String("missing", now)}
		if p.Cause != nil {
			attributes = append(attributes, slog.Any("err", p.Cause))
		}
		r.Log.LogAttrs(ctx, level, "not ready", attributes...)
	}
}
