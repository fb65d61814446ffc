package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"goniec/clock"
	"goniec/modem"
	"goniec/pdu"
	"goniec/queue"
	"goniec/store"
)

// sender takes due parts from the queue to the modem.
type sender struct {
	session *session
	// restUntil is the end of a pause after network failures or refusals; restReason says
	// which.
	restUntil  time.Time
	restReason string
	// refused are the TPDU fields that this SIM's service centre has refused.
	refused refusedFeatures
}

// send sends parts while any are due and may leave. It returns when to claim again; zero:
// after an event only.
func (s *sender) send() (time.Time, error) {
	w := s.session.worker
	for {
		until, reason := s.heldUntil(time.Now())
		w.showPause(until, reason)
		if reason != "" {
			w.gateway.config.Routing.turns.markBusy(w.config.Name)
			return until, nil
		}
		sub, ok, err := w.gateway.queue.Load().Claim(s.session.ctx, s.session.id)
		if err != nil {
			s.session.journal.noteReadFailure(s.session.ctx, "claim", err)
			return time.Time{}, nil
		}
		s.session.journal.noteSuccess()
		if !ok {
			return s.nextDue(), nil
		}
		if err := s.sendAll(sub); err != nil {
			return time.Time{}, err
		}
		if s.session.ending() || s.session.upkeepDue() {
			return time.Now(), nil
		}
	}
}

// heldUntil returns until when no message may begin, and why; an empty reason: a message may
// begin.
func (s *sender) heldUntil(now time.Time) (time.Time, string) {
	w := s.session.worker
	if now.Before(s.session.journal.retryAt) {
		return s.session.journal.retryAt, "the store cannot be written"
	}
	if info := w.modem.Info(); info.State != modem.Ready {
		return time.Time{}, "the modem is not registered with a network"
	}
	if until := w.parkedUntil(now); !until.IsZero() {
		return until, parkedReason
	}
	if now.Before(s.restUntil) {
		return s.restUntil, s.restReason
	}
	if err := w.pace.load(s.session.ctx); err != nil {
		s.session.journal.noteReadFailure(s.session.ctx, "read the pace", err)
		return s.session.journal.retryAt, "the store cannot be read"
	}
	return w.pace.allowedAt(now)
}

// nextDue returns when there may be a part to claim; zero: none waits. A part that is due
// already has been left to another modem for a moment.
func (s *sender) nextDue() time.Time {
	w := s.session.worker
	due, ok, err := w.gateway.queue.Load().NextDue(s.session.ctx, s.session.id)
	if err != nil {
		s.session.journal.noteReadFailure(s.session.ctx, "look for what is due", err)
		return time.Time{}
	}
	now := time.Now()
	w.gateway.config.Routing.turns.markIdle(w.config.Name, ok && !due.After(now), now)
	shift := w.gateway.nextShift(w.config.Name, now)
	if !ok {
		return shift
	}
	return clock.Earliest(clock.Later(due, now.Add(shortest)), shift)
}

// sendAll sends sub and the parts that the queue hands over behind it: the other parts of its
// message, and next messages while nothing prevents them. Each part costs one commit, which
// also marks the next part as in flight.
func (s *sender) sendAll(sub queue.Submission) error {
	w := s.session.worker
	for {
		w.gateway.config.Routing.turns.markBusy(w.config.Name)
		v := s.attempt(sub)
		if v.outcome.Kind == queue.Accepted || v.outcome.Kind == queue.Uncertain {
			w.pace.count(v.outcome.At)
		}
		next := v.mend == nil && v.park == nil && v.pause == 0 && s.mayFollow()
		more, ok, err := s.record(sub, v, next)
		if err != nil {
			return fmt.Errorf("record outcome: %w", err)
		}
		s.noteNetwork(sub, v)
		// An indication received meanwhile is handled after the record it may belong to, and
		// before the next part.
		err = s.applyVerdict(v)
		if err == nil {
			err = s.session.handleAnnounced()
		}
		switch {
		case !ok:
			return err
		case err == nil && w.hard.Err() == nil && s.session.journal.retryAt.IsZero():
			sub = more
		default: // also when the store has just refused a report: nothing is sent then
			return errors.Join(err, s.giveBack(more))
		}
	}
}

