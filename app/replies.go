package app

import (
	"fmt"
	"slices"

	"github.com/prometheus/client_golang/prometheus"

	"goniec/calendar"
	"goniec/catalogue"
	"goniec/configs"
	"goniec/number"
	"goniec/reply"
	"goniec/reply/reader"
)

// newReplies builds the part that reads the replies of patients and answers them.
func (a *App) newReplies(s *assembly, numbering number.Numbering, r prometheus.Registerer) (*reply.Replies, error) {
	config := s.config.Load()
	c := config.Replies
	words, err := reader.New(reader.Options{Words: c.Words})
	if err != nil {
		return nil, fmt.Errorf("make reader of replies: %w", err)
	}
	// calendar.QuietHours holds the hours outside of office hours, so the ends are swapped.
	office, err := calendar.ParseQuietHours(c.OfficeHours.To, c.OfficeHours.From, c.OfficeHours.DaysOff)
	if err != nil {
		return nil, err
	}
	replies, err := reply.New(reply.Config{
		Store: a.store, Events: a.events, Queue: s.queue, Inbox: s.inbox, Suppressions: s.suppressions, Reader: words, Numbering: numbering, Box: a.box, Logger: a.log,
		Location: config.Location(), Language: c.Language, Text: replyTexts(c), Phone: c.Phone, Office: office,
		Guard: reply.Guard{PerNumber: c.PerNumber, PerBox: c.PerBox}, AnswerWithin: c.AnswerWithin, Registerer: r,
	})
	if err != nil {
		return nil, fmt.Errorf("make replies: %w", err)
	}
	return replies, nil
}

// replyTexts returns a function for the texts that are sent back: the configured one, else the
// built-in one; empty if none is sent.
func replyTexts(c configs.Replies) func(language string, kind reply.TextKind) string {
	return func(language string, kind reply.TextKind) string {
		sent := kind
		if kind == reply.TextUnclearWhich {
			sent = reply.TextUnclear
		}
		if kind != reply.TextEvery && !slices.Contains(c.Send, string(sent)) {
			return ""
		}
		if own := c.Texts.Language(language).Kind(string(kind)); own != "" {
			return own
		}
		text, found := catalogue.ReplyText(language, string(kind))
		if found && c.Phone != "" && slices.Contains(kindsWithPhone(), kind) {
			text += " Tel. {phone}"
		}
		return text
	}
}

// kindsWithPhone lists the kinds of texts that end with the number of reception.
func kindsWithPhone() []reply.TextKind {
	return []reply.TextKind{reply.TextMoved, reply.TextPerson, reply.TextLate, reply.TextClosed, reply.TextUnknown}
}
