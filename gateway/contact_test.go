package gateway

import (
	"testing"
	"time"

	"goniec/queue"
)

func TestCapWindows(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name string
		cap  RecipientCap
		sent []time.Duration // before now
		more int
		want time.Duration // from now; 0: at once
	}{
		{"nothing yet", RecipientCap{2, 3}, nil, 1, 0},
		{"no limit", RecipientCap{}, []time.Duration{0, 0, 0, 0}, 1, 0},
		{"room for one", RecipientCap{2, 3}, []time.Duration{time.Minute}, 1, 0},
		{"the hour is full", RecipientCap{2, 9}, []time.Duration{50 * time.Minute, time.Minute}, 1, 10 * time.Minute},
		{"two need two places", RecipientCap{2, 9}, []time.Duration{50 * time.Minute, time.Minute}, 2, 59 * time.Minute},
		{"an hour old counts no more", RecipientCap{1, 9}, []time.Duration{time.Hour}, 1, 0},
		{"the day is full", RecipientCap{2, 3}, []time.Duration{20 * time.Hour, 3 * time.Hour, 2 * time.Hour}, 1, 4 * time.Hour},
		{"a day alone", RecipientCap{0, 1}, []time.Duration{time.Hour}, 1, 23 * time.Hour},
		{"a day old counts no more", RecipientCap{0, 1}, []time.Duration{24 * time.Hour}, 1, 0},
		{"more than the limit, alone", RecipientCap{2, 0}, nil, 5, 0},
		{"more than the limit, behind one", RecipientCap{2, 0}, []time.Duration{time.Minute}, 5, 59 * time.Minute},
		{"counted by a clock that was ahead", RecipientCap{1, 0}, []time.Duration{-1000 * time.Hour}, 1, time.Hour},
		{"looking back: all that is there is within", RecipientCap{2, 0}, []time.Duration{2, 1}, 0, 0},
		{"looking back: there is one too many", RecipientCap{2, 0}, []time.Duration{30 * time.Minute, 2, 1}, 0, 30 * time.Minute},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var known contact
			for _, before := range c.sent {
				known.Counted = append(known.Counted, counted{At: now.Add(-before).UnixMilli()})
			}
			known.dropOld(now)
			until := known.until(c.cap, c.more, now)
			var got time.Duration
			if !until.IsZero() {
				got = until.Sub(now).Round(time.Second)
			}
			if got != c.want {
				t.Errorf("may go in %v, want %v", got, c.want)
			}
		})
	}
	if c := decodeContact([]byte("{")); c.SIM != "" || c.At != 0 {
		t.Errorf("a record that cannot be read says %+v", c)
	}
}

func TestShuns(t *testing.T) {
	t.Parallel()
	attempt := func(outcome queue.AttemptOutcome, code string) queue.Attempt {
		return queue.Attempt{SIM: "1", Outcome: outcome, Code: code}
	}
	for _, c := range []struct {
		name     string
		attempts []queue.Attempt
		want     bool
	}{
		{"none", nil, false},
		{"accepted", []queue.Attempt{attempt(queue.AttemptAccepted, "")}, false},
		{"refused as if the SIM were to blame", []queue.Attempt{attempt(queue.AttemptNotSent, "cms_8")}, true},
		{"a locked card", []queue.Attempt{attempt(queue.AttemptNotSent, "cme_11")}, true},
		{"the modem has gone", []queue.Attempt{attempt(queue.AttemptNotSent, "device")}, false},
		{"the network is busy", []queue.Attempt{attempt(queue.AttemptRetry, "cms_42")}, false},
		{"the network is busy, again and again", []queue.Attempt{
			attempt(queue.AttemptRetry, "cms_42"), attempt(queue.AttemptRetry, "cms_42"), attempt(queue.AttemptRetry, "cms_42"),
		}, true},
		{"set aside because the SIM has gone", []queue.Attempt{attempt(queue.AttemptDiscarded, queue.CodeSIMGone)}, true},
		{"set aside for another copy", []queue.Attempt{attempt(queue.AttemptDiscarded, queue.CodeSCRetry)}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := queue.Message{Attempts: c.attempts}
			if got := shuns(&m, func(a *queue.Attempt) bool { return a.SIM == "1" }); got != c.want {
				t.Errorf("shuns it: %v", got)
			}
			if shuns(&m, func(a *queue.Attempt) bool { return a.SIM == "2" }) {
				t.Error("shuns another")
			}
		})
	}
}
