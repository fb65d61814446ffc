package api_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"goniec/access"
	"goniec/api/client"
	"goniec/api/rest"
	gw "goniec/gateway"
	"goniec/store"
	"goniec/store/memstore"
)

// stream is an open event stream.
type stream struct {
	lines  *bufio.Scanner
	close  func()
	header http.Header
	status int
}

func (g *gateway) stream(t testing.TB, secret, lastID string) *stream {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, g.url+"/v1/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+secret)
	if lastID != "" {
		r.Header.Set("Last-Event-ID", lastID)
	}
	resp, err := http.DefaultClient.Do(r) //nolint:bodyclose // stream.close does
	if err != nil {
		t.Fatal(err)
	}
	s := &stream{lines: bufio.NewScanner(resp.Body), header: resp.Header, status: resp.StatusCode}
	s.close = func() { cancel(); resp.Body.Close() }
	t.Cleanup(s.close)
	return s
}

// next returns the next line that begins with prefix, without it; ok is false at
// the end of the stream.
func (s *stream) next(prefix string) (line string, ok bool) {
	for s.lines.Scan() {
		if line, ok := strings.CutPrefix(s.lines.Text(), prefix); ok {
			return line, true
		}
	}
	return "", false
}

func (s *stream) event(t testing.TB) client.Event {
	t.Helper()
	data, ok := s.next("data: ")
	if !ok {
		t.Fatal("the stream has ended")
	}
	var e client.Event
	decodeInto(t, []byte(data), &e)
	return e
}

func TestStreamBeginsNowAndReplaysFromAnID(t *testing.T) {
	t.Parallel()
	g := memory(t)
	c := g.client(t, access.ScopeSend)
	secret := g.token(t, "page", access.ScopeEvents)
	post := func() string {
		m, err := c.Send(t.Context(), client.MessageRequest{To: "+48600100200", Text: secretText, Reference: "visit-17"})
		if err != nil {
			t.Fatal(err)
		}
		return m.ID
	}
	post() // before the stream: not in it
	live := g.stream(t, secret, "")
	if live.status != http.StatusOK || live.header.Get("Content-Type") != "text/event-stream" || live.header.Get("Cache-Control") != "no-store" {
		t.Fatalf("status %d, header %v", live.status, live.header)
	}
	start, ok := live.next("id: ")
	if !ok || start == "" {
		t.Fatal("the stream does not say where it begins")
	}
	ids := []string{post(), post(), post()}
	var seen []client.Event
	for _, id := range ids {
		e := live.event(t)
		var data struct{ ID, Reference string }
		if err := json.Unmarshal(e.Data, &data); err != nil {
			t.Fatal(err)
		}
		if e.Type != "message.queued" || data.ID != id || data.Reference != "visit-17" || e.At.IsZero() {
			t.Errorf("event %+v of message %s", e, id)
		}
		refuseEcho(t, string(e.Data))
		seen = append(seen, e)
	}
	for from, want := range map[string][]client.Event{start: seen, seen[0].ID: seen[1:]} {
		again := g.stream(t, secret, from)
		for _, e := range want {
			if got := again.event(t); got.ID != e.ID {
				t.Errorf("behind %s came %s, want %s", from, got.ID, e.ID)
			}
		}
		again.close()
	}
}

