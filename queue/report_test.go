package queue_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"goniec/pdu"
	"goniec/queue"
)

func TestReportOutcomes(t *testing.T) {
	for _, test := range []struct {
		name    string
		reports []pdu.Status
		want    queue.Status
		code    string
	}{
		{"delivered", []pdu.Status{0x00}, queue.StatusDelivered, ""},
		{"forwarded", []pdu.Status{0x01}, queue.StatusDelivered, ""},
		{"delivered twice", []pdu.Status{0x00, 0x00}, queue.StatusDelivered, ""},
		{"still trying", []pdu.Status{0x20}, queue.StatusSent, ""},
		{"still trying, then delivered", []pdu.Status{0x20, 0x21, 0x00}, queue.StatusDelivered, ""},
		{"delivered, then still trying", []pdu.Status{0x00, 0x21}, queue.StatusDelivered, ""},
		{"failed", []pdu.Status{0x41}, queue.StatusFailed, queue.CodeUndelivered},
		{"failed twice", []pdu.Status{0x41, 0x41}, queue.StatusFailed, queue.CodeUndelivered},
		{"failed, then delivered after all", []pdu.Status{0x41, 0x00}, queue.StatusDelivered, ""},
		{"delivered, then failed", []pdu.Status{0x00, 0x41}, queue.StatusDelivered, ""},
		{"validity period expired", []pdu.Status{0x46}, queue.StatusExpired, queue.CodeSCExpired},
		{"abandoned", []pdu.Status{0x61}, queue.StatusQueued, queue.CodeSCRetry},
		{"abandoned twice", []pdu.Status{0x61, 0x61}, queue.StatusQueued, queue.CodeSCRetry},
		{"abandoned, then delivered after all", []pdu.Status{0x61, 0x00}, queue.StatusDelivered, ""},
		{"reserved, read as service rejected", []pdu.Status{0xfe}, queue.StatusQueued, queue.CodeSCRetry},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, b *box) {
				m := b.put()
				b.send(200)
				for _, status := range test.reports {
					wait(t.Context(), time.Second)
					b.report(200, status)
				}
				got := b.check(m.ID, test.want)
				code := ""
				if got.Error != nil {
					code = got.Error.Code
				}
				if code != test.code {
					t.Errorf("error %+v, want %s", got.Error, test.code)
				}
				if n := b.count("report.orphan"); n != 0 {
					t.Errorf("%d orphans", n)
				}
			})
		})
	}
}

func TestAbandonedIsSentAgainAFewTimes(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		m := b.put()
		for i := range 4 {
			b.send(byte(i))
			b.report(byte(i), 0x62)
			b.pass(2 * time.Hour)
		}
		got := b.check(m.ID, queue.StatusFailed)
		if got.AttemptCount != 4 || got.Error.Code != queue.CodeSCAbandoned {
			t.Errorf("%d attempts, error %+v", got.AttemptCount, got.Error)
		}
	})
}

func TestOnlyTheAbandonedPartIsSentAgain(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		m := b.put(long)
		b.send(1)
		b.report(1, 0)
		b.report(2, 0x62)
		b.report(3, 0)
		b.check(m.ID, queue.StatusSending)
		b.pass(time.Minute)
		s := b.claim()
		if s.Part != 1 || s.PossibleDuplicate || s.Concatenation.Reference != m.ConcatReference {
			t.Fatalf("submission of part %d: %+v", s.Part, s.Concatenation)
		}
		b.record(s, accepted(4))
		b.report(4, 0)
		b.check(m.ID, queue.StatusDelivered)
	})
}

func TestDeliveredMeansEveryPart(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		m := b.put(long)
		b.send(10)
		b.report(12, 0)
		b.report(10, 0)
		b.check(m.ID, queue.StatusSent)
		b.report(11, 0x41)
		got := b.check(m.ID, queue.StatusFailed)
		if got.Parts[0].Status != queue.PartDelivered || got.Parts[1].Status != queue.PartFailed {
			t.Errorf("parts %v", statuses(got))
		}
	})
}

