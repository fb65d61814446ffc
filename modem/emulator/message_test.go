package emulator_test

import (
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"goniec/modem/emulator"
	"goniec/pdu"
)

func TestSubmit(t *testing.T) {
	t.Parallel()
	o := emulator.Options{Latency: emulator.Latency{Air: 2 * time.Second}}
	inBubble(t, o, emulator.Generic(), func(w world) {
		w.setUp()
		start := time.Now()
		if got := w.submit(patient, "Wizyta jutro o 9:30"); got != "" {
			t.Errorf("answered at once: %s", got)
		}
		pass(2 * time.Second)
		answer := joined(w.said())
		if !regexp.MustCompile(`^\+CMGS: \d+ \| OK$`).MatchString(answer) {
			t.Errorf("answer: %s", answer)
		}
		accepted := w.n.Accepted()
		want := []emulator.Accepted{{
			At: start.Add(2 * time.Second), SIM: w.card.Number, IMEI: w.modem.IMEI(), To: patient,
			Text: "Wizyta jutro o 9:30", Part: 1, Parts: 1, Reference: -1, ReportRequested: true,
		}}
		ignored := cmpopts.IgnoreFields(emulator.Accepted{}, "MR", "TPDU")
		if diff := cmp.Diff(want, accepted, ignored); diff != "" {
			t.Fatalf("accepted (-want +got):\n%s", diff)
		}
		if got := fmt.Sprintf("+CMGS: %d | OK", accepted[0].MR); got != answer {
			t.Errorf("accepted with %s, but the modem said %s", got, answer)
		}
		s, err := pdu.ParseSubmit(accepted[0].TPDU)
		if err != nil || s.MR != accepted[0].MR || s.DA.String() != patient {
			t.Errorf("TPDU on the air: %+v, %v", s, err)
		}
		if diff := cmp.Diff([]string{"Wizyta jutro o 9:30"}, w.texts(patient)); diff != "" {
			t.Errorf("texts (-want +got):\n%s", diff)
		}
	})
}

func TestReferencesCountUp(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Options{}, emulator.Generic(), func(w world) {
		w.setUp()
		for range 300 {
			w.submit(patient, "x")
		}
		accepted := w.n.Accepted()
		for i := 1; i < len(accepted); i++ {
			if accepted[i].MR != accepted[i-1].MR+1 {
				t.Fatalf("reference %d follows %d", accepted[i].MR, accepted[i-1].MR)
			}
		}
	})
}

func TestPayload(t *testing.T) {
	t.Parallel()
	const good = "0011000B918406100002F00000A704D4F29C0E"
	tests := []struct{ name, command, payload, want string }{
		{"given up", "AT+CMGS=18\r", "0011\x1b", "OK"},
		{"not hexadecimal", "AT+CMGS=18\r", "xyz\x1a", "+CMS ERROR: 304"},
		{"odd", "AT+CMGS=18\r", good + "0\x1a", "+CMS ERROR: 304"},
		{"empty", "AT+CMGS=18\r", "\x1a", "+CMS ERROR: 304"},
		{"a command instead", "AT+CMGS=18\r", "AT\r\x1a", "+CMS ERROR: 304"},
		{"other length", "AT+CMGS=17\r", good + "\x1a", "+CMS ERROR: 304"},
		{"no SUBMIT", "AT+CMGS=18\r", strings.Replace(good, "0011", "0000", 1) + "\x1a", "+CMS ERROR: 304"},
		{"endless", "AT+CMGS=18\r", strings.Repeat("0", 5000), "+CMS ERROR: 304"},
		{"line end before the end", "AT+CMGS=18\r", good + "\r\n\x1a", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, emulator.Options{}, emulator.Generic(), func(w world) {
				w.setUp()
				if got := w.do(test.command); got != "\r\n> " {
					t.Fatalf("prompt %q", got)
				}
				got := joined(w.do(test.payload))
				if test.want == "" {
					if !strings.HasPrefix(got, "+CMGS: ") || w.n.AcceptedCount() != 1 {
						t.Errorf("got %s, %d accepted, want one", got, w.n.AcceptedCount())
					}
					return
				}
				if got != test.want || w.n.AcceptedCount() != 0 {
					t.Errorf("got %s, %d accepted, want %s and none", got, w.n.AcceptedCount(), test.want)
				}
				if got := w.lines("AT"); !strings.HasSuffix(got, "OK") {
					t.Errorf("afterwards: %s", got)
				}
			})
		})
	}
}

