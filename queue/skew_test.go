package queue

import (
	"sync"
	"sync/atomic"
	"time"

	"goniec/clock"
)

// skews holds by how many nanoseconds each clock of a test is ahead: an *atomic.Int64 for
// each *clock.Clock.
var skews sync.Map

// SkewedClock returns the clock of the box of c in a run of the machine, which SetClock
// can set.
func SkewedClock(c *Config, boot clock.Boot) *clock.Clock {
	skew := new(atomic.Int64)
	made, err := clock.New(clock.Config{
		Store: c.Store, Box: c.Box, Boot: boot, Logger: c.Logger,
		Time: func() time.Time { return time.Now().Add(time.Duration(skew.Load())) },
	})
	if err != nil {
		panic(err)
	}
	skews.Store(made, skew)
	return made
}

// SetClock makes the clock of q show d more than it is, less if d is negative.
func (q *Queue) SetClock(d time.Duration) {
	skew, _ := skews.Load(q.clock)
	skew.(*atomic.Int64).Store(int64(d))
}
