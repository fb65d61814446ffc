package reply_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"goniec/clock"
	"goniec/event"
	"goniec/inbox"
	"goniec/pdu"
	"goniec/queue"
	"goniec/reply"
	"goniec/reply/reader"
	"goniec/store"
	"goniec/store/memstore"
	"goniec/suppression"
)

const (
	patient = "+48600100200"
	other   = "+48601101201"
)

// desk is everything about replies on a store in memory, in a bubble.
type desk struct {
	*reply.Replies
	t        *testing.T
	store    store.Store
	queue    *queue.Queue
	received *inbox.Inbox
	events   *event.Log
	halt     func() // ends what run began
	part     byte   // reference of the latest text that lacks a part
}

func newDesk(t *testing.T, adjust func(*reply.Config)) *desk {
	t.Helper()
	return newDeskOn(t, memstore.New(), nil, adjust)
}

// newDeskOn is newDesk with a store and a clock; nil: one that needs no confirmation.
func newDeskOn(t *testing.T, s store.Store, ticks *clock.Clock, adjust func(*reply.Config)) *desk {
	t.Helper()
	events := event.New(s, "box")
	q, err := queue.New(queue.Config{Store: s, Events: events, Box: "box", Clock: ticks})
	if err != nil {
		t.Fatal(err)
	}
	words, err := reader.New(reader.Options{})
	if err != nil {
		t.Fatal(err)
	}
	in, err := inbox.New(inbox.Config{Store: s, Events: events, Queue: q})
	if err != nil {
		t.Fatal(err)
	}
	c := reply.Config{
		Store: s, Events: events, Queue: q, Inbox: in, Suppressions: suppression.New(s, events), Reader: words, Box: "box", Language: "pl", Phone: "+48221234567",
		Logger: slog.New(slog.DiscardHandler),
		Text: func(_ string, kind reply.TextKind) string {
			switch kind {
			case reply.TextWhich:
				return "Ktora wizyta? Odpisz numerem:\n{choices}"
			case reply.TextUnclearWhich:
				return "Odpisz na przyklad 1 TAK, 2 NIE:\n{choices}"
			case reply.TextEvery:
				return "wszystkie"
			case reply.TextClosed:
				return ""
			default:
				return string(kind) + " {phone}"
			}
		},
	}
	if adjust != nil {
		adjust(&c)
	}
	r, err := reply.New(c)
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{Replies: r, t: t, store: s, queue: q, received: in, events: events}
	d.run()
	t.Cleanup(func() {
		d.halt()
		err := s.View(context.Background(), func(rd store.Reader) error {
			tell := func(f store.Finding) { t.Errorf("%s: %s", f.Record, f.What) }
			return errors.Join(queue.Verify(rd, tell, nil), reply.Verify(rd, tell, nil))
		})
		if err != nil {
			t.Error(err)
		}
	})
	return d
}

// run has everything done that is to be done, until halt.
func (d *desk) run() {
	ctx, cancel := context.WithCancel(d.t.Context())
	var running sync.WaitGroup
	running.Go(func() { d.Run(ctx) })
	running.Go(func() { d.RunEnds(ctx) })
	d.halt = func() {
		cancel()
		running.Wait()
	}
}

func (d *desk) address(s string) pdu.Address {
	d.t.Helper()
	a, err := pdu.ParseAddress(s)
	if err != nil {
		d.t.Fatal(err)
	}
	return a
}

func worker() queue.Worker { return queue.Worker{Modem: "sim-a", SIM: "260010000000001"} }

// ask enqueues a message that asks, and has it sent.
func (d *desk) ask(draft queue.Draft, q reply.Question, sent bool) string {
	d.t.Helper()
	if err := d.Ask(d.t.Context(), &draft, q); err != nil {
		d.t.Fatal(err)
	}
	results, _, err := d.queue.Enqueue(d.t.Context(), queue.Caller{Token: "his"}, []queue.Draft{draft})
	if err != nil {
		d.t.Fatal(err)
	}
	if results[0].Err != nil {
		d.t.Fatal(results[0].Err)
	}
	if sent {
		d.send()
	}
	wait(d.t.Context(), time.Millisecond) // ids are ordered by time
	return results[0].Message.ID
}

// send has everything accepted that waits.
func (d *desk) send() {
	d.t.Helper()
	for mr := byte(1); ; mr++ {
		s, ok, err := d.queue.Claim(d.t.Context(), worker())
		if err != nil {
			d.t.Fatal(err)
		}
		if !ok {
			return
		}
		if _, _, err := d.queue.Record(d.t.Context(), s, queue.Outcome{Kind: queue.Accepted, MR: mr, At: time.Now()}, false); err != nil {
			d.t.Fatal(err)
		}
	}
}

// hear receives a text and has everything done about it.
func (d *desk) hear(from, text string) {
	d.t.Helper()
	alphabet := pdu.GSM7
	if composed, err := pdu.Compose(text, pdu.ComposeOptions{}); err == nil && composed.Alphabet == pdu.UCS2 {
		alphabet = pdu.UCS2
	}
	d.receive(from, text, alphabet, nil)
}

