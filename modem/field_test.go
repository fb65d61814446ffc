package modem_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"goniec/modem"
	"goniec/modem/emulator"
)

// A report or text that lies elsewhere than announced has the memories looked into at
// once; one that a sweep has found first has not.
func TestMisannounced(t *testing.T) {
	t.Parallel()
	for _, line := range []string{`"SM",{index}`, `"ME",29`, `"ME",999`, `"XX",29`} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			in(t, emulator.Generic(), emulator.SIM{}, nil, func(t *testing.T, b *bench) {
				b.opened(t)
				receive := func() modem.Indication {
					if err := b.network.Handset(patient).Send(own, "TAK"); err != nil {
						t.Fatal(err)
					}
					return b.until(t, modem.MessageStored)
				}
				i := receive()
				if got, err := b.modem.List(t.Context()); err != nil || len(got) != 1 {
					t.Fatalf("List: %+v, %v", got, err)
				}
				if err := b.modem.Delete(t.Context(), i.Slot); err != nil {
					t.Fatal(err)
				}
				if _, err := b.modem.Read(t.Context(), i.Slot); !errors.Is(err, modem.ErrEmpty) {
					t.Fatalf("Read: %v", err)
				}
				if got := drain(b.modem); len(got) > 0 {
					t.Errorf("a text that List had found first asks for another look: %+v", got)
				}
				b.device.Inject(emulator.Fault{Kind: emulator.TextMisannounced, Line: line})
				if _, err := b.modem.Read(t.Context(), receive().Slot); err == nil {
					t.Fatal("there is something where nothing should be")
				}
				if i := b.until(t, modem.Damaged); !errors.Is(i.Err, modem.ErrUnannounced) {
					t.Errorf("%+v", i)
				}
			})
		})
	}
}

// What is found out about the way reports come is remembered once it has been seen to
// work, and armed at once the next time.
func TestRemembersHowReportsCome(t *testing.T) {
	t.Parallel()
	lying := emulator.Generic()
	lying.CDSI = `"SM",0`
	silent := emulator.Generic()
	silent.Unreported = []int{2}
	for name, profile := range map[string]emulator.Profile{"misannounced": lying, "never": silent} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			memory := &notes{}
			in(t, profile, emulator.SIM{}, func(c *modem.Config) { c.Memory = memory }, func(t *testing.T, b *bench) {
				b.opened(t)
				route := func() (armed string) {
					for _, line := range b.modem.Transcript(true) {
						if form, ok := strings.CutPrefix(line.Text, "AT+CNMI="); ok && line.Sent && form != "?" {
							armed = form
						}
					}
					return armed
				}
				if got := route(); got != "2,1,0,2,0" {
					t.Fatalf("armed +CNMI=%s at first", got)
				}
				for range 4 {
					if _, err := b.modem.Submit(t.Context(), tpdu(t, patient, "Wizyta")); err != nil {
						t.Fatal(err)
					}
					for range 2 {
						<-time.After(time.Minute)
						for _, i := range drain(b.modem) {
							if i.Kind == modem.ReportStored {
								_, _ = b.modem.Read(t.Context(), i.Slot) // it may not be there
							}
						}
						stored, err := b.modem.List(t.Context())
						if err != nil {
							t.Fatal(err)
						}
						for _, s := range stored {
							if err := b.modem.Delete(t.Context(), s.Slot); err != nil {
								t.Fatal(err)
							}
						}
						if err := b.modem.Refresh(t.Context()); err != nil {
							t.Fatal(err)
						}
					}
				}
				if got := route(); got != "2,1,0,1,0" {
					t.Errorf("+CNMI=%s is armed in the end", got)
				}
				kept := fmt.Sprint(memory.kept)
				if !strings.Contains(kept, `"route":[2,1,0,1,0]`) {
					t.Errorf("remembers %s", kept)
				}
			})
		})
	}
}

