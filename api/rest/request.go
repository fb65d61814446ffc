package rest

import (
	"context"
	"net/http"
	"time"

	"goniec/access"
	"goniec/api/client"
	"goniec/catalogue"
)

// answerLimit is how long writing an answer may take, from the beginning of its
// request. Endless answers have limits of their own.
const answerLimit = 2 * time.Minute

// Request is what is known about a request beside its HTTP parts. One goroutine
// serves a request, and it alone touches this.
type Request struct {
	id     string
	header http.Header
	local  bool         // came by the unix socket
	caller access.Token // zero until authorised
	err    error        // why it failed, for the log

	deadline func(time.Time) error // sets when its answer has to be written by; nil in some tests
}

type (
	requestKey struct{} // of the *Request in a context
	localKey   struct{} // marks what came by the unix socket
)

// RequestOf returns the request that ctx belongs to. It is never nil.
func RequestOf(ctx context.Context) *Request {
	if r, ok := ctx.Value(requestKey{}).(*Request); ok {
		return r
	}
	return &Request{}
}

// ID names the request in the log and in its answer.
func (r *Request) ID() string { return r.id }

// Header returns the headers of the request.
func (r *Request) Header() http.Header { return r.header }

// Local reports whether the request came by the unix socket.
func (r *Request) Local() bool { return r.local }

// Caller returns who sends the request; zero for an operation without a scope.
func (r *Request) Caller() access.Token { return r.caller }

// Language is the one that the caller prefers.
func (r *Request) Language() catalogue.Language {
	return catalogue.Match(r.header.Get("Accept-Language"))
}

// Render puts a problem into the words of the caller.
func (r *Request) Render(p *Problem) *client.Problem { return p.render(r.Language(), r.id) }

// Extend gives the answer more time than two minutes from now on.
func (r *Request) Extend(limit time.Duration) {
	if r.deadline != nil {
		_ = r.deadline(time.Now().Add(limit)) // a recorder in a test has no deadlines
	}
}
