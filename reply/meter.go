package reply

import (
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
)

// meter is the metrics of this package.
type meter struct {
	heard   *prometheus.CounterVec
	texts   *prometheus.CounterVec
	guarded prometheus.Counter
}

func newMeter(r prometheus.Registerer) (*meter, error) {
	m := &meter{
		heard: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "goniec_reply_heard_total",
			Help: "Texts received by how they were matched with a question and what they say.",
		}, []string{"match", "value"}),
		texts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "goniec_reply_texts_total",
			Help: "Texts that went back by themselves, by kind.",
		}, []string{"kind"}),
		guarded: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "goniec_reply_guarded_total",
			Help: "Texts that did not go back because too many had gone.",
		}),
	}
	if r == nil {
		return m, nil
	}
	for _, c := range []prometheus.Collector{m.heard, m.texts, m.guarded} {
		if err := r.Register(c); err != nil {
			return nil, fmt.Errorf("register metrics: %w", err)
		}
	}
	return m, nil
}
