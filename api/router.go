package api

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/labstack/echo/v4"

	"goniec/access"
	"goniec/catalogue"
)

// answerLimit is how long writing an answer may take, from the beginning of its
// request. Event streams have limits of their own.
const answerLimit = 2 * time.Minute

// request is what is known about a request beside its HTTP parts. One goroutine
// serves a request, and it alone touches this.
type request struct {
	id     string
	header http.Header
	local  bool         // came by the unix socket
	caller access.Token // zero until authorised
	err    error        // why it failed, for the log

	deadline func(time.Time) error // sets when its answer has to be written by; nil in some tests
}

// extend gives the answer more time than answerLimit.
func (r *request) extend(limit time.Duration) {
	if r.deadline != nil {
		_ = r.deadline(time.Now().Add(limit)) // a recorder in a test has no deadlines
	}
}

type (
	requestKey struct{} // of the *request in a context
	localKey   struct{} // marks what came by the unix socket
)

// requestOf returns the request that ctx belongs to.
func requestOf(ctx context.Context) *request {
	if r, ok := ctx.Value(requestKey{}).(*request); ok {
		return r
	}
	return &request{}
}

// language is the one that the caller prefers.
func (r *request) language() catalogue.Language {
	return catalogue.Match(r.header.Get("Accept-Language"))
}

func (s *Server) newRouter() *echo.Echo {
	e := echo.New()
	// Nobody may choose the address we see: X-Forwarded-For is not believed.
	e.IPExtractor = echo.ExtractIPDirect()
	e.HTTPErrorHandler = s.handleRouterError
	e.Use(s.observe)
	e.GET("/", func(c echo.Context) error { return c.Redirect(http.StatusFound, "/docs") })
	return e
}

// headAsGet answers HEAD as the GET it stands for, and counts it as one; net/http
// leaves out the body. Event streams are left alone, for they would not end.
func headAsGet(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead && r.URL.Path != "/v1/events" {
			r = r.WithContext(r.Context())
			r.Method = http.MethodGet
		}
		next.ServeHTTP(w, r)
	})
}

// observe is around every request: it gives it an id and the headers that every
// answer has, catches a panic, counts and logs.
func (s *Server) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := time.Now()
		httpRequest := c.Request()
		r := &request{id: rand.Text(), header: httpRequest.Header}
		r.local, _ = httpRequest.Context().Value(localKey{}).(bool)
		c.SetRequest(httpRequest.WithContext(context.WithValue(httpRequest.Context(), requestKey{}, r)))
		setHeaders(c.Response().Header(), r.id)
		// A recorder in a test has no deadlines; without one a client that
		// does not read would keep us for ever.
		r.deadline = http.NewResponseController(c.Response()).SetWriteDeadline
		_ = r.deadline(start.Add(answerLimit))
		defer func() {
			// A broken connection is reported so by net/http itself; anything else is a bug.
			if v := recover(); v != nil {
				if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(v)
				}
				s.log.Error("panic in handler", "request", r.id, "route", c.Path(), "panic", v, "stack", string(debug.Stack()))
				s.writeProblem(c, newProblem(CodeInternal))
			}
			s.finish(c, r, start)
		}()
		if err := next(c); err != nil {
			c.Error(err)
		}
		return nil
	}
}

// setHeaders sets what every answer carries. Answers hold health data: no cache
// may keep them, no page may frame them.
func setHeaders(h http.Header, id string) {
	h.Set("X-Request-Id", id)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
}

// finish counts and logs a request. The log has the route, not the path: a path
// may hold anything.
func (s *Server) finish(c echo.Context, r *request, start time.Time) {
	status := c.Response().Status
	route := c.Path()
	if route == "" {
		route = "unknown"
	}
	took := time.Since(start)
	s.metrics.observe(c.Request().Method, route, status, took)
	level := slog.LevelDebug
	var p *problem
	failed := errors.As(r.err, &p)
	switch {
	case failed && p.needsPerson():
		level = slog.LevelError
		s.trial.suspect.Store(true) // it may have been the disk
	case failed && p.code == CodeNotReady: // logReadiness has told
	case status >= 400:
		level = slog.LevelInfo
	}
	if !s.log.Enabled(c.Request().Context(), level) {
		return
	}
	attributes := []slog.Attr{
		slog.String("request", r.id),
		slog.String("method", c.Request().Method),
		slog.String("route", route),
		slog.Int("status", status),
		slog.Duration("took", took),
		slog.String("token", r.caller.Name),
		slog.String("ip", c.RealIP()),
	}
	if r.err != nil {
		attributes = append(attributes, slog.Any("err", r.err))
	}
	s.log.LogAttrs(c.Request().Context(), level, "request", attributes...)
}

// handleRouterError answers what no operation did: no such route, no such
// method, or an error of the router.
func (s *Server) handleRouterError(err error, c echo.Context) {
	p := failure(c.Request().Context(), err)
	var fromEcho *echo.HTTPError
	if errors.As(err, &fromEcho) {
		switch fromEcho.Code {
		case http.StatusNotFound:
			p = newProblem(CodeRouteNotFound)
		case http.StatusMethodNotAllowed:
			p = newProblem(CodeMethodNotAllowed, c.Response().Header().Get(echo.HeaderAllow))
		}
	}
	s.writeProblem(c, p)
}

// writeProblem answers with p, unless an answer has begun.
func (s *Server) writeProblem(c echo.Context, p *problem) {
	if c.Response().Committed {
		return
	}
	r := requestOf(c.Request().Context())
	r.err = p
	for name, values := range p.headers {
		c.Response().Header()[name] = values
	}
	c.Response().Header().Set(echo.HeaderContentType, problemType)
	body := p.render(r.language(), r.id)
	c.Response().WriteHeader(body.Status)
	if err := c.Echo().JSONSerializer.Serialize(c, body, ""); err != nil {
		s.log.Debug("answer not written", "request", r.id, "err", err)
	}
}
