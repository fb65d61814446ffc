package modem_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"goniec/modem"
	"goniec/modem/emulator"
)

func TestProfileOfEveryFamily(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"generic": "", "refuser": "",
		"huawei-e3372": "huawei-lte", "huawei-e173": "huawei", "zte": "zte",
		"quectel-ec25": "quectel-lte", "quectel-ep06": "quectel-ep06", "quectel-m26": "quectel-2g",
		"sim800": "simcom-2g", "sim7600": "simcom-lte", "a7670": "simcom-asr",
		"cinterion": "cinterion", "telit": "telit", "sierra": "sierra", "teltonika-trm240": "teltonika",
	}
	for _, profile := range emulator.Profiles() {
		t.Run(profile.Name, func(t *testing.T) {
			t.Parallel()
			in(t, profile, emulator.SIM{}, nil, func(t *testing.T, b *bench) {
				b.opened(t)
				name, known := want[profile.Name]
				if got := b.modem.Info().Profile; known && got != name {
					t.Errorf("profile %q, want %q", got, name)
				}
			})
		})
	}
}

// Names are what a set-up is shown by, so each is used once; a profile that
// comes behind a more general one would never match.
func TestProfilesCanBeReached(t *testing.T) {
	t.Parallel()
	var names []string
	for i, p := range modem.Profiles() {
		if p.Name == "" || slices.Contains(names, p.Name) {
			t.Errorf("profile %d is called %q", i, p.Name)
		}
		names = append(names, p.Name)
		for _, earlier := range modem.Profiles()[:i] {
			if len(earlier.Models) == 0 && slices.ContainsFunc(p.Manufacturers, func(m string) bool { return slices.Contains(earlier.Manufacturers, m) }) {
				t.Errorf("%s stands behind %s", p.Name, earlier.Name)
			}
		}
	}
}

// asked counts the questions that a remembered set-up spares.
func asked(s *scripted) (questions []string) {
	for _, in := range s.received() {
		if in == "AT+CPMS=?" || in == "AT+CNMI=?" {
			questions = append(questions, in)
		}
	}
	return questions
}

func TestRemembersTheSetup(t *testing.T) {
	t.Parallel()
	model := table{
		"AT+CGMI": "Acme", "AT+CGMM": "M1", "AT+CGMR": "1.0",
		"AT+CPMS=?": `+CPMS: ("SM"),("SM")`, `AT+CPMS="SM","SM"`: "+CPMS: 0,20,0,20",
		"AT+CNMI=?": "+CNMI: (2),(1),(0),(2),(0)", "AT+CNMI=2,1,0,1,0": "\r\nERROR\r\n", "AT+CNMI=2,1,0,2,0": "",
	}
	const key = "setup/Acme/M1/1.0"
	tests := []struct {
		name   string
		more   table  // how the modem answers otherwise
		before string // what is remembered
		asks   bool
		after  string // a part of what is remembered then; empty: nothing
	}{
		{"the first time", nil, "", true, `"arity":2,"reads":["SM"],"receives":["SM"],"service":0,"route":[2,1,0,2,0]`},
		{"the second time", nil, `{"arity":2,"reads":["SM"],"receives":["SM"],"service":0,"route":[2,1,0,2,0]}`, false, `"route":[2,1,0,2,0]`},
		{"what is refused now", nil, `{"arity":3,"reads":["ME"],"receives":["ME"],"service":0,"route":[2,1,0,1,0]}`, true, `"route":[2,1,0,2,0]`},
		{"what cannot be read", nil, `{"arity":"x`, true, `"route":[2,1,0,2,0]`},
		{"nonsense", nil, `{"arity":99,"reads":["SM","SM"],"service":77,"route":[9,9,9,9,9]}`, true, `"route":[2,1,0,2,0]`},
		{
			"no lesser way while a better one may come back",
			table{"AT+CNMI=2,1,0,2,0": "\r\nERROR\r\n", "AT+CNMI=2,1,0,0,0": ""}, "", true, `"service":0,"route":[0,0,0,0,0]`,
		},
		{
			"a lesser way where there is no better one",
			table{"AT+CNMI=?": "+CNMI: (2),(1),(0),(0),(0)", "AT+CNMI=2,1,0,2,0": "\r\nERROR\r\n", "AT+CNMI=2,1,0,0,0": ""}, "", true, `"route":[2,1,0,0,0]`,
		},
		{"nothing of a modem that does not say what it is", table{"AT+CGMM": "\r\nERROR\r\n"}, "", true, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			answers := least(model)
			for command, text := range tt.more {
				answers[command] = text
			}
			memory := &notes{}
			if tt.before != "" {
				memory.kept = map[string]string{key: tt.before}
			}
			scriptWith(t, answers.reply, func(c *modem.Config) { c.Memory = memory }, func(t *testing.T, s *scripted) {
				s.open(t)
				if questions := asked(s); tt.asks != (len(questions) == 2) || !tt.asks && len(questions) > 0 {
					t.Errorf("asked %q, want it asked: %v", questions, tt.asks)
				}
				if got := memory.kept[key]; !strings.Contains(got, tt.after) || tt.after == "" && len(memory.kept) > 0 {
					t.Errorf("remembers %q, want %q", memory.kept, tt.after)
				}
				if info := s.modem.Info(); info.Storage.Memory != "SM" || info.State != modem.Ready {
					t.Errorf("%+v", info)
				}
			})
		})
	}
}

