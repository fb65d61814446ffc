package selfcare

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"

	"goniec/queue"
	"goniec/store"
)

// checkRunning ends the running test if its result is known, and returns when to check again.
// The caller holds mu.
func (w *testWatch) checkRunning(ctx context.Context, now time.Time) time.Time {
	t := &w.record
	if t.Message == "" { // a crash or a store failure came in between
		if err := w.enqueue(ctx); err != nil {
			return w.noteStoreFailure(ctx, "queue a self-test", err)
		}
		return now.Add(testPoll)
	}
	stored, err := store.LoadJSON[testRecord](ctx, w.care.config.Store, testKey(w.name))
	if err != nil {
		return w.noteStoreFailure(ctx, "read the self-test", err)
	}
	t.Arrived = stored.Arrived
	m, err := w.care.config.Queue.Message(ctx, t.Message)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return w.noteStoreFailure(ctx, "read the text of the self-test", err)
	}
	result, detail := w.outcome(&m, now)
	if result == "" {
		return now.Add(testPoll)
	}
	if result == TestNotSent || result == TestNoTurn {
		// A late text must not count against the next test.
		if _, err := w.care.config.Queue.Cancel(ctx, t.Message, testActor); err != nil {
			w.log.Debug("text of a self-test cannot be withdrawn", slog.Any("err", err))
		}
	}
	if err := w.end(ctx, result, detail, &m); err != nil {
		return w.noteStoreFailure(ctx, "note the self-test", err)
	}
	return now
}

// outcome returns the result of the running test with its message m; empty: not known yet.
func (w *testWatch) outcome(m *queue.Message, now time.Time) (result, detail string) {
	t, wait := w.record, w.wait()
	delivered, arrived := m.Status == queue.StatusDelivered, !t.Arrived.IsZero()
	ours := t.Via != ""
	sent := m.SentAt
	if sent.IsZero() { // no acceptance is recorded
		sent = t.Arrived
	}
	overdue := now.Sub(sent) >= wait
	switch {
	case delivered && (arrived || !ours):
		return TestPassed, "the text and its delivery report arrived"
	case m.SentAt.IsZero() && !arrived && (m.Status.Final() || m.ID == ""):
		return TestNotSent, "the network did not accept the text" + because(m)
	case m.SentAt.IsZero() && !arrived && now.Sub(t.Begun) < wait:
		return "", ""
	case m.SentAt.IsZero() && !arrived && m.AttemptCount == 0:
		return TestNoTurn, "it did not get its turn among other messages"
	case m.SentAt.IsZero() && !arrived && m.Attempts[len(m.Attempts)-1].At.Before(w.loaded):
		return TestNoTurn, "the gateway was restarted while it was being sent"
	case m.SentAt.IsZero() && !arrived:
		return TestNotSent, "the network did not accept the text in " + wait.String() + because(m)
	case arrived && (overdue || m.Status.Final()):
		return TestNoReport, "the text arrived at " + w.receiver() + ", but its delivery report did not"
	case !overdue:
		return "", ""
	case ours && delivered:
		return TestLost, "the network reports the text as delivered to " + w.receiver() + ", where it did not arrive"
	case ours:
		return TestLost, "the text was accepted and did not arrive at " + w.receiver() + " in " + wait.String() + because(m)
	default:
		return TestNoReport, "the text was accepted, but no report says that it was delivered" + because(m)
	}
}

// because returns the error of a message that was not sent, with a colon in front.
func because(m *queue.Message) string {
	if m.Error == nil {
		return ""
	}
	return ": " + cmp.Or(m.Error.Detail, m.Error.Code)
}

// end stores and logs the result of the running test.
func (w *testWatch) end(ctx context.Context, result, detail string, m *queue.Message) error {
	now := time.Now().UTC()
	t := w.record
	last := testResult{Begun: t.Begun, At: now, Result: result, Detail: detail}
	sent, delivered := m.SentAt, m.DeliveredAt
	if sent.IsZero() {
		sent = t.Begun
	}
	switch {
	case !t.Arrived.IsZero():
		last.Took = max(t.Arrived.Sub(sent), 0)
	case result == TestPassed: // no modem here received the text, so its report counts
		last.Took = delivered.Sub(sent)
	}
	next := testRecord{Last: last}
	if result == TestNoTurn {
		next.Last, next.Next = t.Last, now.Add(testAgain)
		next.Last.Begun = time.Time{}
	}
	if err := w.save(ctx, next); err != nil {
		return err
	}
	attributes := []any{slog.String("result", result), slog.String("what", detail), slog.Duration("took", last.Took.Round(time.Millisecond))}
	if result == TestPassed || result == TestNoTurn {
		w.log.Info("self-test has ended", attributes...)
	} else {
		w.log.Warn("self-test has failed", attributes...)
	}
	w.care.metrics.countTest(w.name, result, last.Took)
	w.updateAlarms()
	w.publish()
	return nil
}

// publish updates the TestStatus.
func (w *testWatch) publish() {
	t := w.record
	w.shown.Store(&TestStatus{Running: t.Token != "", At: t.Last.At, Result: t.Last.Result, Took: t.Last.Took, Detail: t.Last.Detail})
}

// testAlarms returns the alarm of each failure.
func testAlarms() map[string]string {
	return map[string]string{
		TestNotSent:  AlarmTestNotSent,
		TestNoReport: AlarmTestNoReport,
		TestLost:     AlarmTestLost,
	}
}

// updateAlarms raises the alarm of the last result and ends the others. If tests run on
// request only, a result counts for a day.
func (w *testWatch) updateAlarms() {
	const counts = 24 * time.Hour
	last := w.record.Last
	over := w.care.config.Test.Every <= 0 && time.Since(last.At) >= counts
	for result, alarm := range testAlarms() {
		if result == last.Result && !over {
			w.care.config.Gateway.RaiseAlarm(w.name, alarm, last.Detail)
		} else {
			w.care.config.Gateway.EndAlarm(w.name, alarm)
		}
	}
}
