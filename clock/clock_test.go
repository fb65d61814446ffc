package clock_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"goniec/clock"
	"goniec/store"
	"goniec/store/memstore"
)

const day = 24 * time.Hour

// box is the clock of a box, which can be set.
type box struct {
	*clock.Clock
	t     *testing.T
	store store.Store
	ahead *time.Duration // of what it is
	again *int           // how often the clock came to be believed
}

// start starts a box on a store in a run of the machine; an empty id: nothing has to
// confirm its clock.
func start(t *testing.T, s store.Store, id string) box {
	t.Helper()
	started := time.Now()
	b := box{t: t, store: s, ahead: new(time.Duration), again: new(int)}
	c := clock.Config{Store: s, Time: func() time.Time { return time.Now().Add(*b.ahead) }}
	if id != "" {
		c.Boot = clock.Boot{
			ID: id, Uptime: func() time.Duration { return time.Since(started) }, Earliest: time.Date(1999, 6, 1, 0, 0, 0, 0, time.UTC),
		}
	}
	var err error
	if b.Clock, err = clock.New(c); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b box) watch() {
	b.t.Helper()
	if err := b.Watch(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
}

// pass lets time pass, and has the clock watched meanwhile.
func (b box) pass(d time.Duration) {
	b.t.Helper()
	for end := time.Now().Add(d); time.Now().Before(end); {
		<-time.After(min(time.Minute, time.Until(end)))
		b.watch()
	}
}

func (b box) trust() clock.Trust {
	b.t.Helper()
	trust, err := b.Trust(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	if trust.Believed && (trust.Unconfirmed || trust.Other != nil || !trust.Since.IsZero()) {
		b.t.Errorf("trust contradicts itself: %+v", trust)
	}
	return trust
}

// confirm has a source say that it is theirs, and returns whether the clock is believed.
func (b box) confirm(by clock.Source, theirs time.Time) bool {
	b.t.Helper()
	agrees, err := b.Confirm(b.t.Context(), by, theirs)
	if err != nil {
		b.t.Fatal(err)
	}
	return agrees
}

func inBubble(t *testing.T, test func(t *testing.T, s store.Store)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { test(t, memstore.New()) })
}

// A clock that has been confirmed stays so as long as the machine runs and nobody
// sets it, also when the program starts again.
func TestConfirmedClockStays(t *testing.T) {
	inBubble(t, func(t *testing.T, s store.Store) {
		b := start(t, s, "run")
		b.watch()
		if trust := b.trust(); trust.Believed || !trust.Unconfirmed {
			t.Errorf("trust is %+v although nothing has confirmed the clock", trust)
		}
		b.confirm(clock.Battery, time.Now())
		b.pass(5 * day)
		begun := time.Now().Add(-5 * day)
		again := start(t, s, "")
		var err error
		again.Clock, err = clock.New(clock.Config{
			Store: s, Boot: clock.Boot{ID: "run", Uptime: func() time.Duration { return time.Since(begun) }},
			Time: func() time.Time { return time.Now().Add(*again.ahead) },
		})
		if err != nil {
			t.Fatal(err)
		}
		if trust := again.trust(); !trust.Believed || trust.By != clock.Battery {
			t.Errorf("trust is %+v after another start", trust)
		}
		*again.ahead = 20 * time.Minute
		again.watch()
		if again.trust().Believed {
			t.Error("a clock is believed although it has been set")
		}
		*again.ahead = 0
		if !again.confirm(clock.TimeServer, time.Now()) {
			t.Error("a time server is not believed")
		}
	})
}

// A battery that is flat takes nothing back in time, and a clock from before the
// program was made is believed by nobody.
func TestWhoIsNotBelieved(t *testing.T) {
	inBubble(t, func(t *testing.T, s store.Store) {
		b := start(t, s, "first run")
		b.confirm(clock.TimeServer, time.Now())
		b.pass(time.Hour)
		cut := start(t, s, "second run")
		*cut.ahead = -3 * time.Hour
		if cut.confirm(clock.Battery, time.Now().Add(-3*time.Hour)) {
			t.Error("a battery takes the clock back")
		}
		cut = start(t, s, "third run")
		*cut.ahead = -20 * 365 * day
		if cut.confirm(clock.Network, time.Now().Add(-20*365*day)) {
			t.Error("the network confirms a time before the program was made")
		}
	})
}

// A person is told of a difference also by a clock that is believed, and changes nothing by
// it.
func TestPersonWhoseTimeDiffers(t *testing.T) {
	inBubble(t, func(t *testing.T, s store.Store) {
		for _, run := range []string{"", "run"} {
			b := start(t, s, run)
			b.watch()
			b.confirm(clock.TimeServer, time.Now())
			if b.confirm(clock.Person, time.Now().Add(4*day)) {
				t.Errorf("run %q: a person who is 4 days off is told that all is well", run)
			}
			if !b.confirm(clock.Person, time.Now().Add(time.Minute)) || !b.confirm(clock.ServiceCentre, time.Now().Add(4*day)) || !b.trust().Believed {
				t.Errorf("run %q: the clock is not believed any more", run)
			}
		}
	})
}

// A jump is not believed before it has run on for a while, and Since says from when on.
func TestJump(t *testing.T) {
	inBubble(t, func(t *testing.T, s store.Store) {
		b := start(t, s, "")
		b.watch()
		*b.ahead = 400 * day
		since := b.Now()
		b.watch()
		b.pass(clock.Probation - time.Minute)
		if trust := b.trust(); trust.Believed || trust.Unconfirmed || !trust.Since.Equal(since) {
			t.Errorf("trust is %+v, want none since %v", trust, since)
		}
		b.pass(2 * time.Minute)
		if trust := b.trust(); !trust.Believed {
			t.Errorf("trust is %+v after the probation", trust)
		}
	})
}

// What a clock that was wrong has done is put right before the clock is believed, and
// the clock is not believed while that fails.
func TestBeforeTrust(t *testing.T) {
	inBubble(t, func(t *testing.T, s store.Store) {
		b := start(t, s, "run")
		broken := store.ErrWrite
		b.BeforeTrust(func(_ context.Context, now time.Time) error {
			*b.again++
			if !now.Equal(b.Now()) {
				t.Errorf("told of %v at %v", now, b.Now())
			}
			return broken
		})
		b.watch()
		if _, err := b.Confirm(t.Context(), clock.Person, time.Now()); err == nil || b.trust().Believed {
			t.Error("believed before everything was put right")
		}
		broken = nil
		if !b.confirm(clock.Person, time.Now()) || !b.trust().Believed || *b.again != 2 {
			t.Errorf("not believed, or put right %d times", *b.again)
		}
		b.pass(time.Hour)
		if *b.again != 2 {
			t.Errorf("put right %d times", *b.again)
		}
	})
}

// A zone is learned from one report, any other difference from two messages.
func TestCentre(t *testing.T) {
	t.Parallel()
	s := memstore.New()
	accepted := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, step := range []struct {
		message string
		ahead   time.Duration
		want    time.Duration // what is known then
	}{
		{"a", 2 * time.Minute, 0}, // the way of a message
		{"a", 2 * time.Hour, 2 * time.Hour},
		{"b", 37 * time.Minute, 2 * time.Hour},
		{"b", 37 * time.Minute, 2 * time.Hour}, // the same message again
		{"c", 36 * time.Minute, 36 * time.Minute},
	} {
		err := s.Update(t.Context(), func(tx store.Tx) error {
			c, err := clock.ReadCentre(tx, "26001")
			if err != nil {
				return err
			}
			sample := clock.Sample{Message: step.message, Stamped: accepted.Add(step.ahead), Accepted: accepted}
			if !c.News(sample) {
				return nil
			}
			return c.Learn(tx, "26001", sample)
		})
		if err != nil {
			t.Fatal(err)
		}
		c, err := store.View(t.Context(), s, func(r store.Reader) (clock.Centre, error) { return clock.ReadCentre(r, "26001") })
		if err != nil || c.Ahead != step.want || !c.Ours(accepted).Equal(accepted.Add(-step.want)) {
			t.Errorf("after %+v: %+v, %v", step, c, err)
		}
	}
}
