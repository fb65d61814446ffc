package queue

import (
	"errors"
	"slices"
	"testing"
	"time"
)

// The table of moves: what must be possible, and that nothing else is.
func TestMoves(t *testing.T) {
	t.Parallel()
	for _, from := range append([]Status{""}, Statuses()...) {
		for _, to := range Statuses() {
			m := Message{ID: "id", Status: from}
			err := m.move(to, time.Unix(1, 0))
			allowed := from == to || slices.Contains(allowedMoves(from), to)
			if allowed != (err == nil) {
				t.Errorf("from %q to %q: error %v", from, to, err)
			}
			if err != nil && (!errors.Is(err, ErrMove) || m.Status != from) {
				t.Errorf("from %q to %q: error %v, status %q", from, to, err, m.Status)
			}
		}
	}
}

func TestEndsAreLeftForDeliveredOnly(t *testing.T) {
	t.Parallel()
	for _, from := range Statuses() {
		for _, to := range allowedMoves(from) {
			if from.Final() && to != StatusDelivered {
				t.Errorf("from %q to %q", from, to)
			}
			if to == StatusScheduled {
				t.Errorf("from %q back to %q", from, to)
			}
		}
	}
}

func TestEveryStatusIsReachedAndListedOnce(t *testing.T) {
	t.Parallel()
	reached := map[Status]bool{}
	for _, from := range append([]Status{""}, Statuses()...) {
		for _, to := range allowedMoves(from) {
			reached[to] = true
		}
	}
	if len(reached) != len(Statuses()) {
		t.Errorf("%d statuses are reached, %d are listed", len(reached), len(Statuses()))
	}
}
