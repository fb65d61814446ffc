package wire

import (
	"context"
	"errors"

	"goniec/api/client"
	"goniec/inbox"
	"goniec/reply"
	"goniec/reply/reader"
	"goniec/store"
)

// Replies reads questions and answers; implemented by reply.Replies.
type Replies interface {
	View(ctx context.Context, fn func(store.Reader) error) error
}

// AddQuestions adds the questions and answers of messages.
func AddQuestions(ctx context.Context, replies Replies, messages []client.Message) error {
	return replies.View(ctx, func(r store.Reader) error {
		for i := range messages {
			q, err := reply.ReadQuestion(r, messages[i].ID)
			if errors.Is(err, store.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			if messages[i].Question, err = question(r, &q); err != nil {
				return err
			}
			if q.Answer != nil {
				if messages[i].Answer, err = answer(r, &q, q.Answer); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func question(r store.Reader, q *reply.Question) (*client.Question, error) {
	out := &client.Question{
		Kind: string(q.Kind), Status: string(q.Status), Labels: q.Labels, About: q.About, Language: q.Language, Until: q.Until, ChangeUntil: q.ChangeUntil,
	}
	if q.Kind == reader.Number {
		out.Min, out.Max = &q.Min, &q.Max
	}
	for _, item := range q.Items {
		of := client.Item{About: item.About}
		if item.Answer != nil {
			var err error
			if of.Answer, err = answer(r, q, item.Answer); err != nil {
				return nil, err
			}
		}
		out.Items = append(out.Items, of)
	}
	return out, nil
}

// answer returns an answer with its text, as long as the text is kept.
func answer(r store.Reader, q *reply.Question, a *reply.Answer) (*client.Answer, error) {
	out := &client.Answer{
		Value: string(a.Value), Choice: a.Choice, At: a.At, Rule: string(a.Rule), Matched: string(a.Match), Confidence: string(a.Confidence),
		Intents: intents(a.Intents), LateMinutes: a.LateMinutes, InboundID: a.InboundID,
	}
	if a.Value == reader.Counted {
		out.Number = &a.Number
	}
	if a.Value == reader.Chosen && a.Choice >= 1 && a.Choice <= len(q.Labels) {
		out.Label = q.Labels[a.Choice-1]
	}
	in, err := inbox.ReadMessage(r, a.InboundID)
	if err != nil && !store.Unreadable(err) {
		return nil, err
	}
	if err == nil {
		out.Text = in.Text
	}
	return out, nil
}

func intents(all []reader.Intent) []string {
	words := make([]string, len(all))
	for i, intent := range all {
		words[i] = string(intent)
	}
	return words
}

// AddAnswers adds the answered questions and the answers to received messages.
func AddAnswers(ctx context.Context, replies Replies, inbound []client.Inbound) error {
	return replies.View(ctx, func(r store.Reader) error {
		for i := range inbound {
			in := &inbound[i]
			h, err := reply.ReadHeard(r, in.ID)
			if errors.Is(err, store.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			in.ConversationID = h.ConversationID
			if err := addHeard(r, in, &h); err != nil {
				return err
			}
		}
		return nil
	})
}

// addHeard adds how a received message was understood.
func addHeard(r store.Reader, in *client.Inbound, h *reply.Heard) error {
	var number *int
	if h.Value == reader.Counted {
		number = &h.Number
	}
	answer := client.Answer{
		Value: string(h.Value), Choice: h.Choice, Number: number, At: in.ReceivedAt, Rule: string(h.Rule), Matched: string(h.Match),
		Confidence: string(h.Confidence), Intents: intents(h.Intents), LateMinutes: h.LateMinutes,
	}
	if !h.Decided() {
		in.Reading = &client.Reading{
			Value: answer.Value, Choice: answer.Choice, Number: number, Rule: answer.Rule, Matched: answer.Matched,
			Confidence: answer.Confidence, Intents: answer.Intents, LateMinutes: answer.LateMinutes, Reason: string(h.Reason()),
		}
		answer.Value, answer.Choice, answer.Number = string(reader.Unclear), 0, nil
	}
	if len(h.Questions) == 0 {
		return nil
	}
	in.MessageID, in.Questions, in.Answer = h.Questions[0], h.Questions, &answer
	q, err := reply.ReadQuestion(r, in.MessageID)
	if store.Unreadable(err) {
		return nil // removed with its message
	}
	in.Reference = q.Reference
	return err
}
