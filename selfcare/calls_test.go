package selfcare_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"goniec/calendar"
	"goniec/inbox"
	"goniec/modem/emulator"
	"goniec/queue"
	"goniec/selfcare"
	"goniec/suppression"
)

const polite = "Nie mozemy odebrac telefonu. Oddzwonimy jutro."

// answering has calls ended after so many rings and answered by a text.
func answering(rings int, text string) func(*selfcare.Config) {
	return func(c *selfcare.Config) { c.Calls = selfcare.CallConfig{HangUpAfter: rings, Text: text} }
}

// calls returns the calls that have been written down, newest first.
func (r *rig) calls() []inbox.Call {
	r.t.Helper()
	all, _, err := r.in.Calls(r.t.Context(), inbox.Filter{}, "", 100)
	if err != nil {
		r.t.Error(err)
	}
	return all
}

// ring has a number call a SIM.
func (r *rig) ring(from string, sim, rings int) {
	r.t.Helper()
	if err := r.network.Handset(from).Call(r.sims[sim].Number, rings); err != nil {
		r.t.Error(err)
	}
}

// texts returns what a handset has received.
func (r *rig) texts(number string) []emulator.Text { return r.network.Handset(number).Received() }

func TestMissedCall(t *testing.T) {
	inBubble(t, setup{config: answering(2, polite)}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		r.ring(patient, 0, 10)
		r.pass(time.Minute)
		calls := r.calls()
		if len(calls) != 1 || calls[0].From.String() != patient || calls[0].Rings != 2 || calls[0].Modem != "sim-a" {
			t.Errorf("calls %+v, want one of the patient that was ended after 2 rings", calls)
		}
		got := r.texts(patient)
		if len(got) != 1 || got[0].Text != polite || got[0].From != r.sims[0].Number {
			t.Errorf("the caller got %+v", got)
		}
		if len(calls) == 1 {
			if m := r.message(calls[0].MessageID); m.Purpose != suppression.Information || m.Origin != queue.OriginCall || m.Status != queue.StatusDelivered {
				t.Errorf("text %+v", m)
			}
		}
		if events := r.eventTypes("call."); len(events) != 1 {
			t.Errorf("events %q", events)
		}
		if log := r.log.String(); !strings.Contains(log, `msg="missed call"`) || !strings.Contains(log, "from=+48*****200") {
			t.Error("the log does not tell of the call")
		}
	})
}

// TestCallerGetsOneTextADay: by any SIM, and also if the box restarts.
func TestCallerGetsOneTextADay(t *testing.T) {
	inBubble(t, setup{modems: 2, config: answering(1, polite)}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		for i := range 4 {
			r.ring(patient, i%2, 3)
			r.pass(time.Minute)
		}
		if err := r.gateway.Restart(t.Context(), "sim-a"); err != nil {
			t.Error(err)
		}
		r.pass(time.Minute)
		r.ring(patient, 0, 3)
		r.pass(time.Minute)
		if n := len(r.texts(patient)); n != 1 || len(r.calls()) != 5 {
			t.Errorf("%d texts for %d calls in one day, want 1 for 5", n, len(r.calls()))
		}
		r.pass(24 * time.Hour)
		r.ring(patient, 1, 3)
		r.pass(time.Minute)
		got := r.texts(patient)
		if len(got) != 2 || got[1].From != r.sims[1].Number {
			t.Errorf("the next day the caller has %+v, want a second text, from the SIM that was called", got)
		}
	})
}

func TestCallThatRingsOn(t *testing.T) {
	inBubble(t, setup{}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		r.ring(patient, 0, 7)
		r.pass(time.Minute)
		calls := r.calls()
		if len(calls) != 1 || calls[0].Rings != 7 {
			t.Errorf("calls %+v, want one that rang 7 times", calls)
		}
		if len(r.texts(patient)) != 0 {
			t.Error("a text went out though none is configured")
		}
	})
}

// TestCallerIsToldAfterTheRing: the number comes behind the first ring, and the call
// is not ended before; one who withholds it is given a ring more.
func TestCallerIsToldAfterTheRing(t *testing.T) {
	inBubble(t, setup{config: answering(1, polite)}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		r.ring(patient, 0, 9)
		r.pass(time.Minute)
		r.ring("", 0, 9)
		r.pass(time.Minute)
		calls := r.calls()
		if len(calls) != 2 || calls[1].From.String() != patient || calls[1].Rings != 1 ||
			calls[0].From.Number != "" || calls[0].Rings != 2 || calls[0].MessageID != "" {
			t.Errorf("calls %+v, want one of the patient and one withheld, without a text", calls)
		}
		if !strings.Contains(r.log.String(), "from=withheld") {
			t.Error("the log does not tell that a number was withheld")
		}
	})
}