func TestSubmitRefusedByItsOwnSide(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		card emulator.SIM
		stat int
		want string
	}{
		{"no service", emulator.SIM{}, 0, "+CMS ERROR: 331"},
		{"denied", emulator.SIM{}, 3, "+CMS ERROR: 331"},
		{"no service centre", emulator.SIM{SMSC: "none"}, 1, "+CMS ERROR: 330"},
		{"roaming", emulator.SIM{}, 5, "OK"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, emulator.Options{}, emulator.Generic(), func(w world) {
				w.modem = w.n.NewModem(emulator.Generic(), w.n.AddSIM(test.card))
				w.host = connect(w.t, w.modem)
				w.modem.SetCoverage(test.stat)
				w.setUp()
				if got := w.submit(patient, "x"); !strings.HasSuffix(got, test.want) {
					t.Errorf("got %s, want %s", got, test.want)
				}
			})
		})
	}
}

func TestMoreMessagesKeepsTheLink(t *testing.T) {
	t.Parallel()
	o := emulator.Options{Latency: emulator.Latency{Air: 2500 * time.Millisecond, LinkedAir: 1200 * time.Millisecond}}
	inBubble(t, o, emulator.Generic(), func(w world) {
		w.setUp("AT+CMMS=1")
		for _, air := range []time.Duration{o.Latency.Air, o.Latency.LinkedAir, o.Latency.LinkedAir} {
			w.submit(patient, "x")
			pass(air - time.Millisecond)
			if got := w.said(); got != "" {
				t.Errorf("answered before %s: %q", air, got)
			}
			pass(time.Millisecond)
			if got := w.said(); got == "" {
				t.Errorf("not answered after %s", air)
			}
		}
		pass(10 * time.Second)
		w.submit(patient, "x")
		pass(o.Latency.LinkedAir)
		if got := w.said(); got != "" {
			t.Errorf("the link stayed open: %q", got)
		}
	})
}

// indicated splits unsolicited lines from the PDU that follows each.
func indicated(t *testing.T, text string) (line string, raw []byte) {
	t.Helper()
	line, data, found := strings.Cut(joined(text), " | ")
	if !found {
		t.Fatalf("no indication with a PDU: %q", text)
	}
	raw, err := hex.DecodeString(data)
	if err != nil {
		t.Fatalf("%q: %v", data, err)
	}
	return line, raw
}