// TP-RA may come in another format than TP-DA was written in.
func TestReportWithTheRecipientInAnotherFormat(t *testing.T) {
	for _, ra := range []pdu.Address{
		{Number: "600100200", Type: pdu.TypeNational, Plan: pdu.PlanISDN},
		{Number: "600100200", Type: pdu.TypeUnknown, Plan: pdu.PlanISDN},
		{Number: "0048600100200", Type: pdu.TypeUnknown, Plan: pdu.PlanISDN},
		{Number: "48600100200", Type: pdu.TypeUnknown, Plan: pdu.PlanUnknown},
	} {
		t.Run(ra.Number, func(t *testing.T) {
			bubble(t, func(t *testing.T, b *box) {
				m := b.put()
				b.send(3)
				b.reportFor(worker(0), ra, 3, 0)
				b.check(m.ID, queue.StatusDelivered)
			})
		})
	}
}

// 300 messages to one number: the reference wraps, and each report finds the
// newest message that still waits for one.
func TestReferenceWraps(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		var all []queue.Message
		for i := range 300 {
			all = append(all, b.put())
			b.send(byte(i))
			wait(t.Context(), time.Minute)
		}
		b.report(5, 0)
		b.check(all[5+256].ID, queue.StatusDelivered)
		b.check(all[5].ID, queue.StatusSent)
		b.report(5, 0) // the newer one has its report, so this is the older one's
		b.check(all[5].ID, queue.StatusDelivered)
		b.report(100, 0)
		b.check(all[100].ID, queue.StatusDelivered)
	})
}

// The time at which the service centre took the message tells two messages with
// one reference apart, as from a modem that always tells the same.
func TestReportsOfAModemThatAlwaysTellsTheSameReference(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		var all []queue.Message
		var sent []time.Time
		for range 3 {
			all = append(all, b.put())
			b.send(0)
			sent = append(sent, time.Now())
			wait(t.Context(), time.Hour)
		}
		for _, i := range []int{1, 0, 2} {
			now := time.Now()
			r := pdu.StatusReport{MR: 0, RA: address(t, patient), SCTS: sent[i].Add(2 * time.Second), Discharge: now}
			if err := b.Report(t.Context(), worker(0), r, now); err != nil {
				t.Fatal(err)
			}
			b.check(all[i].ID, queue.StatusDelivered)
		}
	})
}

// A phone may be off for days, and every hour between the attempt and its report may be
// the one in which a day ends.
func TestReportDaysLater(t *testing.T) {
	for name, o := range map[string]queue.Outcome{"reference": accepted(3), "no reference": {Kind: queue.Accepted, NoMR: true}} {
		const step = 5 // hours, of which a day is no multiple
		for later := time.Duration(0); later < 8*24*time.Hour; later += step * time.Hour {
			t.Run(name+" "+later.String(), func(t *testing.T) {
				bubble(t, func(t *testing.T, b *box) {
					m := b.put()
					b.record(b.claim(), o)
					sent := time.Now()
					b.put(func(d *queue.Draft) { d.To = address(t, other) })
					b.send(3)
					wait(t.Context(), later)
					r := pdu.StatusReport{MR: 3, RA: m.To, SCTS: sent.Add(time.Second), Discharge: time.Now()}
					if err := b.Report(t.Context(), worker(0), r, time.Now()); err != nil {
						t.Fatal(err)
					}
					b.check(m.ID, queue.StatusDelivered)
				})
			})
		}
	}
}

func TestReportTooOldToBeMeant(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		m := b.put()
		b.send(3)
		wait(t.Context(), 9*24*time.Hour)
		b.report(3, 0)
		b.check(m.ID, queue.StatusSent)
		if n := b.count("report.orphan"); n != 1 {
			t.Errorf("%d orphans", n)
		}
	})
}

