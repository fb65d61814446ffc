package api_test

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"goniec/api/wire"
	"goniec/calendar"
	"goniec/catalogue"
	"goniec/event"
	"goniec/pdu"
	"goniec/queue"
	"goniec/store"
	"goniec/store/memstore"
)

// waitingBox is a queue whose messages a test brings into every state in which a person
// reads why they wait. Its time begins on a Saturday at midnight.
type waitingBox struct {
	*queue.Queue
	t      *testing.T
	store  store.Store
	capped bool // nothing more may be sent to any number
}

// The methods of queue.Router.
func (b *waitingBox) Scope(queue.Worker) queue.Scope { return queue.Scope{} }
func (b *waitingBox) Prefer(store.Reader, *queue.Message) (queue.Preference, error) {
	return queue.Preference{}, nil
}
func (b *waitingBox) Begin(_ store.Tx, r queue.AttemptRequest) (queue.AttemptRuling, error) {
	if b.capped {
		return queue.AttemptRuling{Until: r.At.Add(2 * time.Hour)}, nil
	}
	return queue.AttemptRuling{}, nil
}
func (b *waitingBox) Accepted(store.Tx, pdu.Address, queue.Worker, time.Time) error { return nil }
func (b *waitingBox) Forget(store.Tx, pdu.Address) (bool, error)                    { return false, nil }
func (b *waitingBox) Prune(context.Context, time.Time) error                        { return nil }

func (b *waitingBox) put(adjust ...func(*queue.Draft)) string {
	b.t.Helper()
	to, err := pdu.ParseAddress("+48600100200")
	if err != nil {
		b.t.Fatal(err)
	}
	d := queue.Draft{To: to, Text: "Wizyta jutro"}
	for _, change := range adjust {
		change(&d)
	}
	results, _, err := b.Enqueue(b.t.Context(), queue.Caller{Token: "his"}, []queue.Draft{d})
	if err != nil || results[0].Err != nil {
		b.t.Fatal(err, results)
	}
	return results[0].Message.ID
}

// attempt has the next part sent, with an outcome.
func (b *waitingBox) attempt(o queue.Outcome) {
	b.t.Helper()
	s, ok, err := b.Claim(b.t.Context(), sim)
	if err != nil || !ok {
		b.t.Fatalf("nothing to send, %v", err)
	}
	o.At = time.Now()
	more, _, err := b.Record(b.t.Context(), s, o, false)
	if err != nil {
		b.t.Fatal(err)
	}
	if o.Kind == queue.Accepted && more.Message.ID != "" { // what is next is given back
		if _, _, err := b.Record(b.t.Context(), more, queue.Outcome{Kind: queue.NotSent, At: time.Now(), RetryAfter: time.Second}, false); err != nil {
			b.t.Fatal(err)
		}
	}
}

func (b *waitingBox) pass(d time.Duration) {
	b.t.Helper()
	for end := time.Now().Add(d); time.Now().Before(end); {
		timer := time.NewTimer(time.Minute)
		<-timer.C
		if _, err := b.Tend(b.t.Context()); err != nil {
			b.t.Fatal(err)
		}
	}
}

// long makes a message of two parts.
func long(d *queue.Draft) { d.Text = strings.Repeat("Wizyta jutro. ", 20) }

