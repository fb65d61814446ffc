package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"goniec/access"
	"goniec/api/client"
	"goniec/api/rest"
	gw "goniec/gateway"
	"goniec/inbox"
	"goniec/queue"
	"goniec/selfcare"
)

func TestCalls(t *testing.T) {
	t.Parallel()
	g := memory(t)
	c := g.client(t, access.ScopeInbox)
	text := &queue.Draft{Text: "Oddzwonimy."}
	for _, from := range []string{"+48600100200", "", "+48600100201", "+48600100200"} {
		if _, _, err := g.inbox.MissedCall(t.Context(), sim, inbox.Ring{From: from, Rings: 2, At: time.Now()}, text); err != nil {
			t.Fatal(err)
		}
	}
	var all []client.Call
	for call, err := range c.Calls(t.Context(), client.InboxFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, call)
	}
	if len(all) != 4 || all[3].From != "+48600100200" || all[3].MessageID == "" || all[3].Rings != 2 || all[3].Modem != "sim-a" || all[3].At.IsZero() {
		t.Fatalf("calls %+v", all)
	}
	if all[2].From != "" || all[2].MessageID != "" || all[0].MessageID != "" {
		t.Errorf("a withheld number, or the second call of a day, got a text: %+v", all)
	}
	for name, test := range map[string]struct {
		filter client.InboxFilter
		want   int
	}{
		"from":  {client.InboxFilter{From: "600 100 200"}, 2},
		"since": {client.InboxFilter{Since: time.Now().Add(time.Hour)}, 0},
		"until": {client.InboxFilter{Until: time.Now().Add(time.Hour)}, 4},
	} {
		n := 0
		for _, err := range c.Calls(t.Context(), test.filter) {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		if n != test.want {
			t.Errorf("%s: %d calls, want %d", name, n, test.want)
		}
	}
	secret := g.token(t, "pager", access.ScopeInbox)
	first := g.ask(t, http.MethodGet, "/v1/calls?limit=3", secret, "")
	link := first.header.Get("Link")
	if first.status != http.StatusOK || !strings.HasPrefix(link, "</v1/calls?cursor=") || !strings.HasSuffix(link, `; rel="next"`) {
		t.Errorf("page of calls: %d, link %q", first.status, link)
	}
	next, _, _ := strings.Cut(strings.TrimPrefix(link, "<"), ">")
	if second := g.ask(t, http.MethodGet, next, secret, ""); second.status != http.StatusOK || strings.Count(string(second.body), `"id"`) != 1 {
		t.Errorf("next page of calls: %d %s", second.status, second.body)
	}
	for query, code := range map[string]rest.Code{"cursor=nonsense": rest.CodeCursorInvalid, "limit=0": rest.CodeOutOfRange} {
		if answer := g.ask(t, http.MethodGet, "/v1/calls?"+query, secret, ""); answer.status != http.StatusUnprocessableEntity || !strings.Contains(string(answer.body), string(code)) {
			t.Errorf("%s: %d %s", query, answer.status, answer.body)
		}
	}
	if answer := g.ask(t, http.MethodGet, "/v1/calls", g.token(t, "nosy", access.ScopeModems), ""); answer.status != http.StatusForbidden {
		t.Errorf("a token that may not read the inbox gets %d", answer.status)
	}
}

func TestTestModem(t *testing.T) {
	t.Parallel()
	g := memory(t)
	c := g.client(t, access.ScopeModems, access.ScopeModemsWrite)
	m, err := c.TestModem(t.Context(), "sim-a")
	if err != nil || m.SelfTest == nil || !m.SelfTest.Running {
		t.Errorf("modem %+v, %v", m.SelfTest, err)
	}
	_, err = c.TestModem(t.Context(), "sim-x")
	wantProblem(t, "test of an unknown modem", rest.CodeModemNotFound, err)
	for code, refusal := range map[rest.Code]error{
		rest.CodeModemNotReady: gw.ErrNotOpen, rest.CodeTestRunning: selfcare.ErrTestRunning,
		rest.CodeTestNoNumber: selfcare.ErrTestNoNumber, rest.CodeTestBudget: selfcare.ErrTestBudget,
	} {
		g.modems.refuse(refusal)
		_, err := c.TestModem(t.Context(), "sim-a")
		wantProblem(t, refusal.Error(), code, err)
	}
	if answer := g.ask(t, http.MethodPost, "/v1/modems/sim-a/test", g.token(t, "nosy", access.ScopeModems), ""); answer.status != http.StatusForbidden {
		t.Errorf("a token that may only look gets %d", answer.status)
	}
}

// TestSelfTestInWords: a failed test says what happened and what to do in the
// reader's language, and one that passed needs no words.
func TestSelfTestInWords(t *testing.T) {
	t.Parallel()
	g := memory(t)
	now := time.Now()
	g.modems.tests["sim-a"] = selfcare.TestStatus{At: now, Result: "lost", Detail: "not in 10m0s"}
	g.modems.tests["sim-b"] = selfcare.TestStatus{At: now, Result: "passed", Took: 2500 * time.Millisecond}
	c := g.client(t, access.ScopeModems)
	all, err := c.Modems(t.Context())
	if err != nil || len(all) != 2 {
		t.Fatalf("modems %+v, %v", all, err)
	}
	if got := all[0].SelfTest; !strings.Contains(got.Detail, "did not arrive") || got.Remedy == "" || got.Passed {
		t.Errorf("failed test: %+v", got)
	}
	if got := all[1].SelfTest; got.Detail != "" || got.Remedy != "" || !got.Passed || got.TookSeconds != 2.5 {
		t.Errorf("passed test: %+v", got)
	}
	answer := g.ask(t, http.MethodGet, "/v1/modems/sim-a", g.token(t, "pani", access.ScopeModems), "", "Accept-Language", "pl")
	if answer.status != http.StatusOK || !strings.Contains(string(answer.body), "nie dotarł") {
		t.Errorf("in Polish: %d %s", answer.status, answer.body)
	}
}
