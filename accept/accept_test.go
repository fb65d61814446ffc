package accept_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"goniec/accept"
	"goniec/event"
	"goniec/inbox"
	"goniec/number"
	"goniec/pdu"
	"goniec/queue"
	"goniec/reply"
	"goniec/reply/reader"
	"goniec/store"
	"goniec/store/memstore"
	"goniec/suppression"
)

// maxParts is how many parts a message may have in these tests.
const maxParts = 2

// newIntake is an intake over a real queue on a real store, with one modem, and
// nothing of HTTP.
func newIntake(t *testing.T) (*accept.Intake, *queue.Queue, *reply.Replies) {
	t.Helper()
	s := memstore.New()
	events := event.New(s, "box")
	numbering := number.Numbering{Region: "PL"}
	q, err := queue.New(queue.Config{Store: s, Events: events, Box: "box", Numbering: numbering, MaxParts: maxParts})
	if err != nil {
		t.Fatal(err)
	}
	in, err := inbox.New(inbox.Config{Store: s, Events: events, Queue: q, Numbering: numbering})
	if err != nil {
		t.Fatal(err)
	}
	words, err := reader.New(reader.Options{})
	if err != nil {
		t.Fatal(err)
	}
	replies, err := reply.New(reply.Config{
		Store: s, Events: events, Queue: q, Inbox: in, Suppressions: suppression.New(s, events), Reader: words, Numbering: numbering, Box: "box", Language: "pl",
		Text: func(string, reply.TextKind) string { return "" },
	})
	if err != nil {
		t.Fatal(err)
	}
	return accept.New(accept.Config{
		Queue: q, Questions: replies, Numbers: accept.Numbers{Numbering: numbering},
		HasModem: func(name string) bool { return name == "sim-a" }, MaxParts: maxParts,
	}), q, replies
}

func TestSendTakesEachOnItsOwn(t *testing.T) {
	t.Parallel()
	in, q, replies := newIntake(t)
	question := &accept.Question{Question: reply.Question{Kind: reader.YesNo}, AlsoFrom: []string{"600 100 201"}}
	caller := queue.Caller{Token: "clinic", Key: "k", BodyHash: [32]byte{1}}
	requests := []accept.Request{
		{To: "600-100-200", Text: "hej", Reference: "visit-17", Modem: "sim-a", Question: question},
		{To: "112", Text: "hej"},
		{To: "221234567", Text: "hej"},
		{To: "600100200", Text: "hej", Unread: []string{"purpose"}},
	}
	results, replayed, err := in.Send(t.Context(), caller, requests)
	if err != nil || replayed || len(results) != 4 {
		t.Fatalf("%d results, replayed %v, %v", len(results), replayed, err)
	}
	m, err := q.Message(t.Context(), results[0].Message.ID)
	if err != nil || m.To.String() != "+48600100200" || m.Modem != "sim-a" || m.Reference != "visit-17" {
		t.Errorf("accepted %+v, %v", m, err)
	}
	err = replies.View(t.Context(), func(r store.Reader) error {
		asked, err := reply.ReadQuestion(r, m.ID)
		if err == nil && (len(asked.Also) != 1 || asked.Also[0].String() != "+48600100201") {
			t.Errorf("the question is also answered from %v", asked.Also)
		}
		return err
	})
	if err != nil {
		t.Errorf("the question: %v", err)
	}
	if p := results[1].Problems; results[1].Message != nil || len(p) != 1 || p[0].Code != accept.CodeNumberEmergency || p[0].Field != "to" {
		t.Errorf("an emergency number: %+v", results[1])
	}
	if w := results[2].Warnings; results[2].Message == nil || len(w) != 1 || w[0].Field != "to" || w[0].Code != number.WarningFixedLine {
		t.Errorf("a fixed line: %+v", results[2])
	}
	if results[3].Message != nil || len(results[3].Problems) != 0 {
		t.Errorf("a field that could not be read: %+v", results[3])
	}
	again, replayed, err := in.Send(t.Context(), caller, requests)
	if err != nil || !replayed || again[0].Message.ID != m.ID || again[2].Message.ID != results[2].Message.ID {
		t.Errorf("repeated: %+v, replayed %v, %v", again, replayed, err)
	}
}

