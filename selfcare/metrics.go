package selfcare

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// metrics are the metrics of all modems.
type metrics struct {
	calls       *prometheus.CounterVec
	credit      *prometheus.GaugeVec
	tests       *prometheus.CounterVec
	testSeconds *prometheus.GaugeVec
}

// newMetrics makes the metrics and registers them with r, if any. A name registered twice
// panics.
func newMetrics(r prometheus.Registerer) *metrics {
	register, perModem := promauto.With(r), []string{"modem"}
	return &metrics{
		calls: register.NewCounterVec(prometheus.CounterOpts{
			Name: "goniec_gateway_missed_calls_total",
			Help: "Calls that rang and were written down.",
		}, perModem),
		credit: register.NewGaugeVec(prometheus.GaugeOpts{
			Name: "goniec_gateway_credit",
			Help: "What the SIM has left, in the currency of its operator, as the network said last.",
		}, perModem),
		tests: register.NewCounterVec(prometheus.CounterOpts{
			Name: "goniec_gateway_self_tests_total",
			Help: "Self-tests that ended, by result (passed, not_sent, no_report, lost, no_turn).",
		}, []string{"modem", "result"}),
		testSeconds: register.NewGaugeVec(prometheus.GaugeOpts{
			Name: "goniec_gateway_self_test_seconds",
			Help: "Time the text of the last self-test that passed was on its way.",
		}, perModem),
	}
}

// forget deletes the metrics of a modem that is no longer configured.
func (m *metrics) forget(name string) {
	labels := prometheus.Labels{"modem": name}
	for _, v := range []*prometheus.MetricVec{m.calls.MetricVec, m.credit.MetricVec, m.tests.MetricVec, m.testSeconds.MetricVec} {
		v.DeletePartialMatch(labels)
	}
}

// countTest counts a self-test of the modem called name.
func (m *metrics) countTest(name, result string, took time.Duration) {
	m.tests.WithLabelValues(name, result).Inc()
	if result == TestPassed {
		m.testSeconds.WithLabelValues(name).Set(took.Seconds())
	}
}
