package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"goniec/api/client"
	"goniec/catalogue"
)

// keptReplies is a gateway that has questions and replies to them.
func keptReplies(t *testing.T, inbound []client.Inbound, messages map[string]client.Message) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, status int, v any) {
		w.Header().Set("Content-Type", map[bool]string{true: "application/json", false: "application/problem+json"}[status == http.StatusOK])
		w.WriteHeader(status)
		if err := json.NewEncoder(w).Encode(v); err != nil {
			t.Error(err)
		}
	}
	mux.HandleFunc("GET /v1/inbox", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, client.Page[client.Inbound]{Items: inbound})
	})
	mux.HandleFunc("GET /v1/messages/{id}", func(w http.ResponseWriter, r *http.Request) {
		m, found := messages[r.PathValue("id")]
		if !found {
			answer(w, http.StatusNotFound, client.Problem{Status: http.StatusNotFound, Code: "message_not_found"})
			return
		}
		answer(w, http.StatusOK, m)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

// kept is a reply that was read as value.
func kept(id, text, value, rule, matched string, questions ...string) client.Inbound {
	return client.Inbound{
		ID: id, From: "+48600100200", Text: text, Complete: true, ReceivedAt: time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC), MessageID: questions[0], Questions: questions,
		Answer: &client.Answer{Value: value, Rule: rule, Matched: matched},
	}
}

// Replies that are read otherwise with the words of the configuration are counted and
// shown, with the last digits of the number, and the words only where they are asked for.
func TestReplyReplay(t *testing.T) {
	t.Parallel()
	asks := client.Message{Text: "Wizyta jutro o 10:00. Odpisz TAK lub NIE.", Question: &client.Question{Kind: "yes_no", Language: "pl", About: "Ania"}}
	family := asks
	family.Question = &client.Question{Kind: "yes_no", Language: "pl", Items: []client.Item{{About: "Ania, wt 8:40"}, {About: "Jan, wt 9:00"}}}
	gone := asks
	gone.Text = ""
	server := keptReplies(t, []client.Inbound{
		kept("a", "gitara", "unclear", "unclear.unknown_words", "one_open", "q"),
		kept("b", "Tak, dziękuję", "yes", "yes.word", "one_open", "q"),
		kept("c", "Ania tak", "yes", "yes.word", "named", "family"),
		kept("d", "tak kwiaty", "yes", "yes.word", "one_open", "q"),
		kept("e", "nie przyjdę", "yes", "yes.word", "one_open", "q"),
		kept("f", "", "yes", "yes.word", "one_open", "q"),
		kept("g", "tak", "yes", "yes.word", "one_open", "gone"),
		kept("h", "tak", "yes", "yes.word", "one_open", "nowhere"),
		kept("i", "1", "yes", "yes.word", "chosen", "q"),
		{ID: "j", From: "+48600100200", Text: "halo", Complete: true, Answer: &client.Answer{Value: "unclear", Matched: "nothing_asked"}},
	}, map[string]client.Message{"q": asks, "family": family, "gone": gone})

	config := filepath.Join(t.TempDir(), "goniec.yaml")
	if err := os.WriteFile(config, []byte("replies: {words: {pl: {yes: [\"gitara\"]}}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("goniec_x"), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) string {
		var out bytes.Buffer
		terminal := &terminal{lang: catalogue.English, stdout: &out, stderr: io.Discard}
		cmd := rereadCommand(terminal)
		cmd.SetArgs(append(args, "--url", server.URL, "--token-file", token, "--config", config))
		if err := cmd.ExecuteContext(context.Background()); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}

	var got rereading
	if err := json.Unmarshal([]byte(run("--output", "json")), &got); err != nil {
		t.Fatal(err)
	}
	if got.Same != 2 || got.ClearNow != 1 || got.UnclearNow != 1 || got.Opposite != 1 || got.TextGone != 3 || got.AskedBack != 1 {
		t.Errorf("counted %+v", got)
	}
	if len(got.Differences) != 3 || got.Differences[0].ID != "a" || got.Differences[0].Now.Value != "yes" || got.Differences[0].Text != "gitara" || got.Differences[2].Now.Rule != "no.negated_verb" {
		t.Errorf("differences are %+v", got.Differences)
	}
	table := run()
	if !strings.Contains(strings.Join(strings.Fields(table), " "), "…200 unclear (unclear.unknown_words) YES (yes.word) a") || strings.Contains(table, "gitara") || strings.Contains(table, "600100") {
		t.Errorf("printed\n%s", table)
	}
	if table := run("--texts", "--limit", "1"); !strings.Contains(table, "gitara") || strings.Contains(table, "kwiaty") {
		t.Errorf("printed with texts\n%s", table)
	}
}
