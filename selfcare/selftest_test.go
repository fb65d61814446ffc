package selfcare_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"goniec/gateway"
	"goniec/inbox"
	"goniec/modem/emulator"
	"goniec/queue"
	"goniec/selfcare"
	"goniec/store"
)

// testingItself has every modem tested so often.
func testingItself(c selfcare.TestConfig) func(*selfcare.Config) {
	return func(care *selfcare.Config) { care.Test = c }
}

var everyHour = selfcare.TestConfig{Every: time.Hour, Wait: 5 * time.Minute, PerMonth: 10_000}

// wantTest checks what the last test of a modem came to; empty: none has ended.
func (r *rig) wantTest(sim int, result string) {
	r.t.Helper()
	got := r.care.TestStatus(r.configs[sim].Name)
	if got == nil || got.Result != result || (result != "") == got.At.IsZero() {
		r.t.Errorf("self-test of modem %d: %+v, want result %q", sim, got, result)
	}
}

// inbox returns how many texts patients are thought to have written.
func (r *rig) inbox() int {
	r.t.Helper()
	all, _, err := r.in.Page(r.t.Context(), inbox.Filter{}, "", 1000)
	if err != nil {
		r.t.Error(err)
	}
	return len(all)
}

func TestSelfTestPasses(t *testing.T) {
	inBubble(t, setup{config: testingItself(everyHour), options: emulator.Options{Latency: emulator.Latency{Air: time.Second}, DeliveryDelay: 3 * time.Second}},
		func(t *testing.T, r *rig) {
			r.pass(time.Minute)
			r.wantTest(0, "")
			r.pass(10 * time.Minute)
			r.wantTest(0, selfcare.TestPassed)
			if took := r.care.TestStatus("sim-a").Took; took < 2*time.Second || took > 5*time.Second {
				t.Errorf("it took %s, want about 3s", took)
			}
			tests, _, err := r.queue.Messages(t.Context(), queue.Filter{Origin: queue.OriginSelfTest}, "", 10)
			if err != nil || len(tests) != 1 {
				t.Errorf("%d messages of the origin self_test, %v, want 1", len(tests), err)
			}
			r.pass(5 * time.Hour)
			if n := r.metric("goniec_gateway_self_tests_total", "passed"); n != 6 {
				t.Errorf("%v tests passed, want 6 in five hours and some", n)
			}
			if n := r.inbox(); n != 0 || len(r.eventTypes("message.received")) != 0 {
				t.Errorf("%d texts of tests are in the inbox", n)
			}
			if n := r.sims[0].Stored(); n != 0 {
				t.Errorf("%d texts are left on the card", n)
			}
			r.wantAlarms()
			if err := r.network.Handset(patient).Send(r.sims[0].Number, "TAK"); err != nil {
				t.Error(err)
			}
			r.pass(time.Minute)
			if n := r.inbox(); n != 1 {
				t.Errorf("%d texts in the inbox, want the one of the patient", n)
			}
		})
}

// TestSelfTestGoesRound: with several modems each writes to the next, so that both
// directions of each are tried.
func TestSelfTestGoesRound(t *testing.T) {
	inBubble(t, setup{modems: 3, config: testingItself(everyHour)}, func(t *testing.T, r *rig) {
		r.pass(30 * time.Minute)
		to := map[string]string{}
		for _, a := range r.network.Accepted() {
			to[a.SIM] = a.To
		}
		for i, sim := range r.sims {
			r.wantTest(i, selfcare.TestPassed)
			if want := r.sims[(i+1)%3].Number; to[sim.Number] != want {
				t.Errorf("modem %d wrote to %s, want %s", i, to[sim.Number], want)
			}
		}
		r.modems[1].Inject(emulator.Fault{Kind: emulator.InboundLost, Times: 1000})
		r.pass(time.Hour)
		r.wantTest(0, selfcare.TestLost)
		if a := r.status().Alarms; len(a) != 1 || !strings.Contains(a[0].Detail, "modem sim-b") {
			t.Errorf("alarms %+v, want one that names the modem where nothing arrives", a)
		}
		r.wantTest(1, selfcare.TestPassed)
	})
}

