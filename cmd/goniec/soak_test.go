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
// messages with reports, a third of them long, are on their way, and compares the
// network's own record with the queue's. Nothing may be lost; a part may have been
// sent twice only if the queue had called its message uncertain before.
func TestSoakKills(t *testing.T) {
	soaking(t)
	const messages, kills = 300, 50
	n, _, device := networkLike(t, emulator.Options{
		Seed: rand.Uint64(), Latency: emulator.Latency{Air: 60 * time.Millisecond}, ReportDelay: 100 * time.Millisecond,
	})
	d := newDaemon(t, "uncertain_wait: 1m\n", device)
	d.start()
	var sender sync.WaitGroup
	ids, share := make([]string, messages), make(chan int, kills+1)
	sender.Go(func() { d.post(ids, share) })
	for range kills {
		if rand.N(5) > 0 { // the fifth is killed while it wakes the modem
			d.ready()
		}
		// Each life gets its share, so that every kill finds something at work.
		share <- messages / kills
		pauseFor(t, rand.N(800*time.Millisecond))
		d.kill()
		d.start()
	}
	share <- messages
	sender.Wait()
	for _, id := range ids {
		// Those called uncertain may wait a minute. One that two kills have hit is
		// held for a person.
		for m := d.message(id); !m.Status.Final() && m.Status != client.StatusHeld; m = d.message(id) {
			pauseFor(t, 100*time.Millisecond)
		}
	}
	type part struct {
		to     string
		number int
	}
	copies := map[part]int{}
	for _, a := range n.Accepted() {
		copies[part{a.To, a.Part}]++
	}
	uncertain := d.calledUncertain()
	var parts, lost, doubled, unexcused, doubts int
	for i, id := range ids {
		doubts += uncertain[id]
		for k := range d.message(id).Parts {
			parts++
			switch sent := copies[part{recipient(i), k + 1}]; {
			case sent == 0:
				lost++
				t.Errorf("part %d of message %d was taken with 202 and never sent", k+1, i)
			case sent > 1+uncertain[id]:
				unexcused++
				t.Errorf("part %d of message %d was sent %d times, and called uncertain %d times", k+1, i, sent, uncertain[id])
			case sent > 1:
				doubled++
			}
		}
	}
	t.Logf("%d kills, %d messages of %d parts: lost %d, doubled %d after they had been called uncertain, doubled otherwise %d; messages became uncertain %d times",
		kills, messages, parts, lost, doubled, unexcused, doubts)
}

// post posts as many messages as share says, until all are accepted.
func (d *daemon) post(ids []string, share <-chan int) {
	for next := 0; next < len(ids); {
		for n := <-share; n > 0 && next < len(ids); n-- {
			request := client.MessageRequest{To: recipient(next), Text: soakText(next)}
			for ids[next] == "" && d.t.Context().Err() == nil {
				// The key makes the repetition after a kill harmless.
				if answer, err := d.client.Send(d.t.Context(), request, client.WithKey(fmt.Sprintf("soak-%d", next))); err == nil {
					ids[next] = answer.ID
				}
			}
			next++
		}
	}
}

// soakText makes every third message one of three parts.
func soakText(i int) string {
	text := fmt.Sprintf("Wizyta nr %d, jutro o 10:00. Odpisz TAK lub NIE.", i)
	if i%3 == 0 {
		text += strings.Repeat(" Prosimy o punktualne przybycie.", 10)
	}
	return text
}

// recipient returns the number that message i goes to.
func recipient(i int) string { return fmt.Sprintf("+48602%06d", i) }

// calledUncertain returns how often the event log has called each message uncertain.
// It reads the log from its beginning to the end of a message sent now.
func (d *daemon) calledUncertain() map[string]int {
	d.t.Helper()
	marker, err := d.client.Send(d.t.Context(), client.MessageRequest{To: "+48603000000", Text: "the end"})
	if err != nil {
		d.t.Fatal(err)
	}
	uncertain := map[string]int{}
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
			uncertain[data.ID]++
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