// noteNetwork keeps the messages that failed by the network, and makes them due at once when a
// part is accepted.
func (s *sender) noteNetwork(sub queue.Submission, v verdict) {
	w, sim := s.session.worker, s.session.id.SIM
	if v.network && v.outcome.Kind == queue.Retry {
		w.postponed.add(sim, sub.Message.ID)
	}
	if v.outcome.Kind != queue.Accepted {
		return
	}
	due := w.postponed.markSent(sim, sub.Message.ID)
	if len(due) == 0 {
		return
	}
	w.log.Info("the network is back; what it has failed is tried again", slog.Int("messages", len(due)))
	if err := w.gateway.queue.Load().RetryNow(s.session.ctx, due); err != nil {
		w.log.Warn("messages that the network has failed wait for their time, because the store fails", slog.Any("err", err))
	}
}

// mayFollow says whether another message may begin right behind this one.
func (s *sender) mayFollow() bool {
	if s.session.ending() || s.session.upkeepDue() {
		return false
	}
	_, reason := s.heldUntil(time.Now())
	return reason == ""
}

// applyVerdict pauses, parks or mends the modem as v says. Its error ends the session.
func (s *sender) applyVerdict(v verdict) error {
	w := s.session.worker
	if v.pause > 0 {
		s.restUntil, s.restReason = time.Now().Add(v.pause), v.reason
		w.log.Warn("this modem waits before it sends again", slog.String("why", v.reason),
			slog.Duration("wait", v.pause), slog.String("code", v.outcome.Code))
	}
	if v.park != nil {
		if v.shut != nil {
			return v.shut
		}
		w.park(v.park)
	}
	if v.mend == nil {
		return nil
	}
	if errors.Is(v.mend, modem.ErrRestarted) {
		return errRebooted
	}
	reopen := v.reopen
	if v.mend.Code < 0 {
		reopen = w.recovery.countUnanswered() || reopen
	}
	if reopen {
		return v.mend
	}
	return s.session.dialogue.mend(v.mend)
}

// attempt submits one part and returns the verdict.
func (s *sender) attempt(sub queue.Submission) verdict {
	w := s.session.worker
	if err := s.reserve(time.Now()); err != nil {
		return verdict{outcome: queue.Outcome{Kind: queue.NotSent, Code: codeStore, Detail: "the store cannot be written", At: time.Now()}}
	}
	now := time.Now() // reserve may have waited long for the store
	tpdu, v, ok := s.compose(sub, now)
	if !ok {
		return v
	}
	if v, ok := s.withinCap(sub, now); !ok {
		return v
	}
	mr, err := w.modem.Submit(w.hard, tpdu)
	done, payload := time.Now(), w.modem.PayloadAt()
	w.metrics.submitSeconds.Observe(done.Sub(now).Seconds())
	if err == nil {
		w.history.reset()
		w.recovery.reset()
		s.session.dialogue.resetMends()
		s.session.dialogue.postponePing(done)
		told := mr != modem.NoReference
		return verdict{outcome: queue.Outcome{Kind: queue.Accepted, MR: byte(max(mr, 0)), NoMR: !told, PayloadAt: payload, At: done}}
	}
	f := faultOf(err)
	if w.hard.Err() != nil && f.Class != modem.Uncertain {
		return verdict{outcome: queue.Outcome{Kind: queue.NotSent, Code: code(f), Detail: "the gateway was stopped", At: done}, mend: f, reopen: true}
	}
	if s.refused.learn(f, sub) {
		return verdict{outcome: queue.Outcome{Kind: queue.NotSent, Code: code(f), Detail: f.Meaning(), At: done}}
	}
	v = w.history.judge(f, sub, w.gateway.evidence(w, sub, code(f)))
	v.outcome.PayloadAt, v.outcome.At = payload, done
	if w.hard.Err() != nil {
		w.log.Warn("part was being sent when time was up for the stop: it is uncertain, and its report decides",
			slog.String("msg", sub.Message.ID), slog.Int("part", sub.Part+1), slog.Any("to", sub.To))
		return v
	}
	w.log.Warn("part was not accepted", slog.String("msg", sub.Message.ID), slog.Int("part", sub.Part+1),
		slog.Int("attempt", sub.Attempt), slog.Any("to", sub.To), slog.String("outcome", v.outcome.Kind.String()),
		slog.String("code", v.outcome.Code), slog.Any("err", f), slog.String("remedy", f.Remedy().English()))
	w.showTrouble(trouble(f, done))
	return v
}

