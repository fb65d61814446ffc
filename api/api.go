// Package api is the REST API: routes, validation, problems, the event
// stream, and the document that describes them.
//
// It owns what goes over the wire, and the key ready/trial. It owns no rule about
// messages: a handler binds, calls one function of queue or event, and renders. What goes over the wire are the types of package client, so that
// server and client cannot drift apart. Types of echo and huma stay in here.
package api

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"

	"goniec/accept"
	"goniec/access"
	"goniec/api/client"
	"goniec/event"
	"goniec/queue"
	"goniec/reply"
	"goniec/store"
)

// Config is what a Server needs.
type Config struct {
	Store      store.Store // what readiness tries to write to
	Queue      *queue.Queue
	Events     *event.Log
	Tokens     *access.Tokens
	Modems     Modems
	Replies    *reply.Replies
	Webhooks   Webhooks
	Backup     io.WriterTo              // all data, for /v1/backup
	Erase      Erase                    // of a number
	Intake     *accept.Intake           // what takes messages
	Numbers    accept.Numbers           // how numbers are read
	Alarms     func() []client.Alarm    // of the box: Code, Cause and At
	Encryption func() client.Encryption // of the data on disk; nil: there is none
	Location   *time.Location           // in which times are written that people read; nil: UTC

	Version    string // of the program, as /healthz tells it
	Logger     *slog.Logger
	Registerer prometheus.Registerer // nil: no metrics of this package
	Gatherer   prometheus.Gatherer   // what /metrics shows; nil: nothing
	RateLimit  access.RateLimit
}

// Server answers requests. It is an http.Handler twice, see Handler and
// AdminHandler, and needs Run to run beside it.
type Server struct {
	config   Config
	log      *slog.Logger
	echo     *echo.Echo
	api      huma.API
	document []byte // openapi.json
	metrics  *metrics
	limits   *access.Limits
	streams  streams
	trial    trial
	lacking  atomic.Pointer[string] // what was not ready when somebody asked last
	serving  sync.Map               // *http.Server whose Shutdown ends streams
	closing  chan struct{}          // closed by endStreams
	close    sync.Once
}

// New returns a server. It starts nothing.
func New(c Config) *Server {
	if c.Location == nil {
		c.Location = time.UTC
	}
	if c.Alarms == nil {
		c.Alarms = func() []client.Alarm { return nil }
	}
	if c.Encryption == nil {
		c.Encryption = func() client.Encryption { return client.Encryption{} }
	}
	s := &Server{
		config:  c,
		log:     c.Logger,
		metrics: newMetrics(c.Registerer),
		limits:  access.NewLimits(c.RateLimit),
		streams: newStreams(),
		trial:   trial{store: c.Store},
		closing: make(chan struct{}),
	}
	s.echo = s.newRouter()
	s.api = s.newAPI(s.echo)
	s.registerMessages()
	s.registerHistory()
	s.registerInbox()
	s.registerConversations()
	s.registerSuppressions()
	s.registerModems()
	s.registerSelfCare()
	s.registerBox()
	s.registerEvents()
	s.registerWebhooks()
	s.registerTokens()
	s.registerErasures()
	s.registerBackup()
	s.registerHealth()
	s.document = s.renderDocument()
	s.routeDocument()
	return s
}

// Handler serves the API to those who carry a token.
func (s *Server) Handler() http.Handler { return headAsGet(s.echo) }

// AdminHandler serves the same API with every right and without a token. It is
// for the unix socket in the data directory, whose file permissions are its
// protection.
func (s *Server) AdminHandler() http.Handler {
	handler := s.Handler()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), localKey{}, true)))
	})
}

// Run keeps tokens fresh until ctx is done. Event streams end when Run does, or
// when the HTTP server that they came through shuts down, whichever is first.
func (s *Server) Run(ctx context.Context) {
	s.config.Tokens.Run(ctx, s.log)
	s.endStreams()
}
