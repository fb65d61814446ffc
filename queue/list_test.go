package queue_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"goniec/event"
	"goniec/queue"
	"goniec/store"
	"goniec/store/memstore"
)

// all reads a list to its end and returns the references, and in how many pages.
func (b *box) all(f queue.Filter, limit int) (references []string, pages int) {
	b.t.Helper()
	for after := ""; ; {
		items, next, err := b.Messages(b.t.Context(), f, after, limit)
		if err != nil {
			b.t.Fatal(err)
		}
		if len(items) > limit {
			b.t.Fatalf("%d items, the limit is %d", len(items), limit)
		}
		for _, m := range items {
			references = append(references, m.Reference)
		}
		pages++
		if after = next; after == "" {
			return references, pages
		}
	}
}

func numbers(from, to int) []string {
	var all []string
	for i := from; i >= to; i-- {
		all = append(all, fmt.Sprint(i))
	}
	return all
}

func TestListMessages(t *testing.T) {
	bubble(t, func(t *testing.T, b *box) {
		begin := time.Now()
		for i := range 100 { // one a minute
			b.put(func(d *queue.Draft) {
				d.Reference = fmt.Sprint(i)
				if i%10 == 0 {
					d.To = address(t, other)
				}
				if i%20 == 0 {
					d.Priority = queue.High
				}
				if i == 17 {
					d.Origin = queue.OriginReply
				}
			})
			wait(t.Context(), time.Minute)
		}
		for range 5 {
			b.record(b.claim(), accepted(1)) // those of high priority
		}
		for _, test := range []struct {
			name   string
			filter queue.Filter
			want   []string
		}{
			{"all", queue.Filter{}, numbers(99, 0)},
			{"recipient", queue.Filter{To: address(t, other)}, strings.Fields("90 80 70 60 50 40 30 20 10 0")},
			{"status", queue.Filter{Statuses: []queue.Status{queue.StatusSent}}, strings.Fields("80 60 40 20 0")},
			{"reference", queue.Filter{Reference: "17"}, []string{"17"}},
			{"origin", queue.Filter{Origin: queue.OriginReply}, []string{"17"}},
			{"another origin", queue.Filter{Origin: queue.OriginCall}, nil},
			{"origin of most", queue.Filter{Origin: queue.OriginAPI, Until: begin.Add(20 * time.Minute)}, append(numbers(19, 18), numbers(16, 0)...)},
			{"since", queue.Filter{Since: begin.Add(95 * time.Minute)}, numbers(99, 95)},
			{"until", queue.Filter{Until: begin.Add(3 * time.Minute)}, numbers(2, 0)},
			{"since and until", queue.Filter{Since: begin.Add(10 * time.Minute), Until: begin.Add(13 * time.Minute)}, numbers(12, 10)},
			{"nothing", queue.Filter{Statuses: []queue.Status{queue.StatusFailed}}, nil},
		} {
			for _, limit := range []int{1, 3, 10, 100, 1000} {
				got, pages := b.all(test.filter, limit)
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("%s by %d:\n%s", test.name, limit, diff)
				}
				if want := max(1, (len(got)+limit-1)/limit); pages != want {
					t.Errorf("%s by %d: %d pages, want %d", test.name, limit, pages, want)
				}
			}
		}
	})
}

// A page that finds nothing ends after a bounded number of records and says where
// to go on.
func TestListIsBounded(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	many := drafts(t, 5200)
	for i := range many {
		if i != 10 {
			many[i].SendAt = time.Now().Add(time.Hour) // their parts are queued, so they have to be decoded
		}
	}
	if _, _, err := b.Enqueue(t.Context(), queue.Caller{}, many); err != nil {
		t.Fatal(err)
	}
	f := queue.Filter{Statuses: []queue.Status{queue.StatusQueued}}
	items, next, err := b.Messages(t.Context(), f, "", 10)
	if err != nil || len(items) != 0 || next == "" {
		t.Fatalf("%d items, next %q, %v", len(items), next, err)
	}
	items, next, err = b.Messages(t.Context(), f, next, 10)
	if err != nil || len(items) != 1 || next != "" {
		t.Fatalf("%d items, next %q, %v", len(items), next, err)
	}
}

