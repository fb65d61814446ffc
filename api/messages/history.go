package messages

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"goniec/access"
	"goniec/api/client"
	"goniec/api/rest"
	"goniec/api/wire"
	"goniec/catalogue"
	"goniec/pdu"
	"goniec/queue"
	"goniec/store"
)

type historyOutput struct {
	Body client.Page[client.Step]
}

func (res Resource) registerHistory(s *rest.Server) {
	rest.Register(s, rest.Operation{
		ID: "getMessageHistory", Method: http.MethodGet, Path: "/v1/messages/{id}/history", Tag: "Messages", Scope: access.ScopeMessages,
		Summary: "Read what became of a message, step by step",
		Description: "Every attempt at every part, as it was written down: when it was begun, when the text had been handed to the modem, " +
			"what the modem answered, and what the service centre reported. Of very many attempts the latest. The list comes whole, without pages.",
		Status:   http.StatusOK,
		Problems: []int{http.StatusNotFound},
	}, func(ctx context.Context, in *messageInput) (*historyOutput, error) {
		m, err := res.Queue.Message(ctx, in.ID)
		if errors.Is(err, store.ErrNotFound) {
			return nil, rest.NewProblem(rest.CodeMessageNotFound)
		}
		if err != nil {
			return nil, failure(ctx, err)
		}
		return &historyOutput{Body: client.Page[client.Step]{Items: history(&m, rest.RequestOf(ctx).Language())}}, nil
	})
}

// history returns the steps of a message in order of time. Steps of one time keep the
// order of their making.
func history(m *queue.Message, lang catalogue.Language) []client.Step {
	steps := []client.Step{{At: m.CreatedAt, Step: client.StepAccepted}}
	if m.SendAt.After(m.CreatedAt) {
		steps = append(steps, client.Step{At: m.SendAt, Step: client.StepDue})
	}
	for i := range m.Attempts {
		steps = append(steps, attemptSteps(&m.Attempts[i], lang)...)
	}
	if m.Status.Final() && m.Status != queue.StatusDelivered {
		end := client.Step{At: m.FinishedAt, Step: client.StepEnded, Status: client.Status(m.Status)}
		if m.Error != nil {
			end.Code, end.Cause, end.Detail = m.Error.Code, m.Error.Detail, wire.ErrorText(lang, m.Error.Code)
		}
		steps = append(steps, end)
	}
	slices.SortStableFunc(steps, func(a, b client.Step) int { return a.At.Compare(b.At) })
	return steps
}

// attemptSteps returns the steps of one attempt.
func attemptSteps(a *queue.Attempt, lang catalogue.Language) []client.Step {
	step := func(at time.Time, kind string) client.Step {
		return client.Step{At: at, Step: kind, Part: a.Part + 1, Attempt: a.Number, Modem: a.Modem}
	}
	begun := step(a.At, client.StepBegun)
	begun.PossibleDuplicate = a.Duplicate
	steps := []client.Step{begun}
	if !a.PayloadAt.IsZero() {
		steps = append(steps, step(a.PayloadAt, client.StepHandedOver))
	}
	if !a.EndedAt.IsZero() {
		answer := step(a.EndedAt, client.StepAnswered)
		answer.Outcome = string(cmp.Or(a.Outcome, "open"))
		if answer.Code, answer.Cause = a.Code, a.Detail; a.Code != "" || a.Detail != "" {
			answer.Detail = wire.Meaning(lang, cmp.Or(a.Code, queue.CodeLease))
		}
		if a.MR >= 0 {
			answer.MR = &a.MR
		}
		steps = append(steps, answer)
	}
	if !a.ReportAt.IsZero() {
		report := step(a.ReportAt, client.StepReported)
		report.Detail, report.Cause = wire.ReportMeaning(lang, pdu.Status(a.Report)), pdu.Status(a.Report).String()
		if a.MR >= 0 {
			report.MR = &a.MR
		}
		steps = append(steps, report)
	}
	return steps
}
