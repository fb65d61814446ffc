package gateway

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"goniec/clock"
	"goniec/modem"
	"goniec/queue"
)

const (
	// answerAwaited is how long after a part was handed to a modem a newly opened port is only
	// listened to for the answer. Modems answer within 10 s, on a slow network within 30 s.
	// The modem sends and receives nothing meanwhile.
	answerAwaited = 45 * time.Second
	// answerPossible is how long after that an answer may come at all. The answers of two
	// parts without an outcome that are closer together cannot be told apart.
	answerPossible = 5 * time.Minute
)

// air is the part that was handed to the modem and whose answer may still come. It outlives a
// session.
type air struct {
	uncertain *queue.Submission // nil: no part awaits an answer
	// listenUntil is until when a port that is opened is only listened to; zero: the port may
	// be written to at once.
	listenUntil time.Time
	recalled    bool // recall has succeeded
}

// open opens the modem. If a part awaited its answer when the port was closed, by this process
// or an earlier one, nothing is written to the port until the answer has come or is overdue:
// an octet could break off the submission.
func (w *worker) open(ctx context.Context) error {
	w.recall()
	until := w.air.listenUntil
	w.air.listenUntil = time.Time{}
	if !until.After(time.Now()) {
		return w.modem.Open(ctx)
	}
	attributes := []any{slog.Time("until", until)}
	if sub := w.air.uncertain; sub != nil {
		attributes = append(attributes, slog.String("msg", sub.Message.ID), slog.Int("part", sub.Part+1))
	}
	w.log.Info("a part was in the air when the port was left; listening for its answer before anything is written", attributes...)
	return w.modem.OpenQuietly(ctx, until)
}

// recall looks once for parts that awaited their answer when the program stopped. A single
// part becomes w.air.uncertain. Of several parts the answers cannot be told apart, so their
// reports decide, and the port is still left quiet.
func (w *worker) recall() {
	if w.air.recalled {
		return
	}
	now := time.Now()
	all, err := w.gateway.queue.Load().UncertainAttempts(w.hard, w.config.Name, now.Add(-answerPossible))
	if err != nil {
		w.log.Warn("cannot look for what was in the air when the gateway stopped", slog.Any("err", err))
		return
	}
	w.air.recalled = true
	all = withoutAnswer(all)
	if len(all) == 0 || w.air.uncertain != nil {
		return
	}
	if len(all) == 1 {
		w.air.uncertain = &all[0]
	}
	w.air.listenUntil = handedOverAt(all[0]).Add(answerAwaited)
}

// withoutAnswer returns those of all that the modem has not answered.
func withoutAnswer(all []queue.Submission) []queue.Submission {
	return slices.DeleteFunc(all, func(sub queue.Submission) bool {
		a := sub.Message.Attempt(sub.Attempt)
		return a == nil || isAnswer(a.Code)
	})
}

// noteUncertain keeps sub, whose outcome is unknown, for a late answer. The port must be
// listened to unless the modem has answered or has restarted.
func (a *air) noteUncertain(sub queue.Submission, v verdict) {
	a.uncertain = &sub
	restarted := v.mend != nil && errors.Is(v.mend, modem.ErrRestarted)
	if o := v.outcome; !restarted && !isAnswer(o.Code) && !o.PayloadAt.IsZero() {
		a.listenUntil = o.PayloadAt.Add(answerAwaited)
	}
}

// handedOverAt returns about when the modem got the part of sub, whose message lists its
// attempt.
func handedOverAt(sub queue.Submission) time.Time {
	a := sub.Message.Attempt(sub.Attempt)
	return clock.Later(a.At, a.PayloadAt)
}

// isAnswer says whether code is an error that the modem returned, after which no other answer
// comes.
func isAnswer(code string) bool {
	return strings.HasPrefix(code, "cms_") || strings.HasPrefix(code, "cme_")
}

// QuietUntil returns until when ports whose modems are not known yet must not be written to,
// because a part awaited its answer when the program stopped. A zero or past time means that
// they may be written to. The error is that of the store.
func (g *Gateway) QuietUntil(ctx context.Context) (time.Time, error) {
	all, err := g.queue.Load().UncertainAttempts(ctx, "", time.Now().Add(-answerAwaited))
	if all = withoutAnswer(all); err != nil || len(all) == 0 {
		return time.Time{}, err
	}
	return handedOverAt(all[0]).Add(answerAwaited), nil
}
