package gateway

import (
	"context"
	"errors"
	"sync/atomic"

	"goniec/modem"
	"goniec/store"
)

// ErrNotOpen is returned for an operation that needs an open modem while the modem is closed.
var ErrNotOpen = errors.New("the modem is not open")

// request is a function to be run by the goroutine of a worker.
type request struct {
	ctx  context.Context
	do   func(context.Context, *modem.Modem) error
	done chan error // buffered, so that the worker never blocks on it
}

// Do runs do in the goroutine of the modem called name, between two submissions and with the
// modem open, and returns the error of do. No part is sent meanwhile, so do should be short.
// ctx bounds the wait and do itself. The error is ErrUnknownModem, ErrNotOpen, that of ctx, or
// that of do. A *modem.Fault returned by do is mended like a fault of a submission.
func (g *Gateway) Do(ctx context.Context, name string, do func(context.Context, *modem.Modem) error) (err error) {
	defer store.Wrap(&err, "use modem %s", name)
	w := g.worker(name)
	if w == nil {
		return ErrUnknownModem
	}
	return w.ask(ctx, do)
}

// USSD sends a USSD code such as "*101#" through the modem called name and returns the answer
// of the network. No part is sent meanwhile. The error is that of Do or of modem.Modem.USSD.
func (g *Gateway) USSD(ctx context.Context, name, code string) (text string, err error) {
	err = g.Do(ctx, name, func(ctx context.Context, device *modem.Modem) (err error) {
		text, err = device.USSD(ctx, code)
		return err
	})
	return text, err
}

// requests are the pending requests to a worker.
type requests struct {
	handed  chan request
	waiting atomic.Int32 // requests not taken yet
}

// ask passes do to the goroutine of w and waits until do has returned.
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
		return <-r.done // do is run to its end and heeds ctx itself
	case <-o.closed:
		return ErrNotOpen
	case <-ctx.Done():
		return ctx.Err()
	}
}

// serveRequests runs the requests that wait.
func (s *session) serveRequests() error {
	for s.worker.requests.waiting.Load() > 0 && !s.ending() {
		select {
		case r := <-s.worker.requests.handed:
			if err := s.serveRequest(r); err != nil {
				return err
			}
		default:
			return nil // the requester has given up or is about to send
		}
	}
	return nil
}

// serveRequest runs one request. The requester gets errPanic if do panics, and the panic then
// ends the session.
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
