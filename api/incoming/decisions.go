package incoming

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"goniec/access"
	"goniec/api/client"
	"goniec/api/rest"
	"goniec/reply"
	"goniec/reply/reader"
	"goniec/store"
)

type (
	decisionInput struct {
		ID string `path:"id" maxLength:"64" example:"019aa8f0-5c1e-7d3a-9b42-6f0e8c2d1a57" doc:"The id of the received message."`
		rest.Input
	}
	wordsOutput struct {
		Body client.Words
	}
)

// registerDecisions adds the operations on what persons decide about texts.
func (res Resource) registerDecisions(s *rest.Server) {
	posted := rest.NewBodyReader[client.DecisionRequest](s)
	rest.Register(s, rest.Operation{
		ID: "decideInbound", Method: http.MethodPost, Path: "/v1/inbox/{id}/decision", Tag: "Inbox", Scope: access.ScopeInboxWrite,
		Summary: "Decide what a received message says",
		Description: "Files a text that could not be read as a person reads it. It counts as the answer of the patient: the event question.answered tells it with matched=decided and the token. Nothing is sent. " +
			"Refused with 409 if the sender has written again or the question has a newer answer. Repeating the call changes nothing and gives the same answer, so the call takes no Idempotency-Key; another decision is refused until the first is taken back.",
		Status:   http.StatusOK,
		Problems: []int{http.StatusNotFound, http.StatusConflict},
		Body:     client.DecisionRequest{Value: string(reader.Yes)},
	}, func(ctx context.Context, in *decisionInput) (*inboundOutput, error) {
		asked, p := posted.ReadWhole(in.Input)
		if p != nil {
			return nil, p
		}
		d := reply.Decision{MessageID: asked.MessageID, Item: asked.Item, Value: reader.Value(asked.Value), Choice: asked.Choice}
		if asked.Number != nil {
			d.Number = *asked.Number
		}
		if d.Value == reader.Counted && asked.Number == nil {
			return nil, rest.Invalid(rest.BodyField("/number", rest.CodeRequired))
		}
		return res.decided(ctx, in.ID, res.Replies.Decide(ctx, in.ID, d, rest.RequestOf(ctx).Caller().Name))
	})
	rest.Register(s, rest.Operation{
		ID: "takeBackDecision", Method: http.MethodDelete, Path: "/v1/inbox/{id}/decision", Tag: "Inbox", Scope: access.ScopeInboxWrite,
		Summary:     "Take a decision back",
		Description: "All decisions about the text: each question has the answer that it had before, or none. Refused with 409 if the sender has written again or the question has a newer answer.",
		Status:      http.StatusOK,
		Problems:    []int{http.StatusNotFound, http.StatusConflict},
	}, func(ctx context.Context, in *inboundInput) (*inboundOutput, error) {
		return res.decided(ctx, in.ID, res.Replies.TakeBack(ctx, in.ID, rest.RequestOf(ctx).Caller().Name))
	})
	rest.Register(s, rest.Operation{
		ID: "listUnknownWords", Method: http.MethodGet, Path: "/v1/replies/words", Tag: "Inbox", Scope: access.ScopeInbox,
		Summary:     "List the words that the reader lacks",
		Description: "Words of no table in the replies to questions of yes or no that persons have decided, the most frequent first, 500 at most. Words with digits, and with a capital behind the first word, are left out. They are counted in the texts that are kept; nothing is learned by itself: replies.words of the configuration adds words.",
		Status:      http.StatusOK,
	}, func(ctx context.Context, _ *struct{}) (*wordsOutput, error) {
		words, err := res.Replies.Words(ctx)
		if err != nil {
			return nil, rest.Failure(ctx, err)
		}
		out := &wordsOutput{Body: client.Words{Items: make([]client.Word, len(words))}}
		for i, w := range words {
			out.Body.Items[i] = client.Word{Word: w.Word, Language: w.Language, Yes: w.Yes, No: w.No, Decides: w.Decides, Beside: w.Beside}
		}
		return out, nil
	})
}

// decided answers with the received message, or with the problem for the error of reply.
func (res Resource) decided(ctx context.Context, id string, err error) (*inboundOutput, error) {
	var wrong *reply.DecisionError
	switch {
	case errors.As(err, &wrong):
		return nil, rest.Invalid(wrongField(wrong))
	case errors.Is(err, store.ErrNotFound):
		return nil, rest.NewProblem(rest.CodeInboundNotFound)
	case errors.Is(err, reply.ErrNotDecided):
		return nil, rest.NewProblem(rest.CodeDecisionNotFound)
	case errors.Is(err, reply.ErrNewer):
		return nil, rest.NewProblem(rest.CodeDecisionOutdated)
	case errors.Is(err, reply.ErrDecided):
		return nil, rest.NewProblem(rest.CodeDecisionExists)
	case errors.Is(err, reply.ErrNothingToDecide):
		return nil, rest.NewProblem(rest.CodeNothingToDecide)
	case err != nil:
		return nil, rest.Failure(ctx, err)
	}
	return res.inbound(ctx, id)
}

// wrongField is the problem of a field of a decision.
func wrongField(wrong *reply.DecisionError) rest.FieldProblem {
	pointer := "/" + wrong.Field
	switch {
	case wrong.Missing:
		return rest.BodyField(pointer, rest.CodeRequired)
	case wrong.Field == "message_id":
		return rest.BodyField(pointer, rest.CodeNotAsked)
	case len(wrong.Allowed) > 0:
		return rest.BodyField(pointer, rest.CodeNotOneOf, strings.Join(wrong.Allowed, ", "))
	}
	return rest.BodyField(pointer, rest.CodeOutOfRange, wrong.Min, wrong.Max)
}
