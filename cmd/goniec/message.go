package main

import (
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

func (p *program) messageShowCommand() *cobra.Command {
	return p.askCommand("show ID", catalogue.CommandMessageShow, 1, func(q question) error {
		m, err := q.client.Message(q.cmd.Context(), q.args[0])
		if err != nil {
			return p.explainCall(err, q.where)
		}
		steps, err := q.client.History(q.cmd.Context(), q.args[0])
		if err != nil {
			return p.explainCall(err, q.where)
		}
		if q.asJSON {
			return p.printJSON(messageHistory{m, steps})
		}
		return p.printHistory(m, steps)
	})
}

// printHistory prints the steps as a table: the time of each, and how long after the
// step before it was.
func (p *program) printHistory(m client.Message, steps []client.Step) error {
	fmt.Fprintln(p.stdout, p.say(catalogue.HistoryHead, m.To, len(m.Parts), string(m.Status)))
	if m.Error != nil {
		fmt.Fprintln(p.stdout, m.Error.Detail)
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
		rows[i] = []string{s.At.Local().Format("2006-01-02 15:04:05.000"), since, part, s.Modem, p.sayStep(s)}
	}
	return p.printTable([]catalogue.Key{
		catalogue.HeadTime, catalogue.HeadSince, catalogue.HeadPart, catalogue.HeadModem, catalogue.HeadStep,
	}, rows)
}

// sayStep says what happened in one step.
func (p *program) sayStep(s client.Step) string {
	reference := "-"
	if s.MR != nil {
		reference = strconv.Itoa(*s.MR)
	}
	switch s.Step {
	case client.StepBegun:
		if s.PossibleDuplicate {
			return p.say(catalogue.StepBegunAgain)
		}
	case client.StepAnswered:
		switch s.Outcome {
		case "accepted":
			return p.say(catalogue.StepAnswerAccepted, reference)
		case "uncertain":
			return p.say(catalogue.StepAnswerUncertain, s.Detail)
		default:
			return p.say(catalogue.StepAnswerRefused, s.Code, s.Detail)
		}
	case client.StepReported:
		return p.say(catalogue.StepReported, s.Detail, reference)
	case client.StepEnded:
		return p.say(catalogue.StepEnded, string(s.Status), s.Detail)
	}
	return p.say(catalogue.Key("step." + s.Step))
}
