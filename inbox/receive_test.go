package inbox_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"goniec/inbox"
	"goniec/number"
	"goniec/pdu"
	"goniec/queue"
	"goniec/store"
)

// deliver returns a PDU with a part of a text from the patient.
func deliver(t testing.TB, text string, adjust ...func(*pdu.Deliver)) []byte {
	t.Helper()
	ud, err := pdu.TextUserData(text, pdu.GSM7, nil)
	if err != nil {
		t.Fatal(err)
	}
	d := pdu.Deliver{OA: address(t, patient), SCTS: time.Now().Truncate(time.Second), UD: ud}
	for _, a := range adjust {
		a(&d)
	}
	tpdu, err := d.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return pdu.WithSMSC(nil, tpdu)
}

// part makes a PDU part number of total with a reference.
func part(reference, number, total int) func(*pdu.Deliver) {
	return func(d *pdu.Deliver) {
		d.UD.Header = pdu.Header{{ID: 0x00, Data: []byte{byte(reference), byte(total), byte(number)}}}
	}
}

func (b *box) receive(raw []byte) {
	b.t.Helper()
	if err := b.in.Receive(b.t.Context(), worker(0), inbox.Decode(raw, time.Now())); err != nil {
		b.t.Fatal(err)
	}
}

// inbox returns what came in, the newest first.
func (b *box) inbox() []inbox.Message {
	b.t.Helper()
	all, next, err := b.in.Page(b.t.Context(), inbox.Filter{}, "", 0)
	if err != nil || next != "" {
		b.t.Fatal(next, err)
	}
	return all
}

// texts returns the texts in the inbox, the newest first.
func (b *box) texts() []string {
	b.t.Helper()
	var texts []string
	for _, in := range b.inbox() {
		texts = append(texts, in.Text)
	}
	return texts
}

func (b *box) wantTexts(want ...string) {
	b.t.Helper()
	if diff := cmp.Diff(want, b.texts()); diff != "" {
		b.t.Errorf("inbox:\n%s", diff)
	}
	b.verify()
}

func TestReceiveOnce(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		raw := deliver(t, "TAK")
		b.receive(raw)
		b.receive(raw) // the modem could not delete it
		b.wantTexts("TAK")
		wait(t.Context(), time.Second)
		b.receive(deliver(t, "TAK")) // the patient wrote it again
		b.wantTexts("TAK", "TAK")
		if err := b.in.Receive(t.Context(), worker(1), inbox.Decode(raw, time.Now())); err != nil {
			t.Fatal(err)
		}
		b.wantTexts("TAK", "TAK", "TAK") // to another SIM
		in := b.inbox()[2]
		want := inbox.Message{
			ID: in.ID, From: address(t, patient), Kind: inbox.KindText, Text: "TAK", ReceivedAt: in.ReceivedAt,
			SentAt: in.ReceivedAt.Truncate(time.Second), Modem: "sim-a", SIM: worker(0).SIM, Parts: 1, Complete: true,
		}
		if diff := cmp.Diff(want, in); diff != "" {
			t.Error(diff)
		}
		one, err := b.in.Message(t.Context(), in.ID)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(in, one); diff != "" {
			t.Error(diff)
		}
	})
}

func TestReceiveRemembersForAMonth(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		raw := deliver(t, "TAK")
		b.receive(raw)
		b.passLong(29 * 24 * time.Hour)
		b.receive(raw) // and remembers it anew: the modem has not deleted it
		b.wantTexts("TAK")
		b.passLong(29 * 24 * time.Hour)
		b.receive(raw)
		b.wantTexts("TAK")
		b.passLong(31 * 24 * time.Hour)
		keys := 0
		err := b.store.View(t.Context(), func(r store.Reader) error {
			pairs, err := r.Scan("seen/", store.PrefixEnd("seen/"), 0)
			keys = len(pairs)
			return err
		})
		if err != nil || keys != 0 {
			t.Errorf("%d PDUs are remembered, %v", keys, err)
		}
	})
}

// A slot that cannot be emptied is shown at every sweep: that is written down
// once a day.
func TestReceiveAgainWritesLittle(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		raw := deliver(t, "TAK")
		b.receive(raw)
		before := b.dump()
		for range 23 {
			wait(t.Context(), time.Hour)
			b.receive(raw)
		}
		if b.dump() != before {
			t.Error("a PDU shown again is written down within a day")
		}
	})
}

func permutations(n int) [][]int {
	if n == 1 {
		return [][]int{{1}}
	}
	var all [][]int
	for _, shorter := range permutations(n - 1) {
		for at := range n {
			all = append(all, append(append(append([]int{}, shorter[:at]...), n), shorter[at:]...))
		}
	}
	return all
}

