package queue_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"goniec/queue"
	"goniec/store"
)

func (b *box) suppress(purpose queue.Purpose) queue.Suppression {
	b.t.Helper()
	s, _, err := b.Suppress(b.t.Context(), queue.Suppression{Number: address(b.t, patient), Purpose: purpose, By: "reception"})
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

func withPurpose(p queue.Purpose) func(*queue.Draft) {
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
		b.suppress(queue.Marketing)
		for purpose, want := range map[queue.Purpose]string{queue.Marketing: refused, queue.Care: "", "": "", queue.Information: ""} {
			if got := b.refusedFor(withPurpose(purpose)); got != want {
				t.Errorf("purpose %q: %q, want %q", purpose, got, want)
			}
		}
		b.suppress(queue.Care)
		if got := b.refusedFor(); got != refused {
			t.Errorf("no purpose means care: %q", got)
		}
		b.suppress(queue.AllPurposes)
		if got := b.refusedFor(withPurpose(queue.Staff)); got != refused {
			t.Errorf("all purposes: %q", got)
		}
		if got := b.refusedFor(func(d *queue.Draft) { d.To = address(t, other) }); got != "" {
			t.Errorf("another number: %q", got)
		}
		if got := b.refusedFor(func(d *queue.Draft) { d.Regardless = true }); got != "" {
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
		b.suppress(queue.Care)
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
		b.suppress(queue.Care)
		b.pass(time.Hour)
		b.none()
		b.check(m.ID, queue.StatusCancelled)
	})
}

func TestSuppressions(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		first := b.suppress(queue.Marketing)
		if again := b.suppress(queue.Marketing); again.ID != first.ID || !again.Since.Equal(first.Since) {
			t.Errorf("noted twice: %+v", again)
		}
		wait(t.Context(), time.Second)
		second := b.suppress(queue.AllPurposes)
		all, next, err := b.Suppressions(t.Context(), queue.SuppressionFilter{Number: address(t, patient)}, "", 10)
		if err != nil || next != "" || len(all) != 2 || all[0].ID != second.ID || all[1].By != "reception" {
			t.Errorf("%+v, %q, %v", all, next, err)
		}
		if some, _, _ := b.Suppressions(t.Context(), queue.SuppressionFilter{Purpose: queue.Marketing}, "", 10); len(some) != 1 {
			t.Errorf("%d of one purpose", len(some))
		}
		b.pass(time.Hour)
		b.prune(time.Minute, time.Minute) // retention is for what was said, not for what is wanted
		if b.refusedFor() == "" {
			t.Error("retention has removed a suppression")
		}
		if err := b.Unsuppress(t.Context(), second.ID, "reception"); err != nil {
			t.Fatal(err)
		}
		if err := b.Unsuppress(t.Context(), second.ID, "reception"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("taken back twice: %v", err)
		}
		if got := b.refusedFor(); got != "" {
			t.Errorf("refused: %s", got)
		}
		if n := b.count("suppression.added"); n != 2 {
			t.Errorf("%d events of it", n)
		}
		if n := b.count("suppression.removed"); n != 1 {
			t.Errorf("%d events of its end", n)
		}
		_, _, err = b.Suppress(t.Context(), queue.Suppression{Number: address(t, patient), Purpose: "spam"})
		if !errors.Is(err, queue.ErrSuppressionPurpose) {
			t.Error(err)
		}
		_, _, err = b.Suppress(t.Context(), queue.Suppression{Number: address(t, patient), Purpose: queue.Care, Note: strings.Repeat("x", 201)})
		if !errors.Is(err, queue.ErrSuppressionNote) {
			t.Error(err)
		}
	})
}

// What a person wrote STOP to comes back with START; what staff has noted stays.
func TestUnsuppressBySource(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		b.suppress(queue.Marketing)
		err := b.store.Update(t.Context(), func(tx store.Tx) error {
			_, _, err := b.SuppressIn(tx, queue.Suppression{Number: address(t, patient), Purpose: queue.Care, Source: queue.SourceSMS})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		removed, err := store.Update(t.Context(), b.store, func(tx store.Tx) (int, error) {
			return b.UnsuppressIn(tx, address(t, patient), queue.SourceSMS, "")
		})
		if err != nil || removed != 1 {
			t.Errorf("removed %d, %v", removed, err)
		}
		if b.refusedFor() != "" || b.refusedFor(withPurpose(queue.Marketing)) == "" {
			t.Error("the wrong one was taken back")
		}
	})
}
