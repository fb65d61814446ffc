package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"goniec/api/client"
	"goniec/modem/emulator"
)

// TestKilledInTheAir kills the daemon while a text is on the air, to a number from
// which no report ever comes: the next life must learn from the modem's answer that it
// has left, and not send it again.
func TestKilledInTheAir(t *testing.T) {
	t.Parallel()
	n, _, device := networkLike(t, emulator.Options{Seed: 1, Latency: emulator.Latency{Air: 12 * time.Second}})
	d := newDaemon(t, "uncertain_wait: 1m\n", device)
	d.start()
	d.ready()
	m, err := d.client.Send(t.Context(), client.MessageRequest{To: silentNumber(0), Text: "Wizyta jutro o 10:00."})
	if err != nil {
		t.Fatal(err)
	}
	d.waitFor(m.ID, client.StatusSending)
	pauseFor(t, 300*time.Millisecond)
	d.kill()
	d.start()
	sent := d.waitFor(m.ID, client.StatusSent)
	if got := n.AcceptedCount(); got != 1 {
		t.Errorf("the service centre has %d copies, want 1", got)
	}
	if mr := sent.Parts[0].MR; mr == nil {
		t.Error("the reference is not known")
	}
	if log := d.logged(); !strings.Contains(log, "listening for its answer before anything is written") || !strings.Contains(log, "late answer to an uncertain part") {
		t.Error("the log does not say what was waited for and what came of it")
	}
}

// silentNumber is one from which no report ever comes.
func silentNumber(i int) string { return fmt.Sprintf("+486%03d99901", i%1000) }

// TestSoakKillsInTheAir kills the daemon again and again while every one of its modems
// has a text on the air, to numbers from which no report comes, and counts what was
// sent twice for want of knowing: started again at once, or only when all the answers
// have come to ports that nobody had open.
func TestSoakKillsInTheAir(t *testing.T) {
	soaking(t)
	for _, c := range []struct {
		away  time.Duration
		kills int
	}{{0, 10}, {8 * time.Second, 3}} {
		t.Run("away "+c.away.String(), func(t *testing.T) {
			t.Parallel()
			killInTheAir(t, c.away, c.kills)
		})
	}
}

func killInTheAir(t *testing.T, away time.Duration, kills int) {
	const modems = 10
	n, devices := fleet(t, modems)
	d := newDaemon(t, "uncertain_wait: 1m\n", devices...)
	d.start()
	var ids []string
	for range kills {
		d.allReady(modems)
		ids = append(ids, d.sendByEach(modems, len(ids))...)
		pauseFor(t, rand.N(5*time.Second))
		d.kill()
		pauseFor(t, away)
		d.start()
	}
	for _, id := range ids {
		for m := d.message(id); m.Status != client.StatusSent; m = d.message(id) {
			pauseFor(t, 200*time.Millisecond)
		}
	}
	copies := map[string]int{}
	for _, a := range n.Accepted() {
		copies[a.To]++
	}
	lost, doubled, unknown := 0, 0, 0
	for i, id := range ids {
		switch m := d.message(id); {
		case copies[silentNumber(i)] == 0:
			lost++
		case copies[silentNumber(i)] > 1:
			doubled++
		case m.Parts[0].MR == nil:
			unknown++
		}
	}
	t.Logf("%d kills with %d texts on the air each, no reports, %v away: lost %d, doubled %d, sent once with its reference unknown %d", kills, modems, away, lost, doubled, unknown)
	if lost > 0 {
		t.Errorf("%d texts were lost", lost)
	}
	if away == 0 && doubled > len(ids)/10 {
		t.Errorf("%d of %d texts were doubled: listening has no effect", doubled, len(ids))
	}
}

// fleet returns a network whose texts are 6 s on the air, and the ports of so many
// modems.
func fleet(t *testing.T, modems int) (*emulator.Network, []string) {
	t.Helper()
	n := emulator.NewNetwork(emulator.Options{Seed: rand.Uint64(), Latency: emulator.Latency{Air: 6 * time.Second}})
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	devices := make([]string, modems)
	for i := range devices {
		port, err := n.NewModem(emulator.Generic(), n.AddSIM(emulator.SIM{})).OpenPTY()
		if err != nil {
			t.Fatal(err)
		}
		devices[i] = port.Path()
	}
	return n, devices
}

// sendByEach has each modem send a text to a number of its own, from number first on,
// and returns when all of them are on the air.
func (d *daemon) sendByEach(modems, first int) (ids []string) {
	d.t.Helper()
	requests := make([]client.MessageRequest, modems)
	for i := range requests {
		requests[i] = client.MessageRequest{To: silentNumber(first + i), Text: "Wizyta jutro o 10:00.", Modem: fmt.Sprintf("m%d", i)}
	}
	results, err := d.client.SendBatch(d.t.Context(), requests)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, r := range results {
		d.waitFor(r.ID, client.StatusSending)
		ids = append(ids, r.ID)
	}
	return ids
}

// allReady waits until so many modems are ready.
func (d *daemon) allReady(count int) {
	d.t.Helper()
	d.eventually("all modems are ready", func() bool {
		modems, err := d.client.Modems(d.t.Context())
		ready := 0
		for _, m := range modems {
			if m.State == "ready" {
				ready++
			}
		}
		return err == nil && ready == count
	})
}
