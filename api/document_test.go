package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"goniec/api"
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
	if !ids["problem-"+string(api.CodeInvalidRequest)] || !ids["problem-"+string(api.CodeTextEmpty)] {
		t.Error("the page does not list the problems")
	}
}

// TestGuideListsEveryProblem holds docs/api.md against the codes of the page,
// which are those of the code.
func TestGuideListsEveryProblem(t *testing.T) {
	t.Parallel()
	g := memory(t)
	guide, err := os.ReadFile("../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	var inGuide []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z0-9_]+)` \\|").FindAllStringSubmatch(string(guide), -1) {
		inGuide = append(inGuide, m[1])
	}
	var inCode []string
	for _, m := range regexp.MustCompile(`id="problem-([a-z0-9_]+)"`).FindAllStringSubmatch(string(g.ask(t, http.MethodGet, "/docs", "", "").body), -1) {
		inCode = append(inCode, m[1])
	}
	slices.Sort(inGuide)
	slices.Sort(inCode)
	if diff := cmp.Diff(inCode, inGuide); diff != "" {
		t.Errorf("codes (-code +docs/api.md):\n%s", diff)
	}
}
