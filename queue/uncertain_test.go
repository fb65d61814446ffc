package queue_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"goniec/pdu"
	"goniec/queue"
)

// bubble runs a test in virtual time with a queue of its own.
func bubble(t *testing.T, test func(t *testing.T, b *box), adjust ...func(*queue.Config)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t, adjust...)
		test(t, b)
		queue.CheckInvariants(t, b.store)
	})
}

func holdPolicy(c *queue.Config) { c.Uncertain = queue.Hold }

func unknown() queue.Outcome {
	return queue.Outcome{Kind: queue.Uncertain, Code: "timeout", Detail: "no answer after the payload"}
}

func TestUncertainIsSentAgainOnceAndThenHeld(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		m := b.put()
		b.record(b.claim(), unknown())
		got := b.check(m.ID, queue.StatusUncertain)
		if got.Error.Code != queue.CodeUncertain || !got.Error.RetryAt.Equal(time.Now().Add(10*time.Minute)) {
			t.Errorf("error %+v", got.Error)
		}
		b.pass(10*time.Minute - time.Second)
		b.none()
		b.pass(time.Second)
		b.check(m.ID, queue.StatusQueued)

		s := b.claimBy(worker(1)) // any modem may do it
		if !s.PossibleDuplicate {
			t.Error("the copy is not marked as one")
		}
		b.record(s, unknown())
		b.check(m.ID, queue.StatusUncertain)
		b.pass(time.Hour)
		got = b.check(m.ID, queue.StatusHeld)
		if got.Error.Code != queue.CodeDecision || !got.Error.RetryAt.IsZero() {
			t.Errorf("error %+v", got.Error)
		}
		b.none()

		b.pass(72 * time.Hour)
		if got = b.check(m.ID, queue.StatusFailed); got.Error.Code != queue.CodeUnknownOutcome {
			t.Errorf("error %+v", got.Error)
		}
		if n := b.count("message.uncertain"); n != 2 {
			t.Errorf("%d events", n)
		}
	})
}

func TestHoldPolicyLeavesItToAPerson(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		m := b.put()
		b.record(b.claim(), unknown())
		b.check(m.ID, queue.StatusUncertain) // its report may still come
		b.pass(10 * time.Minute)
		b.check(m.ID, queue.StatusHeld)
		b.pass(time.Hour)
		b.none()
		if _, err := b.Release(t.Context(), m.ID, "reception"); err != nil {
			t.Fatal(err)
		}
		b.check(m.ID, queue.StatusQueued)
		s := b.claim()
		if !s.PossibleDuplicate {
			t.Error("the copy is not marked as one")
		}
		b.record(s, accepted(5))
		b.check(m.ID, queue.StatusSent)
	}, holdPolicy)
}

func TestHeldMessageCanBeCancelled(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		m := b.put(long)
		s, _ := b.record(b.claim(), accepted(1))
		b.record(s, unknown())
		b.pass(10 * time.Minute)
		b.check(m.ID, queue.StatusHeld)
		if _, err := b.Cancel(t.Context(), m.ID, "reception"); err != nil {
			t.Fatal(err)
		}
		got := b.check(m.ID, queue.StatusCancelled)
		want := []queue.PartStatus{queue.PartSent, queue.PartUncertain, queue.PartCancelled}
		if !slices.Equal(statuses(got), want) {
			t.Errorf("parts %v", statuses(got))
		}
	}, holdPolicy)
}

func TestReleaseOfWhatDoesNotWait(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		m := b.put()
		if _, err := b.Release(t.Context(), m.ID, ""); !errors.Is(err, queue.ErrNotHeld) {
			t.Errorf("queued: %v", err)
		}
		b.record(b.claim(), queue.Outcome{Kind: queue.Refused})
		if _, err := b.Release(t.Context(), m.ID, ""); !errors.Is(err, queue.ErrFinal) {
			t.Errorf("failed: %v", err)
		}
	})
}

