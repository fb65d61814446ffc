package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"goniec/access"
	"goniec/api/client"
	"goniec/queue"
	"goniec/store"
)

type (
	suppressionsInput struct {
		To      string `query:"to" maxLength:"64" example:"+48600100200" doc:"Only of this number. Write the plus as %2B."`
		Purpose string `query:"purpose" enum:"care,information,marketing,staff,all" doc:"Only for this purpose."`
		Limit   int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many items at most."`
		Cursor  string `query:"cursor" maxLength:"512" doc:"The value of next of the page before. It goes with the filters it came from."`
	}
	suppressionsOutput struct {
		Link string `header:"Link" doc:"The next page, rel=next."`
		Body client.Page[client.Suppression]
	}
	suppressionInput struct {
		ID string `path:"id" maxLength:"64" doc:"The id of the suppression."`
	}
	suppressionOutput struct {
		Body client.Suppression
	}
)

// registerSuppressions adds who must not be written to.
func (s *Server) registerSuppressions() {
	register(s, s.newOperation(operation{
		id: "listSuppressions", method: http.MethodGet, path: "/v1/suppressions", tag: tagConsent, scope: access.ScopeMessages,
		summary:     "List who must not be written to",
		description: "Newest first, page by page. Retention never removes one.",
		status:      http.StatusOK,
		problems:    []int{http.StatusUnprocessableEntity},
	}), s.listSuppressions)
	bodies := newBodyReader[client.SuppressionRequest](s.api.OpenAPI().Components.Schemas)
	register(s, postOperation[client.SuppressionRequest](s, operation{
		id: "suppress", method: http.MethodPost, path: "/v1/suppressions", tag: tagConsent, scope: access.ScopeSend,
		summary:     "Note that a number must not be written to",
		description: "For one purpose or for all. A message to it is refused from now on, and one that waits is cancelled when its turn comes. Adding what there is changes nothing and answers it.",
		status:      http.StatusCreated,
		problems:    []int{http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity},
	}, maxBody), func(ctx context.Context, in *bodyInput) (*suppressionOutput, error) {
		posted, wrong, p := bodies.read(in.ContentType, in.RawBody)
		if p != nil {
			return nil, p
		}
		number, _, problem := s.config.Numbers.Read("to", posted.To)
		if problem != nil && !named(wrong, "/to") {
			wrong = append(wrong, bodyProblems(*problem)...)
		}
		if len(wrong) > 0 {
			return nil, invalid(wrong...)
		}
		wanted := queue.Suppression{
			Number: number, Purpose: queue.Purpose(posted.Purpose), Source: queue.SourceAPI, By: requestOf(ctx).caller.Name, Note: posted.Note,
		}
		if wanted.Purpose == "" {
			wanted.Purpose = queue.AllPurposes
		}
		noted, _, err := s.config.Queue.Suppress(ctx, wanted)
		if err != nil {
			return nil, failure(ctx, err)
		}
		return &suppressionOutput{Body: wireSuppression(&noted)}, nil
	})
	register(s, s.newOperation(operation{
		id: "getSuppression", method: http.MethodGet, path: "/v1/suppressions/{id}", tag: tagConsent, scope: access.ScopeMessages,
		summary:     "Read a suppression",
		description: "Since when, for what, and who said so.",
		status:      http.StatusOK,
		problems:    []int{http.StatusNotFound},
	}), func(ctx context.Context, in *suppressionInput) (*suppressionOutput, error) {
		found, err := s.config.Queue.Suppression(ctx, in.ID)
		if errors.Is(err, store.ErrNotFound) {
			return nil, newProblem(CodeSuppressionNotFound)
		}
		if err != nil {
			return nil, failure(ctx, err)
		}
		return &suppressionOutput{Body: wireSuppression(&found)}, nil
	})
	register(s, s.newOperation(operation{
		id: "unsuppress", method: http.MethodDelete, path: "/v1/suppressions/{id}", tag: tagConsent, scope: access.ScopeSend,
		summary:     "Allow writing to a number again",
		description: "The person has said so. There is an event of it, with the token.",
		status:      http.StatusNoContent,
		problems:    []int{http.StatusNotFound},
	}), func(ctx context.Context, in *suppressionInput) (*struct{}, error) {
		err := s.config.Queue.Unsuppress(ctx, in.ID, requestOf(ctx).caller.Name)
		if errors.Is(err, store.ErrNotFound) {
			return nil, newProblem(CodeSuppressionNotFound)
		}
		if err != nil {
			return nil, failure(ctx, err)
		}
		return nil, nil //nolint:nilnil // 204 has no body
	})
}

func (s *Server) listSuppressions(ctx context.Context, in *suppressionsInput) (*suppressionsOutput, error) {
	f := queue.SuppressionFilter{Purpose: queue.Purpose(in.Purpose)}
	if in.To != "" {
		to, _, p := s.config.Numbers.Read("to", unplus(in.To))
		if p != nil {
			return nil, queryProblem(p)
		}
		f.Number = to
	}
	after, p := readCursor(in.Cursor, f)
	if p != nil {
		return nil, p
	}
	found, next, err := s.config.Queue.Suppressions(ctx, f, after, in.Limit)
	if err != nil {
		return nil, failure(ctx, err)
	}
	page := client.Page[client.Suppression]{Items: make([]client.Suppression, len(found)), Next: writeCursor(next, f)}
	for i := range found {
		page.Items[i] = wireSuppression(&found[i])
	}
	query := url.Values{}
	setQuery(query, "to", f.Number.String())
	setQuery(query, "purpose", in.Purpose)
	setPage(query, time.Time{}, time.Time{}, in.Limit)
	return &suppressionsOutput{Link: nextLink("/v1/suppressions", page.Next, query), Body: page}, nil
}

func wireSuppression(s *queue.Suppression) client.Suppression {
	return client.Suppression{
		ID: s.ID, To: s.Number.String(), Purpose: client.Purpose(s.Purpose), Since: s.Since, Source: string(s.Source), By: s.By, Note: s.Note,
	}
}