func TestReports(t *testing.T) {
	t.Parallel()
	o := emulator.Options{DeliveryDelay: time.Second, ReportDelay: time.Second, Location: time.FixedZone("CET", 3600)}
	t.Run("direct", func(t *testing.T) {
		t.Parallel()
		inBubble(t, o, emulator.Generic(), func(w world) {
			w.setUp("AT+CNMI=2,1,0,1,0")
			sent := time.Now().Truncate(time.Second)
			w.submit(patient, "x")
			pass(2 * time.Second)
			line, raw := indicated(t, w.said())
			_, tpdu, err := pdu.SplitSMSC(raw)
			if err != nil || line != fmt.Sprintf("+CDS: %d", len(tpdu)) {
				t.Errorf("%s with %d octets, %v", line, len(tpdu), err)
			}
			in, err := pdu.Read(raw, sent)
			if err != nil || in.Report == nil || len(in.Repairs) > 0 {
				t.Fatal(in, err)
			}
			report := in.Report
			if report.MR != w.n.Accepted()[0].MR || report.RA.String() != patient || report.Status != 0 ||
				!report.SCTS.Equal(sent) || !report.Discharge.Equal(sent.Add(time.Second)) {
				t.Errorf("report %+v", report)
			}
		})
	})
	t.Run("stored", func(t *testing.T) {
		t.Parallel()
		inBubble(t, o, emulator.Generic(), func(w world) {
			w.setUp("AT+CNMI=2,1,0,2,0")
			w.submit(patient, "x")
			pass(2 * time.Second)
			if got := joined(w.said()); got != `+CDSI: "SR",1` {
				t.Errorf("got %s", got)
			}
			w.setUp(`AT+CPMS="SR"`)
			if got := w.lines("AT+CMGR=1"); !strings.HasPrefix(got, "+CMGR: 0,,25 | 07918496090000F006") {
				t.Errorf("got %s", got)
			}
			if got := w.lines("AT+CMGD=1;+CPMS?"); !strings.HasPrefix(got, `+CPMS: "SR",0,50`) {
				t.Errorf("after deletion %s", got)
			}
		})
	})
	t.Run("stored until there is no room", func(t *testing.T) {
		t.Parallel()
		p := emulator.Generic()
		p.Capacity = 2
		inBubble(t, o, p, func(w world) {
			w.setUp("AT+CNMI=2,1,0,2,0")
			for range 3 {
				w.submit(patient, "x")
				pass(2 * time.Second)
			}
			if got := joined(w.said()); got != `+CDSI: "SR",1` {
				t.Errorf("the third report does not take the place of the first: %s", got)
			}
			w.sendFrom(patient, "TAK")
			pass(time.Second)
			if got := joined(w.said()); got != `+CMTI: "SM",1` {
				t.Errorf("a text behind it: %s", got)
			}
		})
	})
	t.Run("not asked for", func(t *testing.T) {
		t.Parallel()
		inBubble(t, o, emulator.Generic(), func(w world) {
			w.setUp("AT+CNMI=2,1,0,0,0")
			w.submit(patient, "x")
			pass(time.Minute)
			if got := w.said(); got != "" {
				t.Errorf("got %q", got)
			}
		})
	})
	t.Run("kept until there is service", func(t *testing.T) {
		t.Parallel()
		inBubble(t, o, emulator.Generic(), func(w world) {
			w.setUp("AT+CNMI=2,1,0,1,0")
			w.submit(patient, "x")
			w.modem.SetCoverage(0)
			pass(time.Hour)
			if got := w.said(); got != "" || w.card.Waiting() != 1 {
				t.Errorf("got %q, %d wait", got, w.card.Waiting())
			}
			w.modem.SetCoverage(1)
			if got := joined(w.said()); !strings.HasPrefix(got, "+CDS: 25") {
				t.Errorf("got %s", got)
			}
		})
	})
}

func TestUnreachableHandset(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Options{}, emulator.Generic(), func(w world) {
		w.setUp("AT+CNMI=2,1,0,1,0")
		phone := w.n.Handset(patient)
		phone.SetReachable(false)
		w.submit(patient, "first")
		pass(time.Hour)
		if got := w.said(); got != "" || len(phone.Received()) != 0 {
			t.Errorf("got %q, %d texts", got, len(phone.Received()))
		}
		phone.SetReachable(true)
		if got := joined(w.said()); !strings.HasPrefix(got, "+CDS: ") || len(phone.Received()) != 1 {
			t.Errorf("got %s, %d texts", got, len(phone.Received()))
		}
		phone.SetReachable(false)
		w.submit(patient, "second")
		pass(72 * time.Hour)
		_, raw := indicated(t, w.said())
		if status := raw[len(raw)-1]; status != 0x46 {
			t.Errorf("status %#x at the end of the validity, want 0x46", status)
		}
		phone.SetReachable(true)
		if got := w.said(); got != "" || len(phone.Received()) != 1 {
			t.Errorf("delivered after it expired: %q, %d texts", got, len(phone.Received()))
		}
	})
}

