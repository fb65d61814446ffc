package consent

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"goniec/access"
	"goniec/api/client"
	"goniec/api/rest"
	"goniec/store"
	"goniec/suppression"
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

// registerSuppressions adds the operations on suppressions.
func (res Resource) registerSuppressions(s *rest.Server) {
	rest.Register(s, rest.Operation{
		ID: "listSuppressions", Method: http.MethodGet, Path: "/v1/suppressions", Tag: "Consent", Scope: access.ScopeMessages,
		Summary:     "List who must not be written to",
		Description: "Newest first, page by page. Retention never removes one.",
		Status:      http.StatusOK,
		Problems:    []int{http.StatusUnprocessableEntity},
	}, res.listSuppressions)
	bodies := rest.NewBodyReader[client.SuppressionRequest](s)
	rest.Register(s, rest.Operation{
		ID: "suppress", Method: http.MethodPost, Path: "/v1/suppressions", Tag: "Consent", Scope: access.ScopeSend,
		Summary:     "Note that a number must not be written to",
		Description: "For one purpose or for all. A message to it is refused from now on, and one that waits is cancelled when its turn comes. Adding what there is changes nothing and answers it.",
		Status:      http.StatusCreated,
		Body:        client.SuppressionRequest{To: "+48600100200", Purpose: "marketing", Note: "asked at the desk"},
	}, func(ctx context.Context, in *rest.Input) (*suppressionOutput, error) {
		posted, wrong, p := bodies.Read(*in)
		if p != nil {
			return nil, p
		}
		number, _, problem := res.Numbers.Read("to", posted.To)
		if problem != nil && !rest.Named(wrong, "/to") {
			wrong = append(wrong, rest.BodyProblems(*problem)...)
		}
		if len(wrong) > 0 {
			return nil, rest.Invalid(wrong...)
		}
		wanted := suppression.Suppression{
			Number: number, Purpose: suppression.Purpose(posted.Purpose), Source: suppression.FromAPI, By: rest.RequestOf(ctx).Caller().Name, Note: posted.Note,
		}
		if wanted.Purpose == "" {
			wanted.Purpose = suppression.All
		}
		noted, _, err := res.Suppressions.Add(ctx, wanted)
		if err != nil {
			return nil, rest.Failure(ctx, err)
		}
		return &suppressionOutput{Body: wireSuppression(&noted)}, nil
	})
	rest.Register(s, rest.Operation{
		ID: "getSuppression", Method: http.MethodGet, Path: "/v1/suppressions/{id}", Tag: "Consent", Scope: access.ScopeMessages,
		Summary:     "Read a suppression",
		Description: "Since when, for what, and who said so.",
		Status:      http.StatusOK,
		Problems:    []int{http.StatusNotFound},
	}, func(ctx context.Context, in *suppressionInput) (*suppressionOutput, error) {
		found, err := res.Suppressions.Suppression(ctx, in.ID)
		if errors.Is(err, store.ErrNotFound) {
			return nil, rest.NewProblem(rest.CodeSuppressionNotFound)
		}
		if err != nil {
			return nil, rest.Failure(ctx, err)
		}
		return &suppressionOutput{Body: wireSuppression(&found)}, nil
	})
	rest.Register(s, rest.Operation{
		ID: "unsuppress", Method: http.MethodDelete, Path: "/v1/suppressions/{id}", Tag: "Consent", Scope: access.ScopeSend,
		Summary:     "Allow writing to a number again",
		Description: "The person has said so. There is an event of it, with the token.",
		Status:      http.StatusNoContent,
		Problems:    []int{http.StatusNotFound},
	}, func(ctx context.Context, in *suppressionInput) (*struct{}, error) {
		err := res.Suppressions.Remove(ctx, in.ID, rest.RequestOf(ctx).Caller().Name)
		if errors.Is(err, store.ErrNotFound) {
			return nil, rest.NewProblem(rest.CodeSuppressionNotFound)
		}
		if err != nil {
			return nil, rest.Failure(ctx, err)
		}
		return nil, nil //nolint:nilnil // 204 has no body
	})
}

func (res Resource) listSuppressions(ctx context.Context, in *suppressionsInput) (*suppressionsOutput, error) {
	f := suppression.Filter{Purpose: suppression.Purpose(in.Purpose)}
	if in.To != "" {
		to, _, p := res.Numbers.Read("to", rest.Unplus(in.To))
		if p != nil {
			return nil, rest.QueryProblem(p)
		}
		f.Number = to
	}
	after, p := rest.ReadCursor(in.Cursor, f)
	if p != nil {
		return nil, p
	}
	found, next, err := res.Suppressions.Page(ctx, f, after, in.Limit)
	if err != nil {
		return nil, rest.Failure(ctx, err)
	}
	page := client.Page[client.Suppression]{Items: make([]client.Suppression, len(found)), Next: rest.WriteCursor(next, f)}
	for i := range found {
		page.Items[i] = wireSuppression(&found[i])
	}
	query := url.Values{}
	rest.SetQuery(query, "to", f.Number.String())
	rest.SetQuery(query, "purpose", in.Purpose)
	rest.SetPage(query, time.Time{}, time.Time{}, in.Limit)
	return &suppressionsOutput{Link: rest.NextLink("/v1/suppressions", page.Next, query), Body: page}, nil
}

func wireSuppression(s *suppression.Suppression) client.Suppression {
	return client.Suppression{
		ID: s.ID, To: s.Number.String(), Purpose: client.Purpose(s.Purpose), Since: s.Since, Source: string(s.Source), By: s.By, Note: s.Note,
	}
}
