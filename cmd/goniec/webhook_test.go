package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"goniec/modem/emulator"
)

// told is what a receiver was told of one event.
type told struct {
	key string // webhook-id
	at  time.Time
}

// receiver is a program that is told of events; it verifies every signature.
type receiver struct {
	t        *testing.T
	verifier *standard.Webhook

	mu      sync.Mutex // guards what follows
	refuse  bool
	refused int
	events  map[string][]told // by the id of the event
	types   map[string]int
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	content, err := io.ReadAll(q.Body)
	if err != nil {
		return // the daemon was killed
	}
	if err := r.verifier.Verify(content, q.Header); err != nil {
		r.t.Errorf("signature: %v", err)
	}
	var e struct{ ID, Type string }
	if err := json.Unmarshal(content, &e); err != nil {
		r.t.Errorf("body: %v", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events[e.ID] = append(r.events[e.ID], told{q.Header.Get("Webhook-Id"), time.Now()})
	if r.refuse {
		r.refused++
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	r.types[e.Type]++
}

func (r *receiver) count(typ string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.types[typ]
}

// TestWebhookOfADaemon sends texts to a real daemon that has a receiver: each is told
// within a second; what the receiver refuses, and what comes while it does, survives
// a kill of the daemon and comes with the ids it had.
func TestWebhookOfADaemon(t *testing.T) {
	t.Parallel()
	secret := "whsec_" + base64.StdEncoding.EncodeToString([]byte("thirty-two bytes of a secret key"))
	verifier, err := standard.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	r := &receiver{t: t, verifier: verifier, events: map[string][]told{}, types: map[string]int{}}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	n, modem, port := network(t)
	d := newDaemon(t, fmt.Sprintf("webhooks:\n  - {name: his, url: %q, secret_file: %q, events: [\"message.received\"]}\n", server.URL, file), port)
	d.start()
	d.ready()

	patient := n.Handset("+48600100200")
	const texts = 20
	slowest := time.Duration(0)
	for i := range texts {
		begin := time.Now()
		sendText(t, patient, modem, fmt.Sprintf("text %d", i))
		d.eventually("the receiver is told of a text", func() bool { return r.count("message.received") == i+1 })
		slowest = max(slowest, time.Since(begin))
	}
	t.Logf("from the text to the receiver: %s at most of %d", slowest.Round(time.Millisecond), texts)

	r.mu.Lock()
	r.refuse = true
	r.mu.Unlock()
	for i := range texts {
		sendText(t, patient, modem, fmt.Sprintf("more %d", i))
	}
	d.eventually("the receiver refuses", func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.refused > 0
	})
	d.eventually("all texts wait", func() bool {
		all, err := d.client.Webhooks(t.Context())
		return err == nil && len(all) == 1 && all[0].Waiting == texts && all[0].State == "failing"
	})
	d.kill()
	r.mu.Lock()
	r.refuse = false
	r.mu.Unlock()
	d.start()
	d.eventually("the receiver is told of the rest", func() bool { return r.count("message.received") >= 2*texts })
	d.eventually("nothing waits", func() bool {
		all, err := d.client.Webhooks(t.Context())
		return err == nil && all[0].Waiting == 0 && all[0].Dead == 0 && all[0].State == "well"
	})
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.events) != 2*texts {
		t.Errorf("told of %d events, want %d", len(r.events), 2*texts)
	}
	for id, attempts := range r.events {
		for _, a := range attempts {
			if a.key != attempts[0].key {
				t.Errorf("event %s came as %s and as %s", id, attempts[0].key, a.key)
			}
		}
	}
	if log := d.logged(); strings.Contains(log, "600100200") || strings.Contains(log, secret) {
		t.Error("the log holds a number or a secret")
	}
}

// sendText sends a text from a patient to the number of the modem's card.
func sendText(t *testing.T, from *emulator.Handset, to *emulator.Modem, text string) {
	t.Helper()
	if err := from.Send(to.SIM().Number, text); err != nil {
		t.Fatal(err)
	}
}
