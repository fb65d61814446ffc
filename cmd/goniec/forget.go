package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"goniec/api/client"
	"goniec/catalogue"
)

func forgetCommand(t *terminal) *cobra.Command {
	cmd := newCommand(t, command{use: "forget NUMBER", short: catalogue.CommandForget, args: 1, output: true, ask: forget})
	cmd.Flags().Bool("force", false, t.say(catalogue.FlagForceErasure))
	cmd.Flags().Bool("suppressions", false, t.say(catalogue.FlagSuppressions))
	cmd.AddCommand(newCommand(t, command{use: "list", short: catalogue.CommandForgotten, output: true, ask: listErasures}))
	return cmd
}

// forget erases what the gateway knows of a number. It wants --force, because a mistyped
// number would be gone for good.
func forget(ctx context.Context, c *call, gateway *connection) error {
	if !c.is("force") {
		return c.fail(catalogue.ErasureUnforced, c.args[0])
	}
	c.tell(catalogue.ErasureWait)
	e, err := gateway.Erase(ctx, client.ErasureRequest{Number: c.args[0], Suppressions: c.is("suppressions")})
	if err != nil {
		return gateway.explain(err)
	}
	if c.asJSON {
		return c.printJSON(e)
	}
	c.show(catalogue.ErasureDone, e.Messages, e.Received, e.Calls, e.Conversations, e.Other)
	const kibibyte = 1 << 10
	c.show(catalogue.ErasureFile, e.Overwritten/kibibyte)
	if e.Suppressions > 0 {
		c.show(catalogue.ErasureKept, e.Suppressions)
	}
	c.show(catalogue.ErasureProof, e.ID, c.when(e.At))
	fmt.Fprintln(c.stdout, e.Remark)
	return nil
}

func listErasures(ctx context.Context, c *call, gateway *connection) error {
	erasures, err := collect(gateway.Erasures(ctx))
	if err != nil {
		return gateway.explain(err)
	}
	if c.asJSON {
		return c.printJSON(erasures)
	}
	rows := make([][]string, len(erasures))
	for i, e := range erasures {
		rows[i] = []string{
			c.when(e.At), e.ID, strconv.Itoa(e.Messages), strconv.Itoa(e.Received), strconv.Itoa(e.Calls),
			strconv.Itoa(e.Conversations), e.By,
		}
	}
	return c.printTable([]catalogue.Key{
		catalogue.HeadTime, "ID", catalogue.HeadMessages, catalogue.HeadReceived, catalogue.HeadCalls, catalogue.HeadConversations, catalogue.HeadBy,
	}, rows)
}