func TestReportBeforeItsSubmissionIsRecorded(t *testing.T) {
	for _, test := range []struct {
		name    string
		outcome queue.Outcome
		want    queue.Status
	}{
		{"accepted", accepted(61), queue.StatusDelivered},
		{"accepted under another reference", accepted(62), queue.StatusSent},
		{"uncertain", unknown(), queue.StatusDelivered},
		{"accepted, the modem told no reference", queue.Outcome{Kind: queue.Accepted, NoMR: true}, queue.StatusDelivered},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, b *box) {
				m := b.put()
				s := b.claim()
				b.report(61, 0x20)
				wait(t.Context(), time.Second)
				b.report(61, 0)
				b.report(61, 0) // again
				b.check(m.ID, queue.StatusSending)
				if n := b.count("report.orphan"); n != 2 {
					t.Errorf("%d orphans", n)
				}
				b.record(s, test.outcome)
				b.check(m.ID, test.want)
			})
		})
	}
	t.Run("resolved late", func(t *testing.T) {
		bubble(t, func(t *testing.T, b *box) {
			first, second := b.put(), b.put()
			s1, s2 := b.claim(), b.claim()
			b.record(s1, unknown())
			b.record(s2, unknown())
			b.report(61, 0) // two are in doubt
			b.check(first.ID, queue.StatusUncertain)
			if err := b.Resolve(t.Context(), s2, 61, time.Now()); err != nil {
				t.Fatal(err)
			}
			b.check(second.ID, queue.StatusDelivered)
			b.check(first.ID, queue.StatusUncertain)
		})
	})
}

// A report that nothing matched is not taken for that of a later message which
// happens to get its reference.
func TestOrphanIsNotAdoptedByALaterMessage(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		b.report(61, 0)
		wait(t.Context(), time.Second)
		m := b.put()
		b.send(61)
		b.check(m.ID, queue.StatusSent)
	})
}

func TestOrphanIsForgottenAfterADay(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		s := func() queue.Submission { b.put(); return b.claim() }()
		b.report(61, 0)
		b.pass(25 * time.Hour) // the attempt has become uncertain and then due again meanwhile
		if got := b.get(s.Message.ID); got.Status != queue.StatusDelivered {
			t.Errorf("message is %s", got.Status)
		}
		b.report(62, 0)
		b.pass(25 * time.Hour)
		if n := b.count("report.orphan"); n != 2 {
			t.Errorf("%d orphans", n)
		}
		b.report(62, 0)
		if n := b.count("report.orphan"); n != 3 {
			t.Errorf("the forgotten report is not a new orphan: %d", n)
		}
	})
}

func TestAcceptedWithoutReferenceIsMatchedByRecipient(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		m := b.put()
		b.record(b.claim(), queue.Outcome{Kind: queue.Accepted, NoMR: true})
		b.check(m.ID, queue.StatusSent)
		b.report(8, 0)
		b.check(m.ID, queue.StatusDelivered)
	})
}

// Some service centres write their times in a zone that is not theirs. What that
// comes to is learned from reports that can only be meant in one way.
func TestServiceCentreWithAWrongClock(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		const ahead = 2*time.Hour + 17*time.Second
		report := func(to string, mr byte, taken time.Time) {
			t.Helper()
			r := pdu.StatusReport{MR: mr, RA: address(t, to), SCTS: taken.Add(ahead), Discharge: time.Now().Add(ahead)}
			if err := b.Report(t.Context(), worker(0), r, time.Now()); err != nil {
				t.Fatal(err)
			}
		}
		m := b.put()
		taken := time.Now()
		b.record(b.claim(), unknown())
		report(patient, 1, taken)
		b.check(m.ID, queue.StatusUncertain) // nobody can know yet

		known := b.put(func(d *queue.Draft) { d.To = address(t, other) })
		b.send(2)
		taken = time.Now()
		wait(t.Context(), time.Minute)
		report(other, 2, taken)
		b.check(known.ID, queue.StatusDelivered)

		second := b.put(func(d *queue.Draft) { d.To = address(t, other) })
		b.record(b.claim(), unknown())
		taken = time.Now()
		wait(t.Context(), time.Minute)
		report(other, 3, taken)
		got := b.check(second.ID, queue.StatusDelivered)
		if away := time.Since(got.DeliveredAt).Abs(); away > time.Second {
			t.Errorf("delivered at %v, %v from now", got.DeliveredAt, away)
		}
	})
}

