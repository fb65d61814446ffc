package emulator_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"goniec/modem/emulator"
	"goniec/pdu"
)

// submitParts sends a long text in the order given, and asks for reports.
func (w world) submitParts(to, text string, order ...int) {
	w.t.Helper()
	da, err := pdu.ParseAddress(to)
	if err != nil {
		w.t.Fatal(err)
	}
	c, err := pdu.Compose(text, pdu.ComposeOptions{})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, number := range order {
		data, err := pdu.TextUserData(c.Parts[number-1], c.Alphabet,
			&pdu.Concatenation{Reference: 77, Total: len(c.Parts), Number: number})
		if err != nil {
			w.t.Fatal(err)
		}
		tpdu, err := pdu.Submit{ReportRequest: true, DA: da, DCS: pdu.TextDCS(c.Alphabet, false), UD: data}.Marshal()
		if err != nil {
			w.t.Fatal(err)
		}
		w.do(fmt.Sprintf("AT+CMGS=%d\r", len(tpdu)))
		if got := joined(w.do(fmt.Sprintf("00%X\x1a", tpdu))); !strings.HasPrefix(got, "+CMGS: ") {
			w.t.Fatalf("part %d: %s", number, got)
		}
	}
}

func TestHandsetJoinsParts(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		order []int
		want  []string
	}{
		{"in order", []int{1, 2, 3}, []string{outgoingText}},
		{"out of order", []int{3, 1, 2}, []string{outgoingText}},
		{"one twice", []int{1, 2, 2, 3}, []string{outgoingText}},
		{"one missing", []int{1, 3}, nil},
		{"all twice", []int{1, 2, 3, 1, 2, 3}, []string{outgoingText, outgoingText}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, emulator.Options{}, emulator.Generic(), func(w world) {
				w.setUp()
				w.submitParts(patient, outgoingText, test.order...)
				if diff := cmp.Diff(test.want, w.texts(patient)); diff != "" {
					t.Errorf("texts (-want +got):\n%s", diff)
				}
				for i, a := range w.n.Accepted() {
					if a.Part != test.order[i] || a.Parts != 3 || a.Reference != 77 {
						t.Errorf("accepted %d: part %d of %d, reference %d", i, a.Part, a.Parts, a.Reference)
					}
				}
			})
		})
	}
}

func TestHandsetSends(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, from, text string
		order            []int
		want             []int // numbers of the parts that arrive
	}{
		{"E.164", patient, "TAK", nil, []int{0}},
		{"short code", "8080", "TAK", nil, []int{0}},
		{"name", "KLINIKA", "Wyniki", nil, []int{0}},
		{"long", patient, incomingText, nil, []int{1, 2, 3}},
		{"long, out of order", patient, incomingText, []int{3, 1, 2}, []int{3, 1, 2}},
		{"long, one lost, one twice", patient, incomingText, []int{1, 1, 3}, []int{1, 1, 3}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, emulator.Options{DeliveryDelay: time.Second}, emulator.Generic(), func(w world) {
				w.setUp("AT+CNMI=2,2,0,0,0")
				w.sendFrom(test.from, test.text, test.order...)
				pass(time.Second)
				var numbers []int
				parts := map[int]string{}
				for indication := range strings.SplitSeq(joined(w.said()), "+CMT: ") {
					if indication == "" {
						continue
					}
					_, raw := indicated(t, indication[:len(strings.TrimRight(indication, " |"))])
					in, err := pdu.Read(raw, time.Now())
					if err != nil || in.Deliver == nil || len(in.Repairs) > 0 {
						t.Fatalf("%+v, %v", in, err)
					}
					if got := in.Deliver.OA.String(); got != test.from {
						t.Errorf("from %s, want %s", got, test.from)
					}
					c, _ := in.Deliver.UD.Header.Concatenation()
					numbers = append(numbers, c.Number)
					parts[c.Number] = in.Deliver.Text()
				}
				if diff := cmp.Diff(test.want, numbers); diff != "" {
					t.Errorf("parts (-want +got):\n%s", diff)
				}
				if text := parts[0] + parts[1] + parts[2] + parts[3]; len(parts) != 2 && text != test.text {
					t.Errorf("text %q, want %q", text, test.text)
				}
			})
		})
	}
}

func TestHandsetSendErrors(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Options{}, emulator.Generic(), func(w world) {
		phone := w.n.Handset(patient)
		if err := phone.Send("+48111222333", "TAK"); err == nil || strings.Contains(err.Error(), "111222") {
			t.Errorf("to nobody: %v, want an error without the number", err)
		}
		if err := phone.Send(w.card.Number, ""); err == nil {
			t.Error("an empty text was sent")
		}
		if err := phone.SendParts(w.card.Number, "TAK", 2); err == nil {
			t.Error("part 2 of 1 was sent")
		}
	})
}

func TestHandsetAnswers(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Options{}, emulator.Generic(), func(w world) {
		w.setUp("AT+CNMI=2,1,0,0,0")
		var asked []string
		phone := w.n.Handset(patient)
		phone.OnText(func(text emulator.Text) (string, time.Duration) {
			asked = append(asked, text.Text)
			// It may use the network.
			if err := phone.Send(w.card.Number, "chwileczkę"); err != nil {
				t.Error(err)
			}
			return "TAK", 90 * time.Minute
		})
		w.submitParts(patient, outgoingText, 2, 1, 3)
		if w.said(); w.card.Stored() != 1 {
			t.Errorf("%d stored at once, want 1", w.card.Stored())
		}
		pass(90 * time.Minute)
		if got := joined(w.said()); got != `+CMTI: "SM",2` {
			t.Errorf("later: %s", got)
		}
		if diff := cmp.Diff([]string{outgoingText}, asked); diff != "" {
			t.Errorf("asked (-want +got):\n%s", diff)
		}
		phone.OnText(nil)
		w.submit(patient, "x")
		pass(3 * time.Hour)
		if w.card.Stored() != 2 {
			t.Errorf("%d stored, want the two from before", w.card.Stored())
		}
	})
}

func TestHandsetsAreFoundByAnyFormat(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Options{}, emulator.Generic(), func(w world) {
		if w.n.Handset("+48600100200") != w.n.Handset("600100200") {
			t.Error("national and international format are two handsets")
		}
		if w.n.Handset("8080") == w.n.Handset("600108080") {
			t.Error("a short code is a handset")
		}
	})
}

func TestCall(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Options{}, emulator.Generic(), func(w world) {
		w.setUp("AT+CLIP=1", "AT+CRC=1")
		call := func(rings int) {
			if err := w.n.Handset(patient).Call(w.card.Number, rings); err != nil {
				t.Fatal(err)
			}
		}
		const ring = `+CRING: VOICE | +CLIP: "+48600100200",145,,,,0`
		call(2)
		if got := joined(w.said()); got != ring {
			t.Errorf("first ring: %s", got)
		}
		pass(5 * time.Second)
		if got := joined(w.said()); got != ring {
			t.Errorf("second ring: %s", got)
		}
		pass(5 * time.Second)
		if got := joined(w.said()); got != "NO CARRIER" {
			t.Errorf("given up: %s", got)
		}
		call(5)
		w.said()
		if got := w.lines("ATH"); got != "OK" {
			t.Errorf("hang up: %s", got)
		}
		pass(time.Minute)
		if got := w.said(); got != "" {
			t.Errorf("after hanging up: %q", got)
		}
	})
}