func TestSelfTestFails(t *testing.T) {
	always := 1000
	for _, c := range []struct {
		name   string
		fault  []emulator.Fault
		result string
		alarm  string
	}{
		{"no credit", []emulator.Fault{{Kind: emulator.SubmitError, Code: 21, Times: always}}, selfcare.TestNotSent, selfcare.AlarmTestNotSent},
		{"unassigned number", []emulator.Fault{{Kind: emulator.SubmitError, Code: 1, Times: always}}, selfcare.TestNotSent, selfcare.AlarmTestNotSent},
		{"no report", []emulator.Fault{{Kind: emulator.ReportLost, Times: always}}, selfcare.TestNoReport, selfcare.AlarmTestNoReport},
		{"lost on its way in", []emulator.Fault{{Kind: emulator.InboundLost, Times: always}}, selfcare.TestLost, selfcare.AlarmTestLost},
		{"accepted, and nothing comes", []emulator.Fault{{Kind: emulator.InboundLost, Times: always}, {Kind: emulator.ReportLost, Times: always}}, selfcare.TestLost, selfcare.AlarmTestLost},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, setup{config: testingItself(everyHour)}, func(t *testing.T, r *rig) {
				r.pass(10 * time.Minute)
				r.wantTest(0, selfcare.TestPassed)
				r.modems[0].Inject(c.fault...)
				r.pass(75 * time.Minute)
				r.wantTest(0, c.result)
				r.wantAlarms(c.alarm)
				if a := r.status().Alarms; len(a) == 1 {
					t.Logf("%s %s", a[0].Detail, a[0].Remedy)
				}
				waiting, _, err := r.queue.Messages(t.Context(), queue.Filter{Statuses: []queue.Status{queue.StatusQueued}}, "", 9)
				if err != nil || len(waiting) != 0 {
					t.Errorf("%d texts of tests wait to be sent late: %v", len(waiting), err)
				}
			})
		})
	}
}

// TestSelfTestIsCalm: a passed test ends the alarm of one that failed.
func TestSelfTestIsCalm(t *testing.T) {
	inBubble(t, setup{config: testingItself(everyHour)}, func(t *testing.T, r *rig) {
		r.modems[0].Inject(emulator.Fault{Kind: emulator.InboundLost})
		r.pass(30 * time.Minute)
		r.wantAlarms(selfcare.AlarmTestLost)
		if err := r.gateway.Restart(t.Context(), "sim-a"); err != nil {
			t.Error(err)
		}
		r.pass(time.Minute)
		r.wantAlarms(selfcare.AlarmTestLost)
		r.pass(time.Hour)
		r.wantTest(0, selfcare.TestPassed)
		r.wantAlarms()
	})
}

// TestSelfTestThatArrivesLate: its text is still taken for a test.
func TestSelfTestThatArrivesLate(t *testing.T) {
	c := everyHour
	c.Wait = 2 * time.Minute
	inBubble(t, setup{config: testingItself(c), options: emulator.Options{DeliveryDelay: 20 * time.Minute}}, func(t *testing.T, r *rig) {
		r.pass(15 * time.Minute)
		r.wantTest(0, selfcare.TestLost)
		r.pass(15 * time.Minute)
		if n := r.inbox(); n != 0 || r.sims[0].Stored() != 0 {
			t.Errorf("%d texts in the inbox, %d on the card", n, r.sims[0].Stored())
		}
		if !strings.Contains(r.log.String(), "text of an earlier self-test has arrived") {
			t.Error("the log does not tell of it")
		}
		// A text that only looks like one goes to the inbox.
		if err := r.network.Handset(patient).Send(r.sims[0].Number, "Goniec test ABCDEFGHIJKLMNOP"); err != nil {
			t.Error(err)
		}
		r.pass(30 * time.Minute)
		if n := r.inbox(); n != 1 {
			t.Errorf("%d texts in the inbox, want the one that no test has sent", n)
		}
	})
}

