package reply

import (
	"errors"
	"fmt"
	"time"

	"goniec/clock"
	"goniec/event"
	"goniec/inbox"
	"goniec/pdu"
	"goniec/queue"
	"goniec/reply/reader"
	"goniec/store"
	"goniec/suppression"
)

// Heard records how a received text was understood. The tags are its stored form.
type Heard struct {
	Match Match `json:"m"`
	// Value to Number and Rule say how the text was read. If the text is a clear answer, they
	// are those of the answer to the first of Questions.
	Value       reader.Value      `json:"v"`
	Choice      int               `json:"ch,omitempty"`
	Number      int               `json:"n,omitempty"`
	Rule        reader.Rule       `json:"rule,omitempty"`
	Intents     []reader.Intent   `json:"int,omitempty"`
	LateMinutes int               `json:"late,omitempty"`
	Confidence  reader.Confidence `json:"conf,omitempty"`
	// Questions are the ids of the questions that the text answers, clearly or not.
	// Those that it answers clearly come first.
	Questions []string `json:"ask,omitempty"`
	// Undecided says that the text answers none of Questions clearly. Records of former
	// versions lack Undecided.
	Undecided      bool   `json:"unc,omitempty"`
	ConversationID string `json:"talk"`
	// NeedsStaff says that a person has to look at the text.
	NeedsStaff bool `json:"staff,omitempty"`
	// Back is the kind of the automatic text that went back; empty: none.
	Back TextKind `json:"back,omitempty"`
	// Decisions are what a person has decided that the text says.
	Decisions []Decision `json:"dec,omitempty"`
	// Whole says that no part of the text was missing.
	Whole bool `json:"ok,omitempty"`
}

// ReadHeard returns how an inbound message was understood, or store.ErrNotFound while it
// is not handled.
func ReadHeard(r store.Reader, inboundID string) (Heard, error) {
	h, found, err := store.GetJSON[Heard](r, heardKey(inboundID))
	if err == nil && !found {
		err = fmt.Errorf("what was made of %s: %w", inboundID, store.ErrNotFound)
	}
	return h, err
}

// answerWithin is how old a text may be to get an automatic text. After an upgrade or a
// long outage, a text back to an older text would confuse the patient.
const answerWithin = 12 * time.Hour

// handleReceived handles the event of a received message in the transaction that moves the
// cursor.
func (r *Replies) handleReceived(tx store.Tx, e event.Event) error {
	received, err := event.Decode[inbox.Received](e)
	if err != nil {
		return err
	}
	in, ok, err := store.Readable(inbox.ReadMessage(tx, received.ID))
	if !ok { // the message is removed, or damaged: goniec verify reports damage
		return err
	}
	before, found, err := store.GetJSON[Heard](tx, heardKey(in.ID))
	if err != nil || found && (before.Whole || !in.Complete) {
		return err // a repetition
	}
	return r.hear(tx, in, before, found)
}

// hear handles a received message. again says that the message was handled before, when
// some of its parts were missing, and before is what was made of it then.
func (r *Replies) hear(tx store.Tx, in inbox.Message, before Heard, again bool) error {
	from, answerable := in.From, false
	if !in.From.IsAlphanumeric() {
		from, answerable = r.config.Numbering.Sender(in.From.String())
	}
	d, s, err := r.understand(tx, in, from, answerable)
	if err != nil {
		return err
	}
	if err := r.carryOut(tx, &d, s, in, from); err != nil {
		return err
	}
	h := newHeard(d, in)
	h.Decisions = before.Decisions
	if now().Sub(clock.Later(in.ReceivedAt, in.UpdatedAt)) > answerWithin {
		d.back = ""
	}
	if d.back != "" && answerable {
		var id string
		if h.Back, id, err = r.answerBack(tx, r.backFor(d, s, from), now()); err != nil {
			return err
		}
		if h.Back == TextWhich || h.Back == TextUnclearWhich {
			d.asksBack.MessageID = id
			if err := store.PutJSON(tx, whichKey(from), d.asksBack); err != nil {
				return err
			}
		}
		if h.Back == "" && (d.back == TextWhich || d.back == TextUnclear || d.back == TextUnclearWhich || d.back == TextUnclearOf) {
			h.NeedsStaff, d.needsStaff = true, true // the patient is not asked, so staff have to ask
		}
	}
	if h.ConversationID, err = r.recordInConversation(tx, from, in, d, again); err != nil {
		return err
	}
	r.meter.heard.WithLabelValues(string(h.Match), string(h.Value)).Inc()
	return store.PutJSON(tx, heardKey(in.ID), h)
}

