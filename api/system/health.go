package system

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"goniec/access"
	"goniec/api/client"
	"goniec/api/rest"
)

type healthOutput struct {
	Body client.Health
}

func (res Resource) registerHealth(s *rest.Server) {
	ready := newReadiness(res, s)
	rest.Register(s, rest.Operation{
		ID: "alive", Method: http.MethodGet, Path: "/healthz", Tag: "Health",
		Summary:     "Is the daemon alive",
		Description: "Answers as long as the daemon runs. For supervisors that restart what does not answer.",
		Status:      http.StatusOK,
	}, func(context.Context, *struct{}) (*healthOutput, error) {
		return &healthOutput{Body: client.Health{Status: "alive", Version: res.Version}}, nil
	})
	rest.Register(s, rest.Operation{
		ID: "ready", Method: http.MethodGet, Path: "/readyz", Tag: "Health",
		Summary:     "Can it take and send",
		Description: "503 with a list of what is missing if messages cannot be written to disk or no modem can send. Every ten seconds, and after a failure, it writes a little to find out.",
		Status:      http.StatusOK,
		Problems:    []int{http.StatusServiceUnavailable},
	}, func(ctx context.Context, _ *struct{}) (*healthOutput, error) {
		if p := ready.missing(ctx); p != nil {
			return nil, p
		}
		return &healthOutput{Body: client.Health{Status: "ready"}}, nil
	})
}

// registerMetrics serves /metrics: to programs on this machine without a token, to
// others with the scope metrics:read.
func (res Resource) registerMetrics(s *rest.Server) {
	if res.Gatherer == nil {
		return
	}
	s.Serve(rest.Operation{
		ID: "metrics", Method: http.MethodGet, Path: "/metrics", Tag: "Health", Scope: access.ScopeMetrics, LocalOpen: true,
		Summary:     "Metrics for Prometheus",
		Description: "Programs on the same machine that speak to Goniec directly need no token.",
		Answer:      &rest.Answer{Description: "The metrics.", MediaType: "text/plain", Schema: &huma.Schema{Type: huma.TypeString}},
	}, promhttp.HandlerFor(res.Gatherer, promhttp.HandlerOpts{}))
}
