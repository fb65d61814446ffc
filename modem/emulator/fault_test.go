package emulator_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"time"

	"goniec/modem/emulator"
)

// air is how long a text takes in the tests of faults.
const air = time.Second

// faulty runs a test with one modem on which a fault strikes.
func faulty(t *testing.T, p emulator.Profile, f emulator.Fault, test func(w world)) {
	t.Helper()
	o := emulator.Options{Latency: emulator.Latency{Air: air}, RetryAfter: time.Minute}
	inBubble(t, o, p, func(w world) {
		w.setUp("AT+CNMI=2,1,0,1,0")
		w.modem.Inject(f)
		test(w)
	})
}

func TestSubmitFaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		fault    emulator.Fault
		want     string        // what is said until wait is over, MR for the reference
		wait     time.Duration // after the air time
		accepted int
		deaf     bool // afterwards AT is not answered
	}{
		{"no answer, taken", emulator.Fault{Kind: emulator.NoAnswer, Taken: true}, "+CDS: 25", time.Hour, 1, false},
		{"no answer, not taken", emulator.Fault{Kind: emulator.NoAnswer}, "", time.Hour, 0, false},
		{"late answer, before", emulator.Fault{Kind: emulator.LateAnswer, For: time.Minute}, "", 59 * time.Second, 1, true},
		{"late answer", emulator.Fault{Kind: emulator.LateAnswer, For: time.Minute}, "+CMGS: MR | OK | +CDS: 25", time.Minute, 1, false},
		{"error", emulator.Fault{Kind: emulator.SubmitError, Code: 38}, "+CMS ERROR: 38", 0, 0, false},
		{"error without a number", emulator.Fault{Kind: emulator.SubmitError}, "+CMS ERROR: 500", 0, 0, false},
		{"error, taken", emulator.Fault{Kind: emulator.SubmitError, Code: 332, Taken: true}, "+CMS ERROR: 332 | +CDS: 25", 0, 1, false},
		{"interrupted", emulator.Fault{Kind: emulator.Interrupted, Line: `+CMTI: "SM",9`}, `+CMTI: "SM",9 | +CMGS: MR | OK | +CDS: 25`, 0, 1, false},
		{"garbage", emulator.Fault{Kind: emulator.Garbage, Line: "\x00~"}, "\x00~ | +CMGS: MR | OK | +CDS: 25", 0, 1, false},
		{"early report", emulator.Fault{Kind: emulator.EarlyReport}, "+CDS: 25 | +CMGS: MR | OK", 0, 1, false},
		{"reboot, taken", emulator.Fault{Kind: emulator.Reboot, Taken: true}, "RDY", 5 * time.Second, 1, false},
		{"reboot, not taken", emulator.Fault{Kind: emulator.Reboot}, "RDY", 5 * time.Second, 0, false},
		{"deaf", emulator.Fault{Kind: emulator.GoesDeaf, Taken: true}, "", time.Hour, 1, true},
		{"deaf for a while", emulator.Fault{Kind: emulator.GoesDeaf, For: time.Minute}, "", time.Minute, 0, false},
		{"report lost", emulator.Fault{Kind: emulator.ReportLost}, "+CMGS: MR | OK", time.Hour, 1, false},
		{"report twice", emulator.Fault{Kind: emulator.ReportDoubled}, "+CMGS: MR | OK | +CDS: 25 | +CDS: 25", 0, 1, false},
		{"report late, before", emulator.Fault{Kind: emulator.ReportDelayed, For: time.Hour}, "+CMGS: MR | OK", time.Minute, 1, false},
		{"report late", emulator.Fault{Kind: emulator.ReportDelayed, For: time.Hour}, "+CMGS: MR | OK | +CDS: 25", time.Hour, 1, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := emulator.Profile{Boot: []string{"RDY"}, BootTime: 5 * time.Second}
			faulty(t, p, test.fault, func(w world) {
				if got := w.submit(patient, "x"); got != "" {
					t.Errorf("answered at once: %s", got)
				}
				pass(air + test.wait)
				if got := told(w.said()); got != test.want {
					t.Errorf("got %q, want %q", got, test.want)
				}
				if got := w.n.AcceptedCount(); got != test.accepted {
					t.Errorf("%d accepted, want %d", got, test.accepted)
				}
				if got := w.modem.FaultsLeft(); got != 0 {
					t.Errorf("%d faults are left", got)
				}
				if answers := w.lines("AT") != ""; answers == test.deaf {
					t.Errorf("answers AT: %t, want %t", answers, !test.deaf)
				}
			})
		})
	}
}

