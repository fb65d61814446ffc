package api_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"goniec/access"
	"goniec/api/client"
	"goniec/api/rest"
	"goniec/webhook"
)

// hooks is what delivers events in these tests: one webhook with one delivery that
// was given up.
type hooks struct{ disabled, resent bool }

const hookSecret = "hunter2"

func (h *hooks) States(context.Context) ([]webhook.Status, error) {
	s := webhook.Status{Receiver: webhook.Receiver{Name: "his", URL: "http://192.0.2.10/sms?key=" + hookSecret}, State: webhook.State{Dead: 1}}
	if h.disabled {
		s.Disabled = time.Now()
	}
	return []webhook.Status{s}, nil
}

func (h *hooks) Deliveries(_ context.Context, name, list, after string, _ int) (items []webhook.Delivery, next string, err error) {
	switch {
	case name != "his":
		return nil, "", webhook.ErrNoReceiver
	case list == webhook.Waiting:
		return nil, "", nil
	case after == "":
		return []webhook.Delivery{{ID: "box-1"}}, "box-1", nil
	}
	return []webhook.Delivery{{ID: "box-2"}}, "", nil
}

func (h *hooks) Resend(_ context.Context, name, id string) (webhook.Delivery, error) {
	if name != "his" {
		return webhook.Delivery{}, webhook.ErrNoReceiver
	}
	if id != "box-1" || h.resent {
		return webhook.Delivery{}, webhook.ErrNoDelivery
	}
	h.resent = true
	return webhook.Delivery{ID: id}, nil
}

func (h *hooks) Enable(_ context.Context, name string) error {
	if name != "his" {
		return webhook.ErrNoReceiver
	}
	h.disabled = false
	return nil
}

func (h *hooks) Test(_ context.Context, name string) (webhook.Trial, error) {
	if name != "his" {
		return webhook.Trial{}, webhook.ErrNoReceiver
	}
	return webhook.Trial{Status: http.StatusOK}, nil
}

func TestWebhooksOverTheWire(t *testing.T) {
	t.Parallel()
	shut := &hooks{disabled: true}
	g := memory(t, func(c *config) { c.webhooks = shut })
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
	wantProblem(t, "enable without the right", rest.CodeScopeMissing, err)
	if w, err := admin.EnableWebhook(t.Context(), "his"); err != nil || w.State != "well" || strings.Contains(w.URL, hookSecret) {
		t.Errorf("enabled %+v, %v", w, err)
	}
	if d, err := admin.ResendDelivery(t.Context(), "his", "box-1"); err != nil || d.ID != "box-1" {
		t.Errorf("resent %+v, %v", d, err)
	}
	_, err = admin.ResendDelivery(t.Context(), "his", "box-1")
	wantProblem(t, "resend what is not given up", rest.CodeDeliveryNotFound, err)
	if r, err := admin.TestWebhook(t.Context(), "his"); err != nil || !r.OK {
		t.Errorf("test %+v, %v", r, err)
	}
	_, err = admin.TestWebhook(t.Context(), "hers")
	wantProblem(t, "test of no webhook", rest.CodeWebhookNotFound, err)
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
