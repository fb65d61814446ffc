// Package events is the resource of the API that streams events.
package events

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"goniec/access"
	"goniec/api/client"
	"goniec/api/rest"
	"goniec/event"
	"goniec/store"
)

const (
	pingInterval    = 15 * time.Second // interval of comments, which keep proxies and clients connected
	writeLimit      = 10 * time.Second // for one write to a stream
	streamPage      = 100              // events read at once
	streamsPerToken = 8
	streamRetry     = 2 * time.Second // reconnection delay for browsers
	fromOldest      = "0"             // id of no event: a stream behind it begins with the oldest event
)

type eventsInput struct {
	LastEventID string `header:"Last-Event-ID" maxLength:"200" doc:"The id of the last event seen: the events after it come first. With an id of no event here (one from before a restore, or 0) all events that are kept come first. Without it the stream starts now."`
}

// Resource holds the dependencies of the operations.
type Resource struct {
	Events Events
	Kinds  event.Kinds // all types of events, for the document
	Tokens Tokens
	Log    *slog.Logger
}

// Events is the log of events; implemented by event.Log.
type Events interface {
	Last(ctx context.Context) (id string, err error)
	After(ctx context.Context, id string, limit int) ([]event.Event, error)
	Wake(ctx context.Context) <-chan struct{}
}

// Tokens reports revoked tokens; implemented by access.Tokens.
type Tokens interface {
	Exists(ctx context.Context, id string) (bool, error)
}

// Register adds the operations to s.
func (res Resource) Register(s *rest.Server) {
	open := opener{Resource: res, server: s, streams: newStreams()}
	rest.Register(s, rest.Operation{
		ID: "streamEvents", Method: http.MethodGet, Path: "/v1/events", Tag: "Events", Scope: access.ScopeEvents,
		Summary: "Follow what happens",
		Description: "Server-sent events. Each has an id and, as data, an event as JSON. Reconnect with Last-Event-ID and nothing is missed, also after a restore. " +
			"An id is never used twice: leave out events whose id you know. " +
			"Events carry ids and facts, never a text and never a number. A comment comes every 15 seconds. At most 8 streams a token.",
		Status:   http.StatusOK,
		Problems: []int{http.StatusBadRequest},
		Endless:  true,
		Answer: &rest.Answer{
			Description: "A stream that does not end. The schema is that of the data of one event.",
			MediaType:   "text/event-stream", Schema: describe(s, res.Kinds),
		},
	}, open.stream)
}

// opener opens streams of events.
type opener struct {
	Resource

	server  *rest.Server
	streams streams
}

// stream validates the request before the first byte and returns the writer of the
// stream.
func (o opener) stream(ctx context.Context, in *eventsInput) (*huma.StreamResponse, error) {
	o.server.CloseWith(ctx)
	caller := rest.RequestOf(ctx).Caller().ID
	if !o.streams.enter(caller) {
		return nil, rest.NewProblem(rest.CodeTooManyStreams, streamsPerToken).WithRetryAfter(pingInterval)
	}
	begin, err := o.begin(ctx, in.LastEventID)
	if err != nil {
		o.streams.leave(caller)
		return nil, rest.Failure(ctx, err)
	}
	return rest.Stream(func(ctx context.Context, response http.ResponseWriter) {
		defer o.streams.leave(caller)
		response.Header().Set("Content-Type", "text/event-stream")
		response.Header().Set("X-Accel-Buffering", "no") // nginx must not buffer the stream
		w := streamWriter{w: response, controller: http.NewResponseController(response)}
		// The read deadline of the server would end the stream.
		_ = w.controller.SetReadDeadline(time.Time{})
		if err := o.write(ctx, w, begin); err != nil {
			o.Log.Debug("event stream broke", "request", rest.RequestOf(ctx).ID(), "err", err)
		}
	}), nil
}

// position is where a stream begins.
type position struct {
	last   string        // id behind which it begins; empty: it begins with the oldest event
	events []event.Event // the first ones behind it
	note   string        // for a person who looks at the stream
}

// begin returns the position that a client asks for by the header Last-Event-ID. A client with
// an unknown id may have missed any of the events, so it gets all that are kept.
func (o opener) begin(ctx context.Context, lastEventID string) (p position, err error) {
	if lastEventID == "" {
		p.last, err = o.Events.Last(ctx)
		return p, err
	}
	p.last = lastEventID
	p.events, err = o.Events.After(ctx, lastEventID, streamPage)
	if errors.Is(err, event.ErrUnknownID) {
		p.last, p.note = "", ": Last-Event-ID is the id of no event here: all events that are kept follow\n"
		p.events, err = o.Events.After(ctx, "", streamPage)
	}
	return p, err
}

// write writes events until the client disconnects or the server closes.
func (o opener) write(ctx context.Context, w streamWriter, p position) error {
	caller := rest.RequestOf(ctx).Caller().ID
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	wake := o.Events.Wake(ctx)
	ping := time.NewTicker(pingInterval)
	defer ping.Stop()
	// The first line carries the position of the stream, so that a client that loses
	// the stream before the first event misses nothing.
	//
	// The last bytes of the stream get their own write deadline.
	defer w.extend()
	if err := w.write("%sretry: %d\nid: %s\n\n", p.note, streamRetry.Milliseconds(), cmp.Or(p.last, fromOldest)); err != nil {
		return err
	}
	last, events := p.last, p.events
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
			case <-o.server.Closing():
				return nil
			case <-ping.C:
				// A revoked token ends its streams. The check at each ping covers a
				// lost wake-up.
				if valid, err := o.stillValid(ctx, caller); err != nil || !valid {
					return err
				}
				if err := w.write(": ping\n\n"); err != nil {
					return err
				}
			case <-wake:
			}
		}
		var err error
		if events, err = o.Events.After(ctx, last, streamPage); err != nil {
			return err
		}
	}
}

// stillValid reports whether the token of a stream has not been revoked.
func (o opener) stillValid(ctx context.Context, id string) (bool, error) {
	if rest.RequestOf(ctx).Local() {
		return true, nil
	}
	return o.Tokens.Exists(ctx, id)
}

// streamWriter writes to a stream with a deadline for each write instead of one for the
// whole answer.
type streamWriter struct {
	w          io.Writer
	controller *http.ResponseController
}

func (w streamWriter) event(e event.Event) error {
	data, err := json.Marshal(client.Event{ID: e.ID(), Type: e.Type, At: store.Milliseconds(e.At), Data: e.Data})
	if err != nil {
		return fmt.Errorf("encode event: %w", err)
	}
	return w.write("id: %s\ndata: %s\n\n", e.ID(), data)
}

// extend sets the deadline of the next write.
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
