package api_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"goniec/access"
	"goniec/api/client"
	"goniec/api/rest"
)

// route is an operation of the document.
type route struct {
	method, path string
	scope        string // empty: open
	optional     bool   // it may also be called without a token, from this machine
}

// routes reads the operations from the document that the server gives out.
func (g *gateway) routes(t testing.TB) []route {
	t.Helper()
	var document struct {
		Paths map[string]map[string]struct {
			Security []map[string][]string
		}
	}
	if err := json.Unmarshal(g.ask(t, http.MethodGet, "/openapi.json", "", "").body, &document); err != nil {
		t.Fatal(err)
	}
	replace := strings.NewReplacer("{id}", "01a201c7-10fa-72da-87bf-0dc4c9bc2fac", "{name}", "nobody")
	var all []route
	for path, operations := range document.Paths {
		for method, op := range operations {
			r := route{method: strings.ToUpper(method), path: replace.Replace(path)}
			for _, requirement := range op.Security {
				if scopes := requirement["token"]; len(scopes) == 1 {
					r.scope = scopes[0]
				} else if len(requirement) == 0 {
					r.optional = true
				}
			}
			all = append(all, r)
		}
	}
	return all
}

func TestEveryRouteAsksForItsScope(t *testing.T) {
	t.Parallel()
	g := memory(t)
	routes := g.routes(t)
	if len(routes) < 19 {
		t.Fatalf("the document has %d operations only: %+v", len(routes), routes)
	}
	// A token of every scope but the one that is needed.
	without := map[string]string{}
	for _, needed := range access.Scopes() {
		others := slices.DeleteFunc(access.Scopes(), func(s access.Scope) bool { return s == needed || s == access.ScopeAdmin })
		without[string(needed)] = g.token(t, "without-"+strings.ReplaceAll(string(needed), ":", "-"), others...)
	}
	for _, r := range routes {
		// Metrics are open to this machine; what a proxy passes on is not from here.
		remote := []string{"X-Forwarded-For", "192.0.2.7"}
		if r.scope == "" {
			if open := []string{"/healthz", "/readyz"}; !slices.Contains(open, r.path) {
				t.Errorf("%s %s is open to all", r.method, r.path)
			}
			continue
		}
		name := r.method + " " + r.path
		answer := g.ask(t, r.method, r.path, "", "", remote...)
		if p := answer.problem(t); answer.status != http.StatusUnauthorized || p.Code != string(rest.CodeTokenMissing) {
			t.Errorf("%s without a token: %d %s", name, answer.status, p.Code)
		}
		if got := answer.header.Get("WWW-Authenticate"); !strings.HasPrefix(got, "Bearer ") {
			t.Errorf("%s without a token: WWW-Authenticate %q", name, got)
		}
		answer = g.ask(t, r.method, r.path, without[r.scope], "", remote...)
		if p := answer.problem(t); answer.status != http.StatusForbidden || p.Code != string(rest.CodeScopeMissing) || !strings.Contains(p.Detail, r.scope) {
			t.Errorf("%s without %s: %d %s %q", name, r.scope, answer.status, p.Code, p.Detail)
		}
		if got := answer.header.Get("WWW-Authenticate"); !strings.Contains(got, `scope="`+r.scope+`"`) {
			t.Errorf("%s without %s: WWW-Authenticate %q", name, r.scope, got)
		}
	}
}

func TestTokensThatAreNoTokens(t *testing.T) {
	t.Parallel()
	g := memory(t)
	good := g.token(t, "clinic", access.ScopeMessages)
	other := g.token(t, "other", access.ScopeMessages)
	if _, err := g.tokens.Revoke(t.Context(), "other"); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		header string
		code   rest.Code
	}{
		"none":              {"", rest.CodeTokenMissing},
		"basic":             {"Basic Z25jOg==", rest.CodeTokenMissing},
		"no scheme":         {good, rest.CodeTokenMissing},
		"last letter lost":  {"Bearer " + good[:len(good)-1], rest.CodeTokenMalformed},
		"one letter wrong":  {"Bearer " + good[:10] + flip(good[10:11]) + good[11:], rest.CodeTokenMalformed},
		"another program's": {"Bearer ghp_16C7e42F292c6912E7710c838347Ae178B4a", rest.CodeTokenMalformed},
		"revoked":           {"Bearer " + other, rest.CodeTokenUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer := g.ask(t, http.MethodGet, "/v1/messages", "", "", "Authorization", test.header)
			if p := answer.problem(t); answer.status != http.StatusUnauthorized || p.Code != string(test.code) {
				t.Errorf("got %d %s, want 401 %s", answer.status, p.Code, test.code)
			}
			if strings.Contains(string(answer.body), good) {
				t.Error("the answer shows the token")
			}
		})
	}
	if answer := g.ask(t, http.MethodGet, "/v1/messages", "", "", "Authorization", "bearer  "+good); answer.status != http.StatusOK {
		t.Errorf("scheme in small letters: %d %s", answer.status, answer.body)
	}
	t.Cleanup(func() {
		if strings.Contains(g.log.String(), good[8:]) {
			t.Error("the log shows a token")
		}
	})
}

// flip returns another letter.
func flip(letter string) string {
	if letter == "a" {
		return "b"
	}
	return "a"
}

