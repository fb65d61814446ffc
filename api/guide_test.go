package api_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"goniec/access"
	"goniec/api/wire"
	"goniec/app"
	"goniec/catalogue"
	"goniec/scripts/testtools"
)

// shape is a schema of the document.
type shape struct {
	Ref         string `json:"$ref"`
	Description string
	Type        any
	Format      string
	Enum        []string
	Items       *shape
	Required    []string
	Properties  map[string]shape
}

// words tells in a table what a field may hold.
func (s shape) words() string {
	values := func(all []string) string { return "`" + strings.Join(all, "`, `") + "`" }
	switch {
	case len(s.Enum) > 0:
		return values(s.Enum)
	case s.Items != nil && len(s.Items.Enum) > 0:
		return "list of " + values(s.Items.Enum)
	case s.Format == "date-time":
		return "time"
	}
	word, _ := s.Type.(string)
	return word
}

// TestOpenAPIEventsInGuide holds the tables of docs/webhooks.md against the document and the
// declared events.
func TestOpenAPIEventsInGuide(t *testing.T) {
	t.Parallel()
	var document struct {
		Components struct{ Schemas map[string]shape }
		Webhooks   map[string]struct {
			Post struct {
				RequestBody struct {
					Content map[string]struct{ Schema shape }
				}
			}
		}
	}
	if err := json.Unmarshal(memory(t).ask(t, http.MethodGet, "/openapi.json", "", "").body, &document); err != nil {
		t.Fatal(err)
	}
	named := func(ref string) (string, shape) {
		name := ref[strings.LastIndexByte(ref, '/')+1:]
		return name, document.Components.Schemas[name]
	}
	var types, data strings.Builder
	var done []string
	for _, kind := range app.Facts() {
		typ := kind.Fact.EventType()
		_, entry := named(document.Webhooks[typ].Post.RequestBody.Content["application/json"].Schema.Ref)
		name, content := named(entry.Properties["data"].Ref)
		if entry.Description != kind.Meaning || len(entry.Properties["type"].Enum) != 1 || entry.Properties["type"].Enum[0] != typ {
			t.Errorf("the document describes %s as %+v", typ, entry)
		}
		types.WriteString("| `" + typ + "` | " + kind.Meaning + " | [" + name + "](#" + strings.ToLower(name) + ") |\n")
		if slices.Contains(done, name) {
			continue
		}
		done = append(done, name)
		data.WriteString("\n### " + name + "\n\n" + content.Description + "\n\n| Field | Type | Meaning |\n| --- | --- | --- |\n")
		for field := range reflect.TypeOf(kind.Fact).Fields() {
			key, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			property, found := content.Properties[key]
			if !found || property.words() == "" || property.Description == "" {
				t.Errorf("the document describes %s of %s as %+v", key, typ, property)
			}
			optional := ""
			if !slices.Contains(content.Required, key) {
				optional = " (optional)"
			}
			data.WriteString("| `" + key + "`" + optional + " | " + property.words() + " | " + property.Description + " |\n")
		}
	}
	testtools.Guide(t, "../docs/webhooks.md", "\n## Types of events\n",
		"\nThe same is in [openapi.json](../api/openapi.json), as `webhooks` and as the schema `Event`.\n\n| Type | When | `data` |\n| --- | --- | --- |\n"+types.String()+data.String(), *update)
}

// TestOpenAPIErrorsInGuide holds the table of docs/errors.md against the codes of message errors.
func TestOpenAPIErrorsInGuide(t *testing.T) {
	t.Parallel()
	var table strings.Builder
	table.WriteString("\n| Code | Final | Due to | What has happened, and what to do |\n| --- | --- | --- | --- |\n")
	for _, c := range wire.ErrorCodes() {
		table.WriteString("| `" + c.Code + "` | " + string(c.Course) + " | " + string(c.Cause) + " | " + catalogue.Text(catalogue.English, c.Text) + " |\n")
	}
	testtools.Guide(t, "../docs/errors.md", "\n## Codes of the gateway\n", table.String(), *update)
}

// TestErrorCodesAreListed reads the codes that queue, gateway and modem declare from their
// source: each may be the code of a message error but for a few, which are of modems alone.
func TestErrorCodesAreListed(t *testing.T) {
	t.Parallel()
	declared := map[string]bool{}
	for _, path := range []string{"../queue/message.go", "../gateway/status.go", "../modem/fault.go"} {
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)(?:^(?:const |\t)[cC]ode[A-Z]\w* += |word: )"(\w+)"`).FindAllStringSubmatch(string(source), -1) {
			declared[m[1]] = true
		}
	}
	for _, ofModem := range []string{"panic", "refusals", "no_credit"} {
		if !declared[ofModem] {
			t.Errorf("%s is not declared", ofModem)
		}
		delete(declared, ofModem)
	}
	listed := map[string]bool{}
	for _, c := range wire.ErrorCodes() {
		if listed[c.Code] {
			t.Errorf("%s is listed twice", c.Code)
		}
		listed[c.Code] = true
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(declared)), slices.Sorted(maps.Keys(listed))); diff != "" {
		t.Errorf("codes in the source and in ErrorCodes (-source +listed):\n%s", diff)
	}
}

// TestOpenAPICallsInGuide holds the table of calls of docs/api.md against the document, and
// wants each scope in the table of scopes.
func TestOpenAPICallsInGuide(t *testing.T) {
	t.Parallel()
	var document struct {
		Paths map[string]map[string]struct {
			Summary  string
			Security []map[string][]string
		}
	}
	if err := json.Unmarshal(memory(t).ask(t, http.MethodGet, "/openapi.json", "", "").body, &document); err != nil {
		t.Fatal(err)
	}
	table := "\n| Call | Scope | Does |\n| --- | --- | --- |\n"
	for _, path := range slices.Sorted(maps.Keys(document.Paths)) {
		for _, method := range []string{"get", "post", "put", "patch", "delete"} {
			op, ok := document.Paths[path][method]
			if !ok {
				continue
			}
			scope := "none"
			if len(op.Security) > 0 {
				scope = "`" + strings.Join(op.Security[0]["token"], "`, `") + "`"
			}
			table += "| `" + strings.ToUpper(method) + " " + path + "` | " + scope + " | " + op.Summary + " |\n"
		}
	}
	testtools.Guide(t, "../docs/api.md", "\n## Each call with its scope\n", table, *update)
	guide, err := os.ReadFile("../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, scope := range access.Scopes() {
		if !strings.Contains(string(guide), "\n| `"+string(scope)+"` | ") {
			t.Errorf("the table of scopes in docs/api.md has no %s", scope)
		}
	}
}
