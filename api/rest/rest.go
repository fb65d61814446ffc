// Package rest is the toolkit that the resources of the REST API are made with:
// operations and the document that describes them, who may call them, bodies and
// their validation, problems, and pages of lists.
//
// It owns how a request is answered and knows no resource. Types of echo stay in
// here; what goes over the wire are the types of package client.
package rest

import (
	"context"
	"log/slog"
	"net/http"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"

	"goniec/access"
)

// Config is what a Server needs.
type Config struct {
	Document   Document
	Tokens     *access.Tokens
	RateLimit  access.RateLimit
	Logger     *slog.Logger
	Registerer prometheus.Registerer // nil: no metrics of this package
}

// Server answers requests with the operations that are registered on it. It is an
// http.Handler twice, see Handler and AdminHandler, and needs Run to run beside it.
type Server struct {
	log     *slog.Logger
	echo    *echo.Echo
	api     huma.API
	tokens  *access.Tokens
	limits  *access.Limits
	metrics *metrics

	bodies   []*huma.Schema  // of the operations
	endless  map[string]bool // paths of operations
	onFailed []func()        // called when a request failed by the gateway's own fault

	serving sync.Map      // *http.Server whose Shutdown closes closing
	closing chan struct{} // closed when no more answers may begin
	close   sync.Once
}

// New returns a server without operations. It starts nothing. Operations are added
// before the first request.
func New(c Config) *Server {
	s := &Server{
		log:     c.Logger,
		tokens:  c.Tokens,
		limits:  access.NewLimits(c.RateLimit),
		metrics: newMetrics(c.Registerer),
		endless: map[string]bool{},
		closing: make(chan struct{}),
	}
	s.echo = s.newRouter()
	s.api = s.newAPI(c.Document)
	return s
}

// Handler serves the API to those who carry a token.
func (s *Server) Handler() http.Handler { return s.headAsGet(s.echo) }

// AdminHandler serves the same API with every right and without a token. It is
// for the unix socket in the data directory, whose file permissions are its
// protection.
func (s *Server) AdminHandler() http.Handler {
	handler := s.Handler()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), localKey{}, true)))
	})
}

// Run keeps tokens fresh until ctx is done. Endless answers end when Run does, or
// when the HTTP server that they came through shuts down, whichever is first.
func (s *Server) Run(ctx context.Context) {
	s.tokens.Run(ctx, s.log)
	s.end()
}

// Closing is closed when endless answers have to end.
func (s *Server) Closing() <-chan struct{} { return s.closing }

// CloseWith closes Closing when the HTTP server that serves ctx shuts down:
// Shutdown waits for running requests, and an endless answer would run on.
func (s *Server) CloseWith(ctx context.Context) {
	server, ok := ctx.Value(http.ServerContextKey).(*http.Server)
	if !ok {
		return
	}
	if _, known := s.serving.LoadOrStore(server, true); !known {
		server.RegisterOnShutdown(s.end)
	}
}

func (s *Server) end() { s.close.Do(func() { close(s.closing) }) }

// OnFailure has call called whenever a request fails by the gateway's own fault.
func (s *Server) OnFailure(call func()) { s.onFailed = append(s.onFailed, call) }

// Registry holds the schemas of the document.
func (s *Server) Registry() huma.Registry { return s.api.OpenAPI().Components.Schemas }

// OpenAPI returns the document. It is whole once Finish has returned.
func (s *Server) OpenAPI() *huma.OpenAPI { return s.api.OpenAPI() }
