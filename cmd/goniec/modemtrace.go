package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"goniec/api/client"
	"goniec/catalogue"
	"goniec/modem"
)

// traceInterval is the time between two requests of modem trace --follow.
const traceInterval = 500 * time.Millisecond

func modemTraceCommand(t *terminal) *cobra.Command {
	cmd := newCommand(t, command{use: "trace NAME", short: catalogue.CommandModemTrace, args: 1, output: true, ask: traceModem})
	cmd.Flags().BoolP("follow", "f", false, t.say(catalogue.FlagFollow))
	return cmd
}

// traceModem prints the recent lines between host and modem and, with --follow, the
// lines after those until ctx is done.
func traceModem(ctx context.Context, c *call, gateway *connection) error {
	trace, err := gateway.TraceModem(ctx, c.args[0], 0)
	if err != nil {
		return gateway.explainModem(ctx, err)
	}
	follow := c.is("follow")
	if c.asJSON && !follow {
		return c.printJSON(trace)
	}
	write, err := newTraceWriter(c, trace)
	if err != nil {
		return err
	}
	if err := write(trace.Lines); err != nil || !follow {
		return err
	}
	return gateway.explain(followTrace(ctx, gateway, trace, write))
}

// traceWriter writes lines of a trace.
type traceWriter func([]client.TraceLine) error

// newTraceWriter returns a writer of trace files or, for JSON, of one object a line.
func newTraceWriter(c *call, trace client.Trace) (traceWriter, error) {
	if c.asJSON {
		return func(lines []client.TraceLine) error {
			for _, l := range lines {
				if err := c.printJSON(l); err != nil {
					return err
				}
			}
			return nil
		}, nil
	}
	w, err := modem.NewTraceWriter(c.stdout, modem.TraceHeader{
		Version: trace.Version, Modem: trace.Modem, Manufacturer: trace.Manufacturer, Model: trace.Model, Revision: trace.Revision, Profile: trace.Profile,
	})
	return func(lines []client.TraceLine) error {
		out := make([]modem.TraceLine, len(lines))
		for i, l := range lines {
			out[i] = modem.TraceLine{Number: l.Number, At: l.At, Sent: l.From == client.FromHost, Note: l.From == client.FromPort, Text: l.Text}
		}
		return w.Write(out)
	}, err
}

// followTrace writes the lines after those of trace until ctx is done.
func followTrace(ctx context.Context, gateway *connection, trace client.Trace, write traceWriter) error {
	ticker := time.NewTicker(traceInterval)
	defer ticker.Stop()
	last := lastNumber(trace.Lines, 0)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		next, err := gateway.TraceModem(ctx, trace.Modem, last)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			return err
		}
		if err := write(next.Lines); err != nil {
			return err
		}
		last = lastNumber(next.Lines, last)
	}
}

// lastNumber returns the number of the last line; before if there are no lines.
func lastNumber(lines []client.TraceLine, before uint64) uint64 {
	if len(lines) == 0 {
		return before
	}
	return lines[len(lines)-1].Number
}
