// Package docs is the page at /docs, which shows the API to people: its operations,
// with a command for each, its schemas and its problems.
package docs

import (
	"bytes"
	_ "embed" // the template and the style of the page
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"goniec/api/rest"
	"goniec/catalogue"
)

//go:embed page.html
var pageTemplate string

//go:embed page.css
var pageStyle []byte

// exampleURL stands in the pages for where the gateway is, until it is known from a
// request.
const exampleURL = "http://127.0.0.1:8080"

// The page at /docs is the document put into HTML, once for each language, when the
// server is made. It needs no script and nothing from the internet.
type (
	page struct {
		Language catalogue.Language
		Title    string
		Version  string
		Intro    []string
		Groups   []pageGroup
		Schemas  []pageSchema
		Problems []pageProblem
	}
	pageGroup struct {
		Name, Description string
		Operations        []pageOperation
	}
	pageOperation struct {
		ID, Method, Path, Summary string
		Description               []string
		Scope                     string
		Parameters                []pageField
		Body                      string // name of the schema
		Curl                      string
		Answers                   []pageAnswer
	}
	pageAnswer struct {
		Status, Description, Schema string
	}
	pageSchema struct {
		Name, Description string
		Fields            []pageField
		OneOf             []string // names of the schemas of which one applies
	}
	pageField struct {
		Name, Where, Type, Schema, Description string
		Allowed                                []string
		Default, Example                       string
		Required                               bool
	}
	pageProblem struct {
		Code, Status, Detail string
	}
)

// Mount serves the page of the document of s, and leads / to it. Neither needs a
// token. The document must be whole: see rest.Server.Finish.
func Mount(s *rest.Server) {
	pages := map[catalogue.Language][]byte{}
	for _, lang := range []catalogue.Language{catalogue.Polish, catalogue.English, catalogue.Spanish} {
		pages[lang] = pageMaker{lang}.render(s.OpenAPI())
	}
	s.Mount(http.MethodGet, "/", http.RedirectHandler("/docs", http.StatusFound))
	s.Mount(http.MethodGet, "/docs", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lang := rest.RequestOf(r.Context()).Language()
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
		w.Header().Set("Content-Language", string(lang))
		w.Header().Set("Content-Type", "text/html; charset=UTF-8")
		w.Write(bytes.ReplaceAll(pages[lang], []byte(exampleURL), []byte(baseURL(r)))) //nolint:errcheck // the reader has gone
	}))
	s.Mount(http.MethodGet, "/docs/style.css", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		w.Write(pageStyle) //nolint:errcheck // the reader has gone
	}))
}

// pageMaker makes the page in one language.
type pageMaker struct{ lang catalogue.Language }

// word returns one of the page's fixed words.
func (m pageMaker) word(name string, args ...any) string {
	return catalogue.Text(m.lang, catalogue.Key("page."+name), args...)
}

// render makes the page of the document.
func (m pageMaker) render(document *huma.OpenAPI) []byte {
	view := page{
		Language: m.lang,
		Title:    document.Info.Title,
		Version:  document.Info.Version,
		Intro:    strings.Split(document.Info.Description, "\n\n"),
		Schemas:  m.schemas(document),
		Problems: m.problems(),
	}
	for _, tag := range document.Tags {
		group := pageGroup{Name: tag.Name, Description: tag.Description}
		for _, op := range operations(document) {
			if slices.Contains(op.Tags, tag.Name) {
				group.Operations = append(group.Operations, m.operation(op))
			}
		}
		view.Groups = append(view.Groups, group)
	}
	parsed := template.Must(template.New("page").Funcs(template.FuncMap{"code": inlineCode, "word": m.word}).Parse(pageTemplate))
	var out bytes.Buffer
	if err := parsed.Execute(&out, view); err != nil {
		panic(fmt.Sprintf("render page of the API: %v", err)) // a bug: template and data are our own
	}
	return out.Bytes()
}

