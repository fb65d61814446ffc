package gateway_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"goniec/gateway"
	"goniec/modem"
	"goniec/modem/emulator"
	"goniec/queue"
)

// restarts returns how often the log says that a modem was restarted.
func (r *rig) restarts() int { return strings.Count(r.log.String(), "restarting it (AT+CFUN=1,1)") }

// TestDeafModemIsBack has an idle modem go deaf, and looks how long it
// takes until a text leaves again.
func TestDeafModemIsBack(t *testing.T) {
	for _, c := range []struct {
		until emulator.Cure
		usb   int
	}{{emulator.CureReopen, 0}, {emulator.CureRestart, 1}, {emulator.CureUSB, 1}} {
		t.Run(string(c.until), func(t *testing.T) {
			inBubble(t, setup{usb: true}, func(t *testing.T, r *rig) {
				r.pass(10*time.Minute + 3*time.Second)
				r.modems[0].Inject(emulator.Fault{Kind: emulator.Deaf, Until: c.until})
				began := time.Now()
				r.pass(19 * time.Second)
				id := r.put()
				for r.accepted() == 0 && time.Since(began) < time.Hour {
					r.pass(time.Second)
				}
				took := time.Since(began)
				t.Logf("deaf until %s: serving again after %s", c.until, took.Round(time.Second))
				if took >= 2*time.Minute {
					t.Errorf("serving again after %s, want less than 2 minutes", took)
				}
				r.pass(time.Minute)
				r.want(id, queue.StatusDelivered)
				if got := r.accepted(); got != 1 {
					t.Errorf("%d copies", got)
				}
				if r.enumerated != c.usb {
					t.Errorf("USB was enumerated again %d times, want %d", r.enumerated, c.usb)
				}
			})
		})
	}
}

// TestModemThatAnswersAndDoesNotSend is restarted: it answers every question,
// and no part leaves.
func TestModemThatAnswersAndDoesNotSend(t *testing.T) {
	for name, fault := range map[string]emulator.Fault{
		"no prompt": {Kind: emulator.NoPrompt, Until: emulator.CureRestart},
		"no answer": {Kind: emulator.NoAnswer, Until: emulator.CureRestart},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, setup{usb: true}, func(t *testing.T, r *rig) {
				r.pass(time.Minute)
				r.modems[0].Inject(fault)
				var ids []string
				for range 3 {
					ids = append(ids, r.put())
				}
				r.pass(2 * time.Hour)
				for _, id := range ids {
					r.want(id, queue.StatusDelivered)
				}
				if got := r.accepted(); got != 3 {
					t.Errorf("%d parts left, want 3", got)
				}
				if r.restarts() != 1 {
					t.Errorf("restarted %d times, want once", r.restarts())
				}
			})
		})
	}
}

// TestRestartsHaveABudget: what no restart helps for long is parked and told, and is
// restarted three times an hour at most.
func TestRestartsHaveABudget(t *testing.T) {
	inBubble(t, setup{usb: true}, func(t *testing.T, r *rig) {
		const hours = 6
		parked := false
		for range hours * 60 {
			r.modems[0].Inject(emulator.Fault{Kind: emulator.Deaf})
			r.pass(time.Minute)
			parked = parked || r.status().State == modem.Parked
		}
		if r.enumerated < 3 || r.enumerated > 3*hours {
			t.Errorf("%d restarts in %d hours, want 3 an hour at most", r.enumerated, hours)
		}
		if !parked {
			t.Error("it was never parked")
		}
		if got := r.alarms(); len(got) != 1 || got[0] != gateway.AlarmOut {
			t.Errorf("alarms %q, want %q", got, gateway.AlarmOut)
		}
	})
}

// TestBudgetSurvivesTheDaemon starts the gateway again and again on a modem that is
// beyond help.
func TestBudgetSurvivesTheDaemon(t *testing.T) {
	inBubble(t, setup{usb: true}, func(t *testing.T, r *rig) {
		for range 10 {
			r.modems[0].Inject(emulator.Fault{Kind: emulator.Deaf})
			r.restartGateway()
			r.pass(3 * time.Minute)
		}
		if r.enumerated != 3 {
			t.Errorf("%d restarts within half an hour, want 3", r.enumerated)
		}
	})
}

// TestAbsentModemIsNotRestarted: no step is taken because of a port that is not
// there.
func TestAbsentModemIsNotRestarted(t *testing.T) {
	inBubble(t, setup{usb: true}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		r.modems[0].Unplug()
		r.pass(24 * time.Hour)
		r.wantState(modem.Absent)
		if r.enumerated != 0 || r.restarts() != 0 {
			t.Errorf("%d restarts and %d enumerations of a modem that is not there", r.restarts(), r.enumerated)
		}
		if got := r.alarms(); len(got) != 1 || got[0] != gateway.AlarmOut {
			t.Errorf("alarms %q, want %q", got, gateway.AlarmOut)
		}
		r.modems[0].Plug()
		plugged := time.Now()
		for r.status().State != modem.Ready && time.Since(plugged) < time.Hour {
			r.pass(time.Second)
		}
		if took := time.Since(plugged); took > 10*time.Second {
			t.Errorf("ready %s after it was plugged in, want 10 s", took)
		}
		if got := r.alarms(); len(got) != 0 {
			t.Errorf("alarms %q although it is back", got)
		}
	})
}

