package main

import (
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"goniec/api/client"
	"goniec/catalogue"
)

func (p *program) forgetCommand() *cobra.Command {
	cmd := p.askCommand("forget NUMBER", catalogue.CommandForget, 1, func(q question) error {
		suppressions, err := q.cmd.Flags().GetBool("suppressions")
		if err != nil {
			return err
		}
		force, err := q.cmd.Flags().GetBool("force")
		if err != nil {
			return err
		}
		if !force { // a mistyped number would be gone for good
			fmt.Fprintln(p.stderr, p.say(catalogue.ErasureUnforced, q.args[0]))
			return errSaid
		}
		fmt.Fprintln(p.stderr, p.say(catalogue.ErasureWait))
		e, err := q.client.Erase(q.cmd.Context(), client.ErasureRequest{Number: q.args[0], Suppressions: suppressions})
		if err != nil {
			return p.explainCall(err, q.where)
		}
		if q.asJSON {
			return p.printJSON(e)
		}
		fmt.Fprintln(p.stdout, p.say(catalogue.ErasureDone, e.Messages, e.Received, e.Calls, e.Conversations, e.Other))
		const kib = 1 << 10
		fmt.Fprintln(p.stdout, p.say(catalogue.ErasureFile, e.Overwritten/kib))
		if e.Suppressions > 0 {
			fmt.Fprintln(p.stdout, p.say(catalogue.ErasureKept, e.Suppressions))
		}
		fmt.Fprintln(p.stdout, p.say(catalogue.ErasureProof, e.ID, e.At.Local().Format(time.DateTime)))
		fmt.Fprintln(p.stdout, e.Remark)
		return nil
	})
	cmd.Flags().Bool("force", false, p.say(catalogue.FlagForceErasure))
	cmd.Flags().Bool("suppressions", false, p.say(catalogue.FlagSuppressions))
	cmd.AddCommand(p.askCommand("list", catalogue.CommandForgotten, 0, func(q question) error {
		erasures := []client.Erasure{}
		for e, err := range q.client.Erasures(q.cmd.Context()) {
			if err != nil {
				return p.explainCall(err, q.where)
			}
			erasures = append(erasures, e)
		}
		if q.asJSON {
			return p.printJSON(erasures)
		}
		rows := make([][]string, len(erasures))
		for i, e := range erasures {
			rows[i] = []string{
				e.At.Local().Format(time.DateTime), e.ID, strconv.Itoa(e.Messages), strconv.Itoa(e.Received), strconv.Itoa(e.Calls),
				strconv.Itoa(e.Conversations), e.By,
			}
		}
		return p.printTable([]catalogue.Key{
			catalogue.HeadTime, "ID", catalogue.HeadMessages, catalogue.HeadReceived, catalogue.HeadCalls, catalogue.HeadConversations, catalogue.HeadBy,
		}, rows)
	}))
	return cmd
}