// A set-up that is remembered works as the one that was asked for, on every
// profile.
func TestRememberedSetupWorksOnEveryProfile(t *testing.T) {
	t.Parallel()
	for _, profile := range emulator.Profiles() {
		t.Run(profile.Name, func(t *testing.T) {
			t.Parallel()
			memory := &notes{}
			in(t, profile, emulator.SIM{}, func(c *modem.Config) { c.Memory = memory }, func(t *testing.T, b *bench) {
				for range 2 {
					b.opened(t)
					if err := b.network.Handset(patient).Send(own, "TAK"); err != nil {
						t.Fatal(err)
					}
					<-time.After(time.Minute)
					if text, _ := b.collect(t); text != "TAK" {
						t.Errorf("received %q, want TAK", text)
					}
					if left, err := b.modem.List(t.Context()); err != nil || len(left) != 0 {
						t.Errorf("left in memory: %+v, %v", left, err)
					}
					closed(t, b.modem)
				}
				if len(memory.kept) != 1 {
					t.Errorf("remembers %q", memory.kept)
				}
			})
		})
	}
}

// What List finds out is remembered, too: a memory whose +CMGL fails is read by
// index from then on.
func TestRemembersToReadByIndex(t *testing.T) {
	t.Parallel()
	memory := &notes{}
	answers := least(table{
		"AT+CGMM":   "M1",
		"AT+CPMS=?": `+CPMS: ("SM"),("SM"),("SM")`, `AT+CPMS="SM","SM","SM"`: "+CPMS: 1,2,1,2,1,2",
		"AT+CMGR=1": "+CMGR: 0,,22\r\n" + deliver,
	})
	for range 2 {
		scriptWith(t, answers.reply, func(c *modem.Config) { c.Memory = memory }, func(t *testing.T, s *scripted) {
			first := len(memory.kept) == 0
			s.open(t)
			if got, err := s.modem.List(t.Context()); len(got) != 1 || err != nil {
				t.Errorf("List: %v, %v", got, err)
			}
			if s.sent("AT+CMGL=4") != first {
				t.Errorf("asked for the list: %v, want %v", s.sent("AT+CMGL=4"), first)
			}
		})
	}
}

// A modem that is not ready for texts yet refuses what is about them.
func TestAwaitsMessages(t *testing.T) {
	t.Parallel()
	answers := least(table{"AT+CGMI": "SIMCOM_Ltd", "AT+CGMM": "SIMCOM_SIM800L"})
	early := 5
	script(t, func(in string) (string, bool) {
		if in == "AT+CPMS?" && early > 0 {
			early--
			return "", false
		}
		if in == "AT+CPMS?" {
			return "\r\n" + `+CPMS: "SM",0,20,"SM",0,20,"SM",0,20` + "\r\n\r\nOK\r\n", true
		}
		if in == "AT+CMGF=0" && early > 0 {
			return "", false
		}
		return answers.reply(in)
	}, func(t *testing.T, s *scripted) {
		start := time.Now()
		s.open(t)
		if took := time.Since(start); took < 5*time.Second || early > 0 {
			t.Errorf("ready after %v", took)
		}
	})
}

// A radio that is off is switched on; one that is on is left alone.
func TestSwitchesTheRadioOn(t *testing.T) {
	t.Parallel()
	for level, want := range map[string]bool{"0": true, "4": true, "1": false, "7": false} {
		t.Run(level, func(t *testing.T) {
			t.Parallel()
			script(t, least(table{"AT+CFUN?": "+CFUN: " + level, "AT+CFUN=1": ""}).reply, func(t *testing.T, s *scripted) {
				s.open(t)
				if got := s.sent("AT+CFUN=1"); got != want {
					t.Errorf("switched on: %v, want %v", got, want)
				}
			})
		})
	}
}

// Some devices refuse +CMGD with one argument.
func TestDeleteWithTwoArguments(t *testing.T) {
	t.Parallel()
	script(t, least(table{"AT+CMGD=3,0": ""}).reply, func(t *testing.T, s *scripted) {
		s.open(t)
		if err := s.modem.Delete(t.Context(), modem.Slot{Index: 3}); err != nil {
			t.Errorf("Delete: %v", err)
		}
		if err := s.modem.Delete(t.Context(), modem.Slot{Index: 4}); err == nil {
			t.Error("Delete of what cannot be deleted gave no error")
		}
	})
}
