package gateway

import (
	"context"
	"log/slog"

	"goniec/modem"
	"goniec/pdu"
	"goniec/queue"
)

// Attendant handles what modems receive that is not for the inbox. The goroutine of the modem
// calls the methods between two submissions, so they must be quick.
type Attendant interface {
	// TakeText is called with each text that w has received, before the inbox gets it. taken
	// means that the inbox must not get the text; without an error the modem's copy may then
	// be deleted.
	TakeText(ctx context.Context, w queue.Worker, text *pdu.Deliver) (taken bool, err error)
	// HandleRing is called with each ring of a call, and when the caller's number arrives
	// between two rings. hangUp asks the gateway to end the call.
	HandleRing(modem string, call modem.Indication) (hangUp bool)
	// HandleCall is called when a call to w has ended.
	HandleCall(w queue.Worker, call modem.Indication)
}

// Attend makes a the attendant of all modems from now on.
func (g *Gateway) Attend(a Attendant) { g.attending.Store(&a) }

func (g *Gateway) attendant() Attendant { return *g.attending.Load() }

// noAttendant is the Attendant until Attend is called: it takes no text and ignores calls.
type noAttendant struct{}

func (noAttendant) TakeText(context.Context, queue.Worker, *pdu.Deliver) (bool, error) {
	return false, nil
}
func (noAttendant) HandleRing(string, modem.Indication) bool  { return false }
func (noAttendant) HandleCall(queue.Worker, modem.Indication) {}

// Changes returns a channel that receives, until ctx is done, after a modem has been opened or
// closed, has changed its state, or has been added or removed. Several changes may be one
// receive.
func (g *Gateway) Changes(ctx context.Context) <-chan struct{} {
	c := make(chan struct{}, 1)
	g.watchers.Store(c, nil)
	context.AfterFunc(ctx, func() { g.watchers.Delete(c) })
	return c
}

// notifyWatchers sends to the channels of Changes.
func (g *Gateway) notifyWatchers() {
	g.watchers.Range(func(c, _ any) bool {
		select {
		case c.(chan struct{}) <- struct{}{}:
		default: // a notification is already pending
		}
		return true
	})
}

// Explain replaces the trouble of the modem called name by t, a cause that is known for
// certain, if the modem is parked because its texts are refused. Otherwise Explain does
// nothing.
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
