package gateway_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"goniec/event"
	"goniec/gateway"
	"goniec/inbox"
	"goniec/modem"
	"goniec/modem/emulator"
	"goniec/pdu"
	"goniec/queue"
	"goniec/store/boltstore"
)

// bench is a gateway on a database file with emulated modems on pipes.
type bench struct {
	queue   *queue.Queue
	network *emulator.Network
	gateway *gateway.Gateway
}

func newBench(b *testing.B, o emulator.Options, modems int) *bench {
	b.Helper()
	s, err := boltstore.Open(filepath.Join(b.TempDir(), "goniec.db"), boltstore.Options{})
	if err != nil {
		b.Fatal(err)
	}
	events := event.New(s, "box")
	routing := gateway.NewRouting(gateway.RoutingConfig{Store: s, Cap: gateway.RecipientCap{PerHour: 20, PerDay: 50}})
	q, err := queue.New(queue.Config{Store: s, Events: events, Box: "box", Router: routing})
	if err != nil {
		b.Fatal(err)
	}
	n := emulator.NewNetwork(o)
	var configs []gateway.ModemConfig
	for i := range modems {
		device := n.NewModem(emulator.Generic(), n.AddSIM(emulator.SIM{}))
		configs = append(configs, gateway.ModemConfig{Config: modem.Config{
			Name: fmt.Sprint("sim-", i), Open: func(ctx context.Context) (modem.Port, error) { return device.Dial(ctx) },
		}})
	}
	in, err := inbox.New(inbox.Config{Store: s, Events: events, Queue: q, Contacts: routing})
	if err != nil {
		b.Fatal(err)
	}
	g := gateway.New(gateway.Config{Store: s, Queue: q, Inbox: in, Routing: routing, Events: events, Modems: configs})
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

// put enqueues so many messages of one part, to different numbers, each by the next
// of the modems named, if any are.
func (x *bench) put(b *testing.B, messages int, by ...string) {
	b.Helper()
	var drafts []queue.Draft
	for i := range messages {
		to, err := pdu.ParseAddress(fmt.Sprintf("+48600%06d", i%1_000_000))
		if err != nil {
			b.Fatal(err)
		}
		d := queue.Draft{To: to, Text: "Wizyta jutro o 10:00. Odpisz TAK lub NIE"}
		if len(by) > 0 {
			d.Modem = by[i%len(by)]
		}
		drafts = append(drafts, d)
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
	return x.wait(b, 0, parts)
}

// open starts the gateway and returns the names of the modems when all are ready.
func (x *bench) open(b *testing.B) (names []string) {
	b.Helper()
	if err := x.gateway.Start(b.Context()); err != nil {
		b.Fatal(err)
	}
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	for _, s := range x.gateway.Modems() {
		names = append(names, s.Name)
	}
	for slices.ContainsFunc(x.gateway.Modems(), func(s gateway.Status) bool { return s.State != modem.Ready }) {
		<-ticker.C
	}
	return names
}

// wait returns when so many parts have been accepted after the first before, and
// how long that took from the first to the last.
func (x *bench) wait(b *testing.B, before, parts int) time.Duration {
	b.Helper()
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	for x.sent() < before+parts {
		<-ticker.C
	}
	accepted := x.network.Accepted()[before:]
	return accepted[len(accepted)-1].At.Sub(accepted[0].At)
}

func (x *bench) sent() int {
	sent := 0
	for _, s := range x.gateway.Modems() {
		sent += int(s.Sent)
	}
	return sent
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
			x := newBench(b, emulator.Options{ReportDelay: c.report}, 1)
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
	x := newBench(b, emulator.Options{Latency: emulator.Latency{Air: air}, ReportDelay: time.Hour}, 1)
	parts := max(b.N, 4) // the gaps count, and there is one less
	x.put(b, parts)
	b.ResetTimer()
	took := x.run(b, parts)
	b.StopTimer()
	b.ReportMetric(float64(took-time.Duration(parts-1)*air)/float64(parts-1)/1e6, "added-ms/part")
}

// BenchmarkFourModems is how many times as fast four modems with 100 ms a part send
// as one does, in one run; the figure is x. In the second case every number has been
// written to before, each SIM having as many of them.
func BenchmarkFourModems(b *testing.B) {
	const air = 100 * time.Millisecond
	parts := max(b.N, 40)
	took := func(b *testing.B, modems int, known bool) time.Duration {
		b.Helper()
		x := newBench(b, emulator.Options{Latency: emulator.Latency{Air: air}, ReportDelay: time.Hour}, modems)
		by := x.open(b)
		if !known {
			x.put(b, parts)
			return x.wait(b, 0, parts)
		}
		x.put(b, parts, by...)
		x.wait(b, 0, parts)
		x.put(b, parts)
		return x.wait(b, parts, parts)
	}
	for _, known := range []bool{false, true} {
		name := "new numbers"
		if known {
			name = "known numbers"
		}
		b.Run(name, func(b *testing.B) {
			one, four := took(b, 1, known), took(b, 4, known)
			// From the first part to the last, one modem has a part less to send, and
			// four have four less.
			perPartOne := one.Seconds() / float64(parts-1)
			perPartFour := four.Seconds() / float64(parts-4)
			b.ReportMetric(perPartOne/perPartFour, "x")
			b.ReportMetric(1/perPartFour, "parts/s")
		})
	}
}