// What +CSCA? gave is written back once, in the words it was given in, and the fault of
// a modem that does not take it is true of what was read.
func TestServiceCentreIsWrittenBack(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		centre  string // the answer to +CSCA?
		write   string // the answer to +CSCA=
		cures   bool
		writes  int
		refused bool // by ErrSMSCRefused
	}{
		{"takes it", `+CSCA: "+48601000310",145`, "", true, 1, false},
		{"national number", `+CSCA: "601000310",129`, "", true, 1, false},
		{"takes it and goes on refusing", `+CSCA: "+48601000310",145`, "", false, 1, true},
		{"does not take it", `+CSCA: "+48601000310",145`, "\r\nERROR\r\n", false, 1, true},
		{"does not tell it", "\r\nERROR\r\n", "", false, 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			arguments := strings.TrimPrefix(tt.centre, "+CSCA: ")
			written := 0
			all := least(table{"AT+CSCA?": tt.centre})
			script(t, func(in string) (string, bool) {
				switch {
				case in == "AT+CSCA="+arguments:
					written++
					if tt.write != "" {
						return tt.write, true
					}
					return "\r\nOK\r\n", true
				case strings.HasSuffix(in, "\x1a") && (!tt.cures || written == 0):
					return "\r\n+CMS ERROR: 330\r\n", true
				}
				return all.reply(in)
			}, func(t *testing.T, s *scripted) {
				s.open(t)
				for range 2 {
					_, err := s.modem.Submit(t.Context(), tpdu(t, patient, "x"))
					if tt.cures {
						if err != nil {
							t.Errorf("Submit: %v", err)
						}
						continue
					}
					var f *modem.Fault
					if !errors.As(err, &f) || f.Code != 330 || f.Class != modem.Stop || errors.Is(err, modem.ErrSMSCRefused) != tt.refused {
						t.Fatalf("Submit: %#v", err)
					}
					if strings.Contains(f.Meaning(), "SIM knows no") || tt.refused != strings.Contains(f.Meaning(), "but does not use it") {
						t.Errorf("says %q, %q", f.Meaning(), f.Remedy())
					}
				}
				if written != tt.writes {
					t.Errorf("written back %d times, want %d", written, tt.writes)
				}
			})
		})
	}
}

// A modem that is busy is asked again after a pause that grows from a second, by every
// command; one that stays busy is waited for once.
func TestBusyModemIsWaitedFor(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		"+CME ERROR: 14", "+CME ERROR: 256", "+CME ERROR: 512", "+CME ERROR: 515", "+CME ERROR: 527", "+CMS ERROR: 314", "+CMS ERROR: 515", "+CMS ERROR: 535",
		"+CME ERROR: SIM busy", "+CME ERROR: Please wait, init or command processing in progress", "+CMS ERROR: Device busy",
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			var until time.Time
			var asked []time.Time
			all := least(table{"AT+CMMS=1": "", "AT+CMGD=1": "", "AT+CMGL=4": ""})
			script(t, func(in string) (string, bool) {
				if time.Now().Before(until) && in != "AT" && in != "\x1b" {
					asked = append(asked, time.Now())
					return "\r\n" + line + "\r\n", true
				}
				return all.reply(in)
			}, func(t *testing.T, s *scripted) {
				s.open(t)
				for name, do := range map[string]func() error{
					"Submit": func() error { _, err := s.modem.Submit(t.Context(), tpdu(t, patient, "x")); return err },
					"Delete": func() error { return s.modem.Delete(t.Context(), modem.Slot{Index: 1}) },
					"List":   func() error { _, err := s.modem.List(t.Context()); return err },
				} {
					<-time.After(time.Minute)
					start := time.Now()
					asked, until = nil, start.Add(5*time.Second)
					if err := do(); err != nil {
						t.Errorf("%s: %v", name, err)
					}
					if took := time.Since(start); took < 5*time.Second || took > 9*time.Second {
						t.Errorf("%s took %v", name, took)
					}
					if len(asked) < 2 || asked[1].Sub(asked[0]) != time.Second || len(asked) > 4 {
						t.Errorf("%s asked at %v", name, asked)
					}
				}
				start := time.Now()
				until = start.Add(time.Hour)
				for range 3 {
					_, err := s.modem.Submit(t.Context(), tpdu(t, patient, "x"))
					var f *modem.Fault
					if !errors.As(err, &f) || f.Class != modem.Transient || f.StopAfter() != 0 || f.Wait(1) != time.Second {
						t.Errorf("Submit: %#v", err)
					}
				}
				if took := time.Since(start); took > 45*time.Second {
					t.Errorf("three texts waited for %v", took)
				}
			})
		})
	}
}

// An answer that says "busy" to the text itself is no reason to send it again here.
func TestBusyBehindThePayload(t *testing.T) {
	t.Parallel()
	all, texts := least(nil), 0
	script(t, func(in string) (string, bool) {
		if strings.HasSuffix(in, "\x1a") {
			texts++
			return "\r\n+CMS ERROR: 515\r\n", true
		}
		return all.reply(in)
	}, func(t *testing.T, s *scripted) {
		s.open(t)
		_, err := s.modem.Submit(t.Context(), tpdu(t, patient, "x"))
		var f *modem.Fault
		if !errors.As(err, &f) || f.Phase != modem.AfterPayload || texts != 1 {
			t.Errorf("%#v after %d texts", err, texts)
		}
	})
}
