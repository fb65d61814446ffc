package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"goniec/api/client"
	"goniec/modem/emulator"
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

// TestSoakKills kills the daemon with SIGKILL at 50 random moments while 300
// messages with reports are on their way, and compares the network's own record
// with the queue's. Nothing may be lost; a text may have been sent twice only if
// the queue had called it uncertain.
func TestSoakKills(t *testing.T) {
	soaking(t)
	const messages, kills = 300, 50
	n, _, device := networkLike(t, emulator.Options{
		Seed: 1, Latency: emulator.Latency{Air: 40 * time.Millisecond}, ReportDelay: 2 * time.Second,
	})
	d := newDaemon(t, "uncertain_wait: 1m\n", device)
	d.start()
	var sender sync.WaitGroup
	ids := make([]string, messages)
	sender.Go(func() {
		for i := range messages {
			request := client.MessageRequest{To: recipient(i), Text: fmt.Sprintf("Wizyta nr %d", i)}
			for ids[i] == "" {
				// The key makes the repetition after a kill harmless.
				if answer, err := d.client.Send(t.Context(), request, client.WithKey(fmt.Sprintf("soak-%d", i))); err == nil {
					ids[i] = answer.ID
				}
			}
			pauseFor(t, time.Duration(rand.N(100))*time.Millisecond)
		}
	})
	for range kills {
		if rand.N(5) > 0 { // the fifth is killed while it wakes the modem
			d.ready()
		}
		pauseFor(t, rand.N(400*time.Millisecond))
		d.kill()
		d.start()
	}
	sender.Wait()
	for _, id := range ids {
		// Those called uncertain wait a minute. A report that came while nobody had
		// the port open is gone, so that "sent" may be the end, too.
		for m := d.message(id); !m.Status.Final() && m.Status != client.StatusSent; m = d.message(id) {
			pauseFor(t, 100*time.Millisecond)
		}
	}
	uncertain := d.calledUncertain()
	copies := map[string]int{}
	for _, a := range n.Accepted() {
		copies[a.To]++
	}
	var lost, doubled, unexcused int
	for i, id := range ids {
		switch sent := copies[recipient(i)]; {
		case sent == 0:
			lost++
			t.Errorf("message %d was taken with 202 and never sent", i)
		case sent > 1 && uncertain[id]:
			doubled++
		case sent > 1:
			unexcused++
			t.Errorf("message %d was sent %d times and never called uncertain", i, sent)
		}
	}
	t.Logf("kills %d, messages %d: lost %d, called uncertain %d, of these sent twice %d, sent twice otherwise %d",
		kills, messages, lost, len(uncertain), doubled, unexcused)
}

// recipient returns the number that message i goes to.
func recipient(i int) string { return fmt.Sprintf("+48602%06d", i) }

// calledUncertain returns the ids that the event log has called uncertain. It reads
// the log from its beginning to the end of a message sent now.
func (d *daemon) calledUncertain() map[string]bool {
	d.t.Helper()
	marker, err := d.client.Send(d.t.Context(), client.MessageRequest{To: "+48603000000", Text: "the end"})
	if err != nil {
		d.t.Fatal(err)
	}
	uncertain := map[string]bool{}
	for event, err := range d.client.Events(d.t.Context(), "box-1") {
		if err != nil {
			d.t.Fatal(err)
		}
		var data struct {
			ID string `json:"id"`
		}
		if err := json.Unmarshal(event.Data, &data); err != nil {
			d.t.Fatal(err)
		}
		if event.Type == "message.uncertain" {
			uncertain[data.ID] = true
		}
		if data.ID == marker.ID {
			break
		}
	}
	return uncertain
}

// pauseFor waits without a deadline of its own.
func pauseFor(t *testing.T, wait time.Duration) {
	t.Helper()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-t.Context().Done():
	case <-timer.C:
	}
}