// TestSelfTestKeepsTheBudget: all modems together, and from the first of the month
// again.
func TestSelfTestKeepsTheBudget(t *testing.T) {
	c := everyHour
	c.PerMonth = 5
	// The bubble begins on the first of a month, the gateway twelve hours before the next.
	untilTheEnd := func(r *rig) { r.pass(31*24*time.Hour - 12*time.Hour) }
	inBubble(t, setup{modems: 2, config: testingItself(c), start: untilTheEnd}, func(t *testing.T, r *rig) {
		r.pass(11 * time.Hour)
		if got := r.accepted(); got != 5 {
			t.Errorf("%d parts, want 5", got)
		}
		if err := r.care.StartTest(t.Context(), "sim-a"); !errors.Is(err, selfcare.ErrTestBudget) {
			t.Errorf("error %v", err)
		}
		r.pass(12 * time.Hour)
		if got := r.accepted(); got != 10 {
			t.Errorf("%d parts in two months, want 10", got)
		}
		r.wantAlarms()
	})
}

// TestSelfTestWaitsForPatients: it is not begun while texts wait, and one that does
// not get its turn says nothing against the modem.
func TestSelfTestWaitsForPatients(t *testing.T) {
	c := everyHour
	c.Wait = time.Minute
	inBubble(t, setup{config: testingItself(c), options: emulator.Options{Latency: emulator.Latency{Air: 10 * time.Second}}}, func(t *testing.T, r *rig) {
		for range 60 { // ten minutes
			r.put()
		}
		r.pass(9 * time.Minute)
		r.wantTest(0, "")
		if s := r.care.TestStatus("sim-a"); s == nil || s.Running {
			t.Errorf("test %+v while patients wait", s)
		}
		if err := r.care.StartTest(t.Context(), "sim-a"); err != nil {
			t.Error(err)
		}
		for range 60 {
			r.put()
		}
		if err := r.care.StartTest(t.Context(), "sim-a"); !errors.Is(err, selfcare.ErrTestRunning) {
			t.Errorf("error %v of a second test", err)
		}
		r.pass(5 * time.Minute)
		r.wantTest(0, "")
		r.wantAlarms()
		if n := r.metric("goniec_gateway_self_tests_total", "no_turn"); n != 1 {
			t.Errorf("%v tests without a turn, want 1", n)
		}
		r.pass(30 * time.Minute)
		r.wantTest(0, selfcare.TestPassed)
	})
}

// TestSelfTestSurvivesARestart: what runs is gone on with, and is not paid twice.
func TestSelfTestSurvivesARestart(t *testing.T) {
	inBubble(t, setup{options: emulator.Options{DeliveryDelay: 2 * time.Minute}}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		if err := r.care.StartTest(t.Context(), "sim-a"); err != nil {
			t.Error(err)
		}
		r.pass(10 * time.Second)
		if err := r.stop(t.Context()); err != nil {
			t.Error(err)
		}
		r.again()
		r.pass(5 * time.Minute)
		r.wantTest(0, selfcare.TestPassed)
		if got := r.accepted(); got != 1 {
			t.Errorf("%d parts, want 1", got)
		}
	})
}

// TestSelfTestCutByARestart: what was in the air then says nothing against the modem.
func TestSelfTestCutByARestart(t *testing.T) {
	inBubble(t, setup{}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		r.modems[0].Inject(emulator.Fault{Kind: emulator.NoAnswer})
		if err := r.care.StartTest(t.Context(), "sim-a"); err != nil {
			t.Error(err)
		}
		r.pass(10 * time.Second)
		now, cancel := context.WithCancel(t.Context())
		cancel()
		if err := r.stop(now); err == nil {
			t.Error("the submission was not broken off")
		}
		r.again()
		r.pass(time.Minute)
		r.pass(15 * time.Minute)
		r.wantAlarms()
		if s := r.care.TestStatus("sim-a"); s == nil || s.Running {
			t.Errorf("self-test %+v, want none that runs", s)
		}
		if err := r.care.StartTest(t.Context(), "sim-a"); err != nil {
			t.Error(err)
		}
		r.pass(5 * time.Minute)
		r.wantTest(0, selfcare.TestPassed)
	})
}

