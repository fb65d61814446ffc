package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"goniec/api/client"
	"goniec/catalogue"
)

func (p *program) clockCommand() *cobra.Command {
	cmd := p.askCommand("clock", catalogue.CommandClock, 0, func(q question) error {
		clock, err := q.client.Clock(q.cmd.Context())
		if err != nil {
			return p.explainCall(err, q.where)
		}
		return p.printClock(clock, q.asJSON)
	})
	cmd.AddCommand(p.askCommand("confirm TIME", catalogue.CommandClockConfirm, 1, func(q question) error {
		clock, err := q.client.ConfirmClock(q.cmd.Context(), client.ClockRequest{Time: q.args[0]})
		if err != nil {
			return p.explainCall(err, q.where)
		}
		return p.printClock(clock, q.asJSON)
	}))
	return cmd
}

// printClock says what the gateway takes for the time, and why.
func (p *program) printClock(c client.Clock, asJSON bool) error {
	if asJSON {
		return p.printJSON(c)
	}
	fmt.Fprintln(p.stdout, p.say(catalogue.ClockShows, c.Time.Format(time.DateTime)))
	switch {
	case !c.Believed:
		fmt.Fprintln(p.stdout, p.say(catalogue.ClockDoubted))
	case c.By == "":
		fmt.Fprintln(p.stdout, p.say(catalogue.ClockTrusted))
	default:
		fmt.Fprintln(p.stdout, p.say(catalogue.ClockConfirmed, catalogue.ClockSource(p.lang, c.By)))
	}
	if o := c.Other; o != nil {
		off := time.Duration(o.AheadSeconds * float64(time.Second)).Round(time.Second)
		key := catalogue.ClockAhead
		if off < 0 {
			key = catalogue.ClockBehind
		}
		fmt.Fprintln(p.stdout, p.say(catalogue.ClockOther, catalogue.ClockSource(p.lang, o.Source), p.say(key, off.Abs())))
	}
	return nil
}