func TestDirectDelivery(t *testing.T) {
	t.Parallel()
	const direct = "AT+CNMI=2,2,0,1,0"
	t.Run("phase 2 needs no acknowledgement", func(t *testing.T) {
		t.Parallel()
		inBubble(t, emulator.Options{}, emulator.Generic(), func(w world) {
			w.setUp(direct)
			w.sendFrom(patient, "TAK")
			w.sendFrom(patient, "NIE")
			said := w.said()
			if got := strings.Count(said, "+CMT: ,"); got != 2 || w.card.Waiting() != 0 {
				t.Errorf("%d indications, %d wait: %q", got, w.card.Waiting(), said)
			}
		})
	})
	t.Run("phase 2+ waits for +CNMA", func(t *testing.T) {
		t.Parallel()
		inBubble(t, emulator.Options{}, emulator.Generic(), func(w world) {
			w.setUp("AT+CSMS=1", direct)
			w.sendFrom(patient, "TAK")
			w.sendFrom(patient, "NIE")
			_, raw := indicated(t, w.said())
			if in, err := pdu.Read(raw, time.Now()); err != nil || in.Deliver.Text() != "TAK" {
				t.Errorf("first %+v, %v", in, err)
			}
			pass(14 * time.Second)
			got := w.lines("AT+CNMA")
			if !strings.HasPrefix(got, "OK | +CMT: ,") || w.card.Waiting() != 1 {
				t.Errorf("after +CNMA: %s, %d wait", got, w.card.Waiting())
			}
			if got := w.lines("AT+CNMA=0"); got != "OK" || w.card.Waiting() != 0 {
				t.Errorf("after +CNMA=0: %s, %d wait", got, w.card.Waiting())
			}
			if got := w.lines("AT+CNMA"); got != "+CMS ERROR: 340" {
				t.Errorf("once too often: %s", got)
			}
		})
	})
	t.Run("without +CNMA routing ends", func(t *testing.T) {
		t.Parallel()
		inBubble(t, emulator.Options{}, emulator.Generic(), func(w world) {
			w.setUp("AT+CSMS=1", direct)
			w.sendFrom(patient, "TAK")
			w.said()
			pass(15 * time.Second)
			if got := w.lines("AT+CNMI?"); got != "+CNMI: 2,0,0,0,0 | OK" || w.card.Waiting() != 1 {
				t.Errorf("after 15 s: %s, %d wait", got, w.card.Waiting())
			}
			// The network tries again, and now the text is stored in silence.
			pass(time.Minute)
			if got := w.said(); got != "" || w.card.Stored() != 1 || w.card.Waiting() != 0 {
				t.Errorf("%q, %d stored, %d wait", got, w.card.Stored(), w.card.Waiting())
			}
		})
	})
	t.Run("refused by +CNMA=2 it comes again", func(t *testing.T) {
		t.Parallel()
		inBubble(t, emulator.Options{}, emulator.Generic(), func(w world) {
			w.setUp("AT+CSMS=1", direct)
			w.sendFrom(patient, "TAK")
			_, first := indicated(t, w.said())
			w.setUp("AT+CNMA=2")
			pass(time.Minute)
			_, second := indicated(t, w.said())
			if diff := cmp.Diff(first, second); diff != "" {
				t.Errorf("second time another PDU:\n%s", diff)
			}
		})
	})
	t.Run("acknowledged with a TPDU", func(t *testing.T) {
		t.Parallel()
		inBubble(t, emulator.Options{}, emulator.Generic(), func(w world) {
			w.setUp("AT+CSMS=1", direct)
			w.sendFrom(patient, "TAK")
			w.said()
			if got := w.do("AT+CNMA=1,2\r"); got != "\r\n> " {
				t.Errorf("prompt %q", got)
			}
			if got := joined(w.do("0000\x1a")); got != "OK" || w.card.Waiting() != 0 {
				t.Errorf("%s, %d wait", got, w.card.Waiting())
			}
		})
	})
	t.Run("a report needs +CNMA too", func(t *testing.T) {
		t.Parallel()
		inBubble(t, emulator.Options{}, emulator.Generic(), func(w world) {
			w.setUp("AT+CSMS=1", direct)
			w.submit(patient, "x")
			if got := w.lines("AT+CNMA"); got != "OK" || w.card.Waiting() != 0 {
				t.Errorf("%s, %d wait", got, w.card.Waiting())
			}
		})
	})
}

func TestStoredDelivery(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Options{}, emulator.Generic(), func(w world) {
		w.setUp("AT+CNMI=2,1,0,0,0")
		w.sendFrom(patient, "TAK")
		if got := joined(w.said()); got != `+CMTI: "SM",1` {
			t.Fatalf("got %s", got)
		}
		unread := w.lines("AT+CMGR=1")
		if !strings.HasPrefix(unread, "+CMGR: 0,,") {
			t.Errorf("first time %s", unread)
		}
		if got := w.lines("AT+CMGR=1"); got != strings.Replace(unread, ": 0,", ": 1,", 1) {
			t.Errorf("second time %s", got)
		}
		w.sendFrom(patient, "NIE")
		if got := w.lines("AT+CMGD=1;+CMGD=?"); got != "+CMGD: (2),(0-4) | OK" {
			t.Errorf("after deletion %s", got)
		}
	})
}