func TestPartsInAnyOrderWithRestarts(t *testing.T) {
	texts := []string{"Dzien dobry, ", "jutro nie moge, ", "prosze o inny termin"}
	for _, order := range permutations(3) {
		t.Run(fmt.Sprint(order), func(t *testing.T) {
			bubble(t, func(t *testing.T, b *box) {
				var raws [][]byte
				for i, text := range texts {
					raws = append(raws, deliver(t, text, part(7, i+1, 3)))
				}
				for i, number := range order {
					if len(b.texts()) != 0 {
						t.Fatalf("delivered after %d parts", i)
					}
					b = newBoxOn(t, b.store) // a restart
					wait(t.Context(), time.Minute)
					b.receive(raws[number-1])
				}
				b.wantTexts(strings.Join(texts, ""))
				for _, raw := range raws {
					b.receive(raw)
				}
				b.wantTexts(strings.Join(texts, ""))
				if in := b.inbox()[0]; in.Parts != 3 || !in.Complete || len(in.Missing) != 0 {
					t.Errorf("inbound %+v", in)
				}
				b.pass(9 * 24 * time.Hour)
				b.wantTexts(strings.Join(texts, ""))
				if n := b.count("message.received"); n != 1 {
					t.Errorf("%d events", n)
				}
			})
		})
	}
}

// The network sends a part again through another service centre: it is not the
// same PDU, but it is the same part.
func TestPartSentAgain(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		first, second := deliver(t, "jeden ", part(7, 1, 2)), deliver(t, "dwa", part(7, 2, 2))
		_, tpdu, err := pdu.SplitSMSC(second)
		if err != nil {
			t.Fatal(err)
		}
		centre := address(t, "+48790998250")
		again := pdu.WithSMSC(&centre, tpdu)
		b.receive(second)
		b.receive(again)
		b.wantTexts()
		b.receive(first)
		b.receive(pdu.WithSMSC(&centre, first[1:]))
		b.wantTexts("jeden dwa")
		b.pass(9 * 24 * time.Hour)
		b.wantTexts("jeden dwa")
	})
}

func TestReferenceUsedAgain(t *testing.T) {
	t.Run("at once, as senders do whose reference is always the same", func(t *testing.T) {
		bubble(t, func(t *testing.T, b *box) {
			b.receive(deliver(t, "OLD-1 ", part(1, 1, 2)))
			b.receive(deliver(t, "OLD-2", part(1, 2, 2)))
			wait(t.Context(), 10*time.Second)
			b.receive(deliver(t, "NEW-1 ", part(1, 1, 2)))
			b.receive(deliver(t, "NEW-2", part(1, 2, 2)))
			b.wantTexts("NEW-1 NEW-2", "OLD-1 OLD-2")
		})
	})
	t.Run("after an hour, the old one unfinished", func(t *testing.T) {
		bubble(t, func(t *testing.T, b *box) {
			b.receive(deliver(t, "OLD-1 ", part(1, 1, 2)))
			wait(t.Context(), time.Hour+time.Second)
			b.receive(deliver(t, "NEW-2", part(1, 2, 2)))
			b.wantTexts()
			b.receive(deliver(t, "NEW-1 ", part(1, 1, 2)))
			b.wantTexts("NEW-1 NEW-2")
			b.pass(24 * time.Hour)
			b.wantTexts("NEW-1 NEW-2", "OLD-1 […]")
		})
	})
	t.Run("two unfinished: the nearest in time", func(t *testing.T) {
		bubble(t, func(t *testing.T, b *box) {
			b.receive(deliver(t, "OLD-1 ", part(1, 1, 2)))
			wait(t.Context(), 40*time.Minute)
			b.receive(deliver(t, "NEW-1 ", part(1, 1, 2)))
			wait(t.Context(), time.Second)
			b.receive(deliver(t, "NEW-2", part(1, 2, 2)))
			b.wantTexts("NEW-1 NEW-2")
		})
	})
	t.Run("8 and 16 bits are two references", func(t *testing.T) {
		bubble(t, func(t *testing.T, b *box) {
			b.receive(deliver(t, "A-1 ", part(7, 1, 2)))
			b.receive(deliver(t, "B-2", func(d *pdu.Deliver) {
				d.UD.Header = pdu.Header{{ID: 0x08, Data: []byte{0, 7, 2, 2}}}
			}))
			b.wantTexts()
			b.receive(deliver(t, "A-2", part(7, 2, 2)))
			b.wantTexts("A-1 A-2")
		})
	})
	t.Run("by another sender", func(t *testing.T) {
		bubble(t, func(t *testing.T, b *box) {
			b.receive(deliver(t, "A-1 ", part(7, 1, 2)))
			b.receive(deliver(t, "B-2", part(7, 2, 2), func(d *pdu.Deliver) { d.OA = address(t, other) }))
			b.wantTexts()
		})
	})
}

