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
	"goniec/catalogue"
	"goniec/queue"
)

// eraseLimit bounds an erasure. On a small box with many messages it takes minutes.
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

// registerErasures adds the operations on erasures.
func (res Resource) registerErasures(s *rest.Server) {
	bodies := rest.NewBodyReader[client.ErasureRequest](s)
	rest.Register(s, rest.Operation{
		ID: "eraseNumber", Method: http.MethodPost, Path: "/v1/erasures", Tag: "Consent", Scope: access.ScopeAdmin,
		Summary: "Forget a number",
		Description: "Removes everything that is kept of it: messages, received texts, calls, the conversation, and what was remembered to send well. What waits is cancelled. " +
			"That it must not be written to stays, unless asked otherwise. The answer comes when a last look has found nothing and what was deleted has been overwritten in the file, " +
			"after seconds or minutes; it is the proof. 409 while a modem sends to the number. Calling again goes on, and does no harm.",
		Status:   http.StatusOK,
		Problems: []int{http.StatusConflict},
		Body:     client.ErasureRequest{Number: "+48600100200"},
	}, func(ctx context.Context, in *rest.Input) (*erasureOutput, error) {
		posted, wrong, p := bodies.Read(*in)
		if p != nil {
			return nil, p
		}
		number, problem := res.Numbers.ReadKnown("number", posted.Number)
		if problem != nil && !rest.Named(wrong, "/number") {
			wrong = append(wrong, rest.BodyProblems(*problem)...)
		}
		if len(wrong) > 0 {
			return nil, rest.Invalid(wrong...)
		}
		return res.erase(ctx, Erasing{Number: number, By: rest.RequestOf(ctx).Caller().Name, Suppressions: posted.Suppressions})
	})
	rest.Register(s, rest.Operation{
		ID: "listErasures", Method: http.MethodGet, Path: "/v1/erasures", Tag: "Consent", Scope: access.ScopeAdmin,
		Summary:     "List proofs of erasures",
		Description: "Newest first, page by page. They name no number. Retention never removes one.",
		Status:      http.StatusOK,
		Problems:    []int{http.StatusUnprocessableEntity},
	}, res.listErasures)
}

func (res Resource) erase(ctx context.Context, e Erasing) (*erasureOutput, error) {
	r := rest.RequestOf(ctx)
	r.Extend(eraseLimit)
	ctx, cancel := context.WithTimeout(ctx, eraseLimit)
	defer cancel()
	res.Log.Info("a number is being erased", "to", e.Number, "by", e.By)
	proof, err := res.Erase(ctx, e)
	if errors.Is(err, ErrNumberBusy) {
		return nil, &rest.Problem{Code: rest.CodeNumberBusy, Cause: err}
	}
	if err != nil {
		return nil, rest.Failure(ctx, err)
	}
	res.Log.Info("a number was erased", "erasure", proof.ID, "messages", proof.Messages, "received", proof.Received, "overwritten", proof.Overwritten)
	body := wireErasure(&proof)
	body.Remark = catalogue.Text(r.Language(), catalogue.ErasureRemark)
	return &erasureOutput{Body: body}, nil
}

func (res Resource) listErasures(ctx context.Context, in *erasuresInput) (*erasuresOutput, error) {
	after, p := rest.ReadCursor(in.Cursor, "")
	if p != nil {
		return nil, p
	}
	found, next, err := res.Erasures.Erasures(ctx, after, in.Limit)
	if err != nil {
		return nil, rest.Failure(ctx, err)
	}
	page := client.Page[client.Erasure]{Items: make([]client.Erasure, len(found)), Next: rest.WriteCursor(next, "")}
	for i := range found {
		page.Items[i] = wireErasure(&found[i])
	}
	query := url.Values{}
	rest.SetPage(query, time.Time{}, time.Time{}, in.Limit)
	return &erasuresOutput{Link: rest.NextLink("/v1/erasures", page.Next, query), Body: page}, nil
}

func wireErasure(e *queue.Erasure) client.Erasure {
	return client.Erasure{
		ID: e.ID, At: e.At, By: e.By, Messages: e.Messages, Received: e.Received, Calls: e.Calls, Conversations: e.Talks, Other: e.Other,
		Overwritten: e.Overwritten, Suppressions: e.Kept,
	}
}
