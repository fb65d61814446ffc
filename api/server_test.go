package api_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"goniec/accept"
	"goniec/access"
	"goniec/api"
	"goniec/api/client"
	"goniec/api/consent"
	"goniec/api/events"
	"goniec/api/incoming"
	"goniec/api/messages"
	"goniec/api/modems"
	"goniec/api/rest"
	"goniec/api/system"
	"goniec/api/tokens"
	"goniec/api/webhooks"
	"goniec/app"
	"goniec/event"
	gw "goniec/gateway"
	"goniec/inbox"
	"goniec/modem"
	"goniec/number"
	"goniec/pdu"
	"goniec/queue"
	"goniec/reply"
	"goniec/reply/reader"
	"goniec/selfcare"
	"goniec/store"
	"goniec/store/boltstore"
	"goniec/store/memstore"
	"goniec/suppression"
	"goniec/web/docs"
)

// sim is what the workers in these tests send and receive through.
var sim = queue.Worker{Modem: "sim-a", SIM: "8948010000000000001"}

// fleet is a gateway with two modems, one of which fails.
type fleet struct {
	mu        sync.Mutex
	states    []gw.Status                    // guarded by mu
	restarted []string                       // guarded by mu
	refusal   error                          // of StartTest; guarded by mu
	tests     map[string]selfcare.TestStatus // by modem; guarded by mu
}

func (f *fleet) Credit(string) *selfcare.Credit { return nil }

func (f *fleet) TestStatus(name string) *selfcare.TestStatus {
	f.mu.Lock()
	defer f.mu.Unlock()
	if t, known := f.tests[name]; known {
		return &t
	}
	return nil
}

func (f *fleet) Modems() []gw.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]gw.Status(nil), f.states...)
}

func (f *fleet) has(name string) bool {
	return slices.ContainsFunc(f.Modems(), func(s gw.Status) bool { return s.Name == name })
}

func (f *fleet) Restart(_ context.Context, name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, state := range f.states {
		if state.Name == name {
			f.restarted = append(f.restarted, name)
			return nil
		}
	}
	return gw.ErrUnknownModem
}

func (f *fleet) StartTest(_ context.Context, name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, state := range f.states {
		if state.Name == name && f.refusal == nil {
			f.tests[name] = selfcare.TestStatus{Running: true}
			return nil
		}
	}
	return cmp.Or(f.refusal, gw.ErrUnknownModem)
}

// refuse has every test refused with err.
func (f *fleet) refuse(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.refusal = err
}

func (f *fleet) Trace(name string) (modem.Info, []modem.TraceLine, error) {
	if name != "sim-a" {
		return modem.Info{}, nil, gw.ErrUnknownModem
	}
	return modem.Info{Model: "E3372"}, []modem.TraceLine{{Number: 1, Sent: true, Text: "AT"}, {Number: 2, Text: "OK"}}, nil
}

func (f *fleet) USSD(_ context.Context, name, code string) (string, error) {
	if name == "sim-b" {
		return "", gw.ErrNotOpen
	}
	answers := map[string]error{"*100#": modem.ErrUSSDRefused, "*102#": modem.ErrUSSDTimeout, "*103#": &modem.Fault{}}
	return "Stan konta: 25,00 PLN", answers[code]
}

func (f *fleet) set(states ...gw.Status) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.states = states
}

// allData stands for the database file.
const allData = "all data"

// gateway is the API over a real queue on a real store, without modems.
type gateway struct {
	store   store.Store
	queue   *queue.Queue
	inbox   *inbox.Inbox
	replies *reply.Replies
	events  *event.Log
	tokens  *access.Tokens
	modems  *fleet
	server  *rest.Server
	url     string
	log     *logBuffer
	stop    func() // ends Run and waits for it
}

// config is what the API is made of in these tests.
type config struct {
	rest      rest.Config
	queue     *queue.Queue
	numbering number.Numbering
	backup    io.WriterTo
	erase     consent.Erase
	webhooks  webhooks.Webhooks
}

// setting changes the config before the API is made.
type setting func(*config)

// withQueue replaces the queue by one that is configured otherwise.
func withQueue(t testing.TB, change func(*queue.Config)) (store.Store, setting) {
	t.Helper()
	s := memstore.New()
	return s, func(c *config) {
		wanted := queue.Config{Store: s, Events: event.New(s, "box"), Box: "box", Numbering: c.numbering}
		change(&wanted)
		q, err := queue.New(wanted)
		if err != nil {
			t.Fatal(err)
		}
		c.queue = q
	}
}