func TestIncompleteMessage(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		b.receive(deliver(t, "jeden ", part(7, 1, 4)))
		b.receive(deliver(t, "trzy ", part(7, 3, 4)))
		b.pass(24*time.Hour - time.Second)
		b.wantTexts()
		b.pass(time.Second)
		b.wantTexts("jeden […]trzy […]")
		in := b.inbox()[0]
		if in.Complete || in.Parts != 4 || !cmp.Equal(in.Missing, []int{2, 4}) {
			t.Errorf("inbound %+v", in)
		}
		// The others come late, with the time stamps of their sending.
		old := func(d *pdu.Deliver) { d.SCTS = in.SentAt }
		b.receive(deliver(t, "dwa ", part(7, 2, 4), old))
		b.wantTexts("jeden […]trzy […]")
		b.receive(deliver(t, "cztery", part(7, 4, 4), old))
		b.wantTexts("jeden dwa trzy cztery")
		if got := b.inbox()[0]; got.ID != in.ID || !got.Complete || got.UpdatedAt.IsZero() || !got.ReceivedAt.Equal(in.ReceivedAt) {
			t.Errorf("inbound %+v", got)
		}
		if n := b.count("message.received"); n != 2 {
			t.Errorf("%d events", n)
		}
		b.pass(9 * 24 * time.Hour)
		b.wantTexts("jeden dwa trzy cztery")
	})
}

// Senders cut where they like; what is cut in two is whole in the end.
func TestPartsCutInsideACharacter(t *testing.T) {
	t.Run("surrogate pair", func(t *testing.T) {
		bubble(t, func(t *testing.T, b *box) {
			ucs2 := func(octets ...byte) func(*pdu.Deliver) {
				return func(d *pdu.Deliver) { d.DCS, d.UD.Data = 0x08, octets }
			}
			b.receive(deliver(t, "", ucs2(0, 'T', 0xd8, 0x3d), part(7, 1, 2)))
			b.receive(deliver(t, "", ucs2(0xde, 0x42, 0, '!'), part(7, 2, 2)))
			b.wantTexts("T🙂!")
		})
	})
	t.Run("escape sequence", func(t *testing.T) {
		bubble(t, func(t *testing.T, b *box) {
			gsm7 := func(septets ...byte) func(*pdu.Deliver) { return func(d *pdu.Deliver) { d.UD.Data = septets } }
			b.receive(deliver(t, "", gsm7('5', 0x1b), part(7, 1, 2)))
			b.receive(deliver(t, "", gsm7('e', '.'), part(7, 2, 2)))
			b.wantTexts("5€.")
		})
	})
	t.Run("parts in two alphabets", func(t *testing.T) {
		bubble(t, func(t *testing.T, b *box) {
			b.receive(deliver(t, "abc", part(7, 1, 2)))
			b.receive(deliver(t, "", func(d *pdu.Deliver) { d.DCS, d.UD.Data = 0x08, []byte{0x01, 0x05} }, part(7, 2, 2)))
			b.wantTexts("abcą")
		})
	})
}

// eightBit makes a text one of 8-bit data.
func eightBit(octets string) func(*pdu.Deliver) {
	return func(d *pdu.Deliver) { d.DCS, d.UD.Data = 0x04, []byte(octets) }
}

// A long message of 8-bit data is text if all of its parts are.
func TestReceiveEightBitParts(t *testing.T) {
	for name, c := range map[string]struct{ second, want string }{
		"text":     {"o 10:30", "TAK, bede o 10:30"},
		"not text": {"\x00\x01", "54414b2c206265646520" + "0001"},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, b *box) {
				b.receive(deliver(t, "", eightBit("TAK, bede "), part(7, 1, 2)))
				b.receive(deliver(t, "", eightBit(c.second), part(7, 2, 2)))
				b.wantTexts(c.want)
			})
		})
	}
}

