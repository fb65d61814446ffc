package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"goniec/api/client"
)

// soaking skips tests that take minutes unless GONIEC_SOAK is set, as make soak
// does.
func soaking(t *testing.T) {
	t.Helper()
	if os.Getenv("GONIEC_SOAK") == "" {
		t.Skip("takes minutes; make soak runs it")
	}
}

// TestSoakMemory measures the daemon's anonymous resident memory after 10,000
// messages with reports.
func TestSoakMemory(t *testing.T) {
	soaking(t)
	n, _, device := network(t)
	d := newDaemon(t, "", device)
	d.start()
	d.ready()
	const total, batch = 10_000, 500
	for i := 0; i < total; i += batch {
		requests := make([]client.MessageRequest, batch)
		for j := range requests {
			requests[j] = client.MessageRequest{To: fmt.Sprintf("+48601%06d", i+j), Text: fmt.Sprintf("Wizyta nr %d jutro o 10:00. Odpisz TAK lub NIE.", i+j)}
		}
		if _, err := d.client.SendBatch(t.Context(), requests); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "all are sent", func() bool { return n.AcceptedCount() == total })
	mib := float64(d.anonymous()) / (1 << 20)
	t.Logf("RssAnon after %d messages: %.1f MiB", total, mib)
	if mib >= 40 {
		t.Errorf("RssAnon is %.1f MiB, want less than 40", mib)
	}
}

// anonymous returns the daemon's RssAnon in bytes.
func (d *daemon) anonymous() int {
	d.t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", d.process.Process.Pid))
	if err != nil {
		d.t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "RssAnon:")
	kib, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		d.t.Fatal(err)
	}
	return kib << 10
}

// pauseFor waits without a deadline of its own.
func pauseFor(t testing.TB, wait time.Duration) {
	t.Helper()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-t.Context().Done():
	case <-timer.C:
	}
}