// hearPart receives the first of two parts, and lets the time pass for the other.
func (d *desk) hearPart(from, text string) {
	d.t.Helper()
	d.part++
	d.receive(from, text, pdu.GSM7, &pdu.Concatenation{Reference: uint16(d.part), Total: 2, Number: 1})
	d.pass(73 * time.Hour)
}

func (d *desk) receive(from, text string, alphabet pdu.Alphabet, concatenation *pdu.Concatenation) {
	d.t.Helper()
	wait(d.t.Context(), time.Second) // two texts are never the same
	ud, err := pdu.TextUserData(text, alphabet, concatenation)
	if err != nil {
		d.t.Fatal(err)
	}
	sender, err := pdu.ParseAddress(from)
	if err != nil {
		sender = pdu.Address{Number: from, Type: pdu.TypeAlphanumeric}
	}
	tpdu, err := pdu.Deliver{OA: sender, DCS: pdu.TextDCS(alphabet, false), SCTS: time.Now().Truncate(time.Second), UD: ud}.Marshal()
	if err != nil {
		d.t.Fatal(err)
	}
	if err := d.received.Receive(d.t.Context(), worker(), inbox.Decode(pdu.WithSMSC(nil, tpdu), time.Now())); err != nil {
		d.t.Fatal(err)
	}
	synctest.Wait()
}

// pass lets time go by, tending the queue.
func (d *desk) pass(length time.Duration) {
	d.t.Helper()
	for end := time.Now().Add(length); time.Now().Before(end); {
		if _, err := d.queue.Tend(d.t.Context()); err != nil {
			d.t.Fatal(err)
		}
		if err := d.received.Tend(d.t.Context()); err != nil {
			d.t.Fatal(err)
		}
		wait(d.t.Context(), min(time.Minute, time.Until(end)))
	}
	synctest.Wait()
}

// wait waits in the time of the bubble.
func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

func (d *desk) question(id string) reply.Question {
	d.t.Helper()
	q, err := store.View(d.t.Context(), d.store, func(r store.Reader) (reply.Question, error) { return reply.ReadQuestion(r, id) })
	if err != nil {
		d.t.Fatal(err)
	}
	return q
}

// inbox returns what came in with what was made of it, the oldest first.
func (d *desk) inbox() []reply.Heard {
	d.t.Helper()
	all, _, err := d.received.Page(d.t.Context(), inbox.Filter{}, "", 0)
	if err != nil {
		d.t.Fatal(err)
	}
	slices.Reverse(all)
	var heard []reply.Heard
	for _, in := range all {
		h, err := store.View(d.t.Context(), d.store, func(r store.Reader) (reply.Heard, error) { return reply.ReadHeard(r, in.ID) })
		if err != nil {
			d.t.Fatal(err)
		}
		heard = append(heard, h)
	}
	return heard
}

// backs returns the kinds of texts that went back, in order.
func (d *desk) backs() []string {
	d.t.Helper()
	var kinds []string
	for _, h := range d.inbox() {
		if h.Back != "" {
			kinds = append(kinds, string(h.Back))
		}
	}
	return kinds
}

// texts returns what was sent back, in order.
func (d *desk) texts() []string {
	d.t.Helper()
	all, _, err := d.queue.Messages(d.t.Context(), queue.Filter{Origin: queue.OriginReply}, "", 0)
	if err != nil {
		d.t.Fatal(err)
	}
	slices.Reverse(all)
	var texts []string
	for _, m := range all {
		texts = append(texts, m.Text)
	}
	return texts
}

// talk returns the conversation in which something was said last.
func (d *desk) talk() (reply.Conversation, bool) {
	d.t.Helper()
	all, _, err := d.Conversations(d.t.Context(), reply.ConversationFilter{}, "", 0)
	if err != nil {
		d.t.Fatal(err)
	}
	if len(all) == 0 {
		return reply.Conversation{}, false
	}
	return all[0], true
}

// stops returns the purposes for which the patient must not be written to.
func (d *desk) stops() []string {
	d.t.Helper()
	all, _, err := suppression.New(d.store, d.events).Page(d.t.Context(), suppression.Filter{}, "", 0)
	if err != nil {
		d.t.Fatal(err)
	}
	var purposes []string
	for _, s := range all {
		purposes = append(purposes, string(s.Purpose))
	}
	slices.Sort(purposes)
	return purposes
}

// eventsOf returns how many events of each type with a prefix there were.
func (d *desk) eventsOf(prefix string) map[string]int {
	d.t.Helper()
	counts := map[string]int{}
	for after := ""; ; {
		events, err := d.events.After(d.t.Context(), after, 100)
		if err != nil {
			d.t.Fatal(err)
		}
		if len(events) == 0 {
			return counts
		}
		for _, e := range events {
			if strings.HasPrefix(e.Type, prefix) {
				counts[e.Type]++
			}
			after = e.ID()
		}
	}
}