// uncountedWait is how long a part waits that the queue handed over beyond the recipient cap.
const uncountedWait = 15 * time.Minute

// withinCap checks the recipient cap without relying on the queue. ok is false only if there
// is a bug or the store fails; the verdict then says what to do.
func (s *sender) withinCap(sub queue.Submission, now time.Time) (v verdict, ok bool) {
	w := s.session.worker
	allowed, err := w.gateway.config.Routing.allows(w.hard, sub, now)
	o := queue.Outcome{Kind: queue.NotSent, At: now}
	switch {
	case err != nil:
		s.session.journal.noteReadFailure(s.session.ctx, "read what a number has got", err)
		o.Code, o.Detail = codeStore, "the store cannot be read"
	case !allowed:
		w.log.Error("a part was about to leave although its number may get no more; it is not sent; please report this with the log",
			slog.String("msg", sub.Message.ID), slog.Int("part", sub.Part+1), slog.Any("to", sub.To))
		o.Code, o.RetryAfter = codeUncounted, uncountedWait
		o.Detail = "its number may get no more, or it was not counted"
	default:
		return verdict{}, true
	}
	return verdict{outcome: o}, false
}

// reserve makes sure that the next part is counted against the pace.
func (s *sender) reserve(now time.Time) error {
	w := s.session.worker
	if w.pace.covered(now) {
		return nil
	}
	return s.session.journal.persist("count a part", func(ctx context.Context) error { return w.pace.reserve(ctx, now) })
}

// compose returns the TPDU of a part. ok is false if there is nothing to submit; the verdict
// says why.
func (s *sender) compose(sub queue.Submission, now time.Time) (tpdu []byte, v verdict, ok bool) {
	w := s.session.worker
	if !sub.ExpiresAt.IsZero() && !sub.ExpiresAt.After(now) {
		// The next claim lets the message expire.
		return nil, verdict{outcome: queue.Outcome{Kind: queue.NotSent, Code: codeExpired, Detail: "expired on the way to the modem", At: now}}, false
	}
	if lease := sub.Message.Parts[sub.Part].Until; !lease.IsZero() && !now.Before(lease) {
		// The lease is over, so the queue may have given the part away.
		return nil, verdict{outcome: queue.Outcome{Kind: queue.NotSent, Code: queue.CodeLease, Detail: "it took too long to come to the modem", At: now}}, false
	}
	tpdu, err := submitTPDU(sub, w.gateway.config.DefaultValidity, s.refused, now)
	if err != nil {
		w.log.Error("no message can be made of a part; please report this", slog.String("msg", sub.Message.ID),
			slog.Int("part", sub.Part+1), slog.Any("err", err))
		return nil, verdict{outcome: queue.Outcome{Kind: queue.Refused, Code: codePDU, Detail: "the text cannot be put into an SMS", At: now}}, false
	}
	return tpdu, verdict{}, true
}