func TestListByStatus(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Options{}, emulator.Generic(), func(w world) {
		w.setUp()
		w.card.Fill(28)
		w.sendFrom(patient, "TAK")
		count := func(command string) int { return strings.Count(w.lines(command), "+CMGL: ") }
		if got := count("AT+CMGL=1"); got != 2 {
			t.Errorf("%d read, want 2", got)
		}
		if got := count("AT+CMGL"); got != 1 {
			t.Errorf("%d unread, want 1", got)
		}
		if got := count("AT+CMGL=0"); got != 0 {
			t.Errorf("%d unread after listing, want 0", got)
		}
		if got := count("AT+CMGL=4"); got != 3 {
			t.Errorf("%d in all, want 3", got)
		}
		w.setUp("AT+CMGD=1,1")
		if got := count("AT+CMGL=4"); got != 0 {
			t.Errorf("%d after deleting what is read, want 0", got)
		}
	})
}

func TestStorageFull(t *testing.T) {
	t.Parallel()
	p := emulator.Generic()
	p.FullLine = `^SMMEMFULL: "SM"`
	inBubble(t, emulator.Options{}, p, func(w world) {
		w.setUp("AT+CNMI=2,1,0,0,0")
		if filled := w.card.Fill(1); filled != 29 {
			t.Fatalf("filled %d, want 29", filled)
		}
		w.sendFrom(patient, "fits")
		w.sendFrom(patient, "waits")
		w.sendFrom(patient, "waits too")
		if got, want := joined(w.said()), `+CMTI: "SM",30 | ^SMMEMFULL: "SM"`; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if w.card.Stored() != 30 || w.card.Waiting() != 2 {
			t.Errorf("%d stored, %d wait", w.card.Stored(), w.card.Waiting())
		}
		// The network tries now and then, in vain.
		pass(10 * time.Minute)
		if w.card.Waiting() != 2 {
			t.Errorf("%d wait after ten minutes", w.card.Waiting())
		}
		w.said()
		if got, want := w.lines("AT+CMGD=7"), `OK | +CMTI: "SM",7 | ^SMMEMFULL: "SM"`; got != want {
			t.Errorf("with room for one: %s, want %s", got, want)
		}
		if got, want := w.lines("AT+CMGD=8"), `OK | +CMTI: "SM",8`; got != want || w.card.Waiting() != 0 {
			t.Errorf("with room for all: %s, want %s", got, want)
		}
	})
}

func TestBuffering(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, then, want string }{
		{"flushed", "AT+CNMI=2,1,0,0,0", `OK | +CMTI: "SM",1 | +CMTI: "SM",2`},
		{"dropped", "AT+CNMI=2,1,0,0,1", "OK"},
		{"kept", "AT+CNMI=0,1,0,0,0", "OK"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, emulator.Options{}, emulator.Generic(), func(w world) {
				w.setUp("AT+CNMI=0,1")
				w.sendFrom(patient, "one")
				w.sendFrom(patient, "two")
				if got := w.said(); got != "" {
					t.Errorf("not buffered: %q", got)
				}
				if got := w.lines(test.then); got != test.want {
					t.Errorf("got %s, want %s", got, test.want)
				}
			})
		})
	}
}

func TestWriteAndSendStored(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Options{}, emulator.Generic(), func(w world) {
		w.setUp()
		_, payload := submitCommand(t, patient, "from memory")
		length := (len(payload)-1)/2 - 1
		if got := w.do(fmt.Sprintf("AT+CMGW=%d\r", length)); got != "\r\n> " {
			t.Fatalf("prompt %q", got)
		}
		if got := joined(w.do(payload)); got != "+CMGW: 1 | OK" {
			t.Fatalf("got %s", got)
		}
		if got := w.lines("AT+CMGR=1"); !strings.HasPrefix(got, "+CMGR: 2,,") {
			t.Errorf("before sending %s", got)
		}
		if got := w.lines("AT+CMSS=1"); !strings.HasPrefix(got, "+CMSS: ") {
			t.Errorf("got %s", got)
		}
		if got := w.lines("AT+CMGR=1"); !strings.HasPrefix(got, "+CMGR: 3,,") {
			t.Errorf("after sending %s", got)
		}
		if got := w.lines(`AT+CMSS=1,"+48600100300",145`); !strings.HasPrefix(got, "+CMSS: ") {
			t.Errorf("to another: %s", got)
		}
		for _, number := range []string{patient, "+48600100300"} {
			if diff := cmp.Diff([]string{"from memory"}, w.texts(number)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", number, diff)
			}
		}
	})
}

