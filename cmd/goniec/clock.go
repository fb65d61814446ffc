package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"goniec/api/client"
	"goniec/catalogue"
)

func clockCommand(t *terminal) *cobra.Command {
	cmd := newCommand(t, command{use: "clock", short: catalogue.CommandClock, output: true, ask: func(ctx context.Context, c *call, gateway *connection) error {
		clock, err := gateway.Clock(ctx)
		if err != nil {
			return gateway.explain(err)
		}
		return printClock(c, clock)
	}})
	cmd.AddCommand(newCommand(t, command{use: "confirm TIME", short: catalogue.CommandClockConfirm, args: 1, output: true, ask: confirmClock}))
	return cmd
}

func confirmClock(ctx context.Context, c *call, gateway *connection) error {
	clock, err := gateway.ConfirmClock(ctx, client.ClockRequest{Time: c.args[0]})
	if err != nil {
		return gateway.explain(err)
	}
	return printClock(c, clock)
}

// printClock prints which time the clock of the gateway shows, and whether the gateway
// believes the clock and why.
func printClock(c *call, clock client.Clock) error {
	if c.asJSON {
		return c.printJSON(clock)
	}
	c.show(catalogue.ClockShows, clock.Time.Format(time.DateTime))
	switch {
	case !clock.Believed:
		c.show(catalogue.ClockDoubted)
	case clock.By == "":
		c.show(catalogue.ClockTrusted)
	default:
		c.show(catalogue.ClockConfirmed, catalogue.ClockSource(c.lang, clock.By))
	}
	if o := clock.Other; o != nil {
		off := time.Duration(o.AheadSeconds * float64(time.Second)).Round(time.Second)
		key := catalogue.ClockAhead
		if off < 0 {
			key = catalogue.ClockBehind
		}
		c.show(catalogue.ClockOther, catalogue.ClockSource(c.lang, o.Source), c.say(key, off.Abs()))
	}
	return nil
}
