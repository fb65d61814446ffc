package incoming

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"goniec/access"
	"goniec/api/client"
	"goniec/api/rest"
	"goniec/api/wire"
	"goniec/inbox"
	"goniec/reply"
	"goniec/store"
)

type (
	conversationsInput struct {
		State      string `query:"state" enum:"open,waiting,closed" doc:"Only in this state."`
		AssignedTo string `query:"assigned_to" maxLength:"64" doc:"Only those that this person looks after."`
		With       string `query:"with" maxLength:"64" example:"+48600100200" doc:"Only that with this number. Write the plus as %2B."`
		Unread     bool   `query:"unread" doc:"Only those with unread texts."`
		Limit      int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many items at most."`
		Cursor     string `query:"cursor" maxLength:"512" doc:"The value of next of the page before. It goes with the filters it came from."`
	}
	conversationsOutput struct {
		Link string `header:"Link" doc:"The next page, rel=next."`
		Body client.Page[client.Conversation]
	}
	conversationInput struct {
		ID string `path:"id" maxLength:"64" doc:"The id of the conversation."`
	}
	conversationBodyInput struct {
		ID string `path:"id" maxLength:"64" doc:"The id of the conversation."`
		rest.Input
	}
	conversationOutput struct {
		Body client.Conversation
	}
	entriesInput struct {
		ID     string `path:"id" maxLength:"64" doc:"The id of the conversation."`
		Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many texts at most."`
		Cursor string `query:"cursor" maxLength:"512" doc:"The value of next of the page before."`
	}
	entriesOutput struct {
		Link string `header:"Link" doc:"The next page, rel=next."`
		Body client.Page[client.Entry]
	}
	noteOutput struct {
		Body client.Note
	}
)

// registerConversations adds the operations on conversations.
func (res Resource) registerConversations(s *rest.Server) {
	closed := string(reply.ConversationClosed)
	rest.Register(s, rest.Operation{
		ID: "listConversations", Method: http.MethodGet, Path: "/v1/conversations", Tag: "Inbox", Scope: access.ScopeInbox,
		Summary:     "List conversations",
		Description: "One a number that has written, those in which something was said last first. state=waiting are those that staff has to look at.",
		Status:      http.StatusOK,
		Problems:    []int{http.StatusUnprocessableEntity},
	}, res.listConversations)
	rest.Register(s, rest.Operation{
		ID: "getConversation", Method: http.MethodGet, Path: "/v1/conversations/{id}", Tag: "Inbox", Scope: access.ScopeInbox,
		Summary:     "Read a conversation",
		Description: "Where it stands. What was said is at entries.",
		Status:      http.StatusOK,
		Problems:    []int{http.StatusNotFound},
	}, func(ctx context.Context, in *conversationInput) (*conversationOutput, error) {
		t, err := res.Replies.Conversation(ctx, in.ID)
		return answerConversation(ctx, t, err)
	})
	rest.Register(s, rest.Operation{
		ID: "listEntries", Method: http.MethodGet, Path: "/v1/conversations/{id}/entries", Tag: "Inbox", Scope: access.ScopeInbox,
		Summary:     "Read what was said",
		Description: "Texts in both directions, newest first, page by page; the first page holds the notes besides. A message of which nothing was tried yet is not among them.",
		Status:      http.StatusOK,
		Problems:    []int{http.StatusNotFound, http.StatusUnprocessableEntity},
	}, res.listEntries)
	changes := rest.NewBodyReader[client.ConversationChange](s)
	rest.Register(s, rest.Operation{
		ID: "changeConversation", Method: http.MethodPatch, Path: "/v1/conversations/{id}", Tag: "Inbox", Scope: access.ScopeInboxWrite,
		Summary:     "Close, assign or read a conversation",
		Description: "What is absent from the body stays. A closed one is opened by the next text that a person has to look at.",
		Status:      http.StatusOK,
		Problems:    []int{http.StatusNotFound},
		Body:        client.ConversationChange{State: &closed},
	}, func(ctx context.Context, in *conversationBodyInput) (*conversationOutput, error) {
		posted, p := changes.ReadWhole(in.Input)
		if p != nil {
			return nil, p
		}
		change := reply.Change{AssignedTo: posted.AssignedTo, Read: posted.Read}
		if posted.State != nil {
			state := reply.ConversationState(*posted.State)
			change.State = &state
		}
		t, err := res.Replies.ChangeConversation(ctx, in.ID, change, rest.RequestOf(ctx).Caller().Name)
		return answerConversation(ctx, t, err)
	})
	notes := rest.NewBodyReader[client.NoteRequest](s)
	rest.Register(s, rest.Operation{
		ID: "addNote", Method: http.MethodPost, Path: "/v1/conversations/{id}/notes", Tag: "Inbox", Scope: access.ScopeInboxWrite,
		Summary:     "Write a note about a conversation",
		Description: "For colleagues; it is never sent.",
		Status:      http.StatusCreated,
		Problems:    []int{http.StatusNotFound},
		Body:        client.NoteRequest{Text: "Call after 15:00."},
	}, func(ctx context.Context, in *conversationBodyInput) (*noteOutput, error) {
		posted, p := notes.ReadWhole(in.Input)
		if p != nil {
			return nil, p
		}
		n, err := res.Replies.AddNote(ctx, in.ID, posted.Text, rest.RequestOf(ctx).Caller().Name)
		switch {
		case errors.Is(err, store.ErrNotFound):
			return nil, rest.NewProblem(rest.CodeConversationNotFound)
		case errors.Is(err, reply.ErrTooLong):
			return nil, rest.Invalid(rest.BodyField("/text", rest.CodeEmpty))
		case err != nil:
			return nil, rest.Failure(ctx, err)
		}
		return &noteOutput{Body: wireNote(n)}, nil
	})
}

