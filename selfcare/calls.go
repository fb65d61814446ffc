package selfcare

import (
	"context"
	"errors"
	"log/slog"
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

// CallConfig is what becomes of calls; nothing answers them.
type CallConfig struct {
	// HangUpAfter is after how many rings a call is ended; 0: it rings until the
	// caller gives up. A caller whose number is not known by then is given one
	// ring more, since the number is told between two rings.
	HangUpAfter int
	// Text goes to who called, at most once a day; empty: nothing does.
	Text string
}

const (
	// callEcho is how long after the end of a call ringing that tells no other
	// number still belongs to it: not every device hangs up when it says so.
	callEcho = 10 * time.Second
	// maxMissed bounds the calls that wait for a store that cannot be written; the
	// oldest go.
	maxMissed = 100
	// firstCallRetry is the wait before a call that could not be written down is
	// tried again; it doubles up to lastCallRetry.
	firstCallRetry = time.Second
	lastCallRetry  = 30 * time.Second
)

// missedCall is a call that has ended and has not been written down yet.
type missedCall struct {
	from   string // empty: withheld
	rings  int
	at     time.Time
	worker queue.Worker // the SIM that was called
}

// callLog is the calls of one modem.
type callLog struct {
	*modemCare
	retry         time.Duration // of run: the next wait for the store; zero: it works
	mu            sync.Mutex    // guards what follows
	hangUpClaimed bool          // the call that rings now has been ended by us, or should have been
	last          string        // who made the last call
	ended         time.Time     // when the last call ended
	waiting       []missedCall
}

// HandleRing is that of gateway.Attendant.
func (c *Care) HandleRing(name string, call modem.Indication) (hangUp bool) {
	return c.modem(name).calls.claimHangUp(call)
}

// HandleCall is that of gateway.Attendant.
func (c *Care) HandleCall(w queue.Worker, call modem.Indication) {
	m := c.modem(w.Modem)
	m.calls.note(w, call)
	m.nudge()
}

// claimHangUp says whether a call that rings, or whose caller has been told, is to be
// ended now. It says so once a call: trying at each ring helps nobody.
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

// note notes a call that has ended.
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

// drop drops the call that was returned by next, unless that has been forgotten.
func (l *callLog) drop(m missedCall) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) > 0 && l.waiting[0] == m {
		l.waiting = l.waiting[1:]
	}
}

// commit writes down the calls that have ended, and returns when to try again; zero:
// there are no more.
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

// write writes one call down, together with the text to the caller.
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

// text returns what goes to who made a call, nil if nothing does. It leaves by the
// SIM that was called, which is the number that the caller knows, as long as that is
// in service: see gateway.Routing.Heard.
func (l *callLog) text(m missedCall) *queue.Draft {
	text := l.care.config.Calls.Text
	if text == "" || m.from == "" || ownNumber(l.care.config.Gateway.Modems(), m.from) {
		return nil
	}
	return &queue.Draft{Text: text, Purpose: suppression.Information, Reference: "missed-call"}
}

// ownNumber says whether number is that of one of our SIMs: two gateways must not
// answer each other for ever.
func ownNumber(modems []gateway.Status, number string) bool {
	for i := range modems {
		if own := modems[i].Number; own != "" && sameNumber(own, number) {
			return true
		}
	}
	return false
}

// sameNumber compares two numbers that may be written with or without the country
// code; what they have in common must be long enough to be one.
func sameNumber(a, b string) bool {
	const national = 9 // digits
	a, b = strings.TrimPrefix(a, "+"), strings.TrimLeft(strings.TrimPrefix(b, "+"), "0")
	if len(a) > len(b) {
		a, b = b, a
	}
	return len(a) >= national-1 && strings.HasSuffix(b, a)
}
