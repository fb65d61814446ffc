package queue_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"

	"goniec/calendar"
	"goniec/queue"
	"goniec/store"
	"goniec/suppression"
)

// standard are the quiet hours of the sample configuration.
func standard(t testing.TB) func(*queue.Config) {
	t.Helper()
	hours, err := calendar.ParseQuietHours("20:00", "08:00", []string{"sunday", "holidays"})
	if err != nil {
		t.Fatal(err)
	}
	return func(c *queue.Config) { c.QuietHours, c.Location = hours, warsaw(t) }
}

func warsaw(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// until lets time pass up to a time in Warsaw.
func (b *box) until(clock string) {
	b.t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", clock, warsaw(b.t))
	if err != nil {
		b.t.Fatal(err)
	}
	wait(b.t.Context(), time.Until(at))
	b.tend()
}

// The bubble begins on Saturday, 1 January 2000, which is followed by a Sunday.
func TestQuietHoursHoldAMessage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t, standard(t))
		b.until("2000-01-03 20:00")
		normal := b.put()
		low := b.put(func(d *queue.Draft) { d.Priority = queue.Low })
		high := b.put(func(d *queue.Draft) { d.Priority = queue.High })
		staff := b.put(func(d *queue.Draft) { d.Purpose = suppression.Staff })
		end := time.Date(2000, 1, 4, 8, 0, 0, 0, warsaw(t))
		for _, m := range []queue.Message{normal, low} {
			got := b.check(m.ID, queue.StatusHeld)
			if got.Error.Code != queue.CodeQuietHours || !got.Error.RetryAt.Equal(end) {
				t.Errorf("error %+v, want a retry at %v", got.Error, end)
			}
			if diff := cmp.Diff(m, got); diff != "" {
				t.Errorf("the answer did not say so:\n%s", diff)
			}
		}
		if s := b.claim(); s.Message.ID != high.ID {
			t.Error("not the urgent one")
		}
		if s := b.claim(); s.Message.ID != staff.ID {
			t.Error("not the one for staff")
		}
		b.none()
		if due, ok, err := b.NextDue(t.Context(), worker(0)); err != nil || !ok || !due.Equal(end) {
			t.Errorf("next due %v, %v, %v", due, ok, err)
		}
		b.until("2000-01-04 07:59")
		b.none()
		b.check(normal.ID, queue.StatusHeld)
		b.until("2000-01-04 08:00")
		b.check(normal.ID, queue.StatusQueued)
		if s := b.claim(); s.Message.ID != normal.ID {
			t.Error("not the held one")
		}
		queue.CheckInvariants(t, b.store)
	})
}

// What was due, but did not get away in time, waits until the morning.
func TestQuietHoursBeginWhileMessagesWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t, standard(t))
		b.until("2000-01-07 19:59")
		var waiting []queue.Message
		for range 120 { // more than one transaction of Tend
			waiting = append(waiting, b.put())
		}
		pinned := b.put(func(d *queue.Draft) { d.Modem, d.Priority = "sim-b", queue.Low })
		b.check(pinned.ID, queue.StatusQueued)
		b.record(b.claim(), retry(0))
		wait(t.Context(), time.Minute)
		b.none() // Claim knows by itself
		if due, ok, err := b.NextDue(t.Context(), worker(0)); err != nil || !ok || due.Before(time.Now().Add(12*time.Hour)) {
			t.Errorf("next due %v, %v, %v", due, ok, err)
		}
		b.tend()
		end := time.Date(2000, 1, 8, 8, 0, 0, 0, warsaw(t))
		for _, m := range append(waiting, pinned) {
			if got := b.get(m.ID); got.Status != queue.StatusHeld || !got.Error.RetryAt.Equal(end) {
				t.Fatalf("message is %s, %+v", got.Status, got.Error)
			}
		}
		queue.CheckInvariants(t, b.store)
		b.until("2000-01-08 08:00")
		b.check(pinned.ID, queue.StatusQueued)
		if n := b.count("message.held"); n != 121 {
			t.Errorf("%d were held", n)
		}
	})
}

