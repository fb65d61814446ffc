package selfcare_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"goniec/gateway"
	"goniec/modem"
	"goniec/modem/emulator"
	"goniec/selfcare"
)

const balance = "*101#"

// withCredit has every modem asked for its credit.
func withCredit(c selfcare.CreditConfig) func(*rig) {
	return func(r *rig) {
		all := map[string]selfcare.CreditConfig{}
		for i := range r.configs {
			all[r.configs[i].Name] = c
		}
		r.care.SetCredit(all)
	}
}

// wantCredit checks what is known of the credit; empty: nothing.
func (r *rig) wantCredit(amount string, low bool) {
	r.t.Helper()
	switch c := r.care.Credit("sim-a"); {
	case c == nil && amount == "":
	case c == nil:
		r.t.Errorf("credit is not known, want %s", amount)
	case c.Amount.String() != amount || c.Low != low || c.At.IsZero():
		r.t.Errorf("credit %+v, want %s, low %t", *c, amount, low)
	}
}

// wantAlarms checks the alarms of the first modem.
func (r *rig) wantAlarms(codes ...string) {
	r.t.Helper()
	if got := r.alarms(); !slices.Equal(got, codes) {
		r.t.Errorf("alarms %q, want %q", got, codes)
	}
}

// metric returns the value of a metric of the first modem.
func (r *rig) metric(name string, labels ...string) float64 {
	r.t.Helper()
	families, err := r.registry.Gather()
	if err != nil {
		r.t.Error(err)
	}
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		for _, m := range f.GetMetric() {
			var have []string
			for _, l := range m.GetLabel() {
				have = append(have, l.GetValue())
			}
			if strings.Join(have, " ") == strings.Join(append([]string{"sim-a"}, labels...), " ") {
				return m.GetGauge().GetValue() + m.GetCounter().GetValue()
			}
		}
	}
	return -1
}

func TestCredit(t *testing.T) {
	c := selfcare.CreditConfig{Code: balance, AlarmBelow: 500, Every: 24 * time.Hour}
	inBubble(t, setup{start: withCredit(c)}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		r.wantCredit("", false)
		r.pass(5 * time.Minute)
		r.wantCredit("25.00", false)
		r.sims[0].SetUSSD(balance, "Stan konta: 4,99 PLN. Wazne do 31.12.2026")
		r.pass(12 * time.Hour)
		r.wantCredit("25.00", false) // not asked again yet
		r.pass(13 * time.Hour)
		r.wantCredit("4.99", true)
		r.wantAlarms(selfcare.AlarmCredit)
		if a := r.status().Alarms; len(a) == 1 && !strings.Contains(a[0].Detail, "4.99") {
			t.Errorf("alarm %+v does not say how much is left", a[0])
		}
		if got := r.metric("goniec_gateway_credit"); got != 4.99 {
			t.Errorf("metric %v", got)
		}
		// It outlives a restart, and the threshold may change without one.
		if err := r.gateway.Restart(t.Context(), "sim-a"); err != nil {
			t.Error(err)
		}
		r.pass(10 * time.Second)
		r.wantCredit("4.99", true)
		c.AlarmBelow = 400
		withCredit(c)(r)
		r.pass(2 * time.Minute)
		r.wantCredit("4.99", false)
		r.wantAlarms()
		c.Code = ""
		withCredit(c)(r)
		r.pass(2 * time.Minute)
		r.wantCredit("", false)
	})
}

func TestCreditPatternAndOperator(t *testing.T) {
	c := selfcare.CreditConfig{Code: balance, Pattern: regexp.MustCompile(`C: ([\d,]+)`)}
	inBubble(t, setup{modems: 2, start: func(r *rig) {
		r.sims[0].SetUSSD(balance, "A: 1,00 zl B: 2,00 zl C: 3,00 zl")
		r.care.SetCredit(map[string]selfcare.CreditConfig{"sim-a": c, "sim-b": {Code: selfcare.CodeAuto}})
	}}, func(t *testing.T, r *rig) {
		r.pass(5 * time.Minute)
		r.wantCredit("3.00", false)
		if c := r.care.Credit("sim-b"); c != nil {
			t.Errorf("credit %+v of an operator that is not known", c)
		}
		if !strings.Contains(r.log.String(), "no code is known for the balance of this operator") {
			t.Error("the log does not say that the operator is not known")
		}
	})
}

func TestCreditOfAKnownOperator(t *testing.T) {
	inBubble(t, setup{start: withCredit(selfcare.CreditConfig{Code: selfcare.CodeAuto}), options: emulator.Options{
		Operator: "Orange", USSD: map[string]string{"*124*#": "Na koncie masz 8,15 zl."},
	}}, func(t *testing.T, r *rig) {
		r.pass(5 * time.Minute)
		r.wantCredit("8.15", false)
	})
}