// TestEveryProblemAtOnce: a caller mends a request once, not field by field.
func TestEveryProblemAtOnce(t *testing.T) {
	t.Parallel()
	in, _, _ := newIntake(t)
	now := time.Now()
	until := func(end time.Time) *accept.Question {
		return &accept.Question{Question: reply.Question{Kind: reader.YesNo, Until: end}}
	}
	type problems map[string]accept.Code
	for name, test := range map[string]struct {
		request accept.Request
		want    problems
	}{
		"all that accept finds": {
			accept.Request{To: "+12125550123", Text: "\a", Reference: "a\x01", Modem: "sim-z", Question: &accept.Question{}, ExpiresAt: now.Add(-time.Hour)},
			problems{
				"to": accept.CodeNumberCountry, "text": accept.CodeTextControl, "reference": accept.CodeControl, "modem": accept.CodeModemUnknown,
				"question.kind": reply.InvalidKind, "expires_at": accept.CodeExpiresInPast,
			},
		},
		"what the queue refuses": {
			accept.Request{To: "600100200", Text: "hej", Reference: strings.Repeat("a", 129), ExpiresAt: now.Add(time.Hour), SendAt: now.Add(2 * time.Hour)},
			problems{"reference": accept.CodeTooLong, "expires_at": accept.CodeExpiresBeforeSend},
		},
		"a question that ends before its message can go": {
			accept.Request{To: "600100200", Text: "hej", SendAt: now.Add(2 * time.Hour), ExpiresAt: now.Add(3 * time.Hour), Question: until(now.Add(time.Hour))},
			problems{"question.until": accept.CodeExpiresBeforeSend},
		},
		"a question that has ended, beside another mistake": {
			accept.Request{To: "600100200", Text: "", Question: until(now.Add(-time.Hour))},
			problems{"text": accept.CodeTextEmpty, "question.until": reply.InvalidUntil},
		},
		"times of another year": {
			accept.Request{To: "600100200", Text: "hej", SendAt: now.AddDate(-1, 0, 0), ExpiresAt: now.AddDate(-1, 0, 1)},
			problems{"send_at": accept.CodeSendAtInPast, "expires_at": accept.CodeExpiresInPast},
		},
		"a text of too many parts": {
			accept.Request{To: "600100200", Text: strings.Repeat("a", 400)},
			problems{"text": accept.CodeTextTooManyParts},
		},
		"a text of other letters": {
			accept.Request{To: "600100200", Text: "żółć", Encoding: pdu.ForceGSM7},
			problems{"text": accept.CodeTextNotGSM7},
		},
		"another number of the person": {
			accept.Request{To: "600100200", Text: "hej", Question: &accept.Question{Question: reply.Question{Kind: reader.YesNo}, AlsoFrom: []string{""}}},
			problems{"question.also_from": accept.CodeNumberEmpty},
		},
		"fields that were refused before": {
			accept.Request{Modem: "sim-z", Unread: []string{"to", "text"}},
			problems{"modem": accept.CodeModemUnknown},
		},
		"a request that could not be read": {accept.Request{Unread: []string{""}}, problems{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			results, _, err := in.Send(t.Context(), queue.Caller{Token: "clinic"}, []accept.Request{test.request})
			if err != nil {
				t.Fatal(err)
			}
			got := problems{}
			for _, p := range results[0].Problems {
				got[p.Field] = p.Code
			}
			if diff := cmp.Diff(test.want, got); diff != "" || results[0].Message != nil {
				t.Errorf("message %v, problems (-want +got):\n%s", results[0].Message != nil, diff)
			}
		})
	}
}

// A time to send that has just passed is no mistake, but is told; the answer to a repeated
// call is the same.
func TestSendAtThatHasPassed(t *testing.T) {
	t.Parallel()
	in, _, _ := newIntake(t)
	caller := queue.Caller{Token: "clinic", Key: "k", BodyHash: [32]byte{1}}
	requests := []accept.Request{
		{To: "600100200", Text: "hej", SendAt: time.Now().Add(-3 * time.Hour)},
		{To: "600100200", Text: "hej", SendAt: time.Now().Add(-time.Second)},
	}
	for range 2 {
		results, _, err := in.Send(t.Context(), caller, requests)
		if err != nil || results[0].Message == nil || results[1].Message == nil {
			t.Fatalf("%+v, %v", results, err)
		}
		if w := results[0].Warnings; len(w) != 1 || w[0].Field != "send_at" || w[0].Code != accept.CodeSendAtPassed {
			t.Errorf("warnings %+v", w)
		}
		if w := results[1].Warnings; len(w) != 0 {
			t.Errorf("warnings of one that is due now: %+v", w)
		}
	}
}

// failing is a queue whose store takes nothing.
type failing struct{ err error }

func (f failing) Enqueue(_ context.Context, _ queue.Caller, drafts []queue.Draft) ([]queue.Result, bool, error) {
	return slices.Repeat([]queue.Result{{Err: f.err}}, len(drafts)), false, nil
}

func (f failing) CheckTimes(context.Context, queue.Draft) ([]*queue.RefusedError, error) {
	return nil, f.err
}

func TestFailureIsNoProblem(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk is full")
	in := accept.New(accept.Config{Queue: failing{broken}, HasModem: func(string) bool { return true }})
	results, _, err := in.Send(t.Context(), queue.Caller{}, []accept.Request{{To: "600100200", Text: "hej"}})
	if err != nil || !errors.Is(results[0].Err, broken) || len(results[0].Problems) != 0 {
		t.Errorf("%+v, %v", results, err)
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	n := accept.Numbers{Numbering: number.Numbering{Region: "PL"}}
	for raw, want := range map[string]string{"600 100 200": "+48600100200", "7234": "7234", "INFO": "INFO", "+12125550123": "+12125550123"} {
		if got := n.ReadSender(raw).String(); got != want {
			t.Errorf("sender %q is read as %s, want %s", raw, got, want)
		}
	}
	// What is kept may be of a number that may not be written to.
	for raw, want := range map[string]accept.Code{
		"600100200": "", "+1 (212) 555-0123": "", "7234": "", "112": accept.CodeNumberEmergency, "12ab": accept.CodeNumberInvalid, "": accept.CodeNumberEmpty,
	} {
		_, p := n.ReadKnown("number", raw)
		if got := p; (got == nil) != (want == "") || got != nil && (got.Code != want || got.Field != "number") {
			t.Errorf("%q: problem %+v, want code %q", raw, got, want)
		}
	}
}
