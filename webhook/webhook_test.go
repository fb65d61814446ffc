package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"goniec/event"
	"goniec/store"
	"goniec/store/memstore"
)

// request is what a receiver saw.
type request struct {
	at      time.Time
	id      string
	subject string
	n       int
}

// receiver is a program that is told, played by a function.
type receiver struct {
	mu     sync.Mutex
	seen   []request
	answer func(request) (status int, header http.Header)
}

// RoundTrip answers without a socket, so that it can be used in a bubble.
func (r *receiver) RoundTrip(q *http.Request) (*http.Response, error) {
	content, err := io.ReadAll(q.Body)
	if err != nil {
		return nil, err
	}
	var b struct {
		ID   string
		Data struct {
			S string
			N int
		}
	}
	if err := json.Unmarshal(content, &b); err != nil {
		return nil, err
	}
	if id := q.Header.Get("Webhook-Id"); id != "evt_"+b.ID {
		return nil, fmt.Errorf("the event %s is sent under the id %s", b.ID, id)
	}
	saw := request{at: time.Now(), id: q.Header.Get("Webhook-Id"), subject: b.Data.S, n: b.Data.N}
	r.mu.Lock()
	r.seen = append(r.seen, saw)
	r.mu.Unlock()
	status, header := http.StatusNoContent, http.Header{}
	if r.answer != nil {
		status, header = r.answer(saw)
	}
	if status == 0 {
		<-q.Context().Done()
		return nil, q.Context().Err()
	}
	return &http.Response{StatusCode: status, Header: header, Body: http.NoBody, Request: q}, nil
}

func (r *receiver) requests() []request {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.seen)
}

// pass lets time go by in a bubble.
func pass(d time.Duration) { <-time.After(d) }

// world is a log and webhooks on a store.
type world struct {
	store  store.Store
	events *event.Log
	config Config
}

func newWorld() *world {
	s := memstore.New(memstore.WithLimits(128, 1<<20))
	w := &world{store: s, events: event.New(s, "box")}
	w.config = Config{
		Store: s, Events: w.events, Logger: slog.New(slog.DiscardHandler),
		Receivers: []Receiver{{Name: "his", URL: "http://192.0.2.10/sms", Timeout: 10 * time.Second}},
		Subject: func(_ context.Context, e event.Event) string {
			var d struct{ S string }
			_ = json.Unmarshal(e.Data, &d)
			return d.S
		},
	}
	return w
}

// run starts webhooks that speak to r; stop ends them.
func (w *world) run(t *testing.T, r http.RoundTripper) (hooks *Webhooks, stop func()) {
	t.Helper()
	hooks = New(w.config)
	hooks.runners[0].client.Transport = r
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { hooks.Run(ctx) })
	synctest.Wait()
	return hooks, func() { cancel(); running.Wait() }
}

// happened is the fact of these tests.
type happened struct {
	Type string `json:"-"`
	S    string // its subject
	N    int
}

func (f happened) EventType() string { return f.Type }
func (f happened) About() []string   { return []string{f.S} }

func (w *world) tell(t *testing.T, typ, subject string, n int) {
	t.Helper()
	err := w.store.Update(t.Context(), func(tx store.Tx) error {
		return w.events.Append(tx, "", happened{Type: typ, S: subject, N: n})
	})
	if err != nil {
		t.Error(err)
	}
}

func (w *world) state(t *testing.T, hooks *Webhooks) State {
	t.Helper()
	all, err := hooks.States(t.Context())
	if err != nil || len(all) != 1 {
		t.Fatalf("states %v, %v", all, err)
	}
	return all[0].State
}

