package queue_test

import (
	"errors"
	"testing"
	"time"

	"goniec/clock"
	"goniec/pdu"
	"goniec/queue"
	"goniec/store"
)

// A clock that is set back before the time a message was to be sent at does not
// make it scheduled again: it has begun.
func TestClockSetBackBeforeSendAt(t *testing.T) {
	t.Parallel()
	for _, o := range []queue.Outcome{retry(0), {Kind: queue.NotSent}, unknown()} {
		t.Run(o.Kind.String(), func(t *testing.T) {
			bubble(t, func(t *testing.T, b *box) {
				m := b.put(func(d *queue.Draft) { d.SendAt = time.Now().Add(time.Hour) })
				b.pass(time.Hour)
				s := b.claim()
				b.SetClock(-2 * time.Hour)
				b.record(s, o)
				b.tend()
				if got := b.get(m.ID); got.Status == queue.StatusScheduled {
					t.Errorf("message is %s", got.Status)
				}
				b.SetClock(0)
				b.pass(30 * time.Minute)
				if s := b.claim(); s.Message.ID != m.ID {
					t.Error("another message is claimed")
				}
			})
		})
	}
}

const days = 24 * time.Hour

// restarted returns a new queue on the store of b, whose clock shows d more than it is.
func (b *box) restarted(d time.Duration) *box {
	b.t.Helper()
	next := newBoxOn(b.t, b.store)
	next.SetClock(d)
	return next
}

// A box that starts with a clock far ahead ends nothing, sends nothing that seems
// over and removes nothing, until the clock comes back.
func TestClockAheadAtStart(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		sent := b.put()
		b.send(1)
		waiting := b.put()
		b.pass(time.Hour)

		ahead := b.restarted(400 * days)
		ahead.none() // also before Tend has seen it
		for range 10 {
			ahead.tend()
			wait(t.Context(), time.Minute)
		}
		ahead.none()
		ahead.prune(30*days, 180*days)
		if got := ahead.check(waiting.ID, queue.StatusQueued); got.Error != nil {
			t.Errorf("error %+v", got.Error)
		}
		if got := ahead.get(sent.ID); got.Text == "" {
			t.Error("a text was removed")
		}

		ahead.SetClock(0)
		ahead.tend()
		if s := ahead.claim(); s.Message.ID != waiting.ID {
			t.Error("another message is claimed")
		}
	})
}

// A box that was switched off for long finds that out after a while.
func TestBoxSwitchedOffForLong(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		m := b.put()
		b.tend()
		wait(t.Context(), 5*days)
		b = b.restarted(0)
		b.tend()
		b.none()
		b.check(m.ID, queue.StatusQueued)
		b.pass(16 * time.Minute)
		b.check(m.ID, queue.StatusExpired)
	})
}

// What was taken while the clock was behind is not over when it is set right.
func TestClockSetRightForward(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		first, second := b.put(), b.put()
		b.tend()
		b.SetClock(400 * days)
		if s := b.claim(); s.Message.ID != first.ID || !s.ExpiresAt.After(time.Now().Add(400*days)) {
			t.Errorf("claimed with an expiry at %v", s.ExpiresAt)
		}
		for range 20 {
			b.tend()
			wait(t.Context(), time.Minute)
		}
		b.check(second.ID, queue.StatusQueued)
	})
}

// What was taken while the clock was ahead is due when it has been set right.
func TestClockSetRightBack(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		b.SetClock(400 * days)
		taken := b.put()
		b.tend()
		doubtful := b.put()
		for range 2 {
			if s := b.claim(); s.Message.ID == doubtful.ID {
				b.record(s, unknown())
			} else {
				b.record(s, retry(time.Hour))
			}
		}
		b.SetClock(0)
		for range 30 {
			b.tend()
			wait(t.Context(), time.Minute)
		}
		got := map[string]queue.Submission{}
		for range 2 {
			s := b.claim()
			got[s.Message.ID] = s
		}
		if limit := time.Now().Add(73 * time.Hour); got[taken.ID].ExpiresAt.After(limit) {
			t.Errorf("it expires at %v", got[taken.ID].ExpiresAt)
		}
		if !got[doubtful.ID].PossibleDuplicate {
			t.Error("the uncertain one is not marked")
		}
	})
}

