package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"goniec/api/client"
	"goniec/catalogue"
	"goniec/reply"
	"goniec/reply/reader"
)

// asRead is what was read in a reply.
type asRead struct {
	Value  string `json:"value"`
	Choice int    `json:"choice,omitempty"`
	Number *int   `json:"number,omitempty"`
	Rule   string `json:"rule"`
}

func (a asRead) unclear() bool { return a.Value == string(reader.Unclear) }

// same reports whether b is the same answer, by whatever rule.
func (a asRead) same(b asRead) bool {
	return a.Value == b.Value && a.Choice == b.Choice && (a.Number == nil) == (b.Number == nil) && (a.Number == nil || *a.Number == *b.Number)
}

// difference is a stored reply that is read otherwise now.
type difference struct {
	ID     string    `json:"id"` // of the received message
	At     time.Time `json:"at"`
	Number string    `json:"number"` // its last three digits
	Then   asRead    `json:"then"`
	Now    asRead    `json:"now"`
	Text   string    `json:"text,omitempty"`
}

// rereading is what reply replay prints for programs.
type rereading struct {
	Same          int          `json:"same"`
	ClearNow      int          `json:"clear_now"`      // unclear then
	UnclearNow    int          `json:"unclear_now"`    // clear then
	Opposite      int          `json:"opposite"`       // clear both times, and another answer
	TextGone      int          `json:"text_gone"`      // of the reply or of its question
	AskedBack     int          `json:"asked_back"`     // the answer names visits by the numbers of another text
	Differences   []difference `json:"differences"`    // the newest first
	MoreThanShown bool         `json:"more,omitempty"` // there are more differences than --limit
}

func rereadCommand(t *terminal) *cobra.Command {
	cmd := newCommand(t, command{use: "replay", short: catalogue.CommandReplyReplay, long: catalogue.CommandReplyReplayLong, output: true, ask: reread})
	addListFlags(t, cmd)
	return cmd
}

// reread reads the stored replies with the reader of this program and the words of the
// configuration file, and prints which the gateway has read otherwise. It changes nothing.
func reread(ctx context.Context, c *call, gateway *connection) error {
	config, err := c.config()
	if err != nil {
		return err
	}
	words, err := reader.New(reader.Options{Words: config.Replies.Words})
	if err != nil {
		return err
	}
	var f client.InboxFilter
	if f.Since, f.Until, err = c.span(); err != nil {
		return err
	}
	limit := must(c.cmd.Flags().GetInt("limit"))
	if limit < 0 {
		return c.wrongUsage(catalogue.UsageInvalidFlag, "--limit", strconv.Itoa(limit))
	}
	r := &rereader{gateway: gateway, reader: words, out: rereading{Differences: []difference{}}}
	bar, looked := c.progress(), 0
	for in, err := range gateway.Inbox(ctx, f) {
		if err == nil {
			err = r.add(ctx, in)
		}
		if err != nil {
			bar.clear()
			return gateway.explain(err)
		}
		if looked++; looked%defaultLimit == 0 {
			bar.say(catalogue.ListProgress, looked)
		}
	}
	bar.clear()
	if found := r.out.Differences; limit > 0 && len(found) > limit {
		r.out.Differences, r.out.MoreThanShown = found[:limit], true
	}
	if c.asJSON {
		return c.printJSON(r.out)
	}
	return printRereading(c, r.out)
}

// rereader compares readings and counts.
type rereader struct {
	gateway *connection
	reader  *reader.Reader
	out     rereading
}

// add reads a received message again if it was taken for an answer to questions.
func (r *rereader) add(ctx context.Context, in client.Inbound) error {
	if in.Answer == nil || in.MessageID == "" || !in.Complete {
		return nil
	}
	questions, kept, err := r.questions(ctx, in)
	switch matched := reply.Match(in.Answer.Matched); {
	case err != nil:
		return err
	case in.Text == "" || !kept:
		r.out.TextGone++
		return nil
	case matched == reply.MatchChosen, matched == reply.MatchAll, matched == reply.MatchNotChosen:
		r.out.AskedBack++
		return nil
	}
	then := asRead{in.Answer.Value, in.Answer.Choice, in.Answer.Number, in.Answer.Rule}
	if r := in.Reading; r != nil { // what decided nothing was read all the same
		then = asRead{r.Value, r.Choice, r.Number, r.Rule}
	}
	if in.Answer.Matched == string(reply.MatchDecided) { // by a person; the rule is the reader's
		then = asRead{Value: string(reader.Unclear), Rule: in.Answer.Rule}
	}
	now := readAgain(r.reader, in.Text, questions, then)
	switch {
	case then.same(now):
		r.out.Same++
		return nil
	case then.unclear():
		r.out.ClearNow++
	case now.unclear():
		r.out.UnclearNow++
	default:
		r.out.Opposite++
	}
	r.out.Differences = append(r.out.Differences, difference{ID: in.ID, At: in.ReceivedAt, Number: lastDigits(in.From), Then: then, Now: now, Text: in.Text})
	return nil
}