// understand decides what to do about a received message.
func (r *Replies) understand(tx store.Reader, in inbox.Message, from pdu.Address, answerable bool) (decision, situation, error) {
	s := situation{now: now(), text: in.Text, complete: in.Complete}
	switch {
	case in.Kind != inbox.KindText:
		return decision{match: MatchNotText, reading: reader.Reading{Value: reader.Unclear}, handled: in.Kind == inbox.KindVoicemail, needsStaff: in.Kind == inbox.KindBinary}, s, nil
	case in.From.IsAlphanumeric(), from.IsShortCode():
		return decision{match: MatchSender, reading: reader.Reading{Value: reader.Unclear}, handled: true}, s, nil
	}
	questions, err := askedOf(tx, from)
	if err != nil {
		return decision{}, s, err
	}
	for _, q := range questions {
		p, asked, err := r.withText(tx, q)
		if err != nil {
			return decision{}, s, err
		}
		if asked {
			s.asked = append(s.asked, p.parts()...)
		}
	}
	s.asked = latestAsked(s.asked)
	w, found, err := store.GetJSON[askedBack](tx, whichKey(from))
	if err != nil {
		return decision{}, s, err
	}
	if found {
		s.askedBack = &w
		if s.beforeAskedBack, err = w.unread(tx, in); err != nil {
			return decision{}, s, err
		}
	}
	d := matcher{r.config.Reader}.decide(s)
	if !answerable {
		d.back = ""
	}
	return d, s, nil
}

// withText returns a question with the text that asked it. asked is false if no part of
// the message has been sent, so that the patient cannot have seen the question. A closed
// question counts as open if its message may have arrived all the same.
func (r *Replies) withText(tx store.Reader, q Question) (p askedQuestion, asked bool, err error) {
	m, kept, err := store.Readable(queue.ReadMessage(tx, q.ID))
	if err != nil {
		return askedQuestion{}, false, err
	}
	if kept && q.Status == Closed && m.MayHaveArrived() {
		q.Status = Open
	}
	asked = !kept || m.AttemptCount > 0 // a message that is not kept was sent long ago
	return askedQuestion{q, m.Text, askedAt(q, m)}, asked, nil
}

// carryOut carries out a decision, except for texts and the conversation.
func (r *Replies) carryOut(tx store.Tx, d *decision, s situation, in inbox.Message, from pdu.Address) error {
	if s.askedBack != nil && d.asksBack != s.askedBack { // the question back has been answered, or no longer matters
		if err := tx.Delete(whichKey(from)); err != nil {
			return err
		}
	}
	if d.asksBack != nil {
		if err := store.PutJSON(tx, whichKey(from), d.asksBack); err != nil {
			return err
		}
	}
	for _, a := range d.answers {
		if err := r.recordAnswer(tx, a, in); err != nil {
			return err
		}
		id, _ := splitItemID(a.id)
		if err := r.settleUncertain(tx, id, in); err != nil {
			return err
		}
	}
	for _, id := range questionsOf(d.unclear) {
		if err := r.recordUnclear(tx, id, *d, in); err != nil {
			return err
		}
	}
	switch d.match {
	case MatchStop:
		if err := r.stop(tx, d, from); err != nil {
			return err
		}
		return r.closeStopped(tx, s.asked)
	case MatchStart:
		return r.start(tx, d, from)
	default:
		return nil
	}
}

