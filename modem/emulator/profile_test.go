package emulator_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"goniec/modem/emulator"
)

func TestProfilesAreSound(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, p := range emulator.Profiles() {
		if p.Name == "" || names[p.Name] || p.Manufacturer == "" || p.Model == "" || p.Revision == "" {
			t.Errorf("profile %q lacks something or is there twice", p.Name)
		}
		names[p.Name] = true
		if p.IndexBase != 0 && p.IndexBase != 1 {
			t.Errorf("%s: index base %d", p.Name, p.IndexBase)
		}
		if p.Preferred != "" && !slices.Contains(p.Memories, p.Preferred) {
			t.Errorf("%s: prefers %s, which it lacks", p.Name, p.Preferred)
		}
		if len(p.Noise) > 0 && (p.NoiseEvery <= 0 || p.NoiseOff == "") {
			t.Errorf("%s: noise without interval or end", p.Name)
		}
	}
}

// TestProfilesSendAndReceive drives every profile as a careful program does:
// nothing that may be lacking is insisted on.
func TestProfilesSendAndReceive(t *testing.T) {
	t.Parallel()
	for _, p := range emulator.Profiles() {
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, emulator.Options{}, p, func(w world) {
				w.setUp()
				if p.NoiseOff != "" {
					w.lines("AT" + p.NoiseOff)
				}
				if got := w.lines("AT+CGSN"); !regexp.MustCompile(`^\d{15} \| OK$`).MatchString(got) || !luhn(got[:15]) {
					t.Errorf("IMEI %s", got)
				}
				memory := p.Memories[0]
				w.setUp(`AT+CPMS="`+memory+`","`+memory+`","`+memory+`"`, "AT+CMGF=0")
				if !slices.ContainsFunc([]string{"2,1,0,1,0", "2,1,0,2,0", "2,1,0,0,0", "2,1,0,0,1"}, func(form string) bool {
					return w.lines("AT+CNMI="+form) == "OK"
				}) {
					t.Error("no form of +CNMI is accepted")
				}
				if p.CentreUntold {
					w.setUp(`AT+CSCA="+48699000000",145`)
				}
				if got := told(w.submit(patient, "Wizyta")); !strings.HasPrefix(got, "+CMGS: MR | OK") {
					t.Errorf("submit: %s", got)
				}
				<-time.After(p.BusyAfter)
				w.sendFrom(patient, "TAK")
				got := joined(w.said())
				index := strings.TrimPrefix(got, `+CMTI: "`+memory+`",`)
				if index != "0" && index != "1" || (index == "0") != (p.IndexBase == 0) {
					t.Fatalf("indication: %s", got)
				}
				if got := w.lines("AT+CMGR=" + index); !regexp.MustCompile(`^\+CMGR: 0,,\d+ \| [0-9A-F]+ \| OK$`).MatchString(got) {
					t.Errorf("read: %s", got)
				}
				w.setUp("AT+CMGD=" + index)
				if got := w.lines("AT+CPMS?"); !strings.HasPrefix(got, `+CPMS: "`+memory+`",0,`) {
					t.Errorf("after deletion: %s", got)
				}
			})
		})
	}
}

// luhn checks the last digit of an IMEI.
func luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			d = d*2/10 + d*2%10
		}
		sum += d
	}
	return sum%10 == 0
}

