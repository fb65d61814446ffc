package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"goniec/api/client"
	"goniec/app"
	"goniec/modem/emulator"
)

// million is what TestMillionDaemon does, and how much of it.
type million struct {
	path    string // of the file that make bench has filled; empty: of none
	batches int    // of 1,000 messages
	sends   int    // parts that leave while others come in
	pruned  int    // records that retention removes meanwhile, at least
}

func theMillion() million {
	if path := os.Getenv("GONIEC_MILLION"); path != "" {
		return million{path: path, batches: 60, sends: 5000, pruned: 20_000}
	}
	return million{batches: 2, sends: 50}
}

// TestMillionDaemon has the real daemon start on a million messages, after a clean
// stop and after a kill, take in batches, send, list, and remove what is old, and
// prints how long it takes to start, how much it takes in and how much memory it
// needs. Without GONIEC_MILLION it does a little of that on a new file.
func TestMillionDaemon(t *testing.T) {
	m := theMillion()
	n, _, device := networkLike(t, emulator.Options{Seed: 1, ReportDelay: 50 * time.Millisecond})
	d := newDaemon(t, "retention: {texts: 700h, records: 3500h}\n")
	if m.path != "" {
		if err := errors.Join(os.Mkdir(d.data, 0o700), copyTo(app.DataPath(d.data), m.path)); err != nil {
			t.Fatal(err)
		}
	}
	d.start()
	d.stop()
	clean := d.timedStart()
	token, begin := d.token(), time.Now()
	d.post1000(token, m.batches)
	t.Logf("batches of 1,000 over HTTP: %.0f messages a second", float64(m.batches)*1000/time.Since(begin).Seconds())
	d.kill()
	killed := d.timedStart()
	t.Logf("from exec to the first answer: %.3f s after a clean stop, %.3f s after a kill", clean.Seconds(), killed.Seconds())
	d.stop()

	d.write("retention: {texts: 700h, records: 3500h}\n", device)
	d.start()
	peak := d.watchMemory()
	begin = time.Now()
	d.post1000(token, m.batches)
	t.Logf("batches of 1,000 over HTTP beside sending: %.0f messages a second", float64(m.batches)*1000/time.Since(begin).Seconds())
	listed := 0
	for _, err := range d.client.Messages(t.Context(), client.MessageFilter{To: "+48600007919"}) {
		if err != nil {
			t.Fatal(err)
		}
		listed++
	}
	d.eventually("enough has been sent", func() bool { return n.AcceptedCount() >= m.sends })
	if m.pruned > 0 {
		patiently(t, "retention has done its work", func() bool { return d.metric("goniec_queue_pruned_total") >= m.pruned })
	}
	mib := float64(peak()) / (1 << 20)
	t.Logf("RssAnon at its peak while it took in %d, sent %d, removed %d and listed %d: %.1f MiB",
		m.batches*1000, n.AcceptedCount(), d.metric("goniec_queue_pruned_total"), listed, mib)
	if m.path != "" && mib >= 64 { // a binary that looks for races takes more, and is not what runs
		t.Errorf("RssAnon is %.1f MiB at its peak, want less than 64", mib)
	}
	const atMost = 2 * time.Second
	if m.path != "" && (clean > atMost || killed > atMost) {
		t.Errorf("it starts in %v and, after a kill, in %v, want %v at most", clean, killed, atMost)
	}
	d.stop()
}

// timedStart starts the daemon and returns how long it took to answer.
func (d *daemon) timedStart() time.Duration {
	d.t.Helper()
	begin := time.Now()
	d.start()
	return time.Since(begin)
}

// patiently is eventually for what takes minutes.
func patiently(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for range 10 {
		if condition() {
			return
		}
		pauseFor(t, 20*time.Second)
	}
	t.Errorf("waited in vain until %s", what)
}

// post1000 posts so many batches of 1,000 by HTTP, one after the other.
func (d *daemon) post1000(token string, batches int) {
	d.t.Helper()
	url := d.url()
	for i := range batches {
		body := []byte(`{"messages":[`)
		for j := range 1000 {
			if j > 0 {
				body = append(body, ',')
			}
			body = fmt.Appendf(body, `{"to":"+48601%06d","text":"Wizyta jutro o 10:00. Odpisz TAK lub NIE.","reference":"visit-%d"}`, (i*1000+j)%1_000_000, j)
		}
		request, err := http.NewRequestWithContext(d.t.Context(), http.MethodPost, url+"/v1/messages/batch", bytes.NewReader(append(body, "]}"...)))
		if err != nil {
			d.t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+token)
		request.Header.Set("Content-Type", "application/json")
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			d.t.Fatal(err)
		}
		_, err = io.Copy(io.Discard, answer.Body)
		if err := errors.Join(err, answer.Body.Close()); err != nil || answer.StatusCode != http.StatusAccepted {
			d.t.Fatalf("status %d, %v", answer.StatusCode, err)
		}
	}
}

// watchMemory looks at the daemon's RssAnon until what it returns is called, which
// returns the greatest in bytes.
func (d *daemon) watchMemory() (peak func() int) {
	ctx, stop := context.WithCancel(d.t.Context())
	var most atomic.Int64
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(20 * time.Millisecond)
		defer ticker.Stop()
		for {
			most.Store(max(most.Load(), int64(d.anonymous())))
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
		}
	}()
	return func() int {
		stop()
		<-ended
		return int(most.Load())
	}
}

// metric returns the value of a metric without labels.
func (d *daemon) metric(name string) int {
	d.t.Helper()
	answer, err := http.Get(d.url() + "/metrics")
	if err != nil {
		d.t.Fatal(err)
	}
	text, err := io.ReadAll(answer.Body)
	if err := errors.Join(err, answer.Body.Close()); err != nil {
		d.t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "\n"+name+" ")
	var value float64
	if _, err := fmt.Sscan(rest, &value); err != nil {
		d.t.Fatalf("metric %s: %v", name, err)
	}
	return int(value)
}

// copyTo copies a file.
func copyTo(to, from string) error {
	in, err := os.Open(filepath.Clean(from))
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}