// recordAnswer records a clear answer and announces it.
func (r *Replies) recordAnswer(tx store.Tx, a acceptedAnswer, in inbox.Message) error {
	id, item := splitItemID(a.id)
	q, err := ReadQuestion(tx, id)
	if err != nil {
		return err
	}
	a.answer.InboundID = in.ID
	fact := newAnswered(q, a.answer)
	wasOpen := q.Status == Open
	before := q.tick()
	previous := q.Answer
	if item > 0 {
		fact.Item, previous = item, q.answerItem(item, a.answer)
	} else {
		if q.Answer.clear() {
			q.Before = append(q.Before, *q.Answer)
		}
		q.Status, q.Answer = Answered, &a.answer
	}
	if previous.clear() {
		fact.Changed, fact.Previous = true, previous.Value
	}
	if wasOpen && q.Status != Open {
		if err := moveTick(tx, q, before); err != nil {
			return err
		}
	}
	if err := saveQuestion(tx, q); err != nil {
		return err
	}
	if err := supersedeOthers(tx, q); err != nil {
		return err
	}
	return r.events.Append(tx, a.answer.By, fact)
}

// recordUnclear records an answer that could not be read. An earlier clear answer stays.
func (r *Replies) recordUnclear(tx store.Tx, id string, d decision, in inbox.Message) error {
	q, err := ReadQuestion(tx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	a := answerOf(d.reading, d.match, now())
	a.Value, a.InboundID = reader.Unclear, in.ID
	if !q.Answer.clear() {
		q.Answer = &a
	}
	q.AskedAgain = q.AskedAgain || d.back == TextUnclear || d.back == TextUnclearWhich || d.back == TextUnclearOf
	if err := saveQuestion(tx, q); err != nil {
		return err
	}
	return r.events.Append(tx, "", QuestionUnclear(newAnswered(q, a)))
}

// backFor returns the automatic text of a decision.
func (r *Replies) backFor(d decision, s situation, to pdu.Address) answer {
	a := answer{to: to, kind: d.back, language: d.reading.Language, purpose: suppression.Care}
	if d.subject != nil {
		if d.subject.Language != "" {
			a.language = d.subject.Language
		}
		if d.subject.Purpose != "" && d.subject.Purpose != suppression.Staff {
			a.purpose = d.subject.Purpose
		}
	}
	switch {
	case (d.back == TextWhich || d.back == TextUnclearWhich) && d.asksBack != nil:
		a.choices = choicesOf(d.asksBack, s.asked, r.text(a.language, TextEvery))
	case d.back == TextUnclearOf && d.subject != nil:
		a.choices = d.subject.answersTo()
	}
	return a
}

func newHeard(d decision, in inbox.Message) Heard {
	h := Heard{
		Match: d.match, Value: d.reading.Value, Choice: d.reading.Choice, Number: d.reading.Number, Rule: d.reading.Rule,
		Intents: d.reading.Intents, LateMinutes: d.reading.LateMinutes, Confidence: d.reading.Confidence,
		NeedsStaff: d.needsStaff, Whole: in.Complete, Undecided: len(d.answers) == 0,
	}
	for i, a := range d.answers {
		h.Questions = append(h.Questions, a.id)
		if i == 0 {
			h.Value, h.Choice, h.Number, h.Rule, h.Confidence = a.answer.Value, a.answer.Choice, a.answer.Number, a.answer.Rule, a.answer.Confidence
		}
		if a.answer.Value != h.Value { // one value would be wrong for one of the questions
			h.Value, h.Rule, h.Confidence = reader.Unclear, reader.RuleSeveral, reader.Low
		}
	}
	h.Questions = questionsOf(append(h.Questions, d.unclear...))
	return h
}
