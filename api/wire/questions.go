package wire

import (
	"context"
	"errors"
	"slices"

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
		Intents: intents(a.Intents), LateMinutes: a.LateMinutes, InboundID: a.InboundID, DecidedBy: a.By,
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
	questions := h.Questions
	if len(h.Decisions) > 0 {
		questions = addDecision(&answer, h)
	} else if !h.Decided() {
		in.Reading = &client.Reading{
			Value: answer.Value, Choice: answer.Choice, Number: number, Rule: answer.Rule, Matched: answer.Matched,
			Confidence: answer.Confidence, Intents: answer.Intents, LateMinutes: answer.LateMinutes, Reason: string(h.Reason()),
		}
		answer.Value, answer.Choice, answer.Number = string(reader.Unclear), 0, nil
	}
	if len(questions) == 0 {
		return nil
	}
	in.MessageID, in.Questions, in.Answer = questions[0], questions, &answer
	q, err := reply.ReadQuestion(r, in.MessageID)
	if store.Unreadable(err) {
		return nil // removed with its message
	}
	in.Reference = q.Reference
	return err
}

// addDecision makes an answer what a person has decided, the first decision of several, and
// returns the questions of the text, that of the answer first.
func addDecision(out *client.Answer, h *reply.Heard) []string {
	d := h.Decisions[0]
	out.Value, out.Choice, out.Number, out.Matched = string(d.Value), d.Choice, nil, string(reply.MatchDecided)
	if d.Value == reader.Counted {
		out.Number = &d.Number
	}
	var questions []string
	for _, one := range h.Decisions {
		if !slices.Contains(questions, one.MessageID) {
			questions = append(questions, one.MessageID)
		}
	}
	for _, id := range h.Questions {
		if !slices.Contains(questions, id) {
			questions = append(questions, id)
		}
	}
	return questions
}
