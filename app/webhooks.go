package app

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"goniec/api/system"
	"goniec/configs"
	"goniec/event"
	"goniec/inbox"
	"goniec/queue"
	"goniec/webhook"
)

// webhookPatience is how long a receiver may fail before an alarm is raised.
const webhookPatience = time.Hour

// newWebhooks builds the webhooks for the receivers of the configuration.
func (a *App) newWebhooks(all []configs.Webhook, s *assembly, r prometheus.Registerer) *webhook.Webhooks {
	c := webhook.Config{Store: a.store, Events: a.events, Subject: conversations{s.queue, s.inbox, Facts()}.of, Logger: a.log, Registerer: r}
	for _, w := range all {
		receiver := webhook.Receiver{Name: w.Name, URL: w.URL, Events: w.Events, Timeout: w.Timeout, Networks: w.Networks()}
		if w.SecretFile != "" {
			receiver.Secrets = func() ([][]byte, error) { return configs.ReadSecrets(w.SecretFile) }
		}
		c.Receivers = append(c.Receivers, receiver)
	}
	return webhook.New(c)
}

// conversations names the subjects of events: events about one phone number belong together.
type conversations struct {
	queue *queue.Queue
	inbox *inbox.Inbox
	facts event.Kinds
}

// of returns the phone number that an event is about, or another name of its subject. Events
// hold no numbers, so queue and inbox are asked.
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
		if in, err := c.inbox.Message(ctx, id); err == nil {
			return in.From.String()
		}
	}
	return cmp.Or(append(about, e.Type)...)
}

// webhookTroubles adds to found the alarms about webhooks.
func (s *assembly) webhookTroubles(ctx context.Context, found map[string]string) error {
	all, err := s.webhooks.States(ctx)
	for _, w := range all {
		switch {
		case !w.Disabled.IsZero():
			found[system.AlarmWebhookDisabled] = fmt.Sprintf("webhook %s answered 410, %d events wait", w.Name, w.Waiting)
		case !w.Failing.IsZero() && time.Since(w.Failing) > webhookPatience:
			found[system.AlarmWebhookFailing] = fmt.Sprintf("webhook %s: %s, %d events wait", w.Name, w.LastFailure.Text, w.Waiting)
		}
	}
	return err
}
