package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// Webhook is a receiver of events with its state.
type Webhook struct {
	Name        string           `json:"name" example:"his" doc:"Its name in the configuration."`
	URL         string           `json:"url" example:"http://192.0.2.10/sms" doc:"Where events are posted, without what stands behind a question mark."`
	Events      []string         `json:"events" doc:"The types it is told of; empty: all."`
	Signed      bool             `json:"signed" doc:"What it is told is signed."`
	State       string           `json:"state" enum:"well,failing,disabled" doc:"failing: the last attempts failed, they are repeated. disabled: it answered 410 and gets no events until it is enabled by POST /v1/webhooks/{name}/enable."`
	Since       *time.Time       `json:"since,omitempty" doc:"Since when it is failing or disabled."`
	Waiting     int              `json:"waiting" doc:"Events that it has not taken yet."`
	Dead        int              `json:"dead" doc:"Events that were given up after three days, and can be sent again for 30."`
	LastSuccess *time.Time       `json:"last_success,omitempty" doc:"When it took one last."`
	LastError   *DeliveryFailure `json:"last_error,omitempty" doc:"Why it did not take one, when that happened last."`
}

// DeliveryFailure is why a delivery failed.
type DeliveryFailure struct {
	At     time.Time `json:"at" doc:"When it failed."`
	Status int       `json:"status,omitempty" example:"503" doc:"What the receiver answered; absent if it did not."`
	Cause  string    `json:"cause" doc:"What happened, in English."`
}

// WebhookDelivery is an event that a receiver has not accepted.
type WebhookDelivery struct {
	ID        string           `json:"id" example:"box-1742_d7n1k0q3m9ps" doc:"The id of the event."`
	Key       string           `json:"webhook_id" example:"evt_box-1742_d7n1k0q3m9ps" doc:"The header webhook-id, the same in every attempt: evt_ and the id of the event."`
	Type      string           `json:"type" example:"message.delivered" doc:"The type of the event."`
	At        time.Time        `json:"at" doc:"When it happened."`
	Attempts  int              `json:"attempts" doc:"How often it was tried."`
	Next      *time.Time       `json:"next_attempt,omitempty" doc:"When it is tried again at the latest; absent if it was given up, or is next."`
	LastError *DeliveryFailure `json:"last_error,omitempty"`
}

// WebhookTest is the answer of a receiver to a test.
type WebhookTest struct {
	OK          bool    `json:"ok" doc:"It took the event."`
	Status      int     `json:"status,omitempty" example:"200" doc:"What it answered; absent if it did not."`
	TookSeconds float64 `json:"took_seconds" example:"0.012" doc:"Until it answered."`
	Cause       string  `json:"cause,omitempty" doc:"Why it did not take it, in English."`
}

// States of deliveries.
const (
	DeliveryDead    = "dead"
	DeliveryWaiting = "waiting"
)

// Webhooks returns the webhooks of the configuration.
func (c *Client) Webhooks(ctx context.Context) ([]Webhook, error) {
	var answer Page[Webhook]
	err := c.do(ctx, call{method: http.MethodGet, path: "/v1/webhooks", answer: &answer})
	return answer.Items, err
}

// Deliveries iterates over the events that a webhook has not accepted, oldest first.
// state is DeliveryDead or DeliveryWaiting. It ends with the first error.
func (c *Client) Deliveries(ctx context.Context, name, state string) iter.Seq2[WebhookDelivery, error] {
	return pages[WebhookDelivery](ctx, c, webhookPath(name)+"/deliveries", url.Values{"state": {state}})
}

// ResendDelivery queues an abandoned event again.
func (c *Client) ResendDelivery(ctx context.Context, name, id string) (WebhookDelivery, error) {
	var answer WebhookDelivery
	err := c.do(ctx, call{method: http.MethodPost, path: webhookPath(name) + "/deliveries/" + url.PathEscape(id) + "/resend", once: true, answer: &answer})
	return answer, err
}

// EnableWebhook enables a webhook that was disabled by the answer 410.
func (c *Client) EnableWebhook(ctx context.Context, name string) (Webhook, error) {
	var answer Webhook
	err := c.do(ctx, call{method: http.MethodPost, path: webhookPath(name) + "/enable", once: true, answer: &answer})
	return answer, err
}

// TestWebhook sends a test event to a webhook and returns its answer.
func (c *Client) TestWebhook(ctx context.Context, name string) (WebhookTest, error) {
	var answer WebhookTest
	err := c.do(ctx, call{method: http.MethodPost, path: webhookPath(name) + "/test", once: true, answer: &answer})
	return answer, err
}

func webhookPath(name string) string { return "/v1/webhooks/" + url.PathEscape(name) }
