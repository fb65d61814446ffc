// Package incoming is the resource of the API for received messages, missed calls, and
// their conversations.
package incoming

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"goniec/accept"
	"goniec/access"
	"goniec/api/client"
	"goniec/api/rest"
	"goniec/api/wire"
	"goniec/inbox"
	"goniec/reply"
	"goniec/store"
)

type (
	inboxInput struct {
		From   string    `query:"from" maxLength:"64" example:"+48600100200" doc:"Only messages from this number or name. Write a plus as %2B."`
		Since  time.Time `query:"since" doc:"Only messages received at this time or later."`
		Until  time.Time `query:"until" doc:"Only messages received before this time."`
		Limit  int       `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many items at most."`
		Cursor string    `query:"cursor" maxLength:"512" doc:"The value of next of the page before. It goes with the filters it came from."`
	}
	answeredInput struct {
		From   string    `query:"from" maxLength:"64" example:"+48600100200" doc:"Only messages from this number or name. Write a plus as %2B."`
		Since  time.Time `query:"since" doc:"Only messages received at this time or later."`
		Until  time.Time `query:"until" doc:"Only messages received before this time."`
		Limit  int       `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many items at most."`
		Cursor string    `query:"cursor" maxLength:"512" doc:"The value of next of the page before. It goes with the filters it came from."`
		Answer string    `query:"answer" enum:"yes,no,unclear,choice,number,text" doc:"Only messages that answer a question so. A page may then be short, even empty, and still have a next."`
	}
	inboxOutput struct {
		Link string `header:"Link" doc:"The next page, rel=next."`
		Body client.Page[client.Inbound]
	}
	inboundInput struct {
		ID string `path:"id" maxLength:"64" example:"019aa8f0-5c1e-7d3a-9b42-6f0e8c2d1a57" doc:"The id of the message."`
	}
	inboundOutput struct {
		Body client.Inbound
	}
)

// Resource holds the dependencies of the operations.
type Resource struct {
	Inbox   *inbox.Inbox
	Replies Replies
	Numbers accept.Numbers
}

// Replies stores the conversations; implemented by reply.Replies.
type Replies interface {
	wire.Replies
	Conversation(ctx context.Context, id string) (reply.Conversation, error)
	Conversations(ctx context.Context, f reply.ConversationFilter, after string, limit int) ([]reply.Conversation, string, error)
	ChangeConversation(ctx context.Context, id string, c reply.Change, by string) (reply.Conversation, error)
	Notes(ctx context.Context, id string) ([]reply.Note, error)
	AddNote(ctx context.Context, id, text, by string) (reply.Note, error)
	Decide(ctx context.Context, inboundID string, d reply.Decision, by string) error
	TakeBack(ctx context.Context, inboundID, by string) error
	Words(ctx context.Context) ([]reply.Word, error)
}

// Register adds the operations to s.
func (res Resource) Register(s *rest.Server) {
	res.registerInbox(s)
	res.registerCalls(s)
	res.registerConversations(s)
	res.registerDecisions(s)
}

func (res Resource) registerInbox(s *rest.Server) {
	rest.Register(s, rest.Operation{
		ID: "listInbox", Method: http.MethodGet, Path: "/v1/inbox", Tag: "Inbox", Scope: access.ScopeInbox,
		Summary:     "List received messages",
		Description: "Newest first, page by page.",
		Status:      http.StatusOK,
		Problems:    []int{http.StatusUnprocessableEntity},
	}, res.listInbox)
	rest.Register(s, rest.Operation{
		ID: "getInbound", Method: http.MethodGet, Path: "/v1/inbox/{id}", Tag: "Inbox", Scope: access.ScopeInbox,
		Summary:     "Read a received message",
		Description: "The message put together from its parts.",
		Status:      http.StatusOK,
		Problems:    []int{http.StatusNotFound},
	}, func(ctx context.Context, in *inboundInput) (*inboundOutput, error) { return res.inbound(ctx, in.ID) })
}

// inbound answers with a received message.
func (res Resource) inbound(ctx context.Context, id string) (*inboundOutput, error) {
	m, err := res.Inbox.Message(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, rest.NewProblem(rest.CodeInboundNotFound)
	}
	if err != nil {
		return nil, rest.Failure(ctx, err)
	}
	body := []client.Inbound{wire.Inbound(&m)}
	if err := wire.AddAnswers(ctx, res.Replies, body); err != nil {
		return nil, rest.Failure(ctx, err)
	}
	return &inboundOutput{Body: body[0]}, nil
}

func (res Resource) listInbox(ctx context.Context, in *answeredInput) (*inboxOutput, error) {
	link, page, err := incoming(ctx, res, "/v1/inbox", inboxInput{in.From, in.Since, in.Until, in.Limit, in.Cursor}, res.Inbox.Page, wire.Inbound)
	if err != nil {
		return nil, err
	}
	if err := wire.AddAnswers(ctx, res.Replies, page.Items); err != nil {
		return nil, rest.Failure(ctx, err)
	}
	page.Items = withAnswer(page.Items, in.Answer)
	if in.Answer != "" && link != "" {
		link = strings.Replace(link, "?", "?answer="+in.Answer+"&", 1)
	}
	return &inboxOutput{Link: link, Body: page}, nil
}

// incoming lists received texts or calls, newest first, with the link to the next page.
func incoming[M, W any](
	ctx context.Context, res Resource, path string, in inboxInput,
	list func(ctx context.Context, f inbox.Filter, after string, limit int) ([]M, string, error), wire func(*M) W,
) (link string, page client.Page[W], err error) {
	f := inbox.Filter{Since: in.Since, Until: in.Until}
	if in.From != "" {
		f.From = res.Numbers.ReadSender(rest.Unplus(in.From))
	}
	after, p := rest.ReadCursor(in.Cursor, f)
	if p != nil {
		return "", page, p
	}
	found, next, err := list(ctx, f, after, in.Limit)
	if err != nil {
		return "", page, rest.Failure(ctx, err)
	}
	page = client.Page[W]{Items: make([]W, len(found)), Next: rest.WriteCursor(next, f)}
	for i := range found {
		page.Items[i] = wire(&found[i])
	}
	query := url.Values{}
	rest.SetQuery(query, "from", f.From.String())
	rest.SetPage(query, in.Since, in.Until, in.Limit)
	return rest.NextLink(path, page.Next, query), page, nil
}

// withAnswer returns the received messages whose answer has this value.
func withAnswer(inbound []client.Inbound, value string) []client.Inbound {
	if value == "" {
		return inbound
	}
	return slices.DeleteFunc(inbound, func(in client.Inbound) bool {
		return in.Answer == nil || in.Answer.Value != value
	})
}
