package reply

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"goniec/inbox"
	"goniec/reply/reader"
	"goniec/store"
)

// A person decides what a text says that could not be read.

// Decision is what a text answers to a question as a person has read it. The tags are its
// stored form.
type Decision struct {
	// MessageID is the question. In a call it may be empty where the text was taken for an
	// answer to one question only.
	MessageID string `json:"ask"`
	// Item is the number of an item of the question. In a call 0 is all items that lack an
	// answer.
	Item   int          `json:"i,omitempty"`
	Value  reader.Value `json:"v"`
	Choice int          `json:"ch,omitempty"` // from 1
	Number int          `json:"n,omitempty"`
}

// The errors of Decide and TakeBack, beside store.ErrNotFound and *DecisionError.
var (
	// ErrNewer: the sender has written again, the question has another answer by now, or it
	// was asked again.
	ErrNewer = errors.New("something newer has come in")
	// ErrDecided: the text has another decision, which has to be taken back first.
	ErrDecided = errors.New("the text is decided otherwise")
	// ErrNothingToDecide: the text was read clearly, is not read yet, or answers no question.
	ErrNothingToDecide = errors.New("there is nothing to decide")
	// ErrNotDecided: there is no decision to take back.
	ErrNotDecided = errors.New("the text is not decided")
)

// DecisionError says which field of a decision is wrong.
type DecisionError struct {
	Field    string   // message_id, item, value, choice or number
	Missing  bool     // the field is needed, because the text is about several questions or about none
	Allowed  []string // with value
	Min, Max int      // with item, choice and number
}

// Error implements error.
func (e *DecisionError) Error() string { return "decision: " + e.Field }

// Decide records what a text answers to a question as a person reads the text, and
// announces it: it counts as the answer of the patient. Nothing goes back to the patient.
// Repeating a decision changes nothing.
func (r *Replies) Decide(ctx context.Context, inboundID string, d Decision, actor string) (err error) {
	defer store.Wrap(&err, "decide what a text says")
	return r.store.Update(ctx, func(tx store.Tx) error {
		in, h, err := r.heardText(tx, inboundID)
		if err != nil {
			return err
		}
		q, err := r.questionOf(tx, in, h, d.MessageID)
		if err != nil {
			return err
		}
		d.MessageID = q.ID
		wanted, err := d.forItems(q, in)
		if err != nil {
			return err
		}
		decided := 0
		for _, one := range wanted {
			switch i := slices.IndexFunc(h.Decisions, one.replaces); {
			case i < 0:
			case h.Decisions[i] != one:
				return ErrDecided
			default:
				decided++
			}
		}
		if decided == len(wanted) {
			return nil
		}
		if err := r.outdated(tx, in, q); err != nil {
			return err
		}
		for _, one := range wanted {
			if err := r.decide(tx, in, &h, one, actor); err != nil {
				return err
			}
		}
		if err := r.settleUncertain(tx, q.ID, in); err != nil {
			return err
		}
		if h.allDecided() {
			if err := r.nowWaits(tx, h, in, false, actor); err != nil {
				return err
			}
		}
		return store.PutJSON(tx, heardKey(in.ID), h)
	})
}

// heardText returns a received text with what was made of it.
func (r *Replies) heardText(rd store.Reader, id string) (inbox.Message, Heard, error) {
	in, err := inbox.ReadMessage(rd, id)
	if err != nil {
		return inbox.Message{}, Heard{}, err
	}
	h, err := ReadHeard(rd, id)
	if errors.Is(err, store.ErrNotFound) {
		err = ErrNothingToDecide
	}
	return in, h, err
}

