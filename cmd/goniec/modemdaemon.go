package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"goniec/api/client"
	"goniec/catalogue"
	"goniec/modem"
)

// followEvery is how often modem trace --follow asks for new lines.
const followEvery = 500 * time.Millisecond

func (p *program) modemTraceCommand() *cobra.Command {
	cmd := p.askCommand("trace NAME", catalogue.CommandModemTrace, 1, func(q question) error {
		follow, err := q.cmd.Flags().GetBool("follow")
		if err != nil {
			return err
		}
		trace, err := q.client.TraceModem(q.cmd.Context(), q.args[0], 0)
		if err != nil {
			return p.explainModem(q, err)
		}
		if q.asJSON && !follow {
			return p.printJSON(trace)
		}
		write, err := p.traceWriter(trace, q.asJSON)
		if err != nil {
			return err
		}
		if err := write(trace.Lines); err != nil || !follow {
			return err
		}
		return p.explainCall(followTrace(q.cmd.Context(), q.client, trace, write), q.where)
	})
	cmd.Flags().BoolP("follow", "f", false, p.say(catalogue.FlagFollow))
	return cmd
}

// traceWriter returns what writes lines as a trace file or, with asJSON, each as an
// object of its own.
func (p *program) traceWriter(trace client.Trace, asJSON bool) (func([]client.TraceLine) error, error) {
	if asJSON {
		return func(lines []client.TraceLine) error {
			for _, l := range lines {
				if err := p.printJSON(l); err != nil {
					return err
				}
			}
			return nil
		}, nil
	}
	w, err := modem.NewTraceWriter(p.stdout, modem.TraceHeader{
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

// followTrace writes new lines until ctx is done.
func followTrace(ctx context.Context, c *client.Client, trace client.Trace, write func([]client.TraceLine) error) error {
	ticker := time.NewTicker(followEvery)
	defer ticker.Stop()
	last := lastNumber(trace.Lines, 0)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		next, err := c.TraceModem(ctx, trace.Modem, last)
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

func lastNumber(lines []client.TraceLine, before uint64) uint64 {
	if len(lines) == 0 {
		return before
	}
	return lines[len(lines)-1].Number
}

func (p *program) modemUSSDCommand() *cobra.Command {
	return p.askCommand("ussd NAME CODE", catalogue.CommandModemUSSD, 2, func(q question) error {
		text, err := q.client.USSD(q.cmd.Context(), q.args[0], q.args[1])
		if err != nil {
			return p.explainModem(q, err)
		}
		if q.asJSON {
			return p.printJSON(client.USSDAnswer{Text: text})
		}
		fmt.Fprintln(p.stdout, text)
		return nil
	})
}

func (p *program) modemRestartCommand() *cobra.Command {
	return p.askCommand("restart NAME", catalogue.CommandModemRestart, 1, func(q question) error {
		state, err := q.client.RestartModem(q.cmd.Context(), q.args[0])
		if err != nil {
			return p.explainModem(q, err)
		}
		if q.asJSON {
			return p.printJSON(state)
		}
		fmt.Fprintln(p.stderr, p.say(catalogue.ModemRestarts, state.Name))
		return nil
	})
}

// explainModem is explainCall for calls that name a modem: it says which there are.
func (p *program) explainModem(q question, err error) error {
	return p.explainName(q, err, "modem_not_found", catalogue.ModemUnknown, "", func() ([]string, error) {
		all, err := q.client.Modems(q.cmd.Context())
		names := make([]string, len(all))
		for i, m := range all {
			names[i] = m.Name
		}
		return names, err
	})
}

// running returns the modems of the daemon, nil if none can be asked: modem list
// shows what is plugged in without it as well.
func (p *program) running(cmd *cobra.Command) []client.Modem {
	quiet := *p
	quiet.stderr = io.Discard
	c, _, err := quiet.connect(cmd)
	if err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), daemonPatience)
	defer cancel()
	modems, err := c.Modems(ctx)
	if err != nil {
		return nil
	}
	return modems
}

// daemonPatience is how long a daemon may take to say how its modems are.
const daemonPatience = 5 * time.Second

// printModems prints the modems of the daemon, and below the table what is wrong
// with them.
func (p *program) printModems(modems []client.Modem) error {
	if len(modems) == 0 {
		return nil
	}
	rows := make([][]string, len(modems))
	var troubles []string
	for i, m := range modems {
		signal := ""
		if m.SignalDBM != nil {
			signal = strconv.Itoa(*m.SignalDBM) + " dBm"
		}
		var codes []string
		all := slices.Clone(m.Alarms)
		if m.LastError != nil {
			all = append([]client.ModemError{*m.LastError}, all...)
		}
		for _, e := range all {
			codes = append(codes, e.Code)
			troubles = append(troubles, m.Name+": "+e.Detail+" "+e.Remedy)
		}
		rows[i] = []string{m.Name, m.State, signal, m.Operator, m.Device, strings.TrimSpace(m.Manufacturer + " " + m.Model), m.Profile, strings.Join(codes, ", ")}
	}
	err := p.printTable([]catalogue.Key{
		catalogue.HeadName, catalogue.HeadState, catalogue.HeadSignal, catalogue.HeadOperator, catalogue.HeadDevice, catalogue.HeadModem, catalogue.HeadProfile, catalogue.HeadTrouble,
	}, rows)
	for _, trouble := range troubles {
		fmt.Fprintln(p.stdout, trouble)
	}
	fmt.Fprintln(p.stdout)
	return err
}