func TestProfileQuirks(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		profile emulator.Profile
		command string
		want    string
	}{
		{"M26 has no phase 2+", emulator.QuectelM26(), "AT+CSMS=1", "+CMS ERROR: 303"},
		{"M26 says so", emulator.QuectelM26(), "AT+CSMS=?", "+CSMS: (0,128) | OK"},
		{"Cinterion has no reports", emulator.Cinterion(), "AT+CNMI=2,1,0,1", "+CMS ERROR: 303"},
		{"Cinterion says so", emulator.Cinterion(), "AT+CNMI=?", "+CNMI: (0-2),(0,1),(0,2),(0),(1) | OK"},
		{"A7670 offers what it refuses", emulator.A7670(), "AT+CNMI=?", "+CNMI: (0-3),(0-3),(0,2),(0-2),(0,1) | OK"},
		{"A7670 refuses it", emulator.A7670(), "AT+CNMI=2,1,0,1,0", "+CMS ERROR: 303"},
		{"A7670 is on LTE alone", emulator.A7670(), "AT+CREG?;+CEREG?", "+CREG: 0,0 | +CEREG: 0,1 | OK"},
		{"E3372 wants three storages", emulator.HuaweiE3372(), `AT+CPMS="SM"`, "+CMS ERROR: 302"},
		{"E3372 tells its card", emulator.HuaweiE3372(), "AT^ICCID?", "^ICCID: 8948990000000000012 | OK"},
		{"E173 takes one storage", emulator.HuaweiE173(), `AT+CPMS="SM"`, "+CPMS: 0,30,0,30,0,30 | OK"},
		{"EP06 cannot list", emulator.QuectelEP06(), "AT+CMGL=4", "+CMS ERROR: 303"},
		{"EC25 answers OK for an empty slot", emulator.QuectelEC25(), "AT+CMGR=3", "OK"},
		{"EC25 has a first slot 0", emulator.QuectelEC25(), "AT+CMGD=0", "OK"},
		{"Sierra forgets OK", emulator.Sierra(), "AT+CPIN?", "+CPIN: READY"},
		{"a refuser refuses", emulator.Refuser(), "AT+CSMS=1", "ERROR"},
		{"a refuser sends", emulator.Refuser(), "AT+CMGS=?", "OK"},
		{"Telit has a mode of its own", emulator.Telit(), "AT+CNMI=?", "+CNMI: (0-3),(0-3),(0,2,3),(0-2),(0,1) | OK"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, emulator.Options{}, test.profile, func(w world) {
				w.setUp()
				if got := w.lines(test.command); got != test.want {
					t.Errorf("%s: got %s, want %s", test.command, got, test.want)
				}
			})
		})
	}
}

func TestNoise(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Options{Latency: emulator.Latency{Air: 5 * time.Second}}, emulator.HuaweiE3372(), func(w world) {
		w.setUp()
		w.submit(patient, "x")
		pass(5 * time.Second)
		got := told(w.said())
		if !strings.HasPrefix(got, "^RSSI:18 | ^HCSQ:") || !strings.HasSuffix(got, "+CMGS: MR | OK") {
			t.Errorf("while a text is on the air: %s", got)
		}
		w.setUp("AT^CURC=0")
		pass(time.Hour)
		if got := w.said(); got != "" {
			t.Errorf("after ^CURC=0: %q", got)
		}
	})
}

func TestQuietModemsHoldIndicationsBack(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Options{Latency: emulator.Latency{Air: 5 * time.Second}}, emulator.QuectelEC25(), func(w world) {
		w.setUp("AT+CNMI=2,1,0,0,0")
		w.submit(patient, "x")
		w.sendFrom(patient, "TAK")
		pass(4 * time.Second)
		if got := w.said(); got != "" {
			t.Errorf("in the middle of a submit: %q", got)
		}
		pass(time.Second)
		if got := told(w.said()); got != `+CMGS: MR | OK | +CMTI: "ME",0` {
			t.Errorf("got %s", got)
		}
	})
}

func TestRestart(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Options{}, emulator.SIM800(), func(w world) {
		w.setUp("AT+CMEE=1", "AT+CNMI=2,1,0,1,0")
		if got := w.lines("AT+CFUN=1,1"); got != "OK" {
			t.Errorf("restart: %s", got)
		}
		if got := w.lines("AT"); got != "" {
			t.Errorf("while it starts: %s", got)
		}
		pass(6 * time.Second)
		if got := joined(w.said()); got != "RDY | +CFUN: 1 | +CPIN: READY | Call Ready | SMS Ready" {
			t.Errorf("start: %s", got)
		}
		if got := w.lines("ATE0+CMEE?;+CNMI?;+CREG?"); got != "ATE0+CMEE?;+CNMI?;+CREG? | +CMEE: 0 | +CNMI: 0,0,0,0,0 | +CREG: 0,2 | OK" {
			t.Errorf("after the start: %s", got)
		}
		pass(4 * time.Second)
		if got := w.lines("AT+CREG?"); got != "+CREG: 0,1 | OK" {
			t.Errorf("later: %s", got)
		}
	})
}