// TestOurOwnSIMsGetNoText: two boxes, or two SIMs, must not answer each other.
func TestOurOwnSIMsGetNoText(t *testing.T) {
	const elsewhere = "+48601700800"
	inBubble(t, setup{modems: 2, config: answering(1, polite), start: func(r *rig) {
		r.configs[1].Number = elsewhere // the card tells another
		r.gateway.SetModems(r.configs)
	}}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		r.ring(r.sims[0].Number, 0, 3)
		r.pass(time.Minute)
		r.ring(elsewhere, 0, 3)
		r.pass(time.Minute)
		if calls := r.calls(); len(calls) != 2 || calls[0].MessageID != "" || calls[1].MessageID != "" {
			t.Errorf("calls %+v, want two without a text", calls)
		}
		if status := r.gateway.Modems(); status[0].Number != r.sims[0].Number || status[1].Number != elsewhere {
			t.Errorf("numbers %q and %q", status[0].Number, status[1].Number)
		}
	})
}

// TestCallWhileSending: a ring in the middle of a submission disturbs nothing, and
// the call is ended behind it.
func TestCallWhileSending(t *testing.T) {
	inBubble(t, setup{config: answering(2, polite), options: emulator.Options{Latency: emulator.Latency{Air: 8 * time.Second}}},
		func(t *testing.T, r *rig) {
			r.pass(time.Minute)
			var ids []string
			for range 3 {
				ids = append(ids, r.put())
			}
			r.ring("+48600100201", 0, 20)
			r.pass(2 * time.Minute)
			for _, id := range ids {
				r.want(id, queue.StatusDelivered)
			}
			if calls := r.calls(); len(calls) != 1 || calls[0].Rings > 4 {
				t.Errorf("calls %+v, want one that was ended between two texts", calls)
			}
			if n := len(r.texts("+48600100201")); n != 1 {
				t.Errorf("the caller got %d texts", n)
			}
		})
}

// TestFloodOfRings: a device that rings without end costs one record, not thousands.
func TestFloodOfRings(t *testing.T) {
	inBubble(t, setup{config: answering(2, polite)}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		r.modems[0].Inject(emulator.Fault{Kind: emulator.Interrupted, Line: strings.TrimSuffix(strings.Repeat("RING\r\n", 500), "\r\n")})
		id := r.put()
		r.pass(time.Minute)
		r.want(id, queue.StatusDelivered)
		if calls := r.calls(); len(calls) != 1 {
			t.Errorf("%d calls, want 1", len(calls))
		}
	})
}

// TestCallWhileTheStoreFails: it is written down, with its text, when that works
// again, and once.
func TestCallWhileTheStoreFails(t *testing.T) {
	inBubble(t, setup{config: answering(2, polite)}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		r.store.fail(0, errors.New("disk full"))
		r.ring(patient, 0, 5)
		r.pass(2 * time.Minute)
		r.store.fail(0, nil)
		r.pass(2 * time.Minute)
		if calls := r.calls(); len(calls) != 1 || calls[0].MessageID == "" {
			t.Errorf("calls %+v, want one with a text", calls)
		}
		if n := len(r.texts(patient)); n != 1 {
			t.Errorf("the caller got %d texts", n)
		}
	})
}

// TestCallTextKeepsQuietHours: a call leads to no text at
// night.
func TestCallTextKeepsQuietHours(t *testing.T) {
	quiet, err := calendar.ParseQuietHours("20:00", "08:00", nil)
	if err != nil {
		t.Fatal(err)
	}
	inBubble(t, setup{config: answering(2, polite), queue: func(c *queue.Config) { c.QuietHours = quiet }}, func(t *testing.T, r *rig) {
		r.pass(time.Hour) // 01:00
		r.ring(patient, 0, 5)
		r.pass(time.Hour)
		if n := len(r.texts(patient)); n != 0 {
			t.Errorf("%d texts at night", n)
		}
		r.pass(7 * time.Hour)
		if n := len(r.texts(patient)); n != 1 {
			t.Errorf("%d texts in the morning, want 1", n)
		}
	})
}

// TestCallTextTooLong: the call is kept, and the log names the key.
func TestCallTextTooLong(t *testing.T) {
	inBubble(t, setup{config: answering(2, strings.Repeat(polite, 40))}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		r.ring(patient, 0, 5)
		r.pass(time.Minute)
		if calls := r.calls(); len(calls) != 1 || calls[0].MessageID != "" {
			t.Errorf("calls %+v", calls)
		}
		if !strings.Contains(r.log.String(), "calls.text") {
			t.Error("the log does not name the key")
		}
	})
}
