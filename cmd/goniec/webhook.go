package main

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"iter"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"goniec/api/client"
	"goniec/catalogue"
)

func (p *program) webhookCommand() *cobra.Command {
	return p.group("webhook", catalogue.CommandWebhook,
		p.webhookListCommand(), p.webhookTestCommand(), p.webhookDeliveriesCommand(), p.webhookResendCommand(), p.webhookEnableCommand(),
		p.command("secret", catalogue.CommandWebhookSecret, 0, 0, func(*cobra.Command, []string) error {
			secret := make([]byte, 32)
			if _, err := rand.Read(secret); err != nil {
				return fmt.Errorf("make secret: %w", err)
			}
			fmt.Fprintln(p.stdout, "whsec_"+base64.StdEncoding.EncodeToString(secret))
			return nil
		}))
}

func (p *program) webhookListCommand() *cobra.Command {
	return p.askCommand("list", catalogue.CommandWebhookList, 0, func(q question) error {
		all, err := q.client.Webhooks(q.cmd.Context())
		if err != nil {
			return p.explainCall(err, q.where)
		}
		if q.asJSON {
			return p.printJSON(client.Page[client.Webhook]{Items: all})
		}
		if len(all) == 0 {
			fmt.Fprintln(p.stderr, p.say(catalogue.WebhookNone))
			return nil
		}
		rows := make([][]string, len(all))
		for i, w := range all {
			state := map[string]catalogue.Key{"well": catalogue.WebhookWell, "failing": catalogue.WebhookFailing, "disabled": catalogue.WebhookDisabled}[w.State]
			trouble := ""
			if w.LastError != nil && w.State != "well" {
				trouble = w.LastError.Cause
			}
			rows[i] = []string{w.Name, w.URL, p.say(state), strconv.Itoa(w.Waiting), strconv.Itoa(w.Dead), localTime(w.LastSuccess), trouble}
		}
		return p.printTable([]catalogue.Key{
			catalogue.HeadName, "URL", catalogue.HeadState, catalogue.HeadWaiting, catalogue.HeadGivenUp, catalogue.HeadLastSuccess, catalogue.HeadLastError,
		}, rows)
	})
}

// localTime writes a time for people, nothing for none.
func localTime(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Local().Format(time.DateTime)
}

func (p *program) webhookTestCommand() *cobra.Command {
	return p.askCommand("test NAME", catalogue.CommandWebhookTest, 1, func(q question) error {
		result, err := q.client.TestWebhook(q.cmd.Context(), q.args[0])
		if err != nil {
			return p.explainWebhook(q, err)
		}
		if q.asJSON {
			if err := p.printJSON(result); err != nil {
				return err
			}
		} else if result.OK {
			fmt.Fprintln(p.stdout, p.say(catalogue.WebhookTook, q.args[0], result.Status, int(result.TookSeconds*1000)))
		} else {
			fmt.Fprintln(p.stderr, p.say(catalogue.WebhookRefused, q.args[0], result.Cause))
		}
		if !result.OK {
			return errSaid
		}
		return nil
	})
}

func (p *program) webhookDeliveriesCommand() *cobra.Command {
	cmd := p.askCommand("deliveries NAME", catalogue.CommandWebhookDeliveries, 1, func(q question) error {
		state := q.cmd.Flag("state").Value.String()
		items, err := gather(q.client.Deliveries(q.cmd.Context(), q.args[0], state))
		if err != nil {
			return p.explainWebhook(q, err)
		}
		if q.asJSON {
			return p.printJSON(client.Page[client.WebhookDelivery]{Items: items})
		}
		rows := make([][]string, len(items))
		for i, d := range items {
			trouble := ""
			if d.LastError != nil {
				trouble = d.LastError.Cause
			}
			rows[i] = []string{d.ID, d.Type, localTime(&d.At), strconv.Itoa(d.Attempts), localTime(d.Next), trouble}
		}
		return p.printTable([]catalogue.Key{
			"ID", catalogue.HeadEventType, catalogue.HeadTime, catalogue.HeadAttempts, catalogue.HeadNextAttempt, catalogue.HeadLastError,
		}, rows)
	})
	cmd.Flags().String("state", client.DeliveryDead, p.say(catalogue.FlagDeliveryState))
	return cmd
}

// gather collects what a walk yields, as far as its first error.
func gather[T any](walk iter.Seq2[T, error]) ([]T, error) {
	items := []T{}
	for item, err := range walk {
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}

func (p *program) webhookResendCommand() *cobra.Command {
	cmd := p.command("resend NAME [ID]", catalogue.CommandWebhookResend, 1, 2, func(cmd *cobra.Command, args []string) error {
		c, where, err := p.connect(cmd)
		if err != nil {
			return err
		}
		q := question{cmd: cmd, args: args, client: c, where: where}
		ids := args[1:]
		if len(ids) == 0 {
			dead, err := gather(c.Deliveries(cmd.Context(), args[0], client.DeliveryDead))
			if err != nil {
				return p.explainWebhook(q, err)
			}
			for _, d := range dead {
				ids = append(ids, d.ID)
			}
		}
		for _, id := range ids {
			if _, err := c.ResendDelivery(cmd.Context(), args[0], id); err != nil {
				return p.explainWebhook(q, err)
			}
		}
		fmt.Fprintln(p.stderr, p.say(catalogue.WebhookResent, len(ids)))
		return nil
	})
	p.addConnection(cmd)
	return cmd
}

func (p *program) webhookEnableCommand() *cobra.Command {
	return p.askCommand("enable NAME", catalogue.CommandWebhookEnable, 1, func(q question) error {
		state, err := q.client.EnableWebhook(q.cmd.Context(), q.args[0])
		if err != nil {
			return p.explainWebhook(q, err)
		}
		if q.asJSON {
			return p.printJSON(state)
		}
		fmt.Fprintln(p.stderr, p.say(catalogue.WebhookEnabled, state.Name))
		return nil
	})
}

// explainWebhook is explainCall for calls that name a webhook: it says which there
// are.
func (p *program) explainWebhook(q question, err error) error {
	return p.explainName(q, err, "webhook_not_found", catalogue.WebhookUnknown, catalogue.WebhookNone, func() ([]string, error) {
		all, err := q.client.Webhooks(q.cmd.Context())
		names := make([]string, len(all))
		for i, w := range all {
			names[i] = w.Name
		}
		return names, err
	})
}