func TestThreeDaysOfAttempts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		r := &receiver{answer: func(request) (int, http.Header) { return http.StatusInternalServerError, nil }}
		hooks, stop := w.run(t, r)
		defer stop()
		began := time.Now()
		w.tell(t, "message.sent", "a", 1)
		pass(5 * 24 * time.Hour)
		synctest.Wait()
		seen := r.requests()
		if len(seen) != 10 {
			t.Errorf("%d attempts, want 10", len(seen))
		}
		for i, s := range seen {
			if s.id != seen[0].id {
				t.Errorf("attempt %d has id %s, not %s", i, s.id, seen[0].id)
			}
			if i == 0 || i == len(seen)-1 {
				continue
			}
			want, got := schedule()[min(i-1, 6)], s.at.Sub(seen[i-1].at)
			if got < want*9/10 || got > want*11/10+time.Second {
				t.Errorf("attempt %d came after %s, want about %s", i, got, want)
			}
		}
		if d := seen[len(seen)-1].at.Sub(began); d != KeepTrying {
			t.Errorf("last attempt after %s", d)
		}
		if s := w.state(t, hooks); s.Waiting != 0 || s.Dead != 1 || s.LastFailure == nil || s.LastFailure.Status != 500 {
			t.Errorf("state %+v", s)
		}
		dead, next, err := hooks.Deliveries(t.Context(), "his", Dead, "", 10)
		if err != nil || len(dead) != 1 || next != "" || dead[0].Attempts != 10 {
			t.Fatalf("dead %+v, %q, %v", dead, next, err)
		}

		r.answer = nil
		if _, err := hooks.Resend(t.Context(), "his", dead[0].ID); err != nil {
			t.Error(err)
		}
		pass(2 * time.Minute)
		synctest.Wait()
		if s := w.state(t, hooks); s.Waiting != 0 || s.Dead != 0 || s.LastSuccess.IsZero() {
			t.Errorf("state after resend %+v", s)
		}
		if seen = r.requests(); len(seen) != 11 || seen[10].id != seen[0].id {
			t.Errorf("%d requests, the last %+v", len(seen), seen[len(seen)-1])
		}
		if _, err := hooks.Resend(t.Context(), "his", dead[0].ID); !errors.Is(err, ErrNoDelivery) {
			t.Errorf("resend of what was delivered: %v", err)
		}
	})
}

// TestOrderOfASubject lets the first event of one subject fail for an hour: those
// behind it wait, all others pass.
func TestOrderOfASubject(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		began := time.Now()
		r := &receiver{answer: func(q request) (int, http.Header) {
			if q.subject == "a" && q.n == 1 && time.Since(began) < time.Hour {
				return http.StatusBadRequest, nil
			}
			return http.StatusOK, nil
		}}
		hooks, stop := w.run(t, r)
		defer stop()
		for n := 1; n <= 20; n++ {
			for _, s := range []string{"a", "b", "c"} {
				w.tell(t, "message.sent", s, n)
			}
		}
		pass(time.Minute)
		synctest.Wait()
		if s := w.state(t, hooks); s.Waiting != 20 {
			t.Errorf("%d wait after a minute, want the 20 of a", s.Waiting)
		}
		pass(4 * time.Hour)
		synctest.Wait()
		if s := w.state(t, hooks); s.Waiting != 0 {
			t.Errorf("%d wait at the end", s.Waiting)
		}
		got := map[string][]int{}
		for _, q := range r.requests() {
			if n := got[q.subject]; len(n) == 0 || n[len(n)-1] != q.n { // attempts count once
				got[q.subject] = append(n, q.n)
			}
		}
		for subject, numbers := range got {
			if len(numbers) != 20 || !slices.IsSorted(numbers) {
				t.Errorf("of %s came %v", subject, numbers)
			}
		}
	})
}

func TestGoneDisables(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		gone := true
		r := &receiver{answer: func(request) (int, http.Header) {
			if gone {
				return http.StatusGone, nil
			}
			return http.StatusOK, nil
		}}
		w.config.Receivers[0].Events = []string{"message.*"}
		hooks, stop := w.run(t, r)
		defer stop()
		w.tell(t, "message.sent", "a", 1)
		pass(time.Hour)
		w.tell(t, "message.sent", "b", 2)
		w.tell(t, "modem.state", "m", 3) // not asked for
		pass(time.Hour)
		synctest.Wait()
		if n := len(r.requests()); n != 1 {
			t.Errorf("%d requests to a receiver that is gone, want 1", n)
		}
		if s := w.state(t, hooks); s.Disabled.IsZero() || s.Waiting != 2 {
			t.Errorf("state %+v", s)
		}
		told, err := w.events.After(t.Context(), "", 100)
		if err != nil || !slices.ContainsFunc(told, func(e event.Event) bool { return e.Type == Disabled{}.EventType() }) {
			t.Errorf("no event tells: %v, %v", told, err)
		}
		gone = false
		if err := hooks.Enable(t.Context(), "his"); err != nil {
			t.Error(err)
		}
		pass(time.Second)
		synctest.Wait()
		if s := w.state(t, hooks); !s.Disabled.IsZero() || s.Waiting != 0 || len(r.requests()) != 3 {
			t.Errorf("after enable %+v, %d requests", s, len(r.requests()))
		}
		if err := hooks.Enable(t.Context(), "nobody"); !errors.Is(err, ErrNoReceiver) {
			t.Errorf("enable of nobody: %v", err)
		}
	})
}

