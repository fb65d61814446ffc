package main

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"goniec/api/client"
	"goniec/catalogue"
	"goniec/reply/reader"
)

// defaultLeast is how often a word must have been decided in the same way before it is
// proposed, unless --least says otherwise.
const defaultLeast = 3

// missingWords is what reply words prints for programs.
type missingWords struct {
	Words []client.Word `json:"words"`
	// Line is the line for the configuration; empty: no word is proposed.
	Line string `json:"line,omitempty"`
}

func wordsCommand(t *terminal) *cobra.Command {
	cmd := newCommand(t, command{use: "words", short: catalogue.CommandReplyWords, long: catalogue.CommandReplyWordsLong, output: true, ask: listWords})
	cmd.Flags().Int("least", defaultLeast, t.say(catalogue.FlagLeast))
	return cmd
}

// listWords prints the words that kept replies from being read, with what persons have
// decided, and the line that teaches the reader those that were always decided alike.
func listWords(ctx context.Context, c *call, gateway *connection) error {
	least := must(c.cmd.Flags().GetInt("least"))
	if least < 1 {
		return c.wrongUsage(catalogue.UsageInvalidFlag, "--least", strconv.Itoa(least))
	}
	words, err := gateway.Words(ctx)
	if err != nil {
		return gateway.explain(err)
	}
	line := wordsLine(words, least)
	if c.asJSON {
		return c.printJSON(missingWords{words, line})
	}
	if len(words) == 0 {
		c.tell(catalogue.ListNone)
		return nil
	}
	rows := make([][]string, len(words))
	for i, w := range words {
		rows[i] = []string{w.Word, w.Language, strconv.Itoa(w.Yes), strconv.Itoa(w.No), propose(w, least)}
	}
	heads := []catalogue.Key{catalogue.HeadWord, catalogue.HeadLanguage, catalogue.HeadDecidedYes, catalogue.HeadDecidedNo, catalogue.HeadList}
	if err := c.printTable(heads, rows); err != nil || line == "" {
		return err
	}
	c.show(catalogue.WordsLine, line)
	return nil
}

// propose returns the list of replies.words that a word belongs to: that of the answer that
// it was decided to be by itself, or ignore where it stands beside the answer. Empty: too few
// decisions, or they differ, or the reader refuses the word.
func propose(w client.Word, least int) string {
	var list string
	switch {
	case w.Decides >= least && w.No == 0 && w.Beside == 0:
		list = "yes"
	case w.Decides >= least && w.Yes == 0 && w.Beside == 0:
		list = "no"
	case w.Beside >= least && w.Decides == 0:
		list = "ignore"
	default:
		return ""
	}
	if _, err := reader.New(reader.Options{Words: *further(w.Language, list, w.Word)}); err != nil {
		return ""
	}
	return list
}

// further returns words with one word in a list of a language.
func further(language, list, word string) *reader.Words {
	all := &reader.Words{}
	of := map[string]*reader.ForLanguage{"pl": &all.PL, "en": &all.EN, "es": &all.ES, "uk": &all.UK}[language]
	if of == nil {
		return all
	}
	*map[string]*[]string{"yes": &of.Yes, "no": &of.No, "ignore": &of.Ignore}[list] = []string{word}
	return all
}

// wordsLine returns the line of the configuration with the words that are proposed; empty
// if there is none.
func wordsLine(words []client.Word, least int) string {
	var languages []string
	for _, language := range reader.Languages() {
		var lists []string
		for _, list := range []string{"yes", "no", "ignore"} {
			var quoted []string
			for _, w := range words {
				if w.Language == language && propose(w, least) == list {
					quoted = append(quoted, strconv.Quote(w.Word))
				}
			}
			if slices.Sort(quoted); len(quoted) > 0 {
				lists = append(lists, list+": ["+strings.Join(quoted, ", ")+"]")
			}
		}
		if len(lists) > 0 {
			languages = append(languages, language+": {"+strings.Join(lists, ", ")+"}")
		}
	}
	if len(languages) == 0 {
		return ""
	}
	return "replies: {words: {" + strings.Join(languages, ", ") + "}}"
}