func TestReportResolvesUncertain(t *testing.T) {
	for _, test := range []struct {
		name   string
		status pdu.Status
		want   queue.Status
	}{
		{"delivered", 0x00, queue.StatusDelivered},
		{"still trying", 0x21, queue.StatusSent},
		{"failed", 0x41, queue.StatusFailed},
		{"validity expired", 0x46, queue.StatusExpired},
		{"abandoned", 0x62, queue.StatusQueued},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, b *box) {
				m := b.put()
				b.record(b.claim(), unknown())
				wait(t.Context(), time.Minute)
				b.report(99, test.status)
				b.check(m.ID, test.want)
				b.report(99, test.status) // now by its reference; nothing changes
				got := b.check(m.ID, test.want)
				if n := b.count("report.orphan"); n != 0 {
					t.Errorf("%d orphans", n)
				}
				if got.Attempts[0].MR != 99 {
					t.Errorf("attempt %+v", got.Attempts[0])
				}
			})
		})
	}
}

// While one part is in doubt the others wait; when the doubt is gone they go on.
func TestUncertainPartHoldsUpItsMessage(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		m := b.put(long)
		s, _ := b.record(b.claim(), accepted(1))
		if _, ok := b.record(s, unknown()); ok {
			t.Fatal("the third part is handed over")
		}
		b.none()
		b.check(m.ID, queue.StatusUncertain)
		b.report(2, 0)
		b.check(m.ID, queue.StatusSending)
		if s = b.claim(); s.Part != 2 {
			t.Fatalf("claimed part %d", s.Part)
		}
		b.record(s, accepted(3))
		b.check(m.ID, queue.StatusSent)
		b.report(3, 0)
		b.report(1, 0)
		b.check(m.ID, queue.StatusDelivered)
	})
}

// The report of a copy that nobody asks about any more is not taken for that of
// another message which never left.
func TestUnexplainedCopyKeepsAReportFromAnother(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		first := b.put()
		b.record(b.claim(), unknown())
		b.pass(10 * time.Minute)
		b.send(2)
		b.report(2, 0)
		b.check(first.ID, queue.StatusDelivered)
		second := b.put()
		b.record(b.claim(), unknown())
		b.report(1, 0) // of the first copy, or of the second message
		b.check(second.ID, queue.StatusUncertain)
	})
}

// A report that comes while another part to the same number is in flight waits
// until that one has told its reference.
func TestReportWhileAnotherIsInFlight(t *testing.T) {
	for _, test := range []struct {
		name          string
		mr            byte
		first, second queue.Status
	}{
		{"it is of the uncertain one", 9, queue.StatusDelivered, queue.StatusSent},
		{"it is of the one in flight", 8, queue.StatusUncertain, queue.StatusDelivered},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, b *box) {
				first, second := b.put(), b.put()
				b.record(b.claim(), unknown())
				s := b.claim()
				b.report(8, 0)
				b.check(first.ID, queue.StatusUncertain)
				b.record(s, accepted(test.mr))
				b.check(first.ID, test.first)
				b.check(second.ID, test.second)
			})
		})
	}
}

func TestTwoUncertainPartsAreNotConfused(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		first, second := b.put(), b.put()
		b.record(b.claim(), unknown())
		b.record(b.claim(), unknown())
		third := b.put(func(d *queue.Draft) { d.To = address(t, other) })
		b.record(b.claim(), unknown())
		b.report(7, 0)
		b.check(first.ID, queue.StatusUncertain)
		b.check(second.ID, queue.StatusUncertain)
		if n := b.count("report.orphan"); n != 1 {
			t.Errorf("%d orphans", n)
		}
		b.reportFor(worker(1), address(t, other), 7, 0) // another SIM
		b.check(third.ID, queue.StatusUncertain)
		b.reportFor(worker(0), address(t, other), 7, 0)
		b.check(third.ID, queue.StatusDelivered)
	})
}

