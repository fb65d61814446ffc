package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"goniec/modem"
	"goniec/pdu"
	"goniec/queue"
	"goniec/store"
)

// send sends parts as long as there are any due and they may leave, and
// returns when to look again; zero if only an event can change anything.
func (s *session) send() (time.Time, error) {
	for {
		until, reason := s.hold(time.Now())
		s.show(func(w *shown) { w.pausedUntil, w.pauseReason = until, reason })
		if reason != "" {
			s.gateway.config.Routing.turns.works(s.config.Name)
			return until, nil
		}
		sub, ok, err := s.gateway.config.Queue.Claim(s.ctx, s.id)
		if err != nil {
			s.readFailed("claim", err)
			return time.Time{}, nil
		}
		s.storeWorks()
		if !ok {
			return s.nextDue(), nil
		}
		if err := s.sendAll(sub); err != nil {
			return time.Time{}, err
		}
		if s.ending() || s.upkeepDue() {
			return time.Now(), nil
		}
	}
}

// hold says until when, and why, nothing may be begun; no reason if it may.
func (s *session) hold(now time.Time) (time.Time, string) {
	if now.Before(s.retryAt) {
		return s.retryAt, "the store cannot be written"
	}
	if info := s.modem.Info(); info.State != modem.Ready {
		return time.Time{}, "the modem is not registered with a network"
	}
	if until := s.parkedUntil(now); !until.IsZero() {
		return until, parkedReason
	}
	if now.Before(s.restUntil) {
		return s.restUntil, s.restReason
	}
	if err := s.pace.load(s.ctx); err != nil {
		s.readFailed("read the pace", err)
		return s.retryAt, "the store cannot be read"
	}
	return s.pace.next(now)
}

// readFailed deals with an error of the store before anything was begun. That
// of a store call that was broken off because all ends is none.
func (s *session) readFailed(what string, err error) {
	if !s.ending() {
		s.storeFailed(what, err)
	}
}

// nextDue returns when there will be something to claim; zero if nothing waits. What
// is due already has been left to another modem for a moment.
func (s *session) nextDue() time.Time {
	due, ok, err := s.gateway.config.Queue.NextDue(s.ctx, s.id)
	if err != nil {
		s.readFailed("look for what is due", err)
		return time.Time{}
	}
	now := time.Now()
	s.gateway.config.Routing.turns.rests(s.config.Name, ok && !due.After(now), now)
	shift := s.gateway.nextShift(s.config.Name, now)
	if !ok {
		return shift
	}
	if soonest := now.Add(shortest); due.Before(soonest) {
		due = soonest
	}
	return earliest(due, shift)
}

// sendAll sends sub and what follows from it: the parts of the same message,
// and the next messages as long as nothing stands against it. Each part costs
// one commit, in which the next one is already marked as in flight.
func (s *session) sendAll(sub queue.Submission) error {
	for {
		s.gateway.config.Routing.turns.works(s.config.Name)
		v := s.attempt(sub)
		if v.outcome.Kind == queue.Accepted || v.outcome.Kind == queue.Uncertain {
			s.pace.count(v.outcome.At)
		}
		next := v.mend == nil && v.park == nil && v.pause == 0 && s.mayFollow()
		more, ok, err := s.record(sub, v, next)
		if err != nil {
			return fmt.Errorf("record outcome: %w", err)
		}
		// What the modem announced meanwhile comes after the record it may
		// belong to, and before anything else is sent.
		err = s.follow(v)
		if err == nil {
			err = s.announced()
		}
		switch {
		case !ok:
			return err
		case err == nil && s.hard.Err() == nil && s.retryAt.IsZero():
			sub = more
		default: // also when the store has just refused a report: nothing leaves without it
			return errors.Join(err, s.giveBack(more))
		}
	}
}

// mayFollow says whether another message may begin right behind this one.
func (s *session) mayFollow() bool {
	if s.ending() || s.upkeepDue() {
		return false
	}
	_, reason := s.hold(time.Now())
	return reason == ""
}

