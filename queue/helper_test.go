package queue_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"goniec/clock"
	"goniec/event"
	"goniec/pdu"
	"goniec/queue"
	"goniec/store"
	"goniec/store/memstore"
)

const (
	patient = "+48600100200"
	other   = "+48601101201"
)

// box is a queue on a store, with what tests ask it for.
type box struct {
	*queue.Queue
	t      *testing.T
	store  store.Store
	events *event.Log
}

// newBox returns a queue on a memory store that is checked when the test ends.
func newBox(t *testing.T, adjust ...func(*queue.Config)) *box {
	t.Helper()
	s := memstore.New()
	b := newBoxOn(t, s, adjust...)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func newBoxOn(t *testing.T, s store.Store, adjust ...func(*queue.Config)) *box {
	t.Helper()
	events := event.New(s, "box")
	c := queue.Config{Store: s, Events: events, Box: "box"}
	for _, a := range adjust {
		a(&c)
	}
	if c.Clock == nil {
		c.Clock = queue.SkewedClock(&c, clock.Boot{})
	}
	q, err := queue.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return &box{Queue: q, t: t, store: s, events: events}
}

func address(t testing.TB, s string) pdu.Address {
	t.Helper()
	a, err := pdu.ParseAddress(s)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// draft returns a plain message to the patient.
func draft(t testing.TB, adjust ...func(*queue.Draft)) queue.Draft {
	d := queue.Draft{To: address(t, patient), Text: "Wizyta jutro 10:00. Odpisz TAK lub NIE"}
	for _, a := range adjust {
		a(&d)
	}
	return d
}

// long makes a draft one of three parts.
func long(d *queue.Draft) { d.Text = strings.Repeat("Wizyta jutro o 10. ", 22) }

// put enqueues one draft and returns its message.
func (b *box) put(adjust ...func(*queue.Draft)) queue.Message {
	b.t.Helper()
	results, _, err := b.Enqueue(b.t.Context(), queue.Caller{Token: "his"}, []queue.Draft{draft(b.t, adjust...)})
	if err != nil {
		b.t.Fatal(err)
	}
	if results[0].Err != nil {
		b.t.Fatal(results[0].Err)
	}
	return results[0].Message
}

func worker(n int) queue.Worker {
	return queue.Worker{Modem: fmt.Sprintf("sim-%c", 'a'+n), SIM: fmt.Sprintf("26001000000000%d", n)}
}

// claim takes the next part for worker 0, which must be there.
func (b *box) claim() queue.Submission {
	b.t.Helper()
	return b.claimBy(worker(0))
}

func (b *box) claimBy(w queue.Worker) queue.Submission {
	b.t.Helper()
	s, ok, err := b.Claim(b.t.Context(), w)
	if err != nil {
		b.t.Fatal(err)
	}
	if !ok {
		b.t.Fatal("nothing to claim")
	}
	return s
}

// none checks that there is nothing to claim for worker 0.
func (b *box) none() {
	b.t.Helper()
	s, ok, err := b.Claim(b.t.Context(), worker(0))
	if err != nil {
		b.t.Fatal(err)
	}
	if ok {
		b.t.Fatalf("claimed part %d of a message that is %s", s.Part, s.Message.Status)
	}
}

// record records an outcome and returns what is handed over.
func (b *box) record(s queue.Submission, o queue.Outcome) (queue.Submission, bool) {
	b.t.Helper()
	next, ok, err := b.Record(b.t.Context(), s, o, false)
	if err != nil {
		b.t.Fatal(err)
	}
	return next, ok
}

func accepted(mr byte) queue.Outcome { return queue.Outcome{Kind: queue.Accepted, MR: mr} }

// send claims a message and has each part accepted, with references from mr on.
func (b *box) send(mr byte) queue.Message {
	b.t.Helper()
	s := b.claim()
	for ok := true; ok; mr++ {
		id := s.Message.ID
		if s, ok = b.record(s, accepted(mr)); !ok {
			return b.get(id)
		}
	}
	return queue.Message{}
}

func (b *box) get(id string) queue.Message {
	b.t.Helper()
	m, err := b.Message(b.t.Context(), id)
	if err != nil {
		b.t.Fatal(err)
	}
	return m
}

// report brings a status report for the patient on worker 0.
func (b *box) report(mr byte, status pdu.Status) {
	b.t.Helper()
	b.reportFor(worker(0), address(b.t, patient), mr, status)
}

func (b *box) reportFor(w queue.Worker, ra pdu.Address, mr byte, status pdu.Status) {
	b.t.Helper()
	now := time.Now()
	r := pdu.StatusReport{MR: mr, RA: ra, SCTS: now, Discharge: now, Status: status}
	if err := b.Report(b.t.Context(), w, r, now); err != nil {
		b.t.Fatal(err)
	}
}

func (b *box) tend() time.Time {
	b.t.Helper()
	next, err := b.Tend(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	return next
}

// pass lets time pass, tending as the app would, so that nothing happens late.
// It is for tests in a synctest bubble.
func (b *box) pass(d time.Duration) {
	b.t.Helper()
	end := time.Now().Add(d)
	for time.Now().Before(end) {
		next := b.tend()
		if next.After(end) {
			next = end
		}
		wait(b.t.Context(), max(time.Millisecond, time.Until(next)))
	}
	b.tend()
}

// wait waits for d.
func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// check checks the invariants of the store and that the message has a status.
func (b *box) check(id string, want queue.Status) queue.Message {
	b.t.Helper()
	queue.CheckInvariants(b.t, b.store)
	m := b.get(id)
	if m.Status != want {
		b.t.Fatalf("message is %s (%+v), want %s", m.Status, m.Error, want)
	}
	return m
}

// told returns the types of the events there were, each with the status and the
// code of its data.
func (b *box) told() []string {
	b.t.Helper()
	events, err := b.events.After(b.t.Context(), "", 10_000)
	if err != nil {
		b.t.Fatal(err)
	}
	var told []string
	for _, e := range events {
		var data struct {
			Status    queue.Status `json:"status"`
			ErrorCode string       `json:"error_code"`
			Final     bool         `json:"final"`
		}
		if err := json.Unmarshal(e.Data, &data); err != nil {
			b.t.Fatal(err)
		}
		if data.Final != data.Status.Final() {
			b.t.Errorf("%s says that it is final: %v", e.Type, data.Final)
		}
		told = append(told, strings.TrimSuffix(e.Type+" "+data.ErrorCode, " "))
	}
	return told
}

// count returns how many events of a type there were.
func (b *box) count(typ string) int {
	b.t.Helper()
	told := b.told()
	return len(slices.DeleteFunc(told, func(s string) bool { first, _, _ := strings.Cut(s, " "); return first != typ }))
}

// statuses returns the statuses of the parts of m.
func statuses(m queue.Message) []queue.PartStatus {
	var all []queue.PartStatus
	for _, p := range m.Parts {
		all = append(all, p.Status)
	}
	return all
}