// TestSelfTestCutByTheStore: whichever write failed, one text goes out.
func TestSelfTestCutByTheStore(t *testing.T) {
	inBubble(t, setup{}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		r.store.fail(1, errors.New("disk full")) // the test is written down, its text is not
		if err := r.care.StartTest(t.Context(), "sim-a"); err == nil {
			t.Error("no error though the text could not be queued")
		}
		r.store.fail(0, nil)
		r.pass(5 * time.Minute)
		r.wantTest(0, selfcare.TestPassed)
		if got := r.accepted(); got != 1 {
			t.Errorf("%d parts, want 1", got)
		}
	})
}

func TestSelfTestToAnotherPhone(t *testing.T) {
	const phone = "+48600100222"
	c := everyHour
	c.To = phone
	inBubble(t, setup{config: testingItself(c)}, func(t *testing.T, r *rig) {
		r.pass(10 * time.Minute)
		r.wantTest(0, selfcare.TestPassed)
		if got := r.texts(phone); len(got) != 1 {
			t.Errorf("the phone got %+v", got)
		}
		r.network.Handset(phone).SetReachable(false)
		r.pass(time.Hour + 10*time.Minute)
		r.wantTest(0, selfcare.TestNoReport)
	})
}

// TestSelfTestWithoutANumber: a card that does not tell its number cannot be written
// to; the log says what to do.
func TestSelfTestWithoutANumber(t *testing.T) {
	silent := emulator.Generic()
	silent.Refused = append(silent.Refused, "+CNUM")
	inBubble(t, setup{config: testingItself(everyHour), profile: &silent}, func(t *testing.T, r *rig) {
		r.pass(10 * time.Minute)
		if err := r.care.StartTest(t.Context(), "sim-a"); !errors.Is(err, selfcare.ErrTestNoNumber) {
			t.Errorf("error %v", err)
		}
		if !strings.Contains(r.log.String(), "modems[].number") {
			t.Error("the log does not name the key")
		}
		if err := r.care.StartTest(t.Context(), "sim-x"); !errors.Is(err, gateway.ErrUnknownModem) {
			t.Errorf("error %v", err)
		}
		r.configs[0].Number = r.sims[0].Number
		r.gateway.SetModems(r.configs)
		r.pass(2 * time.Hour)
		r.wantTest(0, selfcare.TestPassed)
	})
}

// TestSelfTestWithoutService: other alarms say that; a test would only cost.
func TestSelfTestWithoutService(t *testing.T) {
	inBubble(t, setup{config: testingItself(everyHour)}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		r.modems[0].Inject(emulator.Fault{Kind: emulator.ServiceLost})
		r.pass(3 * time.Hour)
		if got := r.care.TestStatus("sim-a"); got != nil && (got.Running || !got.At.IsZero()) {
			t.Errorf("test %+v without a network", got)
		}
		if err := r.care.StartTest(t.Context(), "sim-a"); !errors.Is(err, gateway.ErrNotOpen) {
			t.Errorf("error %v", err)
		}
	})
}

// TestSelfTestForgetsTokens has more tokens of old tests than a transaction may delete.
func TestSelfTestForgetsTokens(t *testing.T) {
	inBubble(t, setup{config: testingItself(everyHour)}, func(t *testing.T, r *rig) {
		const old = "test/token/old-"
		for i := range 300 {
			err := r.store.Update(t.Context(), func(tx store.Tx) error { return tx.Put(fmt.Sprintf("%s%03d", old, i), []byte(`{}`)) })
			if err != nil {
				t.Fatal(err)
			}
		}
		r.pass(11 * time.Minute)
		r.wantTest(0, selfcare.TestPassed)
		r.pass(8 * time.Hour)
		left, err := store.View(t.Context(), r.store, func(rd store.Reader) ([]store.Pair, error) { return rd.Scan(old, store.PrefixEnd(old), 0) })
		if err != nil || len(left) > 0 {
			t.Errorf("%d old tokens are left, %v", len(left), err)
		}
	})
}
