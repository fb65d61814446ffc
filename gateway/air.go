package gateway

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"goniec/modem"
	"goniec/queue"
)

const (
	// answerAwaited is how long after a part was handed to a modem its answer is
	// listened for at a port that has been opened anew. Modems answer within 10 s,
	// and those on a slow network within half a minute; nothing is sent or received
	// by this modem meanwhile.
	answerAwaited = 45 * time.Second
	// answerPossible is how long after it an answer may come at all: two parts that
	// are that close and unanswered cannot be told apart by their answers.
	answerPossible = 5 * time.Minute
)

// air is the part that a worker handed to its modem and whose answer may still come.
// It outlives a session.
type air struct {
	uncertain *queue.Submission // nil: there is none
	// listenUntil is until when a port that is opened is only listened to for it.
	listenUntil time.Time
	recalled    bool // what was in the air when the box stopped has been looked for
}

// open opens the modem. If a part was in the air when its port was left, by this
// process or one before it, nothing is written until its answer has come or is
// overdue: the answer is worth having, and an octet could break off the submission.
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

// recall looks, once, for what was in the air when the box stopped. There is one
// such part a modem; of two nobody could tell whose an answer is, so both are left
// to their reports, and the modem is not disturbed all the same.
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
	w.air.listenUntil = handedOverAt(attemptOf(all[0])).Add(answerAwaited)
}

// withoutAnswer returns those of all whose modem has not answered anything.
func withoutAnswer(all []queue.Submission) []queue.Submission {
	return slices.DeleteFunc(all, func(sub queue.Submission) bool {
		a := attemptOf(sub)
		return a == nil || isAnswer(a.Code)
	})
}

// noteUncertain notes that the outcome of sub is not known: its answer may still come,
// unless it has been given and decides nothing, or the modem has started anew.
func (a *air) noteUncertain(sub queue.Submission, v verdict) {
	a.uncertain = &sub
	restarted := v.mend != nil && errors.Is(v.mend, modem.ErrRestarted)
	if o := v.outcome; !restarted && !isAnswer(o.Code) && !o.PayloadAt.IsZero() {
		a.listenUntil = o.PayloadAt.Add(answerAwaited)
	}
}

// attemptOf returns the attempt of sub, nil if its message has forgotten it.
func attemptOf(sub queue.Submission) *queue.Attempt {
	for i := range sub.Message.Attempts {
		if sub.Message.Attempts[i].Number == sub.Attempt {
			return &sub.Message.Attempts[i]
		}
	}
	return nil
}

// handedOverAt returns when the modem got the part of a, about.
func handedOverAt(a *queue.Attempt) time.Time {
	if a.PayloadAt.IsZero() {
		return a.At
	}
	return a.PayloadAt
}

// isAnswer says whether code is that of an error which the modem answered: no
// other answer will come.
func isAnswer(code string) bool {
	return strings.HasPrefix(code, "cms_") || strings.HasPrefix(code, "cme_")
}

// QuietUntil returns until when ports whose modems are not known yet should be left
// alone, because a part was in the air when the box stopped; if that is zero or past
// they need not. An error is that of the store.
func (g *Gateway) QuietUntil(ctx context.Context) (time.Time, error) {
	all, err := g.queue.Load().UncertainAttempts(ctx, "", time.Now().Add(-answerAwaited))
	if all = withoutAnswer(all); err != nil || len(all) == 0 {
		return time.Time{}, err
	}
	return handedOverAt(attemptOf(all[0])).Add(answerAwaited), nil
}
