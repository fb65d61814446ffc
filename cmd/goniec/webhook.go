package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"

	"github.com/spf13/cobra"

	"goniec/api/client"
	"goniec/catalogue"
	"goniec/store/disk"
)

func webhookCommand(t *terminal) *cobra.Command {
	deliveries := newCommand(t, command{use: "deliveries NAME", short: catalogue.CommandWebhookDeliveries, args: 1, output: true, ask: listDeliveries})
	deliveries.Flags().String("state", client.DeliveryDead, t.say(catalogue.FlagDeliveryState))
	return newGroup(t, "webhook", catalogue.CommandWebhook,
		newCommand(t, command{use: "list", short: catalogue.CommandWebhookList, output: true, ask: listWebhooks}),
		newCommand(t, command{use: "test NAME", short: catalogue.CommandWebhookTest, args: 1, output: true, ask: testWebhook}),
		deliveries,
		newCommand(t, command{use: "resend NAME [ID]", short: catalogue.CommandWebhookResend, args: 1, optional: 1, ask: resendDeliveries}),
		newCommand(t, command{use: "enable NAME", short: catalogue.CommandWebhookEnable, args: 1, output: true, ask: enableWebhook}),
		newCommand(t, command{use: "secret [FILE]", short: catalogue.CommandWebhookSecret, optional: 1, config: true, run: makeSecret}))
}

// makeSecret prints a new secret to sign events with, or writes it to a new file that the
// service can read.
func makeSecret(_ context.Context, c *call) error {
	secret := make([]byte, 32)
	if _, err := rand.Read(secret); err != nil {
		return fmt.Errorf("make secret: %w", err)
	}
	line := "whsec_" + base64.StdEncoding.EncodeToString(secret) + "\n"
	if len(c.args) == 0 {
		fmt.Fprint(c.stdout, line)
		return nil
	}
	path := c.args[0]
	err := disk.Create(path, func(temp string) error { return os.WriteFile(temp, []byte(line), 0o600) })
	if errors.Is(err, fs.ErrExist) {
		return c.fail(catalogue.WebhookSecretExists, path, path)
	}
	if err != nil {
		return err
	}
	c.tell(catalogue.WebhookSecretMade, path)
	return c.giveToService(path)
}

func listWebhooks(ctx context.Context, c *call, gateway *connection) error {
	all, err := gateway.Webhooks(ctx)
	if err != nil {
		return gateway.explain(err)
	}
	if c.asJSON {
		return c.printJSON(client.Page[client.Webhook]{Items: all})
	}
	if len(all) == 0 {
		c.tell(catalogue.WebhookNone)
		return nil
	}
	rows := make([][]string, len(all))
	for i, w := range all {
		state := map[string]catalogue.Key{"well": catalogue.WebhookWell, "failing": catalogue.WebhookFailing, "disabled": catalogue.WebhookDisabled}[w.State]
		trouble := ""
		if w.State != "well" {
			trouble = c.sayDelivery(w.LastError)
		}
		rows[i] = []string{w.Name, w.URL, c.say(state), strconv.Itoa(w.Waiting), strconv.Itoa(w.Dead), c.whenever(w.LastSuccess), trouble}
	}
	return c.printTable([]catalogue.Key{
		catalogue.HeadName, "URL", catalogue.HeadState, catalogue.HeadWaiting, catalogue.HeadGivenUp, catalogue.HeadLastSuccess, catalogue.HeadLastError,
	}, rows)
}

// testWebhook sends a test event and fails if the receiver does not take it.
func testWebhook(ctx context.Context, c *call, gateway *connection) error {
	result, err := gateway.TestWebhook(ctx, c.args[0])
	if err != nil {
		return gateway.explainWebhook(ctx, err)
	}
	if c.asJSON {
		if err := c.printJSON(result); err != nil {
			return err
		}
	} else if result.OK {
		c.show(catalogue.WebhookTook, c.args[0], result.Status, int(result.TookSeconds*1000))
	} else {
		c.tell(catalogue.WebhookRefused, c.args[0], c.sayFailure(result.Status, result.Cause))
	}
	if !result.OK {
		return errExplained
	}
	return nil
}

func listDeliveries(ctx context.Context, c *call, gateway *connection) error {
	items, err := collect(gateway.Deliveries(ctx, c.args[0], c.flag("state")))
	if err != nil {
		return gateway.explainWebhook(ctx, err)
	}
	if c.asJSON {
		return c.printJSON(client.Page[client.WebhookDelivery]{Items: items})
	}
	rows := make([][]string, len(items))
	for i, d := range items {
		rows[i] = []string{d.ID, d.Type, c.when(d.At), strconv.Itoa(d.Attempts), c.whenever(d.Next), c.sayDelivery(d.LastError)}
	}
	return c.printTable([]catalogue.Key{
		"ID", catalogue.HeadEventType, catalogue.HeadTime, catalogue.HeadAttempts, catalogue.HeadNextAttempt, catalogue.HeadLastError,
	}, rows)
}

// resendDeliveries sends one delivery again, or all that were given up.
func resendDeliveries(ctx context.Context, c *call, gateway *connection) error {
	webhook, ids := c.args[0], c.args[1:]
	if len(ids) == 0 {
		dead, err := collect(gateway.Deliveries(ctx, webhook, client.DeliveryDead))
		if err != nil {
			return gateway.explainWebhook(ctx, err)
		}
		for _, d := range dead {
			ids = append(ids, d.ID)
		}
	}
	for _, id := range ids {
		if _, err := gateway.ResendDelivery(ctx, webhook, id); err != nil {
			return gateway.explainWebhook(ctx, err)
		}
	}
	c.tell(catalogue.WebhookResent, len(ids))
	return nil
}

func enableWebhook(ctx context.Context, c *call, gateway *connection) error {
	state, err := gateway.EnableWebhook(ctx, c.args[0])
	if err != nil {
		return gateway.explainWebhook(ctx, err)
	}
	if c.asJSON {
		return c.printJSON(state)
	}
	c.tell(catalogue.WebhookEnabled, state.Name)
	return nil
}

// explainWebhook is explain for a call that names a webhook.
func (g *connection) explainWebhook(ctx context.Context, err error) error {
	return g.explainName(err, unknownName{code: "webhook_not_found", is: catalogue.WebhookUnknown, none: catalogue.WebhookNone, list: func() ([]string, error) {
		all, err := g.Webhooks(ctx)
		names := make([]string, len(all))
		for i, w := range all {
			names[i] = w.Name
		}
		return names, err
	}})
}
