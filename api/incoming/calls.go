package incoming

import (
	"context"
	"net/http"
	"time"

	"goniec/access"
	"goniec/api/client"
	"goniec/api/rest"
	"goniec/inbox"
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

func (res Resource) registerCalls(s *rest.Server) {
	rest.Register(s, rest.Operation{
		ID: "listCalls", Method: http.MethodGet, Path: "/v1/calls", Tag: "Inbox", Scope: access.ScopeInbox,
		Summary:     "List missed calls",
		Description: "Nobody answers calls; who called is kept, newest first, page by page.",
		Status:      http.StatusOK,
		Problems:    []int{http.StatusUnprocessableEntity},
	}, res.listCalls)
}

func (res Resource) listCalls(ctx context.Context, in *callsInput) (*callsOutput, error) {
	link, page, err := incoming(ctx, res, "/v1/calls", inboxInput(*in), res.Inbox.Calls, wireCall)
	if err != nil {
		return nil, err
	}
	return &callsOutput{Link: link, Body: page}, nil
}

// wireCall converts a call to its wire type.
func wireCall(c *inbox.Call) client.Call {
	return client.Call{ID: c.ID, From: c.From.String(), Modem: c.Modem, At: c.At, Rings: c.Rings, MessageID: c.MessageID}
}
