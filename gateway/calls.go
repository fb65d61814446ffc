package gateway

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"goniec/modem"
	"goniec/pdu"
	"goniec/queue"
)

// CallConfig is what becomes of calls; nothing answers them.
type CallConfig struct {
	// HangUpAfter is after how many rings a call is ended; 0: it rings until the
	// caller gives up. A caller whose number is not known by then is given one
	// ring more, since it is told between two.
	HangUpAfter int
	// Text goes to who called, at most once a day; empty: nothing does.
	Text string
}

// callEcho is how long after the end of a call ringing that tells no other number
// still belongs to it: not every device hangs up when it says so.
const callEcho = 10 * time.Second

// maxMissed bounds the calls that wait for a store that cannot be written; the
// oldest go.
const maxMissed = 100

// missed is a call that has ended and has not been committed yet.
type missed struct {
	from   string // empty: withheld
	rings  int
	at     time.Time
	worker queue.Worker // the SIM that was called
}

// callLog is what the worker knows of calls.
type callLog struct {
	hung    bool // the call that rings now has been ended by us, or should have been
	last    string
	ended   time.Time // when the last call ended, and by whom it was
	waiting []missed
}

// ringing deals with a ring, or with what is told of the caller.
func (s *session) ringing(i modem.Indication) error {
	after := s.gateway.config.Calls.HangUpAfter
	if after <= 0 || s.calls.hung || i.Rings < after || i.From == "" && i.Rings == after {
		return nil
	}
	s.calls.hung = true // whatever comes of it: trying at each ring helps nobody
	if err := s.modem.Hangup(s.hard); err != nil {
		s.log.Warn("call could not be ended; it rings on", slog.Any("err", err))
		return s.mend(faultOf(err))
	}
	return nil
}

// called notes a call that has ended.
func (s *session) called(i modem.Indication) {
	now := time.Now()
	s.calls.hung = false
	echo := now.Sub(s.calls.ended) < callEcho && (i.From == "" || i.From == s.calls.last)
	s.calls.ended = now
	if echo {
		s.log.Debug("the same call has rung on", slog.Int("rings", i.Rings))
		return
	}
	s.calls.last = i.From
	if n := len(s.calls.waiting) - maxMissed + 1; n > 0 {
		s.log.Warn("calls are forgotten because they cannot be written down", slog.Int("calls", n))
		s.calls.waiting = s.calls.waiting[n:]
	}
	s.calls.waiting = append(s.calls.waiting, missed{from: i.From, rings: i.Rings, at: now, worker: s.id})
	s.commitCalls()
}

// commitCalls commits the calls that have ended, as far as the store lets it; what
// is left is tried again with the rest of what waits for the store.
func (s *session) commitCalls() {
	for len(s.calls.waiting) > 0 {
		first := s.calls.waiting[0]
		err := s.commitCall(first)
		if err != nil && !hopeless(err) {
			s.storeFailed("note a call", err)
			return
		}
		if err != nil {
			s.log.Error("a call cannot be kept; please report this with the log", slog.Any("err", err))
		}
		s.calls.waiting = s.calls.waiting[1:]
	}
}

// commitCall writes one call down, together with the text to the caller.
func (s *session) commitCall(m missed) error {
	ctx := context.WithoutCancel(s.hard)
	c, refused, err := s.gateway.config.Queue.MissedCall(ctx, m.worker, m.from, m.rings, m.at, s.callText(m))
	if err != nil {
		return err
	}
	s.storeWorks()
	s.metrics.calls.Inc()
	if refused != nil {
		s.log.Error("the text for callers cannot be sent", slog.String("call", c.ID), slog.Any("err", refused),
			slog.String("remedy", "Shorten calls.text in the configuration, or raise max_parts."))
	}
	from := "withheld"
	if c.From.Number != "" {
		from = c.From.Masked()
	}
	s.log.Info("missed call", slog.String("call", c.ID), slog.String("from", from), slog.Int("rings", c.Rings),
		slog.String("answered_by_text", c.MessageID))
	return nil
}

// callText returns what goes to who made a call, nil if nothing does. It leaves by
// the SIM that was called, which is the number that the caller knows, as long as
// that is in service: see Routing.Heard.
func (s *session) callText(m missed) *queue.Draft {
	text := s.gateway.config.Calls.Text
	if text == "" || m.from == "" || s.gateway.ownNumber(m.from) {
		return nil
	}
	return &queue.Draft{Text: text, Purpose: queue.Information, Reference: "missed-call"}
}

// number returns the number of the SIM in E.164: the configured one, else what the
// card tells; empty if neither is known.
func (w *worker) number() string {
	number := w.modem.Info().Number
	if configured := w.care.Load().Number; configured != "" {
		number = configured
	}
	if a, err := pdu.ParseAddress(number); err != nil || a.Type != pdu.TypeInternational {
		return ""
	}
	return number
}

// ownNumber says whether number is that of one of our SIMs: two gateways must not
// answer each other for ever.
func (g *Gateway) ownNumber(number string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, w := range g.workers {
		if own := w.number(); own != "" && sameNumber(own, number) {
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
