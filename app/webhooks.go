package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"goniec/api"
	"goniec/api/client"
	"goniec/configs"
	"goniec/event"
	"goniec/queue"
	"goniec/webhook"
)

// webhookPatience is how long a receiver may fail before there is an alarm.
const webhookPatience = time.Hour

// newWebhooks joins the receivers of the configuration to the event log.
func (a *App) newWebhooks(all []configs.Webhook, q *queue.Queue, r prometheus.Registerer) *webhook.Webhooks {
	c := webhook.Config{Store: a.store, Events: a.events, Subject: conversations{q, Facts()}.of, Logger: a.log, Registerer: r}
	for _, w := range all {
		receiver := webhook.Receiver{Name: w.Name, URL: w.URL, Events: w.Events, Timeout: w.Timeout, Networks: w.Networks()}
		if w.SecretFile != "" {
			receiver.Secrets = func() ([][]byte, error) { return configs.ReadSecrets(w.SecretFile) }
		}
		c.Receivers = append(c.Receivers, receiver)
	}
	return webhook.New(c)
}

// conversations tells which events belong together: those about one number.
type conversations struct {
	queue *queue.Queue
	facts event.Kinds
}

// of returns the number that an event is about, or what else names its subject. It
// asks the queue, because events carry no numbers.
func (c conversations) of(ctx context.Context, e event.Event) string {
	fact, err := c.facts.Decode(e)
	if err != nil {
		return e.Type
	}
	about := fact.About()
	for _, id := range about {
		if id == "" {
			continue
		}
		if m, err := c.queue.Message(ctx, id); err == nil {
			return m.To.String()
		}
		if in, err := c.queue.Inbound(ctx, id); err == nil {
			return in.From.String()
		}
	}
	return cmp.Or(append(about, e.Type)...)
}

// webhookTroubles returns the alarms there are about webhooks, by code with what is
// the matter.
func (s *assembly) webhookTroubles(ctx context.Context, found map[string]string) error {
	all, err := s.webhooks.States(ctx)
	for _, w := range all {
		switch {
		case !w.Disabled.IsZero():
			found[api.AlarmWebhookDisabled] = fmt.Sprintf("webhook %s answered 410, %d events wait", w.Name, w.Waiting)
		case !w.Failing.IsZero() && time.Since(w.Failing) > webhookPatience:
			found[api.AlarmWebhookFailing] = fmt.Sprintf("webhook %s: %s, %d events wait", w.Name, w.LastFailure.Text, w.Waiting)
		}
	}
	return err
}

// webhooks shows package webhook to the API.
type webhooks struct{ all *webhook.Webhooks }

// Webhooks is that of api.Webhooks.
func (w webhooks) Webhooks(ctx context.Context) ([]client.Webhook, error) {
	states, err := w.all.States(ctx)
	if err != nil {
		return nil, err
	}
	wire := make([]client.Webhook, len(states))
	for i, s := range states {
		wire[i] = client.Webhook{
			Name: s.Name, URL: s.URL, Events: append([]string{}, s.Events...), Signed: s.Secrets != nil, State: "well",
			Waiting: s.Waiting, Dead: s.Dead, LastSuccess: timeOnTheWire(s.LastSuccess), LastError: failureOnTheWire(s.LastFailure),
		}
		switch {
		case !s.Disabled.IsZero():
			wire[i].State, wire[i].Since = "disabled", &s.Disabled
		case !s.Failing.IsZero():
			wire[i].State, wire[i].Since = "failing", &s.Failing
		}
	}
	return wire, nil
}

// Deliveries is that of api.Webhooks.
func (w webhooks) Deliveries(ctx context.Context, name, state, after string, limit int) (items []client.WebhookDelivery, next string, err error) {
	list := webhook.Dead
	if state == client.DeliveryWaiting {
		list = webhook.Waiting
	}
	all, next, err := w.all.Deliveries(ctx, name, list, after, limit)
	items = make([]client.WebhookDelivery, len(all))
	for i, d := range all {
		items[i] = deliveryOnTheWire(d)
	}
	return items, next, webhookError(err)
}

// Resend is that of api.Webhooks.
func (w webhooks) Resend(ctx context.Context, name, id string) (client.WebhookDelivery, error) {
	d, err := w.all.Resend(ctx, name, id)
	return deliveryOnTheWire(d), webhookError(err)
}

// Enable is that of api.Webhooks.
func (w webhooks) Enable(ctx context.Context, name string) error {
	return webhookError(w.all.Enable(ctx, name))
}

// Test is that of api.Webhooks.
func (w webhooks) Test(ctx context.Context, name string) (client.WebhookTest, error) {
	trial, err := w.all.Test(ctx, name)
	wire := client.WebhookTest{OK: trial.Err == nil, Status: trial.Status, TookSeconds: trial.Took.Round(time.Millisecond).Seconds()}
	if trial.Err != nil {
		wire.Cause = trial.Err.Error()
	}
	return wire, webhookError(err)
}

func webhookError(err error) error {
	switch {
	case errors.Is(err, webhook.ErrNoReceiver):
		return api.ErrNoWebhook
	case errors.Is(err, webhook.ErrNoDelivery):
		return api.ErrNoDelivery
	}
	return err
}

func deliveryOnTheWire(d webhook.Delivery) client.WebhookDelivery {
	return client.WebhookDelivery{
		ID: d.ID, Key: d.Key, Type: d.Type, At: d.At, Attempts: d.Attempts,
		Next: timeOnTheWire(d.Next), LastError: failureOnTheWire(d.Last),
	}
}

func failureOnTheWire(f *webhook.Failure) *client.DeliveryFailure {
	if f == nil {
		return nil
	}
	return &client.DeliveryFailure{At: f.At, Status: f.Status, Cause: f.Text}
}

func timeOnTheWire(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
