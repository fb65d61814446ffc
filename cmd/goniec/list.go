package main

import (
	"context"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"goniec/api/client"
	"goniec/catalogue"
)

// defaultLimit is how many items a list shows unless --limit says otherwise.
const defaultLimit = 50

// addListFlags adds the flags of a list of what was sent or received.
func addListFlags(t *terminal, cmd *cobra.Command) {
	cmd.Flags().String("since", "", t.say(catalogue.FlagSince))
	cmd.Flags().String("until", "", t.say(catalogue.FlagUntil))
	cmd.Flags().Bool("texts", false, t.say(catalogue.FlagTexts))
	addLimit(t, cmd)
}

// addLimit adds --limit.
func addLimit(t *terminal, cmd *cobra.Command) {
	cmd.Flags().Int("limit", defaultLimit, t.say(catalogue.FlagLimit))
}

func messageListCommand(t *terminal) *cobra.Command {
	cmd := newCommand(t, command{use: "list", short: catalogue.CommandMessageList, output: true, ask: listMessages})
	cmd.Flags().String("to", "", t.say(catalogue.FlagListTo))
	cmd.Flags().StringSlice("status", nil, t.say(catalogue.FlagListStatus))
	cmd.Flags().String("reference", "", t.say(catalogue.FlagListReference))
	addListFlags(t, cmd)
	return cmd
}

func inboxCommand(t *terminal) *cobra.Command {
	cmd := newCommand(t, command{use: "inbox", short: catalogue.CommandInbox, output: true, ask: listInbox})
	cmd.Flags().String("from", "", t.say(catalogue.FlagListFrom))
	cmd.Flags().String("answer", "", t.say(catalogue.FlagListAnswer))
	addListFlags(t, cmd)
	return cmd
}

func conversationCommand(t *terminal) *cobra.Command {
	list := newCommand(t, command{use: "list", short: catalogue.CommandConversationList, output: true, ask: listConversations})
	list.Flags().String("state", "", t.say(catalogue.FlagListState))
	list.Flags().String("with", "", t.say(catalogue.FlagListWith))
	list.Flags().Bool("unread", false, t.say(catalogue.FlagListUnread))
	addLimit(t, list)
	return newGroup(t, "conversation", catalogue.CommandConversation, list)
}

func listMessages(ctx context.Context, c *call, gateway *connection) error {
	f := client.MessageFilter{To: c.flag("to"), Reference: c.flag("reference")}
	for _, status := range must(c.cmd.Flags().GetStringSlice("status")) {
		f.Status = append(f.Status, client.Status(status))
	}
	var err error
	if f.Since, f.Until, err = c.span(); err != nil {
		return err
	}
	rows := func(items []client.Message) (heads []catalogue.Key, rows [][]string) {
		for _, m := range items {
			trouble := ""
			if m.Error != nil {
				trouble = brief(m.Error.Detail)
			}
			rows = append(rows, []string{
				c.when(m.CreatedAt), m.To, c.say(catalogue.StatusText(string(m.Status))), trouble, m.Modem, m.Reference, m.ID, oneLine(m.Text),
			})
		}
		return []catalogue.Key{
			catalogue.HeadTime, catalogue.HeadNumber, catalogue.HeadState, catalogue.HeadTrouble, catalogue.HeadModem, catalogue.HeadReference, catalogue.HeadID, catalogue.HeadText,
		}, rows
	}
	return printList(c, gateway, gateway.Messages(ctx, f), rows)
}

func listInbox(ctx context.Context, c *call, gateway *connection) error {
	f := client.InboxFilter{From: c.flag("from"), Answer: c.flag("answer")}
	var err error
	if f.Since, f.Until, err = c.span(); err != nil {
		return err
	}
	rows := func(items []client.Inbound) (heads []catalogue.Key, rows [][]string) {
		for _, m := range items {
			rows = append(rows, []string{c.when(m.ReceivedAt), m.From, c.sayAnswer(m), m.Modem, m.MessageID, m.ID, oneLine(m.Text)})
		}
		return []catalogue.Key{
			catalogue.HeadTime, catalogue.HeadNumber, catalogue.HeadAnswer, catalogue.HeadModem, catalogue.HeadMessage, catalogue.HeadID, catalogue.HeadText,
		}, rows
	}
	return printList(c, gateway, gateway.Inbox(ctx, f), rows)
}

