package modem_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"goniec/catalogue"
	"goniec/modem"
)

// refusing runs a test on a modem that answers every payload with the line in
// final.
func refusing(t *testing.T, test func(t *testing.T, s *scripted, final *string)) {
	t.Helper()
	final := ""
	all := least(nil)
	reply := func(in string) (string, bool) {
		if strings.HasSuffix(in, "\x1a") {
			return "\r\n" + final + "\r\n", true
		}
		return all.reply(in)
	}
	script(t, reply, func(t *testing.T, s *scripted) {
		s.open(t)
		test(t, s, &final)
	})
}

// refuse submits a text to a modem that answers with a final line and returns
// the fault.
func refuse(t *testing.T, s *scripted, final *string, line string) *modem.Fault {
	t.Helper()
	*final = line
	_, err := s.modem.Submit(t.Context(), tpdu(t, patient, "x"))
	var fault *modem.Fault
	if !errors.As(err, &fault) {
		t.Fatalf("Submit answered %q: %v, want a Fault", line, err)
	}
	return fault
}

// classes is the class of each number of +CMS ERROR that is told apart and,
// where it changes, from which time in a row it is which other class.
const classes = `
1 permanent
8 stop
10 permanent
11 transient 3 permanent
17 transient
21 transient 3 permanent
22 transient
27 transient
28 stop
29 stop
30 permanent
38 transient
41 transient
42 transient
47 transient
50 stop
69 stop
81 modem_fault 2 permanent
95 modem_fault 2 permanent
96 modem_fault 2 permanent
97 modem_fault 2 permanent
98 modem_fault 2 permanent
99 modem_fault 2 permanent
111 modem_fault 2 permanent
127 transient 3 permanent
128 permanent
129 permanent
130 permanent
143 permanent
144 permanent
145 permanent
159 permanent
160 permanent
175 permanent
176 permanent
192 transient
193 stop
194 transient
195 permanent
196 permanent
197 duplicate
198 permanent
199 permanent
208 transient
209 stop
210 modem_fault
211 transient
212 transient
213 transient
224 transient 3 permanent
254 transient 3 permanent
255 transient 3 permanent
300 modem_fault
301 modem_fault
302 modem_fault
303 modem_fault 2 stop
304 modem_fault 2 permanent
305 modem_fault 2 stop
310 stop
311 stop
312 stop
313 modem_fault 2 stop
314 transient
315 stop
316 stop
317 stop
318 stop
320 modem_fault
321 transient
322 transient
330 stop
331 transient
332 uncertain
340 transient
350 transient 3 modem_fault
500 transient 3 modem_fault
512 transient 3 stop
65535 transient 3 stop
`

func TestFaultClasses(t *testing.T) {
	t.Parallel()
	refusing(t, func(t *testing.T, s *scripted, final *string) {
		for line := range strings.Lines(strings.TrimSpace(classes)) {
			fields := strings.Fields(line)
			code, err := strconv.Atoi(fields[0])
			if err != nil {
				t.Fatal(err)
			}
			f := refuse(t, s, final, "+CMS ERROR: "+fields[0])
			if f.Code != code || f.Family != "CMS" || string(f.Class) != fields[1] || f.Phase != modem.AfterPayload {
				t.Errorf("+CMS ERROR %d: %#v, want class %s", code, f, fields[1])
			}
			if f.ClassAfter(1) != f.Class {
				t.Errorf("+CMS ERROR %d is %s the first time", code, f.ClassAfter(1))
			}
			last, times := fields[1], 10
			if len(fields) == 4 {
				last = fields[3]
				if times, err = strconv.Atoi(fields[2]); err != nil {
					t.Fatal(err)
				}
				if before := f.ClassAfter(times - 1); before != f.Class {
					t.Errorf("+CMS ERROR %d is %s before time %d", code, before, times)
				}
			}
			if got := f.ClassAfter(times); string(got) != last {
				t.Errorf("+CMS ERROR %d is %s at time %d, want %s", code, got, times, last)
			}
			checkFault(t, f)
		}
	})
}

// checkFault holds any fault to what every caller relies on.
func checkFault(t *testing.T, f *modem.Fault) {
	t.Helper()
	if f.Meaning() == "" || !catalogue.Has(f.Remedy()) || !strings.HasSuffix(f.Remedy().English(), ".") {
		t.Errorf("%v: meaning %q, remedy %q", f, f.Meaning(), f.Remedy())
	}
	switch f.Class {
	case modem.Transient, modem.ModemFault, modem.Stop:
		if f.Wait(1) <= 0 {
			t.Errorf("%v: class %s, to be tried again after %v", f, f.Class, f.Wait(1))
		}
	case modem.Permanent, modem.Duplicate, modem.Uncertain:
	default:
		t.Errorf("%v: class %q", f, f.Class)
	}
	for attempt := 1; attempt < 10; attempt++ {
		if f.Wait(attempt+1) < f.Wait(attempt) || f.Wait(attempt) > 2*time.Hour {
			t.Errorf("%v: waits %v, then %v", f, f.Wait(attempt), f.Wait(attempt+1))
		}
	}
	switch f.Blame() {
	case modem.Message, modem.Network, modem.Device:
	default:
		t.Errorf("%v blames %q", f, f.Blame())
	}
}

