package api

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/labstack/echo/v4"

	"goniec/access"
	"goniec/api/client"
)

// The tags of the document, in its order.
const (
	tagMessages = "Messages"
	tagInbox    = "Inbox"
	tagConsent  = "Consent"
	tagModems   = "Modems"
	tagBox      = "Box"
	tagEvents   = "Events"
	tagWebhooks = "Webhooks"
	tagTokens   = "Tokens"
	tagHealth   = "Health"
)

// operation is what a route says about itself.
type operation struct {
	id, method, path, tag string
	summary, description  string
	scope                 access.Scope // empty: open to all
	status                int          // of success
	problems              []int        // HTTP statuses of its problems, beside those that every route has
}

// newAPI mounts huma on the router: it binds parameters, calls handlers and
// writes their answers, and its operations make the document.
func (s *Server) newAPI(e *echo.Echo) huma.API {
	registry := huma.NewMapRegistry("#/components/schemas/", schemaName)
	return humaecho.New(e, huma.Config{
		OpenAPI: newDocument(registry),
		Formats: huma.DefaultFormats,
		// DefaultFormat decides what is written for any Accept.
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
		Transformers:                 []huma.Transformer{s.wordProblem},
	})
}

// wordProblem puts problems into words on their way out, ours and huma's.
func (s *Server) wordProblem(ctx huma.Context, _ string, v any) (any, error) {
	var p *problem
	switch e := v.(type) {
	case *problem:
		p = e
	case *huma.ErrorModel:
		p = fromHuma(ctx.Operation(), e)
	default:
		return v, nil
	}
	r := requestOf(ctx.Context())
	r.err = p
	return p.render(r.language(), r.id), nil
}

// register adds an operation with its handler.
func register[I, O any](s *Server, op huma.Operation, handler func(context.Context, *I) (*O, error)) {
	op.Middlewares = huma.Middlewares{s.authorise}
	body := op.RequestBody
	var schema *huma.Schema
	if body != nil {
		schema = body.Content["application/json"].Schema
	}
	huma.Register(s.api, op, handler)
	if body != nil {
		// huma sees that the body comes raw and calls it binary.
		body.Content["application/json"].Schema = schema
	}
}

// newOperation makes an operation of what a route says about itself.
func (s *Server) newOperation(o operation) huma.Operation {
	op := huma.Operation{
		OperationID:   o.id,
		Method:        o.method,
		Path:          o.path,
		Summary:       o.summary,
		Description:   o.description,
		Tags:          []string{o.tag},
		DefaultStatus: o.status,
		Responses:     map[string]*huma.Response{},
		Security:      []map[string][]string{},
	}
	statuses := slices.Clone(o.problems)
	if o.scope != "" {
		op.Security = needs(o.scope)
		op.Description += "\n\nScope: `" + string(o.scope) + "`."
		statuses = append(statuses, http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests)
	}
	statuses = append(statuses, http.StatusInternalServerError)
	schema := s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[client.Problem](), true, "Problem")
	for _, status := range statuses {
		op.Responses[strconv.Itoa(status)] = &huma.Response{
			Description: http.StatusText(status),
			Content:     map[string]*huma.MediaType{problemType: {Schema: schema}},
		}
	}
	return op
}

// postOperation makes an operation whose body is a T of at most limit bytes.
func postOperation[T any](s *Server, o operation, limit int64) huma.Operation {
	op := s.newOperation(o)
	op.MaxBodyBytes = limit + 1 // huma refuses what reaches its limit
	op.SkipValidateBody = true  // bodyReader does
	op.BodyReadTimeout = bodyTime
	op.RequestBody = &huma.RequestBody{
		Required: true,
		Content: map[string]*huma.MediaType{"application/json": {
			Schema: s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[T](), true, ""),
		}},
	}
	return op
}
