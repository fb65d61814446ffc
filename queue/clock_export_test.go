package queue

import "time"

// SetClock makes the clock of q show d more than it is, less if d is negative.
func (q *Queue) SetClock(d time.Duration) {
	q.clock = func() time.Time { return time.Now().Add(d) }
}