func TestLateAnswer(t *testing.T) {
	resolve := func(b *box, s queue.Submission) error {
		return b.Resolve(b.t.Context(), s, 33, time.Now())
	}
	record := func(b *box, s queue.Submission) error {
		_, _, err := b.Record(b.t.Context(), s, accepted(33), false)
		return err
	}
	for _, how := range []struct {
		name string
		call func(*box, queue.Submission) error
	}{{"Resolve", resolve}, {"Record", record}} {
		t.Run(how.name, func(t *testing.T) {
			t.Run("while waiting", func(t *testing.T) {
				bubble(t, func(t *testing.T, b *box) {
					m := b.put()
					s := b.claim()
					b.record(s, unknown())
					if err := how.call(b, s); err != nil {
						t.Fatal(err)
					}
					b.check(m.ID, queue.StatusSent)
					b.pass(time.Hour)
					b.none()
					b.report(33, 0)
					b.check(m.ID, queue.StatusDelivered)
				})
			})
			t.Run("when due again", func(t *testing.T) {
				bubble(t, func(t *testing.T, b *box) {
					m := b.put()
					s := b.claim()
					b.record(s, unknown())
					b.pass(10 * time.Minute)
					b.check(m.ID, queue.StatusQueued)
					if err := how.call(b, s); err != nil {
						t.Fatal(err)
					}
					b.check(m.ID, queue.StatusSent)
					b.none()
				})
			})
			t.Run("while the copy is in flight", func(t *testing.T) {
				bubble(t, func(t *testing.T, b *box) {
					m := b.put()
					s := b.claim()
					b.record(s, unknown())
					b.pass(10 * time.Minute)
					second := b.claim()
					if err := how.call(b, s); err != nil {
						t.Fatal(err)
					}
					b.check(m.ID, queue.StatusSending)
					b.record(second, retry(0)) // it did not leave: no need to, either
					got := b.check(m.ID, queue.StatusSent)
					if got.Parts[0].MR != 33 {
						t.Errorf("reference %d", got.Parts[0].MR)
					}
					b.pass(time.Hour)
					b.none()
				})
			})
			t.Run("after it was given up", func(t *testing.T) {
				bubble(t, func(t *testing.T, b *box) {
					m := b.put()
					s := b.claim()
					b.record(s, unknown())
					if _, err := b.Cancel(t.Context(), m.ID, ""); err != nil {
						t.Fatal(err)
					}
					if err := how.call(b, s); err != nil {
						t.Fatal(err)
					}
					b.check(m.ID, queue.StatusCancelled)
					b.report(33, 0) // the truth comes out
					b.check(m.ID, queue.StatusDelivered)
				})
			})
		})
	}
}

// The worker learns late that the part had not left after all.
func TestLateAnswerThatItHadNotLeft(t *testing.T) {
	for _, test := range []struct {
		name    string
		outcome queue.Outcome
		want    queue.Status
	}{
		{"retry", retry(time.Second), queue.StatusQueued},
		{"given back", queue.Outcome{Kind: queue.NotSent}, queue.StatusQueued},
		{"refused", queue.Outcome{Kind: queue.Refused, Code: "cms_1"}, queue.StatusFailed},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, b *box) {
				m := b.put()
				s := b.claim()
				b.pass(11 * time.Minute) // the lease has run out
				b.check(m.ID, queue.StatusUncertain)
				b.record(s, test.outcome)
				got := b.check(m.ID, test.want)
				if got.Parts[0].PossibleDuplicate {
					t.Error("it is still taken for a possible duplicate")
				}
			})
		})
	}
}

func TestLeaseRunsOut(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		m := b.put()
		b.claim()
		b.pass(10*time.Minute - time.Second)
		b.check(m.ID, queue.StatusSending)
		b.pass(time.Second)
		got := b.check(m.ID, queue.StatusUncertain)
		if a := got.Attempts[0]; a.Outcome != queue.AttemptUncertain || a.Code != queue.CodeLease {
			t.Errorf("attempt %+v", a)
		}
	})
}

