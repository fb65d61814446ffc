package queue_test

import (
	"fmt"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"goniec/event"
	"goniec/pdu"
	"goniec/queue"
	"goniec/store"
	"goniec/store/boltstore"
	"goniec/store/sealed"
)

// BenchmarkEncryption compares the queue on a plain file with that on an encrypted
// one, in one run: batches of 1,000 taken in, one part claimed and recorded, one
// report matched.
func BenchmarkEncryption(b *testing.B) {
	for _, encrypted := range []bool{false, true} {
		name := "plain"
		if encrypted {
			name = "encrypted"
		}
		b.Run("enqueue1000/"+name, func(b *testing.B) {
			q := queueOn(b, encrypted)
			drafts := make([]queue.Draft, 1000)
			for i := range drafts {
				drafts[i] = benchDraft(b, i)
			}
			defer meterCPU(b, len(drafts))()
			b.ResetTimer()
			for i := range b.N {
				if _, _, err := q.Enqueue(b.Context(), key(fmt.Sprint(i), "body"), drafts); err != nil {
					b.Fatal(err)
				}
			}
			perSecond(b, b.N*len(drafts))
		})
		b.Run("claimrecord/"+name, func(b *testing.B) {
			q := queueOn(b, encrypted)
			enqueueMany(b, q, b.N)
			defer meterCPU(b, 1)()
			b.ResetTimer()
			sendAll(b, q)
		})
		b.Run("report/"+name, func(b *testing.B) {
			q := queueOn(b, encrypted)
			enqueueMany(b, q, b.N)
			sent := sendAll(b, q)
			defer meterCPU(b, 1)()
			b.ResetTimer()
			for _, r := range sent {
				if err := q.Report(b.Context(), worker(0), r, time.Now()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// meterCPU reports the time that processors spent on each of the messages, b.N times
// each: other than the time that passed it hardly depends on what else the machine
// and its disk have to do.
func meterCPU(b *testing.B, each int) (report func()) {
	b.Helper()
	spent := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	before := spent()
	return func() {
		b.ReportMetric(float64((spent()-before).Microseconds())/float64(b.N*each), "cpu-µs/message")
	}
}

// sendAll claims and records b.N parts, and returns their reports.
func sendAll(b *testing.B, q *queue.Queue) []pdu.StatusReport {
	b.Helper()
	sent := make([]pdu.StatusReport, 0, b.N)
	s, ok, err := q.Claim(b.Context(), worker(0))
	for i := range b.N {
		if err != nil || !ok {
			b.Fatal(i, ok, err)
		}
		now := time.Now()
		sent = append(sent, pdu.StatusReport{MR: byte(i), RA: s.To, SCTS: now, Discharge: now})
		s, ok, err = q.Record(b.Context(), s, accepted(byte(i)), true)
	}
	return sent
}

// queueOn returns a queue on a new file.
func queueOn(b *testing.B, encrypted bool) *queue.Queue {
	b.Helper()
	file, err := boltstore.Open(filepath.Join(b.TempDir(), "goniec.db"), boltstore.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := file.Close(); err != nil {
			b.Error(err)
		}
	})
	var s store.Store = file
	if encrypted {
		if s, err = sealed.Create(b.Context(), file, []sealed.Key{sealed.NewKey()}); err != nil {
			b.Fatal(err)
		}
	}
	q, err := queue.New(queue.Config{Store: s, Events: event.New(s, "box"), Box: "box"})
	if err != nil {
		b.Fatal(err)
	}
	return q
}
