package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"goniec/access"
	"goniec/api/client"
	"goniec/catalogue"
	"goniec/queue"
)

// Errors of Modems.Test, besides ErrNoModem.
var (
	ErrModemNotReady = errors.New("the modem is not ready")
	ErrTestRunning   = errors.New("a test of the modem is running")
	ErrTestNoNumber  = errors.New("there is no number to test with")
	ErrTestBudget    = errors.New("the parts for tests are spent")
)

type (
	callsInput struct {
		From   string    `query:"from" maxLength:"64" example:"+48600100200" doc:"Only calls from this number. Write the plus as %2B."`
		Since  time.Time `query:"since" doc:"Only calls at this time or later."`
		Until  time.Time `query:"until" doc:"Only calls before this time."`
		Limit  int       `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many items at most."`
		Cursor string    `query:"cursor" maxLength:"512" doc:"The value of next of the page before. It goes with the filters it came from."`
	}
	callsOutput struct {
		Link string `header:"Link" doc:"The next page, rel=next."`
		Body client.Page[client.Call]
	}
)

// registerSelfCare adds what modems do beside sending and receiving.
func (s *Server) registerSelfCare() {
	register(s, s.newOperation(operation{
		id: "listCalls", method: http.MethodGet, path: "/v1/calls", tag: tagInbox, scope: access.ScopeInbox,
		summary:     "List missed calls",
		description: "Nobody answers calls; who called is kept, newest first, page by page.",
		status:      http.StatusOK,
		problems:    []int{http.StatusUnprocessableEntity},
	}), s.listCalls)
	register(s, s.newOperation(operation{
		id: "testModem", method: http.MethodPost, path: "/v1/modems/{name}/test", tag: tagModems, scope: access.ScopeModemsWrite,
		summary: "Try whether texts arrive",
		description: "The modem sends a short text to the next one, or to its own number, as configured; that costs one part. " +
			"The answer does not wait for it: look at self_test.",
		status:   http.StatusAccepted,
		problems: []int{http.StatusNotFound, http.StatusConflict},
	}), func(ctx context.Context, in *modemInput) (*modemOutput, error) {
		if err := s.config.Modems.Test(ctx, in.Name); err != nil {
			return nil, testProblem(ctx, err)
		}
		return s.answerModem(ctx, in.Name)
	})
}

// testProblem says why a test cannot begin.
func testProblem(ctx context.Context, err error) error {
	for known, code := range map[error]Code{
		ErrNoModem: CodeModemNotFound, ErrModemNotReady: CodeModemNotReady, ErrTestRunning: CodeTestRunning,
		ErrTestNoNumber: CodeTestNoNumber, ErrTestBudget: CodeTestBudget,
	} {
		if errors.Is(err, known) {
			return newProblem(code)
		}
	}
	return failure(ctx, err)
}

func (s *Server) listCalls(ctx context.Context, in *callsInput) (*callsOutput, error) {
	link, page, err := incoming(ctx, s, "/v1/calls", inboxInput(*in), s.config.Queue.Calls, wireCall)
	if err != nil {
		return nil, err
	}
	return &callsOutput{Link: link, Body: page}, nil
}

// wireCall turns a call into what goes over the wire.
func wireCall(c *queue.Call) client.Call {
	return client.Call{ID: c.ID, From: c.From.String(), Modem: c.Modem, At: c.At, Rings: c.Rings, MessageID: c.MessageID}
}

// wordSelfTest puts what a test came to into words.
func wordSelfTest(t *client.SelfTest, lang catalogue.Language) *client.SelfTest {
	if t == nil || t.Result == "" || t.Passed {
		return t
	}
	worded := *t
	worded.Detail, worded.Remedy = modemText("self_test_"+t.Result, lang)
	return &worded
}
