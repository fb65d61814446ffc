package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"goniec/access"
	"goniec/api/client"
	"goniec/queue"
	"goniec/store"
)

type (
	messagesInput struct {
		Status    string    `query:"status" enum:"scheduled,queued,sending,sent,delivered,failed,expired,cancelled,held,uncertain" doc:"Only messages in this state."`
		To        string    `query:"to" maxLength:"64" example:"+48600100200" doc:"Only messages to this number. Write the plus as %2B."`
		Reference string    `query:"reference" maxLength:"128" doc:"Only messages with this reference."`
		Since     time.Time `query:"since" doc:"Only messages accepted at this time or later."`
		Until     time.Time `query:"until" doc:"Only messages accepted before this time."`
		Limit     int       `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many items at most."`
		Cursor    string    `query:"cursor" maxLength:"512" doc:"The value of next of the page before. It goes with the filters it came from."`
	}
	messagesOutput struct {
		Link string `header:"Link" doc:"The next page, rel=next."`
		Body client.Page[client.Message]
	}
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
	inboundOutput struct {
		Body client.Inbound
	}
)

func (s *Server) registerMessageList() {
	register(s, s.newOperation(operation{
		id: "listMessages", method: http.MethodGet, path: "/v1/messages", tag: tagMessages, scope: access.ScopeMessages,
		summary:     "List messages",
		description: "Newest first, page by page.",
		status:      http.StatusOK,
		problems:    []int{http.StatusUnprocessableEntity},
	}), s.listMessages)
}

func (s *Server) registerInbox() {
	register(s, s.newOperation(operation{
		id: "listInbox", method: http.MethodGet, path: "/v1/inbox", tag: tagInbox, scope: access.ScopeInbox,
		summary:     "List received messages",
		description: "Newest first, page by page.",
		status:      http.StatusOK,
		problems:    []int{http.StatusUnprocessableEntity},
	}), s.listInbox)
	register(s, s.newOperation(operation{
		id: "getInbound", method: http.MethodGet, path: "/v1/inbox/{id}", tag: tagInbox, scope: access.ScopeInbox,
		summary:     "Read a received message",
		description: "The message put together from its parts.",
		status:      http.StatusOK,
		problems:    []int{http.StatusNotFound},
	}), func(ctx context.Context, in *messageInput) (*inboundOutput, error) {
		m, err := s.config.Queue.Inbound(ctx, in.ID)
		if errors.Is(err, store.ErrNotFound) {
			return nil, newProblem(CodeInboundNotFound)
		}
		if err != nil {
			return nil, failure(ctx, err)
		}
		body := []client.Inbound{wireInbound(&m)}
		if err := s.addAnswers(ctx, body); err != nil {
			return nil, failure(ctx, err)
		}
		return &inboundOutput{Body: body[0]}, nil
	})
}

func (s *Server) listMessages(ctx context.Context, in *messagesInput) (*messagesOutput, error) {
	f := queue.Filter{Status: queue.Status(in.Status), Reference: in.Reference, Since: in.Since, Until: in.Until}
	if in.To != "" {
		to, _, p := s.config.Numbers.Read("to", unplus(in.To))
		if p != nil {
			return nil, queryProblem(p)
		}
		f.To = to
	}
	after, p := readCursor(in.Cursor, f)
	if p != nil {
		return nil, p
	}
	found, next, err := s.config.Queue.Messages(ctx, f, after, in.Limit)
	if err != nil {
		return nil, failure(ctx, err)
	}
	lang := requestOf(ctx).language()
	page := client.Page[client.Message]{Items: make([]client.Message, len(found)), Next: writeCursor(next, f)}
	for i := range found {
		page.Items[i] = wireMessage(&found[i], lang)
	}
	if err := s.addQuestions(ctx, page.Items); err != nil {
		return nil, failure(ctx, err)
	}
	query := url.Values{}
	setQuery(query, "status", in.Status)
	setQuery(query, "to", f.To.String())
	setQuery(query, "reference", in.Reference)
	setPage(query, in.Since, in.Until, in.Limit)
	return &messagesOutput{Link: nextLink("/v1/messages", page.Next, query), Body: page}, nil
}

