package gateway_test

import (
	"context"
	"testing"
	"time"

	"goniec/gateway"
	"goniec/modem"
	"goniec/modem/emulator"
	"goniec/queue"
)

// breakOff ends the gateway in the middle of what it does, as far as its modems can
// tell a crash, and starts another after a while.
func (r *rig) breakOff(away time.Duration) {
	r.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := r.gateway.Stop(ctx); err == nil {
		r.t.Error("nothing was in the air")
	}
	r.pass(away)
	r.config.Registerer = nil // it has the metrics of the first
	r.gateway = gateway.New(r.config)
	if err := r.gateway.Start(context.Background()); err != nil {
		r.t.Error(err)
	}
}

// TestListensBeforeItSpeaks has the gateway end while a part is in the air. Reports
// are off, so that nothing but the late answer can tell what became of it.
func TestListensBeforeItSpeaks(t *testing.T) {
	for _, c := range []struct {
		name string
		// The modem answers air after the payload; the gateway is away from 5 s on.
		air, away time.Duration
		faults    []emulator.Fault
		status    queue.Status // a minute and a half later
		reference bool
		ready     time.Duration // from the new start until the modem is ready, at most
		accepted  int           // an hour later
	}{
		{name: "the answer comes", air: 20 * time.Second, away: 5 * time.Second,
			status: queue.StatusSent, reference: true, ready: 12 * time.Second, accepted: 1},
		{name: "a refusal comes", air: 20 * time.Second, away: 5 * time.Second,
			faults: []emulator.Fault{{Kind: emulator.SubmitError, Code: 38}},
			status: queue.StatusQueued, ready: 12 * time.Second, accepted: 1},
		{name: "the answer comes while nobody listens", air: 8 * time.Second, away: 10 * time.Second,
			status: queue.StatusUncertain, ready: 52 * time.Second, accepted: 2},
		{name: "no answer comes, and nothing has left", air: 8 * time.Second, away: 2 * time.Second,
			faults: []emulator.Fault{{Kind: emulator.NoAnswer}},
			status: queue.StatusUncertain, ready: 60 * time.Second, accepted: 1},
		{name: "the modem starts anew", air: 20 * time.Second, away: 5 * time.Second,
			faults: []emulator.Fault{{Kind: emulator.Reboot}},
			status: queue.StatusUncertain, ready: 25 * time.Second, accepted: 1},
		{name: "the box was away for long", air: 20 * time.Second, away: 3 * time.Minute,
			status: queue.StatusUncertain, ready: 2 * time.Second, accepted: 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			profile := emulator.Generic()
			profile.Boot, profile.BootTime = []string{"RDY"}, 5*time.Second
			inBubble(t, setup{
				options: emulator.Options{Latency: emulator.Latency{Air: c.air}}, profile: &profile,
				queue: func(q *queue.Config) { q.UncertainWait = 15 * time.Minute },
			}, func(t *testing.T, r *rig) {
				r.pass(time.Minute)
				r.modems[0].Inject(c.faults...)
				r.modems[0].Inject(emulator.Fault{Kind: emulator.ReportLost, Times: 100})
				id := r.put()
				r.pass(5 * time.Second)
				r.breakOff(c.away)
				r.pass(c.ready)
				r.wantState(modem.Ready)
				r.pass(90*time.Second - c.ready)
				r.want(id, c.status)
				if m := r.message(id); (m.Parts[0].MR >= 0) != c.reference {
					t.Errorf("the reference is %d: %+v", m.Parts[0].MR, m.Attempts)
				}
				r.pass(time.Hour)
				if got := r.accepted(); got != c.accepted {
					t.Errorf("the service centre has %d copies, want %d", got, c.accepted)
				}
				r.want(id, queue.StatusSent)
			})
		})
	}
}

// TestWritesNothingWhileItListens looks at the line itself.
func TestWritesNothingWhileItListens(t *testing.T) {
	var written safeBuffer
	note := func(_ *tap, b []byte) []byte { _, _ = written.Write(b); return b } // it never fails
	inBubble(t, setup{
		options: emulator.Options{Latency: emulator.Latency{Air: 35 * time.Second}, ReportDelay: 2 * time.Hour}, config: tapped(note, nil),
	}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		first := r.put()
		r.pass(5 * time.Second)
		r.breakOff(5 * time.Second)
		before := len(written.String())
		if until, err := r.gateway.QuietUntil(t.Context()); err != nil || time.Until(until) < 25*time.Second || time.Until(until) > 45*time.Second {
			t.Errorf("ports of others are left alone for %v, %v", time.Until(until), err)
		}
		behind := r.put(r.to("+48600100300"))
		r.pass(24 * time.Second)
		if said := written.String()[before:]; said != "" {
			t.Errorf("%q was written to a modem that was sending", said)
		}
		r.pass(3 * time.Second)
		r.want(first, queue.StatusSent)
		r.pass(time.Minute)
		r.want(behind, queue.StatusSent)
		if until, err := r.gateway.QuietUntil(t.Context()); err != nil || !until.IsZero() {
			t.Errorf("ports are left alone until %v, %v", until, err)
		}
		if got := r.accepted(); got != 2 {
			t.Errorf("the service centre has %d texts, want 2", got)
		}
	})
}

// TestAnswerAtAModemThatCannotBeOpened has the answer come while the SIM is gone: it is
// taken all the same.
func TestAnswerAtAModemThatCannotBeOpened(t *testing.T) {
	inBubble(t, setup{options: emulator.Options{ReportDelay: 2 * time.Hour, Latency: emulator.Latency{Air: 20 * time.Second}}}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		id := r.put()
		r.pass(5 * time.Second)
		r.breakOff(5 * time.Second)
		r.pass(10*time.Second + 100*time.Millisecond)
		r.modems[0].SetSIM(nil)
		r.pass(2 * time.Minute)
		if s := r.status(); s.State == modem.Ready {
			t.Error("the modem works without a SIM")
		}
		r.want(id, queue.StatusSent)
	})
}

// TestTwoInTheAir has two parts unanswered shortly after each other: an answer cannot be
// told apart, so it counts for neither.
func TestTwoInTheAir(t *testing.T) {
	inBubble(t, setup{options: emulator.Options{ReportDelay: 2 * time.Hour, Latency: emulator.Latency{Air: 20 * time.Second}}}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		first := r.put()
		r.pass(5 * time.Second)
		r.breakOff(time.Second)
		r.pass(5 * time.Second)
		// The first is in doubt still, and a second one as well.
		if err := r.gateway.Stop(context.Background()); err != nil {
			t.Error(err)
		}
		second := r.put(r.to("+48600100300"))
		sub, ok, err := r.queue.Claim(t.Context(), queue.Worker{Modem: "sim-a", SIM: r.sims[0].IMSI})
		if err != nil || !ok || sub.Message.ID != second {
			t.Errorf("claim: %v, %v", ok, err)
		}
		if _, err := r.queue.Recover(t.Context()); err != nil {
			t.Error(err)
		}
		r.gateway = gateway.New(r.config)
		if err := r.gateway.Start(context.Background()); err != nil {
			t.Error(err)
		}
		r.pass(30 * time.Second)
		r.want(first, queue.StatusUncertain)
		r.want(second, queue.StatusUncertain)
	})
}
