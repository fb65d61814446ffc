package api_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"goniec/accept"
	"goniec/access"
	"goniec/api/client"
	"goniec/api/consent"
	"goniec/api/rest"
	"goniec/queue"
)

func TestErase(t *testing.T) {
	t.Parallel()
	var asked []consent.Erasing
	var refusal error
	var q *queue.Queue
	g := memory(t, func(c *config) {
		q = c.queue
		c.erase = func(ctx context.Context, e consent.Erasing) (queue.Erasure, error) {
			asked = append(asked, e)
			if refusal != nil {
				return queue.Erasure{}, refusal
			}
			return q.NoteErasure(ctx, queue.Erasure{By: e.By, Messages: 3, Received: 2, Calls: 1, Talks: 1, Other: 4, Overwritten: 8192, Kept: 1})
		}
	})
	c := g.client(t, access.ScopeAdmin)
	got, err := c.Erase(t.Context(), client.ErasureRequest{Number: "600 100 200"})
	if err != nil {
		t.Fatal(err)
	}
	if len(asked) != 1 || asked[0].Number.String() != "+48600100200" || asked[0].Suppressions || asked[0].By == "" {
		t.Errorf("asked for %+v", asked)
	}
	if got.ID == "" || got.At.IsZero() || got.Messages != 3 || got.Received != 2 || got.Calls != 1 || got.Conversations != 1 || got.Other != 4 ||
		got.Overwritten != 8192 || got.Suppressions != 1 || !strings.Contains(got.Remark, "Backups") {
		t.Errorf("answer %+v", got)
	}
	if _, err := c.Erase(t.Context(), client.ErasureRequest{Number: "+380 67 123 45 67", Suppressions: true}); err != nil {
		t.Errorf("a number that may not be written to: %v", err)
	} else if last := asked[len(asked)-1]; last.Number.String() != "+380671234567" || !last.Suppressions {
		t.Errorf("asked for %+v", last)
	}
	var all []client.Erasure
	for e, err := range c.Erasures(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	if len(all) != 2 || all[1].ID != got.ID || all[1].Remark != "" || all[1].Messages != 3 {
		t.Errorf("proofs %+v", all)
	}
	refusal = fmt.Errorf("%w: one text is on its way", consent.ErrNumberBusy)
	_, err = c.Erase(t.Context(), client.ErasureRequest{Number: "600 100 200"})
	wantProblem(t, "while a text is on its way", rest.CodeNumberBusy, err)
	if strings.Contains(g.log.String(), "600100200") || !strings.Contains(g.log.String(), "a number was erased") {
		t.Error("the log holds the number, or does not tell")
	}
}

func TestEraseRefused(t *testing.T) {
	t.Parallel()
	g := memory(t)
	secret := g.token(t, "admin", access.ScopeAdmin)
	for body, code := range map[string]rest.Code{
		`{"number": "12ab"}`: rest.Code(accept.CodeNumberInvalid),
		`{"number": ""}`:     rest.CodeEmpty,
		`{}`:                 rest.CodeRequired,
		`{"number": "112"}`:  rest.Code(accept.CodeNumberEmergency),
		`{"number": "+48600100200", "all": true}`:   rest.CodeUnknownField,
		`{"number": "600100200/601100200"}`:         rest.Code(accept.CodeNumberTwo),
		`{"number": "600100200", "suppressions":1}`: rest.CodeWrongType,
	} {
		answer := g.ask(t, http.MethodPost, "/v1/erasures", secret, body, "Content-Type", "application/json")
		if answer.status != http.StatusUnprocessableEntity || !strings.Contains(string(answer.body), `"`+string(code)+`"`) {
			t.Errorf("%s: %d %s", body, answer.status, answer.body)
		}
	}
	if answer := g.ask(t, http.MethodGet, "/v1/erasures?cursor=x", secret, ""); answer.status != http.StatusUnprocessableEntity {
		t.Errorf("a wrong cursor gets %d", answer.status)
	}
	nosy := g.token(t, "nosy", access.ScopeSend, access.ScopeMessages, access.ScopeInbox)
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		if answer := g.ask(t, method, "/v1/erasures", nosy, `{"number": "+48600100200"}`, "Content-Type", "application/json"); answer.status != http.StatusForbidden {
			t.Errorf("%s without admin gets %d", method, answer.status)
		}
	}
}