// The time known is written once a minute.
func TestTendWritesTheTimeOnceAMinute(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		written := map[string]bool{}
		for range 60 {
			b.tend()
			written[b.dump()] = true
			wait(t.Context(), 10*time.Second)
		}
		if len(written) > 10 {
			t.Errorf("written %d times in 10 minutes", len(written))
		}
	})
}

// machine is what a box runs on: it tells the runs of it apart.
type machine struct {
	id      string
	started time.Time
}

func (m *machine) boot(c *queue.Config) {
	c.Clock = queue.SkewedClock(c, clock.Boot{
		ID:       m.id,
		Uptime:   func() time.Duration { return time.Since(m.started) },
		Earliest: time.Date(1999, 6, 1, 0, 0, 0, 0, time.UTC),
	})
}

// powerCut returns a queue on the store of b in the next run of the machine, whose
// clock is off by so much, and calls with that from now on.
func (b *box) powerCut(off time.Duration, adjust ...func(*queue.Config)) *box {
	b.t.Helper()
	next := &machine{id: time.Now().String(), started: time.Now()}
	after := newBoxOn(b.t, b.store, append(adjust, next.boot)...)
	after.SetClock(off)
	after.tend()
	return after
}

// clockConfirmed has a source of time that is right speak, and returns whether the
// clock is believed.
func (b *box) clockConfirmed(by clock.Source) bool {
	b.t.Helper()
	agrees, err := b.Clock().Confirm(b.t.Context(), by, time.Now())
	if err != nil {
		b.t.Fatal(err)
	}
	return agrees
}

func (b *box) trust() clock.Trust {
	b.t.Helper()
	trust, err := b.Clock().Trust(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	return trust
}

func inBoot(t *testing.T, fn func(t *testing.T, b *box), adjust ...func(*queue.Config)) {
	t.Helper()
	m := &machine{id: "first run", started: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)}
	bubble(t, func(t *testing.T, b *box) {
		b.tend()
		if !b.clockConfirmed(clock.TimeServer) {
			t.Fatal("a clock that is right is not believed")
		}
		fn(t, b)
	}, append(adjust, m.boot)...)
}

// A box whose clock is behind after a power cut, by a little or by 30 years, keeps
// everybody's quiet hours: what they may hold waits until something tells the time.
func TestPowerCutKeepsQuietHours(t *testing.T) {
	for name, off := range map[string]time.Duration{
		"in 1970": -30 * 365 * days, "at the last shutdown": -10 * time.Hour, "ahead": 9 * time.Hour,
	} {
		t.Run(name, func(t *testing.T) {
			inBoot(t, func(t *testing.T, b *box) {
				b.until("2000-01-04 03:00") // night, whatever the clock will show
				quiet := b.put()
				b.check(quiet.ID, queue.StatusHeld)

				cut := b.powerCut(off, standard(t))
				urgent := cut.put(func(d *queue.Draft) { d.Priority = queue.High })
				s := cut.claim()
				if s.Message.ID != urgent.ID {
					t.Error("what no quiet hours hold does not go")
				}
				cut.record(s, accepted(7))
				for range 4 * 60 {
					cut.none()
					wait(t.Context(), time.Minute)
					cut.tend()
				}
				if trust := cut.trust(); trust.Believed {
					t.Errorf("clock is believed: %+v", trust)
				}

				cut.SetClock(0) // 07:00
				cut.tend()
				cut.none()
				if !cut.clockConfirmed(clock.Network) {
					t.Fatal("the network is not believed")
				}
				cut.tend()
				cut.none()
				wait(t.Context(), 70*time.Minute)
				cut.tend()
				if s := cut.claim(); s.Message.ID != quiet.ID {
					t.Error("another message is claimed")
				}
			}, standard(t))
		})
	}
}