func TestSwappedCards(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Options{}, emulator.Generic(), func(w world) {
		w.setUp("AT+CREG=1", "AT+CSMS=1", "AT+CNMI=2,2,0,0,0")
		w.sendFrom(patient, "TAK")
		w.said() // it waits for +CNMA
		w.modem.SetSIM(nil)
		if got := joined(w.said()); got != "+CREG: 0" {
			t.Errorf("without card: %s", got)
		}
		second := connect(w.t, w.n.NewModem(emulator.Generic(), w.card))
		second.setUp()
		if got := second.lines("AT+CPMS?"); !strings.HasPrefix(got, `+CPMS: "SM",1,30`) {
			t.Errorf("what waited for +CNMA, in the second modem: %s", got)
		}
		w.modem.SetSIM(w.card)
		if got := joined(w.said()); got != "+CREG: 1" {
			t.Errorf("the card back: %s", got)
		}
		if got := w.lines("AT+CPMS?"); !strings.HasPrefix(got, `+CPMS: "SM",1,30`) {
			t.Errorf("its texts: %s", got)
		}
		if got := second.lines("AT+CPIN?"); got != "ERROR" {
			t.Errorf("the second modem: %s", got)
		}
	})
}

func TestCardIsBusyAfterAStart(t *testing.T) {
	t.Parallel()
	p := emulator.Profile{CardTime: 5 * time.Second, RegisterTime: 3 * time.Second}
	inBubble(t, emulator.Options{}, p, func(w world) {
		w.modem.Restart()
		w.setUp("AT+CMEE=1", "AT+CREG=1")
		for command, want := range map[string]string{
			"AT+CPIN?": "+CME ERROR: 14", "AT+CPIN=1234": "+CME ERROR: 14", "AT+CIMI": "+CME ERROR: 14",
			"AT+CSCA?": "+CMS ERROR: 314", "AT+CREG?": "+CREG: 1,0 | OK",
		} {
			if got := w.lines(command); got != want {
				t.Errorf("%s: got %s, want %s", command, got, want)
			}
		}
		pass(5 * time.Second)
		if got := joined(w.said()); got != "+CREG: 2" {
			t.Errorf("when the card is ready: %s", got)
		}
		if got := w.lines("AT+CPIN?"); got != "+CPIN: READY | OK" {
			t.Errorf("then: %s", got)
		}
		pass(3 * time.Second)
		if got := joined(w.said()); got != "+CREG: 1" {
			t.Errorf("at last: %s", got)
		}
	})
}

// TestDays runs a modem for days of virtual time, with noise that nobody reads
// and texts that nobody deletes.
func TestDays(t *testing.T) {
	t.Parallel()
	p := emulator.HuaweiE3372()
	p.NoiseEvery = time.Minute
	inBubble(t, emulator.Options{ReportDelay: time.Hour}, p, func(w world) {
		w.setUp("AT+CNMI=2,1,0,1,0")
		phone := w.n.Handset(patient)
		phone.OnText(func(emulator.Text) (string, time.Duration) { return "TAK", 3 * time.Hour })
		for range 5 {
			w.submit(patient, "Wizyta jutro")
			pass(24 * time.Hour)
		}
		if got := len(phone.Received()); got != 5 {
			t.Errorf("%d texts received, want 5", got)
		}
		if got := w.card.Stored(); got != 5 {
			t.Errorf("%d answers stored, want 5", got)
		}
	})
}
