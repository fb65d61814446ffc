package queue_test

import (
	"testing"
	"testing/synctest"
	"time"

	"goniec/pdu"
	"goniec/queue"
)

// sendBy has a message sent by a worker.
func (b *box) sendBy(w queue.Worker, mr byte, adjust ...func(*queue.Draft)) queue.Message {
	b.t.Helper()
	m := b.put(adjust...)
	s := b.claimBy(w)
	for ok := true; ok; mr++ {
		s, ok = b.record(s, accepted(mr))
	}
	return m
}

// usually has n messages sent by a worker, each reported after a time.
func (b *box) usually(w queue.Worker, n int, after time.Duration) {
	b.t.Helper()
	for i := range n {
		m := b.sendBy(w, byte(i))
		sent := time.Now()
		wait(b.t.Context(), after)
		r := pdu.StatusReport{MR: byte(i), RA: m.To, SCTS: sent, Discharge: time.Now()}
		if err := b.Report(b.t.Context(), w, r, time.Now()); err != nil {
			b.t.Fatal(err)
		}
	}
	wait(b.t.Context(), 11*time.Minute) // what is usual is looked up again
}

// silent returns for how long the report on a message is known to be overdue, and checks
// that its status has not changed.
func (b *box) silent(id string) (queue.Silence, bool) {
	b.t.Helper()
	m := b.get(id)
	s, ok, err := b.Silent(b.t.Context(), &m)
	if err != nil {
		b.t.Fatal(err)
	}
	return s, ok
}

// wantSilent checks that the report on a message is overdue after d and not before.
func (b *box) wantSilent(id string, d time.Duration) queue.Silence {
	b.t.Helper()
	wait(b.t.Context(), d-time.Second)
	if s, ok := b.silent(id); ok {
		b.t.Fatalf("told %+v before it is overdue", s)
	}
	wait(b.t.Context(), 2*time.Second)
	s, ok := b.silent(id)
	if !ok {
		b.t.Fatal("not told")
	}
	return s
}

// morning has it be 10 in the morning.
func morning(t *testing.T) { wait(t.Context(), 10*time.Hour) }

// The report of one text that does not come is told after the usual time of its SIM, also
// after a restart, until it comes.
func TestSilentIsTold(t *testing.T) {
	for name, c := range map[string]struct{ usual, told time.Duration }{
		"within seconds":    {5 * time.Second, 30 * time.Minute},
		"within a minute":   {time.Minute, 30 * time.Minute},
		"after ten minutes": {10 * time.Minute, 100 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, b *box) {
				morning(t)
				b.usually(worker(0), 12, c.usual)
				m := b.sendBy(worker(0), 100)
				sent := time.Now().UTC()
				want := queue.Silence{Modem: "sim-a", Since: sent, Usual: c.usual}
				if got := b.wantSilent(m.ID, c.told); got != want {
					t.Errorf("told %+v, want %+v", got, want)
				}
				again := newBoxOn(t, b.store)
				if got, ok := again.silent(m.ID); !ok || got != want {
					t.Errorf("after a restart told %+v", got)
				}
				b.check(m.ID, queue.StatusSent)
				r := pdu.StatusReport{MR: 100, RA: m.To, SCTS: sent, Discharge: time.Now()}
				if err := b.Report(t.Context(), worker(0), r, time.Now()); err != nil {
					t.Fatal(err)
				}
				if s, ok := b.silent(m.ID); ok {
					t.Errorf("told %+v of what has been delivered", s)
				}
			})
		})
	}
}

// Where nobody knows what is usual, or something is known of the text, nothing is told.
func TestSilentIsNotTold(t *testing.T) {
	for name, send := range map[string]func(b *box) queue.Message{
		"no report has ever come": func(b *box) queue.Message { return b.sendBy(worker(0), 100) },
		"few reports have come": func(b *box) queue.Message {
			b.usually(worker(0), 9, time.Second)
			return b.sendBy(worker(0), 100)
		},
		"reports come on another SIM": func(b *box) queue.Message {
			b.usually(worker(1), 12, time.Second)
			return b.sendBy(worker(0), 100)
		},
		"the service centre is still trying": func(b *box) queue.Message {
			b.usually(worker(0), 12, time.Second)
			m := b.sendBy(worker(0), 100)
			b.report(100, 0x30)
			return m
		},
		"a short code": func(b *box) queue.Message {
			b.usually(worker(0), 12, time.Second)
			return b.sendBy(worker(0), 100, func(d *queue.Draft) { d.To = address(b.t, "80510") })
		},
		"it waits": func(b *box) queue.Message {
			b.usually(worker(0), 12, time.Second)
			return b.put(func(d *queue.Draft) { d.Modem = "sim-b" })
		},
		"it is uncertain": func(b *box) queue.Message {
			b.usually(worker(0), 12, time.Second)
			m := b.put()
			b.record(b.claim(), unknown())
			return m
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, b *box) {
				morning(t)
				m := send(b)
				wait(t.Context(), 8*time.Hour)
				if s, ok := b.silent(m.ID); ok {
					t.Errorf("told %+v", s)
				}
			})
		})
	}
}