// TestUnreadableSIM: a SIM that cannot be read may come back with the modem; if it
// does not, an alarm is raised, and the modem is not restarted for ever.
func TestUnreadableSIM(t *testing.T) {
	for _, c := range []struct {
		name  string
		ill   func(*rig)
		state modem.State
	}{
		{"comes back", func(r *rig) {
			r.modems[0].Inject(emulator.Fault{Kind: emulator.CommandFails, Line: "+CPIN", Code: 13, Until: emulator.CureRestart})
		}, modem.Ready},
		{"is not there", func(r *rig) { r.modems[0].SetSIM(nil) }, modem.Parked},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, setup{usb: true, start: c.ill}, func(t *testing.T, r *rig) {
				r.pass(4 * time.Hour)
				r.wantState(c.state)
				if r.restarts() != 1 {
					t.Errorf("restarted %d times, want once", r.restarts())
				}
			})
		})
	}
}

// TestNoNetworkForLong: the radio is switched off and on, and the SIM is then taken.
func TestNoNetworkForLong(t *testing.T) {
	inBubble(t, setup{usb: true}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		r.modems[0].Inject(emulator.Fault{Kind: emulator.ServiceLost})
		r.pass(time.Second)
		id := r.put()
		r.pass(10 * time.Minute)
		if got := r.alarms(); len(got) != 1 || got[0] != gateway.AlarmOut {
			t.Errorf("alarms %q, want %q", got, gateway.AlarmOut)
		}
		r.pass(4 * time.Hour)
		if m := r.message(id); m.AttemptCount != 0 {
			t.Errorf("%d attempts without a network", m.AttemptCount)
		}
		if n := strings.Count(r.log.String(), "switching its radio off and on"); n != 1 {
			t.Errorf("the radio was switched off and on %d times, want once", n)
		}
		if n := r.restarts(); n < 1 || n > 4 {
			t.Errorf("restarted %d times in 4 hours", n)
		}
		r.modems[0].SetCoverage(1)
		r.pass(2 * time.Minute)
		r.want(id, queue.StatusDelivered)
		if got := r.alarms(); len(got) != 0 {
			t.Errorf("alarms %q with a network", got)
		}
	})
}

// TestWeakSignal is told, and so is that it is over.
func TestWeakSignal(t *testing.T) {
	inBubble(t, setup{}, func(t *testing.T, r *rig) {
		r.modems[0].SetSignal(4)
		r.pass(9 * time.Minute)
		if got := r.alarms(); len(got) != 0 {
			t.Errorf("alarms %q after 9 minutes", got)
		}
		r.pass(3 * time.Minute)
		if got := r.alarms(); len(got) != 1 || got[0] != gateway.AlarmSignal {
			t.Errorf("alarms %q, want %q", got, gateway.AlarmSignal)
		}
		r.modems[0].SetSignal(15)
		r.pass(2 * time.Minute)
		if got := r.alarms(); len(got) != 0 {
			t.Errorf("alarms %q with a good signal", got)
		}
	})
}

// TestNetworkAbroad: a modem that may not roam waits in a network that is not its
// own and says so; one that may sends there.
func TestNetworkAbroad(t *testing.T) {
	const home, abroad = 1, 5
	for _, allowed := range []bool{false, true} {
		t.Run(fmt.Sprintf("allowed %t", allowed), func(t *testing.T) {
			inBubble(t, setup{config: func(c *gateway.Config) { c.Modems[0].NoRoaming = !allowed }}, func(t *testing.T, r *rig) {
				r.pass(time.Minute)
				r.modems[0].SetCoverage(abroad)
				r.pass(time.Second)
				id := r.put()
				r.pass(20 * time.Minute)
				if allowed {
					r.want(id, queue.StatusDelivered)
					return
				}
				if m := r.message(id); m.AttemptCount != 0 {
					t.Errorf("%d attempts abroad", m.AttemptCount)
				}
				if s := r.status(); s.State != modem.Registering || s.Trouble == nil || s.Trouble.Code != "roaming" || s.Trouble.Over {
					t.Errorf("%s, trouble %+v", s.State, s.Trouble)
				}
				if got := r.alarms(); len(got) != 1 || got[0] != gateway.AlarmOut {
					t.Errorf("alarms %q", got)
				}
				r.modems[0].SetCoverage(home)
				r.pass(time.Minute)
				r.want(id, queue.StatusDelivered)
				if s := r.status(); !s.Trouble.Over || len(s.Alarms) != 0 {
					t.Errorf("trouble %+v and alarms %v at home", s.Trouble, s.Alarms)
				}
			})
		})
	}
}
