package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"goniec/access"
	"goniec/api/client"
)

type healthOutput struct {
	Body client.Health
}

// stateReady is the state of a modem that can send, as in client.Modem.
const stateReady = "ready"

func (s *Server) registerHealth() {
	register(s, s.newOperation(operation{
		id: "alive", method: http.MethodGet, path: "/healthz", tag: tagHealth,
		summary:     "Is the daemon alive",
		description: "Answers as long as the daemon runs. For supervisors that restart what does not answer.",
		status:      http.StatusOK,
	}), func(context.Context, *struct{}) (*healthOutput, error) {
		return &healthOutput{Body: client.Health{Status: "alive", Version: s.config.Version}}, nil
	})
	register(s, s.newOperation(operation{
		id: "ready", method: http.MethodGet, path: "/readyz", tag: tagHealth,
		summary:     "Can it take and send",
		description: "503 with a list of what is missing if messages cannot be written to disk or no modem can send. Every ten seconds, and after a failure, it writes a little to find out.",
		status:      http.StatusOK,
		problems:    []int{http.StatusServiceUnavailable},
	}), func(ctx context.Context, _ *struct{}) (*healthOutput, error) {
		if p := s.missing(ctx); p != nil {
			return nil, p
		}
		return &healthOutput{Body: client.Health{Status: "ready"}}, nil
	})
	s.registerMetrics()
}

// registerMetrics serves /metrics: to programs on this machine as it is, to all
// others with a token of scope metrics:read. It is not an operation of huma, for
// its answer is not ours to shape; the document has it all the same.
func (s *Server) registerMetrics() {
	if s.config.Gatherer == nil {
		return
	}
	handler := promhttp.HandlerFor(s.config.Gatherer, promhttp.HandlerOpts{})
	s.echo.GET("/metrics", func(c echo.Context) error {
		if !fromThisMachine(c.Request()) {
			if p := s.admit(c, access.ScopeMetrics); p != nil {
				return p
			}
		}
		handler.ServeHTTP(c.Response(), c.Request())
		return nil
	})
	op := s.newOperation(operation{
		id: "metrics", method: http.MethodGet, path: "/metrics", tag: tagHealth, scope: access.ScopeMetrics,
		summary:     "Metrics for Prometheus",
		description: "Programs on the same machine that speak to Goniec directly need no token.",
	})
	op.Security = append(op.Security, map[string][]string{}) // or none
	op.Responses["200"] = &huma.Response{
		Description: "The metrics.",
		Content:     map[string]*huma.MediaType{"text/plain": {Schema: &huma.Schema{Type: huma.TypeString}}},
	}
	s.api.OpenAPI().AddOperation(&op)
}
