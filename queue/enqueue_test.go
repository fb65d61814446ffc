package queue_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"goniec/pdu"
	"goniec/queue"
	"goniec/store"
	"goniec/store/memstore"
	"goniec/suppression"
)

func TestEnqueueKeepsTheFinalText(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	m := b.put(func(d *queue.Draft) {
		d.Text, d.Encoding, d.Priority, d.Purpose, d.Modem = "Wizyta o 10:00 – prosimy być wcześniej", pdu.Fold, queue.Low, suppression.Care, "sim-a"
	})
	got := b.check(m.ID, queue.StatusQueued)
	if diff := cmp.Diff(m, got); diff != "" {
		t.Errorf("answered and stored differ:\n%s", diff)
	}
	if want := "Wizyta o 10:00 - prosimy byc wczesniej"; got.Text != want || got.Alphabet != pdu.GSM7 {
		t.Errorf("text is %q in %s, want %q", got.Text, got.Alphabet, want)
	}
	if got.To != address(t, patient) || got.Priority != queue.Low || got.Purpose != suppression.Care || got.Modem != "sim-a" {
		t.Errorf("stored %+v", got)
	}
	if want := got.CreatedAt.Add(72 * time.Hour); !got.ExpiresAt.Equal(want) {
		t.Errorf("expires at %v, want %v", got.ExpiresAt, want)
	}
}

func TestEnqueueRefuses(t *testing.T) {
	t.Parallel()
	now := time.Now()
	tests := []struct {
		name   string
		adjust func(*queue.Draft)
		code   string
		field  string
	}{
		{"no number", func(d *queue.Draft) { d.To = pdu.Address{} }, queue.RefusedTo, "to"},
		{"a name", func(d *queue.Draft) { d.To = pdu.Address{Number: "KLINIKA", Type: pdu.TypeAlphanumeric} }, queue.RefusedTo, "to"},
		{"empty text", func(d *queue.Draft) { d.Text = "" }, queue.RefusedText, "text"},
		{"invalid UTF-8", func(d *queue.Draft) { d.Text = "a\xff" }, queue.RefusedText, "text"},
		{"control character", func(d *queue.Draft) { d.Text = "a\x1ab" }, queue.RefusedText, "text"},
		{"300 kB", func(d *queue.Draft) { d.Text = strings.Repeat("x", 300_000) }, queue.RefusedText, "text"},
		{"not GSM 7-bit", func(d *queue.Draft) { d.Text, d.Encoding = "ą", pdu.ForceGSM7 }, queue.RefusedText, "text"},
		{"encoding", func(d *queue.Draft) { d.Encoding = "latin2" }, queue.RefusedEncoding, "encoding"},
		{"priority", func(d *queue.Draft) { d.Priority = "urgent" }, queue.RefusedPriority, "priority"},
		{"purpose", func(d *queue.Draft) { d.Purpose = "fun" }, queue.RefusedPurpose, "purpose"},
		{"reference", func(d *queue.Draft) { d.Reference = strings.Repeat("r", 129) }, queue.RefusedReference, "reference"},
		{"expired", func(d *queue.Draft) { d.ExpiresAt = now.Add(-time.Minute) }, queue.RefusedExpired, "expires_at"},
		{"expires before it is sent", func(d *queue.Draft) {
			d.SendAt, d.ExpiresAt = now.Add(2*time.Hour), now.Add(time.Hour)
		}, queue.RefusedWindow, "expires_at"},
		{"expires when it is sent", func(d *queue.Draft) {
			d.SendAt, d.ExpiresAt = now.Add(time.Hour), now.Add(time.Hour)
		}, queue.RefusedWindow, "expires_at"},
		{"a year ago", func(d *queue.Draft) { d.SendAt = now.AddDate(-1, 0, 0) }, queue.RefusedPast, "send_at"},
		{"two years ahead", func(d *queue.Draft) { d.SendAt = now.AddDate(2, 0, 0) }, queue.RefusedSendAt, "send_at"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := newBox(t)
			results, _, err := b.Enqueue(t.Context(), queue.Caller{Token: "his"}, []queue.Draft{draft(t, test.adjust), draft(t)})
			if err != nil {
				t.Fatal(err)
			}
			var refused *queue.RefusedError
			if !errors.As(results[0].Err, &refused) || refused.Code != test.code || refused.Field != test.field {
				t.Errorf("result %+v, want %s at %s", results[0].Err, test.code, test.field)
			}
			var cause *pdu.TextError
			if (test.code == queue.RefusedText) != errors.As(results[0].Err, &cause) {
				t.Errorf("cause of %v is %v", results[0].Err, cause)
			}
			if results[1].Err != nil {
				t.Errorf("the other draft is refused: %v", results[1].Err)
			}
			b.check(results[1].Message.ID, queue.StatusQueued)
		})
	}
}

