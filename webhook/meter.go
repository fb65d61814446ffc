package webhook

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// meter holds the metrics of deliveries.
type meter struct {
	attempts *prometheus.CounterVec
	backlog  *prometheus.GaugeVec
	delay    *prometheus.HistogramVec
}

func newMeter(r prometheus.Registerer) *meter {
	register := promauto.With(r)
	return &meter{
		attempts: register.NewCounterVec(prometheus.CounterOpts{
			Name: "goniec_webhook_attempts_total", Help: "Attempts to deliver an event, by what came of them; dead: the event was given up.",
		}, []string{"webhook", "result"}),
		backlog: register.NewGaugeVec(prometheus.GaugeOpts{
			Name: "goniec_webhook_deliveries", Help: "Deliveries that wait, and those that were given up and are kept.",
		}, []string{"webhook", "state"}),
		delay: register.NewHistogramVec(prometheus.HistogramOpts{
			Name: "goniec_webhook_delay_seconds", Help: "From the event to its delivery.",
			Buckets: []float64{0.01, 0.05, 0.1, 0.5, 1, 5, 30, 300, 3600, 86400},
		}, []string{"webhook"}),
	}
}

func (m *meter) countAttempt(name string, a answer, d Delivery) {
	if a.err != nil {
		m.attempts.WithLabelValues(name, "failed").Inc()
		return
	}
	m.attempts.WithLabelValues(name, "delivered").Inc()
	m.delay.WithLabelValues(name).Observe(time.Since(d.At).Seconds())
}

func (m *meter) countDead(name string) { m.attempts.WithLabelValues(name, "dead").Inc() }

func (m *meter) setBacklog(name string, s State) {
	m.backlog.WithLabelValues(name, "waiting").Set(float64(s.Waiting))
	m.backlog.WithLabelValues(name, "dead").Set(float64(s.Dead))
}