// submitTPDU returns the SMS-SUBMIT of a part (3GPP TS 23.040 9.2.2.2). It requests a status
// report. TP-VP is the time until the message expires, at most longest.
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

// record stores the outcome of sub, retrying as long as that takes, and returns what the queue
// hands over next, if anything. An error ends the session.
func (s *sender) record(sub queue.Submission, v verdict, next bool) (more queue.Submission, ok bool, err error) {
	w := s.session.worker
	if v.outcome.Kind == queue.Uncertain {
		w.air.noteUncertain(sub, v)
	}
	w.metrics.parts(v.outcome.Kind.String()).Inc()
	w.show(func(p *public) {
		switch v.outcome.Kind {
		case queue.Accepted:
			p.sent++
			p.accepted = v.outcome.At
			p.endTrouble()
		case queue.Refused:
			p.failed++
		default:
		}
	})
	err = s.session.journal.persist("record the outcome of a part", func(ctx context.Context) error {
		more, ok, err = w.gateway.queue.Load().Record(ctx, sub, v.outcome, next)
		return err
	})
	switch attributes := []any{
		slog.String("msg", sub.Message.ID), slog.Int("part", sub.Part+1), slog.String("outcome", v.outcome.Kind.String()), slog.Any("err", err),
	}; {
	case err == nil:
		return more, ok, nil
	case errors.Is(err, queue.ErrStale), errors.Is(err, store.ErrNotFound):
		w.log.Warn("outcome of a part came too late to be recorded", attributes...)
	case isPermanent(err), errors.Is(err, errNotTaken):
		// The end of its lease makes the part uncertain; other messages go on.
		w.log.Error("outcome of a part cannot be recorded; please report this with the log", attributes...)
	default:
		return queue.Submission{}, false, err
	}
	return queue.Submission{}, false, nil
}

// giveBack returns to the queue a part that was handed over and will not be sent now.
func (s *sender) giveBack(sub queue.Submission) error {
	_, _, err := s.record(sub, verdict{outcome: queue.Outcome{Kind: queue.NotSent, At: time.Now()}}, false)
	return err
}

// recordLateRefusal records an error that came as the late answer to an uncertain attempt.
func (s *sender) recordLateRefusal(f *modem.Fault) {
	o := queue.Outcome{Kind: queue.Retry, Code: code(f), Detail: f.Meaning(), RetryAfter: f.Wait(1), At: time.Now()}
	switch f.Class {
	case modem.Uncertain:
		s.session.worker.log.Info("late answer decides nothing", slog.Any("err", f))
		return
	case modem.Duplicate:
		o = queue.Outcome{Kind: queue.Accepted, NoMR: true, Code: o.Code, Detail: o.Detail, At: o.At}
	case modem.Permanent:
		o.Kind = queue.Refused
	default:
	}
	s.recordLateAnswer(o)
}

// recordLateAnswer records the late answer to an uncertain attempt.
func (s *sender) recordLateAnswer(o queue.Outcome) {
	w := s.session.worker
	sub := w.air.uncertain
	if sub == nil {
		w.log.Warn("modem answered an attempt that nobody waits for")
		return
	}
	w.air.uncertain = nil
	w.log.Info("late answer to an uncertain part", slog.String("msg", sub.Message.ID),
		slog.Int("part", sub.Part+1), slog.Bool("accepted", o.Kind == queue.Accepted))
	err := s.session.journal.persist("record a late answer", func(ctx context.Context) error {
		if o.Kind == queue.Accepted && !o.NoMR {
			return w.gateway.queue.Load().Resolve(ctx, *sub, o.MR, o.At)
		}
		_, _, err := w.gateway.queue.Load().Record(ctx, *sub, o, false)
		return err
	})
	if err != nil {
		w.log.Warn("late answer could not be recorded", slog.String("msg", sub.Message.ID), slog.Any("err", err))
	}
}
