package rest

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/labstack/echo/v4"

	"goniec/access"
)

// securityScheme is the name of token authentication in the document.
const securityScheme = "token"

// needs returns the security requirement of an operation, which the document shows and
// authorise enforces.
func needs(scope access.Scope) []map[string][]string {
	return []map[string][]string{{securityScheme: {string(scope)}}}
}

// ScopeOf returns the scope that an operation requires; empty if the operation is open.
func ScopeOf(op *huma.Operation) access.Scope {
	for _, requirement := range op.Security {
		if scopes := requirement[securityScheme]; len(scopes) > 0 {
			return access.Scope(scopes[0])
		}
	}
	return ""
}

// authorise passes an authorised request on to its operation, and answers others with a
// problem.
func (s *Server) authorise(ctx huma.Context, next func(huma.Context)) {
	c := humaecho.Unwrap(ctx)
	op := ctx.Operation()
	if scope := ScopeOf(op); scope != "" {
		if p := s.admit(c, scope); p != nil {
			s.writeProblem(c, p)
			return
		}
	}
	// Refusing a body by its announced length avoids reading it.
	if op.MaxBodyBytes > 0 && c.Request().ContentLength >= op.MaxBodyBytes {
		s.writeProblem(c, NewProblem(CodeBodyTooLarge, (op.MaxBodyBytes-1)>>10))
		return
	}
	if p := joinRepeated(c, op); p != nil {
		s.writeProblem(c, p)
		return
	}
	next(ctx)
}

// admit identifies the caller of a request and returns the reason of a refusal.
func (s *Server) admit(c echo.Context, scope access.Scope) *Problem {
	r := RequestOf(c.Request().Context())
	if r.local {
		r.caller = access.Token{ID: "local", Name: "local", Scopes: []access.Scope{access.ScopeAdmin}}
		return nil
	}
	token, p := s.authenticate(c.Request())
	if p != nil {
		return p
	}
	r.caller = token
	if !token.Allows(scope) {
		return NewProblem(CodeScopeMissing, string(scope)).
			WithHeader("WWW-Authenticate", `Bearer realm="goniec", error="insufficient_scope", scope="`+string(scope)+`"`)
	}
	if pause, ok := s.limits.Take(token.ID, time.Now()); !ok {
		return NewProblem(CodeRateLimited).WithRetryAfter(pause)
	}
	return nil
}

// authenticate returns the token that r carries.
func (s *Server) authenticate(r *http.Request) (access.Token, *Problem) {
	scheme, secret, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return access.Token{}, NewProblem(CodeTokenMissing).WithHeader("WWW-Authenticate", `Bearer realm="goniec"`)
	}
	token, err := s.tokens.Verify(r.Context(), strings.TrimSpace(secret))
	if err == nil {
		return token, nil
	}
	var code Code
	switch {
	case errors.Is(err, access.ErrTokenMalformed):
		code = CodeTokenMalformed
	case errors.Is(err, access.ErrTokenUnknown):
		code = CodeTokenUnknown
	default:
		return access.Token{}, Failure(r.Context(), err)
	}
	return access.Token{}, NewProblem(code).WithHeader("WWW-Authenticate", `Bearer realm="goniec", error="invalid_token"`)
}

// fromThisMachine reports whether a program on this machine made r directly: not
// through a local proxy, and not by a browser that was directed to a foreign host name.
func fromThisMachine(r *http.Request) bool {
	if RequestOf(r.Context()).local {
		return true
	}
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via"} {
		if r.Header.Get(name) != "" {
			return false
		}
	}
	address, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !address.Addr().Unmap().IsLoopback() {
		return false
	}
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if host == "localhost" {
		return true
	}
	Named, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && Named.Unmap().IsLoopback()
}
