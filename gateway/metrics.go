package gateway

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"goniec/modem"
)

// metrics are the metrics of all modems.
type metrics struct {
	parts         *prometheus.CounterVec
	submitSeconds *prometheus.HistogramVec
	state         *prometheus.GaugeVec
	alarms        *prometheus.GaugeVec
	received      *prometheus.CounterVec
	storeFailures *prometheus.CounterVec
	panics        *prometheus.CounterVec
}

// modemMetrics are the metrics of one modem.
type modemMetrics struct {
	all           *metrics
	name          string
	submitSeconds prometheus.Observer
	received      prometheus.Counter
	storeFailures prometheus.Counter
	panics        prometheus.Counter
}

// newMetrics makes the metrics and registers them with r, if any. A name registered twice
// panics.
func newMetrics(r prometheus.Registerer) *metrics {
	register, perModem := promauto.With(r), []string{"modem"}
	return &metrics{
		parts: register.NewCounterVec(prometheus.CounterOpts{
			Name: "goniec_gateway_parts_total",
			Help: "Attempts at parts by modem and outcome (accepted, refused, retry, given_back, uncertain).",
		}, []string{"modem", "outcome"}),
		submitSeconds: register.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "goniec_gateway_submit_seconds",
			Help:    "Time a modem took to submit one part.",
			Buckets: []float64{0.001, 0.01, 0.1, 0.5, 1, 2, 3, 5, 10, 30, 60, 180},
		}, perModem),
		state: register.NewGaugeVec(prometheus.GaugeOpts{
			Name: "goniec_gateway_modem_state",
			Help: "1 for the state a modem is in, 0 for the others.",
		}, []string{"modem", "state"}),
		alarms: register.NewGaugeVec(prometheus.GaugeOpts{
			Name: "goniec_gateway_modem_alarm",
			Help: "1 while a person should look into what the code says, 0 when it is over.",
		}, []string{"modem", "code"}),
		received: register.NewCounterVec(prometheus.CounterOpts{
			Name: "goniec_gateway_received_total",
			Help: "Texts and reports taken from a modem; one taken twice counts twice.",
		}, perModem),
		storeFailures: register.NewCounterVec(prometheus.CounterOpts{
			Name: "goniec_gateway_store_failures_total",
			Help: "Attempts to write or read the store that failed.",
		}, perModem),
		panics: register.NewCounterVec(prometheus.CounterOpts{
			Name: "goniec_gateway_panics_total",
			Help: "Internal errors in the worker of a modem.",
		}, perModem),
	}
}

// of returns the metrics of the modem called name.
func (m *metrics) of(name string) *modemMetrics {
	return &modemMetrics{
		all: m, name: name,
		submitSeconds: m.submitSeconds.WithLabelValues(name),
		received:      m.received.WithLabelValues(name),
		storeFailures: m.storeFailures.WithLabelValues(name),
		panics:        m.panics.WithLabelValues(name),
	}
}

// forget deletes the metrics of a modem that is no longer configured.
func (m *metrics) forget(name string) {
	labels := prometheus.Labels{"modem": name}
	for _, v := range []*prometheus.MetricVec{
		m.parts.MetricVec, m.submitSeconds.MetricVec, m.state.MetricVec, m.alarms.MetricVec, m.received.MetricVec,
		m.storeFailures.MetricVec, m.panics.MetricVec,
	} {
		v.DeletePartialMatch(labels)
	}
}

// parts returns the counter of attempts with an outcome.
func (m *modemMetrics) parts(outcome string) prometheus.Counter {
	return m.all.parts.WithLabelValues(m.name, outcome)
}

// setAlarm sets the gauge of an alarm.
func (m *modemMetrics) setAlarm(code string, raised bool) {
	m.all.alarms.WithLabelValues(m.name, code).Set(oneIf(raised))
}

// oneIf returns 1 for true and 0 for false.
func oneIf(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// setState sets the gauges of the modem's state.
func (m *modemMetrics) setState(state modem.State) {
	for _, s := range []modem.State{
		modem.Absent, modem.Opening, modem.Initialising, modem.SIMLocked,
		modem.Registering, modem.Ready, modem.Faulted, modem.Parked,
	} {
		m.all.state.WithLabelValues(m.name, string(s)).Set(oneIf(s == state))
	}
}
