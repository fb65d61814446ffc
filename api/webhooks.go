package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"goniec/access"
	"goniec/api/client"
)

// Webhooks is what the API shows of the programs that are told of events.
type Webhooks interface {
	// Webhooks returns how it goes with each, in the order of the configuration.
	Webhooks(ctx context.Context) ([]client.Webhook, error)
	// Deliveries returns a page of what one has not taken, by state; after and
	// next are ids. It returns ErrNoWebhook or ErrNoDelivery.
	Deliveries(ctx context.Context, name, state, after string, limit int) (items []client.WebhookDelivery, next string, err error)
	// Resend returns ErrNoWebhook, or ErrNoDelivery for an id that was not given up.
	Resend(ctx context.Context, name, id string) (client.WebhookDelivery, error)
	// Enable returns ErrNoWebhook for a name that none has.
	Enable(ctx context.Context, name string) error
	// Test returns ErrNoWebhook for a name that none has.
	Test(ctx context.Context, name string) (client.WebhookTest, error)
}

// Errors of Webhooks.
var (
	ErrNoWebhook  = errors.New("no webhook of this name")
	ErrNoDelivery = errors.New("no such delivery was given up")
)

type (
	webhooksOutput struct {
		Body client.Page[client.Webhook]
	}
	webhookInput struct {
		Name string `path:"name" maxLength:"64" example:"his" doc:"The name of the webhook in the configuration."`
	}
	webhookOutput struct {
		Body client.Webhook
	}
	deliveriesInput struct {
		Name   string `path:"name" maxLength:"64" example:"his" doc:"The name of the webhook in the configuration."`
		State  string `query:"state" enum:"dead,waiting" default:"dead" doc:"dead: given up. waiting: not taken yet."`
		Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many items at most."`
		Cursor string `query:"cursor" maxLength:"512" doc:"The value of next of the page before."`
	}
	deliveriesOutput struct {
		Body client.Page[client.WebhookDelivery]
	}
	deliveryInput struct {
		Name string `path:"name" maxLength:"64" example:"his" doc:"The name of the webhook in the configuration."`
		ID   string `path:"id" maxLength:"200" example:"box-17" doc:"The id of the event."`
	}
	deliveryOutput struct {
		Body client.WebhookDelivery
	}
	webhookTestOutput struct {
		Body client.WebhookTest
	}
)

// registerWebhooks adds what concerns programs that are told of events.
func (s *Server) registerWebhooks() {
	register(s, s.newOperation(operation{
		id: "listWebhooks", method: http.MethodGet, path: "/v1/webhooks", tag: tagWebhooks, scope: access.ScopeEvents,
		summary:     "List webhooks",
		description: "The programs that the configuration wants told of events, and whether they take them. The list comes whole. Secrets are never shown.",
		status:      http.StatusOK,
	}), func(ctx context.Context, _ *struct{}) (*webhooksOutput, error) {
		all, err := s.config.Webhooks.Webhooks(ctx)
		if err != nil {
			return nil, failure(ctx, err)
		}
		for i := range all {
			all[i].URL = withoutQuery(all[i].URL)
		}
		return &webhooksOutput{Body: client.Page[client.Webhook]{Items: all}}, nil
	})
	register(s, s.newOperation(operation{
		id: "listDeliveries", method: http.MethodGet, path: "/v1/webhooks/{name}/deliveries", tag: tagWebhooks, scope: access.ScopeEvents,
		summary:     "List what a webhook has not taken",
		description: "Oldest first, page by page.",
		status:      http.StatusOK,
		problems:    []int{http.StatusNotFound, http.StatusUnprocessableEntity},
	}), func(ctx context.Context, in *deliveriesInput) (*deliveriesOutput, error) {
		items, next, err := s.config.Webhooks.Deliveries(ctx, in.Name, in.State, in.Cursor, in.Limit)
		if err != nil {
			return nil, webhookProblem(ctx, err)
		}
		return &deliveriesOutput{Body: client.Page[client.WebhookDelivery]{Items: items, Next: next}}, nil
	})
	register(s, s.newOperation(operation{
		id: "resendDelivery", method: http.MethodPost, path: "/v1/webhooks/{name}/deliveries/{id}/resend", tag: tagWebhooks, scope: access.ScopeAdmin,
		summary:     "Send an event again",
		description: "One that was given up waits again, for three days, with the webhook-id it had.",
		status:      http.StatusAccepted,
		problems:    []int{http.StatusNotFound},
	}), func(ctx context.Context, in *deliveryInput) (*deliveryOutput, error) {
		d, err := s.config.Webhooks.Resend(ctx, in.Name, in.ID)
		if err != nil {
			return nil, webhookProblem(ctx, err)
		}
		return &deliveryOutput{Body: d}, nil
	})
	register(s, s.newOperation(operation{
		id: "enableWebhook", method: http.MethodPost, path: "/v1/webhooks/{name}/enable", tag: tagWebhooks, scope: access.ScopeAdmin,
		summary:     "Enable a webhook",
		description: "One that answered 410 is told of events again, of those that wait first.",
		status:      http.StatusOK,
		problems:    []int{http.StatusNotFound},
	}), s.enableWebhook)
	register(s, s.newOperation(operation{
		id: "testWebhook", method: http.MethodPost, path: "/v1/webhooks/{name}/test", tag: tagWebhooks, scope: access.ScopeAdmin,
		summary:     "Test a webhook",
		description: "Posts an event of the type webhook.test, signed like all others, once and at once, and tells what the program answered.",
		status:      http.StatusOK,
		problems:    []int{http.StatusNotFound},
	}), func(ctx context.Context, in *webhookInput) (*webhookTestOutput, error) {
		result, err := s.config.Webhooks.Test(ctx, in.Name)
		if err != nil {
			return nil, webhookProblem(ctx, err)
		}
		return &webhookTestOutput{Body: result}, nil
	})
}

func (s *Server) enableWebhook(ctx context.Context, in *webhookInput) (*webhookOutput, error) {
	if err := s.config.Webhooks.Enable(ctx, in.Name); err != nil {
		return nil, webhookProblem(ctx, err)
	}
	all, err := s.config.Webhooks.Webhooks(ctx)
	if err != nil {
		return nil, failure(ctx, err)
	}
	for _, w := range all {
		if w.Name == in.Name {
			w.URL = withoutQuery(w.URL)
			return &webhookOutput{Body: w}, nil
		}
	}
	return nil, newProblem(CodeWebhookNotFound)
}

// withoutQuery takes away what may be a secret.
func withoutQuery(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	u.RawQuery = ""
	return u.Redacted()
}

func webhookProblem(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, ErrNoWebhook):
		return newProblem(CodeWebhookNotFound)
	case errors.Is(err, ErrNoDelivery):
		return newProblem(CodeDeliveryNotFound)
	}
	return failure(ctx, err)
}