// A wrong clock of the service centre does not get into our record.
func TestDeliveredAtIsPlausible(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		for i, test := range []struct {
			discharge time.Duration // before the report
			believed  bool
		}{{0, true}, {30 * time.Second, true}, {2 * time.Hour, false}, {-3 * time.Hour, false}} {
			m := b.put()
			b.send(byte(i))
			wait(t.Context(), time.Minute)
			now := time.Now()
			r := pdu.StatusReport{MR: byte(i), RA: address(t, patient), SCTS: now, Discharge: now.Add(-test.discharge)}
			if err := b.Report(t.Context(), worker(0), r, now); err != nil {
				t.Fatal(err)
			}
			want := now
			if test.believed {
				want = r.Discharge
			}
			if got := b.get(m.ID); !got.DeliveredAt.Equal(want) {
				t.Errorf("discharge %v before the report: delivered at %v, want %v", test.discharge, got.DeliveredAt, want)
			}
		}
	})
}

// A report of an uncertain attempt is not given to an older one that had the same
// reference, whether that has been reported or not.
func TestReportOfDoubtDespiteAnOlderReference(t *testing.T) {
	t.Parallel()
	for _, reported := range []bool{true, false} {
		for _, recorded := range []bool{true, false} {
			t.Run(fmt.Sprintf("reported %v, recorded %v", reported, recorded), func(t *testing.T) {
				bubble(t, func(t *testing.T, b *box) {
					old := b.put()
					b.send(7)
					want := queue.StatusSent
					if reported {
						b.report(7, 0)
						want = queue.StatusDelivered
					}
					b.pass(26 * time.Hour)
					fresh := b.put()
					s := b.claim() // taken, as 7 again
					if recorded {
						b.record(s, unknown())
					}
					wait(t.Context(), time.Minute)
					b.report(7, 0)
					if !recorded {
						b.record(s, unknown())
					}
					b.check(fresh.ID, queue.StatusDelivered)
					b.check(old.ID, want)
					b.pass(11 * time.Minute)
					b.none()
				})
			})
		}
	}
}

// An offset that is no time zone is not believed for one report, which may have
// been matched wrongly; nor is any while another attempt may have been meant.
func TestClockOfTheCentreIsNotLearnedFromOneReport(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		reportOf := func(mr byte, ahead time.Duration) {
			t.Helper()
			scts := time.Now().Add(ahead)
			r := pdu.StatusReport{MR: mr, RA: address(t, patient), SCTS: scts, Discharge: scts}
			if err := b.Report(t.Context(), worker(0), r, time.Now()); err != nil {
				t.Fatal(err)
			}
		}
		known := func() string {
			_, rest, _ := strings.Cut(b.dump(), `"ahead":`)
			ahead, _, _ := strings.Cut(rest, "}")
			ahead, _, _ = strings.Cut(ahead, ",")
			return ahead
		}
		odd := 2*time.Hour + 7*time.Minute
		b.put()
		b.send(1)
		reportOf(1, odd)
		reportOf(1, odd) // the same one again
		if got := known(); got != "0" {
			t.Errorf("learned %s from one report", got)
		}
		b.put()
		b.send(2)
		reportOf(2, odd+time.Second)
		if got := known(); got == "0" {
			t.Error("learned nothing from two reports that agree")
		}
		b.put()
		b.send(3)
		b.put()
		b.record(b.claim(), unknown())
		before := known()
		reportOf(3, -time.Hour)
		if got := known(); got != before {
			t.Errorf("learned %s with an attempt in doubt", got)
		}
	})
}

// A report belongs to the SIM that the text left by and to a number with the same last
// digits; those of the parts may come in any order, twice, and after a restart.
func TestReportsOfPartsAfterARestart(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		m := b.put(long)
		b.send(10)
		b = newBoxOn(t, b.store)
		if _, err := b.Recover(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, mr := range []byte{10, 11, 12} {
			b.reportFor(worker(1), address(t, patient), mr, 0)
			b.reportFor(worker(0), address(t, other), mr, 0)
		}
		b.check(m.ID, queue.StatusSent)
		if got := b.count("report.orphan"); got != 6 {
			t.Errorf("%d reports of others, want 6", got)
		}
		for _, mr := range []byte{12, 10, 12, 10} {
			b.report(mr, 0)
		}
		b.check(m.ID, queue.StatusSent)
		b.report(11, 0)
		b.check(m.ID, queue.StatusDelivered)
		b.report(11, 0)
		if got := b.count("message.delivered"); got != 1 {
			t.Errorf("told %d times that it was delivered", got)
		}
	})
}