func (s *Server) listInbox(ctx context.Context, in *answeredInput) (*inboxOutput, error) {
	link, page, err := incoming(ctx, s, "/v1/inbox", inboxInput{in.From, in.Since, in.Until, in.Limit, in.Cursor}, s.config.Queue.Inbox, wireInbound)
	if err != nil {
		return nil, err
	}
	if err := s.addAnswers(ctx, page.Items); err != nil {
		return nil, failure(ctx, err)
	}
	page.Items = withAnswer(page.Items, in.Answer)
	if in.Answer != "" && link != "" {
		link = strings.Replace(link, "?", "?answer="+in.Answer+"&", 1)
	}
	return &inboxOutput{Link: link, Body: page}, nil
}

// incoming lists what has come in, texts or calls, newest first, and the link to the
// next page.
func incoming[M, W any](
	ctx context.Context, s *Server, path string, in inboxInput,
	list func(ctx context.Context, f queue.InboxFilter, after string, limit int) ([]M, string, error), wire func(*M) W,
) (link string, page client.Page[W], err error) {
	f := queue.InboxFilter{Since: in.Since, Until: in.Until}
	if in.From != "" {
		f.From = s.config.Numbers.ReadSender(unplus(in.From))
	}
	after, p := readCursor(in.Cursor, f)
	if p != nil {
		return "", page, p
	}
	found, next, err := list(ctx, f, after, in.Limit)
	if err != nil {
		return "", page, failure(ctx, err)
	}
	page = client.Page[W]{Items: make([]W, len(found)), Next: writeCursor(next, f)}
	for i := range found {
		page.Items[i] = wire(&found[i])
	}
	query := url.Values{}
	setQuery(query, "from", f.From.String())
	setPage(query, in.Since, in.Until, in.Limit)
	return nextLink(path, page.Next, query), page, nil
}

// unplus restores the plus that a query string turns into a space unless it is
// written as %2B.
func unplus(number string) string {
	if rest, ok := strings.CutPrefix(number, " "); ok {
		return "+" + rest
	}
	return number
}

// nextLink is the header Link to the next page (RFC 8288).
func nextLink(path, next string, query url.Values) string {
	if next == "" {
		return ""
	}
	query.Set("cursor", next)
	return "<" + path + "?" + query.Encode() + `>; rel="next"`
}

func setPage(query url.Values, since, until time.Time, limit int) {
	if !since.IsZero() {
		query.Set("since", since.Format(time.RFC3339Nano))
	}
	if !until.IsZero() {
		query.Set("until", until.Format(time.RFC3339Nano))
	}
	query.Set("limit", strconv.Itoa(limit))
}

func setQuery(query url.Values, name, value string) {
	if value != "" {
		query.Set(name, value)
	}
}

// filterMark is how many bytes of a filter's hash stand in a cursor.
const filterMark = 6

// writeCursor makes a cursor of the place where a page ended. It holds a mark of
// the filter, because the place means nothing with another one.
func writeCursor(place string, filter any) string {
	if place == "" {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(append(markOf(filter), place...))
}

// readCursor returns the place that a cursor stands for.
func readCursor(cursor string, filter any) (string, *problem) {
	if cursor == "" {
		return "", nil
	}
	data, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(data) <= filterMark || !bytes.Equal(data[:filterMark], markOf(filter)) {
		return "", invalid(fieldProblem{in: "query", field: "cursor", code: CodeCursorInvalid})
	}
	return string(data[filterMark:]), nil
}

func markOf(filter any) []byte {
	data, err := json.Marshal(filter)
	if err != nil {
		return make([]byte, filterMark) // filters are plain data and always encode
	}
	sum := sha256.Sum256(data)
	return sum[:filterMark]
}
