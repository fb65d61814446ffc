package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"goniec/api/client"
	"goniec/catalogue"
)

const (
	maxStdin  = 1 << 20                // bytes of a text from standard input
	firstPoll = 100 * time.Millisecond // between looks at a message that is followed; grows
	lastPoll  = 2 * time.Second
)

func (p *program) sendCommand() *cobra.Command {
	cmd := p.command("send --to NUMBER --text TEXT", catalogue.CommandSend, 0, 0, func(cmd *cobra.Command, _ []string) error {
		if err := p.require(cmd, "to", "text"); err != nil {
			return err
		}
		asJSON, err := p.wantsJSON(cmd)
		if err != nil {
			return err
		}
		c, where, err := p.connect(cmd)
		if err != nil {
			return err
		}
		request, err := p.messageRequest(cmd)
		if err != nil {
			return err
		}
		message, err := c.Send(cmd.Context(), request)
		if err != nil {
			return p.explainCall(err, where)
		}
		return p.follow(cmd, c, where, message, asJSON)
	})
	flags := cmd.Flags()
	flags.String("to", "", p.say(catalogue.FlagTo))
	flags.String("text", "", p.say(catalogue.FlagText))
	flags.String("reference", "", p.say(catalogue.FlagReference))
	flags.String("priority", "", p.say(catalogue.FlagPriority))
	flags.String("purpose", "", p.say(catalogue.FlagPurpose))
	flags.String("encoding", "", p.say(catalogue.FlagEncoding))
	flags.String("modem", "", p.say(catalogue.FlagModem))
	flags.Bool("flash", false, p.say(catalogue.FlagFlash))
	flags.Bool("wait", false, p.say(catalogue.FlagWait))
	flags.Duration("timeout", 0, p.say(catalogue.FlagTimeout))
	p.addConnection(cmd)
	p.addOutput(cmd)
	return cmd
}

// messageRequest makes the message that the flags describe.
func (p *program) messageRequest(cmd *cobra.Command) (client.MessageRequest, error) {
	value := func(name string) string { return cmd.Flag(name).Value.String() }
	text := value("text")
	if text == "-" {
		data, err := io.ReadAll(io.LimitReader(p.stdin, maxStdin))
		if err != nil {
			return client.MessageRequest{}, fmt.Errorf("read text from standard input: %w", err)
		}
		text = strings.TrimRight(string(data), "\r\n")
	}
	return client.MessageRequest{
		To: value("to"), Text: text, Reference: value("reference"), Modem: value("modem"),
		Priority: client.Priority(value("priority")), Purpose: client.Purpose(value("purpose")),
		Encoding: client.Encoding(value("encoding")), Flash: value("flash") == "true",
	}, nil
}

// follow prints the id, or the whole message as JSON, and with --wait follows the
// message to its end first. It fails if the message does not get there.
func (p *program) follow(cmd *cobra.Command, c *client.Client, where string, m client.Message, asJSON bool) error {
	if !asJSON {
		fmt.Fprintln(p.stdout, m.ID)
	}
	for _, w := range m.Warnings {
		fmt.Fprintln(p.stderr, p.say(catalogue.ConfigWarning, w.Detail))
	}
	if cmd.Flag("wait").Value.String() != "true" {
		if asJSON {
			return p.printJSON(m)
		}
		return nil
	}
	ctx := cmd.Context()
	if timeout, err := cmd.Flags().GetDuration("timeout"); err == nil && timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	m, err := p.watch(ctx, c, m)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		fmt.Fprintln(p.stderr, p.say(catalogue.SendTimeout, p.say(catalogue.StatusText(string(m.Status)))))
		err = errSaid
	case err != nil:
		return p.explainCall(err, where)
	case m.Status != client.StatusDelivered:
		fmt.Fprintln(p.stderr, p.say(catalogue.SendEnded))
		err = errSaid
	}
	if asJSON {
		if printErr := p.printJSON(m); printErr != nil {
			return printErr
		}
	}
	return err
}

// watch looks at a message until it has ended and prints each change of its
// status.
func (p *program) watch(ctx context.Context, c *client.Client, m client.Message) (client.Message, error) {
	poll := firstPoll
	timer := time.NewTimer(poll)
	defer timer.Stop()
	said := ""
	for {
		if now := p.describe(m); now != said {
			fmt.Fprintln(p.stderr, p.say(catalogue.SendStatus, time.Now().Format(time.TimeOnly), now))
			said = now
		}
		if m.Status.Final() {
			return m, nil
		}
		select {
		case <-ctx.Done():
			return m, ctx.Err()
		case <-timer.C:
		}
		poll = min(poll*3/2, lastPoll)
		timer.Reset(poll)
		next, err := c.Message(ctx, m.ID)
		switch {
		case ctx.Err() != nil:
			return m, ctx.Err()
		case err != nil:
			return m, err
		}
		m = next
	}
}

// describe says where a message stands, why it does not go on, and when it will.
func (p *program) describe(m client.Message) string {
	words := p.say(catalogue.StatusText(string(m.Status)))
	if m.Error == nil {
		return words
	}
	words += ": " + m.Error.Detail
	if m.Error.RetryAt == nil || m.Status.Final() {
		return words
	}
	next := catalogue.SendNextTry
	if m.Status == client.StatusHeld {
		next = catalogue.SendGoes
	}
	return words + " " + p.say(next, shortTime(*m.Error.RetryAt, time.Now()))
}

// shortTime writes a time of day as people here read it, with the date if it is not
// today.
func shortTime(at, now time.Time) string {
	at, now = at.Local(), now.Local()
	if at.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return at.Format(time.TimeOnly)
	}
	return at.Format("2006-01-02 15:04")
}
