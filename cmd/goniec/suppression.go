package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"goniec/api/client"
	"goniec/catalogue"
)

func suppressionCommand(t *terminal) *cobra.Command {
	list := newCommand(t, command{use: "list", short: catalogue.CommandSuppressionList, output: true, ask: listSuppressions})
	list.Flags().String("to", "", t.say(catalogue.FlagSuppressionTo))
	list.Flags().String("purpose", "", t.say(catalogue.FlagSuppressionPurpose))
	add := newCommand(t, command{use: "add NUMBER", short: catalogue.CommandSuppressionAdd, args: 1, output: true, ask: addSuppression})
	add.Flags().String("purpose", "all", t.say(catalogue.FlagSuppressionPurpose))
	add.Flags().String("note", "", t.say(catalogue.FlagNote))
	remove := newCommand(t, command{use: "remove ID", short: catalogue.CommandSuppressionRemove, args: 1, output: true, ask: removeSuppression})
	return newGroup(t, "suppression", catalogue.CommandSuppression, list, add, remove)
}

func listSuppressions(ctx context.Context, c *call, gateway *connection) error {
	all, err := collect(gateway.Suppressions(ctx, client.SuppressionFilter{To: c.flag("to"), Purpose: c.flag("purpose")}))
	if err != nil {
		return gateway.explain(err)
	}
	if c.asJSON {
		return c.printJSON(all)
	}
	rows := make([][]string, len(all))
	for i, s := range all {
		rows[i] = []string{s.ID, s.To, string(s.Purpose), c.when(s.Since), s.Source, s.Note}
	}
	return c.printTable([]catalogue.Key{
		catalogue.HeadID, catalogue.HeadNumber, catalogue.HeadPurpose, catalogue.HeadSinceWhen, catalogue.HeadSource, catalogue.HeadNote,
	}, rows)
}

func addSuppression(ctx context.Context, c *call, gateway *connection) error {
	s, err := gateway.Suppress(ctx, client.SuppressionRequest{
		To: c.args[0], Purpose: client.Purpose(c.flag("purpose")), Note: c.flag("note"),
	})
	if err != nil {
		return gateway.explain(err)
	}
	if c.asJSON {
		return c.printJSON(s)
	}
	fmt.Fprintln(c.stdout, s.ID)
	return nil
}

func removeSuppression(ctx context.Context, c *call, gateway *connection) error {
	if err := gateway.Unsuppress(ctx, c.args[0]); err != nil {
		return gateway.explain(err)
	}
	return nil
}
