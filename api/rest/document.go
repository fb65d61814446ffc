package rest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"

	"goniec/access"
)

// Document holds the parts of the OpenAPI document besides the operations.
type Document struct {
	Title, Version, Description string
	Tags                        []Tag // in the order of the document
}

// Tag groups operations.
type Tag struct{ Name, Description string }

func newDocument(d Document) *huma.OpenAPI {
	names := make([]string, 0, len(access.Scopes()))
	for _, s := range access.Scopes() {
		names = append(names, "`"+string(s)+"`")
	}
	document := &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{
			Title: d.Title, Version: d.Version, Description: d.Description,
			License: &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
		},
		Servers: []*huma.Server{{URL: "/", Description: "This gateway"}},
		Components: &huma.Components{
			Schemas: huma.NewMapRegistry("#/components/schemas/", schemaName),
			SecuritySchemes: map[string]*huma.SecurityScheme{securityScheme: {
				Type:        "http",
				Scheme:      "bearer",
				Description: "A token made by `goniec token create`. Each operation names the scope that it needs; `admin` has all: " + strings.Join(names, ", ") + ".",
			}},
		},
	}
	for _, tag := range d.Tags {
		document.Tags = append(document.Tags, &huma.Tag{Name: tag.Name, Description: tag.Description})
	}
	return document
}

// schemaName returns the schema name of a type; Page[client.Message] is MessagePage.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	if item, ok := strings.CutPrefix(name, "Page"); ok && item != "" {
		return item + "Page"
	}
	return name
}

// Finish completes the document after the registration of all operations, and serves it
// indented at /openapi.json.
func (s *Server) Finish() {
	document := s.api.OpenAPI()
	// The problem type of huma is never sent: see wordProblem.
	delete(document.Components.Schemas.Map(), "ErrorModel")
	delete(document.Components.Schemas.Map(), "ErrorDetail")
	requests := map[*huma.Schema]bool{}
	for _, body := range s.bodies {
		s.collect(body, requests)
	}
	for _, schema := range s.Registry().Map() {
		if !requests[schema] { // unknown fields are errors in requests only
			schema.AdditionalProperties = nil
		}
	}
	plain, err := json.Marshal(document)
	if err != nil {
		panic(fmt.Sprintf("render API document: %v", err)) // a bug, since the types are fixed
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, plain, "", "  "); err != nil {
		panic(fmt.Sprintf("render API document: %v", err))
	}
	indented.WriteByte('\n')
	s.echo.GET("/openapi.json", func(c echo.Context) error {
		return c.Blob(http.StatusOK, "application/vnd.oai.openapi+json;version=3.1", indented.Bytes())
	})
}

// collect adds the schemas within schema to found.
func (s *Server) collect(schema *huma.Schema, found map[*huma.Schema]bool) {
	for schema.Ref != "" {
		schema = s.Registry().SchemaFromRef(schema.Ref)
	}
	if found[schema] {
		return
	}
	found[schema] = true
	if schema.Items != nil {
		s.collect(schema.Items, found)
	}
	for _, property := range schema.Properties {
		s.collect(property, found)
	}
}