func TestTextMode(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Options{}, emulator.Generic(), func(w world) {
		w.setUp("AT+CMGF=1", "AT+CNMI=2,1,0,1,0")
		if got := w.do("AT+CMGS=\"" + patient + "\"\r"); got != "\r\n> " {
			t.Fatalf("prompt %q", got)
		}
		if got := joined(w.do("Dzien dobry\x1a")); !strings.HasPrefix(got, "+CMGS: ") {
			t.Errorf("got %s", got)
		}
		w.setUp(`AT+CSCS="UCS2"`, "AT+CSMP=49,167,0,8")
		w.do("AT+CMGS=\"002B00340038003600300030003100300030003200300030\"\r")
		got := joined(w.do("00630068015B0107\x1a"))
		if !regexp.MustCompile(`^\+CMGS: (\d+) \| OK \| \+CDS: 6,(\d+),"002B0034`).MatchString(got) {
			t.Errorf("got %s", got)
		}
		if diff := cmp.Diff([]string{"Dzien dobry", "chść"}, w.texts(patient)); diff != "" {
			t.Errorf("texts (-want +got):\n%s", diff)
		}
		w.setUp(`AT+CSCS="GSM"`, "AT+CSMP=17,167,0,0")
		w.sendFrom("KLINIKA", "Wyniki gotowe")
		w.said()
		if got := w.lines("AT+CMGR=1"); !regexp.MustCompile(
			`^\+CMGR: "REC UNREAD","KLINIKA",,"\d\d/\d\d/\d\d,\d\d:\d\d:\d\d\+00" \| Wyniki gotowe \| OK$`).MatchString(got) {
			t.Errorf("got %s", got)
		}
		if got := w.lines(`AT+CMGL="ALL"`); !strings.HasPrefix(got, `+CMGL: 1,"REC READ","KLINIKA"`) {
			t.Errorf("got %s", got)
		}
		if got := w.do("AT+CMGW=\"" + patient + "\"\r"); got != "\r\n> " {
			t.Fatalf("prompt %q", got)
		}
		if got := joined(w.do("later\x1a")); got != "+CMGW: 2 | OK" {
			t.Errorf("got %s", got)
		}
		if got := w.lines("AT+CMGR=2"); got != `+CMGR: "STO UNSENT","+48600100200", | later | OK` {
			t.Errorf("got %s", got)
		}
		w.setUp("AT+CNMI=2,2,0,0,0")
		w.sendFrom("8080", "kod 1234")
		if got := joined(w.said()); !regexp.MustCompile(`^\+CMT: "8080",,"[^"]+" \| kod 1234$`).MatchString(got) {
			t.Errorf("got %s", got)
		}
	})
}

func TestBetweenTwoModems(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Options{}, emulator.Generic(), func(w world) {
		w.setUp("AT+CNMI=2,1,0,1,0")
		other := w.n.AddSIM(emulator.SIM{Number: "+48699000222"})
		second := connect(w.t, w.n.NewModem(emulator.Generic(), other))
		second.setUp("AT+CNMI=2,2,0,0,0")
		got := w.submit(other.Number, "hop")
		if !strings.Contains(got, "OK | +CDS: ") {
			t.Errorf("no report: %s", got)
		}
		_, raw := indicated(t, second.said())
		in, err := pdu.Read(raw, time.Now())
		if err != nil || in.Deliver.Text() != "hop" || in.Deliver.OA.String() != w.card.Number {
			t.Errorf("second modem got %+v, %v", in.Deliver, err)
		}
	})
}

func TestBrokenTPDU(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Options{}, emulator.Generic(), func(w world) {
		w.setUp("AT+CNMI=2,1,0,0,0")
		broken := []byte{0x04, 0x0b, 0x91, 0xff}
		w.card.DeliverTPDU(broken)
		w.said()
		if got, want := w.lines("AT+CMGR=1"), "+CMGR: 0,,4 | 07918496090000F0040B91FF | OK"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}
