package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"goniec/catalogue"
)

// addOutput adds --output to a command that prints a table.
func (p *program) addOutput(cmd *cobra.Command) {
	cmd.Flags().StringP("output", "o", "text", p.say(catalogue.FlagOutput))
}

// wantsJSON reads --output.
func (p *program) wantsJSON(cmd *cobra.Command) (bool, error) {
	switch form := cmd.Flag("output").Value.String(); form {
	case "json":
		return true, nil
	case "text":
		return false, nil
	default:
		return false, p.wrongUsage(cmd, catalogue.UsageOutput, form)
	}
}

// printJSON prints value for programs.
func (p *program) printJSON(value any) error {
	encoder := json.NewEncoder(p.stdout)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

// printTable prints rows for people, under heads in their language. An empty
// cell is shown as a hyphen, so that the eye keeps its column.
func (p *program) printTable(heads []catalogue.Key, rows [][]string) error {
	w := tabwriter.NewWriter(p.stdout, 0, 8, 2, ' ', 0)
	names := make([]string, len(heads))
	for i, head := range heads {
		names[i] = p.say(head)
	}
	fmt.Fprintln(w, strings.Join(names, "\t"))
	for _, row := range rows {
		for i, cell := range row {
			if cell == "" {
				row[i] = "-"
			}
		}
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}