// told is what was said without what differs from run to run.
func told(text string) string {
	var kept []string
	for line := range strings.SplitSeq(joined(text), " | ") {
		switch {
		case strings.HasPrefix(line, "+CMGS: "):
			kept = append(kept, "+CMGS: MR")
		case len(line) > 40: // a PDU
		case line != "":
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, " | ")
}

func TestFaultOccasions(t *testing.T) {
	t.Parallel()
	f := emulator.Fault{Kind: emulator.SubmitError, Code: 42, After: 2, Times: 3}
	faulty(t, emulator.Generic(), f, func(w world) {
		w.modem.Inject(emulator.Fault{Kind: emulator.SubmitError, Code: 10, After: 1})
		var codes []string
		for range 9 {
			w.submit(patient, "x")
			pass(air)
			got, _, _ := strings.Cut(told(w.said()), " | ")
			codes = append(codes, strings.TrimPrefix(got, "+CMS ERROR: "))
		}
		const ok = "+CMGS: MR"
		want := []string{ok, ok, "42", "42", "42", ok, "10", ok, ok}
		if strings.Join(codes, ",") != strings.Join(want, ",") {
			t.Errorf("got %v, want %v", codes, want)
		}
	})
}

func TestPromptFaults(t *testing.T) {
	t.Parallel()
	t.Run("no prompt", func(t *testing.T) {
		t.Parallel()
		faulty(t, emulator.Generic(), emulator.Fault{Kind: emulator.NoPrompt}, func(w world) {
			if got := w.submit(patient, "x"); got != "" {
				t.Errorf("got %s", got)
			}
			if got := w.lines("\x1bAT"); got != "OK" {
				t.Errorf("afterwards %s", got)
			}
		})
	})
	t.Run("double prompt", func(t *testing.T) {
		t.Parallel()
		faulty(t, emulator.Generic(), emulator.Fault{Kind: emulator.DoublePrompt}, func(w world) {
			command, payload := submitCommand(t, patient, "x")
			if got := w.do(command); got != "\r\n> \r\n> " {
				t.Errorf("prompts %q", got)
			}
			w.do(payload)
			pass(air)
			if got := told(w.said()); !strings.HasPrefix(got, "+CMGS: MR") {
				t.Errorf("got %s", got)
			}
		})
	})
}

func TestStandingFaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		fault   emulator.Fault
		command string
		during  string
		after   string
	}{
		{"deaf", emulator.Fault{Kind: emulator.Deaf, For: time.Minute}, "AT", "", "OK"},
		{"service lost", emulator.Fault{Kind: emulator.ServiceLost, For: time.Minute}, "AT+CREG?", "+CREG: 0,0 | OK", "+CREG: 0,1 | OK"},
		{"service denied", emulator.Fault{Kind: emulator.ServiceDenied, For: time.Minute}, "AT+CREG?;+COPS?", "+CREG: 0,3 | +COPS: 0 | OK", `+CREG: 0,1 | +COPS: 0,0,"Goniec",7 | OK`},
		{"delete fails", emulator.Fault{Kind: emulator.DeleteFails, Code: 320}, "AT+CMGD=1", "+CMS ERROR: 320", "OK"},
		{"list fails", emulator.Fault{Kind: emulator.ListFails, Code: 303}, "AT+CMGL=4", "+CMS ERROR: 303", "OK"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			faulty(t, emulator.Generic(), test.fault, func(w world) {
				if got := w.lines(test.command); got != test.during {
					t.Errorf("during: got %s, want %s", got, test.during)
				}
				pass(time.Minute)
				w.said()
				if got := w.lines(test.command); got != test.after {
					t.Errorf("after: got %s, want %s", got, test.after)
				}
			})
		})
	}
}

func TestRegistrationIsIndicated(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Options{}, emulator.Generic(), func(w world) {
		w.setUp("AT+CREG=1", "AT+CEREG=2")
		w.modem.SetCoverage(3)
		if got, want := joined(w.said()), "+CREG: 3 | +CEREG: 3"; got != want {
			t.Errorf("denied: got %s, want %s", got, want)
		}
		w.modem.SetCoverage(5)
		if got, want := joined(w.said()), `+CREG: 5 | +CEREG: 5,"1A2B","01C3D4E5",7`; got != want {
			t.Errorf("roaming: got %s, want %s", got, want)
		}
		if got, want := w.lines("AT+CFUN=4"), "OK | +CREG: 0 | +CEREG: 0"; got != want {
			t.Errorf("radio off: got %s, want %s", got, want)
		}
		if got, want := w.lines("AT+CSQ"), "+CSQ: 99,99 | OK"; got != want {
			t.Errorf("signal without radio: got %s, want %s", got, want)
		}
		if got, want := w.lines("AT+CFUN=1"), `OK | +CREG: 5 | +CEREG: 5,"1A2B","01C3D4E5",7`; got != want {
			t.Errorf("radio on: got %s, want %s", got, want)
		}
		w.modem.SetSignal(7)
		if got, want := w.lines("AT+CSQ"), "+CSQ: 7,99 | OK"; got != want {
			t.Errorf("signal: got %s, want %s", got, want)
		}
	})
}

