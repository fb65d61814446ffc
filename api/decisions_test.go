package api_test

import (
	"net/http"
	"strings"
	"testing"

	"goniec/access"
	"goniec/api/client"
	"goniec/api/rest"
)

// A person decides what a text says: the message has the answer, the words are counted, and
// the decision can be taken back until something newer comes in.
func TestDecisionOfAPerson(t *testing.T) {
	t.Parallel()
	g := memory(t)
	g.answering(t)
	c := g.client(t, access.ScopeSend, access.ScopeMessages, access.ScopeInbox, access.ScopeInboxWrite)
	ctx := t.Context()
	posted, err := c.Send(ctx, client.MessageRequest{
		To: "600100200", Text: "Wizyta jutro o 10:00. Odpisz TAK lub NIE.", Priority: client.PriorityHigh, Question: &client.QuestionRequest{Kind: "yes_no"},
	})
	if err != nil {
		t.Fatal(err)
	}
	g.sent(t)
	in := g.texted(t, c, "+48600100200", "gitara")
	for range 2 {
		decided, err := c.Decide(ctx, in.ID, client.DecisionRequest{Value: "yes"})
		if err != nil || decided.Answer.Value != "yes" || decided.Answer.Matched != "decided" || decided.MessageID != posted.ID {
			t.Fatalf("decided %+v, %v", decided.Answer, err)
		}
	}
	m, err := c.Message(ctx, posted.ID)
	if err != nil || m.Question.Status != "answered" || m.Answer.Value != "yes" || m.Answer.Matched != "decided" || m.Answer.DecidedBy == "" || m.Answer.Text != "gitara" {
		t.Errorf("answer is %+v, %v", m.Answer, err)
	}
	words, err := c.Words(ctx)
	if err != nil || len(words) != 1 || words[0] != (client.Word{Word: "gitara", Language: "pl", Yes: 1, Decides: 1}) {
		t.Errorf("words are %+v, %v", words, err)
	}
	_, err = c.Decide(ctx, in.ID, client.DecisionRequest{Value: "no"})
	wantProblem(t, "another decision", rest.CodeDecisionExists, err)
	taken, err := c.TakeBack(ctx, in.ID)
	if err != nil || taken.Answer.Value != "unclear" {
		t.Errorf("taken back: %+v, %v", taken.Answer, err)
	}
	_, err = c.TakeBack(ctx, in.ID)
	wantProblem(t, "taken back twice", rest.CodeDecisionNotFound, err)
	_, err = c.Decide(ctx, "nothing", client.DecisionRequest{Value: "no"})
	wantProblem(t, "no such text", rest.CodeInboundNotFound, err)

	token := g.token(t, "desk", access.ScopeInboxWrite)
	for body, want := range map[string]string{
		`{"value":"number"}`:                           "/number required",
		`{"value":"choice","choice":1}`:                "/value not_one_of",
		`{"value":"yes","item":1}`:                     "/item out_of_range",
		`{"value":"yes","message_id":"` + in.ID + `"}`: "/message_id not_asked",
	} {
		var p client.Problem
		decodeInto(t, g.ask(t, http.MethodPost, "/v1/inbox/"+in.ID+"/decision", token, body).body, &p)
		if len(p.Errors) != 1 || !strings.HasSuffix(p.Errors[0].Pointer+" "+p.Errors[0].Code, want) {
			t.Errorf("%s: %+v, want %s", body, p, want)
		}
	}
	g.texted(t, c, "+48600100200", "halo")
	_, err = c.Decide(ctx, in.ID, client.DecisionRequest{Value: "yes"})
	wantProblem(t, "there is a newer text", rest.CodeDecisionOutdated, err)
	reader, err := client.New(g.url, g.token(t, "reader", access.ScopeInbox))
	if err != nil {
		t.Fatal(err)
	}
	_, err = reader.Decide(ctx, in.ID, client.DecisionRequest{Value: "yes"})
	wantProblem(t, "without the scope", rest.CodeScopeMissing, err)
}
