package inbox_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"goniec/queue"
)

func TestPrune(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		const month, halfYear = 30 * 24 * time.Hour, 180 * 24 * time.Hour
		var sent []queue.Message
		for range 130 { // more than one transaction
			sent = append(sent, b.put(long))
			b.send(1)
		}
		for i := range 130 {
			b.receive(deliver(t, fmt.Sprintf("Odpowiedz %d", i)))
		}
		b.receive(deliver(t, "Odpowiedz bez konca", part(7, 1, 2)))
		b.receive([]byte("nonsense"))
		later := b.put(func(d *queue.Draft) { d.SendAt = time.Now().AddDate(0, 3, 0) })

		b.passLong(month)
		b.prune(month+time.Minute, halfYear)
		if n := strings.Count(b.dump(), "Wizyta jutro o 10."); n == 0 {
			t.Fatal("texts are gone too early")
		}
		b.pass(2 * time.Minute)
		b.prune(month+time.Minute, halfYear)
		dump := b.dump()
		for _, text := range []string{"Wizyta jutro o 10.", "Odpowiedz", "raw/"} {
			if strings.Contains(dump, text) {
				t.Errorf("%q is still there", text)
			}
		}
		got := b.check(sent[0].ID, queue.StatusSent)
		if !got.TextRemoved || got.Text != "" || got.PartText(1) != "" || len(got.Attempts) != 3 {
			t.Errorf("message %+v", got)
		}
		if in := b.inbox(); len(in) != 131 || !in[0].TextRemoved || in[0].Text != "" {
			t.Errorf("%d inbound, the first %+v", len(in), in[0])
		}
		if got := b.check(later.ID, queue.StatusScheduled); got.TextRemoved || got.Text == "" {
			t.Errorf("a message that waits has lost its text")
		}

		b.passLong(halfYear)
		b.prune(month, halfYear)
		dump = b.dump()
		for _, what := range []string{"\nm/" + sent[0].ID, "\nin/", "\nmr/", "\nref/", "\ninp/", "\nseen/"} {
			if strings.Contains("\n"+dump, what) {
				t.Errorf("%q is still there:\n%s", what, dump[:min(len(dump), 2000)])
			}
		}
	})
}

// A late part of a message whose text has been removed brings nothing back.
func TestPrunedGroupIsNotCompleted(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		first := time.Now()
		b.receive(deliver(t, "Odpowiedz ", part(7, 1, 2)))
		b.pass(25 * time.Hour)
		b.wantTexts("Odpowiedz […]")
		b.prune(time.Hour, 100*time.Hour)
		if dump := b.dump(); strings.Contains(dump, "Odpowiedz") || strings.Contains(dump, "inp/") {
			t.Errorf("parts are still there:\n%s", dump)
		}
		b.receive(deliver(t, "dalej", part(7, 2, 2), at(first)))
		b.wantTexts("")
	})
}
