package reply

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"goniec/clock"
	"goniec/event"
	"goniec/pdu"
	"goniec/queue"
	"goniec/reply/reader"
	"goniec/store"
	"goniec/suppression"
)

// Heard is what was made of a received text. The tags are its stored form.
type Heard struct {
	Match Match `json:"m"`
	// Value and Rule are how the text was read, of an answer those of the answer.
	Value       reader.Value      `json:"v"`
	Choice      int               `json:"ch,omitempty"`
	Number      int               `json:"n,omitempty"`
	Rule        reader.Rule       `json:"rule,omitempty"`
	Intents     []reader.Intent   `json:"int,omitempty"`
	LateMinutes int               `json:"late,omitempty"`
	Confidence  reader.Confidence `json:"conf,omitempty"`
	// Questions are the ids of those that got an answer by it, clear or not.
	Questions []string `json:"ask,omitempty"`
	TalkID    string   `json:"talk"`
	// Person says that a person has to look at it.
	Person bool `json:"staff,omitempty"`
	// Back is the kind of text that went back; empty: none.
	Back TextKind `json:"back,omitempty"`
	// Whole says that no part was missing.
	Whole bool `json:"ok,omitempty"`
}

// ReadHeard returns what was made of an inbound message, or store.ErrNotFound while nothing
// has been.
func ReadHeard(r store.Reader, inboundID string) (Heard, error) {
	h, found, err := store.GetJSON[Heard](r, heardKey(inboundID))
	if err == nil && !found {
		err = fmt.Errorf("what was made of %s: %w", inboundID, store.ErrNotFound)
	}
	return h, err
}

// answerWithin is how old a text may be to be answered by itself: after an upgrade, or
// a long time without this program, an answer would come out of the blue.
const answerWithin = 12 * time.Hour

// handle deals with an event, in the transaction that moves the cursor.
func (r *Replies) handle(tx store.Tx, e event.Event) error {
	received, err := event.Decode[queue.Received](e)
	if err != nil {
		return err
	}
	in, err := queue.ReadInbound(tx, received.ID)
	if store.Unreadable(err) {
		return nil // it has been removed, or is damaged: goniec verify tells
	}
	if err != nil {
		return err
	}
	before, found, err := store.GetJSON[Heard](tx, heardKey(in.ID))
	if err != nil || found && (before.Whole || !in.Complete) {
		return err // a repetition
	}
	return r.hear(tx, in, found)
}

// hear deals with a received message. again says that it was dealt with before, when
// some of its parts were missing.
func (r *Replies) hear(tx store.Tx, in queue.Inbound, again bool) error {
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
	h := heardOf(d, in)
	if now().Sub(clock.Later(in.ReceivedAt, in.UpdatedAt)) > answerWithin {
		d.back = ""
	}
	if d.back != "" && answerable {
		if h.Back, err = r.answerBack(tx, r.backFor(d, s, from), now()); err != nil {
			return err
		}
		if h.Back == "" && (d.back == TextWhich || d.back == TextUnclear || d.back == TextUnclearOf) {
			h.Person, d.person = true, true // the patient is not asked, so somebody has to
		}
	}
	if h.TalkID, err = r.said(tx, from, in, d, again); err != nil {
		return err
	}
	r.meter.heard.WithLabelValues(string(h.Match), string(h.Value)).Inc()
	return store.PutJSON(tx, heardKey(in.ID), h)
}

// understand decides what is to be done about a received message.
func (r *Replies) understand(tx store.Reader, in queue.Inbound, from pdu.Address, answerable bool) (decision, situation, error) {
	s := situation{now: now(), text: in.Text, complete: in.Complete}
	switch {
	case in.Kind != queue.InboundText:
		return decision{match: MatchNotText, reading: reader.Reading{Value: reader.Unclear}, noted: in.Kind == queue.InboundVoicemail, person: in.Kind == queue.InboundBinary}, s, nil
	case in.From.IsAlphanumeric(), from.IsShortCode():
		return decision{match: MatchSender, reading: reader.Reading{Value: reader.Unclear}, noted: true}, s, nil
	}
	questions, err := askedOf(tx, from)
	if err != nil {
		return decision{}, s, err
	}
	for _, q := range questions {
		p, asked, err := r.pose(tx, q)
		if err != nil {
			return decision{}, s, err
		}
		if asked {
			s.asked = append(s.asked, p)
		}
	}
	w, found, err := store.GetJSON[which](tx, whichKey(from))
	if err != nil {
		return decision{}, s, err
	}
	if found {
		s.which = &w
	}
	d := matcher{r.config.Reader}.decide(s)
	if !answerable {
		d.back = ""
	}
	return d, s, nil
}

