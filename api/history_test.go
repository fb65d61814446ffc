package api_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"goniec/access"
	"goniec/api/client"
	"goniec/queue"
)

// TestHistory tells every step of a message whose first attempt had no answer and
// whose second was accepted and reported.
func TestHistory(t *testing.T) {
	t.Parallel()
	g := memory(t)
	c := g.client(t, access.ScopeMessages, access.ScopeSend)
	m, err := c.Send(t.Context(), client.MessageRequest{To: "600100200", Text: "Wizyta", Priority: client.PriorityHigh})
	if err != nil {
		t.Fatal(err)
	}
	w := queue.Worker{Modem: "sim-a", SIM: "260010000000001"}
	at := time.Now().UTC().Truncate(time.Millisecond)
	sub, ok, err := g.queue.Claim(t.Context(), w)
	if err != nil || !ok {
		t.Fatalf("claim: %v, %t", err, ok)
	}
	if _, _, err := g.queue.Record(t.Context(), sub, queue.Outcome{
		Kind: queue.Uncertain, Code: "no_answer", Detail: "the modem did not answer in time", PayloadAt: at.Add(time.Second), At: at.Add(3 * time.Minute),
	}, false); err != nil {
		t.Fatal(err)
	}
	steps, err := c.History(t.Context(), m.ID)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range steps {
		got = append(got, s.Step+" "+s.Outcome+s.Code)
		if s.Step != client.StepAccepted && (s.Modem != "sim-a" || s.Part != 1 || s.Attempt != 1) {
			t.Errorf("step %+v", s)
		}
	}
	if diff := cmp.Diff([]string{"accepted ", "begun ", "handed_over ", "answered uncertainno_answer"}, got); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	if want := at.Add(time.Second); !steps[2].At.Equal(want) {
		t.Errorf("handed over at %s, want %s", steps[2].At, want)
	}
	var problem *client.Problem
	if _, err := c.History(t.Context(), "01a21000-0000-7000-8000-000000000000"); !errors.As(err, &problem) || problem.Status != http.StatusNotFound {
		t.Errorf("of a message that is not there: %v", err)
	}
}
