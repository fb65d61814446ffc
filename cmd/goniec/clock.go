package main

import (
	"context"
	"fmt"
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
	for _, line := range c.describeClock(clock) {
		fmt.Fprintln(c.stdout, line)
	}
	return nil
}

// describeClock returns what printClock prints, in lines: the time, why it is believed or
// what to do, and what shows another time.
func (t *terminal) describeClock(clock client.Clock) []string {
	lines := []string{t.say(catalogue.ClockShows, t.when(clock.Time))}
	switch {
	case !clock.Believed:
		lines = append(lines, t.say(catalogue.ClockDoubted))
	case clock.By == "":
		lines = append(lines, t.say(catalogue.ClockTrusted))
	default:
		lines = append(lines, t.say(catalogue.ClockConfirmed, catalogue.ClockSource(t.lang, clock.By)))
	}
	if o := clock.Other; o != nil {
		off := time.Duration(o.AheadSeconds * float64(time.Second)).Round(time.Second)
		key := catalogue.ClockAhead
		if off < 0 {
			key = catalogue.ClockBehind
		}
		lines = append(lines, t.say(catalogue.ClockOther, catalogue.ClockSource(t.lang, o.Source), t.say(key, off.Abs())))
	}
	return lines
}
