package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"goniec/api/client"
	"goniec/app"
	"goniec/catalogue"
	"goniec/event"
	"goniec/inbox"
	"goniec/queue"
	"goniec/reply"
)

const (
	trafficFirst = 300 * time.Millisecond // before the first message, so that the event stream is open by then
	trafficEvery = 3 * time.Second        // between two messages; half as much again at most
	trafficBurst = 3                      // messages at once at the beginning
	shownText    = 64                     // characters of a text on one line
)

// traffic is the clinic of the demo. It writes to its patients and prints what happens to
// the messages.
type traffic struct {
	terminal *terminal
	client   *client.Client
	out      io.Writer

	sent, delivered, failed, received int             // owned by show
	answers                           map[string]int  // number of answers by value; owned by show
	waiting                           map[string]bool // conversations that wait for reception, by id; owned by show

	known map[string]client.Message // messages without an end yet, by id; owned by show
}

// run sends messages and prints events until ctx is done.
func (t *traffic) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	t.known, t.answers, t.waiting = map[string]client.Message{}, map[string]int{}, map[string]bool{}
	var (
		sender  sync.WaitGroup
		sendErr error
	)
	sender.Go(func() {
		if sendErr = t.write(ctx); sendErr != nil {
			cancel()
		}
	})
	showErr := t.show(ctx)
	cancel()
	sender.Wait()
	return errors.Join(sendErr, showErr)
}

// write sends a few messages at once and then one every few seconds.
func (t *traffic) write(ctx context.Context) error {
	people := patients()
	rand.Shuffle(len(people), func(i, j int) { people[i], people[j] = people[j], people[i] })
	timer := time.NewTimer(trafficFirst)
	defer timer.Stop()
	for i := 0; ; i++ {
		if i == 0 || i >= trafficBurst {
			select {
			case <-ctx.Done():
				return nil
			case <-timer.C:
				timer.Reset(trafficEvery + rand.N(trafficEvery/2))
			}
		}
		p := people[i%len(people)]
		for _, m := range remindersFor(p, i) {
			_, err := t.client.Send(ctx, m)
			var refused *client.Problem
			if err == nil || ctx.Err() != nil || errors.As(err, &refused) { // a refused message is to a patient who has written STOP
				continue
			}
			return fmt.Errorf("send a message of the demo: %w", err)
		}
		if ctx.Err() != nil {
			return nil
		}
	}
}

// remindersFor returns what the clinic writes to a patient: a reminder of one visit, or of
// the visit of each child.
func remindersFor(p patient, i int) []client.MessageRequest {
	whose := p.children
	if len(whose) == 0 {
		whose = []string{p.name}
	}
	all := make([]client.MessageRequest, len(whose))
	for k, name := range whose {
		text, hour := reminder(name, i+k)
		all[k] = client.MessageRequest{
			To: p.number, Text: text, Purpose: client.PurposeCare, Question: &client.QuestionRequest{Kind: "yes_no", Language: "pl", About: name + ", " + hour},
		}
	}
	return all
}

// reminder returns a text of the clinic and the hour in it. Some texts are short, some have
// Polish letters, some have several parts.
func reminder(name string, i int) (text, hour string) {
	hour = fmt.Sprintf("%d:%02d", 8+i%9, 15*(i%4))
	texts := []string{
		"Przypominamy o wizycie jutro o %[2]s. Prosimy odpisac TAK lub NIE.",
		"%[1]s, czekamy jutro o %[2]s. Czy potwierdzasz wizytę? Odpisz TAK lub NIE.",
		"Dzień dobry! Wizyta w poradni jutro o %[2]s. Jeśli termin nie pasuje, prosimy odpisać NIE.",
		"Dzień dobry, przypominamy o jutrzejszej wizycie o godzinie %[2]s. Prosimy przyjść 10 minut wcześniej i zabrać dokument tożsamości. " +
			"Jeśli wizyta jest aktualna, prosimy odpisać TAK, a jeśli nie – NIE. Dziękujemy!",
	}
	return fmt.Sprintf(texts[i%len(texts)], name, hour), hour
}

// show prints a line for every event until ctx is done.
func (t *traffic) show(ctx context.Context) error {
	for event, err := range t.client.Events(ctx, "") {
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("follow the events of the demo: %w", err)
		}
		if err := t.event(ctx, event); err != nil && ctx.Err() == nil {
			return err
		}
	}
	return nil
}

// event prints one event and counts it.
func (t *traffic) event(ctx context.Context, e client.Event) error {
	fact, err := app.Facts().Decode(event.Event{Type: e.Type, Data: e.Data})
	if err != nil {
		return fmt.Errorf("read event %s of the demo: %w", e.ID, err)
	}
	switch fact := fact.(type) {
	case inbox.Received:
		return t.reply(ctx, e.At, fact)
	case queue.MessageChanged:
		return t.message(ctx, e.At, fact)
	case inbox.CallMissed:
		return t.call(ctx, e.At, fact)
	case reply.QuestionAnswered:
		return t.answer(ctx, e.At, fact)
	case reply.QuestionUnclear:
		return t.answer(ctx, e.At, reply.QuestionAnswered(fact))
	case reply.ConversationUpdated:
		return t.conversation(ctx, e.At, fact)
	}
	return nil
}

