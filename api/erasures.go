package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"goniec/access"
	"goniec/api/client"
	"goniec/catalogue"
	"goniec/pdu"
	"goniec/queue"
)

// Erase erases everything about a number and returns the proof. Its error is
// ErrNumberBusy or that of the store.
type Erase func(ctx context.Context, e Erasing) (queue.Erasure, error)

// Erasing is what Erase is asked to do.
type Erasing struct {
	Number       pdu.Address
	By           string // who asks
	Suppressions bool   // erase those as well
}

// ErrNumberBusy says that a number cannot be erased at this moment: a modem sends to it,
// or new texts keep coming, or a backup is being read.
var ErrNumberBusy = errors.New("number is in use")

// eraseLimit is how long an erasure may take. On a small box with a great many messages
// it is minutes.
const eraseLimit = 30 * time.Minute

type (
	erasuresInput struct {
		Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many items at most."`
		Cursor string `query:"cursor" maxLength:"512" doc:"The value of next of the page before."`
	}
	erasuresOutput struct {
		Link string `header:"Link" doc:"The next page, rel=next."`
		Body client.Page[client.Erasure]
	}
	erasureOutput struct {
		Body client.Erasure
	}
)

// registerErasures adds the right to be forgotten.
func (s *Server) registerErasures() {
	bodies := newBodyReader[client.ErasureRequest](s.api.OpenAPI().Components.Schemas)
	register(s, postOperation[client.ErasureRequest](s, operation{
		id: "eraseNumber", method: http.MethodPost, path: "/v1/erasures", tag: tagConsent, scope: access.ScopeAdmin,
		summary: "Forget a number",
		description: "Removes everything that is kept of it: messages, received texts, calls, the conversation, and what was remembered to send well. What waits is cancelled. " +
			"That it must not be written to stays, unless asked otherwise. The answer comes when a last look has found nothing and what was deleted has been overwritten in the file, " +
			"after seconds or minutes; it is the proof. 409 while a modem sends to the number. Calling again goes on, and does no harm.",
		status: http.StatusOK,
		problems: []int{
			http.StatusBadRequest, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity,
		},
	}, maxBody), func(ctx context.Context, in *bodyInput) (*erasureOutput, error) {
		posted, wrong, p := bodies.read(in.ContentType, in.RawBody)
		if p != nil {
			return nil, p
		}
		number, problem := s.config.Numbers.ReadKnown("number", posted.Number)
		if problem != nil && !named(wrong, "/number") {
			wrong = append(wrong, bodyProblems(*problem)...)
		}
		if len(wrong) > 0 {
			return nil, invalid(wrong...)
		}
		return s.erase(ctx, Erasing{Number: number, By: requestOf(ctx).caller.Name, Suppressions: posted.Suppressions})
	})
	register(s, s.newOperation(operation{
		id: "listErasures", method: http.MethodGet, path: "/v1/erasures", tag: tagConsent, scope: access.ScopeAdmin,
		summary:     "List proofs of erasures",
		description: "Newest first, page by page. They name no number. Retention never removes one.",
		status:      http.StatusOK,
		problems:    []int{http.StatusUnprocessableEntity},
	}), s.listErasures)
}

func (s *Server) erase(ctx context.Context, e Erasing) (*erasureOutput, error) {
	r := requestOf(ctx)
	r.extend(eraseLimit)
	ctx, cancel := context.WithTimeout(ctx, eraseLimit)
	defer cancel()
	s.log.Info("a number is being erased", "to", e.Number, "by", e.By)
	proof, err := s.config.Erase(ctx, e)
	if errors.Is(err, ErrNumberBusy) {
		return nil, &problem{code: CodeNumberBusy, cause: err}
	}
	if err != nil {
		return nil, failure(ctx, err)
	}
	s.log.Info("a number was erased", "erasure", proof.ID, "messages", proof.Messages, "received", proof.Received, "overwritten", proof.Overwritten)
	body := wireErasure(&proof)
	body.Remark = catalogue.Text(r.language(), catalogue.ErasureRemark)
	return &erasureOutput{Body: body}, nil
}

func (s *Server) listErasures(ctx context.Context, in *erasuresInput) (*erasuresOutput, error) {
	after, p := readCursor(in.Cursor, "")
	if p != nil {
		return nil, p
	}
	found, next, err := s.config.Queue.Erasures(ctx, after, in.Limit)
	if err != nil {
		return nil, failure(ctx, err)
	}
	page := client.Page[client.Erasure]{Items: make([]client.Erasure, len(found)), Next: writeCursor(next, "")}
	for i := range found {
		page.Items[i] = wireErasure(&found[i])
	}
	query := url.Values{}
	setPage(query, time.Time{}, time.Time{}, in.Limit)
	return &erasuresOutput{Link: nextLink("/v1/erasures", page.Next, query), Body: page}, nil
}

func wireErasure(e *queue.Erasure) client.Erasure {
	return client.Erasure{
		ID: e.ID, At: e.At, By: e.By, Messages: e.Messages, Received: e.Received, Calls: e.Calls, Conversations: e.Talks, Other: e.Other,
		Overwritten: e.Overwritten, Suppressions: e.Kept,
	}
}
