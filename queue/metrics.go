package queue

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"goniec/pdu"
)

// meter holds the metrics of the queue. Counters count since the start of the process;
// depth reads the number of messages from the store.
type meter struct {
	messages  *prometheus.CounterVec // by priority
	parts     prometheus.Counter
	outcomes  *prometheus.CounterVec // of attempts, by outcome
	late      prometheus.Counter
	uncertain prometheus.Counter // attempts without a recorded outcome
	capped    prometheus.Counter
	reports   *prometheus.CounterVec
	pruned    prometheus.Counter
}

func newMeter(r prometheus.Registerer, q *Queue) *meter {
	register := promauto.With(r)
	m := &meter{
		messages: register.NewCounterVec(prometheus.CounterOpts{
			Name: "goniec_queue_messages_accepted_total", Help: "Messages taken into the queue.",
		}, []string{"priority"}),
		parts: register.NewCounter(prometheus.CounterOpts{
			Name: "goniec_queue_parts_accepted_total", Help: "Parts of the messages taken into the queue.",
		}),
		outcomes: register.NewCounterVec(prometheus.CounterOpts{
			Name: "goniec_queue_attempts_total", Help: "Attempts to send a part, by what became of them.",
		}, []string{"outcome"}),
		late: register.NewCounter(prometheus.CounterOpts{
			Name: "goniec_queue_late_answers_total", Help: "Uncertain attempts that a late answer of the modem resolved.",
		}),
		uncertain: register.NewCounter(prometheus.CounterOpts{
			Name: "goniec_queue_unrecorded_attempts_total", Help: "Attempts that became uncertain because nobody recorded their outcome.",
		}),
		capped: register.NewCounter(prometheus.CounterOpts{
			Name: "goniec_queue_recipient_cap_total", Help: "Times that a message had to wait because its number had got as many parts as it may.",
		}),
		reports: register.NewCounterVec(prometheus.CounterOpts{
			Name: "goniec_queue_reports_total", Help: "Delivery reports, by how they were matched and what they say.",
		}, []string{"match", "outcome"}),
		pruned: register.NewCounter(prometheus.CounterOpts{
			Name: "goniec_queue_pruned_total", Help: "Records that retention has emptied or removed.",
		}),
	}
	if r != nil {
		r.MustRegister(&depth{queue: q, desc: prometheus.NewDesc(
			"goniec_queue_messages", "Messages in the store, by status.", []string{"status"}, nil,
		)})
	}
	return m
}

// CountPruned counts n records that retention has emptied or removed, of this package or
// of another.
func (q *Queue) CountPruned(n int) { q.meter.pruned.Add(float64(n)) }

func (m *meter) enqueued(message *Message) {
	m.messages.WithLabelValues(string(message.Priority)).Inc()
	m.parts.Add(float64(len(message.Parts)))
}

func (m *meter) recorded(o Outcome) { m.outcomes.WithLabelValues(o.Kind.String()).Inc() }

func (m *meter) reported(how matchKind, outcome pdu.StatusOutcome) {
	m.reports.WithLabelValues(string(how), outcome.String()).Inc()
}

// String names the kind for logs and metrics.
func (k OutcomeKind) String() string {
	switch k {
	case Accepted:
		return "accepted"
	case Refused:
		return "refused"
	case Retry:
		return "retry"
	case NotSent:
		return "given_back"
	case Uncertain:
		return "uncertain"
	default:
		return "unknown"
	}
}

// depth reads the counts by status from the store when metrics are collected.
type depth struct {
	queue *Queue
	desc  *prometheus.Desc
}

// depthWithin bounds how long a collection waits for the store.
const depthWithin = 2 * time.Second

// Describe implements prometheus.Collector.
func (d *depth) Describe(descs chan<- *prometheus.Desc) { descs <- d.desc }

// Collect implements prometheus.Collector.
func (d *depth) Collect(metrics chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), depthWithin)
	defer cancel()
	counts, err := d.queue.Counts(ctx)
	if err != nil {
		metrics <- prometheus.NewInvalidMetric(d.desc, err)
		return
	}
	for _, status := range Statuses() {
		metrics <- prometheus.MustNewConstMetric(d.desc, prometheus.GaugeValue, float64(counts[status]), string(status))
	}
}