func TestMetricsAreOpenToThisMachineOnly(t *testing.T) {
	t.Parallel()
	g := memory(t)
	for name, test := range map[string]struct {
		header []string
		status int
	}{
		"a program on this machine":  {nil, 200},
		"through a proxy":            {[]string{"X-Forwarded-For", "192.0.2.7"}, 401},
		"through another proxy":      {[]string{"Forwarded", "for=192.0.2.7"}, 401},
		"a name of somebody else's":  {[]string{"Host", "rebound.example"}, 401},
		"a name of this machine":     {[]string{"Host", "localhost:8080"}, 200},
		"an address of this machine": {[]string{"Host", "[::1]:8080"}, 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, g.url+"/metrics", nil)
			if err != nil {
				t.Fatal(err)
			}
			for i := 0; i < len(test.header); i += 2 {
				if test.header[i] == "Host" {
					r.Host = test.header[i+1]
				} else {
					r.Header.Set(test.header[i], test.header[i+1])
				}
			}
			resp, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != test.status {
				t.Errorf("status %d, want %d", resp.StatusCode, test.status)
			}
		})
	}
	secret := g.token(t, "prometheus", access.ScopeMetrics)
	g.ask(t, http.MethodGet, "/healthz", "", "")
	answer := g.ask(t, http.MethodGet, "/metrics", secret, "", "X-Forwarded-For", "192.0.2.7")
	if answer.status != http.StatusOK || !strings.Contains(string(answer.body), "goniec_http_requests_total") {
		t.Errorf("with a token: %d %.200s", answer.status, answer.body)
	}
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	g := memory(t, func(c *config) { c.rest.RateLimit = access.RateLimit{PerSecond: 0.0001, Burst: 2} })
	busy, idle := g.token(t, "busy", access.ScopeMessages), g.token(t, "idle", access.ScopeMessages)
	for range 2 {
		if answer := g.ask(t, http.MethodGet, "/v1/messages", busy, ""); answer.status != http.StatusOK {
			t.Fatalf("within the burst: %d %s", answer.status, answer.body)
		}
	}
	answer := g.ask(t, http.MethodGet, "/v1/messages", busy, "")
	if p := answer.problem(t); answer.status != http.StatusTooManyRequests || p.Code != string(rest.CodeRateLimited) {
		t.Errorf("beyond the burst: %d %s", answer.status, p.Code)
	}
	if pause, err := strconv.Atoi(answer.header.Get("Retry-After")); err != nil || pause < 9_000 || pause > 10_000 {
		t.Errorf("Retry-After %d, %v, want about 10 000 s at one request in 10 000 s", pause, err)
	}
	if answer := g.ask(t, http.MethodGet, "/v1/messages", idle, ""); answer.status != http.StatusOK {
		t.Errorf("another token: %d", answer.status)
	}
}

func TestAdminSocketNeedsNoToken(t *testing.T) {
	t.Parallel()
	g := memory(t)
	c, err := client.New(g.onSocket(t), "")
	if err != nil {
		t.Fatal(err)
	}
	made, err := c.CreateToken(t.Context(), client.TokenRequest{Name: "clinic", Scopes: []string{"messages:send"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.tokens.Verify(t.Context(), made.Secret); err != nil {
		t.Errorf("the token that the socket made: %v", err)
	}
	m, err := c.Send(t.Context(), client.MessageRequest{To: "600100200", Text: "hej"})
	if err != nil {
		t.Fatal(err)
	}
	if stored, err := g.queue.Message(t.Context(), m.ID); err != nil || stored.Text != "hej" {
		t.Errorf("message sent through the socket: %q, %v", stored.Text, err)
	}
	tokens, err := c.Tokens(t.Context())
	if err != nil || len(tokens) != 1 || tokens[0].Name != "clinic" || !strings.HasPrefix(made.Secret, tokens[0].Prefix) {
		t.Errorf("tokens %+v, %v", tokens, err)
	}
	if err := c.RevokeToken(t.Context(), tokens[0].ID); err != nil {
		t.Fatal(err)
	}
	if _, err := g.tokens.Verify(t.Context(), made.Secret); err == nil {
		t.Error("a revoked token is still good")
	}
}

// TestHeadIsGetWithoutABody: load balancers and monitors ask by HEAD.
func TestHeadIsGetWithoutABody(t *testing.T) {
	t.Parallel()
	g := memory(t)
	secret := g.token(t, "clinic", access.ScopeMessages)
	for path, want := range map[string]int{
		"/": http.StatusOK, "/docs": http.StatusOK, "/docs/style.css": http.StatusOK, "/openapi.json": http.StatusOK,
		"/healthz": http.StatusOK, "/readyz": http.StatusOK, "/metrics": http.StatusOK, "/v1/messages": http.StatusOK,
		"/v1/messages/x": http.StatusNotFound, "/v1/modems": http.StatusForbidden, "/v1/events": http.StatusMethodNotAllowed,
	} {
		answer := g.ask(t, http.MethodHead, path, secret, "")
		if answer.status != want || len(answer.body) != 0 {
			t.Errorf("HEAD %s: %d with %d bytes, want %d", path, answer.status, len(answer.body), want)
		}
		if answer.header.Get("X-Request-Id") == "" || answer.header.Get("Content-Type") == "" {
			t.Errorf("HEAD %s: headers %v", path, answer.header)
		}
	}
}
