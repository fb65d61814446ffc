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
