package gateway

import (
	"testing"
	"time"
)

// TestScales weighs modems that are all idle, and looks whose turn it is.
func TestScales(t *testing.T) {
	t.Parallel()
	s := newScales()
	names := []string{"a", "b", "c"}
	configs := make([]ModemConfig, len(names))
	for i, name := range names {
		configs[i].Name, configs[i].Weight = name, []int{5, 3, 0}[i]
	}
	s.set(configs)
	now := time.Now()
	sent := map[string]int{}
	turn := func() (next string) {
		t.Helper()
		for _, name := range names {
			s.rests(name, false)
		}
		for _, name := range names {
			if s.yields(name, now) {
				continue
			}
			if next != "" {
				t.Fatalf("it is the turn of %s and of %s", next, name)
			}
			next = name
		}
		return next
	}
	for range 90 {
		next := turn()
		if next == "" {
			t.Fatal("it is nobody's turn")
		}
		sent[next]++
		s.sends(next)
	}
	for name, want := range map[string]int{"a": 50, "b": 30, "c": 10} {
		if got := sent[name]; got < want-1 || got > want+1 {
			t.Errorf("%s has sent %d of 90, want %d", name, got, want)
		}
	}
	if s.yields("unknown", now) {
		t.Error("a modem that has been removed waits for others")
	}
}

// TestScalesWaitOnce: whoever does not take its turn in time is not waited for again
// until it has looked, and one that is busy or away never is.
func TestScalesWaitOnce(t *testing.T) {
	t.Parallel()
	s := newScales()
	a, b := ModemConfig{}, ModemConfig{}
	a.Name, b.Name = "a", "b"
	s.set([]ModemConfig{a, b})
	s.sends("b") // so that it is the turn of a
	s.rests("a", false)
	s.rests("b", false)
	now := time.Now()
	for _, step := range []struct {
		after time.Duration
		want  bool
	}{{0, true}, {patience - 1, true}, {patience, false}, {patience + 1, false}} {
		if got := s.yields("b", now.Add(step.after)); got != step.want {
			t.Errorf("%v later b yields: %v", step.after, got)
		}
	}
	s.sends("b")
	s.rests("b", false)
	if s.yields("b", now) {
		t.Error("b waits for a, which has not looked since")
	}
	s.rests("a", false)
	if !s.yields("b", now) {
		t.Error("b does not wait for a, which has looked")
	}
	s.away("a")
	if s.yields("b", now) {
		t.Error("b waits for a, which is away")
	}
}