func TestPortLost(t *testing.T) {
	t.Parallel()
	for _, taken := range []bool{false, true} {
		t.Run(map[bool]string{false: "not taken", true: "taken"}[taken], func(t *testing.T) {
			t.Parallel()
			faulty(t, emulator.Generic(), emulator.Fault{Kind: emulator.PortLost, For: 5 * time.Second, Taken: taken}, func(w world) {
				w.submit(patient, "x")
				pass(air)
				w.said()
				if _, err := w.conn.Write([]byte("AT\r")); err == nil {
					t.Error("the port can still be written to")
				}
				if _, err := w.modem.Dial(t.Context()); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("dial while the port is gone: %v", err)
				}
				if _, err := w.modem.Pipe().Write([]byte("AT\r")); err == nil {
					t.Error("a pipe made while the port is gone works")
				}
				if got := w.n.AcceptedCount() == 1; got != taken {
					t.Errorf("accepted: %t, want %t", got, taken)
				}
				pass(5 * time.Second)
				again := connect(w.t, w.modem)
				if got := again.lines("AT+CNMI?"); got != "+CNMI: 2,1,0,1,0 | OK" {
					t.Errorf("settings after the port came back: %s", got)
				}
			})
		})
	}
}

func TestUnplugAndPlug(t *testing.T) {
	t.Parallel()
	p := emulator.Profile{Boot: []string{"RDY"}, BootTime: 5 * time.Second, RegisterTime: 3 * time.Second, IndexBase: 1}
	inBubble(t, emulator.Options{}, p, func(w world) {
		w.setUp("AT+CNMI=2,1,0,1,0")
		w.modem.Unplug()
		w.sendFrom(patient, "TAK")
		pass(time.Hour)
		if _, err := w.modem.Dial(t.Context()); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("dial while unplugged: %v", err)
		}
		w.modem.Plug()
		again := connect(w.t, w.modem)
		pass(4 * time.Second)
		if got := again.said(); got != "" {
			t.Errorf("while it starts: %q", got)
		}
		pass(time.Second)
		if got := joined(again.said()); got != "RDY" {
			t.Errorf("after the start: %s", got)
		}
		if got := again.lines("ATE0+CREG?;+CNMI?"); got != "ATE0+CREG?;+CNMI? | +CREG: 0,2 | +CNMI: 0,0,0,0,0 | OK" {
			t.Errorf("before registration: %s", got)
		}
		again.setUp("AT+CREG=1", "AT+CNMI=2,1,0,1,0")
		pass(3 * time.Second)
		if got := joined(again.said()); got != `+CREG: 1 | +CMTI: "SM",1` {
			t.Errorf("after registration: %s", got)
		}
	})
}

func TestPlugAStick(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Options{}, emulator.HuaweiE3372(), func(w world) {
		w.modem.Unplug()
		pass(time.Minute)
		w.modem.Plug()
		for range 7 {
			pass(time.Second)
			if _, err := w.modem.Dial(t.Context()); !errors.Is(err, fs.ErrNotExist) {
				t.Fatalf("dial while the stick starts: %v", err)
			}
		}
		pass(time.Second)
		if got := connect(w.t, w.modem).lines("AT"); !strings.HasSuffix(got, "OK") {
			t.Errorf("after the start: %s", got)
		}
	})
}

func TestInboundFaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		kind emulator.FaultKind
		want []string
	}{
		{"lost", emulator.InboundLost, []string{"b", "c"}},
		{"doubled", emulator.InboundDoubled, []string{"a", "a", "b", "c"}},
		{"reordered", emulator.InboundReordered, []string{"b", "a", "c"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			faulty(t, emulator.Generic(), emulator.Fault{Kind: test.kind}, func(w world) {
				w.setUp("AT+CMGF=1", "AT+CNMI=2,2,0,0,0")
				for _, text := range []string{"a", "b", "c"} {
					w.sendFrom(patient, text)
				}
				var got []string
				for i, line := range strings.Split(joined(w.said()), " | ") {
					if i%2 == 1 {
						got = append(got, line)
					}
				}
				if strings.Join(got, "") != strings.Join(test.want, "") {
					t.Errorf("got %v, want %v", got, test.want)
				}
			})
		})
	}
	t.Run("reordered and alone", func(t *testing.T) {
		t.Parallel()
		faulty(t, emulator.Generic(), emulator.Fault{Kind: emulator.InboundReordered}, func(w world) {
			w.sendFrom(patient, "a")
			if got := w.said(); got != "" {
				t.Errorf("at once %q", got)
			}
			pass(time.Minute)
			if got := joined(w.said()); got != `+CMTI: "SM",1` {
				t.Errorf("in a while %s", got)
			}
		})
	})
	t.Run("storage full once", func(t *testing.T) {
		t.Parallel()
		faulty(t, emulator.Generic(), emulator.Fault{Kind: emulator.StorageFull}, func(w world) {
			w.sendFrom(patient, "a")
			if w.said(); w.card.Waiting() != 1 || w.card.Stored() != 0 {
				t.Errorf("%d wait, %d stored", w.card.Waiting(), w.card.Stored())
			}
			pass(time.Minute)
			if w.said(); w.card.Waiting() != 0 || w.card.Stored() != 1 {
				t.Errorf("later %d wait, %d stored", w.card.Waiting(), w.card.Stored())
			}
		})
	})
}
