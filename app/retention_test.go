package app

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"goniec/access"
	"goniec/configs"
	"goniec/event"
	"goniec/modem"
	"goniec/pdu"
	"goniec/queue"
	"goniec/store"
	"goniec/store/memstore"
)

// appInMemory returns an app on a store in memory and without ports, to be run in a
// bubble without its listeners.
func appInMemory(config configs.Config, machine *Machine) *App {
	s := memstore.New()
	log, registry, events := slog.New(slog.DiscardHandler), prometheus.NewRegistry(), event.New(s, formerBox)
	return &App{
		log: log, registry: registry, config: config, store: s, box: formerBox, events: events, tokens: access.NewTokens(s), tls: &certificate{},
		alarms:   newAlarms(log, s, events, registry),
		scrubber: &countedScrubs{},
		options:  Options{Machine: machine, Ports: func() ([]modem.PortInfo, error) { return nil, nil }},
	}
}

// countedScrubs counts how often a file would have been overwritten.
type countedScrubs struct {
	n     atomic.Int64
	err   error
	turns int64 // of a second each
}

func (c *countedScrubs) Scrub(ctx context.Context, progress func(done, total int64)) (int64, error) {
	c.n.Add(1)
	for turn := range c.turns {
		pause(ctx, time.Second, nil)
		progress(turn+1, c.turns)
	}
	if c.err != nil {
		return 0, c.err
	}
	return 4096, ctx.Err()
}

// TestJanitor lets time pass, without listeners and modems: a message expires by
// itself, its text goes after retention.texts, and it goes after
// retention.records, with its events.
func TestJanitor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		config := configs.Default()
		config.Retention = configs.Retention{Texts: 2 * time.Hour, Records: 6 * time.Hour}
		a := appInMemory(config, &Machine{})
		a.life, a.end = context.WithCancel(ctx)
		if _, err := a.startAssembly(ctx); err != nil {
			t.Fatal(err)
		}
		a.startLoops()
		defer func() {
			if err := a.Stop(context.WithoutCancel(ctx)); err != nil {
				t.Error(err)
			}
		}()
		q := a.current.Load().queue
		to, err := pdu.ParseAddress("+48600100200")
		if err != nil {
			t.Fatal(err)
		}
		results, _, err := q.Enqueue(ctx, queue.Caller{Token: "test"}, []queue.Draft{{
			To: to, Text: "Wizyta",
			Priority: queue.High, ExpiresAt: time.Now().Add(time.Hour),
		}})
		if err != nil || results[0].Err != nil {
			t.Fatalf("Enqueue: %v, %v", err, results)
		}
		id := results[0].Message.ID
		look := func(after time.Duration) (queue.Message, error) {
			pause(ctx, after, nil)
			return q.Message(ctx, id)
		}
		if m, err := look(time.Hour + time.Minute); err != nil || m.Status != queue.StatusExpired || m.Text == "" {
			t.Errorf("after an hour it is %s with text %q, %v", m.Status, m.Text, err)
		}
		if m, err := look(config.Retention.Texts + janitorEvery); err != nil || m.Text != "" || !m.TextRemoved {
			t.Errorf("after retention.texts it has text %q, %v", m.Text, err)
		}
		if _, err := look(config.Retention.Records); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("after retention.records it is still there: %v", err)
		}
		if n := a.scrubber.(*countedScrubs).n.Load(); n != 1 { // after 10 hours
			t.Errorf("what was removed was overwritten %d times", n)
		}
		if events, err := a.events.After(ctx, "", 0); err != nil || len(events) != 0 {
			t.Errorf("events are left: %v, %v", events, err)
		}
	})
}