func TestScheduledIntoQuietHours(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t, standard(t))
		b.until("2000-01-07 12:00")
		zone := warsaw(t)
		m := b.put(func(d *queue.Draft) { d.SendAt = time.Date(2000, 1, 8, 22, 0, 0, 0, zone) })
		monday := time.Date(2000, 1, 10, 8, 0, 0, 0, zone)
		got := b.check(m.ID, queue.StatusScheduled)
		if got.Error == nil || !got.Error.RetryAt.Equal(monday) {
			t.Errorf("the answer does not say when it will go: %+v", got.Error)
		}
		if want := monday.Add(72 * time.Hour); !got.ExpiresAt.Equal(want) {
			t.Errorf("expires at %v, want %v", got.ExpiresAt, want)
		}
		b.until("2000-01-08 22:00")
		b.check(m.ID, queue.StatusHeld)
		b.until("2000-01-10 08:00")
		b.send(1)
		b.check(m.ID, queue.StatusSent)
	})
}

func TestReleaseFromQuietHours(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t, standard(t))
		b.until("2000-01-03 21:00")
		m := b.put()
		b.check(m.ID, queue.StatusHeld)
		got, err := b.Release(t.Context(), m.ID, "reception")
		if err != nil || got.Status != queue.StatusQueued || got.Error != nil {
			t.Fatalf("%s, %+v, %v", got.Status, got.Error, err)
		}
		b.tend()
		b.send(1)
		b.check(m.ID, queue.StatusSent)
	})
}

func TestHeldMessageExpires(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t, standard(t))
		b.until("2000-01-03 19:55")
		m := b.put(func(d *queue.Draft) { d.ExpiresAt = time.Now().Add(2 * time.Hour) })
		b.until("2000-01-03 20:05")
		if held := b.check(m.ID, queue.StatusHeld); !held.Error.RetryAt.IsZero() {
			t.Errorf("it is said to go at %s, after its end at %s", held.Error.RetryAt, held.ExpiresAt)
		}
		wait(t.Context(), 110*time.Minute+time.Second) // its end has come, and Tend has not
		if _, err := b.Release(t.Context(), m.ID, "reception"); !errors.Is(err, queue.ErrOver) {
			t.Errorf("it is released after its end: %v", err)
		}
		b.tend()
		b.check(m.ID, queue.StatusExpired)
		if _, err := b.Release(t.Context(), m.ID, "reception"); !errors.Is(err, queue.ErrOver) || !errors.Is(err, queue.ErrFinal) {
			t.Errorf("it is released when it has expired: %v", err)
		}
	})
}