// TestAdviceOfAMessageWorks brings messages into every state in which one waits or has ended,
// and does what the text of its error advises.
func TestAdviceOfAMessageWorks(t *testing.T) {
	t.Parallel()
	accepted, unknown := queue.Outcome{Kind: queue.Accepted, MR: 1}, queue.Outcome{Kind: queue.Uncertain}
	night := calendar.QuietHours{From: 20 * time.Hour, To: 8 * time.Hour}
	states := map[string]struct {
		config func(*queue.Config)
		put    func(b *waitingBox) string
		status queue.Status
		code   string
	}{
		"held by quiet hours": {func(c *queue.Config) { c.QuietHours = night }, func(b *waitingBox) string { return b.put() }, queue.StatusHeld, queue.CodeQuietHours},
		"scheduled into quiet hours": {func(c *queue.Config) { c.QuietHours = night }, func(b *waitingBox) string {
			return b.put(func(d *queue.Draft) { d.SendAt = time.Now().Add(3 * time.Hour) })
		}, queue.StatusScheduled, queue.CodeQuietHours},
		"half sent when quiet hours begin": {func(c *queue.Config) { c.QuietHours = night }, func(b *waitingBox) string {
			b.pass(19*time.Hour + 50*time.Minute)
			id := b.put(long)
			b.attempt(accepted)
			b.pass(20 * time.Minute)
			return id
		}, queue.StatusHeld, queue.CodeQuietHours},
		"uncertain": {nil, func(b *waitingBox) string {
			id := b.put()
			b.attempt(unknown)
			return id
		}, queue.StatusUncertain, queue.CodeUncertain},
		"uncertain, for a person": {func(c *queue.Config) { c.Uncertain = queue.Hold }, func(b *waitingBox) string {
			id := b.put()
			b.attempt(unknown)
			b.pass(time.Hour)
			return id
		}, queue.StatusHeld, queue.CodeDecision},
		"the second part uncertain, for a person": {func(c *queue.Config) { c.Uncertain = queue.Hold }, func(b *waitingBox) string {
			id := b.put(long)
			b.attempt(accepted)
			b.pass(time.Minute)
			b.attempt(unknown)
			b.pass(time.Hour)
			return id
		}, queue.StatusHeld, queue.CodeDecision},
		"to be called": {nil, func(b *waitingBox) string {
			b.CallFirst(func(store.Reader, *queue.Message, time.Time) (bool, error) { return true, nil })
			id := b.put()
			b.attempt(unknown)
			b.pass(time.Hour)
			return id
		}, queue.StatusHeld, queue.CodeCallList},
		"restored": {nil, func(b *waitingBox) string { return b.restored(b.put()) }, queue.StatusHeld, queue.CodeRestored},
		"restored, half sent": {nil, func(b *waitingBox) string {
			id := b.put(long)
			b.attempt(accepted)
			b.pass(time.Minute)
			return b.restored(id)
		}, queue.StatusHeld, queue.CodeRestored},
		"restored, uncertain": {nil, func(b *waitingBox) string {
			id := b.put()
			b.attempt(unknown)
			return b.restored(id)
		}, queue.StatusHeld, queue.CodeRestored},
		"too much for one number": {nil, func(b *waitingBox) string {
			b.capped = true
			id := b.put()
			if _, ok, err := b.Claim(b.t.Context(), sim); ok || err != nil {
				b.t.Fatalf("it is sent, %v", err)
			}
			return id
		}, queue.StatusHeld, queue.CodeRecipientCap},
		"without its SIM": {nil, func(b *waitingBox) string {
			id := b.put(long)
			b.attempt(accepted)
			b.pass(20 * time.Minute)
			return id
		}, queue.StatusSending, queue.CodeSIMGone},
		"begun anew by another SIM": {nil, func(b *waitingBox) string {
			id := b.put(long)
			b.attempt(accepted)
			b.pass(2 * time.Hour)
			return id
		}, queue.StatusQueued, queue.CodeSIMGone},
		"tried again": {nil, func(b *waitingBox) string {
			id := b.put()
			b.attempt(queue.Outcome{Kind: queue.Retry, Code: "cms_38"})
			return id
		}, queue.StatusQueued, "cms_38"},
		"refused": {nil, func(b *waitingBox) string {
			id := b.put()
			b.attempt(queue.Outcome{Kind: queue.Refused, Code: "cms_1"})
			return id
		}, queue.StatusFailed, "cms_1"},
		"expired": {nil, func(b *waitingBox) string {
			id := b.put(func(d *queue.Draft) { d.ExpiresAt = time.Now().Add(time.Hour) })
			b.pass(2 * time.Hour)
			return id
		}, queue.StatusExpired, queue.CodeExpired},
		"expired, uncertain": {func(c *queue.Config) { c.Uncertain = queue.Hold }, func(b *waitingBox) string {
			id := b.put(func(d *queue.Draft) { d.ExpiresAt = time.Now().Add(time.Hour) })
			b.attempt(unknown)
			b.pass(2 * time.Hour)
			return id
		}, queue.StatusFailed, queue.CodeUnknownOutcome},
	}
	actions := map[string]struct {
		advised *regexp.Regexp
		do      func(b *waitingBox, id string) error
	}{
		"release": {regexp.MustCompile(`(?i)\brelease (it|the message)\b`), func(b *waitingBox, id string) error {
			_, err := b.Release(b.t.Context(), id, "reception")
			return err
		}},
		"cancel": {regexp.MustCompile(`(?i)\bcancel (it|the message|what)\b`), func(b *waitingBox, id string) error {
			_, err := b.Cancel(b.t.Context(), id, "reception")
			return err
		}},
	}
	for name, state := range states {
		for verb, action := range actions {
			t.Run(verb+" what is "+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					b := newWaitingBox(t, state.config)
					id := state.put(b)
					m, err := b.Message(t.Context(), id)
					if err != nil || m.Status != state.status || m.Error == nil || m.Error.Code != state.code {
						t.Fatalf("the message is %s, %+v, %v", m.Status, m.Error, err)
					}
					text := wire.Message(&m, catalogue.English).Error.Detail
					if !action.advised.MatchString(text) {
						return
					}
					if err := action.do(b, id); err != nil {
						t.Errorf("%q, and then: %v", text, err)
					}
				})
			})
		}
	}
}

func newWaitingBox(t *testing.T, adjust func(*queue.Config)) *waitingBox {
	t.Helper()
	b := &waitingBox{t: t, store: memstore.New()}
	c := queue.Config{Store: b.store, Events: event.New(b.store, "box"), Box: "box", Router: b}
	if adjust != nil {
		adjust(&c)
	}
	var err error
	if b.Queue, err = queue.New(c); err != nil {
		t.Fatal(err)
	}
	return b
}

// restored holds what may have been sent since a backup.
func (b *waitingBox) restored(id string) string {
	b.t.Helper()
	if _, err := b.HoldRestored(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
	return id
}