// answerConversation answers with a conversation, or with the problem for the error of reply.
func answerConversation(ctx context.Context, t reply.Conversation, err error) (*conversationOutput, error) {
	if errors.Is(err, store.ErrNotFound) {
		return nil, rest.NewProblem(rest.CodeConversationNotFound)
	}
	if err != nil {
		return nil, rest.Failure(ctx, err)
	}
	return &conversationOutput{Body: wireConversation(&t)}, nil
}

func (res Resource) listConversations(ctx context.Context, in *conversationsInput) (*conversationsOutput, error) {
	f := reply.ConversationFilter{State: reply.ConversationState(in.State), AssignedTo: in.AssignedTo, Unread: in.Unread}
	if in.With != "" {
		f.Number = res.Numbers.ReadSender(rest.Unplus(in.With))
	}
	after, p := rest.ReadCursor(in.Cursor, f)
	if p != nil {
		return nil, p
	}
	found, next, err := res.Replies.Conversations(ctx, f, after, in.Limit)
	if err != nil {
		return nil, rest.Failure(ctx, err)
	}
	page := client.Page[client.Conversation]{Items: make([]client.Conversation, len(found)), Next: rest.WriteCursor(next, f)}
	for i := range found {
		page.Items[i] = wireConversation(&found[i])
	}
	query := url.Values{}
	rest.SetQuery(query, "state", in.State)
	rest.SetQuery(query, "assigned_to", in.AssignedTo)
	rest.SetQuery(query, "with", f.Number.String())
	if in.Unread {
		query.Set("unread", "true")
	}
	rest.SetPage(query, time.Time{}, time.Time{}, in.Limit)
	return &conversationsOutput{Link: rest.NextLink("/v1/conversations", page.Next, query), Body: page}, nil
}

func (res Resource) listEntries(ctx context.Context, in *entriesInput) (*entriesOutput, error) {
	t, err := res.Replies.Conversation(ctx, in.ID)
	if errors.Is(err, store.ErrNotFound) {
		return nil, rest.NewProblem(rest.CodeConversationNotFound)
	}
	if err != nil {
		return nil, rest.Failure(ctx, err)
	}
	before, p := rest.ReadCursor(in.Cursor, in.ID)
	if p != nil {
		return nil, p
	}
	found, next, err := res.Inbox.Exchange(ctx, t.Number, before, in.Limit)
	if err != nil {
		return nil, rest.Failure(ctx, err)
	}
	entries, err := res.entries(ctx, found)
	if err != nil {
		return nil, rest.Failure(ctx, err)
	}
	if in.Cursor == "" {
		notes, err := res.Replies.Notes(ctx, t.ID)
		if err != nil {
			return nil, rest.Failure(ctx, err)
		}
		for _, n := range notes { // notes before texts of the same time, because a note follows the reading of the text
			note := wireNote(n)
			entries = append([]client.Entry{{At: n.At, Note: &note}}, entries...)
		}
		sortEntries(entries)
	}
	page := client.Page[client.Entry]{Items: entries, Next: rest.WriteCursor(next, in.ID)}
	query := url.Values{}
	rest.SetPage(query, time.Time{}, time.Time{}, in.Limit)
	return &entriesOutput{Link: rest.NextLink("/v1/conversations/"+in.ID+"/entries", page.Next, query), Body: page}, nil
}

// entries converts texts of an exchange to their wire types.
func (res Resource) entries(ctx context.Context, found []inbox.Exchanged) ([]client.Entry, error) {
	lang := rest.RequestOf(ctx).Language()
	var messages []client.Message
	var inbound []client.Inbound
	for _, e := range found {
		if e.Out != nil {
			messages = append(messages, wire.Message(e.Out, lang))
		} else {
			inbound = append(inbound, wire.Inbound(e.In))
		}
	}
	if err := wire.AddQuestions(ctx, res.Replies, messages); err != nil {
		return nil, err
	}
	if err := wire.AddAnswers(ctx, res.Replies, inbound); err != nil {
		return nil, err
	}
	entries := make([]client.Entry, 0, len(found))
	for _, e := range found {
		if e.Out != nil {
			entries = append(entries, client.Entry{At: messages[0].CreatedAt, Message: &messages[0]})
			messages = messages[1:]
		} else {
			entries = append(entries, client.Entry{At: inbound[0].ReceivedAt, Inbound: &inbound[0]})
			inbound = inbound[1:]
		}
	}
	return entries, nil
}

// sortEntries sorts entries newest first.
func sortEntries(entries []client.Entry) {
	slices.SortStableFunc(entries, func(a, b client.Entry) int { return b.At.Compare(a.At) })
}

func wireConversation(t *reply.Conversation) client.Conversation {
	return client.Conversation{
		ID: t.ID, With: t.Number.String(), State: string(t.State), Reason: string(t.Reason), Unread: t.Unread, AssignedTo: t.AssignedTo,
		Notes: t.Notes, Since: t.Since, At: t.At,
	}
}

func wireNote(n reply.Note) client.Note {
	return client.Note{ID: n.ID, Text: n.Text, By: n.By, At: n.At}
}
