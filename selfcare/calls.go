package selfcare

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"goniec/catalogue"
	"goniec/gateway"
	"goniec/inbox"
	"goniec/modem"
	"goniec/queue"
	"goniec/store"
	"goniec/suppression"
)

// CallConfig configures how calls are ended and answered by text. No call is picked up.
type CallConfig struct {
	// HangUpAfter is the number of rings after which a call is ended; 0: the call rings until
	// the caller gives up. A caller whose number is not known by then has one ring more, since
	// the number is sent between two rings.
	HangUpAfter int
	// Text is sent to each caller at most once a day; empty: no text is sent.
	Text string
}

const (
	// callEcho is how long after the end of a call further ringing without another number
	// belongs to the same call: some devices ring on after they have hung up.
	callEcho = 10 * time.Second
	// maxMissed bounds the calls that wait for a failing store; the oldest are dropped.
	maxMissed = 100
	// firstCallRetry is the wait before a call that could not be stored is tried again; the
	// wait doubles up to lastCallRetry.
	firstCallRetry = time.Second
	lastCallRetry  = 30 * time.Second
)

// missedCall is a call that has ended and has not been stored yet.
type missedCall struct {
	from   string // empty: withheld
	rings  int
	at     time.Time
	worker queue.Worker // the SIM that was called
}

// callLog holds the calls of one modem.
type callLog struct {
	*modemCare
	retry         time.Duration // used by run alone: the last wait for the store; zero: the store works
	mu            sync.Mutex    // guards what follows
	hangUpClaimed bool          // claimHangUp has returned true for the present call
	last          string        // number of the last caller
	ended         time.Time     // when the last call ended
	waiting       []missedCall
}

// HandleRing implements gateway.Attendant.
func (c *Care) HandleRing(name string, call modem.Indication) (hangUp bool) {
	return c.modem(name).calls.claimHangUp(call)
}

// HandleCall implements gateway.Attendant.
func (c *Care) HandleCall(w queue.Worker, call modem.Indication) {
	m := c.modem(w.Modem)
	m.calls.note(w, call)
	m.nudge()
}

// claimHangUp says whether the ringing call is to be ended now. It returns true once a call,
// since further attempts do not help.
func (l *callLog) claimHangUp(call modem.Indication) (hangUp bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	after := l.care.config.Calls.HangUpAfter
	if after <= 0 || l.hangUpClaimed || call.Rings < after || call.From == "" && call.Rings == after {
		return false
	}
	l.hangUpClaimed = true
	return true
}

// note adds a call that has ended to those that wait for the store.
func (l *callLog) note(w queue.Worker, call modem.Indication) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	l.hangUpClaimed = false
	echo := now.Sub(l.ended) < callEcho && (call.From == "" || call.From == l.last)
	l.ended = now
	if echo {
		l.log.Debug("the same call has rung on", slog.Int("rings", call.Rings))
		return
	}
	l.last = call.From
	if n := len(l.waiting) - maxMissed + 1; n > 0 {
		l.log.Warn("calls are forgotten because they cannot be written down", slog.Int("calls", n))
		l.waiting = l.waiting[n:]
	}
	l.waiting = append(l.waiting, missedCall{from: call.From, rings: call.Rings, at: now, worker: w})
}

// next returns the call that has waited longest.
func (l *callLog) next() (missedCall, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) == 0 {
		return missedCall{}, false
	}
	return l.waiting[0], true
}

// drop removes m, which next has returned, unless note has dropped it.
func (l *callLog) drop(m missedCall) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) > 0 && l.waiting[0] == m {
		l.waiting = l.waiting[1:]
	}
}

// commit stores the calls that wait, and returns when to try again; zero: none is left.
func (l *callLog) commit(ctx context.Context) time.Time {
	for m, ok := l.next(); ok; m, ok = l.next() {
		err := l.write(context.WithoutCancel(ctx), m)
		if err != nil && !errors.Is(err, store.ErrTooLarge) && !errors.Is(err, store.ErrKey) {
			l.retry = min(max(2*l.retry, firstCallRetry), lastCallRetry)
			l.log.Warn("a call cannot be written down; it is tried again", slog.Duration("wait", l.retry), slog.Any("err", err))
			return time.Now().Add(l.retry)
		}
		if err != nil {
			l.log.Error("a call cannot be kept; please report this with the log", slog.Any("err", err))
		}
		l.retry = 0
		l.drop(m)
	}
	return time.Time{}
}

// write stores one call together with the text to its caller.
func (l *callLog) write(ctx context.Context, m missedCall) error {
	c, refused, err := l.care.config.Inbox.MissedCall(ctx, m.worker, inbox.Ring{From: m.from, Rings: m.rings, At: m.at}, l.text(m))
	if err != nil {
		return err
	}
	l.care.metrics.calls.WithLabelValues(l.name).Inc()
	if refused != nil {
		l.log.Error("the text for callers cannot be sent", slog.String("call", c.ID), slog.Any("err", refused),
			slog.String("remedy", catalogue.RemedyCallText.English()))
	}
	from := "withheld"
	if c.From.Number != "" {
		from = c.From.Masked()
	}
	l.log.Info("missed call", slog.String("call", c.ID), slog.String("from", from), slog.Int("rings", c.Rings),
		slog.String("answered_by_text", c.MessageID))
	return nil
}

// text returns the text to the caller, nil if none is sent. The text leaves by the SIM that
// was called, whose number the caller knows, while that SIM is in service: see
// gateway.Routing.Heard.
func (l *callLog) text(m missedCall) *queue.Draft {
	text := l.care.config.Calls.Text
	if text == "" || m.from == "" || ownNumber(l.care.config.Gateway.Modems(), m.from) {
		return nil
	}
	return &queue.Draft{Text: text, Purpose: suppression.Information, Origin: queue.OriginCall, Reference: "missed-call"}
}

// ownNumber says whether number is that of one of the gateway's own SIMs: two gateways must
// not answer each other for ever.
func ownNumber(modems []gateway.Status, number string) bool {
	return slices.ContainsFunc(modems, func(s gateway.Status) bool { return s.Number != "" && sameNumber(s.Number, number) })
}

// sameNumber says whether a and b are the same number, with or without the country code. The
// common digits must be enough for a number.
func sameNumber(a, b string) bool {
	const national = 9 // digits
	a, b = strings.TrimPrefix(a, "+"), strings.TrimLeft(strings.TrimPrefix(b, "+"), "0")
	if len(a) > len(b) {
		a, b = b, a
	}
	return len(a) >= national-1 && strings.HasSuffix(b, a)
}
