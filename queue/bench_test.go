package queue_test

import (
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"goniec/event"
	"goniec/pdu"
	"goniec/queue"
	"goniec/store/boltstore"
)

// benchQueue returns a queue on a file with waiting messages in it.
func benchQueue(b *testing.B, waiting int) *queue.Queue {
	b.Helper()
	return meteredQueue(b, waiting, nil)
}

// meteredQueue is benchQueue with the metrics of the store in r.
func meteredQueue(b *testing.B, waiting int, r prometheus.Registerer) *queue.Queue {
	b.Helper()
	s, err := boltstore.Open(filepath.Join(b.TempDir(), "goniec.db"), boltstore.Options{Registerer: r})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	q, err := queue.New(queue.Config{Store: s, Events: event.New(s, "box"), Box: "box"})
	if err != nil {
		b.Fatal(err)
	}
	enqueueMany(b, q, waiting)
	return q
}

func enqueueMany(b *testing.B, q *queue.Queue, count int) {
	b.Helper()
	for done := 0; done < count; {
		n := min(10_000, count-done)
		drafts := make([]queue.Draft, n)
		for i := range drafts {
			drafts[i] = benchDraft(b, done+i)
		}
		if _, _, err := q.Enqueue(b.Context(), queue.Caller{Token: "bench"}, drafts); err != nil {
			b.Fatal(err)
		}
		done += n
	}
}

func benchDraft(b *testing.B, i int) queue.Draft {
	return queue.Draft{
		To: address(b, fmt.Sprintf("+48600%06d", i%1_000_000)), Text: "Wizyta jutro o 10:00 u dr Nowak. Odpisz TAK lub NIE", Reference: "R-17",
	}
}

func perSecond(b *testing.B, n int) {
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "messages/s")
}

// Single calls, one after the other and from several callers at once, each with an
// idempotency key and each on disk when it returns.
func BenchmarkEnqueue(b *testing.B) {
	for _, callers := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			registry := prometheus.NewRegistry()
			q := meteredQueue(b, 0, registry)
			var n atomic.Int64
			b.SetParallelism((callers + 1) / 2)
			one := func() error {
				i := n.Add(1)
				_, _, err := q.Enqueue(b.Context(), key(fmt.Sprint(i), "body"), []queue.Draft{benchDraft(b, int(i))})
				return err
			}
			b.ReportAllocs()
			b.ResetTimer()
			if callers == 1 {
				for range b.N {
					if err := one(); err != nil {
						b.Fatal(err)
					}
				}
			} else {
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						if err := one(); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			perSecond(b, b.N)
			commits := queue.Commits(b, registry)
			b.ReportMetric(commits/b.Elapsed().Seconds(), "commits/s")
			b.ReportMetric(float64(b.N)/commits, "messages/commit")
			b.ReportMetric(float64(queue.WrittenBytes(b, registry))/float64(b.N), "B-written/message")
		})
	}
}

func BenchmarkEnqueueBatch(b *testing.B) {
	const size = 1000
	q := benchQueue(b, 0)
	drafts := make([]queue.Draft, size)
	for i := range drafts {
		drafts[i] = benchDraft(b, i)
	}
	b.ResetTimer()
	for i := range b.N {
		if _, _, err := q.Enqueue(b.Context(), key(fmt.Sprint(i), "body"), drafts); err != nil {
			b.Fatal(err)
		}
	}
	perSecond(b, b.N*size)
}

// One worker: each Record claims the next message, so a part costs one commit.
func BenchmarkClaimRecord(b *testing.B) {
	for _, waiting := range []int{0, 100_000} {
		b.Run(fmt.Sprintf("waiting=%d", waiting), func(b *testing.B) {
			q := benchQueue(b, waiting+b.N)
			w := worker(0)
			b.ReportAllocs()
			b.ResetTimer()
			s, ok, err := q.Claim(b.Context(), w)
			for i := range b.N {
				if err != nil || !ok {
					b.Fatal(i, ok, err)
				}
				s, ok, err = q.Record(b.Context(), s, accepted(byte(i)), true)
			}
			perSecond(b, b.N)
		})
	}
}

func BenchmarkReport(b *testing.B) {
	q := benchQueue(b, b.N)
	w := worker(0)
	sent := make([]pdu.StatusReport, 0, b.N)
	s, ok, err := q.Claim(b.Context(), w)
	for i := range b.N {
		if err != nil || !ok {
			b.Fatal(i, ok, err)
		}
		now := time.Now()
		sent = append(sent, pdu.StatusReport{MR: byte(i), RA: s.To, SCTS: now, Discharge: now})
		s, ok, err = q.Record(b.Context(), s, accepted(byte(i)), true)
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		if err := q.Report(b.Context(), w, sent[i], time.Now()); err != nil {
			b.Fatal(err)
		}
	}
	perSecond(b, b.N)
}
