package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"

	"goniec/access"
	"goniec/api/client"
	"goniec/catalogue"
	"goniec/reply"
)

// documentVersion is the version of the API, not of the program.
const documentVersion = "1.0.0"

const documentDescription = `Texts go in here and out by modem; delivery reports and replies come back.

Send ` + "`Authorization: Bearer TOKEN`" + `. Make a token with ` + "`goniec token create`" + `. Bodies are JSON in UTF-8, times RFC 3339,
numbers E.164. Errors are ` + "`application/problem+json`" + ` (RFC 9457): look at ` + "`code`" + `, show ` + "`detail`" + `, which comes in
the language of ` + "`Accept-Language`" + ` (pl, en, es). They never repeat a text or a number. Fields may be added to answers: ignore those
you do not know. Fields that we do not know in requests are errors.`

// newDocument is what the document says beside its operations.
func newDocument(registry huma.Registry) *huma.OpenAPI {
	return &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{
			Title:       "Goniec",
			Version:     documentVersion,
			Description: documentDescription,
			License:     &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
		},
		Servers: []*huma.Server{{URL: "/", Description: "This gateway"}},
		Tags: []*huma.Tag{
			{Name: tagMessages, Description: "What goes out."},
			{Name: tagInbox, Description: "What came in."},
			{Name: tagConsent, Description: "Who must not be written to."},
			{Name: tagModems, Description: "The devices that carry it."},
			{Name: tagBox, Description: "What concerns all of it: alarms and the clock."},
			{Name: tagEvents, Description: "What happens, as it happens."},
			{Name: tagWebhooks, Description: "Programs that are told what happens."},
			{Name: tagTokens, Description: "Who may do what."},
			{Name: tagHealth, Description: "For supervisors and monitoring."},
		},
		Components: &huma.Components{
			Schemas: registry,
			SecuritySchemes: map[string]*huma.SecurityScheme{securityScheme: {
				Type:        "http",
				Scheme:      "bearer",
				Description: "A token made by `goniec token create`. Each operation names the scope that it needs; `admin` has all: " + scopeList() + ".",
			}},
		},
	}
}

func scopeList() string {
	names := make([]string, 0, len(access.Scopes()))
	for _, s := range access.Scopes() {
		names = append(names, "`"+string(s)+"`")
	}
	return strings.Join(names, ", ")
}

// schemaName names a schema after its type; Page[client.Message] is MessagePage.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	if item, ok := strings.CutPrefix(name, "Page"); ok && item != "" {
		return item + "Page"
	}
	return name
}

// requestSchemas are the bodies of requests: only in them are unknown fields
// errors.
func requestSchemas() []string {
	return []string{"MessageRequest", "BatchRequest", "PreviewRequest", "QuestionRequest", "SuppressionRequest", "ErasureRequest", "ConversationChange", "NoteRequest", "TokenRequest", "ClockRequest"}
}

// renderDocument finishes the document and returns it as JSON, indented so that
// changes can be read.
func (s *Server) renderDocument() []byte {
	document := s.api.OpenAPI()
	// huma has a problem of its own, which never leaves: see wordProblem.
	delete(document.Components.Schemas.Map(), "ErrorModel")
	delete(document.Components.Schemas.Map(), "ErrorDetail")
	for name, schema := range document.Components.Schemas.Map() {
		if !slices.Contains(requestSchemas(), name) {
			schema.AdditionalProperties = nil
		}
	}
	addExamples(document)
	plain, err := json.Marshal(document)
	if err != nil {
		panic(fmt.Sprintf("render API document: %v", err)) // a bug: it is built from our own types
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, plain, "", "  "); err != nil {
		panic(fmt.Sprintf("render API document: %v", err))
	}
	indented.WriteByte('\n')
	return indented.Bytes()
}

// addExamples shows a whole body for each request.
func addExamples(document *huma.OpenAPI) {
	message := client.MessageRequest{To: "+48600100200", Text: "Wizyta jutro o 10:00. Odpisz TAK lub NIE.", Reference: "visit-17"}
	closed := string(reply.TalkClosed)
	for path, example := range map[string]any{
		"/v1/messages":                 message,
		"/v1/messages/batch":           client.BatchRequest{Messages: []client.MessageRequest{message}},
		"/v1/messages/preview":         client.PreviewRequest{Text: "Zażółć gęślą jaźń"},
		"/v1/tokens":                   client.TokenRequest{Name: "clinic", Scopes: []string{string(access.ScopeSend), string(access.ScopeMessages)}},
		"/v1/suppressions":             client.SuppressionRequest{To: "+48600100200", Purpose: "marketing", Note: "asked at the desk"},
		"/v1/erasures":                 client.ErasureRequest{Number: "+48600100200"},
		"/v1/conversations/{id}/notes": client.NoteRequest{Text: "Call after 15:00."},
		"/v1/conversations/{id}":       client.ConversationChange{State: &closed},
		"/v1/clock":                    client.ClockRequest{Time: "2026-11-25 13:05"},
		"/v1/modems/{name}/ussd":       client.USSDRequest{Code: "*101#"},
	} {
		op := document.Paths[path].Post
		if op == nil {
			op = document.Paths[path].Patch
		}
		op.RequestBody.Content["application/json"].Example = example
	}
}

// routeDocument serves the document and the page made of it. Both need no token.
func (s *Server) routeDocument() {
	pages := map[catalogue.Language][]byte{}
	for _, lang := range []catalogue.Language{catalogue.Polish, catalogue.English, catalogue.Spanish} {
		pages[lang] = pageMaker{lang}.render(s.api.OpenAPI())
	}
	s.echo.GET("/openapi.json", func(c echo.Context) error {
		return c.Blob(http.StatusOK, "application/vnd.oai.openapi+json;version=3.1", s.document)
	})
	s.echo.GET("/docs", func(c echo.Context) error {
		c.Response().Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
		lang := requestOf(c.Request().Context()).language()
		c.Response().Header().Set("Content-Language", string(lang))
		return c.HTMLBlob(http.StatusOK, bytes.ReplaceAll(pages[lang], []byte(exampleURL), []byte(baseURL(c.Request()))))
	})
	s.echo.GET("/docs/style.css", func(c echo.Context) error {
		return c.Blob(http.StatusOK, "text/css; charset=utf-8", pageStyle)
	})
}
