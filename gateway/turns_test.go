package gateway

import (
	"slices"
	"testing"
	"time"
)

// TestTurns has modems that are all idle take turns.
func TestTurns(t *testing.T) {
	t.Parallel()
	turns, now := newTurns(), time.Now()
	names := []string{"a", "b", "c"}
	for _, name := range names {
		turns.markIdle(name, false, now)
		now = now.Add(time.Second)
	}
	for i := range 9 {
		var next []string
		for _, name := range names {
			if !turns.defers(name, now) {
				next = append(next, name)
			}
			turns.markIdle(name, true, now)
		}
		if want := names[i%3 : i%3+1]; !slices.Equal(next, want) {
			t.Fatalf("it is the turn of %v, want %v", next, want)
		}
		turns.markBusy(next[0])
		now = now.Add(time.Second)
		for _, name := range names {
			turns.markIdle(name, false, now)
		}
	}
}

// TestTurnsWaitOnce: a modem that does not take its turn in time is not waited for again
// until it has looked, and one that is busy or away never is.
func TestTurnsWaitOnce(t *testing.T) {
	t.Parallel()
	turns, now := newTurns(), time.Now()
	turns.markIdle("a", false, now)
	now = now.Add(time.Second)
	turns.markIdle("b", false, now)
	for _, step := range []struct {
		after time.Duration
		want  bool
	}{{0, true}, {patience - 1, true}, {patience, false}, {patience + 1, false}} {
		if got := turns.defers("b", now.Add(step.after)); got != step.want {
			t.Errorf("%v later b defers: %v", step.after, got)
		}
	}
	now = now.Add(time.Minute)
	turns.markBusy("b")
	if turns.defers("b", now) {
		t.Error("b waits for a, which has not looked since")
	}
	turns.markIdle("a", false, now)
	now = now.Add(time.Second)
	turns.markIdle("b", false, now)
	if !turns.defers("b", now) {
		t.Error("b does not wait for a, which has looked")
	}
	turns.markBusy("a")
	if turns.defers("b", now) {
		t.Error("b waits for a, which is at work")
	}
}
