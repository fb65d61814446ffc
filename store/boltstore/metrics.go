package boltstore

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.etcd.io/bbolt"
)

// metrics counts commits.
type metrics struct {
	commits  *prometheus.CounterVec
	closures prometheus.Histogram
	seconds  prometheus.Histogram
	written  prometheus.Counter
}

// newMetrics makes the metrics of a store and registers them with r, if any.
func newMetrics(r prometheus.Registerer) (*metrics, error) {
	m := &metrics{
		commits: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "goniec_store_commits_total",
			Help: "Commits to the database file by result (ok, error).",
		}, []string{"result"}),
		closures: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "goniec_store_commit_closures",
			Help:    "Transactions that shared one commit.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 10),
		}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "goniec_store_commit_seconds",
			Help:    "Time from the begin of a commit until it is on disk.",
			Buckets: prometheus.ExponentialBuckets(0.0001, 4, 9),
		}),
		written: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "goniec_store_written_bytes_total",
			Help: "Bytes written to the database file: what wears a memory card.",
		}),
	}
	return m, m.register(r)
}

func (m *metrics) register(r prometheus.Registerer) error {
	if r == nil {
		return nil
	}
	for _, c := range []prometheus.Collector{m.commits, m.closures, m.seconds, m.written} {
		if err := r.Register(c); err != nil {
			return err
		}
	}
	return nil
}

// committed counts a commit of closures closures that took took.
func (m *metrics) committed(tx *bbolt.Tx, closures int, took time.Duration, err error) {
	result := "ok"
	if err != nil {
		result = "error"
	}
	m.commits.WithLabelValues(result).Inc()
	m.closures.Observe(float64(closures))
	m.seconds.Observe(took.Seconds())
	stats := tx.Stats()
	m.written.Add(float64(stats.GetPageAlloc() + pageSize)) // with the meta page
}
