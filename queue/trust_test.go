package queue_test

import (
	"testing"
	"time"

	"goniec/pdu"
	"goniec/queue"
)

// machine is what a box runs on: it tells the runs of it apart.
type machine struct {
	id      string
	started time.Time
}

func (m *machine) boot(c *queue.Config) {
	c.Boot = queue.Boot{
		ID:       m.id,
		Uptime:   func() time.Duration { return time.Since(m.started) },
		Earliest: time.Date(1999, 6, 1, 0, 0, 0, 0, time.UTC),
	}
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
func (b *box) clockConfirmed(by queue.TimeSource) bool {
	b.t.Helper()
	agrees, err := b.ConfirmTime(b.t.Context(), by, time.Now())
	if err != nil {
		b.t.Fatal(err)
	}
	return agrees
}

func (b *box) trust() queue.Trust {
	b.t.Helper()
	trust, err := b.ClockTrust(b.t.Context())
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
		if !b.clockConfirmed(queue.TimeServer) {
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
				if !cut.clockConfirmed(queue.TimeNetwork) {
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
		if !cut.clockConfirmed(queue.TimePerson) {
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
				if !cut.clockConfirmed(queue.TimeServer) {
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
		if trust := cut.trust(); !trust.Believed || trust.By != queue.TimeCentre {
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
		if !cut.clockConfirmed(queue.TimeNetwork) {
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

// A clock that has been confirmed stays so as long as the machine runs and nobody
// sets it, also when the program starts again.
func TestConfirmedClockStays(t *testing.T) {
	m := &machine{id: "run", started: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)}
	bubble(t, func(t *testing.T, b *box) {
		b.tend()
		if b.trust().Believed {
			t.Error("a clock is believed although nothing has confirmed it")
		}
		b.clockConfirmed(queue.TimeBattery)
		b.pass(5 * days)
		again := newBoxOn(t, b.store, m.boot)
		if trust := again.trust(); !trust.Believed || trust.By != queue.TimeBattery {
			t.Errorf("trust is %+v after another start", trust)
		}
		again.SetClock(20 * time.Minute)
		again.tend()
		if again.trust().Believed {
			t.Error("a clock is believed although it has been set")
		}
		again.SetClock(0)
		if !again.clockConfirmed(queue.TimeServer) {
			t.Error("a time server is not believed")
		}
	}, m.boot)
}

// A battery that is flat takes nothing back in time, and a clock from before the
// program was made is believed by nobody.
func TestWhoIsNotBelieved(t *testing.T) {
	inBoot(t, func(t *testing.T, b *box) {
		b.pass(time.Hour)
		cut := b.powerCut(-3 * time.Hour)
		told := time.Now().Add(-3 * time.Hour)
		if agrees, err := cut.ConfirmTime(t.Context(), queue.TimeBattery, told); agrees || err != nil {
			t.Errorf("battery: %t, %v", agrees, err)
		}
		cut = b.powerCut(-20 * 365 * days)
		told = time.Now().Add(-20 * 365 * days)
		if agrees, err := cut.ConfirmTime(t.Context(), queue.TimeNetwork, told); agrees || err != nil {
			t.Errorf("network: %t, %v", agrees, err)
		}
	})
}
