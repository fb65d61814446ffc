package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"html"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"goniec/accept"
	"goniec/access"
	"goniec/api/client"
	"goniec/api/rest"
	"goniec/queue"
	"goniec/scripts/testtools"
)

var update = flag.Bool("update", false, "write openapi.json anew")

func TestOpenAPIIsCommitted(t *testing.T) {
	t.Parallel()
	g := memory(t)
	answer := g.ask(t, http.MethodGet, "/openapi.json", "", "")
	if answer.status != http.StatusOK || !strings.HasPrefix(answer.header.Get("Content-Type"), "application/vnd.oai.openapi+json") {
		t.Fatalf("status %d, type %q", answer.status, answer.header.Get("Content-Type"))
	}
	if *update {
		if err := os.WriteFile("openapi.json", answer.body, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	committed, err := os.ReadFile("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(committed), string(answer.body)); diff != "" {
		t.Errorf("openapi.json is not what the server says; look at it and run make update (-committed +served):\n%s", diff)
	}
}

// TestDocumentExplainsEverything wants words for every operation, parameter,
// answer and field.
func TestDocumentExplainsEverything(t *testing.T) {
	t.Parallel()
	g := memory(t)
	type schema struct {
		Description string
		Ref         string `json:"$ref"`
		Properties  map[string]json.RawMessage
	}
	var document struct {
		OpenAPI string
		Info    struct {
			Title, Version, Description string
			License                     struct{ Name string }
		}
		Paths map[string]map[string]struct {
			OperationID, Summary, Description string
			Tags                              []string
			Parameters                        []struct{ Name, Description string }
			RequestBody                       *struct {
				Content map[string]struct {
					Schema  schema
					Example any
				}
			}
			Responses map[string]struct {
				Description string
				Content     map[string]struct{ Schema schema }
			}
		}
		Components struct{ Schemas map[string]schema }
	}
	if err := json.Unmarshal(g.ask(t, http.MethodGet, "/openapi.json", "", "").body, &document); err != nil {
		t.Fatal(err)
	}
	if document.OpenAPI != "3.1.0" || document.Info.License.Name == "" || document.Info.Description == "" {
		t.Errorf("OpenAPI %q, info %+v", document.OpenAPI, document.Info)
	}
	for path, operations := range document.Paths {
		for method, op := range operations {
			name := method + " " + path
			if op.OperationID == "" || op.Summary == "" || op.Description == "" || len(op.Tags) != 1 {
				t.Errorf("%s says too little about itself: %+v", name, op)
			}
			for _, p := range op.Parameters {
				if p.Description == "" {
					t.Errorf("%s: parameter %s has no description", name, p.Name)
				}
			}
			if b := op.RequestBody; b != nil {
				if json := b.Content["application/json"]; json.Schema.Ref == "" || json.Example == nil {
					t.Errorf("%s: body %+v", name, json)
				}
			}
			for status, answer := range op.Responses {
				if answer.Description == "" {
					t.Errorf("%s: answer %s has no description", name, status)
				}
				if status >= "400" && answer.Content["application/problem+json"].Schema.Ref != "#/components/schemas/Problem" {
					t.Errorf("%s: answer %s is no problem: %+v", name, status, answer.Content)
				}
			}
		}
	}
	for name, s := range document.Components.Schemas {
		for field, raw := range s.Properties {
			var property schema
			if err := json.Unmarshal(raw, &property); err != nil {
				t.Fatal(err)
			}
			if property.Description == "" && property.Ref == "" {
				t.Errorf("%s.%s has no description", name, field)
			}
		}
	}
}

// TestRequestsHaveNoDefaults: makers of types take a field with a default for one that is
// always there, and so require it of callers.
func TestRequestsHaveNoDefaults(t *testing.T) {
	t.Parallel()
	g := memory(t)
	var document map[string]any
	if err := json.Unmarshal(g.ask(t, http.MethodGet, "/openapi.json", "", "").body, &document); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{} // names of schemas
	var look func(where string, schema any)
	look = func(where string, schema any) {
		switch s := schema.(type) {
		case map[string]any:
			if ref, ok := s["$ref"].(string); ok {
				name := strings.TrimPrefix(ref, "#/components/schemas/")
				if !seen[name] {
					seen[name] = true
					look(name, document["components"].(map[string]any)["schemas"].(map[string]any)[name])
				}
			}
			if value, ok := s["default"]; ok {
				t.Errorf("%s has the default %v; say it in the description", where, value)
			}
			for key, inner := range s {
				look(where+"/"+key, inner)
			}
		case []any:
			for _, inner := range s {
				look(where, inner)
			}
		}
	}
	for path, operations := range document["paths"].(map[string]any) {
		for method, operation := range operations.(map[string]any) {
			look(method+" "+path, operation.(map[string]any)["requestBody"])
		}
	}
	for _, name := range []string{"MessageRequest", "QuestionRequest", "PreviewRequest", "SuppressionRequest"} {
		if !seen[name] {
			t.Errorf("no request has the schema %s", name)
		}
	}
}

func TestPageNeedsNothingFromOutside(t *testing.T) {
	t.Parallel()
	g := memory(t)
	home := g.ask(t, http.MethodGet, "/", "", "")
	if home.status != http.StatusOK || !bytes.Contains(home.body, []byte("<title>Goniec API</title>")) {
		t.Errorf("/ leads to %d %.80s", home.status, home.body)
	}
	answer := g.ask(t, http.MethodGet, "/docs", "", "")
	policy := answer.header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") || strings.Contains(policy, "script-src") {
		t.Errorf("policy %q", policy)
	}
	page := string(answer.body)
	for _, never := range []string{"<script", "style=", "onclick=", "//cdn", "https://", "ZgotmplZ"} {
		if strings.Contains(page, never) {
			t.Errorf("the page has %q", never)
		}
	}
	// Every link leads to a place on the page, or to what the server has.
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		if ids[m[1]] {
			t.Errorf("id %q is there twice", m[1])
		}
		ids[m[1]] = true
	}
	for _, m := range regexp.MustCompile(` href="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		if place, ok := strings.CutPrefix(m[1], "#"); ok {
			if !ids[place] {
				t.Errorf("a link leads to %q, which is not there", m[1])
			}
		} else if got := g.ask(t, http.MethodGet, m[1], "", ""); got.status != http.StatusOK {
			t.Errorf("a link leads to %s, which answers %d", m[1], got.status)
		}
	}
	for _, r := range g.routes(t) {
		if !strings.Contains(page, `<b class="`+r.method+`">`) {
			t.Errorf("the page does not show %s %s", r.method, r.path)
		}
	}
	if !ids["problem-"+string(rest.CodeInvalidRequest)] || !ids["problem-"+string(accept.CodeTextEmpty)] {
		t.Error("the page does not list the problems")
	}
}

func TestPageSpeaksTheLanguageOfTheReader(t *testing.T) {
	t.Parallel()
	g := memory(t)
	for lang, words := range map[string][]string{
		"pl": {`<html lang="pl">`, "Spis treści", "Parametry", "najwyżej 128 znaków", "Brakuje tokenu."},
		"en": {`<html lang="en">`, "Contents", "Parameters", "at most 128 characters", "There is no token."},
		"es": {`<html lang="es">`, "Índice", "Parámetros", "como máximo 128 caracteres", "Falta el token."},
	} {
		answer := g.ask(t, http.MethodGet, "/docs", "", "", "Accept-Language", lang)
		if got := answer.header.Get("Content-Language"); got != lang {
			t.Errorf("Content-Language %q, want %q", got, lang)
		}
		for _, word := range words {
			if !bytes.Contains(answer.body, []byte(word)) {
				t.Errorf("the page in %s lacks %q", lang, word)
			}
		}
		if regexp.MustCompile(`page\.[a-z]`).Match(answer.body) || bytes.Contains(answer.body, []byte("%!")) {
			t.Errorf("the page in %s has a word without a text, or with the wrong arguments", lang)
		}
	}
}

// TestPageShowsCallsThatWork: they go where the reader found the page, and nobody
// can put words into them.
func TestPageShowsCallsThatWork(t *testing.T) {
	t.Parallel()
	g := memory(t)
	const fallback = "http://127.0.0.1:8080"
	for host, want := range map[string]string{
		"goniec.local":               "http://goniec.local",
		"192.0.2.7:9000":             "http://192.0.2.7:9000",
		"[2001:db8::1]:8080":         "http://[2001:db8::1]:8080",
		"x;rm":                       fallback,
		"$(reboot)":                  fallback,
		"a'b":                        fallback,
		"<b>":                        fallback,
		"-o":                         fallback,
		strings.Repeat("long.", 100): fallback,
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/docs", nil)
		r.Host = host
		w := httptest.NewRecorder()
		g.server.Handler().ServeHTTP(w, r)
		if page := w.Body.String(); !strings.Contains(page, "curl "+want+"/v1/messages") || want != fallback && strings.Contains(page, fallback) {
			t.Errorf("found at %q, the page does not call %s", host, want)
		}
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "https://goniec.example/docs", nil)
	w := httptest.NewRecorder()
	g.server.Handler().ServeHTTP(w, r)
	if !strings.Contains(w.Body.String(), "curl https://goniec.example/healthz") {
		t.Error("found by TLS, the page calls without")
	}
	w = httptest.NewRecorder()
	g.server.AdminHandler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://goniec/docs", nil))
	if !strings.Contains(w.Body.String(), "curl "+fallback+"/healthz") {
		t.Error("read through the socket, the page calls a host that is none")
	}
}

// TestOpenAPIProblemsInGuide holds the tables of docs/api.md against the page,
// which lists the problems of the code.
func TestOpenAPIProblemsInGuide(t *testing.T) {
	t.Parallel()
	const heading = "Problems of a whole request:\n"
	g := memory(t)
	tables := "\n| Code | Status | Means |\n| --- | --- | --- |\n"
	ofField := false
	rows := regexp.MustCompile(`<tr id="problem-\w+"><td><code>(\w+)</code></td><td>(\d*)</td><td>(.*)</td></tr>`)
	for _, row := range rows.FindAllStringSubmatch(string(g.ask(t, http.MethodGet, "/docs", "", "").body), -1) {
		code, status, means := row[1], row[2], html.UnescapeString(row[3])
		if status != "" {
			tables += "| `" + code + "` | " + status + " | " + means + " |\n"
			continue
		}
		if !ofField {
			ofField = true
			tables += "\nProblems of one field, in `errors`:\n\n| Code | Means |\n| --- | --- |\n"
		}
		tables += "| `" + code + "` | " + means + " |\n"
	}
	testtools.Guide(t, "../docs/api.md", heading, tables, *update)
}

// TestGuideExamplesWork makes every call that docs/api.md shows.
func TestGuideExamplesWork(t *testing.T) {
	t.Parallel()
	g := memory(t)
	secret := g.token(t, "clinic", access.Scopes()...)
	c := g.client(t, access.ScopeAdmin)
	g.answering(t)
	if _, err := c.Send(t.Context(), client.MessageRequest{
		To: "+48600100205", Text: "Odpisz TAK lub NIE.", Priority: client.PriorityHigh, Question: &client.QuestionRequest{Kind: "yes_no"},
	}); err != nil {
		t.Fatal(err)
	}
	g.sent(t)
	inbound := g.texted(t, c, "+48600100205", "gitara")
	g.sent(t) // what went back
	uncertain, err := c.Send(t.Context(), client.MessageRequest{To: "+48600100203", Text: "hej"})
	if err != nil {
		t.Fatal(err)
	}
	submission, _, err := g.queue.Claim(t.Context(), sim)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := g.queue.Record(t.Context(), submission, queue.Outcome{Kind: queue.Uncertain}, false); err != nil {
		t.Fatal(err)
	}
	queued, err := c.Send(t.Context(), client.MessageRequest{To: "+48600100204", Text: "hej"})
	if err != nil {
		t.Fatal(err)
	}
	guide, err := os.ReadFile("../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	fill := strings.NewReplacer("$GONIEC_TOKEN", secret, "$ID", queued.ID, "$UNCERTAIN", uncertain.ID, "$INBOUND", inbound.ID, "\\\n", " ")
	calls := regexp.MustCompile(`(?m)^curl (?:.*\\\n)*.*$`).FindAllString(string(guide), -1)
	if len(calls) < 12 {
		t.Fatalf("found %d calls in docs/api.md", len(calls))
	}
	for _, call := range calls {
		if strings.Contains(call, "--unix-socket") || strings.Contains(call, "/v1/events") {
			continue // their own tests have them
		}
		method, target, body := http.MethodGet, "", ""
		var header []string
		words := regexp.MustCompile(`'[^']*'|"[^"]*"|\S+`).FindAllString(fill.Replace(call), -1)
		for i := 1; i < len(words); i++ {
			word := strings.Trim(words[i], `'"`)
			switch word {
			case "-H":
				i++
				name, value, _ := strings.Cut(strings.Trim(words[i], `'"`), ": ")
				header = append(header, name, value)
			case "-d":
				i++
				method, body = http.MethodPost, strings.Trim(words[i], `'`)
			case "-X":
				i++
				method = words[i]
			default:
				target = strings.TrimPrefix(word, "http://127.0.0.1:8080")
			}
		}
		if answer := g.ask(t, method, target, "", body, header...); answer.status >= 300 {
			t.Errorf("%s\nanswers %d %s", call, answer.status, answer.body)
		}
	}
}
