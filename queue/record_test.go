package queue_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"goniec/queue"
	"goniec/store"
)

func retry(after time.Duration) queue.Outcome {
	return queue.Outcome{Kind: queue.Retry, Code: "cms_38", Detail: "network out of order", RetryAfter: after}
}

func TestRetryBacksOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		m := b.put()
		for i, want := range []time.Duration{30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, 2 * time.Hour, 2 * time.Hour} {
			b.record(b.claim(), retry(0))
			got := b.check(m.ID, queue.StatusQueued)
			if got.Error == nil || got.Error.Code != "cms_38" || !got.Error.RetryAt.Equal(time.Now().Add(want)) {
				t.Fatalf("after failure %d: %+v, want a retry after %v", i+1, got.Error, want)
			}
			b.none()
			b.pass(want)
		}
		b.record(b.claim(), retry(42*time.Second))
		if got := b.get(m.ID); !got.Error.RetryAt.Equal(time.Now().Add(42 * time.Second)) {
			t.Errorf("the wait that the caller asked for is not kept: %+v", got.Error)
		}
		b.pass(42 * time.Second)
		b.send(1)
		if got := b.check(m.ID, queue.StatusSent); got.Error != nil || got.AttemptCount != 8 {
			t.Errorf("error %+v after %d attempts", got.Error, got.AttemptCount)
		}
	})
}

func TestRetryEndsWithTheValidity(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		m := b.put(func(d *queue.Draft) { d.ExpiresAt = time.Now().Add(24 * time.Hour) })
		attempts := 0
		for b.get(m.ID).Status == queue.StatusQueued {
			b.record(b.claim(), retry(0))
			attempts++
			b.pass(2 * time.Hour)
		}
		got := b.check(m.ID, queue.StatusFailed)
		if got.Error.Code != "cms_38" || !got.Error.RetryAt.IsZero() {
			t.Errorf("error %+v", got.Error)
		}
		if attempts != 12 || got.AttemptCount != attempts {
			t.Errorf("%d attempts, %d counted", attempts, got.AttemptCount)
		}
	})
}

func TestAttemptsAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		m := b.put()
		for range 50 {
			b.record(b.claim(), retry(time.Second))
			b.pass(time.Second)
		}
		got := b.get(m.ID)
		if got.AttemptCount != 50 || len(got.Attempts) != 20 || got.Attempts[19].Number != 50 {
			t.Errorf("%d attempts kept of %d", len(got.Attempts), got.AttemptCount)
		}
	})
}

func TestBadNumberIsSetAside(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	bad := b.put()
	good := b.put(func(d *queue.Draft) { d.To = address(t, other) })
	next, ok, err := b.Record(t.Context(), b.claim(), retry(0), true)
	if err != nil || !ok || next.Message.ID != good.ID {
		t.Fatalf("the next one is %s, %v, %v", next.Message.ID, ok, err)
	}
	b.check(bad.ID, queue.StatusQueued)
}

func TestGivenBackKeepsItsPlace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		m := b.put()
		wait(t.Context(), time.Second)
		b.put()
		s := b.claim()
		wait(t.Context(), time.Second)
		b.record(s, queue.Outcome{Kind: queue.NotSent})
		if s := b.claim(); s.Message.ID != m.ID {
			t.Error("it has lost its place in the line")
		}
		b.record(b.claim(), queue.Outcome{Kind: queue.NotSent, Code: "sim_busy", RetryAfter: 5 * time.Second})
		b.none()
		b.pass(5 * time.Second)
		b.claim()
	})
}

func TestRefusedFailsAtOnce(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	m := b.put()
	b.record(b.claim(), queue.Outcome{Kind: queue.Refused, Code: "cms_1", Detail: "unassigned number"})
	got := b.check(m.ID, queue.StatusFailed)
	if diff := cmp.Diff(&queue.Problem{Code: "cms_1", Detail: "unassigned number"}, got.Error); diff != "" {
		t.Error(diff)
	}
	b.none()
}

func TestRecordOfNothing(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	m := b.put()
	s := b.claim()
	wrong := s
	wrong.Attempt = 7
	if _, _, err := b.Record(t.Context(), wrong, accepted(1), false); !errors.Is(err, queue.ErrStale) {
		t.Errorf("attempt that was not made: %v", err)
	}
	if _, _, err := b.Record(t.Context(), s, queue.Outcome{}, false); err == nil {
		t.Error("an outcome without a kind is taken")
	}
	b.check(m.ID, queue.StatusSending)
	b.record(s, accepted(1))
	if _, _, err := b.Record(t.Context(), s, retry(0), false); !errors.Is(err, queue.ErrStale) {
		t.Errorf("the same attempt again: %v", err)
	}
	b.check(m.ID, queue.StatusSent)
}

// What has not left by its expiry does not leave after it, also in the middle of
// a message.
func TestExpiryBetweenParts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		m := b.put(long, func(d *queue.Draft) { d.ExpiresAt = time.Now().Add(time.Minute) })
		s := b.claim()
		wait(t.Context(), time.Minute)
		if _, ok := b.record(s, accepted(1)); ok {
			t.Fatal("the second part is handed over after its time")
		}
		got := b.check(m.ID, queue.StatusExpired)
		want := []queue.PartStatus{queue.PartSent, queue.PartExpired, queue.PartExpired}
		if diff := cmp.Diff(want, statuses(got)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestCancel(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		before func(b *box, m queue.Message)
		err    error
	}{
		{"queued", func(*box, queue.Message) {}, nil},
		{"waiting for a retry", func(b *box, _ queue.Message) { b.record(b.claim(), retry(0)) }, nil},
		{"in flight", func(b *box, _ queue.Message) { b.claim() }, queue.ErrInFlight},
		{"one part has left", func(b *box, _ queue.Message) {
			s, _ := b.record(b.claim(), accepted(1))
			b.record(s, retry(0))
		}, queue.ErrInFlight},
		{"sent", func(b *box, _ queue.Message) { b.send(1) }, queue.ErrInFlight},
		{"uncertain", func(b *box, _ queue.Message) { b.record(b.claim(), queue.Outcome{Kind: queue.Uncertain}) }, nil},
		{"failed", func(b *box, _ queue.Message) { b.record(b.claim(), queue.Outcome{Kind: queue.Refused}) }, queue.ErrFinal},
		{"cancelled", func(b *box, m queue.Message) {
			if _, err := b.Cancel(b.t.Context(), m.ID, ""); err != nil {
				b.t.Fatal(err)
			}
		}, queue.ErrFinal},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := newBox(t)
			m := b.put(long)
			test.before(b, m)
			before := b.get(m.ID)
			got, err := b.Cancel(t.Context(), m.ID, "reception")
			if !errors.Is(err, test.err) {
				t.Fatalf("error %v, want %v", err, test.err)
			}
			if err != nil {
				if diff := cmp.Diff(before, b.get(m.ID)); diff != "" {
					t.Error(diff)
				}
				return
			}
			b.none()
			if diff := cmp.Diff(got, b.check(m.ID, queue.StatusCancelled)); diff != "" {
				t.Error(diff)
			}
			if n := b.count("message.cancelled"); n != 1 {
				t.Errorf("%d events", n)
			}
		})
	}
	b := newBox(t)
	if _, err := b.Cancel(t.Context(), "00000000-0000-7000-8000-000000000000", ""); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a message that is not: %v", err)
	}
}
