package api_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"goniec/access"
	"goniec/api"
	"goniec/api/client"
)

// webhooks is what the API shows in these tests: one webhook with one delivery that
// was given up.
type webhooks struct{ disabled, resent bool }

const hookSecret = "hunter2"

func (w *webhooks) Webhooks(context.Context) ([]client.Webhook, error) {
	state := "well"
	if w.disabled {
		state = "disabled"
	}
	return []client.Webhook{{Name: "his", URL: "http://192.0.2.10/sms?key=" + hookSecret, Events: []string{}, State: state, Dead: 1}}, nil
}

func (w *webhooks) Deliveries(_ context.Context, name, state, after string, _ int) (items []client.WebhookDelivery, next string, err error) {
	switch {
	case name != "his":
		return nil, "", api.ErrNoWebhook
	case state == client.DeliveryWaiting:
		return []client.WebhookDelivery{}, "", nil
	case after == "":
		return []client.WebhookDelivery{{ID: "box-1"}}, "box-1", nil
	}
	return []client.WebhookDelivery{{ID: "box-2"}}, "", nil
}

func (w *webhooks) Resend(_ context.Context, name, id string) (client.WebhookDelivery, error) {
	if name != "his" {
		return client.WebhookDelivery{}, api.ErrNoWebhook
	}
	if id != "box-1" || w.resent {
		return client.WebhookDelivery{}, api.ErrNoDelivery
	}
	w.resent = true
	return client.WebhookDelivery{ID: id}, nil
}

func (w *webhooks) Enable(_ context.Context, name string) error {
	if name != "his" {
		return api.ErrNoWebhook
	}
	w.disabled = false
	return nil
}

func (w *webhooks) Test(_ context.Context, name string) (client.WebhookTest, error) {
	if name != "his" {
		return client.WebhookTest{}, api.ErrNoWebhook
	}
	return client.WebhookTest{OK: true, Status: http.StatusOK}, nil
}

func TestWebhooksOverTheWire(t *testing.T) {
	t.Parallel()
	hooks := &webhooks{disabled: true}
	g := memory(t, func(c *api.Config) { c.Webhooks = hooks })
	reader, admin := g.client(t, access.ScopeEvents), adminOf(t, g)
	all, err := reader.Webhooks(t.Context())
	if err != nil || len(all) != 1 || all[0].State != "disabled" || strings.Contains(all[0].URL, hookSecret) {
		t.Errorf("webhooks %+v, %v", all, err)
	}
	var ids []string
	for d, err := range reader.Deliveries(t.Context(), "his", client.DeliveryDead) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, d.ID)
	}
	if strings.Join(ids, " ") != "box-1 box-2" {
		t.Errorf("deliveries over two pages: %v", ids)
	}
	_, err = reader.EnableWebhook(t.Context(), "his")
	wantProblem(t, "enable without the right", api.CodeScopeMissing, err)
	if w, err := admin.EnableWebhook(t.Context(), "his"); err != nil || w.State != "well" || strings.Contains(w.URL, hookSecret) {
		t.Errorf("enabled %+v, %v", w, err)
	}
	if d, err := admin.ResendDelivery(t.Context(), "his", "box-1"); err != nil || d.ID != "box-1" {
		t.Errorf("resent %+v, %v", d, err)
	}
	_, err = admin.ResendDelivery(t.Context(), "his", "box-1")
	wantProblem(t, "resend what is not given up", api.CodeDeliveryNotFound, err)
	if r, err := admin.TestWebhook(t.Context(), "his"); err != nil || !r.OK {
		t.Errorf("test %+v, %v", r, err)
	}
	_, err = admin.TestWebhook(t.Context(), "hers")
	wantProblem(t, "test of no webhook", api.CodeWebhookNotFound, err)
}

// adminOf returns a client with every right.
func adminOf(t testing.TB, g *gateway) *client.Client {
	t.Helper()
	c, err := client.New(g.url, g.token(t, "admin", access.ScopeAdmin))
	if err != nil {
		t.Fatal(err)
	}
	return c
}