// sayAnswer returns what a received text answers; else why a person has to look at it, if
// one has to.
func (t *terminal) sayAnswer(m client.Inbound) string {
	switch {
	case m.Reading != nil && m.Reading.Reason != "":
		return t.sayReason(m.Reading.Reason)
	case m.Answer != nil:
		return t.say(catalogue.Key("answer." + m.Answer.Value))
	}
	return ""
}

// sayReason returns why a conversation waits.
func (t *terminal) sayReason(reason string) string {
	if key := catalogue.Key("waits." + reason); catalogue.Has(key) {
		return t.say(key)
	}
	return reason
}

func listConversations(ctx context.Context, c *call, gateway *connection) error {
	f := client.ConversationFilter{State: c.flag("state"), With: c.flag("with"), Unread: c.is("unread")}
	rows := func(items []client.Conversation) (heads []catalogue.Key, rows [][]string) {
		for _, v := range items {
			rows = append(rows, []string{c.when(v.At), v.With, c.say(catalogue.ConversationState(v.State)), c.sayReason(v.Reason), strconv.Itoa(v.Unread), v.AssignedTo, v.ID})
		}
		return []catalogue.Key{
			catalogue.HeadTime, catalogue.HeadNumber, catalogue.HeadState, catalogue.HeadReason, catalogue.HeadUnread, catalogue.HeadAssigned, catalogue.HeadID,
		}, rows
	}
	return printList(c, gateway, gateway.Conversations(ctx, f), rows)
}

// printList prints the items of a walk, --limit at most, as a table or as JSON. The last
// column of a table is the text where there is --texts, and is left out without that flag:
// a terminal is read by more people than the one who typed.
func printList[T any](c *call, gateway *connection, walk iter.Seq2[T, error], table func([]T) ([]catalogue.Key, [][]string)) error {
	limit := must(c.cmd.Flags().GetInt("limit"))
	if limit < 0 {
		return c.wrongUsage(catalogue.UsageInvalidFlag, "--limit", strconv.Itoa(limit))
	}
	items, more := []T{}, false
	bar := c.progress()
	for item, err := range walk {
		if err != nil {
			bar.clear()
			return gateway.explain(err)
		}
		if more = limit > 0 && len(items) == limit; more {
			break
		}
		if items = append(items, item); len(items)%defaultLimit == 0 {
			bar.say(catalogue.ListProgress, len(items))
		}
	}
	bar.clear()
	if more {
		defer c.tell(catalogue.ListMore, limit)
	}
	switch {
	case c.asJSON:
		return c.printJSON(items)
	case len(items) == 0:
		c.tell(catalogue.ListNone)
		return nil
	}
	heads, rows := table(items)
	if last := len(heads) - 1; heads[last] == catalogue.HeadText && !c.is("texts") {
		heads = heads[:last]
		for i := range rows {
			rows[i] = rows[i][:last]
		}
	}
	return c.printTable(heads, rows)
}

// oneLine puts a text on one line.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// span returns the times of --since and --until; zero where the flag is not given.
func (c *call) span() (since, until time.Time, err error) {
	if since, err = c.timeFlag("since"); err != nil {
		return since, until, err
	}
	until, err = c.timeFlag("until")
	return since, until, err
}

// timeFlag reads a time: a day, a day with a time of day in the zone of the gateway, RFC
// 3339, or how long ago: 90m, 24h, 7d.
func (c *call) timeFlag(name string) (time.Time, error) {
	written := c.flag(name)
	if written == "" {
		return time.Time{}, nil
	}
	if ago, ok := readAgo(written); ok {
		return time.Now().Add(-ago), nil
	}
	zone := c.local(time.Now()).Location()
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04", "2006-01-02T15:04", time.DateOnly} {
		if at, err := time.ParseInLocation(layout, written, zone); err == nil {
			return at, nil
		}
	}
	return time.Time{}, c.wrongUsage(catalogue.UsageTime, "--"+name, written)
}

// readAgo reads a length of time, in days as well.
func readAgo(written string) (time.Duration, bool) {
	var days int
	if n, err := fmt.Sscanf(written, "%dd", &days); n == 1 && err == nil && written == strconv.Itoa(days)+"d" {
		return time.Duration(days) * 24 * time.Hour, days >= 0
	}
	d, err := time.ParseDuration(written)
	return d, err == nil && d >= 0
}
