package inbox_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"goniec/event"
	"goniec/inbox"
	"goniec/queue"
	"goniec/store/boltstore"
)

func BenchmarkReceive(b *testing.B) {
	s, err := boltstore.Open(filepath.Join(b.TempDir(), "goniec.db"), boltstore.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	events := event.New(s, "box")
	q, err := queue.New(queue.Config{Store: s, Events: events, Box: "box"})
	if err != nil {
		b.Fatal(err)
	}
	in, err := inbox.New(inbox.Config{Store: s, Events: events, Queue: q})
	if err != nil {
		b.Fatal(err)
	}
	raws := make([][]byte, b.N)
	for i := range raws {
		raws[i] = deliver(b, fmt.Sprintf("TAK %d", i))
	}
	b.ResetTimer()
	for _, raw := range raws {
		if err := in.Receive(b.Context(), worker(0), inbox.Decode(raw, time.Now())); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}
