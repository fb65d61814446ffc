package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"

	"goniec/access"
	"goniec/api/client"
	"goniec/event"
)

const (
	pingInterval    = 15 * time.Second // a comment keeps proxies and clients from giving up
	writeLimit      = 10 * time.Second // for one write to a stream
	streamPage      = 100              // events read at once
	streamsPerToken = 8
	streamRetry     = 2 * time.Second // what browsers are told to wait before they come back
)

type eventsInput struct {
	LastEventID string `header:"Last-Event-ID" maxLength:"200" doc:"The id of the last event seen: everything after it comes first. Without it the stream starts now."`
}

func (s *Server) registerEvents() {
	op := s.newOperation(operation{
		id: "streamEvents", method: http.MethodGet, path: "/v1/events", tag: tagEvents, scope: access.ScopeEvents,
		summary: "Follow what happens",
		description: "Server-sent events. Each has an id and, as data, an event as JSON. Reconnect with Last-Event-ID and nothing is missed. " +
			"Events carry ids and facts, never a text and never a number. A comment comes every 15 seconds. At most 8 streams a token.",
		status:   http.StatusOK,
		problems: []int{http.StatusBadRequest},
	})
	schema := s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[client.Event](), true, "")
	op.Responses["200"] = &huma.Response{
		Description: "A stream that does not end. The schema is that of the data of one event.",
		Content:     map[string]*huma.MediaType{"text/event-stream": {Schema: schema}},
	}
	register(s, op, s.openStream)
}

// openStream checks what can be checked before the first byte, and returns what
// writes the stream.
func (s *Server) openStream(ctx context.Context, in *eventsInput) (*huma.StreamResponse, error) {
	s.endWith(ctx)
	caller := requestOf(ctx).caller.ID
	if !s.streams.enter(caller) {
		return nil, newProblem(CodeTooManyStreams, streamsPerToken).withHeader("Retry-After", seconds(pingInterval))
	}
	last := in.LastEventID
	var first []event.Event
	var err error
	if last == "" {
		last, err = s.config.Events.Last(ctx)
	} else {
		first, err = s.config.Events.After(ctx, last, streamPage)
	}
	if err != nil {
		s.streams.leave(caller)
		if errors.Is(err, event.ErrUnknownID) {
			return nil, newProblem(CodeEventUnknown)
		}
		return nil, failure(ctx, err)
	}
	return &huma.StreamResponse{Body: func(hctx huma.Context) {
		defer s.streams.leave(caller)
		response := humaecho.Unwrap(hctx).Response()
		response.Header().Set("Content-Type", "text/event-stream")
		response.Header().Set("X-Accel-Buffering", "no") // nginx must not collect what should flow
		w := streamWriter{w: response, controller: http.NewResponseController(response)}
		// The server's limit for reading a request would end the stream, too.
		_ = w.controller.SetReadDeadline(time.Time{})
		if err := s.stream(hctx.Context(), w, last, first); err != nil {
			s.log.Debug("event stream broke", "request", requestOf(ctx).id, "err", err)
		}
	}}, nil
}

// endWith makes streams end when the HTTP server that serves ctx shuts down:
// Shutdown waits for running requests, and a stream would run on.
func (s *Server) endWith(ctx context.Context) {
	server, ok := ctx.Value(http.ServerContextKey).(*http.Server)
	if !ok {
		return
	}
	if _, known := s.serving.LoadOrStore(server, true); !known {
		server.RegisterOnShutdown(s.endStreams)
	}
}

func (s *Server) endStreams() { s.close.Do(func() { close(s.closing) }) }

// stream writes events until the client goes or the server closes.
func (s *Server) stream(ctx context.Context, w streamWriter, last string, events []event.Event) error {
	caller := requestOf(ctx).caller.ID
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	wake := s.config.Events.Wake(ctx)
	ping := time.NewTicker(pingInterval)
	defer ping.Stop()
	// The first words tell where the stream stands, so that a client that loses
	// it before the first event misses nothing either.
	// Whatever ends the stream, its last bytes get time to leave.
	defer w.extend()
	if err := w.write("retry: %d\nid: %s\n\n", streamRetry.Milliseconds(), last); err != nil {
		return err
	}
	for {
		for _, e := range events {
			if err := w.event(e); err != nil {
				return err
			}
			last = e.ID()
		}
		if len(events) < streamPage {
			select {
			case <-ctx.Done():
				return nil
			case <-s.closing:
				return nil
			case <-ping.C:
				// A revoked token ends its streams. Reading again with each
				// ping makes a lost wake-up a mere delay.
				if valid, err := s.stillValid(ctx, caller); err != nil || !valid {
					return err
				}
				if err := w.write(": ping\n\n"); err != nil {
					return err
				}
			case <-wake:
			}
		}
		var err error
		if events, err = s.config.Events.After(ctx, last, streamPage); err != nil {
			return err
		}
	}
}

// stillValid reports whether the token of a stream has not been revoked.
func (s *Server) stillValid(ctx context.Context, id string) (bool, error) {
	if requestOf(ctx).local {
		return true, nil
	}
	return s.config.Tokens.Exists(ctx, id)
}

// streamWriter writes to a stream under a deadline of its own, which takes the
// place of the server's for whole answers.
type streamWriter struct {
	w          io.Writer
	controller *http.ResponseController
}

func (w streamWriter) event(e event.Event) error {
	data, err := json.Marshal(client.Event{ID: e.ID(), Type: e.Type, At: e.At, Data: e.Data})
	if err != nil {
		return fmt.Errorf("encode event: %w", err)
	}
	return w.write("id: %s\ndata: %s\n\n", e.ID(), data)
}

// extend gives the next write its time.
func (w streamWriter) extend() {
	_ = w.controller.SetWriteDeadline(time.Now().Add(writeLimit))
}

func (w streamWriter) write(format string, args ...any) error {
	w.extend()
	if _, err := fmt.Fprintf(w.w, format, args...); err != nil {
		return fmt.Errorf("write to stream: %w", err)
	}
	if err := w.controller.Flush(); err != nil {
		return fmt.Errorf("flush stream: %w", err)
	}
	return nil
}

// streams counts the open streams of each token.
type streams struct {
	mu   *sync.Mutex
	open map[string]int // by token; guarded by mu
}

func newStreams() streams { return streams{mu: &sync.Mutex{}, open: map[string]int{}} }

func (s streams) enter(token string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[token] >= streamsPerToken {
		return false
	}
	s.open[token]++
	return true
}

func (s streams) leave(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[token]--; s.open[token] == 0 {
		delete(s.open, token)
	}
}
