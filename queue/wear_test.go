package queue_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"goniec/pdu"
	"goniec/queue"
)

// reportWear reports what was written since before for each of n messages.
func reportWear(b *testing.B, registry prometheus.Gatherer, before, n int) {
	b.Helper()
	b.ReportMetric(float64(queue.WrittenBytes(b, registry)-before)/float64(n), "B-written/message")
	perSecond(b, n)
}

// BenchmarkWear is what a message writes to the card from the call that brings it to
// its report, step by step, in a store that holds 20,000 others.
func BenchmarkWear(b *testing.B) {
	const others = 20_000
	b.Run("single", func(b *testing.B) {
		registry := prometheus.NewRegistry()
		q := meteredQueue(b, others, registry)
		before := queue.WrittenBytes(b, registry)
		b.ResetTimer()
		for i := range b.N {
			if _, _, err := q.Enqueue(b.Context(), key(fmt.Sprint("k", i), "body"), []queue.Draft{benchDraft(b, others+i)}); err != nil {
				b.Fatal(err)
			}
		}
		reportWear(b, registry, before, b.N)
	})
	b.Run("batch", func(b *testing.B) {
		const size = 1000
		registry := prometheus.NewRegistry()
		q := meteredQueue(b, others, registry)
		before := queue.WrittenBytes(b, registry)
		b.ResetTimer()
		enqueueMany(b, q, size*b.N)
		reportWear(b, registry, before, size*b.N)
	})
	b.Run("part", func(b *testing.B) {
		registry := prometheus.NewRegistry()
		q := meteredQueue(b, others+b.N, registry)
		before := queue.WrittenBytes(b, registry)
		b.ResetTimer()
		sendMany(b, q, b.N)
		reportWear(b, registry, before, b.N)
	})
	b.Run("report", func(b *testing.B) {
		registry := prometheus.NewRegistry()
		q := meteredQueue(b, others+b.N, registry)
		reports := sendMany(b, q, b.N)
		before := queue.WrittenBytes(b, registry)
		b.ResetTimer()
		for _, r := range reports {
			if err := q.Report(b.Context(), worker(0), r, time.Now()); err != nil {
				b.Fatal(err)
			}
		}
		reportWear(b, registry, before, b.N)
	})
}

// sendMany sends n parts by one worker and returns the reports that will come.
func sendMany(b *testing.B, q *queue.Queue, n int) []pdu.StatusReport {
	b.Helper()
	reports := make([]pdu.StatusReport, 0, n)
	s, ok, err := q.Claim(b.Context(), worker(0))
	for i := range n {
		if err != nil || !ok {
			b.Fatal(i, ok, err)
		}
		now := time.Now()
		reports = append(reports, pdu.StatusReport{MR: byte(i), RA: s.To, SCTS: now, Discharge: now})
		s, ok, err = q.Record(b.Context(), s, accepted(byte(i)), i < n-1)
	}
	return reports
}