// TestReceiverComesBack has a receiver down for two hours: few attempts meanwhile,
// and everything soon after it is back.
func TestReceiverComesBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		began := time.Now()
		r := &receiver{answer: func(request) (int, http.Header) {
			if time.Since(began) < 2*time.Hour {
				return 0, nil // falls silent
			}
			return http.StatusOK, nil
		}}
		hooks, stop := w.run(t, r)
		defer stop()
		for n := range 300 {
			w.tell(t, "message.sent", "s"+strconv.Itoa(n), n)
		}
		pass(2 * time.Hour)
		synctest.Wait()
		if n := len(r.requests()); n > 130 {
			t.Errorf("%d attempts in two hours at a receiver that is down", n)
		}
		pass(2 * time.Minute)
		synctest.Wait()
		if s := w.state(t, hooks); s.Waiting != 0 {
			t.Errorf("%d of 300 wait two minutes after it is back", s.Waiting)
		}
	})
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		r := &receiver{answer: func(request) (int, http.Header) {
			return http.StatusTooManyRequests, http.Header{"Retry-After": {"120"}}
		}}
		_, stop := w.run(t, r)
		defer stop()
		w.tell(t, "message.sent", "a", 1)
		w.tell(t, "message.sent", "a", 2)
		pass(3 * time.Minute)
		synctest.Wait()
		seen := r.requests()
		if len(seen) != 2 || seen[1].at.Sub(seen[0].at) < 2*time.Minute {
			t.Errorf("attempts %+v", seen)
		}
	})
	for value, want := range map[string]time.Duration{"": 0, "7": 7 * time.Second, "-3": 0, "999999999": maxNext, "soon": 0} {
		if got := retryAfter(value, time.Now()); got != want {
			t.Errorf("Retry-After %q is %s, want %s", value, got, want)
		}
	}
}

// TestRestartsLoseNothing stops and starts in the middle, many times: each event
// arrives, with one id, and a new receiver is not told of the past.
func TestRestartsLoseNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.tell(t, "message.sent", "past", 0)
		var turn atomic.Int64
		r := &receiver{}
		r.answer = func(q request) (int, http.Header) {
			if turn.Add(1)%3 == 0 {
				return http.StatusBadGateway, nil
			}
			return http.StatusOK, nil
		}
		for round := range 30 {
			_, stop := w.run(t, &slow{r})
			for n := range 10 {
				w.tell(t, "message.sent", strconv.Itoa(n%3), round*10+n+1)
			}
			pass(time.Duration(round) * 30 * time.Millisecond)
			stop()
		}
		hooks, stop := w.run(t, &slow{r})
		pass(24 * time.Hour)
		synctest.Wait()
		defer stop()
		ids := map[int]string{}
		for _, q := range r.requests() {
			if known, found := ids[q.n]; found && known != q.id {
				t.Errorf("event %d came as %s and as %s", q.n, known, q.id)
			}
			ids[q.n] = q.id
		}
		if _, past := ids[0]; past || len(ids) != 300 {
			t.Errorf("%d events arrived, want 300 and not the past one (%t)", len(ids), past)
		}
		if s := w.state(t, hooks); s.Waiting != 0 || s.Dead != 0 {
			t.Errorf("state %+v", s)
		}
	})
}

// slow takes its time over every answer.
type slow struct{ *receiver }

func (s *slow) RoundTrip(q *http.Request) (*http.Response, error) {
	select {
	case <-q.Context().Done():
		return nil, q.Context().Err()
	case <-time.After(40 * time.Millisecond):
		return s.receiver.RoundTrip(q)
	}
}

