package access

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// RateLimit bounds the requests of one token. A zero field takes its default, which
// only a faulty program exceeds.
type RateLimit struct {
	PerSecond float64 // default 20,000
	Burst     int     // requests at once; default 20,000
}

// Limits counts the requests of each token against a RateLimit. All interfaces share
// one Limits, because a token has one limit. It is safe for concurrent use.
type Limits struct {
	limit rate.Limit
	burst int
	byID  sync.Map // id of a token to *rate.Limiter
}

// NewLimits returns unused limits.
func NewLimits(r RateLimit) *Limits {
	const generous = 20_000
	if r.PerSecond == 0 {
		r.PerSecond = generous
	}
	if r.Burst == 0 {
		r.Burst = generous
	}
	return &Limits{limit: rate.Limit(r.PerSecond), burst: r.Burst}
}

// Take counts one request of the token id at now. ok is false for a request beyond the
// limit; the request is then not counted, and wait is the time until the next may
// succeed.
func (l *Limits) Take(id string, now time.Time) (wait time.Duration, ok bool) {
	found, known := l.byID.Load(id)
	if !known {
		found, _ = l.byID.LoadOrStore(id, rate.NewLimiter(l.limit, l.burst))
	}
	limiter := found.(*rate.Limiter)
	if limiter.AllowN(now, 1) {
		return 0, true
	}
	r := limiter.ReserveN(now, 1)
	defer r.CancelAt(now)
	return r.DelayFrom(now), false
}
