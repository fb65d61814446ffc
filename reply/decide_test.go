package reply_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"goniec/inbox"
	"goniec/queue"
	"goniec/reply"
	"goniec/reply/reader"
	"goniec/store"
)

// last returns the id of the text that came in last.
func (d *desk) last() string {
	d.t.Helper()
	all, _, err := d.received.Page(d.t.Context(), inbox.Filter{}, "", 1)
	if err != nil || len(all) == 0 {
		d.t.Fatal("no text has come in", err)
	}
	return all[0].ID
}

func (d *desk) decide(inbound string, decision reply.Decision) {
	d.t.Helper()
	if err := d.Decide(d.t.Context(), inbound, decision, "anna"); err != nil {
		d.t.Fatal(err)
	}
}

// What a person decides counts as the answer of the patient, is told once with the actor,
// and can be taken back.
func TestDecision(t *testing.T) {
	inDesk(t, nil, func(t *testing.T, d *desk) {
		id := d.visit()
		d.hear(patient, "gitara")
		d.hear(patient, "no mówię że gitara")
		if talk, _ := d.talk(); talk.State != reply.ConversationWaiting {
			t.Fatalf("conversation is %s", talk.State)
		}
		text := d.last()
		for range 2 {
			d.decide(text, reply.Decision{Value: reader.Yes})
		}
		q := d.question(id)
		if q.Status != reply.Answered || q.Answer.Value != reader.Yes || q.Answer.Match != reply.MatchDecided || q.Answer.By != "anna" || q.Answer.InboundID != text {
			t.Errorf("question is %s with %+v", q.Status, q.Answer)
		}
		if talk, _ := d.talk(); talk.State != reply.ConversationOpen || talk.Unread != 0 {
			t.Errorf("conversation is %s with %d unread", talk.State, talk.Unread)
		}
		if got := d.eventsOf("question."); !equal(got, map[string]int{"question.unclear": 2, "question.answered": 1}) {
			t.Errorf("events are %v", got)
		}
		if actor := d.actorOf("question.answered"); actor != "anna" {
			t.Errorf("actor is %q", actor)
		}
		if err := d.Decide(t.Context(), text, reply.Decision{Value: reader.No}, "anna"); !errors.Is(err, reply.ErrDecided) {
			t.Errorf("another decision: %v", err)
		}

		if err := d.TakeBack(t.Context(), text, "anna"); err != nil {
			t.Fatal(err)
		}
		if q := d.question(id); q.Status != reply.Open || q.Answer.Value != reader.Unclear || q.Answer.By != "" {
			t.Errorf("taken back: question is %s with %+v", q.Status, q.Answer)
		}
		if talk, _ := d.talk(); talk.State != reply.ConversationWaiting {
			t.Errorf("taken back: conversation is %s", talk.State)
		}
		if got := d.eventsOf("question.")["question.unclear"]; got != 3 {
			t.Errorf("%d events question.unclear", got)
		}
		if err := d.TakeBack(t.Context(), text, "anna"); !errors.Is(err, reply.ErrNotDecided) {
			t.Errorf("taken back twice: %v", err)
		}
		d.decide(text, reply.Decision{Value: reader.No})
		d.hear(patient, "jednak tak")
		if q := d.question(id); q.Answer.Value != reader.Yes || q.Answer.Match != reply.MatchChanged || len(q.Before) != 1 {
			t.Errorf("changed by the patient: %+v", q.Answer)
		}
		if err := d.TakeBack(t.Context(), text, "anna"); !errors.Is(err, reply.ErrNewer) {
			t.Errorf("taken back after an answer of the patient: %v", err)
		}
	})
}

// actorOf returns who did what the latest event of a type tells.
func (d *desk) actorOf(typ string) (actor string) {
	d.t.Helper()
	for after := ""; ; {
		events, err := d.events.After(d.t.Context(), after, 100)
		if err != nil {
			d.t.Fatal(err)
		}
		if len(events) == 0 {
			return actor
		}
		for _, e := range events {
			if after = e.ID(); e.Type == typ {
				actor = e.Actor
			}
		}
	}
}

// A decision restores the answer before when it is taken back, also after the end of the
// question, and a text from before is not decided.
func TestDecisionAboutAnAnswer(t *testing.T) {
	inDesk(t, nil, func(t *testing.T, d *desk) {
		id := d.ask(queue.Draft{To: d.address(patient), Text: "Odpisz TAK lub NIE."}, reply.Question{Kind: reader.YesNo, Until: time.Now().Add(time.Hour)}, true)
		d.hear(patient, "Tak")
		answer := d.last()
		if err := d.Decide(t.Context(), answer, reply.Decision{Value: reader.No}, "anna"); !errors.Is(err, reply.ErrNothingToDecide) {
			t.Errorf("a clear answer: %v", err)
		}
		d.hear(patient, "gitara")
		text := d.last()
		if err := d.Decide(t.Context(), answer, reply.Decision{Value: reader.No}, "anna"); err == nil {
			t.Error("a text that has been answered by another one is decided")
		}
		d.pass(2 * time.Hour)
		d.decide(text, reply.Decision{Value: reader.No})
		if q := d.question(id); q.Answer.Value != reader.No || len(q.Before) != 1 {
			t.Errorf("answer is %+v", q.Answer)
		}
		if err := d.TakeBack(t.Context(), text, "anna"); err != nil {
			t.Fatal(err)
		}
		if q := d.question(id); q.Status != reply.Answered || q.Answer.Value != reader.Yes || q.Answer.InboundID != answer || len(q.Before) != 0 {
			t.Errorf("taken back: %s, %+v", q.Status, q.Answer)
		}
	})
}