// A phone that is off at night is no news before the morning, by the clocks of the clinic.
func TestSilentAtNight(t *testing.T) {
	warsaw, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		t.Fatal(err)
	}
	for sent, told := range map[string]string{
		"21:20": "21:50", "21:40": "07:30", "23:00": "07:30", "03:00": "07:30", "06:20": "07:30", "06:40": "07:10",
	} {
		t.Run(sent, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBox(t, func(c *queue.Config) { c.Location = warsaw })
				morning(t)
				b.usually(worker(0), 12, time.Second)
				next := func(clock string) time.Duration {
					at, err := time.ParseInLocation("15:04", clock, warsaw)
					if err != nil {
						t.Fatal(err)
					}
					now := time.Now().In(warsaw)
					at = time.Date(now.Year(), now.Month(), now.Day(), at.Hour(), at.Minute(), 0, 0, warsaw)
					if !at.After(now) {
						at = at.AddDate(0, 0, 1)
					}
					return time.Until(at)
				}
				wait(t.Context(), next(sent))
				m := b.sendBy(worker(0), 100)
				b.wantSilent(m.ID, next(told))
			})
		})
	}
}

// Of a long message the part is told whose report is missing.
func TestSilentPart(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		morning(t)
		b.usually(worker(0), 12, time.Second)
		m := b.put(long)
		s, _ := b.record(b.claim(), accepted(100))
		s, _ = b.record(s, accepted(101))
		wait(t.Context(), time.Minute)
		since := time.Now()
		b.record(s, accepted(102))
		b.report(100, 0)
		b.report(101, 0)
		if got := b.wantSilent(m.ID, 30*time.Minute); !got.Since.Equal(since) {
			t.Errorf("told since %s, want %s", got.Since, since)
		}
	})
}

// When reports have stopped coming altogether, what was usual in the days before still
// counts; and after a week without any no report is to be expected.
func TestSilentForDays(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		morning(t)
		b.usually(worker(0), 12, time.Second)
		wait(t.Context(), 24*time.Hour)
		for day := range 9 {
			var m queue.Message
			for i := range 110 {
				m = b.sendBy(worker(0), byte(i))
			}
			wait(t.Context(), 4*time.Hour)
			if _, ok := b.silent(m.ID); ok != (day < 6) {
				t.Errorf("told on day %d: %t", day, ok)
			}
			wait(t.Context(), 20*time.Hour)
		}
	})
}

// Asking writes nothing.
func TestSilentWritesNothing(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		morning(t)
		b.usually(worker(0), 12, time.Second)
		m := b.sendBy(worker(0), 100)
		wait(t.Context(), time.Hour)
		before := b.dump()
		if _, ok := b.silent(m.ID); !ok {
			t.Fatal("not told")
		}
		b.wantOverdue()
		if after := b.dump(); after != before {
			t.Error("the store has changed")
		}
	})
}

// A SIM whose reports have stopped raises the alarm within hours, not after a day; the
// others do not hide it, and a few phones that are off do not raise it.
func TestOverdueReportsOfASIM(t *testing.T) {
	for name, c := range map[string]struct {
		sent, reported int
		alarm          bool
	}{
		"none of ten": {10, 0, true}, "four of ten": {10, 4, true}, "half of ten": {10, 5, false}, "few": {9, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, b *box) {
				morning(t)
				b.usually(worker(0), 12, time.Second)
				b.usually(worker(1), 12, time.Second)
				wait(t.Context(), 24*time.Hour)
				since := time.Now().UTC()
				for i := range c.sent {
					m := b.sendBy(worker(1), byte(100+i))
					if i < c.reported {
						b.reportFor(worker(1), m.To, byte(100+i), 0)
					}
				}
				b.usually(worker(0), 12, time.Second)
				b.wantOverdue()
				b.pass(30 * time.Minute)
				if !c.alarm {
					b.wantOverdue()
					return
				}
				want := queue.Overdue{For: queue.WaitReport, Since: since, Count: c.sent - c.reported, Of: c.sent, Modem: "sim-b", Usual: time.Second}
				if got := b.wantOverdue(queue.WaitReport)[queue.WaitReport]; got != want {
					t.Errorf("found %+v, want %+v", got, want)
				}
			})
		})
	}
}
