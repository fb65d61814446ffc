package emulator_test

import (
	"testing"
	"time"

	"goniec/modem/emulator"
)

// TestCures walks through what ends a fault that does not pass by itself, from the
// gentlest to the strongest.
func TestCures(t *testing.T) {
	t.Parallel()
	type deed struct {
		name string
		cure emulator.Cure
		do   func(w world) world
	}
	reopened := func(w world) world {
		w.host = connect(w.t, w.modem)
		return w
	}
	deeds := []deed{
		{"opened again", emulator.CureReopen, reopened},
		{"restarted", emulator.CureRestart, func(w world) world { w.modem.Restart(); return w }},
		{"enumerated again", emulator.CureUSB, func(w world) world {
			w.modem.Reenumerate()
			pass(10 * time.Second)
			return reopened(w)
		}},
	}
	faults := []struct {
		name    string
		fault   emulator.Fault
		command string
		ill     string // what the modem answers to it while it is ill
	}{
		{"deaf", emulator.Fault{Kind: emulator.Deaf}, "AT", ""},
		{"command fails", emulator.Fault{Kind: emulator.CommandFails, Line: "+CSQ", Code: 13}, "AT+CMEE=1;+CSQ", "+CME ERROR: 13"},
		{"command hangs", emulator.Fault{Kind: emulator.CommandHangs, Line: "+CSQ"}, "AT+CSQ", ""},
		{"no service", emulator.Fault{Kind: emulator.ServiceLost}, "AT+CREG?", "+CREG: 0,0 | OK"},
	}
	for _, f := range faults {
		for i, until := range deeds {
			t.Run(f.name+" until "+until.name, func(t *testing.T) {
				t.Parallel()
				inBubble(t, emulator.Options{}, emulator.Profile{BootTime: time.Second}, func(w world) {
					fault := f.fault
					fault.Until = until.cure
					w.setUp()
					w.modem.Inject(fault)
					for j, deed := range deeds[:i+1] {
						if got := w.lines(f.command); got != f.ill {
							t.Errorf("before it is %s the answer is %q, want %q", deed.name, got, f.ill)
						}
						w = deed.do(w)
						pass(10 * time.Second)
						w.said()
						w.lines("ATE0")
						if got := w.lines(f.command); j == i && got == f.ill {
							t.Errorf("it is still ill after it was %s", deed.name)
						}
					}
				})
			})
		}
	}
}