// TestCreditUnreadable: it is asked a few times a day, what the network says is not
// in the log, and after three days an alarm is raised.
func TestCreditUnreadable(t *testing.T) {
	secret := "Witaj Janie Kowalski, masz promocje"
	c := selfcare.CreditConfig{Code: balance, AlarmBelow: 500, Every: time.Hour}
	inBubble(t, setup{start: withCredit(c)}, func(t *testing.T, r *rig) {
		r.pass(30 * time.Minute)
		r.wantCredit("25.00", false)
		r.sims[0].SetUSSD(balance, secret)
		r.pass(71 * time.Hour)
		r.wantCredit("25.00", false)
		r.wantAlarms()
		r.pass(3 * time.Hour)
		r.wantAlarms(selfcare.AlarmCreditUnknown)
		log := r.log.String()
		if strings.Contains(log, "Kowalski") {
			t.Error("the log holds what the network said")
		}
		if !strings.Contains(log, "goniec modem ussd sim-a '*101#'") {
			t.Error("the log does not name the command to look with")
		}
		if n := strings.Count(log, `msg="credit could not be read`); n < 9 || n > 14 {
			t.Errorf("it was asked %d times in vain in 3 days, want about 4 a day", n)
		}
		r.sims[0].SetUSSD(balance, "Saldo: 9,00 zl")
		r.pass(24 * time.Hour)
		r.wantCredit("9.00", false)
		r.wantAlarms()
	})
}

// TestCreditWhenTextsAreRefused: the question comes at once, and the trouble says
// what it is.
func TestCreditWhenTextsAreRefused(t *testing.T) {
	c := selfcare.CreditConfig{Code: balance, AlarmBelow: 500}
	inBubble(t, setup{start: withCredit(c)}, func(t *testing.T, r *rig) {
		r.pass(time.Hour)
		r.sims[0].SetUSSD(balance, "Stan konta: 0,02 PLN")
		r.modems[0].Inject(emulator.Fault{Kind: emulator.SubmitError, Code: 21, Times: 12})
		for i := range 5 {
			r.put(r.to(fmt.Sprintf("+4860010020%d", i)))
		}
		r.pass(5 * time.Minute)
		r.wantState(modem.Parked)
		r.wantCredit("0.02", true)
		if s := r.status(); s.Trouble == nil || s.Trouble.Code != "no_credit" || !strings.Contains(s.Trouble.Detail, "0.02") {
			t.Errorf("trouble %+v, want one that says there is no credit", s.Trouble)
		}
		r.wantAlarms(selfcare.AlarmCredit, gateway.AlarmOut)
		if a := r.status().Alarms; len(a) == 2 && !strings.Contains(a[1].Detail, "0.02") {
			t.Errorf("alarm %+v does not say that there is no credit", a[1])
		}
		r.sims[0].SetUSSD(balance, "Stan konta: 50,00 PLN")
		r.pass(25 * time.Hour)
		r.wantState(modem.Ready)
		r.wantAlarms()
		if got := r.accepted(); got != 5 {
			t.Errorf("%d texts left after the card was topped up, want 5", got)
		}
	})
}

// TestRefusalsWithCredit: the alarm of a SIM with credit does not say to top up.
func TestRefusalsWithCredit(t *testing.T) {
	inBubble(t, setup{start: withCredit(selfcare.CreditConfig{Code: balance})}, func(t *testing.T, r *rig) {
		r.pass(time.Minute)
		r.modems[0].Inject(emulator.Fault{Kind: emulator.SubmitError, Code: 21, Times: 4})
		for i := range 4 {
			r.put(r.to(fmt.Sprintf("+4860010020%d", i)))
		}
		r.pass(5 * time.Minute)
		r.wantCredit("25.00", false)
		if s := r.status(); s.Trouble == nil || s.Trouble.Code == "no_credit" {
			t.Errorf("trouble %+v of a SIM that has credit", s.Trouble)
		}
	})
}

// TestCreditWaitsForMessages: no message waits because a balance is asked for.
func TestCreditWaitsForMessages(t *testing.T) {
	inBubble(t, setup{start: withCredit(selfcare.CreditConfig{Code: balance}), options: emulator.Options{Latency: emulator.Latency{Air: 5 * time.Second}}},
		func(t *testing.T, r *rig) {
			for range 60 {
				r.put()
			}
			r.pass(4 * time.Minute)
			r.wantCredit("", false)
			r.pass(4 * time.Minute)
			r.wantCredit("25.00", false)
		})
}

// TestCreditThatIsNotAnswered: a modem that knows no codes works on, and is not
// mended because of them.
func TestCreditThatIsNotAnswered(t *testing.T) {
	silent := emulator.Generic()
	silent.Refused = append(silent.Refused, "+CUSD")
	inBubble(t, setup{profile: &silent, start: withCredit(selfcare.CreditConfig{Code: balance})}, func(t *testing.T, r *rig) {
		r.pass(73 * time.Hour)
		r.wantState(modem.Ready)
		r.wantCredit("", false)
		r.wantAlarms(selfcare.AlarmCreditUnknown)
		if log := r.log.String(); strings.Contains(log, "out of step") || strings.Count(log, "modem is ready") != 1 {
			t.Error("the modem was mended because of a code")
		}
	})
}

// TestCreditBelongsToTheCard: another card in the same modem has its own.
func TestCreditBelongsToTheCard(t *testing.T) {
	inBubble(t, setup{start: withCredit(selfcare.CreditConfig{Code: balance, AlarmBelow: 500})}, func(t *testing.T, r *rig) {
		r.sims[0].SetUSSD(balance, "Stan konta: 1,00 PLN")
		r.pass(5 * time.Minute)
		r.wantCredit("1.00", true)
		fresh := r.network.AddSIM(emulator.SIM{})
		r.modems[0].SetSIM(fresh)
		r.pass(90 * time.Second)
		r.wantCredit("", false)
		r.wantAlarms()
		r.pass(5 * time.Minute)
		r.wantCredit("25.00", false)
		r.modems[0].SetSIM(r.sims[0])
		r.pass(90 * time.Second)
		r.wantCredit("1.00", true)
	})
}