// A sender that the network gives without the code of its country is the number that is
// written to: the inbox shows the whole number and is found by any form of it.
func TestReceiveWholeNumber(t *testing.T) {
	from := func(typ pdu.TypeOfNumber, digits string) func(*pdu.Deliver) {
		return func(d *pdu.Deliver) { d.OA = pdu.Address{Number: digits, Type: typ, Plan: pdu.PlanISDN} }
	}
	bubble(t, func(t *testing.T, b *box) {
		forms := []func(*pdu.Deliver){
			from(pdu.TypeNational, "512700001"), from(pdu.TypeUnknown, "512700001"), from(pdu.TypeUnknown, "0512700001"),
			from(pdu.TypeUnknown, "0048512700001"), from(pdu.TypeUnknown, "48512700001"), from(pdu.TypeInternational, "48512700001"),
		}
		for i, form := range forms {
			b.receive(deliver(t, fmt.Sprint("TAK ", i), form))
		}
		b.receive(deliver(t, "inny", from(pdu.TypeInternational, "48512700002")))
		for _, in := range b.inbox() {
			if in.Text != "inny" && in.From != address(t, "+48512700001") {
				t.Errorf("%s is from %+v", in.Text, in.From)
			}
		}
		for _, f := range []string{"+48512700001", "512700001"} {
			found, _, err := b.in.Page(t.Context(), inbox.Filter{From: number.Numbering{}.Whole(pdu.Address{Number: strings.TrimPrefix(f, "+"), Type: pdu.TypeUnknown, Plan: pdu.PlanISDN})}, "", 0)
			if err != nil || len(found) != len(forms) {
				t.Errorf("from %s: %d, %v; want %d", f, len(found), err, len(forms))
			}
		}
	})
}

func TestReceiveOddMessages(t *testing.T) {
	name := pdu.Address{Number: "KLINIKA", Type: pdu.TypeAlphanumeric}
	for _, test := range []struct {
		name string
		pdu  func(*pdu.Deliver)
		want inbox.Message
	}{
		{"flash", func(d *pdu.Deliver) { d.DCS = 0x10 }, inbox.Message{Kind: inbox.KindText, Text: "TAK", Flash: true, Parts: 1, Complete: true}},
		{"empty", func(d *pdu.Deliver) { d.UD.Data = nil }, inbox.Message{Kind: inbox.KindText, Parts: 1, Complete: true}},
		{"from a name", func(d *pdu.Deliver) { d.OA = name }, inbox.Message{From: name, Kind: inbox.KindText, Text: "TAK", Parts: 1, Complete: true}},
		{
			"8-bit data", func(d *pdu.Deliver) { d.DCS, d.UD.Data = 0x04, []byte{0, 0xff, 0x1a} },
			inbox.Message{Kind: inbox.KindBinary, Encoding: inbox.EncodingHex, Text: "00ff1a", Parts: 1, Complete: true},
		},
		{"8-bit data that is text", eightBit("TAK, bede o 10:30"), inbox.Message{Kind: inbox.KindBinary, Encoding: inbox.EncodingASCII, Text: "TAK, bede o 10:30", Parts: 1, Complete: true}},
		{"8-bit data that is text, of a class", func(d *pdu.Deliver) { eightBit("TAK\r\nNIE")(d); d.DCS = 0xF5 }, inbox.Message{Kind: inbox.KindBinary, Encoding: inbox.EncodingASCII, Text: "TAK\r\nNIE", Parts: 1, Complete: true}},
		{"8-bit data for a port", func(d *pdu.Deliver) {
			eightBit("BEGIN:VCARD")(d)
			d.UD.Header = pdu.Header{{ID: 0x05, Data: []byte{0x23, 0xF4, 0, 0}}}
		}, inbox.Message{Kind: inbox.KindBinary, Encoding: inbox.EncodingHex, Text: "424547494e3a5643415244", Parts: 1, Complete: true}},
		{"8-bit data for the SIM", func(d *pdu.Deliver) { eightBit("TAK")(d); d.PID = 0x7F }, inbox.Message{Kind: inbox.KindBinary, Encoding: inbox.EncodingHex, Text: "54414b", Parts: 1, Complete: true}},
		{"8-bit data with an octet of Latin-1", eightBit("b\xeade"), inbox.Message{Kind: inbox.KindBinary, Encoding: inbox.EncodingHex, Text: "62ea6465", Parts: 1, Complete: true}},
		{"8-bit data with a control character", eightBit("TAK\x00"), inbox.Message{Kind: inbox.KindBinary, Encoding: inbox.EncodingHex, Text: "54414b00", Parts: 1, Complete: true}},
		{"no 8-bit data", eightBit(""), inbox.Message{Kind: inbox.KindBinary, Encoding: inbox.EncodingHex, Parts: 1, Complete: true}},
		{"voicemail", func(d *pdu.Deliver) { d.DCS, d.UD.Data = 0xc8, nil }, inbox.Message{Kind: inbox.KindVoicemail, Parts: 1, Complete: true}},
		{"part 1 of 1", part(3, 1, 1), inbox.Message{Kind: inbox.KindText, Text: "TAK", Parts: 1, Complete: true}},
		{"part 0 of 0", part(3, 0, 0), inbox.Message{Kind: inbox.KindText, Text: "TAK", Parts: 1, Complete: true}},
		{"part 5 of 2", part(3, 5, 2), inbox.Message{Kind: inbox.KindText, Text: "TAK", Parts: 1, Complete: true}},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, b *box) {
				b.receive(deliver(t, "TAK", test.pdu))
				in := b.inbox()
				if len(in) != 1 {
					t.Fatalf("%d messages", len(in))
				}
				want := test.want
				want.ID, want.ReceivedAt, want.SentAt = in[0].ID, in[0].ReceivedAt, in[0].SentAt
				want.Modem, want.SIM = "sim-a", worker(0).SIM
				if want.From.Number == "" {
					want.From = address(t, patient)
				}
				if diff := cmp.Diff(want, in[0]); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

func TestReceiveWhatNobodyCanRead(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		for _, raw := range [][]byte{nil, {0x07}, {0, 0x01, 0x02}, []byte("+CMT: nonsense")} {
			b.receive(raw)
			b.receive(raw)
		}
		if n := b.count("pdu.rejected"); n != 4 {
			t.Errorf("%d events", n)
		}
		if n := len(b.inbox()); n != 0 {
			t.Errorf("%d messages", n)
		}
		var raws []store.Pair
		err := b.store.View(t.Context(), func(r store.Reader) error {
			var err error
			raws, err = r.Scan("raw/", store.PrefixEnd("raw/"), 0)
			return err
		})
		if err != nil || len(raws) != 4 {
			t.Errorf("%d are kept, %v", len(raws), err)
		}
	})
}

