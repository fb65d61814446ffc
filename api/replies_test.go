package api_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"goniec/accept"
	"goniec/access"
	"goniec/api/client"
	"goniec/api/rest"
	"goniec/inbox"
	"goniec/pdu"
	"goniec/queue"
)

// answering has what comes in dealt with until the test ends.
func (g *gateway) answering(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); g.replies.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
}

// sent has everything accepted that waits.
func (g *gateway) sent(t *testing.T) {
	t.Helper()
	for mr := byte(1); ; mr++ {
		s, ok, err := g.queue.Claim(t.Context(), sim)
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			return
		}
		if _, _, err := g.queue.Record(t.Context(), s, queue.Outcome{Kind: queue.Accepted, MR: mr, At: time.Now()}, false); err != nil {
			t.Fatal(err)
		}
	}
}

// texted receives a text, and waits until it has been dealt with.
func (g *gateway) texted(t *testing.T, c *client.Client, from, text string) client.Inbound {
	t.Helper()
	ud, err := pdu.TextUserData(text, pdu.GSM7, nil)
	if err != nil {
		t.Fatal(err)
	}
	sender, err := pdu.ParseAddress(from)
	if err != nil {
		t.Fatal(err)
	}
	tpdu, err := pdu.Deliver{OA: sender, SCTS: time.Now().Truncate(time.Second), UD: ud}.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	<-time.After(2 * time.Millisecond) // what is of one millisecond has no order
	if err := g.inbox.Receive(t.Context(), sim, inbox.Decode(pdu.WithSMSC(nil, tpdu), time.Now())); err != nil {
		t.Fatal(err)
	}
	for {
		for in, err := range c.Inbox(t.Context(), client.InboxFilter{}) {
			if err != nil {
				t.Fatal(err)
			}
			if in.Text == text && (in.Answer != nil || in.Reading != nil) {
				return in
			}
			break
		}
		select {
		case <-t.Context().Done():
			t.Fatal("it is not dealt with")
		case <-time.After(time.Millisecond):
		}
	}
}

