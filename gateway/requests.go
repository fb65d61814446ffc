package gateway

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"goniec/modem"
)

// ErrNotOpen is returned for what needs a modem that is open while it is not.
var ErrNotOpen = errors.New("the modem is not open")

// request is something that somebody else wants done with the modem of a worker.
type request struct {
	ctx  context.Context
	do   func(context.Context, *modem.Modem) error
	done chan error // buffered, so that the worker never waits for who asked
}

// Do has the worker of the modem called name run do between two submissions, with
// the modem open, and returns its error. No part is sent meanwhile, so do should be
// short; ctx bounds the wait for it and do itself. The error is ErrUnknownModem,
// ErrNotOpen, that of ctx, or what do returned; a *modem.Fault from do is mended
// like any other.
func (g *Gateway) Do(ctx context.Context, name string, do func(context.Context, *modem.Modem) error) error {
	w := g.worker(name)
	if w == nil {
		return fmt.Errorf("use modem %s: %w", name, ErrUnknownModem)
	}
	if err := w.ask(ctx, do); err != nil {
		return fmt.Errorf("use modem %s: %w", name, err)
	}
	return nil
}

// USSD asks the network a code through the modem called name, such as "*101#" for
// the credit, and returns what it answers. No part is sent meanwhile. The error is
// that of Do or of modem.Modem.USSD.
func (g *Gateway) USSD(ctx context.Context, name, code string) (text string, err error) {
	err = g.Do(ctx, name, func(ctx context.Context, device *modem.Modem) error {
		var err error
		text, err = device.USSD(ctx, code)
		return err
	})
	return text, err
}

// requests is what others want done with the modem of a worker.
type requests struct {
	handed  chan request
	waiting atomic.Int32 // how many of them have not been taken yet
}

// ask hands do to the goroutine of w and waits until it has been run.
func (w *worker) ask(ctx context.Context, do func(context.Context, *modem.Modem) error) error {
	w.mu.Lock()
	o, open := w.opening, !w.public.opened.IsZero()
	w.mu.Unlock()
	if !open {
		return ErrNotOpen
	}
	w.requests.waiting.Add(1)
	defer w.requests.waiting.Add(-1)
	r := request{ctx: ctx, do: do, done: make(chan error, 1)}
	select {
	case w.requests.handed <- r:
		return <-r.done // run to its end: it minds ctx itself
	case <-o.closed:
		return ErrNotOpen
	case <-ctx.Done():
		return ctx.Err()
	}
}

// serveRequests runs what others have asked for so far.
func (s *session) serveRequests() error {
	for s.worker.requests.waiting.Load() > 0 && !s.ending() {
		select {
		case r := <-s.worker.requests.handed:
			if err := s.serveRequest(r); err != nil {
				return err
			}
		default:
			return nil // whoever it was has given up, or comes by in a moment
		}
	}
	return nil
}

// serveRequest runs one request. Who asked is answered even if it panics, which ends
// the session like any panic.
func (s *session) serveRequest(r request) error {
	ctx, cancel := context.WithCancel(r.ctx)
	defer cancel()
	defer context.AfterFunc(s.worker.hard, cancel)()
	err := errPanic
	defer func() { r.done <- err }()
	err = r.do(ctx, s.worker.modem)
	var fault *modem.Fault
	if errors.As(err, &fault) {
		return s.dialogue.mend(fault)
	}
	return nil
}
