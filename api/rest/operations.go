package rest

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

// Operation declares a route for the document and the server.
type Operation struct {
	ID, Method, Path, Tag string
	Summary, Description  string
	Scope                 access.Scope // empty: open to all
	// LocalOpen admits programs on this machine without a token.
	LocalOpen bool
	Status    int   // of success
	Problems  []int // HTTP statuses of its problems, beside those of its scope and its body

	Body    any   // an example of its body, of the type that its BodyReader reads; nil: it has none
	MaxBody int64 // greatest length of the body, bytes; 0: 1 MiB

	// Answer describes an answer other than the JSON of the output.
	Answer *Answer
	// Endless says that the answer continues until the client disconnects, so that HEAD
	// is not answered like GET.
	Endless bool
}

// Answer describes an answer that is not JSON.
type Answer struct {
	Description string
	MediaType   string
	Schema      *huma.Schema
}

// Register adds an operation with its handler.
func Register[I, O any](s *Server, o Operation, handler func(context.Context, *I) (*O, error)) {
	op := s.operation(o)
	op.Middlewares = huma.Middlewares{s.authorise}
	if o.Body == nil {
		huma.Register(s.api, op, handler)
		return
	}
	schema := s.Registry().Schema(reflect.TypeOf(o.Body), true, "")
	s.bodies = append(s.bodies, schema)
	op.MaxBodyBytes = o.MaxBody + 1 // huma refuses what reaches its limit
	if o.MaxBody == 0 {
		op.MaxBodyBytes = maxBody + 1
	}
	op.SkipValidateBody = true // BodyReader does
	op.BodyReadTimeout = bodyTime
	op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{}}
	huma.Register(s.api, op, handler)
	// huma would describe a raw body as binary.
	op.RequestBody.Content["application/json"] = &huma.MediaType{Schema: schema, Example: o.Body}
}

// Serve adds an operation whose handler writes the answer itself.
func (s *Server) Serve(o Operation, handler http.Handler) {
	op := s.operation(o)
	s.echo.Add(o.Method, o.Path, func(c echo.Context) error {
		if o.Scope != "" && (!o.LocalOpen || !fromThisMachine(c.Request())) {
			if p := s.admit(c, o.Scope); p != nil {
				return p
			}
		}
		handler.ServeHTTP(c.Response(), c.Request())
		return nil
	})
	s.api.OpenAPI().AddOperation(&op)
}

// Stream returns an answer written by write.
func Stream(write func(ctx context.Context, w http.ResponseWriter)) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(ctx huma.Context) { write(ctx.Context(), humaecho.Unwrap(ctx).Response()) }}
}

// Mount serves path by a handler outside the API, such as a page. The handler finds the
// headers of an API answer, which forbid caching, framing and all content, and replaces
// them as needed.
func (s *Server) Mount(method, path string, handler http.Handler) {
	s.echo.Add(method, path, echo.WrapHandler(handler))
}

// newAPI mounts huma on the router. huma binds parameters, calls handlers, writes their
// answers and builds the document from its operations.
func (s *Server) newAPI(d Document) huma.API {
	return humaecho.New(s.echo, huma.Config{
		OpenAPI: newDocument(d),
		Formats: huma.DefaultFormats,
		// DefaultFormat is used for any Accept header.
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
		Transformers:                 []huma.Transformer{s.wordProblem},
	})
}

// wordProblem puts outgoing problems, including huma's, into words.
func (s *Server) wordProblem(ctx huma.Context, _ string, v any) (any, error) {
	var p *Problem
	switch e := v.(type) {
	case *Problem:
		p = e
	case *huma.ErrorModel:
		p = fromHuma(ctx.Operation(), e)
	default:
		return v, nil
	}
	r := RequestOf(ctx.Context())
	r.err = p
	return r.Render(p), nil
}

// operation converts an Operation to one of huma.
func (s *Server) operation(o Operation) huma.Operation {
	op := huma.Operation{
		OperationID:   o.ID,
		Method:        o.Method,
		Path:          o.Path,
		Summary:       o.Summary,
		Description:   o.Description,
		Tags:          []string{o.Tag},
		DefaultStatus: o.Status,
		Responses:     map[string]*huma.Response{},
		Security:      []map[string][]string{},
	}
	statuses := slices.Clone(o.Problems)
	if o.Scope != "" {
		op.Security = needs(o.Scope)
		op.Description += "\n\nScope: `" + string(o.Scope) + "`."
		statuses = append(statuses, http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests)
	}
	if o.LocalOpen {
		op.Security = append(op.Security, map[string][]string{}) // or none
	}
	if o.Body != nil {
		statuses = append(statuses, http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity)
	}
	statuses = append(statuses, http.StatusInternalServerError)
	schema := s.Registry().Schema(reflect.TypeFor[client.Problem](), true, "Problem")
	for _, status := range statuses {
		op.Responses[strconv.Itoa(status)] = &huma.Response{
			Description: http.StatusText(status),
			Content:     map[string]*huma.MediaType{problemType: {Schema: schema}},
		}
	}
	if a := o.Answer; a != nil {
		op.Responses[strconv.Itoa(http.StatusOK)] = &huma.Response{
			Description: a.Description, Content: map[string]*huma.MediaType{a.MediaType: {Schema: a.Schema}},
		}
	}
	if o.Endless {
		s.endless[o.Path] = true
	}
	return op
}