// A message asks, a text answers, and both say so.
func TestQuestionIsAnswered(t *testing.T) {
	t.Parallel()
	g := memory(t)
	g.answering(t)
	c := g.client(t, access.ScopeSend, access.ScopeMessages, access.ScopeInbox, access.ScopeInboxWrite)
	ctx := t.Context()
	until := time.Now().Add(24 * time.Hour)
	posted, err := c.Send(ctx, client.MessageRequest{
		To: "600100200", Text: "Wizyta jutro o 10:00. Odpisz TAK lub NIE.", Priority: client.PriorityHigh,
		Question: &client.QuestionRequest{Kind: "yes_no", About: "Ania", Until: &until},
	})
	if err != nil {
		t.Fatal(err)
	}
	if q := posted.Question; q == nil || q.Status != "open" || q.About != "Ania" || q.Until.Sub(until).Abs() > time.Millisecond || posted.Answer != nil {
		t.Errorf("question is %+v, answer %+v", q, posted.Answer)
	}
	g.sent(t)
	in := g.texted(t, c, "+48600100200", "Tak, dziekuje")
	if in.MessageID != posted.ID || in.Answer.Value != "yes" || in.Answer.Matched != "one_open" || in.ConversationID == "" {
		t.Errorf("inbound is %+v, answer %+v", in, in.Answer)
	}
	m, err := c.Message(ctx, posted.ID)
	if err != nil {
		t.Fatal(err)
	}
	if m.Question.Status != "answered" || m.Answer == nil || m.Answer.Value != "yes" || m.Answer.Text != "Tak, dziekuje" || m.Answer.Rule == "" || m.Answer.InboundID != in.ID {
		t.Errorf("question is %+v, answer %+v", m.Question, m.Answer)
	}
	token := g.token(t, "reader", access.ScopeInbox)
	for answer, want := range map[string]int{"yes": 1, "no": 0} {
		var page client.Page[client.Inbound]
		decodeInto(t, g.ask(t, http.MethodGet, "/v1/inbox?answer="+answer, token, "").body, &page)
		if len(page.Items) != want {
			t.Errorf("%d received with %s", len(page.Items), answer)
		}
	}

	g.texted(t, c, "+48600100200", "a gdzie to jest?")
	talk, err := c.Conversation(ctx, in.ConversationID)
	if err != nil || talk.State != "waiting" || talk.With != "+48600100200" || talk.Unread != 1 {
		t.Errorf("conversation is %+v, %v", talk, err)
	}
	if _, err := c.AddNote(ctx, talk.ID, client.NoteRequest{Text: "oddzwonione"}); err != nil {
		t.Fatal(err)
	}
	closed, anna := "closed", "Anna"
	talk, err = c.ChangeConversation(ctx, talk.ID, client.ConversationChange{State: &closed, AssignedTo: &anna})
	if err != nil || talk.State != "closed" || talk.Unread != 0 || talk.AssignedTo != anna || talk.Notes != 1 {
		t.Errorf("conversation is %+v, %v", talk, err)
	}
	g.sent(t)
	kinds := ""
	origins := map[client.Origin]int{}
	for m, err := range c.Messages(ctx, client.MessageFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		origins[m.Origin]++
	}
	if origins[client.OriginAPI] != 1 || origins[client.OriginReply] == 0 || len(origins) != 2 {
		t.Errorf("origins are %v", origins)
	}
	for e, err := range c.Entries(ctx, talk.ID) {
		switch {
		case err != nil:
			t.Fatal(err)
		case e.Note != nil:
			kinds += "note "
		case e.Message != nil:
			kinds += "out "
		case e.Inbound != nil:
			kinds += "in "
		}
	}
	if kinds != "note in out in out " {
		t.Errorf("entries are %q", kinds)
	}
	for c, err := range c.Conversations(ctx, client.ConversationFilter{State: "closed", With: "+48600100200"}) {
		if err != nil || c.ID != talk.ID {
			t.Errorf("%+v, %v", c, err)
		}
	}
	wantProblem(t, "no conversation", rest.CodeConversationNotFound, second(c.Conversation(ctx, "nothing")))
}

// A text that decides nothing has a reading, and no answer that a program may act on.
func TestReadingThatDecidesNothing(t *testing.T) {
	t.Parallel()
	g := memory(t)
	g.answering(t)
	c := g.client(t, access.ScopeSend, access.ScopeMessages, access.ScopeInbox)
	ask := func(to, reference string) string {
		m, err := c.Send(t.Context(), client.MessageRequest{
			To: to, Text: "Wizyta jutro. Odpisz TAK lub NIE.", Reference: reference, Priority: client.PriorityHigh,
			Question: &client.QuestionRequest{Kind: "yes_no", About: reference},
		})
		if err != nil {
			t.Fatal(err)
		}
		g.sent(t)
		return m.ID
	}
	only := ask("+48600100200", "visit-1")
	ask("+48600100201", "visit-2")
	ask("+48600100201", "visit-3")
	for _, test := range []struct {
		name, from, text string
		message          string // that it answers
		answer, reading  string // values; empty: absent
		reason           string
	}{
		{"which of two", "+48600100201", "Tak", "", "", "yes", ""},
		{"unclear", "+48600100200", "kwiatek na parapecie", only, "unclear", "unclear", ""},
		{"unclear again", "+48600100200", "a o ktorej to?", only, "unclear", "unclear", "question_back"},
		{"clear", "+48600100200", "Tak, bede", only, "yes", "", ""},
		{"nothing asked", "+48600100202", "Nie", "", "", "no", "nothing_asked"},
	} {
		in := g.texted(t, c, test.from, test.text)
		var answer, reading, reason, reference string
		if in.Answer != nil {
			answer = in.Answer.Value
		}
		if in.Reading != nil {
			reading, reason = in.Reading.Value, in.Reading.Reason
		}
		if test.message != "" {
			reference = "visit-1"
		}
		if in.MessageID != test.message || in.Reference != reference || answer != test.answer || reading != test.reading || reason != test.reason {
			t.Errorf("%s: message %q, reference %q, answer %q, reading %q, reason %q, want %+v", test.name, in.MessageID, in.Reference, answer, reading, reason, test)
		}
	}
	for answer, want := range map[string]int{"yes": 1, "no": 0, "unclear": 2} {
		found := 0
		for in, err := range c.Inbox(t.Context(), client.InboxFilter{Answer: answer}) {
			if err != nil || in.MessageID != only {
				t.Errorf("%+v, %v", in, err)
			}
			found++
		}
		if found != want {
			t.Errorf("%d received with %s, want %d", found, answer, want)
		}
	}
}

