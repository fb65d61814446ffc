package rest

import (
	"context"
	"net/http"
	"time"

	"goniec/access"
	"goniec/api/client"
	"goniec/catalogue"
)

// answerLimit bounds the time from the beginning of a request to the end of its answer.
// Endless answers have limits of their own.
const answerLimit = 2 * time.Minute

// Request holds the data of a request besides its HTTP parts. Only the goroutine that
// serves the request uses it.
type Request struct {
	id     string
	header http.Header
	local  bool         // received on the unix socket
	caller access.Token // zero until authorised
	err    error        // why it failed, for the log

	deadline func(time.Time) error // sets the write deadline; nil in some tests
}

type (
	requestKey struct{} // of the *Request in a context
	localKey   struct{} // marks requests on the unix socket
)

// RequestOf returns the request of ctx. It is never nil.
func RequestOf(ctx context.Context) *Request {
	if r, ok := ctx.Value(requestKey{}).(*Request); ok {
		return r
	}
	return &Request{}
}

// ID identifies the request in the log and in its answer.
func (r *Request) ID() string { return r.id }

// Header returns the headers of the request.
func (r *Request) Header() http.Header { return r.header }

// Local reports whether the request came through the unix socket.
func (r *Request) Local() bool { return r.local }

// Caller returns the token of the caller; zero for an operation without a scope.
func (r *Request) Caller() access.Token { return r.caller }

// Language returns the caller's preferred language.
func (r *Request) Language() catalogue.Language {
	return catalogue.Match(r.header.Get("Accept-Language"))
}

// Render returns a problem in the caller's language.
func (r *Request) Render(p *Problem) *client.Problem { return p.render(r.Language(), r.id) }

// Extend sets the write deadline of the answer to limit from now.
func (r *Request) Extend(limit time.Duration) {
	if r.deadline != nil {
		_ = r.deadline(time.Now().Add(limit)) // a test recorder has no deadlines
	}
}
