package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"goniec/catalogue"
	"goniec/reply/reader"
)

// reading is what reply read prints for programs.
type reading struct {
	Value       string   `json:"value"`
	Choice      int      `json:"choice,omitempty"`
	Number      *int     `json:"number,omitempty"`
	Rule        string   `json:"rule"`
	Meaning     string   `json:"meaning"`
	Confidence  string   `json:"confidence"`
	Intents     []string `json:"intents,omitempty"`
	LateMinutes int      `json:"late_minutes,omitempty"`
	Language    string   `json:"language,omitempty"`
}

// replyReadCommand shows how an answer would be read, with the words of the
// configuration. Nothing is sent and no daemon is needed.
func (p *program) replyReadCommand() *cobra.Command {
	cmd := p.command("read TEXT", catalogue.CommandReplyRead, 1, 1, func(cmd *cobra.Command, args []string) error {
		asJSON, err := p.wantsJSON(cmd)
		if err != nil {
			return err
		}
		config, err := p.loadConfig(cmd)
		if err != nil {
			return err
		}
		words, err := reader.New(reader.Options{Words: config.Replies.Words})
		if err != nil {
			return err
		}
		labels, err := cmd.Flags().GetStringSlice("label")
		if err != nil {
			return err
		}
		question := reader.Question{
			Kind: reader.YesNo, Language: cmd.Flag("language").Value.String(), Text: cmd.Flag("question").Value.String(), Labels: labels,
		}
		if len(labels) > 0 {
			question.Kind = reader.Choice
		}
		return p.printReading(words.Read(args[0], question), asJSON)
	})
	cmd.Flags().String("question", "", p.say(catalogue.FlagQuestion))
	cmd.Flags().String("language", "", p.say(catalogue.FlagQuestionLanguage))
	cmd.Flags().StringSlice("label", nil, p.say(catalogue.FlagQuestionLabel))
	p.addConfig(cmd)
	p.addOutput(cmd)
	return cmd
}

func (p *program) printReading(r reader.Reading, asJSON bool) error {
	out := reading{
		Value: string(r.Value), Choice: r.Choice, Rule: string(r.Rule), Confidence: string(r.Confidence), LateMinutes: r.LateMinutes, Language: r.Language,
	}
	if r.Value == reader.Counted {
		out.Number = &r.Number
	}
	for _, rule := range reader.Rules() {
		if rule.Rule == r.Rule {
			out.Meaning = rule.Meaning
		}
	}
	for _, intent := range r.Intents {
		out.Intents = append(out.Intents, string(intent))
	}
	if asJSON {
		return p.printJSON(out)
	}
	value := p.say(catalogue.Key("answer." + out.Value))
	if r.Value == reader.Chosen {
		value += " " + strconv.Itoa(r.Choice)
	}
	fmt.Fprintln(p.stdout, value)
	fmt.Fprintf(p.stdout, "%s: %s\n", out.Rule, out.Meaning)
	if len(out.Intents) > 0 {
		fmt.Fprintln(p.stdout, strings.Join(out.Intents, ", "))
	}
	return nil
}