// questions returns the questions that a received message was taken to answer, each visit
// of a text about several as one; false where the text of one is removed.
func (r *rereader) questions(ctx context.Context, in client.Inbound) ([]reader.Question, bool, error) {
	var all []reader.Question
	for _, id := range in.Questions {
		m, err := r.gateway.Message(ctx, id)
		var problem *client.Problem
		if errors.As(err, &problem) && problem.Status == http.StatusNotFound {
			return nil, false, nil
		}
		if err != nil || m.Text == "" || m.Question == nil {
			return nil, false, err
		}
		q := reply.Question{Kind: reader.Kind(m.Question.Kind), Language: m.Question.Language, About: m.Question.About, Labels: m.Question.Labels}
		if m.Question.Min != nil && m.Question.Max != nil {
			q.Min, q.Max = *m.Question.Min, *m.Question.Max
		}
		if len(m.Question.Items) == 0 {
			all = append(all, q.ForReader(m.Text))
		}
		for _, item := range m.Question.Items {
			q.About = item.About
			all = append(all, q.ForReader(m.Text))
		}
	}
	return all, len(all) > 0, nil
}

// readAgain reads a text as package reply does: a text to several visits by what it names.
func readAgain(r *reader.Reader, text string, questions []reader.Question, then asRead) asRead {
	visits := !slices.ContainsFunc(questions, func(q reader.Question) bool { return q.Kind != reader.YesNo })
	last := questions[len(questions)-1]
	if !visits || len(questions) == 1 {
		if now := newAsRead(r.Read(text, last)); !visits || !now.unclear() || then.unclear() {
			return now
		}
		// The other questions that were open are not recorded: the text may name this one.
	}
	said := r.ReadSeveral(text, questions, false)
	now := newAsRead(said.Whole)
	for _, one := range said.Said {
		switch one.Reading.Value {
		case "": // not named, or "Zosia też", which says what another text said
			if one.Named {
				return then
			}
		case reader.Yes, reader.No:
			now = newAsRead(one.Reading)
		default:
			if now.unclear() {
				now = newAsRead(one.Reading)
			}
		}
	}
	return now
}

func newAsRead(r reader.Reading) asRead {
	out := asRead{Value: string(r.Value), Choice: r.Choice, Rule: string(r.Rule)}
	if r.Value == reader.Counted {
		out.Number = &r.Number
	}
	return out
}

// lastDigits returns the last three digits of a number; empty for a name.
func lastDigits(number string) string {
	if len(number) <= 3 {
		return ""
	}
	return "…" + number[len(number)-3:]
}

// printRereading prints the counts, and below them the differences as rows.
func printRereading(c *call, r rereading) error {
	counts := [][]string{
		{c.say(catalogue.RereadSame), strconv.Itoa(r.Same)},
		{c.say(catalogue.RereadClearNow), strconv.Itoa(r.ClearNow)},
		{c.say(catalogue.RereadUnclearNow), strconv.Itoa(r.UnclearNow)},
		{c.say(catalogue.RereadOpposite), strconv.Itoa(r.Opposite)},
		{c.say(catalogue.RereadTextGone), strconv.Itoa(r.TextGone)},
		{c.say(catalogue.RereadAskedBack), strconv.Itoa(r.AskedBack)},
	}
	if err := c.printTable([]catalogue.Key{catalogue.HeadReadAgain, catalogue.HeadReplies}, counts); err != nil {
		return err
	}
	if len(r.Differences) == 0 {
		return nil
	}
	if r.MoreThanShown {
		defer c.tell(catalogue.ListMore, len(r.Differences))
	}
	fmt.Fprintln(c.stdout)
	heads := []catalogue.Key{catalogue.HeadTime, catalogue.HeadNumber, catalogue.HeadThen, catalogue.HeadNow, catalogue.HeadID}
	if c.is("texts") {
		heads = append(heads, catalogue.HeadText)
	}
	rows := make([][]string, len(r.Differences))
	for i, d := range r.Differences {
		rows[i] = []string{c.when(d.At), d.Number, c.sayRead(d.Then), c.sayRead(d.Now), d.ID}
		if c.is("texts") {
			rows[i] = append(rows[i], oneLine(d.Text))
		}
	}
	return c.printTable(heads, rows)
}

// sayRead returns what was read, and by which rule.
func (t *terminal) sayRead(a asRead) string {
	said := t.say(catalogue.Key("answer." + a.Value))
	switch {
	case a.Number != nil:
		said += " " + strconv.Itoa(*a.Number)
	case a.Choice > 0:
		said += " " + strconv.Itoa(a.Choice)
	}
	return said + " (" + a.Rule + ")"
}