func TestFaultsInWords(t *testing.T) {
	t.Parallel()
	tests := []struct {
		line  string
		code  int
		class modem.Class
		blame modem.Party
	}{
		{"+CMS ERROR: SIM busy", 314, modem.Transient, modem.Device},
		{"+CMS ERROR: network timeout", 332, modem.Uncertain, modem.Network},
		{"+CMS ERROR: Memory full", 322, modem.Transient, modem.Device},
		{"+CMS ERROR: SMSC address unknown", 330, modem.Stop, modem.Device},
		{"+CMS ERROR: something else", -1, modem.Transient, modem.Device},
		{"+CME ERROR: SIM not inserted", 10, modem.Stop, modem.Device},
		{"+CME ERROR: 30", 30, modem.Transient, modem.Network},
		{"+CME ERROR: 515", 515, modem.Transient, modem.Device},
		{"ERROR", -1, modem.Transient, modem.Device},
		{"+CMS ERROR: 30", 30, modem.Permanent, modem.Message},
		{"+CMS ERROR: 42", 42, modem.Transient, modem.Network},
	}
	refusing(t, func(t *testing.T, s *scripted, final *string) {
		for _, tt := range tests {
			f := refuse(t, s, final, tt.line)
			if f.Code != tt.code || f.Class != tt.class || f.Blame() != tt.blame {
				t.Errorf("%s: code %d, class %s, blame %s", tt.line, f.Code, f.Class, f.Blame())
			}
			checkFault(t, f)
		}
	})
}

// Every number has an entry, so that no modem can surprise us.
func TestFaultTableHasNoHoles(t *testing.T) {
	t.Parallel()
	refusing(t, func(t *testing.T, s *scripted, final *string) {
		for _, family := range []string{"CMS", "CME"} {
			for code := range 700 {
				f := refuse(t, s, final, fmt.Sprintf("+%s ERROR: %d", family, code))
				if f.Family != family || f.Code != code {
					t.Errorf("+%s ERROR %d became %s %d", family, code, f.Family, f.Code)
				}
				checkFault(t, f)
			}
		}
	})
}

func TestRecipientsThatSayMoreOfTheSIM(t *testing.T) {
	t.Parallel()
	refusing(t, func(t *testing.T, s *scripted, final *string) {
		for code, want := range map[int]int{10: 3, 21: 3, 30: 3, 1: 0, 42: 0} {
			if f := refuse(t, s, final, fmt.Sprintf("+CMS ERROR: %d", code)); f.StopAfter() != want {
				t.Errorf("+CMS ERROR %d stops after %d recipients, want %d", code, f.StopAfter(), want)
			}
		}
	})
}

func TestFaultErrorText(t *testing.T) {
	t.Parallel()
	refusing(t, func(t *testing.T, s *scripted, final *string) {
		f := refuse(t, s, final, "+CMS ERROR: 38")
		if got, want := f.Error(), "submit: +CMS ERROR 38: the network is out of order"; got != want {
			t.Errorf("error %q, want %q", got, want)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := s.modem.Submit(ctx, tpdu(t, patient, "x"))
		if !errors.As(err, &f) || !errors.Is(err, context.Canceled) || f.Class != modem.Transient || f.Phase != modem.BeforePayload {
			t.Errorf("Submit with a context that is done: %#v", err)
		}
		checkFault(t, f)
	})
}

// An error that names no cause is believed at once, but not after minutes: by
// then the message may have gone out.
func TestVagueErrorsThatComeLate(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		line  string
		after time.Duration
		want  modem.Class
	}{
		{"+CMS ERROR: 350", 135 * time.Second, modem.Uncertain},
		{"+CMS ERROR: 500", 31 * time.Second, modem.Uncertain},
		{"+CMS ERROR: 300", time.Minute, modem.Uncertain},
		{"+CMS ERROR: 512", time.Minute, modem.Uncertain},
		{"+CMS ERROR: it did not work", time.Minute, modem.Uncertain},
		{"+CME ERROR: 100", time.Minute, modem.Uncertain},
		{"ERROR", time.Minute, modem.Uncertain},
		{"+CMS ERROR: 350", 29 * time.Second, modem.Transient},
		{"+CMS ERROR: 500", 5 * time.Second, modem.Transient},
		{"ERROR", time.Second, modem.Transient},
		{"+CMS ERROR: 41", 135 * time.Second, modem.Transient}, // the network's word
		{"+CMS ERROR: 30", 135 * time.Second, modem.Permanent},
		{"+CMS ERROR: 194", 135 * time.Second, modem.Transient}, // the service centre's
		{"+CMS ERROR: 310", 135 * time.Second, modem.Stop},
		{"+CMS ERROR: 332", 135 * time.Second, modem.Uncertain},
	} {
		t.Run(fmt.Sprint(strings.ReplaceAll(tt.line, ":", ""), " after ", tt.after), func(t *testing.T) {
			t.Parallel()
			all := least(nil)
			reply := func(in string) (string, bool) {
				if strings.HasSuffix(in, "\x1a") {
					<-time.After(tt.after)
					return "\r\n" + tt.line + "\r\n", true
				}
				return all.reply(in)
			}
			script(t, reply, func(t *testing.T, s *scripted) {
				s.open(t)
				_, err := s.modem.Submit(t.Context(), tpdu(t, patient, "x"))
				var fault *modem.Fault
				if !errors.As(err, &fault) || fault.Class != tt.want || fault.ClassAfter(10) != tt.want && tt.want == modem.Uncertain {
					t.Errorf("Submit: %#v, want class %s", err, tt.want)
				}
			})
		})
	}
}