// follow does to the modem what an attempt asked for.
func (s *session) follow(v verdict) error {
	if v.pause > 0 {
		s.restUntil, s.restReason = time.Now().Add(v.pause), v.reason
		s.log.Warn("this modem waits before it sends again", slog.String("why", v.reason),
			slog.Duration("wait", v.pause), slog.String("code", v.outcome.Code))
	}
	if v.park != nil {
		if v.shut != nil {
			return v.shut
		}
		s.park(v.park)
	}
	if v.mend != nil && v.mend.Code < 0 && !errors.Is(v.mend, modem.ErrRestarted) {
		s.ladder.silent++
	}
	switch {
	case v.mend != nil && errors.Is(v.mend, modem.ErrRestarted):
		return errRebooted
	case v.mend != nil && (v.reopen || s.ladder.silent >= silentBefore):
		return v.mend
	case v.mend != nil:
		return s.mend(v.mend)
	default:
		return nil
	}
}

// attempt submits one part and says what came of it.
func (s *session) attempt(sub queue.Submission) verdict {
	if err := s.reserve(time.Now()); err != nil {
		return verdict{outcome: queue.Outcome{Kind: queue.GiveBack, Code: CodeStore, Detail: "the store cannot be written", At: time.Now()}}
	}
	now := time.Now() // reserve may have taken hours
	tpdu, v, ok := s.compose(sub, now)
	if !ok {
		return v
	}
	if v, ok := s.withinCap(sub, now); !ok {
		return v
	}
	mr, err := s.modem.Submit(s.hard, tpdu)
	done, payload := time.Now(), s.modem.PayloadAt()
	s.metrics.submitSeconds.Observe(done.Sub(now).Seconds())
	if err == nil {
		s.history.succeeded()
		s.ladder.worked()
		s.mends, s.pingAt = 0, done.Add(pingInterval)
		told := mr != modem.NoReference
		return verdict{outcome: queue.Outcome{Kind: queue.Accepted, MR: byte(max(mr, 0)), NoMR: !told, PayloadAt: payload, At: done}}
	}
	f := faultOf(err)
	if s.hard.Err() != nil && f.Class != modem.Uncertain {
		return verdict{outcome: queue.Outcome{Kind: queue.GiveBack, Code: code(f), Detail: "the gateway was stopped", At: done}, mend: f, reopen: true}
	}
	if s.plain.learn(f, sub) {
		return verdict{outcome: queue.Outcome{Kind: queue.GiveBack, Code: code(f), Detail: f.Meaning(), At: done}}
	}
	v = s.history.judge(f, sub, s.gateway.evidence(s.worker, sub, code(f)))
	v.outcome.PayloadAt, v.outcome.At = payload, done
	if s.hard.Err() != nil {
		s.log.Warn("part was being sent when time was up for the stop: it is uncertain, and its report decides",
			slog.String("msg", sub.Message.ID), slog.Int("part", sub.Part+1), slog.Any("to", sub.To))
		return v
	}
	s.log.Warn("part was not accepted", slog.String("msg", sub.Message.ID), slog.Int("part", sub.Part+1),
		slog.Int("attempt", sub.Attempt), slog.Any("to", sub.To), slog.String("outcome", v.word()),
		slog.String("code", v.outcome.Code), slog.Any("err", f), slog.String("remedy", f.Remedy()))
	s.show(func(w *shown) { w.trouble = trouble(f, done) })
	return v
}

// uncountedWait is how long a part waits that the queue has handed over although its
// number may get none.
const uncountedWait = 15 * time.Minute

// withinCap looks, past the queue, whether the number of sub may get it. It may not
// only if there is a bug; ok is false then, and the verdict says what to do.
func (s *session) withinCap(sub queue.Submission, now time.Time) (v verdict, ok bool) {
	allowed, err := s.gateway.config.Routing.allows(s.hard, sub, now)
	o := queue.Outcome{Kind: queue.GiveBack, At: now}
	switch {
	case err != nil:
		s.readFailed("read what a number has got", err)
		o.Code, o.Detail = CodeStore, "the store cannot be read"
	case !allowed:
		s.log.Error("a part was about to leave although its number may get no more; it is not sent; please report this with the log",
			slog.String("msg", sub.Message.ID), slog.Int("part", sub.Part+1), slog.Any("to", sub.To))
		o.Code, o.RetryAfter = codeUncounted, uncountedWait
		o.Detail = "its number may get no more, or it was not counted"
	default:
		return verdict{}, true
	}
	return verdict{outcome: o}, false
}

// reserve makes sure that the part about to leave is counted against the pace.
func (s *session) reserve(now time.Time) error {
	if s.pace.covered(now) {
		return nil
	}
	return s.insist("count a part", func(ctx context.Context) error { return s.pace.reserve(ctx, now) })
}

