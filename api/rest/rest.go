// Package rest is the toolkit of the REST resources: operations and their document,
// authorisation, bodies with validation, problems, and pages of lists.
//
// It owns the handling of requests and knows no resource. Types of echo stay inside;
// wire types are those of package client.
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

// Config configures a Server.
type Config struct {
	Document   Document
	Tokens     *access.Tokens
	RateLimit  access.RateLimit
	Logger     *slog.Logger
	Registerer prometheus.Registerer // nil: no metrics of this package
}

// Server serves the registered operations through two handlers, Handler and
// AdminHandler. Run must run meanwhile.
type Server struct {
	log     *slog.Logger
	echo    *echo.Echo
	api     huma.API
	tokens  *access.Tokens
	limits  *access.Limits
	metrics *metrics

	bodies   []*huma.Schema  // of the operations
	endless  map[string]bool // paths of operations
	onFailed []func()        // called when a request failed through a fault of the gateway

	serving sync.Map      // *http.Server whose Shutdown closes closing
	closing chan struct{} // closed when endless answers must end
	close   sync.Once
}

// New returns a server without operations and starts nothing. Operations must be added
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

// Handler serves the API to callers with a token.
func (s *Server) Handler() http.Handler { return s.headAsGet(s.echo) }

// AdminHandler serves the API with all rights and without a token, for the unix socket
// in the data directory, which file permissions protect.
func (s *Server) AdminHandler() http.Handler {
	handler := s.Handler()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), localKey{}, true)))
	})
}

// Run refreshes tokens until ctx is done. Endless answers end with Run or with the
// shutdown of their HTTP server.
func (s *Server) Run(ctx context.Context) {
	s.tokens.Run(ctx, s.log)
	s.end()
}

// Closing returns a channel that is closed when endless answers must end.
func (s *Server) Closing() <-chan struct{} { return s.closing }

// CloseWith closes Closing when the HTTP server of ctx shuts down, because Shutdown
// waits for running requests.
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

// OnFailure registers call for requests that fail through a fault of the gateway.
func (s *Server) OnFailure(call func()) { s.onFailed = append(s.onFailed, call) }

// Registry returns the schemas of the document.
func (s *Server) Registry() huma.Registry { return s.api.OpenAPI().Components.Schemas }

// OpenAPI returns the document, complete after Finish.
func (s *Server) OpenAPI() *huma.OpenAPI { return s.api.OpenAPI() }
