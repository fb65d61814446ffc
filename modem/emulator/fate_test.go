package emulator_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"goniec/modem/emulator"
)

func TestMagicEndings(t *testing.T) {
	t.Parallel()
	const sent, report = "+CMGS: MR | OK", "+CDS: 25"
	const hour, day = time.Hour, 24 * time.Hour
	tests := []struct {
		ending   string
		at       time.Duration // 0: without delay
		want     string        // said since the submit
		status   byte          // of the last report
		accepted int
		shown    int
	}{
		{"99901", 4 * day, sent, 0, 1, 1},
		{"99902", 0, sent + " | " + report, 0x43, 1, 0},
		{"99903", 0, sent + " | " + report, 0x62, 1, 0},
		{"99904", 0, sent + " | " + report, 0x22, 1, 0},
		{"99904", hour, sent + " | " + report + " | " + report, 0, 1, 1},
		{"99905", 3*day - time.Second, sent, 0, 1, 0},
		{"99905", 3 * day, sent + " | " + report, 0x46, 1, 0},
		{"99906", 0, sent + " | " + report + " | " + report, 0, 1, 1},
		{"99907", 0, report + " | " + sent, 0, 1, 1},
		{"99908", hour - time.Second, sent, 0, 1, 1},
		{"99908", hour, sent + " | " + report, 0, 1, 1},
		{"99909", 0, sent + " | +CDS: 24", 0, 1, 1},
		{"99910", 0, sent + " | " + report, 0x01, 1, 1},
		{"99911", 0, "+CMS ERROR: 1", 0, 0, 0},
		{"99912", 0, "+CMS ERROR: 10", 0, 0, 0},
		{"99913", 0, "+CMS ERROR: 21", 0, 0, 0},
		{"99914", 0, "+CMS ERROR: 38", 0, 0, 0},
		{"99915", 0, "+CMS ERROR: 42", 0, 0, 0},
		{"99916", 0, "+CMS ERROR: 500", 0, 0, 0},
		{"99917", 0, "+CMS ERROR: 512", 0, 0, 0},
		{"99918", 0, "+CMS ERROR: 41", 0, 0, 0},
		{"99919", 0, "+CMS ERROR: 332 | " + report, 0, 1, 1},
		{"99920", hour, "+CMS ERROR: 332", 0, 0, 0},
		{"99921", hour, report, 0, 1, 1},
		{"99922", hour, "", 0, 0, 0},
		{"99923", 29 * time.Second, "", 0, 1, 1},
		{"99923", 30 * time.Second, sent + " | " + report, 0, 1, 1},
	}
	for _, test := range tests {
		t.Run(test.ending+" after "+test.at.String(), func(t *testing.T) {
			t.Parallel()
			inBubble(t, emulator.Options{}, emulator.Generic(), func(w world) {
				w.setUp("AT+CNMI=2,1,0,1,0")
				to := "+486001" + test.ending
				command, payload := submitCommand(t, to, "x")
				w.do(command)
				said := w.do(payload)
				if test.at > 0 {
					pass(test.at)
					said += w.said()
				}
				if got := told(said); got != test.want {
					t.Errorf("got %s, want %s", got, test.want)
				}
				if strings.Contains(test.want, report) {
					pdus := strings.Split(strings.TrimSpace(joined(said)), " | ")
					last := pdus[len(pdus)-1]
					if test.ending == "99907" {
						last = pdus[1]
					}
					if got := last[len(last)-2:]; got != strings.ToUpper(hexOctet(test.status)) {
						t.Errorf("status %s, want %s", got, hexOctet(test.status))
					}
				}
				if got := w.n.AcceptedCount(); got != test.accepted {
					t.Errorf("%d accepted, want %d", got, test.accepted)
				}
				if got := len(w.texts(to)); got != test.shown {
					t.Errorf("%d shown, want %d", got, test.shown)
				}
			})
		})
	}
}

func hexOctet(b byte) string {
	const digits = "0123456789abcdef"
	return string([]byte{digits[b>>4], digits[b&15]})
}

func TestMagicEndingRefusesTwice(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Options{}, emulator.Generic(), func(w world) {
		w.setUp()
		for _, want := range []string{"+CMS ERROR: 41", "+CMS ERROR: 41", "+CMGS: MR | OK", "+CMGS: MR | OK"} {
			if got := told(w.submit("+48600199918", "x")); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		}
		if got := told(w.submit("+48601199918", "x")); got != "+CMS ERROR: 41" {
			t.Errorf("another number: %s", got)
		}
	})
}

func TestMagicEndingOfOnePart(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Options{}, emulator.Generic(), func(w world) {
		w.setUp("AT+CNMI=2,1,0,2,0")
		const to = "+48600199924"
		w.submitParts(to, outgoingText, 1, 2, 3)
		w.setUp(`AT+CPMS="SR"`)
		for number, want := range []string{"00", "43", "00"} {
			report := strings.Split(w.lines(fmt.Sprintf("AT+CMGR=%d", number+1)), " | ")
			if len(report) != 3 || !strings.HasSuffix(report[1], want) {
				t.Errorf("report of part %d: %v, want status %s", number+1, report, want)
			}
		}
		if got := w.texts(to); len(got) != 0 {
			t.Errorf("the handset shows %q", got)
		}
	})
}

func TestMagicEndingsThatAnswer(t *testing.T) {
	t.Parallel()
	tests := []struct {
		ending, want string
		after        time.Duration
		parts        int
	}{
		{"99931", "TAK", 5 * time.Second, 1},
		{"99932", "NIE", 5 * time.Second, 1},
		{"99934", "Tak", 2 * time.Hour, 1},
		{"99935", "STOP", 5 * time.Second, 1},
		{"99933", "", 5 * time.Second, 1},
		{"99936", "", 5 * time.Second, 3},
	}
	for _, test := range tests {
		t.Run(test.ending, func(t *testing.T) {
			t.Parallel()
			inBubble(t, emulator.Options{}, emulator.Generic(), func(w world) {
				w.setUp("AT+CMGF=1", "AT+CNMI=2,2,0,0,0", "AT+CMGF=0")
				w.submit("+486001"+test.ending, "?")
				w.setUp("AT+CMGF=1")
				pass(test.after - time.Second)
				if got := w.said(); got != "" {
					t.Errorf("too early: %q", got)
				}
				pass(time.Second)
				lines := strings.Split(joined(w.said()), " | ")
				if len(lines) != 2*test.parts || test.want != "" && lines[1] != test.want {
					t.Errorf("got %q, want %q in %d parts", lines, test.want, test.parts)
				}
			})
		})
	}
}

func TestOrdinaryNumbersHaveNoFate(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Options{}, emulator.Generic(), func(w world) {
		w.setUp()
		for _, number := range []string{"+48600199900", "+48600199924", "+48600199925", "+48600109911", "99911", "+48600998911"} {
			if got := told(w.submit(number, "x")); got != "+CMGS: MR | OK" {
				t.Errorf("%s: %s", number, got)
			}
		}
	})
}
