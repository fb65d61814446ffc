package gateway_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"goniec/event"
	"goniec/gateway"
	"goniec/modem"
	"goniec/modem/emulator"
	"goniec/pdu"
	"goniec/queue"
	"goniec/store/boltstore"
)

// bench is a gateway on a database file with one emulated modem on a pipe.
type bench struct {
	queue   *queue.Queue
	network *emulator.Network
	gateway *gateway.Gateway
}

func newBench(b *testing.B, o emulator.Options) *bench {
	b.Helper()
	s, err := boltstore.Open(filepath.Join(b.TempDir(), "goniec.db"), boltstore.Options{})
	if err != nil {
		b.Fatal(err)
	}
	events := event.New(s, "box")
	q, err := queue.New(queue.Config{Store: s, Events: events, Box: "box"})
	if err != nil {
		b.Fatal(err)
	}
	n := emulator.NewNetwork(o)
	device := n.NewModem(emulator.Generic(), n.AddSIM(emulator.SIM{}))
	g := gateway.New(gateway.Config{Store: s, Queue: q, Events: events, Modems: []gateway.ModemConfig{{Config: modem.Config{
		Name: "sim-a", Open: func(ctx context.Context) (modem.Port, error) { return device.Dial(ctx) },
	}}}})
	b.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := g.Stop(ctx); err != nil {
			b.Error(err)
		}
		if err := n.Close(); err != nil {
			b.Error(err)
		}
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	return &bench{queue: q, network: n, gateway: g}
}

// put enqueues so many messages of one part, to different numbers.
func (x *bench) put(b *testing.B, messages int) {
	b.Helper()
	var drafts []queue.Draft
	for i := range messages {
		to, err := pdu.ParseAddress(fmt.Sprintf("+48600%06d", i%1_000_000))
		if err != nil {
			b.Fatal(err)
		}
		drafts = append(drafts, queue.Draft{To: to, Text: "Wizyta jutro o 10:00. Odpisz TAK lub NIE"})
		if len(drafts) < 200 && i < messages-1 {
			continue
		}
		if _, _, err := x.queue.Enqueue(b.Context(), queue.Caller{Token: "bench"}, drafts); err != nil {
			b.Fatal(err)
		}
		drafts = drafts[:0]
	}
}

// run starts the gateway and returns when so many parts have been accepted,
// and how long that took from the first to the last.
func (x *bench) run(b *testing.B, parts int) time.Duration {
	b.Helper()
	if err := x.gateway.Start(b.Context()); err != nil {
		b.Fatal(err)
	}
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	for x.gateway.Modems()[0].Sent < uint64(parts) {
		<-ticker.C
	}
	accepted := x.network.Accepted()
	return accepted[len(accepted)-1].At.Sub(accepted[0].At)
}

// BenchmarkParts is the way of parts from the queue to a modem without latency:
// claim, submission, record, with a database on disk. The figure is parts/s.
func BenchmarkParts(b *testing.B) {
	for _, c := range []struct {
		name   string
		report time.Duration
	}{
		{"accepted", time.Hour},
		{"accepted and reported", 0},
	} {
		b.Run(c.name, func(b *testing.B) {
			x := newBench(b, emulator.Options{ReportDelay: c.report})
			x.put(b, b.N)
			b.ResetTimer()
			took := x.run(b, b.N)
			b.StopTimer()
			b.ReportMetric(float64(b.N-1)/max(took.Seconds(), 1e-9), "parts/s")
		})
	}
}

// BenchmarkAddedLatency is what the gateway adds to the time the modem takes,
// between one part and the next. The figure is added-ms/part.
func BenchmarkAddedLatency(b *testing.B) {
	const air = 2500 * time.Millisecond
	x := newBench(b, emulator.Options{Latency: emulator.Latency{Air: air}, ReportDelay: time.Hour})
	parts := max(b.N, 4) // the gaps count, and there is one less
	x.put(b, parts)
	b.ResetTimer()
	took := x.run(b, parts)
	b.StopTimer()
	b.ReportMetric(float64(took-time.Duration(parts-1)*air)/float64(parts-1)/1e6, "added-ms/part")
}