func key(k, body string) queue.Caller {
	return queue.Caller{Token: "his", Key: k, BodyHash: sha256.Sum256([]byte(body))}
}

func drafts(t testing.TB, n int) []queue.Draft {
	all := make([]queue.Draft, n)
	for i := range all {
		all[i] = draft(t, func(d *queue.Draft) { d.Reference = fmt.Sprint(i) })
	}
	return all
}

func TestRepeatedCallGivesTheFirstAnswer(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		drafts []queue.Draft
	}{
		{"one", []queue.Draft{draft(t)}},
		{"one scheduled", []queue.Draft{draft(t, func(d *queue.Draft) { d.SendAt = time.Now().Add(time.Hour) })}},
		{"several, one refused", append(drafts(t, 3), queue.Draft{})},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := newBox(t)
			first, replayed, err := b.Enqueue(t.Context(), key("k", "body"), test.drafts)
			if err != nil || replayed {
				t.Fatal(err, replayed)
			}
			if s, ok, err := b.Claim(t.Context(), worker(0)); err != nil {
				t.Fatal(err)
			} else if ok {
				b.record(s, accepted(1)) // what became of it does not change the answer
			}
			again, replayed, err := b.Enqueue(t.Context(), key("k", "body"), test.drafts)
			if err != nil || !replayed {
				t.Fatal(err, replayed)
			}
			ignoreCause := cmp.Transformer("refused", func(e *queue.RefusedError) string { return e.Error() })
			if len(test.drafts) == 1 {
				if diff := cmp.Diff(first, again, ignoreCause); diff != "" {
					t.Error(diff)
				}
			}
			for i := range first {
				if first[i].Message.ID != again[i].Message.ID || (first[i].Err == nil) != (again[i].Err == nil) {
					t.Errorf("result %d is %+v, was %+v", i, again[i], first[i])
				}
			}
			if _, _, err := b.Enqueue(t.Context(), key("k", "other"), test.drafts); !errors.Is(err, queue.ErrKeyReused) {
				t.Errorf("another body: %v", err)
			}
			if n := b.count("message.queued"); n != min(3, len(test.drafts)) {
				t.Errorf("%d messages were queued", n)
			}
			other := key("k", "other")
			other.Token = "someone else"
			if _, replayed, err := b.Enqueue(t.Context(), other, test.drafts); err != nil || replayed {
				t.Errorf("another token with the same key: %v, %v", replayed, err)
			}
			queue.CheckInvariants(t, b.store)
		})
	}
}

func TestRefusedCallIsNotRemembered(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	if _, _, err := b.Enqueue(t.Context(), key("k", "bad"), []queue.Draft{{}}); err != nil {
		t.Fatal(err)
	}
	results, replayed, err := b.Enqueue(t.Context(), key("k", "good"), drafts(t, 1))
	if err != nil || replayed || results[0].Err != nil {
		t.Fatal(results, replayed, err)
	}
}

func TestIdempotencyKeyIsForgottenAfterThreeDays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		if _, _, err := b.Enqueue(t.Context(), key("k", "body"), drafts(t, 1)); err != nil {
			t.Fatal(err)
		}
		b.pass(72*time.Hour - time.Second)
		if _, replayed, err := b.Enqueue(t.Context(), key("k", "body"), drafts(t, 1)); err != nil || !replayed {
			t.Fatal(replayed, err)
		}
		b.pass(2 * time.Second)
		if _, replayed, err := b.Enqueue(t.Context(), key("k", "body"), drafts(t, 1)); err != nil || replayed {
			t.Fatal(replayed, err)
		}
		queue.CheckInvariants(t, b.store)
	})
}

// narrow is a store with small transactions that fails after some of them, as if
// the box had died there.
type narrow struct {
	store.Store
	left int
}

var errDied = errors.New("died")

func (n *narrow) Limits() store.Limits { return store.Limits{Operations: 128, Bytes: 1 << 20} }

func (n *narrow) Update(ctx context.Context, fn func(store.Tx) error) error {
	if n.left--; n.left < 0 {
		return errDied
	}
	return n.Store.Update(ctx, fn)
}

func TestBatchCutByACrashIsResumedWithoutDoubling(t *testing.T) {
	t.Parallel()
	const count = 100
	for died := range 10 {
		t.Run(fmt.Sprintf("after %d transactions", died), func(t *testing.T) {
			t.Parallel()
			n := &narrow{memstore.New(), died}
			b := newBoxOn(t, n)
			if _, _, err := b.Enqueue(t.Context(), key("k", "body"), drafts(t, count)); !errors.Is(err, errDied) {
				t.Fatalf("error %v", err)
			}
			n.left = 1000
			results, _, err := b.Enqueue(t.Context(), key("k", "body"), drafts(t, count))
			if err != nil {
				t.Fatal(err)
			}
			for i, r := range results {
				if m := b.get(r.Message.ID); r.Err != nil || m.Reference != fmt.Sprint(i) {
					t.Fatalf("result %d is message %q, %v", i, m.Reference, r.Err)
				}
			}
			if n := b.count("message.queued"); n != count {
				t.Errorf("%d messages were queued, want %d", n, count)
			}
			queue.CheckInvariants(t, b.store)
		})
	}
}