// A message that cannot go before its end is refused, with the time at which it could go.
func TestEndWithinQuietHours(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t, standard(t))
		b.until("2000-01-03 21:00")
		local := func(at string) time.Time {
			parsed, err := time.ParseInLocation("2006-01-02 15:04", at, warsaw(t))
			if err != nil {
				t.Fatal(err)
			}
			return parsed
		}
		for _, c := range []struct {
			name, send, end string
			adjust          func(*queue.Draft)
			canGo           string // empty: it is taken
		}{
			{"before the morning", "", "2000-01-04 02:00", nil, "2000-01-04 08:00"},
			{"in the morning", "", "2000-01-04 08:00", nil, "2000-01-04 08:00"},
			{"after it", "", "2000-01-04 08:01", nil, ""},
			{"urgent", "", "2000-01-04 02:00", func(d *queue.Draft) { d.Priority = queue.High }, ""},
			{"for staff", "", "2000-01-04 02:00", func(d *queue.Draft) { d.Purpose = suppression.Staff }, ""},
			{"a Sunday for Monday", "2000-01-09 10:00", "2000-01-10 08:00", nil, "2000-01-10 08:00"},
			{"a time to send after the end", "2000-01-04 12:00", "2000-01-04 11:00", nil, "2000-01-04 12:00"},
			{"a time to send within quiet hours", "2000-01-04 06:00", "2000-01-04 07:00", nil, "2000-01-04 08:00"},
			{"a time to send in the day", "2000-01-04 12:00", "2000-01-04 13:00", nil, ""},
		} {
			d := draft(t, func(d *queue.Draft) { d.ExpiresAt = local(c.end) })
			if c.send != "" {
				d.SendAt = local(c.send)
			}
			if c.adjust != nil {
				c.adjust(&d)
			}
			results, _, err := b.Enqueue(t.Context(), queue.Caller{}, []queue.Draft{d})
			if err != nil {
				t.Fatal(err)
			}
			var refused *queue.RefusedError
			switch errors.As(results[0].Err, &refused); {
			case c.canGo == "" && results[0].Err != nil:
				t.Errorf("%s: %v", c.name, results[0].Err)
			case c.canGo == "":
			case refused == nil || refused.Code != queue.RefusedWindow || !refused.CanGo.Equal(local(c.canGo)):
				t.Errorf("%s: %+v, want that it can go at %s", c.name, results[0].Err, c.canGo)
			}
		}
	})
}

// A part that failed is given up at once if quiet hours last until after the end of its
// message: nothing can change that any more.
func TestRetryAfterQuietHoursIsTooLate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t, standard(t))
		b.until("2000-01-03 19:55")
		m := b.put(func(d *queue.Draft) { d.ExpiresAt = time.Now().Add(2 * time.Hour) })
		b.record(b.claim(), queue.Outcome{Kind: queue.Retry, Code: "cms_38", RetryAfter: 10 * time.Minute})
		if failed := b.check(m.ID, queue.StatusFailed); failed.Error.Code != "cms_38" {
			t.Errorf("error %+v", failed.Error)
		}
	})
}

func TestUncertainIsNotSentAgainInQuietHours(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t, standard(t))
		b.until("2000-01-03 19:55")
		m := b.put()
		b.record(b.claim(), unknown())
		b.until("2000-01-03 20:05")
		b.check(m.ID, queue.StatusHeld)
		b.none()
		b.until("2000-01-04 08:00")
		if s := b.claim(); !s.PossibleDuplicate {
			t.Error("the copy is not marked as one")
		}
	})
}

// A part that may have been sent is not sent again after the end of its message, whether it
// waited for quiet hours or for a person who calls.
func TestUncertainIsNotSentAgainAfterItsEnd(t *testing.T) {
	t.Parallel()
	for name, adjust := range map[string]func(b *box){
		"held by quiet hours": func(*box) {},
		"on the list of calls": func(b *box) {
			b.CallFirst(func(store.Reader, *queue.Message, time.Time) (bool, error) { return true, nil })
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBox(t, standard(t))
				adjust(b)
				b.until("2000-01-03 19:55")
				m := b.put(func(d *queue.Draft) { d.ExpiresAt = time.Now().Add(time.Hour) })
				b.record(b.claim(), unknown())
				b.until("2000-01-03 20:10")
				b.check(m.ID, queue.StatusHeld)
				b.until("2000-01-03 20:56")
				if failed := b.check(m.ID, queue.StatusFailed); failed.Error.Code != queue.CodeUnknownOutcome {
					t.Errorf("error %+v", failed.Error)
				}
				b.until("2000-01-04 08:00")
				b.none()
			})
		})
	}
}

func TestQuietHoursThatAreNone(t *testing.T) {
	t.Parallel()
	for _, from := range []string{"00:00", "08:00"} {
		hours, err := calendar.ParseQuietHours(from, from, []string{"sunday", "holidays"})
		if err != nil {
			t.Fatal(err)
		}
		b := newBox(t, func(c *queue.Config) { c.QuietHours = hours })
		m := b.put()
		b.check(m.ID, queue.StatusQueued)
		b.claim()
	}
}