func TestRecover(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		m := b.put(long)
		waiting := b.put(func(d *queue.Draft) { d.Priority = queue.Low })
		s, _ := b.record(b.claim(), accepted(1))

		foreign := newBoxOn(t, b.store, func(c *queue.Config) { c.Box = "another" })
		if n, err := foreign.Recover(t.Context()); err != nil || n != 0 {
			t.Fatalf("another box recovers %d, %v", n, err)
		}
		restarted := newBoxOn(t, b.store)
		n, err := restarted.Recover(t.Context())
		if err != nil || n != 1 {
			t.Fatalf("recovered %d, %v", n, err)
		}
		got := b.check(m.ID, queue.StatusUncertain)
		if a := got.Attempts[1]; a.Code != queue.CodeRestart || a.Part != 1 {
			t.Errorf("attempt %+v", a)
		}
		b.check(waiting.ID, queue.StatusQueued)
		if n, err := restarted.Recover(t.Context()); err != nil || n != 0 {
			t.Fatalf("recovered %d again, %v", n, err)
		}
		if err := restarted.Resolve(t.Context(), s, 2, time.Now()); err != nil {
			t.Fatal(err)
		}
		if s = restarted.claim(); s.Part != 2 || s.Message.ID != m.ID {
			t.Errorf("claimed part %d", s.Part)
		}
	})
}

// The report of the first copy comes when the second is on its way: it counts, and
// what becomes of the second does not matter any more.
func TestReportOfTheFirstCopyAfterResend(t *testing.T) {
	for _, test := range []struct {
		name    string
		outcome queue.Outcome
	}{
		{"second accepted", accepted(50)},
		{"second refused", queue.Outcome{Kind: queue.Refused, Code: "cms_1"}},
		{"second to be retried", retry(0)},
		{"second given back", queue.Outcome{Kind: queue.NotSent}},
		{"second uncertain", unknown()},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, b *box) {
				m := b.put()
				b.record(b.claim(), unknown())
				b.pass(10 * time.Minute)
				s := b.claim()
				b.report(49, 0)
				b.check(m.ID, queue.StatusSending)
				b.record(s, test.outcome)
				b.check(m.ID, queue.StatusDelivered)
				b.pass(3 * time.Hour)
				b.none()
			})
		})
	}
	t.Run("before the second is claimed", func(t *testing.T) {
		bubble(t, func(t *testing.T, b *box) {
			m := b.put()
			b.record(b.claim(), unknown())
			b.pass(10 * time.Minute)
			b.report(49, 0)
			b.check(m.ID, queue.StatusDelivered)
			b.none()
		})
	})
	t.Run("a failure of the first does not stop the second", func(t *testing.T) {
		bubble(t, func(t *testing.T, b *box) {
			m := b.put()
			b.record(b.claim(), unknown())
			b.pass(10 * time.Minute)
			s := b.claim()
			b.report(49, 0x41)
			b.record(s, accepted(50))
			b.check(m.ID, queue.StatusSent)
			b.report(50, 0)
			b.check(m.ID, queue.StatusDelivered)
		})
	})
}

func TestUncertainBeyondItsValidityIsNotSentAgain(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		taken := time.Now()
		m := b.put(func(d *queue.Draft) { d.ExpiresAt = time.Now().Add(5 * time.Minute) })
		b.record(b.claim(), unknown())
		b.pass(time.Hour)
		got := b.check(m.ID, queue.StatusFailed)
		if got.Error.Code != queue.CodeUnknownOutcome {
			t.Errorf("error %+v", got.Error)
		}
		b.report(11, 0) // of something that was taken just now
		b.check(m.ID, queue.StatusFailed)
		r := pdu.StatusReport{MR: 12, RA: address(t, patient), SCTS: taken, Discharge: taken} // it had arrived
		if err := b.Report(t.Context(), worker(0), r, time.Now()); err != nil {
			t.Fatal(err)
		}
		b.check(m.ID, queue.StatusDelivered)
	})
}