func TestSameCallAtTheSameTimeIsTakenOnce(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	const calls, count = 8, 450 // more than one transaction each
	var wg sync.WaitGroup
	ids := make([]string, calls)
	for i := range calls {
		wg.Go(func() {
			results, _, err := b.Enqueue(t.Context(), key("k", "body"), drafts(t, count))
			if err != nil {
				t.Error(err)
				return
			}
			for _, r := range results {
				ids[i] += r.Message.ID + " "
			}
		})
	}
	wg.Wait()
	for _, other := range ids {
		if other != ids[0] {
			t.Error("two calls got different ids")
		}
	}
	if n := b.count("message.queued"); n != count {
		t.Errorf("%d messages were queued, want %d", n, count)
	}
}

func TestBatchKeepsItsOrder(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	if _, _, err := b.Enqueue(t.Context(), queue.Caller{}, drafts(t, 450)); err != nil {
		t.Fatal(err)
	}
	for i := range 450 {
		s := b.claim()
		if s.Message.Reference != fmt.Sprint(i) {
			t.Fatalf("claim %d is message %s", i, s.Message.Reference)
		}
		b.record(s, accepted(byte(i)))
	}
	b.none()
}

func TestConcatenationReferencesAreNotRepeatedWithinADay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		used := map[string]time.Time{}
		for i := range 300 {
			m := b.put(long)
			name := fmt.Sprint(m.ConcatReference, m.Wide)
			if last, found := used[name]; found && time.Since(last) < 24*time.Hour {
				t.Fatalf("message %d repeats reference %s after %v", i, name, time.Since(last))
			}
			used[name] = time.Now()
			if want := i >= 256; m.Wide != want {
				t.Fatalf("message %d has a wide reference: %v", i, m.Wide)
			}
			wait(t.Context(), time.Minute)
		}
		m := b.put(long, func(d *queue.Draft) { d.To = address(t, other) })
		if m.Wide {
			t.Error("another number is affected")
		}
		wait(t.Context(), 20*time.Hour)
		if m := b.put(long); m.Wide {
			t.Error("references have not become free after a day")
		}
		queue.CheckInvariants(t, b.store)
	})
}

// A text that just fits its parts with a narrow reference takes one more with a
// wide one, and is still sent.
func TestWideReferenceCutsAnew(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	full := func(d *queue.Draft) { d.Text = strings.Repeat("x", 6*153) }
	for range 256 {
		if m := b.put(full); m.Wide || len(m.Parts) != 6 {
			t.Fatalf("wide: %v, %d parts", m.Wide, len(m.Parts))
		}
	}
	m := b.put(full)
	if !m.Wide || len(m.Parts) != 7 {
		t.Fatalf("wide: %v, %d parts", m.Wide, len(m.Parts))
	}
	if part := m.PartText(0); len(part) != 152 {
		t.Errorf("first part has %d characters", len(part))
	}
	b.check(m.ID, queue.StatusQueued)
}

func TestScheduledMessage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		m := b.put(func(d *queue.Draft) { d.SendAt = time.Now().Add(90 * time.Minute) })
		b.check(m.ID, queue.StatusScheduled)
		b.none()
		if due, ok, err := b.NextDue(t.Context(), worker(0)); err != nil || !ok || !due.Equal(m.SendAt) {
			t.Errorf("next due %v, %v, %v, want %v", due, ok, err, m.SendAt)
		}
		b.pass(89 * time.Minute)
		b.check(m.ID, queue.StatusScheduled)
		b.none()
		b.pass(time.Minute)
		b.check(m.ID, queue.StatusQueued)
		b.send(1)
		b.check(m.ID, queue.StatusSent)
	})
}

// Whatever is done to a message, no event carries its text or a number.
func TestEventsCarryNoTextAndNoNumber(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	m := b.put()
	b.record(b.claim(), queue.Outcome{Kind: queue.Retry, Code: "cms_38", Detail: "network out of order", RetryAfter: time.Nanosecond})
	m2 := b.put(func(d *queue.Draft) { d.SendAt = time.Now().Add(time.Hour) })
	if _, err := b.Cancel(t.Context(), m2.ID, "his"); err != nil {
		t.Fatal(err)
	}
	b.report(77, 0x41)
	b.tend()
	events, err := b.events.After(t.Context(), "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		all, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(all), "100200") || strings.Contains(string(all), "Wizyta") {
			t.Errorf("event %s", all)
		}
	}
	if len(events) < 6 || !strings.Contains(string(events[0].Data), m.ID) {
		t.Errorf("%d events, the first is %s", len(events), events[0].Data)
	}
}
