package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
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

func sendCommand(t *terminal) *cobra.Command {
	cmd := newCommand(t, command{use: "send --to NUMBER --text TEXT", short: catalogue.CommandSend, long: catalogue.CommandSendLong, output: true, ask: send})
	flags := cmd.Flags()
	flags.String("to", "", t.say(catalogue.FlagTo))
	flags.String("text", "", t.say(catalogue.FlagText))
	flags.String("reference", "", t.say(catalogue.FlagReference))
	flags.String("priority", "", t.say(catalogue.FlagPriority))
	flags.String("purpose", "", t.say(catalogue.FlagPurpose))
	flags.String("encoding", "", t.say(catalogue.FlagEncoding))
	flags.String("modem", "", t.say(catalogue.FlagModem))
	flags.String("key", "", t.say(catalogue.FlagKey))
	flags.Bool("flash", false, t.say(catalogue.FlagFlash))
	flags.Bool("wait", false, t.say(catalogue.FlagWait))
	flags.Duration("timeout", 0, t.say(catalogue.FlagTimeout))
	require(t, cmd, "to", "text")
	return cmd
}

// send sends a message and prints its id, or the whole message as JSON. With --wait it
// follows the message to its end first. The exit status tells a script whether to repeat
// the command.
func send(ctx context.Context, c *call, gateway *connection) error {
	request, err := messageRequest(c)
	if err != nil {
		return err
	}
	var options []client.SendOption
	if key := c.flag("key"); key != "" {
		options = append(options, client.WithKey(key))
	}
	m, err := gateway.Send(ctx, request, options...)
	if err != nil {
		return explainRefusal(gateway, err)
	}
	if !c.asJSON {
		fmt.Fprintln(c.stdout, m.ID)
	}
	for _, w := range m.Warnings {
		c.tell(catalogue.ConfigWarning, w.Detail)
	}
	var ended error
	if c.is("wait") {
		m, ended = awaitEnd(ctx, c, gateway, m)
	}
	if c.asJSON {
		if err := c.printJSON(m); err != nil {
			return err
		}
	}
	return ended
}

// explainRefusal prints why a message was not accepted. The exit status says whether the
// same command may have another result: not if the request itself was refused.
func explainRefusal(gateway *connection, err error) error {
	explained := gateway.explain(err)
	var problem *client.Problem
	if !errors.As(err, &problem) || problem.Status < 400 || problem.Status >= 500 {
		return explained
	}
	switch problem.Status {
	case http.StatusRequestTimeout, http.StatusConflict, http.StatusTooManyRequests:
		return explained
	}
	if !errors.Is(explained, errExplained) {
		fmt.Fprintf(gateway.terminal.stderr, "goniec: %s\n", explained)
	}
	return statusError(exitNever)
}

// messageRequest makes the message that the flags describe.
func messageRequest(c *call) (client.MessageRequest, error) {
	text := c.flag("text")
	if text == "-" {
		data, err := io.ReadAll(io.LimitReader(c.stdin, maxStdin))
		if err != nil {
			return client.MessageRequest{}, fmt.Errorf("read text from standard input: %w", err)
		}
		text = strings.TrimRight(string(data), "\r\n")
	}
	return client.MessageRequest{
		To: c.flag("to"), Text: text, Reference: c.flag("reference"), Modem: c.flag("modem"),
		Priority: client.Priority(c.flag("priority")), Purpose: client.Purpose(c.flag("purpose")),
		Encoding: client.Encoding(c.flag("encoding")), Flash: c.is("flash"),
	}, nil
}

// awaitEnd follows a message to its end, for --timeout at most. It returns the message as
// it was last seen, and a statusError unless the message was delivered.
func awaitEnd(ctx context.Context, c *call, gateway *connection, m client.Message) (client.Message, error) {
	if timeout := must(c.cmd.Flags().GetDuration("timeout")); timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	m, err := followMessage(ctx, gateway, m)
	switch {
	case err == nil && m.Status == client.StatusDelivered:
		return m, nil
	case err == nil:
		c.tell(catalogue.SendEnded)
		return m, statusError(exitNever)
	case errors.Is(err, context.DeadlineExceeded):
		c.tell(catalogue.SendTimeout, c.say(catalogue.StatusText(string(m.Status))))
	default:
		if err := gateway.explain(err); !errors.Is(err, errExplained) && ctx.Err() == nil {
			fmt.Fprintf(c.stderr, "goniec: %s\n", err)
		}
	}
	c.tell(catalogue.SendAccepted, m.ID)
	return m, statusError(exitUnderWay)
}

// followMessage looks at a message until it has ended and prints each change of its
// status.
func followMessage(ctx context.Context, gateway *connection, m client.Message) (client.Message, error) {
	poll := firstPoll
	timer := time.NewTimer(poll)
	defer timer.Stop()
	printed := ""
	for {
		if now := describeStatus(gateway.terminal, m); now != printed {
			gateway.terminal.tell(catalogue.SendStatus, gateway.terminal.local(time.Now()).Format(timeToday), now)
			printed = now
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
		next, err := gateway.Message(ctx, m.ID)
		switch {
		case ctx.Err() != nil:
			return m, ctx.Err()
		case err != nil:
			return m, err
		}
		m = next
	}
}

// describeStatus returns the status of a message, why the message does not go on, and
// when it will.
func describeStatus(t *terminal, m client.Message) string {
	words := t.say(catalogue.StatusText(string(m.Status)))
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
	return words + " " + t.say(next, t.whenSoon(*m.Error.RetryAt, time.Now()))
}