// questionOf returns the question with this id if the text can be about it; with an empty
// id the only one that the text was taken to answer.
func (r *Replies) questionOf(rd store.Reader, in inbox.Message, h Heard, id string) (Question, error) {
	if id == "" {
		if len(h.Questions) != 1 {
			return Question{}, &DecisionError{Field: "message_id", Missing: true}
		}
		id = h.Questions[0]
	}
	q, err := ReadQuestion(rd, id)
	if errors.Is(err, store.ErrNotFound) {
		return Question{}, &DecisionError{Field: "message_id"}
	}
	if err != nil {
		return Question{}, err
	}
	from, _ := r.config.Numbering.Sender(in.From.String())
	p := r.config.Numbering.Person(from)
	if in.From.IsAlphanumeric() || !p.Is(q.To) && !slices.ContainsFunc(q.Also, p.Is) || q.AskedAt.After(in.ReceivedAt) {
		return Question{}, &DecisionError{Field: "message_id"}
	}
	switch q.Status {
	case Superseded:
		return Question{}, ErrNewer
	case Closed:
		return Question{}, ErrNothingToDecide
	default:
		return q, nil
	}
}

// forItems checks a decision about q, and returns it for each item that it is about.
func (d Decision) forItems(q Question, in inbox.Message) ([]Decision, error) {
	if err := d.check(q); err != nil {
		return nil, err
	}
	var all []Decision
	for item := min(1, len(q.Items)); item <= len(q.Items); item++ {
		if d.Item > 0 && item != d.Item {
			continue
		}
		answer := q.answerTo(item)
		if answer.clear() && answer.InboundID == in.ID && answer.Match != MatchDecided {
			continue // the text says it clearly
		}
		one := d
		one.Item = item
		all = append(all, one)
	}
	if len(all) == 0 {
		return nil, ErrNothingToDecide
	}
	return all, nil
}

// check reports what of d is no answer to q.
func (d Decision) check(q Question) error {
	outside := func(field string, n, least, most int) error {
		if n < least || n > most {
			return &DecisionError{Field: field, Min: least, Max: most}
		}
		return nil
	}
	allowed := map[reader.Kind][]reader.Value{
		reader.YesNo: {reader.Yes, reader.No}, reader.Choice: {reader.Chosen}, reader.Number: {reader.Counted}, reader.Free: {reader.Written},
	}[q.Kind]
	if !slices.Contains(allowed, d.Value) {
		wrong := &DecisionError{Field: "value"}
		for _, value := range allowed {
			wrong.Allowed = append(wrong.Allowed, string(value))
		}
		return wrong
	}
	if err := outside("item", d.Item, 0, len(q.Items)); err != nil {
		return err
	}
	switch d.Value {
	case reader.Chosen:
		return outside("choice", d.Choice, 1, len(q.Labels))
	case reader.Counted:
		return outside("number", d.Number, q.Min, q.Max)
	default:
		return nil
	}
}

// replaces reports whether both decisions are about the same.
func (d Decision) replaces(other Decision) bool {
	return d.MessageID == other.MessageID && d.Item == other.Item
}

// answerTo returns the answer to an item, or to the question as a whole with item 0.
func (q *Question) answerTo(item int) *Answer {
	if item > 0 {
		return q.Items[item-1].Answer
	}
	return q.Answer
}

// outdated returns ErrNewer where the sender of in has written again, or where a newer text
// has answered q.
func (r *Replies) outdated(rd store.Reader, in inbox.Message, q Question) error {
	newer, err := r.config.Inbox.Newer(rd, in)
	if err != nil {
		return err
	}
	for item := range len(q.Items) + 1 {
		if a := q.answerTo(item); a != nil && a.InboundID > in.ID {
			newer = true
		}
	}
	if newer {
		return ErrNewer
	}
	return nil
}

// decide records one decision about in, unless it is recorded, and announces it.
func (r *Replies) decide(tx store.Tx, in inbox.Message, h *Heard, d Decision, actor string) error {
	if slices.ContainsFunc(h.Decisions, d.replaces) {
		return nil
	}
	h.Decisions = append(h.Decisions, d)
	id := d.MessageID
	if d.Item > 0 {
		id = itemID(id, d.Item)
	}
	return r.recordAnswer(tx, acceptedAnswer{id, Answer{
		Value: d.Value, Choice: d.Choice, Number: d.Number, Intents: h.Intents, LateMinutes: h.LateMinutes, Confidence: h.Confidence, Rule: h.Rule,
		Match: MatchDecided, By: actor, At: now(),
	}}, in)
}

