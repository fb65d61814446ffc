package queue_test

import (
	"errors"
	"testing"
	"time"

	"goniec/queue"
	"goniec/suppression"
)

func (b *box) suppress(purpose suppression.Purpose) suppression.Suppression {
	b.t.Helper()
	s, _, err := suppression.New(b.store, b.events).Add(b.t.Context(), suppression.Suppression{Number: address(b.t, patient), Purpose: purpose, By: "reception"})
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

func withPurpose(p suppression.Purpose) func(*queue.Draft) {
	return func(d *queue.Draft) { d.Purpose = p }
}

// refusedFor returns by what code a draft is refused; empty: it is taken.
func (b *box) refusedFor(adjust ...func(*queue.Draft)) string {
	b.t.Helper()
	results, _, err := b.Enqueue(b.t.Context(), queue.Caller{Token: "his"}, []queue.Draft{draft(b.t, adjust...)})
	if err != nil {
		b.t.Fatal(err)
	}
	var refused *queue.RefusedError
	if errors.As(results[0].Err, &refused) {
		return refused.Field + " " + refused.Code
	}
	return ""
}

// A number is not written to for the purpose it must not be, and for any other it is.
func TestSuppressedAtEnqueue(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		const refused = "to suppressed"
		b.suppress(suppression.Marketing)
		for purpose, want := range map[suppression.Purpose]string{suppression.Marketing: refused, suppression.Care: "", "": "", suppression.Information: ""} {
			if got := b.refusedFor(withPurpose(purpose)); got != want {
				t.Errorf("purpose %q: %q, want %q", purpose, got, want)
			}
		}
		b.suppress(suppression.Care)
		if got := b.refusedFor(); got != refused {
			t.Errorf("no purpose means care: %q", got)
		}
		b.suppress(suppression.All)
		if got := b.refusedFor(withPurpose(suppression.Staff)); got != refused {
			t.Errorf("all purposes: %q", got)
		}
		if got := b.refusedFor(func(d *queue.Draft) { d.To = address(t, other) }); got != "" {
			t.Errorf("another number: %q", got)
		}
		if got := b.refusedFor(func(d *queue.Draft) { d.IgnoreSuppression = true }); got != "" {
			t.Errorf("the confirmation: %q", got)
		}
	})
}

// What was taken before its number was suppressed ends without an attempt, unless a
// part of it has left.
func TestSuppressedAtSend(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		begun := b.put(long)
		s := b.claim()
		waiting := b.put()
		b.suppress(suppression.Care)
		s, ok := b.record(s, accepted(1))
		for mr := byte(2); ok; mr++ {
			s, ok = b.record(s, accepted(mr))
		}
		b.check(begun.ID, queue.StatusSent)
		b.none()
		got := b.check(waiting.ID, queue.StatusCancelled)
		if got.Error == nil || got.Error.Code != queue.CodeSuppressed || len(got.Attempts) != 0 {
			t.Errorf("%+v, %d attempts", got.Error, len(got.Attempts))
		}
	})
}

// A text that may have left is not sent again to somebody who wants none meanwhile.
func TestSuppressedAfterDoubt(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		m := b.put()
		b.record(b.claim(), unknown())
		b.suppress(suppression.Care)
		b.pass(time.Hour)
		b.none()
		b.check(m.ID, queue.StatusCancelled)
	})
}

// Retention is for what was said, not for what is wanted.
func TestPruneKeepsSuppressions(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		b.suppress(suppression.All)
		b.pass(time.Hour)
		b.prune(time.Minute, time.Minute)
		if b.refusedFor() == "" {
			t.Error("retention has removed a suppression")
		}
	})
}