// operations lists every operation of a document by path and method.
func operations(document *huma.OpenAPI) []*huma.Operation {
	paths := make([]string, 0, len(document.Paths))
	for path := range document.Paths {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	var all []*huma.Operation
	for _, path := range paths {
		item := document.Paths[path]
		for _, op := range []*huma.Operation{item.Post, item.Get, item.Put, item.Patch, item.Delete} {
			if op != nil {
				all = append(all, op)
			}
		}
	}
	return all
}

func (m pageMaker) operation(op *huma.Operation) pageOperation {
	view := pageOperation{
		ID: op.OperationID, Method: op.Method, Path: op.Path, Summary: op.Summary,
		Scope: string(rest.ScopeOf(op)),
		Curl:  curl(op),
	}
	for _, paragraph := range strings.Split(op.Description, "\n\n") {
		if !strings.HasPrefix(paragraph, "Scope: ") {
			view.Description = append(view.Description, paragraph)
		}
	}
	for _, p := range op.Parameters {
		field := m.field(p.Name, p.Schema)
		field.Where, field.Required = p.In, p.Required
		view.Parameters = append(view.Parameters, field)
	}
	if op.RequestBody != nil {
		view.Body = refName(op.RequestBody.Content["application/json"].Schema)
	}
	statuses := make([]string, 0, len(op.Responses))
	for status := range op.Responses {
		statuses = append(statuses, status)
	}
	slices.Sort(statuses)
	for _, status := range statuses {
		answer := pageAnswer{Status: status, Description: op.Responses[status].Description}
		for _, media := range op.Responses[status].Content {
			answer.Schema = refName(media.Schema)
		}
		view.Answers = append(view.Answers, answer)
	}
	return view
}

// curl shows how to call an operation.
func curl(op *huma.Operation) string {
	var b strings.Builder
	b.WriteString("curl")
	if op.Method != http.MethodGet && (op.Method != http.MethodPost || op.RequestBody == nil) {
		b.WriteString(" -X " + op.Method)
	}
	if op.OperationID == "streamEvents" {
		b.WriteString(" -N")
	}
	path := op.Path
	for _, p := range op.Parameters {
		if p.In == "path" {
			path = strings.ReplaceAll(path, "{"+p.Name+"}", exampleOf(p.Schema))
		}
	}
	b.WriteString(" " + exampleURL + path)
	if rest.ScopeOf(op) != "" {
		b.WriteString(" \\\n  -H \"Authorization: Bearer $GONIEC_TOKEN\"")
	}
	if op.RequestBody != nil {
		b.WriteString(" \\\n  -H 'Content-Type: application/json'")
		body, err := json.Marshal(op.RequestBody.Content["application/json"].Example)
		if err == nil {
			b.WriteString(" \\\n  -d '" + string(body) + "'")
		}
	}
	return b.String()
}

func (m pageMaker) schemas(document *huma.OpenAPI) []pageSchema {
	all := document.Components.Schemas.Map()
	names := make([]string, 0, len(all))
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	schemas := make([]pageSchema, 0, len(names))
	for _, name := range names {
		schema := pageSchema{Name: name, Description: all[name].Description}
		for _, property := range slices.Sorted(maps.Keys(all[name].Properties)) {
			field := m.field(property, all[name].Properties[property])
			field.Required = slices.Contains(all[name].Required, property)
			schema.Fields = append(schema.Fields, field)
		}
		for _, s := range all[name].OneOf {
			schema.OneOf = append(schema.OneOf, refName(s))
		}
		schemas = append(schemas, schema)
	}
	return schemas
}

func (m pageMaker) field(name string, s *huma.Schema) pageField {
	field := pageField{Name: name, Type: s.Type, Description: s.Description, Schema: refName(s), Example: exampleOf(s)}
	items := s
	if s.Type == huma.TypeArray && s.Items != nil {
		items = s.Items
		field.Type = m.word("list_of", s.Items.Type)
		field.Schema = refName(s.Items)
	}
	if s.Format == "date-time" {
		field.Type = m.word("time")
	}
	for _, v := range items.Enum {
		field.Allowed = append(field.Allowed, fmt.Sprint(v))
	}
	if s.Default != nil {
		field.Default = fmt.Sprint(s.Default)
	}
	if s.Minimum != nil && s.Maximum != nil {
		field.Type = m.word("range", field.Type, *s.Minimum, *s.Maximum)
	}
	if s.MaxLength != nil {
		field.Type = m.word("at_most", field.Type, *s.MaxLength)
	}
	return field
}

func exampleOf(s *huma.Schema) string {
	if len(s.Examples) == 0 {
		return ""
	}
	return fmt.Sprint(s.Examples[0])
}

// refName is the name of the schema that s refers to, alone or as its items.
func refName(s *huma.Schema) string {
	if s == nil {
		return ""
	}
	return s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]
}

// problems lists every problem, those of a whole request first.
func (m pageMaker) problems() []pageProblem {
	var all []pageProblem
	for code, status := range rest.Statuses() {
		all = append(all, pageProblem{Code: string(code), Status: strconv.Itoa(status), Detail: m.pattern(code)})
	}
	slices.SortFunc(all, func(a, b pageProblem) int {
		return strings.Compare(a.Status+a.Code, b.Status+b.Code)
	})
	for _, code := range rest.FieldCodes() {
		all = append(all, pageProblem{Code: string(code), Detail: m.pattern(code)})
	}
	return all
}

// pattern is the detail of a problem with its arguments left open.
func (m pageMaker) pattern(code rest.Code) string {
	return catalogue.Pattern(m.lang, catalogue.Key("problem."+string(code)))
}

// hostForm is what a host looks like that may stand in a command that people copy:
// a name or an address, perhaps with a port, and nothing that a shell or HTML
// would read otherwise.
var hostForm = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9.-]{0,252}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?$`)

// baseURL is where r found the gateway.
func baseURL(r *http.Request) string {
	if rest.RequestOf(r.Context()).Local() || !hostForm.MatchString(r.Host) {
		return exampleURL
	}
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// inlineCode puts what stands between backquotes into code elements.
func inlineCode(text string) template.HTML {
	var b strings.Builder
	for i, piece := range strings.Split(text, "`") {
		piece = template.HTMLEscapeString(piece)
		if i%2 == 1 {
			piece = "<code>" + piece + "</code>"
		}
		b.WriteString(piece)
	}
	return template.HTML(b.String()) // every piece has been escaped
}
