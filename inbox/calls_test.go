package inbox_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"goniec/inbox"
	"goniec/queue"
	"goniec/store"
	"goniec/suppression"
)

// polite is what callers get.
func polite() *queue.Draft {
	return &queue.Draft{Text: "Nie mozemy odebrac. Oddzwonimy.", Purpose: suppression.Information}
}

// call has worker n called and returns what was written down.
func (b *box) call(n int, from string, text *queue.Draft) inbox.Call {
	b.t.Helper()
	c, refused, err := b.in.MissedCall(b.t.Context(), worker(n), inbox.Ring{From: from, Rings: 3, At: time.Now()}, text)
	if err != nil || refused != nil {
		b.t.Fatal(err, refused)
	}
	return c
}

func TestMissedCallGetsOneTextADay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		warsaw, err := time.LoadLocation("Europe/Warsaw")
		if err != nil {
			t.Fatal(err)
		}
		b := newBox(t, func(c *inbox.Config) { c.Location = warsaw })
		wait(t.Context(), 22*time.Hour+30*time.Minute) // 23:30 in Warsaw
		first := b.call(0, patient, polite())
		if first.MessageID == "" || first.From.String() != patient || first.Modem != "sim-a" || first.Rings != 3 {
			t.Errorf("call %+v", first)
		}
		m, err := b.Message(t.Context(), first.MessageID)
		if err != nil || m.To.String() != patient || m.Text != polite().Text || m.Purpose != suppression.Information {
			t.Errorf("text %+v, %v", m, err)
		}
		for n, from := range []string{patient, "600 100 200", "0048600100200"} {
			if again := b.call(n%2, from, polite()); again.MessageID != "" || again.From.String() != patient {
				t.Errorf("call from %s the same day: %+v", from, again)
			}
		}
		if someone := b.call(0, other, polite()); someone.MessageID == "" {
			t.Error("another caller got no text")
		}
		wait(t.Context(), time.Hour) // the next day in Warsaw, not in UTC
		if next := b.call(1, patient, polite()); next.MessageID == "" {
			t.Error("no text the next day")
		}
		if n := b.count("call.missed"); n != 6 {
			t.Errorf("%d calls were told, want 6", n)
		}
		calls, next, err := b.in.Calls(t.Context(), inbox.Filter{}, "", 4)
		if err != nil || len(calls) != 4 || next == "" || calls[0].At.Before(calls[1].At) {
			t.Errorf("page of calls %+v, next %q: %v", calls, next, err)
		}
		rest, next, err := b.in.Calls(t.Context(), inbox.Filter{}, next, 4)
		if err != nil || len(rest) != 2 || next != "" || rest[1] != first {
			t.Errorf("last page of calls %+v, next %q: %v", rest, next, err)
		}
		hers, _, err := b.in.Calls(t.Context(), inbox.Filter{From: address(t, other)}, "", 9)
		if err != nil || len(hers) != 1 {
			t.Errorf("calls of one number %+v: %v", hers, err)
		}
	})
}

func TestMissedCallThatGetsNoText(t *testing.T) {
	t.Parallel()
	for name, from := range map[string]string{
		"withheld":             "",
		"short code":           "8080",
		"fixed line":           "+48221234567",
		"another continent":    "+12025550123",
		"premium":              "+48701234567",
		"emergency":            "112",
		"not a number at all":  "*31#",
		"number nobody has":    "+48111",
		"listed short code":    "7000",
		"too short for a code": "22",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBox(t, func(c *inbox.Config) { c.Numbering.ShortCodes = []string{"7000"} })
			c := b.call(0, from, polite())
			if c.MessageID != "" {
				t.Errorf("%q got a text", from)
			}
			all, _, err := b.in.Calls(t.Context(), inbox.Filter{}, "", 1)
			if err != nil || len(all) != 1 || all[0] != c || all[0].From.String() != from {
				t.Errorf("the call is kept as %+v: %v", all, err)
			}
		})
	}
}

// TestMissedCallIsOneTransaction: where the call cannot be written no text is
// sent, and the repetition sends one.
func TestMissedCallIsOneTransaction(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	long := polite()
	long.Text = strings.Repeat(long.Text, 100)
	c, refused, err := b.in.MissedCall(t.Context(), worker(0), inbox.Ring{From: patient, Rings: 1, At: time.Now()}, long)
	var why *queue.RefusedError
	if err != nil || !errors.As(refused, &why) || why.Field != "text" || c.MessageID != "" {
		t.Errorf("call with a text too long: %+v, %v, %v", c, refused, err)
	}
	ctx := t.Context()
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, _, err := b.in.MissedCall(gone, worker(0), inbox.Ring{From: patient, Rings: 1, At: time.Now()}, polite()); err == nil {
		t.Error("a call was noted by a caller that had gone")
	}
	if c := b.call(0, patient, polite()); c.MessageID == "" {
		t.Error("what came to nothing counts as the text of the day")
	}
	messages, _, err := b.Messages(ctx, queue.Filter{}, "", 9)
	if err != nil || len(messages) != 1 {
		t.Errorf("%d messages, want 1: %v", len(messages), err)
	}
}

func TestPruneCalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		b.call(0, patient, polite())
		wait(t.Context(), 10*24*time.Hour)
		b.call(0, patient, nil)
		if err := errors.Join(b.Prune(t.Context(), time.Hour, 5*24*time.Hour), b.in.Prune(t.Context(), time.Hour, 5*24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		calls, _, err := b.in.Calls(t.Context(), inbox.Filter{}, "", 9)
		if err != nil || len(calls) != 1 || calls[0].MessageID != "" {
			t.Errorf("calls that are left: %+v: %v", calls, err)
		}
		days, err := store.View(t.Context(), b.store, func(r store.Reader) ([]store.Pair, error) {
			return r.Scan("callday/", store.PrefixEnd("callday/"), 0)
		})
		if err != nil || len(days) != 0 {
			t.Errorf("%d days of calls are kept for ever: %v", len(days), err)
		}
	})
}
