// Package webhooks is the resource of the API for the receivers of events.
package webhooks

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"goniec/access"
	"goniec/api/client"
	"goniec/api/rest"
	"goniec/api/wire"
	"goniec/webhook"
)

// Resource holds the dependencies of the operations.
type Resource struct{ Webhooks Webhooks }

// Webhooks delivers events to receivers; implemented by webhook.Webhooks.
type Webhooks interface {
	States(ctx context.Context) ([]webhook.Status, error)
	Deliveries(ctx context.Context, name, list, after string, limit int) (items []webhook.Delivery, next string, err error)
	Resend(ctx context.Context, name, id string) (webhook.Delivery, error)
	Enable(ctx context.Context, name string) error
	Test(ctx context.Context, name string) (webhook.Trial, error)
}

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
		ID   string `path:"id" maxLength:"200" example:"box-1742_d7n1k0q3m9ps" doc:"The id of the event."`
	}
	deliveryOutput struct {
		Body client.WebhookDelivery
	}
	webhookTestOutput struct {
		Body client.WebhookTest
	}
)

// Register adds the operations to s.
func (res Resource) Register(s *rest.Server) {
	rest.Register(s, rest.Operation{
		ID: "listWebhooks", Method: http.MethodGet, Path: "/v1/webhooks", Tag: "Webhooks", Scope: access.ScopeEvents,
		Summary:     "List webhooks",
		Description: "The programs that the configuration wants told of events, and whether they take them. The list comes whole. Secrets are never shown.",
		Status:      http.StatusOK,
	}, func(ctx context.Context, _ *struct{}) (*webhooksOutput, error) {
		all, err := res.Webhooks.States(ctx)
		if err != nil {
			return nil, rest.Failure(ctx, err)
		}
		page := client.Page[client.Webhook]{Items: make([]client.Webhook, len(all))}
		for i := range all {
			page.Items[i] = wireWebhook(&all[i])
		}
		return &webhooksOutput{Body: page}, nil
	})
	rest.Register(s, rest.Operation{
		ID: "listDeliveries", Method: http.MethodGet, Path: "/v1/webhooks/{name}/deliveries", Tag: "Webhooks", Scope: access.ScopeEvents,
		Summary:     "List what a webhook has not taken",
		Description: "Oldest first, page by page.",
		Status:      http.StatusOK,
		Problems:    []int{http.StatusNotFound, http.StatusUnprocessableEntity},
	}, func(ctx context.Context, in *deliveriesInput) (*deliveriesOutput, error) {
		list := webhook.Dead
		if in.State == client.DeliveryWaiting {
			list = webhook.Waiting
		}
		all, next, err := res.Webhooks.Deliveries(ctx, in.Name, list, in.Cursor, in.Limit)
		if err != nil {
			return nil, failure(ctx, err)
		}
		page := client.Page[client.WebhookDelivery]{Items: make([]client.WebhookDelivery, len(all)), Next: next}
		for i, d := range all {
			page.Items[i] = wireDelivery(d)
		}
		return &deliveriesOutput{Body: page}, nil
	})
	rest.Register(s, rest.Operation{
		ID: "resendDelivery", Method: http.MethodPost, Path: "/v1/webhooks/{name}/deliveries/{id}/resend", Tag: "Webhooks", Scope: access.ScopeAdmin,
		Summary:     "Send an event again",
		Description: "One that was given up waits again, for three days, with the webhook-id it had.",
		Status:      http.StatusAccepted,
		Problems:    []int{http.StatusNotFound},
	}, func(ctx context.Context, in *deliveryInput) (*deliveryOutput, error) {
		d, err := res.Webhooks.Resend(ctx, in.Name, in.ID)
		if err != nil {
			return nil, failure(ctx, err)
		}
		return &deliveryOutput{Body: wireDelivery(d)}, nil
	})
	rest.Register(s, rest.Operation{
		ID: "enableWebhook", Method: http.MethodPost, Path: "/v1/webhooks/{name}/enable", Tag: "Webhooks", Scope: access.ScopeAdmin,
		Summary:     "Enable a webhook",
		Description: "One that answered 410 is told of events again, of those that wait first.",
		Status:      http.StatusOK,
		Problems:    []int{http.StatusNotFound},
	}, res.enable)
	rest.Register(s, rest.Operation{
		ID: "testWebhook", Method: http.MethodPost, Path: "/v1/webhooks/{name}/test", Tag: "Webhooks", Scope: access.ScopeAdmin,
		Summary:     "Test a webhook",
		Description: "Posts an event of the type webhook.test, signed like all others, once and at once, and tells what the program answered.",
		Status:      http.StatusOK,
		Problems:    []int{http.StatusNotFound},
	}, func(ctx context.Context, in *webhookInput) (*webhookTestOutput, error) {
		trial, err := res.Webhooks.Test(ctx, in.Name)
		if err != nil {
			return nil, failure(ctx, err)
		}
		result := client.WebhookTest{OK: trial.Err == nil, Status: trial.Status, TookSeconds: trial.Took.Round(time.Millisecond).Seconds()}
		if trial.Err != nil {
			result.Cause = trial.Err.Error()
		}
		return &webhookTestOutput{Body: result}, nil
	})
}

func (res Resource) enable(ctx context.Context, in *webhookInput) (*webhookOutput, error) {
	if err := res.Webhooks.Enable(ctx, in.Name); err != nil {
		return nil, failure(ctx, err)
	}
	all, err := res.Webhooks.States(ctx)
	if err != nil {
		return nil, rest.Failure(ctx, err)
	}
	for i := range all {
		if all[i].Name == in.Name {
			return &webhookOutput{Body: wireWebhook(&all[i])}, nil
		}
	}
	return nil, rest.NewProblem(rest.CodeWebhookNotFound)
}

// withoutQuery removes the parts of an address that may be secret.
func withoutQuery(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	u.RawQuery = ""
	return u.Redacted()
}

// failure returns the problem of an error of package webhook.
func failure(ctx context.Context, err error) *rest.Problem {
	switch {
	case errors.Is(err, webhook.ErrNoReceiver):
		return rest.NewProblem(rest.CodeWebhookNotFound)
	case errors.Is(err, webhook.ErrNoDelivery):
		return rest.NewProblem(rest.CodeDeliveryNotFound)
	}
	return rest.Failure(ctx, err)
}

// wireWebhook converts the state of a receiver to its wire type.
func wireWebhook(s *webhook.Status) client.Webhook {
	out := client.Webhook{
		Name: s.Name, URL: withoutQuery(s.URL), Events: append([]string{}, s.Events...), Signed: s.Secrets != nil, State: "well",
		Waiting: s.Waiting, Dead: s.Dead, LastSuccess: wire.Time(s.LastSuccess), LastError: wireFailure(s.LastFailure),
	}
	switch {
	case !s.Disabled.IsZero():
		out.State, out.Since = "disabled", &s.Disabled
	case !s.Failing.IsZero():
		out.State, out.Since = "failing", &s.Failing
	}
	return out
}

func wireDelivery(d webhook.Delivery) client.WebhookDelivery {
	return client.WebhookDelivery{
		ID: d.ID, Key: d.Key, Type: d.Type, At: d.At, Attempts: d.Attempts,
		Next: wire.Time(d.Next), LastError: wireFailure(d.Last),
	}
}

func wireFailure(f *webhook.Failure) *client.DeliveryFailure {
	if f == nil {
		return nil
	}
	return &client.DeliveryFailure{At: f.At, Status: f.Status, Cause: f.Text}
}