func TestPrune(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		r := &receiver{answer: func(request) (int, http.Header) { return http.StatusGone, nil }}
		hooks, stop := w.run(t, r)
		for n := range 450 {
			w.tell(t, "message.sent", "a", n)
		}
		pass(time.Minute)
		stop()
		pass(KeepTrying + time.Hour)
		for i, want := range []State{{Dead: 451}, {}} { // one tells that it was disabled
			if err := hooks.Prune(t.Context()); err != nil {
				t.Error(err)
			}
			if s := w.state(t, hooks); s.Waiting != want.Waiting || s.Dead != want.Dead {
				t.Errorf("%d: %+v", i, s)
			}
			pass(KeepDead)
		}
		_, stop = w.run(t, r)
		w.tell(t, "message.sent", "a", 1)
		synctest.Wait()
		stop()
		w.config.Receivers = nil // it is no longer configured
		pass(KeepDead + time.Hour)
		if err := New(w.config).Prune(t.Context()); err != nil {
			t.Error(err)
		}
		left, err := store.View(t.Context(), w.store, func(r store.Reader) ([]store.Pair, error) {
			return r.Scan(prefixOf("his", Waiting), store.PrefixEnd(prefixOf("his", Waiting)), 0)
		})
		if err != nil || len(left) != 0 {
			t.Errorf("%d are left, %v", len(left), err)
		}
	})
}

// TestForeignVerification posts over a socket to a receiver that verifies with the
// library of Standard Webhooks, by the new secret and by the old one.
func TestForeignVerification(t *testing.T) {
	t.Parallel()
	secrets := [][]byte{[]byte("a new secret of 24 bytes"), []byte("an old secret of 24 byte")}
	type delivery struct {
		header  http.Header
		content []byte
	}
	came := make(chan delivery, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, q *http.Request) {
		content, err := io.ReadAll(q.Body)
		if err != nil {
			t.Error(err)
		}
		came <- delivery{q.Header, content}
	}))
	defer server.Close()
	w := newWorld()
	w.config.Receivers[0].URL = server.URL
	w.config.Receivers[0].Secrets = func() ([][]byte, error) { return secrets, nil }
	hooks := New(w.config)
	if trial, err := hooks.Test(t.Context(), "his"); err != nil || trial.Err != nil || trial.Status != http.StatusOK {
		t.Fatalf("test: %+v, %v", trial, err)
	}
	got := <-came
	for i, secret := range secrets {
		verifier, err := standard.NewWebhookRaw(secret)
		if err != nil {
			t.Fatal(err)
		}
		if err := verifier.Verify(got.content, got.header); err != nil {
			t.Errorf("secret %d: %v", i, err)
		}
		if err := verifier.Verify(append(got.content, ' '), got.header); err == nil {
			t.Errorf("secret %d: accepts another text", i)
		}
	}
	var b map[string]any
	if err := json.Unmarshal(got.content, &b); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]any{"webhook": "his"}, b["data"]); diff != "" || b["type"] != "webhook.test" || b["timestamp"] != b["at"] {
		t.Errorf("body %v: %s", b, diff)
	}
}

func TestAnswersOfARealReceiver(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		switch q.URL.Path {
		case "/redirect":
			http.Redirect(w, q, "/ok", http.StatusFound)
		case "/error":
			w.WriteHeader(http.StatusServiceUnavailable)
		case "/silent":
			select {
			case <-release:
			case <-q.Context().Done():
			}
		case "/endless":
			for range 10_000 {
				if _, err := w.Write(make([]byte, 1024)); err != nil {
					return
				}
			}
		}
	}))
	defer server.Close()
	defer close(release)
	for path, want := range map[string]string{
		"/ok": "<nil>", "/endless": "<nil>",
		"/redirect": "the receiver answered 302, and redirects are not followed",
		"/error":    "the receiver answered 503 Service Unavailable",
		"/silent":   "the receiver did not answer in time",
	} {
		w := newWorld()
		w.config.Receivers[0].URL = server.URL + path
		if path == "/silent" {
			w.config.Receivers[0].Timeout = 50 * time.Millisecond
		}
		trial, err := New(w.config).Test(t.Context(), "his")
		if err != nil {
			t.Error(err)
		}
		if got := fmt.Sprint(trial.Err); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}
