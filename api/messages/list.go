package messages

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"goniec/access"
	"goniec/api/client"
	"goniec/api/rest"
	"goniec/api/wire"
	"goniec/queue"
)

type (
	messagesInput struct {
		Status    []string  `query:"status" enum:"scheduled,queued,sending,sent,delivered,failed,expired,cancelled,held,uncertain" doc:"Only messages in this state, or in one of these: status=failed,expired or status=failed&status=expired."`
		To        string    `query:"to" maxLength:"64" example:"+48600100200" doc:"Only messages to this number. Write the plus as %2B."`
		Reference string    `query:"reference" maxLength:"128" doc:"Only messages with this reference."`
		Origin    string    `query:"origin" enum:"api,reply,call,self_test" doc:"Only messages of this origin: api are those that programs and people had sent, the others the gateway sends by itself."`
		Since     time.Time `query:"since" doc:"Only messages accepted at this time or later."`
		Until     time.Time `query:"until" doc:"Only messages accepted before this time."`
		Limit     int       `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many items at most."`
		Cursor    string    `query:"cursor" maxLength:"512" doc:"The value of next of the page before. It goes with the filters it came from."`
	}
	messagesOutput struct {
		Link string `header:"Link" doc:"The next page, rel=next."`
		Body client.Page[client.Message]
	}
)

func (res Resource) registerList(s *rest.Server) {
	rest.Register(s, rest.Operation{
		ID: "listMessages", Method: http.MethodGet, Path: "/v1/messages", Tag: "Messages", Scope: access.ScopeMessages,
		Summary:     "List messages",
		Description: "Newest first, page by page.",
		Status:      http.StatusOK,
		Problems:    []int{http.StatusUnprocessableEntity},
	}, res.list)
}

func (res Resource) list(ctx context.Context, in *messagesInput) (*messagesOutput, error) {
	f := queue.Filter{Statuses: statuses(in.Status), Reference: in.Reference, Origin: queue.Origin(in.Origin), Since: in.Since, Until: in.Until}
	if in.To != "" {
		to, _, p := res.Numbers.Read("to", rest.Unplus(in.To))
		if p != nil {
			return nil, rest.QueryProblem(p)
		}
		f.To = to
	}
	after, p := rest.ReadCursor(in.Cursor, f)
	if p != nil {
		return nil, p
	}
	found, next, err := res.Queue.Messages(ctx, f, after, in.Limit)
	if err != nil {
		return nil, failure(ctx, err)
	}
	lang := rest.RequestOf(ctx).Language()
	page := client.Page[client.Message]{Items: make([]client.Message, len(found)), Next: rest.WriteCursor(next, f)}
	for i := range found {
		page.Items[i] = wire.Message(&found[i], lang)
	}
	if err := wire.AddQuestions(ctx, res.Replies, page.Items); err != nil {
		return nil, failure(ctx, err)
	}
	query := url.Values{}
	rest.SetQuery(query, "status", strings.Join(in.Status, ","))
	rest.SetQuery(query, "to", f.To.String())
	rest.SetQuery(query, "reference", in.Reference)
	rest.SetQuery(query, "origin", in.Origin)
	rest.SetPage(query, in.Since, in.Until, in.Limit)
	return &messagesOutput{Link: rest.NextLink("/v1/messages", page.Next, query), Body: page}, nil
}

// statuses returns the statuses of a filter in one order, so that a cursor does not depend
// on how the caller ordered them.
func statuses(names []string) []queue.Status {
	var all []queue.Status
	for _, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
		all = append(all, queue.Status(name))
	}
	return all
}