// reply prints a text of a patient.
func (t *traffic) reply(ctx context.Context, at time.Time, fact inbox.Received) error {
	in, err := t.client.Inbound(ctx, fact.ID)
	if err != nil {
		return fmt.Errorf("read a reply of the demo: %w", err)
	}
	t.received++
	t.line(shown{at, "←", in.Modem, in.From, catalogue.StatusText("received"), quoted(in.Text, in.Parts)})
	return nil
}

// message prints the new status of a message.
func (t *traffic) message(ctx context.Context, at time.Time, fact queue.MessageChanged) error {
	kind := strings.TrimPrefix(fact.EventType(), "message.")
	if fact.Status == queue.StatusSending {
		return nil // the message is sent or refused the next moment
	}
	m, found := t.known[fact.ID]
	if !found || fact.Status == queue.StatusFailed || fact.Status == queue.StatusSent {
		var err error
		if m, err = t.client.Message(ctx, fact.ID); err != nil {
			return fmt.Errorf("read a message of the demo: %w", err)
		}
		t.known[fact.ID] = m
	}
	detail := ""
	if !found {
		detail = quoted(m.Text, len(m.Parts))
	}
	switch fact.Status {
	case queue.StatusSent:
		t.sent++
	case queue.StatusDelivered:
		t.delivered++
		delete(t.known, fact.ID)
	case queue.StatusFailed:
		t.failed++
		if m.Error != nil {
			detail = m.Error.Detail
		}
		delete(t.known, fact.ID)
	default: // shown, and not counted
	}
	t.line(shown{at, "→", m.Modem, m.To, catalogue.StatusText(kind), detail})
	return nil
}

// answer prints how the gateway has read an answer.
func (t *traffic) answer(ctx context.Context, at time.Time, fact reply.QuestionAnswered) error {
	m, err := t.client.Message(ctx, fact.ID)
	if err != nil {
		return fmt.Errorf("read a message of the demo: %w", err)
	}
	t.answers[string(fact.Value)]++
	about := ""
	if m.Question != nil {
		about = m.Question.About
	}
	t.line(shown{at, "=", m.Modem, m.To, catalogue.Key("answer." + string(fact.Value)), about})
	return nil
}

// conversation prints once that a conversation waits for reception.
func (t *traffic) conversation(ctx context.Context, at time.Time, fact reply.ConversationUpdated) error {
	if fact.State != reply.ConversationWaiting || t.waiting[fact.ID] {
		return nil
	}
	t.waiting[fact.ID] = true
	c, err := t.client.Conversation(ctx, fact.ID)
	if err != nil {
		return fmt.Errorf("read a conversation of the demo: %w", err)
	}
	t.line(shown{at, "!", "", c.With, catalogue.StatusText("waiting"), t.terminal.sayReason(string(fact.Reason))})
	return nil
}

// call prints which number has called.
func (t *traffic) call(ctx context.Context, at time.Time, fact inbox.CallMissed) error {
	for c, err := range t.client.Calls(ctx, client.InboxFilter{}) {
		if err != nil {
			return fmt.Errorf("read a call of the demo: %w", err)
		}
		if c.ID == fact.ID {
			t.line(shown{at, "←", c.Modem, c.From, catalogue.StatusText("called"), ""})
			break
		}
	}
	return nil
}

// shown is one line of the demo.
type shown struct {
	at                       time.Time
	direction, modem, number string
	status                   catalogue.Key
	detail                   string
}

// line prints time, direction, modem, number, status and text. The text may be printed
// because these people do not exist.
func (t *traffic) line(l shown) {
	who := l.number
	if name := nameOf(l.number); name != "" {
		who += " " + name
	}
	modem := cmp.Or(l.modem, "…")
	line := fmt.Sprintf("%s %s %-5s %-23s %-13s %s", t.terminal.local(l.at).Format(time.TimeOnly), l.direction, modem, who, t.terminal.say(l.status), l.detail)
	fmt.Fprintln(t.out, strings.TrimRight(line, " "))
}

// quoted shortens a text to one line and says how many parts it has.
func quoted(text string, parts int) string {
	runes := []rune(strings.ReplaceAll(text, "\n", " "))
	if len(runes) > shownText {
		runes = append(runes[:shownText], '…')
	}
	shown := `"` + string(runes) + `"`
	if parts > 1 {
		shown += fmt.Sprintf(" (%d SMS)", parts)
	}
	return shown
}
