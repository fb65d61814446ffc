package api_test

import (
	"encoding/json"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"goniec/app"
)

// holdGuide compares the end of a guide, from a heading on, with what the code says, or writes
// it with -update.
func holdGuide(t *testing.T, path, heading, want string) {
	t.Helper()
	guide, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, after, found := strings.Cut(string(guide), heading)
	if !found {
		t.Fatalf("%s has no %q", path, heading)
	}
	if *update {
		if err := os.WriteFile(path, []byte(before+heading+want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, after); diff != "" {
		t.Errorf("the end of %s is not what the code says; run make update (-code +guide):\n%s", path, diff)
	}
}

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
	holdGuide(t, "../docs/webhooks.md", "\n## Types of events\n",
		"\nThe same is in [openapi.json](../api/openapi.json), as `webhooks` and as the schema `Event`.\n\n| Type | When | `data` |\n| --- | --- | --- |\n"+types.String()+data.String())
}
