package emulator

import (
	"container/heap"
	"time"
)

// event is something that happens at a time, unless it is cancelled.
type event struct {
	at        time.Time
	order     uint64 // equal times keep the order in which they were planned
	fn        func()
	cancelled bool
}

// cancel prevents the event. A nil event has already happened.
func (e *event) cancel() {
	if e != nil {
		e.cancelled = true
		e.fn = nil
	}
}

// schedule is what the network will do, earliest first. Guarded by Network.mu.
type schedule struct {
	queue eventHeap
	order uint64
}

// add plans fn and says whether it is now the first event.
func (s *schedule) add(at time.Time, fn func()) (e *event, first bool) {
	s.order++
	e = &event{at: at, order: s.order, fn: fn}
	heap.Push(&s.queue, e)
	return e, s.queue[0] == e
}

// due removes the first event that is due and returns what it does, nil when
// there is none.
func (s *schedule) due(now time.Time) func() {
	for len(s.queue) > 0 {
		first := s.queue[0]
		if !first.cancelled && first.at.After(now) {
			return nil
		}
		heap.Pop(&s.queue)
		if !first.cancelled {
			return first.fn
		}
	}
	return nil
}

// wait returns the time until the first event; planned is false when there is
// none.
func (s *schedule) wait(now time.Time) (d time.Duration, planned bool) {
	if len(s.queue) == 0 {
		return 0, false
	}
	return s.queue[0].at.Sub(now), true
}

// eventHeap orders events by time for container/heap.
type eventHeap []*event

func (h eventHeap) Len() int { return len(h) }

func (h eventHeap) Less(i, j int) bool {
	if h[i].at.Equal(h[j].at) {
		return h[i].order < h[j].order
	}
	return h[i].at.Before(h[j].at)
}

func (h eventHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

// Push adds an element for container/heap.
func (h *eventHeap) Push(x any) { *h = append(*h, x.(*event)) }

// Pop removes the last element for container/heap.
func (h *eventHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return last
}
