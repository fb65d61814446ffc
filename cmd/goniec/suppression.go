package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"goniec/api/client"
	"goniec/catalogue"
)

func (p *program) suppressionListCommand() *cobra.Command {
	cmd := p.askCommand("list", catalogue.CommandSuppressionList, 0, func(q question) error {
		f := client.SuppressionFilter{To: q.cmd.Flag("to").Value.String(), Purpose: q.cmd.Flag("purpose").Value.String()}
		all := []client.Suppression{}
		for s, err := range q.client.Suppressions(q.cmd.Context(), f) {
			if err != nil {
				return p.explainCall(err, q.where)
			}
			all = append(all, s)
		}
		if q.asJSON {
			return p.printJSON(all)
		}
		rows := make([][]string, len(all))
		for i, s := range all {
			rows[i] = []string{s.ID, s.To, string(s.Purpose), s.Since.Local().Format("2006-01-02 15:04"), s.Source, s.Note}
		}
		return p.printTable([]catalogue.Key{
			catalogue.HeadID, catalogue.HeadNumber, catalogue.HeadPurpose, catalogue.HeadSinceWhen, catalogue.HeadSource, catalogue.HeadNote,
		}, rows)
	})
	cmd.Flags().String("to", "", p.say(catalogue.FlagSuppressionTo))
	cmd.Flags().String("purpose", "", p.say(catalogue.FlagSuppressionPurpose))
	return cmd
}

func (p *program) suppressionAddCommand() *cobra.Command {
	cmd := p.askCommand("add NUMBER", catalogue.CommandSuppressionAdd, 1, func(q question) error {
		s, err := q.client.Suppress(q.cmd.Context(), client.SuppressionRequest{
			To: q.args[0], Purpose: client.Purpose(q.cmd.Flag("purpose").Value.String()), Note: q.cmd.Flag("note").Value.String(),
		})
		if err != nil {
			return p.explainCall(err, q.where)
		}
		if q.asJSON {
			return p.printJSON(s)
		}
		fmt.Fprintln(p.stdout, s.ID)
		return nil
	})
	cmd.Flags().String("purpose", "all", p.say(catalogue.FlagSuppressionPurpose))
	cmd.Flags().String("note", "", p.say(catalogue.FlagNote))
	return cmd
}

func (p *program) suppressionRemoveCommand() *cobra.Command {
	return p.askCommand("remove ID", catalogue.CommandSuppressionRemove, 1, func(q question) error {
		if err := q.client.Unsuppress(q.cmd.Context(), q.args[0]); err != nil {
			return p.explainCall(err, q.where)
		}
		return nil
	})
}