// allDecided reports whether there is a decision about each question of the text.
func (h *Heard) allDecided() bool {
	return !slices.ContainsFunc(h.Questions, func(id string) bool {
		return !slices.ContainsFunc(h.Decisions, func(d Decision) bool { return d.MessageID == id })
	})
}

// TakeBack takes back all decisions about a text: each question has the answer that it had
// before, or is open.
func (r *Replies) TakeBack(ctx context.Context, inboundID, actor string) (err error) {
	defer store.Wrap(&err, "take a decision back")
	return r.store.Update(ctx, func(tx store.Tx) error {
		in, h, err := r.heardText(tx, inboundID)
		if err != nil {
			return err
		}
		if len(h.Decisions) == 0 {
			return ErrNotDecided
		}
		decisions := h.Decisions
		h.Decisions = nil
		for _, d := range decisions {
			q, err := ReadQuestion(tx, d.MessageID)
			if errors.Is(err, store.ErrNotFound) {
				continue // removed by retention
			}
			if err == nil {
				err = r.outdated(tx, in, q)
			}
			if err != nil {
				return err
			}
			if err := r.takeBack(tx, q, d, h, actor); err != nil {
				return fmt.Errorf("question %s: %w", q.ID, err)
			}
		}
		if err := r.nowWaits(tx, h, in, true, actor); err != nil {
			return err
		}
		return store.PutJSON(tx, heardKey(in.ID), h)
	})
}

// takeBack gives q the answer that it had before d, and announces it.
func (r *Replies) takeBack(tx store.Tx, q Question, d Decision, h Heard, actor string) error {
	decided := q.answerTo(d.Item)
	if decided == nil || decided.Match != MatchDecided || d.Item > len(q.Items) {
		return ErrNewer
	}
	unclear := *decided
	unclear.Value, unclear.Choice, unclear.Number, unclear.Match, unclear.By = reader.Unclear, 0, 0, h.Match, ""
	before := q.tick()
	fact := newAnswered(q, unclear)
	fact.Item, fact.Changed, fact.Previous = d.Item, true, d.Value
	answers, earlier := &q.Answer, &q.Before
	if d.Item > 0 {
		answers, earlier = &q.Items[d.Item-1].Answer, &q.Items[d.Item-1].Before
	}
	*answers = nil
	if n := len(*earlier); n > 0 {
		last := (*earlier)[n-1]
		*answers, *earlier = &last, (*earlier)[:n-1]
		fact = newAnswered(q, last)
		fact.Item, fact.Changed, fact.Previous = d.Item, true, d.Value
	}
	q.settleItems()
	if *answers == nil {
		q.Status = Open
		if !now().Before(q.Until) {
			q.Status = Expired
		}
		if slices.Contains(h.Questions, q.ID) {
			q.Answer = &unclear
		}
	}
	if q.Status == Open {
		if err := moveTick(tx, q, before); err != nil {
			return err
		}
	}
	if err := saveQuestion(tx, q); err != nil {
		return err
	}
	if fact.Value == reader.Unclear {
		return r.events.Append(tx, actor, QuestionUnclear(fact))
	}
	return r.events.Append(tx, actor, fact)
}

// nowWaits makes the conversation of a text wait for staff, or no longer wait.
func (r *Replies) nowWaits(tx store.Tx, h Heard, in inbox.Message, waits bool, actor string) error {
	t, found, err := store.Readable(readConversation(tx, h.ConversationID))
	if err != nil || !found || t.LastID != in.ID || waits == (t.State == ConversationWaiting) {
		return err
	}
	t.State, t.Reason = ConversationOpen, ""
	if waits {
		t.State, t.Reason = ConversationWaiting, reasonFor(h.Match, h.Intents)
	} else {
		t.Unread = 0
	}
	if err := t.save(tx, t.At); err != nil {
		return err
	}
	return r.announceConversation(tx, t, "", actor)
}