// compose makes the TPDU of a part; ok is false if there is nothing to submit,
// and the verdict says why.
func (s *session) compose(sub queue.Submission, now time.Time) (tpdu []byte, v verdict, ok bool) {
	if !sub.ExpiresAt.IsZero() && !sub.ExpiresAt.After(now) {
		// The queue lets it expire when it is next claimed.
		return nil, verdict{outcome: queue.Outcome{Kind: queue.GiveBack, Code: codeExpired, Detail: "expired on the way to the modem", At: now}}, false
	}
	if lease := sub.Message.Parts[sub.Part].Until; !lease.IsZero() && !now.Before(lease) {
		// The queue has let others decide about it since.
		return nil, verdict{outcome: queue.Outcome{Kind: queue.GiveBack, Code: queue.CodeLease, Detail: "it took too long to come to the modem", At: now}}, false
	}
	tpdu, err := submitTPDU(sub, s.gateway.config.DefaultValidity, s.plain, now)
	if err != nil {
		s.log.Error("no message can be made of a part; please report this", slog.String("msg", sub.Message.ID),
			slog.Int("part", sub.Part+1), slog.Any("err", err))
		return nil, verdict{outcome: queue.Outcome{Kind: queue.Refused, Code: codePDU, Detail: "the text cannot be put into an SMS", At: now}}, false
	}
	return tpdu, verdict{}, true
}

// submitTPDU makes the SMS-SUBMIT (3GPP TS 23.040 9.2.2.2) of a part. A status
// report is always asked for. It is valid until the message expires, but no
// longer than longest.
func submitTPDU(sub queue.Submission, longest time.Duration, plain refusedFeatures, now time.Time) ([]byte, error) {
	ud, err := pdu.TextUserData(sub.Text, sub.Alphabet, sub.Concatenation)
	if err != nil {
		return nil, err
	}
	t := pdu.Submit{
		ReportRequest: true,
		DA:            sub.To,
		DCS:           pdu.TextDCS(sub.Alphabet, sub.Flash && !plain.class),
		UD:            ud,
	}
	if !plain.validity {
		valid := longest
		if left := sub.ExpiresAt.Sub(now); !sub.ExpiresAt.IsZero() && left < valid {
			valid = left
		}
		if t.VP, err = pdu.RelativeValidity(valid); err != nil {
			return nil, err
		}
	}
	return t.Marshal()
}

// record writes the outcome of sub down, however long that takes, and returns
// what the queue hands over next; nothing if this outcome cannot be recorded. Its error means that everything must end.
func (s *session) record(sub queue.Submission, v verdict, next bool) (more queue.Submission, ok bool, err error) {
	if v.outcome.Kind == queue.Uncertain {
		s.doubts(sub, v)
	}
	s.metrics.parts(v.word()).Inc()
	s.show(func(w *shown) {
		switch v.outcome.Kind {
		case queue.Accepted:
			w.sent++
			w.accepted = v.outcome.At
			if w.trouble != nil {
				w.trouble.Over = true
			}
		case queue.Refused:
			w.failed++
		default:
		}
	})
	err = s.insist("record the outcome of a part", func(ctx context.Context) error {
		more, ok, err = s.gateway.config.Queue.Record(ctx, sub, v.outcome, next)
		return err
	})
	switch attributes := []any{
		slog.String("msg", sub.Message.ID), slog.Int("part", sub.Part+1), slog.String("outcome", v.word()), slog.Any("err", err),
	}; {
	case err == nil:
		return more, ok, nil
	case errors.Is(err, queue.ErrStale), errors.Is(err, store.ErrNotFound):
		s.log.Warn("outcome of a part came too late to be recorded", attributes...)
	case hopeless(err), errors.Is(err, errNotTaken):
		// Its lease makes it uncertain; the other messages go on.
		s.log.Error("outcome of a part cannot be recorded; please report this with the log", attributes...)
	default:
		return queue.Submission{}, false, err
	}
	return queue.Submission{}, false, nil
}

// giveBack returns a part that was handed over and will not be sent now.
func (s *session) giveBack(sub queue.Submission) error {
	_, _, err := s.record(sub, verdict{outcome: queue.Outcome{Kind: queue.GiveBack, At: time.Now()}}, false)
	return err
}
