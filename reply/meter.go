package reply

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// meter is the metrics of this package.
type meter struct {
	heard   *prometheus.CounterVec
	texts   *prometheus.CounterVec
	guarded prometheus.Counter
}

func newMeter(r prometheus.Registerer) *meter {
	register := promauto.With(r)
	return &meter{
		heard: register.NewCounterVec(prometheus.CounterOpts{
			Name: "goniec_reply_heard_total",
			Help: "Texts received by how they were matched with a question and what they say.",
		}, []string{"match", "value"}),
		texts: register.NewCounterVec(prometheus.CounterOpts{
			Name: "goniec_reply_texts_total",
			Help: "Texts that went back by themselves, by kind.",
		}, []string{"kind"}),
		guarded: register.NewCounter(prometheus.CounterOpts{
			Name: "goniec_reply_guarded_total",
			Help: "Texts that did not go back because too many had gone.",
		}),
	}
}