// With several questions the decision says which one, and the conversation waits until
// there is one about each. With items it may say which item.
func TestDecisionAboutSeveral(t *testing.T) {
	inDesk(t, nil, func(t *testing.T, d *desk) {
		first := d.ask(queue.Draft{To: d.address(patient), Text: "Kardiolog jutro o 10:00. Odpisz TAK lub NIE."}, reply.Question{Kind: reader.YesNo, About: "Ania, wt 8:40"}, true)
		family := reply.Question{Kind: reader.YesNo, Items: []reply.Item{{About: "Jan, wt 10:00"}, {About: "Ola, wt 11:00"}}}
		second := d.ask(queue.Draft{To: d.address(patient), Text: "Okulista jutro. Odpisz TAK lub NIE."}, family, true)
		d.hear(patient, "gitara")
		d.hear(patient, "gitara mówię")
		text := d.last()
		var wrong *reply.DecisionError
		if err := d.Decide(t.Context(), text, reply.Decision{Value: reader.Yes}, "anna"); !errors.As(err, &wrong) || wrong.Field != "message_id" || !wrong.Missing {
			t.Errorf("without a question: %v", err)
		}
		d.decide(text, reply.Decision{MessageID: first, Value: reader.Yes})
		if talk, _ := d.talk(); talk.State != reply.ConversationWaiting {
			t.Errorf("conversation is %s", talk.State)
		}
		d.decide(text, reply.Decision{MessageID: second, Item: 2, Value: reader.No})
		if q := d.question(second); q.Status != reply.Open || q.Items[0].Answer != nil || q.Items[1].Answer.Value != reader.No {
			t.Errorf("question is %s, %+v", q.Status, q.Items)
		}
		if err := d.Decide(t.Context(), text, reply.Decision{MessageID: second, Value: reader.Yes}, "anna"); !errors.Is(err, reply.ErrDecided) {
			t.Errorf("all items, one of which is decided otherwise: %v", err)
		}
		d.decide(text, reply.Decision{MessageID: second, Item: 1, Value: reader.No})
		if q := d.question(second); q.Status != reply.Answered || q.Answer.Value != reader.No {
			t.Errorf("question is %s, %+v", q.Status, q.Answer)
		}
		if talk, _ := d.talk(); talk.State != reply.ConversationOpen {
			t.Errorf("conversation is %s", talk.State)
		}
		if err := d.TakeBack(t.Context(), text, "anna"); err != nil {
			t.Fatal(err)
		}
		if q := d.question(second); q.Status != reply.Open || q.Items[0].Answer != nil || q.Items[1].Answer != nil || d.question(first).Status != reply.Open {
			t.Errorf("taken back: %s, %+v", q.Status, q.Items)
		}
	})
}

// What a decision must not be is refused with the field or the reason.
func TestDecisionRefused(t *testing.T) {
	inDesk(t, nil, func(t *testing.T, d *desk) {
		foreign := d.ask(queue.Draft{To: d.address(other), Text: "Odpisz TAK lub NIE."}, reply.Question{Kind: reader.YesNo}, true)
		d.ask(queue.Draft{To: d.address(patient), Text: "Jak oceniasz wizyte? 1-5"}, reply.Question{Kind: reader.Number, Min: 1, Max: 5}, true)
		d.hear(patient, "gitara")
		text := d.last()
		for field, decision := range map[string]reply.Decision{
			"value": {Value: reader.Yes}, "number": {Value: reader.Counted, Number: 6}, "item": {Value: reader.Counted, Number: 5, Item: 1},
			"message_id": {MessageID: foreign, Value: reader.Yes},
		} {
			var wrong *reply.DecisionError
			if err := d.Decide(t.Context(), text, decision, "anna"); !errors.As(err, &wrong) || wrong.Field != field {
				t.Errorf("%s: %v", field, err)
			}
		}
		d.hear(patient, "halo")
		if err := d.Decide(t.Context(), text, reply.Decision{Value: reader.Counted, Number: 5}, "anna"); !errors.Is(err, reply.ErrNewer) {
			t.Errorf("there is a newer text: %v", err)
		}
		if err := d.Decide(t.Context(), "nothing", reply.Decision{Value: reader.Yes}, "anna"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("no such text: %v", err)
		}
	})
}

// Words that the reader lacks are counted from the decisions, without names, as long as the
// texts are kept; an erasure removes them.
func TestUnknownWordsOfDecisions(t *testing.T) {
	inDesk(t, nil, func(t *testing.T, d *desk) {
		for _, text := range []string{"gitara", "Gitara Pierdzioch", "tak kwiatki"} {
			d.visit()
			d.hear(patient, text)
			d.decide(d.last(), reply.Decision{Value: reader.Yes})
		}
		d.visit()
		d.hear(patient, "gitara 7")
		d.decide(d.last(), reply.Decision{Value: reader.No})
		words, err := d.Words(t.Context())
		want := []reply.Word{
			{Word: "gitara", Language: "pl", Yes: 2, No: 1, Decides: 1},
			{Word: "kwiatki", Language: "pl", Yes: 1, Beside: 1},
		}
		if err != nil || !slices.Equal(words, want) {
			t.Errorf("words are %+v, %v", words, err)
		}
		if _, err := d.Forget(t.Context(), d.address(patient)); err != nil {
			t.Fatal(err)
		}
		if words, err := d.Words(t.Context()); err != nil || len(words) != 0 {
			t.Errorf("after an erasure: %+v, %v", words, err)
		}
	})
}
