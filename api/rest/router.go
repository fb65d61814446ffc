package rest

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"time"

	"github.com/labstack/echo/v4"
)

func (s *Server) newRouter() *echo.Echo {
	e := echo.New()
	// X-Forwarded-For is ignored, because callers can forge it.
	e.IPExtractor = echo.ExtractIPDirect()
	e.HTTPErrorHandler = s.handleRouterError
	e.Use(s.observe)
	return e
}

// headAsGet answers and counts HEAD as GET; net/http omits the body. Endless answers
// are excluded.
func (s *Server) headAsGet(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead && !s.endless[r.URL.Path] {
			r = r.WithContext(r.Context())
			r.Method = http.MethodGet
		}
		next.ServeHTTP(w, r)
	})
}

// observe wraps every request: it sets the id and the common headers, recovers a panic,
// counts and logs.
func (s *Server) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := time.Now()
		httpRequest := c.Request()
		r := &Request{id: rand.Text(), header: httpRequest.Header}
		r.local, _ = httpRequest.Context().Value(localKey{}).(bool)
		c.SetRequest(httpRequest.WithContext(context.WithValue(httpRequest.Context(), requestKey{}, r)))
		setHeaders(c.Response().Header(), r.id)
		// The deadline stops a client that does not read. A test recorder has none.
		r.deadline = http.NewResponseController(c.Response()).SetWriteDeadline
		_ = r.deadline(start.Add(answerLimit))
		defer func() {
			// net/http reports a broken connection by this panic; any other panic is a
			// bug.
			if v := recover(); v != nil {
				if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(v)
				}
				s.log.Error("panic in handler", "request", r.id, "route", c.Path(), "panic", v, "stack", string(debug.Stack()))
				s.writeProblem(c, NewProblem(CodeInternal))
			}
			s.finish(c, r, start)
		}()
		if err := next(c); err != nil {
			c.Error(err)
		}
		return nil
	}
}

// setHeaders sets the headers of every answer. Answers contain health data: caching and
// framing are forbidden.
func setHeaders(h http.Header, id string) {
	h.Set("X-Request-Id", id)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
}

// finish counts and logs a request. The log contains the route, because a path may
// contain personal data.
func (s *Server) finish(c echo.Context, r *Request, start time.Time) {
	status := c.Response().Status
	route := c.Path()
	if route == "" {
		route = "unknown"
	}
	took := time.Since(start)
	s.metrics.observe(c.Request().Method, route, status, took)
	level := slog.LevelDebug
	var p *Problem
	failed := errors.As(r.err, &p)
	switch {
	case failed && p.needsPerson():
		level = slog.LevelError
		for _, call := range s.onFailed {
			call()
		}
	case failed && p.Code == CodeNotReady: // readiness logs this itself
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
	if failed && len(p.Fields) > 0 {
		attributes = append(attributes, slog.Any("fields", loggedFields(p.Fields)))
	}
	if r.err != nil {
		attributes = append(attributes, slog.Any("err", r.err))
	}
	s.log.LogAttrs(c.Request().Context(), level, "request", attributes...)
}

// loggedFields returns the fields of a problem with their codes for the log: "to:
// number_invalid". What the caller made up, the name of an unknown or doubled field, is left out: it may
// be a number or a name of a person.
func loggedFields(problems []FieldProblem) []string {
	fields := make([]string, min(len(problems), maxLoggedFields))
	for i, f := range problems[:len(fields)] {
		name := f.name()
		if slices.Contains([]Code{CodeUnknownField, CodeUnknownParameter, CodeDuplicateField, CodeDuplicateParameter}, f.Code) {
			name = f.In
		}
		fields[i] = name + ": " + string(f.Code)
	}
	return fields
}

// maxLoggedFields bounds a log line about a body that is wrong throughout.
const maxLoggedFields = 20

// handleRouterError answers requests without an operation: unknown route, unknown
// method, or an error of the router.
func (s *Server) handleRouterError(err error, c echo.Context) {
	p := Failure(c.Request().Context(), err)
	var fromEcho *echo.HTTPError
	if errors.As(err, &fromEcho) {
		switch fromEcho.Code {
		case http.StatusNotFound:
			p = NewProblem(CodeRouteNotFound)
		case http.StatusMethodNotAllowed:
			p = NewProblem(CodeMethodNotAllowed, c.Response().Header().Get(echo.HeaderAllow))
		}
	}
	s.writeProblem(c, p)
}

// writeProblem answers with p unless the answer has begun.
func (s *Server) writeProblem(c echo.Context, p *Problem) {
	if c.Response().Committed {
		return
	}
	r := RequestOf(c.Request().Context())
	r.err = p
	for name, values := range p.headers {
		c.Response().Header()[name] = values
	}
	c.Response().Header().Set(echo.HeaderContentType, problemType)
	body := r.Render(p)
	c.Response().WriteHeader(body.Status)
	if err := c.Echo().JSONSerializer.Serialize(c, body, ""); err != nil {
		s.log.Debug("answer not written", "request", r.id, "err", err)
	}
}
