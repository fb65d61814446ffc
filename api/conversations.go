package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"goniec/access"
	"goniec/api/client"
	"goniec/queue"
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
		ID          string `path:"id" maxLength:"64" doc:"The id of the conversation."`
		ContentType string `header:"Content-Type" hidden:"true"`
		RawBody     []byte `contentType:"application/json"`
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

// registerConversations adds what was said with each number.
func (s *Server) registerConversations() {
	registry := s.api.OpenAPI().Components.Schemas
	register(s, s.newOperation(operation{
		id: "listConversations", method: http.MethodGet, path: "/v1/conversations", tag: tagInbox, scope: access.ScopeInbox,
		summary:     "List conversations",
		description: "One a number that has written, those in which something was said last first. state=waiting are those that staff has to look at.",
		status:      http.StatusOK,
		problems:    []int{http.StatusUnprocessableEntity},
	}), s.listConversations)
	register(s, s.newOperation(operation{
		id: "getConversation", method: http.MethodGet, path: "/v1/conversations/{id}", tag: tagInbox, scope: access.ScopeInbox,
		summary:     "Read a conversation",
		description: "Where it stands. What was said is at entries.",
		status:      http.StatusOK,
		problems:    []int{http.StatusNotFound},
	}), func(ctx context.Context, in *conversationInput) (*conversationOutput, error) {
		return answerTalk(ctx)(s.config.Replies.Talk(ctx, in.ID))
	})
	register(s, s.newOperation(operation{
		id: "listEntries", method: http.MethodGet, path: "/v1/conversations/{id}/entries", tag: tagInbox, scope: access.ScopeInbox,
		summary:     "Read what was said",
		description: "Texts in both directions, newest first, page by page; the first page holds the notes besides. A message of which nothing was tried yet is not among them.",
		status:      http.StatusOK,
		problems:    []int{http.StatusNotFound, http.StatusUnprocessableEntity},
	}), s.listEntries)
	changes := newBodyReader[client.ConversationChange](registry)
	register(s, postOperation[client.ConversationChange](s, operation{
		id: "changeConversation", method: http.MethodPatch, path: "/v1/conversations/{id}", tag: tagInbox, scope: access.ScopeInboxWrite,
		summary:     "Close, assign or read a conversation",
		description: "What is absent from the body stays. A closed one is opened by the next text that a person has to look at.",
		status:      http.StatusOK,
		problems:    []int{http.StatusBadRequest, http.StatusNotFound, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity},
	}, maxBody), func(ctx context.Context, in *conversationBodyInput) (*conversationOutput, error) {
		posted, wrong, p := changes.read(in.ContentType, in.RawBody)
		if p != nil {
			return nil, p
		}
		if len(wrong) > 0 {
			return nil, invalid(wrong...)
		}
		change := reply.Change{AssignedTo: posted.AssignedTo, Read: posted.Read}
		if posted.State != nil {
			state := reply.TalkState(*posted.State)
			change.State = &state
		}
		return answerTalk(ctx)(s.config.Replies.ChangeTalk(ctx, in.ID, change, requestOf(ctx).caller.Name))
	})
	notes := newBodyReader[client.NoteRequest](registry)
	register(s, postOperation[client.NoteRequest](s, operation{
		id: "addNote", method: http.MethodPost, path: "/v1/conversations/{id}/notes", tag: tagInbox, scope: access.ScopeInboxWrite,
		summary:     "Write a note about a conversation",
		description: "For colleagues; it is never sent.",
		status:      http.StatusCreated,
		problems:    []int{http.StatusBadRequest, http.StatusNotFound, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity},
	}, maxBody), func(ctx context.Context, in *conversationBodyInput) (*noteOutput, error) {
		posted, wrong, p := notes.read(in.ContentType, in.RawBody)
		if p != nil {
			return nil, p
		}
		if len(wrong) > 0 {
			return nil, invalid(wrong...)
		}
		n, err := s.config.Replies.AddNote(ctx, in.ID, posted.Text, requestOf(ctx).caller.Name)
		switch {
		case errors.Is(err, store.ErrNotFound):
			return nil, newProblem(CodeConversationNotFound)
		case errors.Is(err, reply.ErrTooLong):
			return nil, invalid(bodyField("/text", CodeEmpty))
		case err != nil:
			return nil, failure(ctx, err)
		}
		return &noteOutput{Body: wireNote(n)}, nil
	})
}