func TestListPassesOverDamagedRecords(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	first, second := b.put(), b.put()
	err := b.store.Update(t.Context(), func(tx store.Tx) error { return tx.Put("m/"+second.ID, []byte("rubbish")) })
	if err != nil {
		t.Fatal(err)
	}
	items, _, err := b.Messages(t.Context(), queue.Filter{}, "", 10)
	if err != nil || len(items) != 1 || items[0].ID != first.ID {
		t.Errorf("%d items, %v", len(items), err)
	}
	if _, err := b.Message(t.Context(), second.ID); err == nil || errors.Is(err, store.ErrNotFound) {
		t.Errorf("error %v", err)
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewPedanticRegistry()
	b := newBox(t, func(c *queue.Config) { c.Registerer = registry })
	b.put(long)
	b.send(1)
	b.report(1, 0)
	b.report(77, 0)
	b.put()
	want := []string{
		"goniec_queue_attempts_total accepted 3",
		"goniec_queue_messages queued 1",
		"goniec_queue_messages sent 1",
		"goniec_queue_messages_accepted_total normal 2",
		"goniec_queue_parts_accepted_total 4",
		"goniec_queue_reports_total orphan delivered 1",
		"goniec_queue_reports_total reference delivered 1",
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, family := range families {
		for _, m := range family.GetMetric() {
			line := []string{family.GetName()}
			for _, label := range m.GetLabel() {
				line = append(line, label.GetValue())
			}
			if value := m.GetCounter().GetValue() + m.GetGauge().GetValue(); value != 0 {
				got = append(got, strings.Join(append(line, fmt.Sprint(value)), " "))
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	s := memstore.New()
	good := queue.Config{Store: s, Events: event.New(s, "box")}
	if _, err := queue.New(good); err != nil {
		t.Fatal(err)
	}
	for field, spoil := range map[string]func(*queue.Config){
		"Store":         func(c *queue.Config) { c.Store = nil },
		"Events":        func(c *queue.Config) { c.Events = nil },
		"Uncertain":     func(c *queue.Config) { c.Uncertain = "hope" },
		"MaxParts":      func(c *queue.Config) { c.MaxParts = 256 },
		"UncertainWait": func(c *queue.Config) { c.UncertainWait = -1 },
		"Numbering":     func(c *queue.Config) { c.Numbering.Region = "Poland" },
		"QuietHours":    func(c *queue.Config) { c.QuietHours.From = 25 * time.Hour },
	} {
		c := good
		spoil(&c)
		if _, err := queue.New(c); err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("%s: error %v", field, err)
		}
	}
}

// Every status is told by an event of its name, but the two that are one.
func TestStatusesAreThoseOfTheContract(t *testing.T) {
	t.Parallel()
	want := []queue.Status{
		"scheduled", "queued", "held", "sending", "uncertain", "sent", "delivered", "failed", "expired", "cancelled",
	}
	if !slices.Equal(queue.Statuses(), want) {
		t.Errorf("statuses %v", queue.Statuses())
	}
}

// What a list is asked for may be written otherwise in a record.
func TestListFindsWhatIsEscaped(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	b.put()
	for _, reference := range []string{`a "b" \ c`, "<wizyta & ból>", "żółć\u2028", "zwykła"} {
		want := b.put(func(d *queue.Draft) { d.Reference = reference })
		items, _, err := b.Messages(t.Context(), queue.Filter{Reference: reference, To: address(t, patient), Statuses: []queue.Status{queue.StatusQueued}}, "", 10)
		if err != nil || len(items) != 1 || items[0].ID != want.ID {
			t.Errorf("reference %q: %d items, %v", reference, len(items), err)
		}
	}
}