// What is wrong with a question is said with everything else that is wrong.
func TestQuestionsThatAreRefused(t *testing.T) {
	t.Parallel()
	g := memory(t)
	token := g.token(t, "sender", access.ScopeSend)
	for body, want := range map[string]string{
		`{"kind":"maybe"}`:                                 "/question/kind not_one_of",
		`{"kind":"choice"}`:                                "/question/labels question_labels",
		`{"kind":"number","min":3,"max":3}`:                "/question/max question_range",
		`{"kind":"yes_no","until":"2020-01-01T00:00:00Z"}`: "/question/until question_until",
		`{"kind":"yes_no","also_from":["nobody"]}`:         "/question/also_from number_invalid",
		`{"kind":"yes_no","colour":"red"}`:                 "/question/colour unknown_field",
	} {
		answer := g.ask(t, http.MethodPost, "/v1/messages", token, `{"to":"600100200","text":"Tak czy nie?","question":`+body+`}`)
		var p client.Problem
		decodeInto(t, answer.body, &p)
		if answer.status != http.StatusUnprocessableEntity || len(p.Errors) != 1 || p.Errors[0].Pointer+" "+p.Errors[0].Code != want {
			t.Errorf("%s: %d %+v, want %s", body, answer.status, p.Errors, want)
		}
	}
}

// A number that must not be written to is refused, and allowed again.
func TestSuppressions(t *testing.T) {
	t.Parallel()
	g := memory(t)
	c := g.client(t, access.ScopeSend, access.ScopeMessages)
	ctx := t.Context()
	send := func(purpose client.Purpose) error {
		_, err := c.Send(ctx, client.MessageRequest{To: "600100200", Text: "hej", Purpose: purpose})
		return err
	}
	noted, err := c.Suppress(ctx, client.SuppressionRequest{To: "600100200", Purpose: "marketing", Note: "prosiła przy okienku"})
	if err != nil || noted.To != "+48600100200" || noted.Source != "api" || noted.By == "" {
		t.Fatalf("%+v, %v", noted, err)
	}
	again, err := c.Suppress(ctx, client.SuppressionRequest{To: "+48600100200", Purpose: "marketing"})
	if err != nil || again.ID != noted.ID || again.Note != noted.Note {
		t.Errorf("noted again as %+v, %v", again, err)
	}
	if err := send("care"); err != nil {
		t.Error(err)
	}
	var p *client.Problem
	if !errors.As(send("marketing"), &p) || len(p.Errors) != 1 || p.Errors[0].Code != string(accept.CodeSuppressed) {
		t.Errorf("marketing: %+v", p)
	}
	found := 0
	for s, err := range c.Suppressions(ctx, client.SuppressionFilter{To: "600100200"}) {
		if found++; err != nil || s.ID != noted.ID {
			t.Errorf("%+v, %v", s, err)
		}
	}
	if found != 1 {
		t.Errorf("%d suppressions", found)
	}
	if err := c.Unsuppress(ctx, noted.ID); err != nil {
		t.Fatal(err)
	}
	wantProblem(t, "remove twice", rest.CodeSuppressionNotFound, c.Unsuppress(ctx, noted.ID))
	if err := send("marketing"); err != nil {
		t.Error(err)
	}
}
