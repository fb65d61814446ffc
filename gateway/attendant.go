package gateway

import (
	"context"
	"log/slog"

	"goniec/modem"
	"goniec/pdu"
	"goniec/queue"
)

// Attendant is told what modems bring that is not for the queue. The goroutine of the
// modem calls it between two submissions, so that its methods must be quick.
type Attendant interface {
	// TakeText is shown a text that has come by w before the queue has it. taken says
	// that nobody else may have it; then, without an error, the modem's copy may be
	// deleted.
	TakeText(ctx context.Context, w queue.Worker, text *pdu.Deliver) (taken bool, err error)
	// HandleRing is told of each ring of a call, and of what is told of the caller between
	// two; hangUp has the call ended.
	HandleRing(modem string, call modem.Indication) (hangUp bool)
	// HandleCall is told of a call to w that has ended.
	HandleCall(w queue.Worker, call modem.Indication)
}

// Attend makes a the attendant of all modems, from now on.
func (g *Gateway) Attend(a Attendant) { g.attending.Store(&a) }

func (g *Gateway) attendant() Attendant { return *g.attending.Load() }

// noAttendant is the Attendant where there is none: what is told to it is lost.
type noAttendant struct{}

func (noAttendant) TakeText(context.Context, queue.Worker, *pdu.Deliver) (bool, error) {
	return false, nil
}
func (noAttendant) HandleRing(string, modem.Indication) bool  { return false }
func (noAttendant) HandleCall(queue.Worker, modem.Indication) {}

// Changes returns a channel that receives, until ctx is done, after a modem has been
// opened or closed, has come into another state, or has been added or removed. Several
// changes may be one receive.
func (g *Gateway) Changes(ctx context.Context) <-chan struct{} {
	c := make(chan struct{}, 1)
	g.watchers.Store(c, nil)
	context.AfterFunc(ctx, func() { g.watchers.Delete(c) })
	return c
}

// notifyWatchers tells all who wait for Changes.
func (g *Gateway) notifyWatchers() {
	g.watchers.Range(func(c, _ any) bool {
		select {
		case c.(chan struct{}) <- struct{}{}:
		default: // it is going to look anyway
		}
		return true
	})
}

// Explain replaces the trouble of a modem that is parked because what it sends is
// refused by t, which is known for certain; a modem that is not is left alone.
func (g *Gateway) Explain(name string, t Trouble) {
	w := g.worker(name)
	if w == nil {
		return
	}
	blamed := false
	w.show(func(p *public) {
		if blamed = !p.parkedUntil.IsZero(); blamed {
			p.trouble = &t
		}
	})
	if blamed {
		w.alarms.outOfService(t.At.Add(-outBefore), t.At, t.Detail)
		w.log.Error("the reason why texts are refused is known", slog.String("code", t.Code), slog.String("what", t.Detail), slog.String("remedy", t.Remedy.English()))
	}
}