// pose returns a question with its text. asked is false if the patient cannot have
// seen it: no part of its message has been tried.
func (r *Replies) pose(tx store.Reader, q Question) (p posed, asked bool, err error) {
	m, err := queue.ReadMessage(tx, q.ID)
	if store.Unreadable(err) {
		return posed{Question: q}, true, nil // it was sent long ago
	}
	if err != nil {
		return posed{}, false, err
	}
	return posed{q, m.Text}, m.AttemptCount > 0, nil
}

// carryOut does what was decided, but for texts and the talk.
func (r *Replies) carryOut(tx store.Tx, d *decision, s situation, in queue.Inbound, from pdu.Address) error {
	if s.which != nil && d.which != s.which { // the question back has been answered, or is void
		if err := tx.Delete(whichKey(from)); err != nil {
			return err
		}
	}
	if d.which != nil {
		if err := store.PutJSON(tx, whichKey(from), d.which); err != nil {
			return err
		}
	}
	for _, a := range d.apply {
		if err := r.answered(tx, a, in); err != nil {
			return err
		}
	}
	for _, id := range d.unclear {
		if err := r.unclear(tx, id, *d, in); err != nil {
			return err
		}
	}
	switch d.match {
	case MatchStop:
		return r.stop(tx, d, from)
	case MatchStart:
		return r.start(tx, d, from)
	default:
		return nil
	}
}

// answered notes a clear answer and tells of it.
func (r *Replies) answered(tx store.Tx, a applied, in queue.Inbound) error {
	q, err := ReadQuestion(tx, a.id)
	if err != nil {
		return err
	}
	a.answer.InboundID = in.ID
	fact := newAnswered(q, a.answer)
	if q.Answer.clear() {
		fact.Changed, fact.Previous = true, q.Answer.Value
		q.Before = append(q.Before, *q.Answer)
	}
	wasOpen := q.Status == Open
	before := q.tick()
	q.Status, q.Answer = Answered, &a.answer
	if wasOpen {
		if err := retick(tx, q, before); err != nil {
			return err
		}
	}
	if err := saveQuestion(tx, q); err != nil {
		return err
	}
	return r.events.Append(tx, "", fact)
}

// unclear notes an answer that could not be read. A clear one that there was stays.
func (r *Replies) unclear(tx store.Tx, id string, d decision, in queue.Inbound) error {
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
	q.AskedAgain = q.AskedAgain || d.back == TextUnclear || d.back == TextUnclearOf
	if err := saveQuestion(tx, q); err != nil {
		return err
	}
	return r.events.Append(tx, "", QuestionUnclear(newAnswered(q, a)))
}

// backFor returns the text that a decision wants to go back.
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
	case d.back == TextWhich && d.which != nil:
		a.choices = choicesOf(d.which, s.asked, r.text(a.language, TextEvery))
	case d.back == TextUnclearOf && d.subject != nil:
		a.choices = d.subject.answersTo()
	}
	return a
}

func heardOf(d decision, in queue.Inbound) Heard {
	h := Heard{
		Match: d.match, Value: d.reading.Value, Choice: d.reading.Choice, Number: d.reading.Number, Rule: d.reading.Rule,
		Intents: d.reading.Intents, LateMinutes: d.reading.LateMinutes, Confidence: d.reading.Confidence,
		Person: d.person, Whole: in.Complete, Questions: slices.Clone(d.unclear),
	}
	for _, a := range d.apply {
		h.Questions = append(h.Questions, a.id)
		h.Value, h.Choice, h.Number = a.answer.Value, a.answer.Choice, a.answer.Number
	}
	return h
}