// A message for a certain time waits while nobody knows what time it is, and goes
// soon after somebody does.
func TestPowerCutKeepsSendAt(t *testing.T) {
	inBoot(t, func(t *testing.T, b *box) {
		m := b.put(func(d *queue.Draft) { d.SendAt = time.Now().Add(2 * time.Hour) })
		cut := b.powerCut(5 * time.Hour)
		cut.none()
		if got := cut.check(m.ID, queue.StatusHeld); got.Error == nil || got.Error.Code != queue.CodeClock {
			t.Errorf("error %+v", got.Error)
		}
		cut.SetClock(0)
		if !cut.clockConfirmed(clock.Person) {
			t.Fatal("a person is not believed")
		}
		cut.none() // its time has not come
		wait(t.Context(), 2*time.Hour)
		cut.tend()
		if s := cut.claim(); s.Message.ID != m.ID {
			t.Error("another message is claimed")
		}
	})
}

// What is taken while the clock is wrong is neither refused for its times nor over
// when the clock is put right.
func TestTakenWithoutATime(t *testing.T) {
	for name, off := range map[string]time.Duration{"1970": -30 * 365 * days, "2036": 36 * 365 * days} {
		t.Run(name, func(t *testing.T) {
			inBoot(t, func(t *testing.T, b *box) {
				cut := b.powerCut(off)
				plain := cut.put()
				visit := time.Now().Add(30 * time.Hour)
				until := cut.put(func(d *queue.Draft) { d.To, d.ExpiresAt = address(t, other), visit })
				late := cut.put(func(d *queue.Draft) { d.SendAt, d.ExpiresAt = visit.Add(-time.Hour), visit })
				cut.SetClock(0)
				if !cut.clockConfirmed(clock.TimeServer) {
					t.Fatal("a time server is not believed")
				}
				cut.tend()
				for _, want := range []queue.Message{plain, until} {
					s := cut.claim()
					if s.Message.ID != want.ID {
						t.Errorf("claimed a message to %s", s.To)
					}
					cut.record(s, accepted(7))
				}
				if got := cut.get(plain.ID); got.ExpiresAt.Before(time.Now().Add(48 * time.Hour)) {
					t.Errorf("is valid until %s", got.ExpiresAt)
				}
				cut.pass(28 * time.Hour)
				cut.none()
				cut.pass(time.Hour)
				if s := cut.claim(); s.Message.ID != late.ID {
					t.Error("another message is claimed")
				}
			})
		})
	}
}

// A report on what has just been sent tells the time.
func TestServiceCentreConfirmsTheClock(t *testing.T) {
	inBoot(t, func(t *testing.T, b *box) {
		cut := b.powerCut(0)
		m := cut.put()
		s := cut.claim()
		cut.record(s, queue.Outcome{Kind: queue.Accepted, MR: 9, At: time.Now()})
		wait(t.Context(), time.Minute)
		cut.report(9, pdu.Status(0))
		cut.check(m.ID, queue.StatusDelivered)
		if trust := cut.trust(); !trust.Believed || trust.By != clock.ServiceCentre {
			t.Errorf("trust is %+v", trust)
		}
	})
}

// A clock that shows another time than the centre is not believed, nor does the
// centre's clock count as wrong for it.
func TestServiceCentreDisagrees(t *testing.T) {
	inBoot(t, func(t *testing.T, b *box) {
		cut := b.powerCut(5 * time.Hour)
		cut.put()
		cut.record(cut.claim(), accepted(9))
		r := pdu.StatusReport{MR: 9, RA: address(t, patient), SCTS: time.Now(), Discharge: time.Now()} // which is right
		if err := cut.Report(t.Context(), worker(0), r, time.Now().Add(5*time.Hour)); err != nil {
			t.Fatal(err)
		}
		trust := cut.trust()
		if trust.Believed || trust.Other == nil {
			t.Fatalf("trust is %+v", trust)
		}
		if ahead := trust.Other.Ahead; (ahead - 5*time.Hour).Abs() > time.Minute {
			t.Errorf("clock is said to be %s ahead", ahead)
		}
		cut.SetClock(0)
		if !cut.clockConfirmed(clock.Network) {
			t.Fatal("the network is not believed")
		}
		cut.put()
		cut.record(cut.claim(), accepted(10))
		cut.report(10, pdu.Status(0))
		if got := cut.trust(); !got.Believed {
			t.Errorf("trust is %+v", got)
		}
	})
}