func TestStreamOfManyOldEvents(t *testing.T) {
	t.Parallel()
	g := memory(t)
	secret := g.token(t, "page", access.ScopeEvents)
	add := func(n int) {
		for range n {
			err := g.store.Update(t.Context(), func(tx store.Tx) error { return g.events.Append(tx, "", gw.StateChanged{Modem: "sim-a"}) })
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	add(1)
	first, err := g.events.Last(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	add(350)
	s := g.stream(t, secret, first)
	ids := map[string]bool{}
	for range 350 {
		ids[s.event(t).ID] = true
	}
	if len(ids) != 350 {
		t.Errorf("%d different events, want 350", len(ids))
	}
}

// TestStreamFromAnUnknownID: who asks for what followed an event that is not in the data gets
// all events that are kept, and no id is offered that would lead behind some of them.
func TestStreamFromAnUnknownID(t *testing.T) {
	t.Parallel()
	g := memory(t)
	secret := g.token(t, "page", access.ScopeEvents)
	empty := g.stream(t, secret, "")
	if id, ok := empty.next("id: "); !ok || id != "0" {
		t.Errorf("a stream without events begins behind %q", id)
	}
	c := g.client(t, access.ScopeSend)
	for range 2 {
		if _, err := c.Send(t.Context(), client.MessageRequest{To: "+48600100200", Text: "hej"}); err != nil {
			t.Fatal(err)
		}
	}
	want, err := g.events.After(t.Context(), "", 0)
	if err != nil || len(want) < 2 {
		t.Fatal(want, err)
	}
	for _, id := range []string{"0", "nonsense", "box-99999_0", "box-", want[0].ID() + "x", "other-1_0"} {
		s := g.stream(t, secret, id)
		if note, ok := s.next(": Last-Event-ID is"); !ok || note == "" {
			t.Errorf("from %q: no note", id)
		}
		if begin, ok := s.next("id: "); !ok || begin != "0" {
			t.Errorf("from %q: the stream begins behind %q", id, begin)
		}
		for _, e := range want {
			if got := s.event(t); got.ID != e.ID() || got.At.Nanosecond()%1e6 != 0 {
				t.Errorf("from %q: event %+v, want %s in whole milliseconds", id, got, e.ID())
			}
		}
		s.close()
	}
}

func TestStreamsOfATokenAreCounted(t *testing.T) {
	t.Parallel()
	g := memory(t)
	secret := g.token(t, "page", access.ScopeEvents)
	var open []*stream
	for range 8 {
		s := g.stream(t, secret, "")
		if _, ok := s.next("retry: "); !ok {
			t.Fatal("no stream")
		}
		open = append(open, s)
	}
	answer := g.ask(t, http.MethodGet, "/v1/events", secret, "")
	if p := answer.problem(t); answer.status != http.StatusTooManyRequests || p.Code != string(rest.CodeTooManyStreams) || answer.header.Get("Retry-After") == "" {
		t.Errorf("the ninth: %d %s", answer.status, p.Code)
	}
	if s := g.stream(t, g.token(t, "other", access.ScopeEvents), ""); s.status != http.StatusOK {
		t.Errorf("of another token: %d", s.status)
	}
	g.stop() // ends them all, so that an HTTP server can shut down
	for i, s := range open {
		if _, ok := s.next("data: "); ok {
			t.Errorf("stream %d goes on", i)
		}
		if err := s.lines.Err(); err != nil {
			t.Errorf("stream %d broke: %v", i, err)
		}
	}
}

func TestStreamOutlivesTheLimitsOfItsServer(t *testing.T) {
	t.Parallel()
	g := bare(t, memstore.New())
	_, secret, err := g.tokens.Create(t.Context(), "page", []access.Scope{access.ScopeEvents})
	if err != nil {
		t.Fatal(err)
	}
	const limit = 300 * time.Millisecond
	server := httptest.NewUnstartedServer(g.server.Handler())
	server.Config.ReadTimeout, server.Config.WriteTimeout = limit, limit
	server.Start()
	defer server.Close()
	g.url = server.URL
	s := g.stream(t, secret, "")
	if _, ok := s.next("id:"); !ok {
		t.Fatal("no stream")
	}
	<-time.After(2 * limit)
	err = g.store.Update(t.Context(), func(tx store.Tx) error { return g.events.Append(tx, "", gw.StateChanged{}) })
	if err != nil {
		t.Fatal(err)
	}
	if e := s.event(t); e.Type != "modem.state" {
		t.Errorf("got %+v", e)
	}
	// A shutdown ends the stream at once, and cleanly.
	if err := server.Config.Shutdown(t.Context()); err != nil {
		t.Errorf("shutdown: %v", err)
	}
	if _, ok := s.next("data: "); ok || s.lines.Err() != nil {
		t.Errorf("after the shutdown: more events %v, error %v", ok, s.lines.Err())
	}
}

// flow is a response that can be read while it is written.
type flow struct {
	mu     sync.Mutex
	buf    bytes.Buffer // guarded by mu
	header http.Header
}

func (f *flow) Header() http.Header { return f.header }
func (f *flow) WriteHeader(int)     {}
func (f *flow) Flush()              {}
func (f *flow) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.buf.Write(p)
}

func (f *flow) String() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.buf.String()
}

func TestStreamPingsAndEndsWithItsToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		g := bare(t, memstore.New())
		_, secret, err := g.tokens.Create(ctx, "page", []access.Scope{access.ScopeEvents})
		if err != nil {
			t.Fatal(err)
		}
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "/v1/events", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+secret)
		f := &flow{header: http.Header{}}
		done := make(chan struct{})
		go func() { defer close(done); g.server.Handler().ServeHTTP(f, r) }()
		<-time.After(46 * time.Second)
		synctest.Wait()
		if pings := strings.Count(f.String(), ": ping\n\n"); pings != 3 {
			t.Errorf("%d pings in 46 seconds, want 3", pings)
		}
		if _, err := g.tokens.Revoke(ctx, "page"); err != nil {
			t.Fatal(err)
		}
		<-done
		cancel()
		synctest.Wait()
	})
}

func TestClientFollowsEvents(t *testing.T) {
	t.Parallel()
	g := memory(t)
	c := g.client(t, access.ScopeSend, access.ScopeEvents)
	var sent []string
	for range 3 {
		m, err := c.Send(t.Context(), client.MessageRequest{To: "+48600100200", Text: "hej"})
		if err != nil {
			t.Fatal(err)
		}
		sent = append(sent, m.ID)
	}
	oldest, err := g.events.After(t.Context(), "", 1)
	if err != nil {
		t.Fatal(err)
	}
	want := sent[1:] // what followed the first event
	var got []string
	for e, err := range c.Events(t.Context(), oldest[0].ID()) {
		if err != nil {
			t.Fatal(err)
		}
		var data struct{ ID string }
		if err := json.Unmarshal(e.Data, &data); err != nil {
			t.Fatal(err)
		}
		if got = append(got, data.ID); len(got) == len(want) {
			break
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	without, err := client.New(g.url, g.token(t, "without", access.ScopeSend))
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range without.Events(t.Context(), "") {
		wantProblem(t, "without the scope", rest.CodeScopeMissing, err)
	}
}