func answerTalk(ctx context.Context) func(reply.Talk, error) (*conversationOutput, error) {
	return func(t reply.Talk, err error) (*conversationOutput, error) {
		if errors.Is(err, store.ErrNotFound) {
			return nil, newProblem(CodeConversationNotFound)
		}
		if err != nil {
			return nil, failure(ctx, err)
		}
		return &conversationOutput{Body: wireTalk(&t)}, nil
	}
}

func (s *Server) listConversations(ctx context.Context, in *conversationsInput) (*conversationsOutput, error) {
	f := reply.TalkFilter{State: reply.TalkState(in.State), AssignedTo: in.AssignedTo, Unread: in.Unread}
	if in.With != "" {
		f.Number = s.config.Numbers.ReadSender(unplus(in.With))
	}
	after, p := readCursor(in.Cursor, f)
	if p != nil {
		return nil, p
	}
	found, next, err := s.config.Replies.Talks(ctx, f, after, in.Limit)
	if err != nil {
		return nil, failure(ctx, err)
	}
	page := client.Page[client.Conversation]{Items: make([]client.Conversation, len(found)), Next: writeCursor(next, f)}
	for i := range found {
		page.Items[i] = wireTalk(&found[i])
	}
	query := url.Values{}
	setQuery(query, "state", in.State)
	setQuery(query, "assigned_to", in.AssignedTo)
	setQuery(query, "with", f.Number.String())
	if in.Unread {
		query.Set("unread", "true")
	}
	setPage(query, time.Time{}, time.Time{}, in.Limit)
	return &conversationsOutput{Link: nextLink("/v1/conversations", page.Next, query), Body: page}, nil
}

func (s *Server) listEntries(ctx context.Context, in *entriesInput) (*entriesOutput, error) {
	t, err := s.config.Replies.Talk(ctx, in.ID)
	if errors.Is(err, store.ErrNotFound) {
		return nil, newProblem(CodeConversationNotFound)
	}
	if err != nil {
		return nil, failure(ctx, err)
	}
	before, p := readCursor(in.Cursor, in.ID)
	if p != nil {
		return nil, p
	}
	found, next, err := s.config.Queue.Exchange(ctx, t.Number, before, in.Limit)
	if err != nil {
		return nil, failure(ctx, err)
	}
	entries, err := s.entries(ctx, found)
	if err != nil {
		return nil, failure(ctx, err)
	}
	if in.Cursor == "" {
		notes, err := s.config.Replies.Notes(ctx, t.ID)
		if err != nil {
			return nil, failure(ctx, err)
		}
		for _, n := range notes { // in front, for whoever writes one has read what was said
			note := wireNote(n)
			entries = append([]client.Entry{{At: n.At, Note: &note}}, entries...)
		}
		sortEntries(entries)
	}
	page := client.Page[client.Entry]{Items: entries, Next: writeCursor(next, in.ID)}
	query := url.Values{}
	setPage(query, time.Time{}, time.Time{}, in.Limit)
	return &entriesOutput{Link: nextLink("/v1/conversations/"+in.ID+"/entries", page.Next, query), Body: page}, nil
}

// entries puts texts of an exchange into what goes over the wire.
func (s *Server) entries(ctx context.Context, found []queue.Exchanged) ([]client.Entry, error) {
	lang := requestOf(ctx).language()
	var messages []client.Message
	var inbound []client.Inbound
	for _, e := range found {
		if e.Out != nil {
			messages = append(messages, wireMessage(e.Out, lang))
		} else {
			inbound = append(inbound, wireInbound(e.In))
		}
	}
	if err := s.addQuestions(ctx, messages); err != nil {
		return nil, err
	}
	if err := s.addAnswers(ctx, inbound); err != nil {
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

// sortEntries puts the newest first.
func sortEntries(entries []client.Entry) {
	slices.SortStableFunc(entries, func(a, b client.Entry) int { return b.At.Compare(a.At) })
}

func wireTalk(t *reply.Talk) client.Conversation {
	return client.Conversation{
		ID: t.ID, With: t.Number.String(), State: string(t.State), Reason: string(t.Reason), Unread: t.Unread, AssignedTo: t.AssignedTo,
		Notes: t.Notes, Since: t.Since, At: t.At,
	}
}

func wireNote(n reply.Note) client.Note {
	return client.Note{ID: n.ID, Text: n.Text, By: n.By, At: n.At}
}
