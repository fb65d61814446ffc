package access_test

import (
	"testing"
	"time"

	"goniec/access"
)

// TestLimits: each token has its own burst, and the wait is until the next
// request is allowed, however often one asks before.
func TestLimits(t *testing.T) {
	t.Parallel()
	l := access.NewLimits(access.RateLimit{PerSecond: 0.5, Burst: 2})
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	for range 2 {
		if wait, ok := l.Take("busy", now); !ok || wait != 0 {
			t.Fatalf("within the burst: %v, %v", wait, ok)
		}
	}
	for range 2 {
		if wait, ok := l.Take("busy", now); ok || wait != 2*time.Second {
			t.Errorf("beyond the burst: %v, %v, want 2s", wait, ok)
		}
	}
	if wait, ok := l.Take("idle", now); !ok || wait != 0 {
		t.Errorf("another token: %v, %v", wait, ok)
	}
	if wait, ok := l.Take("busy", now.Add(2*time.Second)); !ok || wait != 0 {
		t.Errorf("after the wait: %v, %v", wait, ok)
	}
}
