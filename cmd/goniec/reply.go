package main

import (
	"context"
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

func replyCommand(t *terminal) *cobra.Command {
	read := newCommand(t, command{use: "read TEXT", short: catalogue.CommandReplyRead, args: 1, config: true, output: true, run: readReply})
	read.Flags().String("question", "", t.say(catalogue.FlagQuestion))
	read.Flags().String("about", "", t.say(catalogue.FlagQuestionAbout))
	read.Flags().String("language", "", t.say(catalogue.FlagQuestionLanguage))
	read.Flags().StringSlice("label", nil, t.say(catalogue.FlagQuestionLabel))
	return newGroup(t, "reply", catalogue.CommandReply, read, rereadCommand(t), wordsCommand(t))
}

// readReply prints how the daemon would read an answer, with the words of the
// configuration. It sends nothing and needs no daemon.
func readReply(_ context.Context, c *call) error {
	config, err := c.config()
	if err != nil {
		return err
	}
	words, err := reader.New(reader.Options{Words: config.Replies.Words})
	if err != nil {
		return err
	}
	question := reader.Question{
		Kind: reader.YesNo, Language: c.flag("language"), Text: c.flag("question"), About: c.flag("about"), Labels: must(c.cmd.Flags().GetStringSlice("label")),
	}
	if len(question.Labels) > 0 {
		question.Kind = reader.Choice
	}
	return printReading(c, words.Read(c.args[0], question))
}

func printReading(c *call, r reader.Reading) error {
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
	if c.asJSON {
		return c.printJSON(out)
	}
	value := c.say(catalogue.Key("answer." + out.Value))
	if r.Value == reader.Chosen {
		value += " " + strconv.Itoa(r.Choice)
	}
	fmt.Fprintln(c.stdout, value)
	fmt.Fprintf(c.stdout, "%s: %s\n", out.Rule, out.Meaning)
	if len(out.Intents) > 0 {
		fmt.Fprintln(c.stdout, strings.Join(out.Intents, ", "))
	}
	return nil
}
