package inbox_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"goniec/inbox"
	"goniec/number"
	"goniec/pdu"
	"goniec/queue"
	"goniec/store"
)

// The exchange with a number has both directions in order, page by page, however the
// network writes the number and however much time lies between them.
func TestExchange(t *testing.T) {
	for _, gap := range []time.Duration{time.Minute, 5 * 24 * time.Hour, 100 * 24 * time.Hour} {
		t.Run(gap.String(), func(t *testing.T) { exchange(t, gap) })
	}
}

func exchange(t *testing.T, gap time.Duration) {
	t.Helper()
	bubble(t, func(t *testing.T, b *box) {
		national := strings.TrimPrefix(patient, "+48")
		want := []string{}
		for i, sender := range []string{patient, national, "", patient, ""} {
			if sender == "" {
				b.put(func(d *queue.Draft) { d.Text = fmt.Sprint("Wizyta ", i) })
				m := b.send(byte(i))
				want = append(want, m.Text)
			} else {
				text := "Tak " + sender
				from := address(t, patient)
				if sender == national {
					from = pdu.Address{Number: national, Type: pdu.TypeNational, Plan: pdu.PlanISDN}
				}
				b.hear(from, text)
				want = append(want, text)
			}
			wait(t.Context(), gap)
		}
		lastTo(t, b, want[len(want)-1])
		b.hear(address(t, other), "Nie")
		b.put() // nothing has been tried of it
		var got []string
		next := ""
		for {
			items, after, err := b.in.Exchange(t.Context(), address(t, patient), next, 2)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range items {
				if e.In != nil {
					got = append([]string{e.In.Text}, got...)
				} else {
					got = append([]string{e.Out.Text}, got...)
				}
			}
			if next = after; next == "" {
				break
			}
		}
		if strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("exchange is %q, want %q", got, want)
		}
		b.pass(time.Hour)
		b.prune(time.Minute, time.Minute)
		if items, _, err := b.in.Exchange(t.Context(), address(t, patient), "", 10); err != nil || len(items) != 0 {
			t.Errorf("%d texts are left, %v", len(items), err)
		}
	})
}

// lastTo checks which text went to the patient last.
func lastTo(t *testing.T, b *box, want string) {
	t.Helper()
	err := b.store.View(t.Context(), func(r store.Reader) error {
		m, found, err := queue.ReadLastTo(r, number.Numbering{}, address(t, patient))
		if !found || m.Text != want {
			t.Errorf("the last text to the number is %q, want %q", m.Text, want)
		}
		if _, found, _ := queue.ReadLastTo(r, number.Numbering{}, address(t, other)); found {
			t.Error("something was sent to another number")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// hear receives a text.
func (b *box) hear(from pdu.Address, text string) {
	b.t.Helper()
	raw := deliver(b.t, text, func(d *pdu.Deliver) { d.OA = from })
	if err := b.in.Receive(b.t.Context(), worker(0), inbox.Decode(raw, time.Now())); err != nil {
		b.t.Fatal(err)
	}
}