// A box whose clock nothing confirms refuses an end that has passed for certain, and takes
// any other: what it cannot know is not held against the sender.
func TestEndThatHasPassed(t *testing.T) {
	believed := time.Date(2000, 1, 4, 12, 0, 0, 0, time.UTC) // the newest time the store has seen
	ends := []struct {
		name    string
		send    time.Time // zero: none
		end     time.Time
		refused string
	}{
		{"before the program was made", time.Time{}, time.Date(1999, 5, 1, 0, 0, 0, 0, time.UTC), queue.RefusedExpired},
		{"when the clock begins", time.Time{}, time.Date(1970, 6, 1, 0, 0, 0, 0, time.UTC), queue.RefusedExpired},
		{"before the last time believed", time.Time{}, believed.Add(-24 * time.Hour), queue.RefusedExpired},
		{"with a time to send, both over", believed.Add(-48 * time.Hour), believed.Add(-24 * time.Hour), queue.RefusedPast},
		{"with a time to send two days before the last time believed", believed.Add(-48 * time.Hour), time.Time{}, queue.RefusedPast},
		{"with a time to send soon after it", believed.Add(time.Hour), time.Time{}, ""},
		{"with a time to send in two years", believed.Add(2 * 365 * 24 * time.Hour), time.Time{}, ""},
		{"within quiet hours that begin after it", believed.Add(8 * time.Hour), believed.Add(19 * time.Hour), queue.RefusedWindow},
		{"within quiet hours, with no time to send", time.Time{}, believed.Add(19 * time.Hour), ""},
		{"about the last time believed", time.Time{}, believed, ""},
		{"soon after it", time.Time{}, believed.Add(time.Hour), ""},
		{"in a year", time.Time{}, believed.Add(365 * 24 * time.Hour), ""},
		{"with a time to send that is over", believed.Add(-24 * time.Hour), believed.Add(24 * time.Hour), ""},
		{"an end before the time to send", believed.Add(48 * time.Hour), believed.Add(24 * time.Hour), queue.RefusedWindow},
	}
	for name, off := range map[string]time.Duration{"in 1970": -30 * 365 * days, "a week behind": -7 * days, "a year ahead": 365 * days} {
		t.Run(name, func(t *testing.T) {
			inBoot(t, func(t *testing.T, b *box) {
				b.until("2000-01-04 13:00") // in Warsaw
				b.tend()
				cut := b.powerCut(off, standard(t))
				if cut.trust().Believed {
					t.Fatal("the clock is believed")
				}
				for _, e := range ends {
					d := draft(t, func(d *queue.Draft) { d.SendAt, d.ExpiresAt = e.send, e.end })
					results, _, err := cut.Enqueue(t.Context(), queue.Caller{}, []queue.Draft{d})
					if err != nil {
						t.Fatal(err)
					}
					if got := refusedAs(results[0].Err); got != e.refused {
						t.Errorf("%s: refused as %q, want %q", e.name, got, e.refused)
					}
					err = cut.store.Update(t.Context(), func(tx store.Tx) error {
						_, err := cut.EnqueueIn(tx, "test", d)
						return err
					})
					if got := refusedAs(err); got != e.refused {
						t.Errorf("%s, in a transaction: refused as %q, want %q", e.name, got, e.refused)
					}
				}
			}, standard(t))
		})
	}
}

// refusedAs returns the code of a refusal, empty if there is none.
func refusedAs(err error) string {
	var refused *queue.RefusedError
	if errors.As(err, &refused) {
		return refused.Code
	}
	if err != nil {
		return err.Error()
	}
	return ""
}