// A status report may lie among the stored messages of a modem.
func TestReceiveAStatusReport(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		m := b.put()
		b.send(17)
		tpdu, err := pdu.StatusReport{MR: 17, RA: address(t, patient), SCTS: time.Now(), Discharge: time.Now()}.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		raw := pdu.WithSMSC(nil, tpdu)
		b.receive(raw)
		b.receive(raw)
		b.check(m.ID, queue.StatusDelivered)
		if n := b.count("report.orphan"); n != 0 {
			t.Errorf("%d orphans", n)
		}
	})
}

func FuzzReceive(f *testing.F) {
	f.Add(deliver(f, "TAK"))
	f.Add(deliver(f, "TAK", part(1, 1, 2)))
	f.Add(deliver(f, "TAK", part(1, 255, 255)))
	f.Add(deliver(f, "TAK", func(d *pdu.Deliver) { d.DCS = 0xc8 }))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, raw []byte) {
		b := newBox(t)
		b.receive(raw)
		b.receive(raw)
		b.tend()
		b.verify()
	})
}

// at sets the time stamp of the service centre.
func at(scts time.Time) func(*pdu.Deliver) {
	return func(d *pdu.Deliver) { d.SCTS = scts.Truncate(time.Second) }
}

// TestReceivedMetrics counts a PDU by what it was.
func TestReceivedMetrics(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewPedanticRegistry()
	b := newBox(t, func(c *inbox.Config) { c.Registerer = registry })
	b.receive(deliver(t, "TAK"))
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			name := f.GetName()
			for _, l := range m.GetLabel() {
				name += " " + l.GetValue()
			}
			got[name] = m.GetCounter().GetValue()
		}
	}
	want := map[string]float64{"goniec_queue_received_total message": 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// No log line shows a number that is part of a key.
func TestLogHoldsNoNumbers(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	b := newBox(t, func(c *inbox.Config) { c.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
	group := "inp/260010/" + patient + "/8-7/none/1" // of no number of parts
	err := b.store.Update(t.Context(), func(tx store.Tx) error {
		if err := store.PutJSON(tx, group, map[string]any{"pcs": []any{map[string]int{"n": 1}}}); err != nil {
			return err
		}
		return tx.Put("tick/000000000000000/"+group, nil) // it is waited for no more
	})
	if err != nil {
		t.Fatal(err)
	}
	b.tend()
	if !strings.Contains(log.String(), "inp/") || strings.Contains(log.String(), "600100200") {
		t.Errorf("log: %s", &log)
	}
}
