package main

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"goniec/api/client"
	"goniec/catalogue"
)

// messageHistory is what message show prints for programs.
type messageHistory struct {
	Message client.Message `json:"message"`
	Steps   []client.Step  `json:"steps"`
}

func messageCommand(t *terminal) *cobra.Command {
	return newGroup(t, "message", catalogue.CommandMessage, messageListCommand(t),
		newCommand(t, command{use: "show ID", short: catalogue.CommandMessageShow, args: 1, output: true, ask: showMessage}))
}

func showMessage(ctx context.Context, c *call, gateway *connection) error {
	m, err := gateway.Message(ctx, c.args[0])
	if err != nil {
		return gateway.explain(err)
	}
	steps, err := gateway.History(ctx, c.args[0])
	if err != nil {
		return gateway.explain(err)
	}
	if c.asJSON {
		return c.printJSON(messageHistory{m, steps})
	}
	return printHistory(c.terminal, m, steps)
}

// printHistory prints the steps as a table: the time of each, and how long after the
// step before it was.
func printHistory(t *terminal, m client.Message, steps []client.Step) error {
	t.show(catalogue.HistoryHead, m.To, len(m.Parts), t.say(catalogue.StatusText(string(m.Status))))
	if m.Error != nil {
		fmt.Fprintln(t.stdout, m.Error.Detail)
	}
	for _, w := range m.Warnings {
		fmt.Fprintln(t.stdout, w.Detail)
	}
	rows := make([][]string, len(steps))
	for i, s := range steps {
		since := ""
		if i > 0 {
			since = "+" + s.At.Sub(steps[i-1].At).Round(time.Millisecond).String()
		}
		part := ""
		if s.Part > 0 {
			part = fmt.Sprintf("%d/%d #%d", s.Part, len(m.Parts), s.Attempt)
		}
		rows[i] = []string{t.local(s.At).Format(exactTime), since, part, s.Modem, sayStep(t, s)}
	}
	return t.printTable([]catalogue.Key{
		catalogue.HeadTime, catalogue.HeadSince, catalogue.HeadPart, catalogue.HeadModem, catalogue.HeadStep,
	}, rows)
}

// sayStep returns what happened in one step.
func sayStep(t *terminal, s client.Step) string {
	reference := "-"
	if s.MR != nil {
		reference = strconv.Itoa(*s.MR)
	}
	switch s.Step {
	case client.StepBegun:
		if s.PossibleDuplicate {
			return t.say(catalogue.StepBegunAgain)
		}
	case client.StepAnswered:
		switch s.Outcome {
		case "accepted":
			return t.say(catalogue.StepAnswerAccepted, reference)
		case "uncertain":
			return t.say(catalogue.StepAnswerUncertain, s.Detail)
		default:
			return t.say(catalogue.StepAnswerRefused, cmp.Or(s.Code, "-"), s.Detail)
		}
	case client.StepReported:
		return t.say(catalogue.StepReported, s.Detail, reference)
	case client.StepEnded:
		return t.say(catalogue.StepEnded, t.say(catalogue.StatusText(string(s.Status))), s.Detail)
	}
	return t.say(catalogue.Key("step." + s.Step))
}