// bare is a gateway that nothing runs beside and nobody can connect to.
func bare(t testing.TB, s store.Store, settings ...setting) *gateway {
	t.Helper()
	g := &gateway{store: s, events: event.New(s, "box"), tokens: access.NewTokens(s), modems: &fleet{tests: map[string]selfcare.TestStatus{}}, log: &logBuffer{}}
	g.modems.set(
		gw.Status{Name: "sim-a", State: modem.Ready, Device: "/dev/ttyUSB2"},
		gw.Status{Name: "sim-b", State: modem.SIMLocked, Device: "/dev/ttyUSB5", Trouble: &gw.Trouble{
			Code: "cme_11", Detail: "+CME ERROR: 11", At: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC),
		}},
	)
	registry := prometheus.NewRegistry()
	numbering := number.Numbering{Region: "PL"}
	log := slog.New(slog.NewTextHandler(g.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	q, err := queue.New(queue.Config{Store: s, Events: g.events, Box: "box", Logger: log, Numbering: numbering})
	if err != nil {
		t.Fatal(err)
	}
	c := config{
		rest: rest.Config{Tokens: g.tokens, Logger: log, Registerer: registry}, queue: q, numbering: numbering,
		backup: strings.NewReader(allData), webhooks: &hooks{},
		erase: func(context.Context, consent.Erasing) (queue.Erasure, error) {
			return queue.Erasure{ID: "019aa8f0-5c1e-7d3a-9b42-6f0e8c2d1a57", At: time.Now()}, nil
		},
	}
	for _, set := range settings {
		set(&c)
	}
	g.queue = c.queue
	if g.inbox, err = inbox.New(inbox.Config{Store: s, Events: g.events, Queue: g.queue, Numbering: c.numbering}); err != nil {
		t.Fatal(err)
	}
	g.replies = g.newReplies(t, c.numbering)
	numbers := accept.Numbers{Numbering: c.numbering}
	intake := accept.New(accept.Config{Queue: g.queue, Questions: g.replies, Numbers: numbers, HasModem: g.modems.has, MaxParts: 6})
	g.server = api.New(c.rest,
		messages.Resource{Intake: intake, Queue: g.queue, Replies: g.replies, Numbers: numbers},
		incoming.Resource{Inbox: g.inbox, Replies: g.replies, Numbers: numbers},
		consent.Resource{Suppressions: suppression.New(g.store, g.events), Erasures: g.queue, Erase: c.erase, Numbers: numbers, Log: c.rest.Logger},
		modems.Resource{Gateway: g.modems, Care: g.modems},
		events.Resource{Events: g.events, Kinds: app.Facts(), Tokens: g.tokens, Log: c.rest.Logger},
		webhooks.Resource{Webhooks: c.webhooks},
		tokens.Resource{Tokens: g.tokens, Log: c.rest.Logger},
		system.Resource{
			Store: s, Queue: g.queue, Clock: g.queue.Clock(), Modems: g.modems, Alarms: func() []client.Alarm { return nil },
			Encryption: func() client.Encryption { return client.Encryption{} }, Backup: c.backup, Gatherer: registry,
			Location: time.UTC, Log: c.rest.Logger, Settings: someSettings(),
		},
	)
	docs.Mount(g.server)
	return g
}

// newReplies returns what deals with answers, which tests have run by themselves.
func (g *gateway) newReplies(t testing.TB, numbering number.Numbering) *reply.Replies {
	t.Helper()
	words, err := reader.New(reader.Options{})
	if err != nil {
		t.Fatal(err)
	}
	replies, err := reply.New(reply.Config{
		Store: g.store, Events: g.events, Queue: g.queue, Inbox: g.inbox, Suppressions: suppression.New(g.store, g.events), Reader: words, Numbering: numbering, Box: "box", Language: "pl",
		Text: func(_ string, kind reply.TextKind) string { return string(kind) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return replies
}

// newGateway serves the API on a port of this machine until the test ends.
func newGateway(t testing.TB, s store.Store, settings ...setting) *gateway {
	t.Helper()
	g := bare(t, s, settings...)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); g.server.Run(ctx) }()
	var once sync.Once
	g.stop = func() { once.Do(func() { cancel(); <-done }) }
	listener := httptest.NewServer(g.server.Handler())
	g.url = listener.URL
	t.Cleanup(func() { g.stop(); listener.Close(); s.Close() })
	return g
}

// memory is a gateway on a store that runs every transaction twice.
func memory(t testing.TB, settings ...setting) *gateway {
	t.Helper()
	return newGateway(t, memstore.New(), settings...)
}

// disk is a gateway on a store on disk.
func disk(t testing.TB, settings ...setting) *gateway {
	t.Helper()
	s, err := boltstore.Open(filepath.Join(t.TempDir(), "goniec.db"), boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return newGateway(t, s, settings...)
}

// quiet is a gateway that logs what is wrong only, as requests that succeed are
// not logged by default.
func quiet(c *config) { c.rest.Logger = slog.New(slog.DiscardHandler) }

// logBuffer keeps what was logged.
type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer // guarded by mu
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// token makes a token with these scopes and returns its secret.
func (g *gateway) token(t testing.TB, name string, scopes ...access.Scope) string {
	t.Helper()
	_, secret, err := g.tokens.Create(t.Context(), name, scopes)
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

// client returns a client with these scopes.
func (g *gateway) client(t testing.TB, scopes ...access.Scope) *client.Client {
	t.Helper()
	c, err := client.New(g.url, g.token(t, "client", scopes...))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// answer is what came back for a request.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// problem decodes the body as a problem.
func (a answer) problem(t testing.TB) client.Problem {
	t.Helper()
	if got := a.header.Get("Content-Type"); got != "application/problem+json" {
		t.Fatalf("status %d: Content-Type %q, want a problem; body %s", a.status, got, a.body)
	}
	var p client.Problem
	decodeInto(t, a.body, &p)
	if p.Status != a.status {
		t.Errorf("problem has status %d, answer %d", p.Status, a.status)
	}
	if p.Instance == "" || p.Instance != a.header.Get("X-Request-Id") {
		t.Errorf("instance %q is not the request id %q", p.Instance, a.header.Get("X-Request-Id"))
	}
	return p
}

// decodeInto decodes strictly: what the client's types do not have is a failure.
func decodeInto(t testing.TB, data []byte, value any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(value); err != nil {
		t.Fatalf("decode %s: %v", data, err)
	}
}

// ask sends a request; header has names and values in turn.
func (g *gateway) ask(t testing.TB, method, path, secret, body string, header ...string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, g.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if secret != "" {
		r.Header.Set("Authorization", "Bearer "+secret)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{status: resp.StatusCode, header: resp.Header, body: data}
}

// onSocket serves the admin handler on a unix socket and returns its address
// for a client.
func (g *gateway) onSocket(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "goniec.sock")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(g.server.AdminHandler())
	server.Listener.Close()
	server.Listener = listener
	server.Start()
	t.Cleanup(server.Close)
	return "unix:" + path
}

// receive lets a text from a number arrive.
func (g *gateway) receive(t testing.TB, from, text string) {
	t.Helper()
	sender, err := pdu.ParseAddress(from)
	if err != nil {
		t.Fatal(err)
	}
	composed, err := pdu.Compose(text, pdu.ComposeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	data, err := pdu.TextUserData(composed.Text, composed.Alphabet, nil)
	if err != nil {
		t.Fatal(err)
	}
	deliver := pdu.Deliver{OA: sender, DCS: pdu.TextDCS(composed.Alphabet, false), SCTS: time.Now(), UD: data}
	tpdu, err := deliver.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if err := g.inbox.Receive(t.Context(), sim, inbox.Decode(pdu.WithSMSC(nil, tpdu), time.Now())); err != nil {
		t.Fatal(err)
	}
}

// send takes the message that is due, records that every part was accepted, and
// returns the texts of the parts.
func (g *gateway) send(t testing.TB) []string {
	t.Helper()
	s, more, err := g.queue.Claim(t.Context(), sim)
	if err != nil || !more {
		t.Fatalf("claim: %v, %v", more, err)
	}
	var texts []string
	for more {
		texts = append(texts, s.Text)
		if s, more, err = g.queue.Record(t.Context(), s, queue.Outcome{Kind: queue.Accepted, MR: 7}, false); err != nil {
			t.Fatal(err)
		}
	}
	return texts
}
