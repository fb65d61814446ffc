package queue_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"goniec/pdu"
	"goniec/queue"
	"goniec/store"
	"goniec/store/memstore"
)

// dump returns everything in the store as one string.
func (b *box) dump() string {
	b.t.Helper()
	var all bytes.Buffer
	err := b.store.View(b.t.Context(), func(r store.Reader) error {
		pairs, err := r.Scan("", "", 0)
		for _, p := range pairs {
			fmt.Fprintf(&all, "%s = %s\n", p.Key, p.Value)
		}
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return all.String()
}

func (b *box) prune(texts, records time.Duration) {
	b.t.Helper()
	if err := b.Prune(b.t.Context(), texts, records); err != nil {
		b.t.Fatal(err)
	}
	queue.CheckInvariants(b.t, b.store)
}

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

func TestPruneKeepsWhatWaits(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		queued := b.put()
		uncertain := b.put()
		b.record(b.claim(), unknown())
		b.prune(0, 0)
		if b.get(queued.ID).Text == "" || b.get(uncertain.ID).Text == "" {
			t.Error("a text that may have to be sent is gone")
		}
	})
}

// A text that retention has removed cannot be sent again; the message fails.
func TestAbandonedAfterItsTextWasRemoved(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		m := b.put()
		b.send(1)
		wait(t.Context(), time.Second)
		b.prune(0, time.Hour)
		b.report(1, 0x62)
		b.check(m.ID, queue.StatusFailed)
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

// TestMessageOfManyParts has a message with as many parts as there can be, and more
// keys than a transaction may change, go through its whole life.
func TestMessageOfManyParts(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(b *box, id string){
		"pruned": func(b *box, _ string) {
			b.pass(time.Minute)
			b.prune(0, 0)
			b.prune(0, 0)
		},
		"erased": func(b *box, _ string) {
			erased, err := b.Erase(b.t.Context(), queue.Erasing{Number: address(b.t, patient)})
			if err != nil || erased.Messages != 1 {
				b.t.Errorf("%+v, %v, want one message", erased, err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := memstore.New()
				b := newBoxOn(t, s, func(c *queue.Config) { c.MaxParts = pdu.MaxParts })
				text := strings.Repeat("Wizyta jutro o 10. ", pdu.MaxParts*153/19)
				m := b.put(func(d *queue.Draft) { d.Text = text })
				if sent := b.send(0); len(sent.Parts) < 250 || sent.Status != queue.StatusSent || len(sent.Attempts) != len(sent.Parts) {
					t.Fatalf("%d parts, %d attempts, %s", len(sent.Parts), len(sent.Attempts), sent.Status)
				}
				queue.CheckInvariants(t, b.store)
				end(b, m.ID)
				queue.CheckInvariants(t, b.store)
				if _, err := b.Message(t.Context(), m.ID); !errors.Is(err, store.ErrNotFound) {
					t.Errorf("the message is still there: %v", err)
				}
				if dump := b.dump(); strings.Contains(dump, m.ID) && strings.Contains(dump, "mr/") {
					t.Error("keys that led to the message are still there")
				}
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}
