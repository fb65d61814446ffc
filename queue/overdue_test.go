package queue_test

import (
	"slices"
	"testing"
	"time"

	"goniec/pdu"
	"goniec/queue"
)

// overdue returns what waits too long, by what it waits for.
func (b *box) overdue() map[queue.WaitKind]queue.Overdue {
	b.t.Helper()
	all, err := b.Overdue(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	found := map[queue.WaitKind]queue.Overdue{}
	for _, o := range all {
		found[o.For] = o
	}
	return found
}

// wantOverdue checks that this and nothing else is overdue.
func (b *box) wantOverdue(kinds ...queue.WaitKind) map[queue.WaitKind]queue.Overdue {
	b.t.Helper()
	found := b.overdue()
	if len(found) != len(kinds) {
		b.t.Errorf("overdue is %+v, want %v", found, kinds)
	}
	for _, kind := range kinds {
		if _, ok := found[kind]; !ok {
			b.t.Errorf("overdue is %+v, want %s as well", found, kind)
		}
	}
	return found
}

// A message may wait for a modem as long as its priority allows.
func TestOverdueForAModem(t *testing.T) {
	for priority, most := range map[queue.Priority]time.Duration{queue.High: 10 * time.Minute, queue.Normal: 4 * time.Hour, queue.Low: 24 * time.Hour} {
		t.Run(string(priority), func(t *testing.T) {
			bubble(t, func(t *testing.T, b *box) {
				since := time.Now()
				b.put(func(d *queue.Draft) { d.Priority = priority })
				b.pass(most - time.Minute)
				b.wantOverdue()
				b.pass(2 * time.Minute)
				if found := b.wantOverdue(queue.WaitModem); !found[queue.WaitModem].Since.Equal(since) {
					t.Errorf("since %s", found[queue.WaitModem].Since)
				}
				b.send(1)
				b.wantOverdue()
			})
		})
	}
}

// Quiet hours are no delay.
func TestOverdueNotInQuietHours(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		b.until("2000-01-03 19:00")
		b.put()
		b.until("2000-01-04 07:59")
		b.wantOverdue()
		b.until("2000-01-04 11:00")
		b.wantOverdue()
		b.until("2000-01-04 12:01")
		b.wantOverdue(queue.WaitModem)
	}, standard(t))
}

// A part whose lease has ended and that Tend has not dealt with is overdue.
func TestOverdueForTend(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		b.put(func(d *queue.Draft) { d.SendAt = time.Now().Add(time.Hour) })
		wait(t.Context(), time.Hour+6*time.Minute)
		b.wantOverdue(queue.WaitTend)
		b.tend()
		b.wantOverdue()
	})
}

// What only a person gets further is overdue after four hours.
func TestOverdueForAPerson(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		m := b.put()
		b.record(b.claim(), unknown())
		b.pass(3 * time.Hour)
		b.check(m.ID, queue.StatusHeld)
		b.wantOverdue()
		b.pass(time.Hour)
		if found := b.wantOverdue(queue.WaitPerson); found[queue.WaitPerson].Count != 1 {
			t.Errorf("found %+v", found)
		}
		if _, err := b.Cancel(t.Context(), m.ID, "reception"); err != nil {
			t.Fatal(err)
		}
		b.wantOverdue()
	}, holdPolicy)
}

// It is found behind all that a modem which tells no references has sent for days.
func TestOverdueForAPersonAmongMany(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		for range 2100 {
			b.put()
			b.record(b.claim(), queue.Outcome{Kind: queue.Accepted, NoMR: true})
		}
		b.pass(25 * time.Hour)
		b.put()
		b.record(b.claim(), unknown())
		b.pass(4 * time.Hour)
		if found, err := b.Overdue(t.Context()); err != nil || !slices.ContainsFunc(found, func(o queue.Overdue) bool { return o.For == queue.WaitPerson }) {
			t.Errorf("overdue are %+v, %v", found, err)
		}
	}, holdPolicy)
}

func TestOverdueRestored(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		m := b.put()
		if n, err := b.HoldRestored(t.Context()); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		b.wantOverdue()
		b.pass(4 * time.Hour)
		b.wantOverdue(queue.WaitPerson)
		if _, err := b.Release(t.Context(), m.ID, "reception"); err != nil {
			t.Fatal(err)
		}
		b.wantOverdue()
	})
}

// Where no report has come on most of what was sent the day before, none comes.
func TestOverdueReports(t *testing.T) {
	for name, reported := range map[string]int{"few": 9, "enough": 12} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, b *box) {
				for i := range 20 {
					b.put()
					b.send(byte(i))
					if i < reported {
						b.report(byte(i), pdu.Status(0))
					}
				}
				b.pass(23 * time.Hour)
				b.wantOverdue()
				b.pass(2 * time.Hour)
				if reported > 10 {
					b.wantOverdue()
					return
				}
				if found := b.wantOverdue(queue.WaitReport); found[queue.WaitReport].Count != 11 || found[queue.WaitReport].Of != 20 {
					t.Errorf("found %+v", found)
				}
				b.pass(24 * time.Hour)
				b.wantOverdue()
			})
		})
	}
}
