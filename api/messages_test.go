package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"goniec/access"
	"goniec/api/client"
	"goniec/api/rest"
	"goniec/calendar"
	"goniec/number"
	"goniec/pdu"
	"goniec/queue"
	"goniec/reply"
)

func TestPostedMessageIsReturnedWhole(t *testing.T) {
	t.Parallel()
	g := memory(t)
	secret := g.token(t, "clinic", access.ScopeSend, access.ScopeMessages)
	sendAt := time.Now().Add(24 * time.Hour).UTC().Truncate(time.Second)
	expiresAt := sendAt.Add(time.Hour)
	body := fmt.Sprintf(`{"to":"600 100 200","text":"Zażółć „gęślą” jaźń","reference":"visit-17","send_at":%q,"expires_at":%q,
		"priority":"high","encoding":"fold","purpose":"care","modem":"sim-a","flash":true}`,
		sendAt.Format(time.RFC3339), expiresAt.Format(time.RFC3339))
	answer := g.ask(t, http.MethodPost, "/v1/messages", secret, body)
	if answer.status != http.StatusAccepted {
		t.Fatalf("status %d: %s", answer.status, answer.body)
	}
	var posted client.Message
	decodeInto(t, answer.body, &posted)
	want := client.Message{
		Status: client.StatusScheduled, To: "+48600100200", Text: `Zazolc "gesla" jazn`, Reference: "visit-17",
		SendAt: &sendAt, ExpiresAt: &expiresAt, Priority: client.PriorityHigh, Encoding: client.EncodingFold,
		Purpose: client.PurposeCare, Origin: client.OriginAPI, Modem: "sim-a", Flash: true,
		Parts: []client.Part{{Number: 1, Status: client.StatusQueued}},
	}
	if diff := cmp.Diff(want, posted, cmpopts.IgnoreFields(client.Message{}, "ID", "CreatedAt")); diff != "" {
		t.Errorf("posted (-want +got):\n%s", diff)
	}
	if got := answer.header.Get("Location"); got != "/v1/messages/"+posted.ID {
		t.Errorf("Location %q", got)
	}
	var read client.Message
	decodeInto(t, g.ask(t, http.MethodGet, answer.header.Get("Location"), secret, "").body, &read)
	if diff := cmp.Diff(posted, read); diff != "" {
		t.Errorf("read (-posted +read):\n%s", diff)
	}
}

func TestMessageOnItsWay(t *testing.T) {
	t.Parallel()
	g := memory(t)
	c := g.client(t, access.ScopeSend, access.ScopeMessages)
	posted, err := c.Send(t.Context(), client.MessageRequest{To: "600100200", Text: "hej"})
	if err != nil {
		t.Fatal(err)
	}
	submission, ok, err := g.queue.Claim(t.Context(), sim)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	m, err := c.Message(t.Context(), posted.ID)
	if err != nil || m.Status != client.StatusSending || m.Parts[0].Status != client.StatusSending || m.Modem != "sim-a" || m.Attempts != 1 {
		t.Errorf("in flight: %+v, %v", m, err)
	}
	wantProblem(t, "cancel in flight", rest.CodeInFlight, second(c.Cancel(t.Context(), posted.ID)))
	if _, _, err := g.queue.Record(t.Context(), submission, queue.Outcome{Kind: queue.Accepted, MR: 42}, false); err != nil {
		t.Fatal(err)
	}
	m, err = c.Message(t.Context(), posted.ID)
	if err != nil || m.Status != client.StatusSent || m.SentAt == nil || *m.Parts[0].MR != 42 || m.Parts[0].SentAt == nil {
		t.Errorf("accepted: %+v, %v", m, err)
	}
	wantProblem(t, "release what was sent", rest.CodeNotHeld, second(c.Release(t.Context(), posted.ID)))
	wantProblem(t, "cancel what was sent", rest.CodeInFlight, second(c.Cancel(t.Context(), posted.ID)))
	now := time.Now()
	r := pdu.StatusReport{MR: 42, RA: submission.To, SCTS: now, Discharge: now}
	if err := g.queue.Report(t.Context(), sim, r, now); err != nil {
		t.Fatal(err)
	}
	wantProblem(t, "cancel what was delivered", rest.CodeEnded, second(c.Cancel(t.Context(), posted.ID)))
}

// TestPreviewTakesTheBodyOfAMessage: a program shows what it is about to send.
func TestPreviewTakesTheBodyOfAMessage(t *testing.T) {
	t.Parallel()
	g := memory(t)
	secret := g.token(t, "clinic", access.ScopeSend)
	var alone, whole client.Preview
	decodeInto(t, g.ask(t, http.MethodPost, "/v1/messages/preview", secret, `{"text":"Zażółć","encoding":"fold"}`).body, &alone)
	decodeInto(t, g.ask(t, http.MethodPost, "/v1/messages/preview", secret,
		`{"text":"Zażółć","encoding":"fold","to":"12","reference":5,"send_at":"soon","expires_at":null,"priority":"x","purpose":"y","modem":"sim-z","flash":true}`).body, &whole)
	if diff := cmp.Diff(alone, whole); diff != "" || alone.Text != "Zazolc" {
		t.Errorf("preview of the text and of the message differ (-text +message):\n%s", diff)
	}
	p := g.ask(t, http.MethodPost, "/v1/messages/preview", secret, `{"text":" ","encoding":"x","txt":"y"}`).problem(t)
	if len(p.Errors) != 3 {
		t.Errorf("got %+v, want three mistakes", p.Errors)
	}
}

// TestAttemptsAreThoseOfThePartThatNeededMost: a text of several parts that goes at
// once has needed one attempt.
func TestAttemptsAreThoseOfThePartThatNeededMost(t *testing.T) {
	t.Parallel()
	g := memory(t)
	c := g.client(t, access.ScopeSend, access.ScopeMessages)
	posted, err := c.Send(t.Context(), client.MessageRequest{To: "600100200", Text: strings.Repeat("long ", 80)})
	if err != nil || posted.Attempts != 0 || len(posted.Parts) != 3 {
		t.Fatalf("posted: %d attempts, %d parts, %v", posted.Attempts, len(posted.Parts), err)
	}
	if texts := g.send(t); len(texts) != 3 {
		t.Fatalf("%d parts were sent", len(texts))
	}
	if m, err := c.Message(t.Context(), posted.ID); err != nil || m.Status != client.StatusSent || m.Attempts != 1 {
		t.Errorf("sent at the first try: %d attempts, %v", m.Attempts, err)
	}
	posted, err = c.Send(t.Context(), client.MessageRequest{To: "600100201", Text: strings.Repeat("long ", 40)})
	if err != nil {
		t.Fatal(err)
	}
	submission, ok, err := g.queue.Claim(t.Context(), sim)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if _, _, err := g.queue.Record(t.Context(), submission, queue.Outcome{Kind: queue.NotSent, Code: "device"}, false); err != nil {
		t.Fatal(err)
	}
	g.send(t)
	if m, err := c.Message(t.Context(), posted.ID); err != nil || m.Attempts != 2 {
		t.Errorf("a part at the second try: %d attempts, %v", m.Attempts, err)
	}
}

func TestFailedMessageSaysWhyInTheLanguageOfTheCaller(t *testing.T) {
	t.Parallel()
	g := memory(t)
	secret := g.token(t, "clinic", access.ScopeSend, access.ScopeMessages)
	for code, want := range map[string]string{
		"cms_1":   "Sieć nie zna tego numeru",
		"cms_21":  "saldo",
		"cms_38":  "przeciążona",
		"cms_330": "centrum SMS",
		"cms_331": "antenę",
		"cms_332": "przeciążona",
		"cms_500": "nie podał powodu",
		"cms_128": "(kod cms_128)", // no words of its own
	} {
		var m client.Message
		decodeInto(t, g.ask(t, http.MethodPost, "/v1/messages", secret, `{"to":"600100200","text":"hej"}`).body, &m)
		submission, _, err := g.queue.Claim(t.Context(), sim)
		if err != nil {
			t.Fatal(err)
		}
		outcome := queue.Outcome{Kind: queue.Refused, Code: code, Detail: "the modem's words"}
		if _, _, err := g.queue.Record(t.Context(), submission, outcome, false); err != nil {
			t.Fatal(err)
		}
		decodeInto(t, g.ask(t, http.MethodGet, "/v1/messages/"+m.ID, secret, "", "Accept-Language", "pl").body, &m)
		if m.Status != client.StatusFailed || m.Error == nil || m.Error.Code != code || m.Error.Cause != "the modem's words" || !m.Error.Final || !strings.Contains(m.Error.Detail, want) {
			t.Errorf("refused by %s: %s, error %+v", code, m.Status, m.Error)
		}
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	g := memory(t)
	c := g.client(t, access.ScopeSend)
	posted, err := c.Send(t.Context(), client.MessageRequest{To: "600100200", Text: "hej"})
	if err != nil {
		t.Fatal(err)
	}
	m, err := c.Cancel(t.Context(), posted.ID)
	if err != nil || m.Status != client.StatusCancelled {
		t.Errorf("cancelled: %q, %v", m.Status, err)
	}
	wantProblem(t, "cancel again", rest.CodeEnded, second(c.Cancel(t.Context(), posted.ID)))
	wantProblem(t, "release what has ended", rest.CodeEnded, second(c.Release(t.Context(), posted.ID)))
	if _, ok, err := g.queue.Claim(t.Context(), sim); ok || err != nil {
		t.Errorf("a cancelled message may be claimed: %v, %v", ok, err)
	}
}

func TestUncertainMessageSaysSoAndMayBeReleased(t *testing.T) {
	t.Parallel()
	g := memory(t)
	c := g.client(t, access.ScopeSend, access.ScopeMessages)
	posted, err := c.Send(t.Context(), client.MessageRequest{To: "600100200", Text: "hej"})
	if err != nil {
		t.Fatal(err)
	}
	submission, _, err := g.queue.Claim(t.Context(), sim)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := g.queue.Record(t.Context(), submission, queue.Outcome{Kind: queue.Uncertain}, false); err != nil {
		t.Fatal(err)
	}
	m, err := c.Message(t.Context(), posted.ID)
	if err != nil || m.Status != client.StatusUncertain || m.Error == nil || m.Error.Code != queue.CodeUncertain || m.Error.RetryAt == nil || m.Error.Final {
		t.Fatalf("uncertain: %+v, error %+v, %v", m, m.Error, err)
	}
	if !strings.Contains(m.Error.Detail, "delivery report") {
		t.Errorf("detail %q", m.Error.Detail)
	}
	m, err = c.Release(t.Context(), posted.ID)
	if err != nil || m.Status != client.StatusQueued {
		t.Errorf("released: %q, %v", m.Status, err)
	}
}

func TestHeldMessageSaysWhenItGoes(t *testing.T) {
	t.Parallel()
	now := time.Now().UTC()
	midnight := now.Truncate(24 * time.Hour)
	s, held := withQueue(t, func(c *queue.Config) {
		c.QuietHours = calendar.QuietHours{ // from an hour ago until an hour from now
			From: (now.Add(-time.Hour).Sub(midnight) + 24*time.Hour) % (24 * time.Hour),
			To:   now.Add(time.Hour).Sub(midnight) % (24 * time.Hour),
		}
	})
	g := newGateway(t, s, held)
	secret := g.token(t, "clinic", access.ScopeSend)
	var m client.Message
	decodeInto(t, g.ask(t, http.MethodPost, "/v1/messages", secret, `{"to":"600100200","text":"hej"}`, "Accept-Language", "pl").body, &m)
	if m.Status != client.StatusHeld || m.Error == nil || m.Error.Code != queue.CodeQuietHours || m.Error.RetryAt == nil || m.Error.Final {
		t.Fatalf("held: %+v, error %+v", m, m.Error)
	}
	if wait := m.Error.RetryAt.Sub(now); wait < 59*time.Minute || wait > 61*time.Minute {
		t.Errorf("goes in %v, want an hour", wait)
	}
	if !strings.Contains(m.Error.Detail, "dzień wolny") {
		t.Errorf("detail %q", m.Error.Detail)
	}
	decodeInto(t, g.ask(t, http.MethodPost, "/v1/messages", secret, `{"to":"600100200","text":"hej","priority":"high"}`).body, &m)
	if m.Status != client.StatusQueued {
		t.Errorf("of high priority: %q", m.Status)
	}
}

func TestFixedLineIsTakenWithAWarning(t *testing.T) {
	t.Parallel()
	g := memory(t)
	m, err := g.client(t, access.ScopeSend).Send(t.Context(), client.MessageRequest{To: "+48221234567", Text: "hej"})
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Warnings) != 1 || m.Warnings[0].Code != number.WarningFixedLine || m.Warnings[0].Field != "to" || m.Warnings[0].Detail == "" {
		t.Errorf("warnings %+v", m.Warnings)
	}
}

// A report that does not come although others do is told in words, and changes nothing.
func TestSentMessageWhoseReportIsOverdue(t *testing.T) {
	t.Parallel()
	g := memory(t)
	secret := g.token(t, "clinic", access.ScopeSend, access.ScopeMessages)
	const usual, silent = 40 * time.Second, 50 * time.Hour
	post := func(ago time.Duration, mr byte) (m client.Message) {
		decodeInto(t, g.ask(t, http.MethodPost, "/v1/messages", secret, `{"to":"600100200","text":"hej"}`).body, &m)
		s, ok, err := g.queue.Claim(t.Context(), sim)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		if _, _, err := g.queue.Record(t.Context(), s, queue.Outcome{Kind: queue.Accepted, MR: mr, At: time.Now().Add(-ago)}, false); err != nil {
			t.Fatal(err)
		}
		return m
	}
	for mr := range byte(14) {
		post(usual, mr)
		now := time.Now()
		r := pdu.StatusReport{MR: mr, RA: pdu.Address{Number: "48600100200", Type: pdu.TypeInternational, Plan: pdu.PlanISDN}, SCTS: now, Discharge: now}
		if err := g.queue.Report(t.Context(), sim, r, now); err != nil {
			t.Fatal(err)
		}
	}
	m := post(silent, 100)
	for language, want := range map[string]string{
		"en": "for 2 days; half of the reports of modem " + sim.Modem + " usually come within 40 seconds.",
		"pl": "Od 2 dni nie przychodzi raport doręczenia; połowa raportów modemu " + sim.Modem + " przychodzi zwykle w ciągu 40 sekund.",
		"es": "Desde hace 2 días no llega el informe de entrega; la mitad de los informes del módem " + sim.Modem + " suele llegar en menos de 40 segundos.",
	} {
		var got client.Message
		decodeInto(t, g.ask(t, http.MethodGet, "/v1/messages/"+m.ID, secret, "", "Accept-Language", language).body, &got)
		if got.Status != client.StatusSent || got.Error != nil || len(got.Warnings) != 1 {
			t.Fatalf("message is %s, error %+v, warnings %+v", got.Status, got.Error, got.Warnings)
		}
		if w := got.Warnings[0]; w.Field != "status" || w.Code != "report_overdue" || !strings.Contains(w.Detail, want) {
			t.Errorf("warning %+v, want %q in it", w, want)
		}
	}
}

func TestIdempotencyKey(t *testing.T) {
	t.Parallel()
	g := memory(t)
	secret := g.token(t, "clinic", access.ScopeSend)
	const path, body = "/v1/messages", `{"to":"600100200","text":"hej"}`
	first := g.ask(t, http.MethodPost, path, secret, body, "Idempotency-Key", "visit-17")
	if first.status != http.StatusAccepted || first.header.Get("Idempotency-Replayed") != "" {
		t.Fatalf("first: %d, replayed %q", first.status, first.header.Get("Idempotency-Replayed"))
	}
	g.send(t) // what was answered first stays the answer
	for name, again := range map[string]answer{
		"bare":            g.ask(t, http.MethodPost, path, secret, body, "Idempotency-Key", "visit-17"),
		"in quotes":       g.ask(t, http.MethodPost, path, secret, body, "Idempotency-Key", `"visit-17"`),
		"in another form": g.ask(t, http.MethodPost, path, secret, `{ "text": "h\u0065j",  "to":"600100200", "reference": null }`, "Idempotency-Key", "visit-17"),
	} {
		if again.status != http.StatusAccepted || again.header.Get("Idempotency-Replayed") != "true" ||
			again.header.Get("Location") != first.header.Get("Location") || string(again.body) != string(first.body) {
			t.Errorf("%s: %d, replayed %q, body %s, first %s", name, again.status, again.header.Get("Idempotency-Replayed"), again.body, first.body)
		}
	}
	other := g.ask(t, http.MethodPost, path, secret, `{"to":"600100200","text":"other"}`, "Idempotency-Key", "visit-17")
	if p := other.problem(t); other.status != http.StatusUnprocessableEntity || p.Code != string(rest.CodeKeyReused) {
		t.Errorf("another body: %d %s", other.status, p.Code)
	}
	elsewhere := g.ask(t, http.MethodPost, path, g.token(t, "other", access.ScopeSend), body, "Idempotency-Key", "visit-17")
	if elsewhere.status != http.StatusAccepted || elsewhere.header.Get("Idempotency-Replayed") != "" {
		t.Errorf("the same key of another token: %d, replayed %q", elsewhere.status, elsewhere.header.Get("Idempotency-Replayed"))
	}
	if n := g.count(t); n != 2 {
		t.Errorf("there are %d messages, want 2", n)
	}
}

func TestOneKeyManyTimesAtOnceIsOneMessage(t *testing.T) {
	t.Parallel()
	g := disk(t)
	secret := g.token(t, "clinic", access.ScopeSend)
	var group sync.WaitGroup
	bodies := make([]string, 20)
	for i := range bodies {
		group.Go(func() {
			a := g.ask(t, http.MethodPost, "/v1/messages", secret, `{"to":"600100200","text":"hej"}`, "Idempotency-Key", "visit-17")
			bodies[i] = fmt.Sprint(a.status, string(a.body))
		})
	}
	group.Wait()
	if slices.Sort(bodies); len(slices.Compact(bodies)) != 1 || !strings.HasPrefix(bodies[0], "202") {
		t.Errorf("answers differ: %q", slices.Compact(bodies))
	}
	if n := g.count(t); n != 1 {
		t.Errorf("there are %d messages, want 1", n)
	}
}

// count returns how many messages there are.
func (g *gateway) count(t testing.TB) int {
	t.Helper()
	all, _, err := g.queue.Messages(t.Context(), queue.Filter{}, "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

func TestListPageByPage(t *testing.T) {
	t.Parallel()
	g := memory(t)
	c := g.client(t, access.ScopeSend, access.ScopeMessages)
	secret := g.token(t, "reader", access.ScopeMessages)
	var want []string
	for i := range 7 {
		m, err := c.Send(t.Context(), client.MessageRequest{To: fmt.Sprintf("60010020%d", i%2), Text: "hej", Reference: fmt.Sprintf("ref-%d", i%3)})
		if err != nil {
			t.Fatal(err)
		}
		want = append([]string{m.ID}, want...) // newest first
	}
	var got []string
	path := "/v1/messages?limit=3"
	pages := 0
	for path != "" {
		answer := g.ask(t, http.MethodGet, path, secret, "")
		var page client.Page[client.Message]
		decodeInto(t, answer.body, &page)
		for _, m := range page.Items {
			got = append(got, m.ID)
		}
		pages++
		path = ""
		if link := answer.header.Get("Link"); link != "" {
			target, rest, _ := strings.Cut(strings.TrimPrefix(link, "<"), ">")
			if rest != `; rel="next"` || !strings.Contains(target, url.QueryEscape(page.Next)) {
				t.Errorf("Link %q, next %q", link, page.Next)
			}
			path = target
		} else if page.Next != "" {
			t.Errorf("there is a next page, but no Link")
		}
	}
	if !slices.Equal(got, want) || pages != 3 {
		t.Errorf("in %d pages got %q, want %q", pages, got, want)
	}

	var page client.Page[client.Message]
	decodeInto(t, g.ask(t, http.MethodGet, "/v1/messages?limit=3", secret, "").body, &page)
	answer := g.ask(t, http.MethodGet, "/v1/messages?limit=3&reference=ref-1&cursor="+page.Next, secret, "")
	if p := answer.problem(t); p.Code != string(rest.CodeInvalidRequest) || p.Errors[0].Code != string(rest.CodeCursorInvalid) || p.Errors[0].Field != "cursor" {
		t.Errorf("a cursor with another filter: %s", answer.body)
	}
	answer = g.ask(t, http.MethodGet, "/v1/inbox?cursor="+page.Next, g.token(t, "inbox", access.ScopeInbox), "")
	if p := answer.problem(t); p.Errors[0].Code != string(rest.CodeCursorInvalid) {
		t.Errorf("a cursor of another list: %s", answer.body)
	}
}

// TestListOfSeveralStatuses writes them in both ways, and turns the page.
func TestListOfSeveralStatuses(t *testing.T) {
	t.Parallel()
	g := memory(t)
	secret := g.token(t, "clinic", access.ScopeSend, access.ScopeMessages)
	c := g.client(t, access.ScopeSend, access.ScopeMessages)
	for i := range 3 {
		m, err := c.Send(t.Context(), client.MessageRequest{To: "600100200", Text: "hej"})
		if err != nil {
			t.Fatal(err)
		}
		if i > 0 {
			if _, err := c.Cancel(t.Context(), m.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	for query, want := range map[string][]client.Status{
		"status=queued,cancelled":               {client.StatusCancelled, client.StatusCancelled, client.StatusQueued},
		"status=cancelled&status=queued":        {client.StatusCancelled, client.StatusCancelled, client.StatusQueued},
		"status=queued&status=failed,cancelled": {client.StatusCancelled, client.StatusCancelled, client.StatusQueued},
		"status=queued&status=failed":           {client.StatusQueued},
		"status=held,failed":                    nil,
		"status=":                               {client.StatusCancelled, client.StatusCancelled, client.StatusQueued},
	} {
		var got []client.Status
		pages := 0
		for path := "/v1/messages?limit=1&" + query; path != ""; pages++ {
			answer := g.ask(t, http.MethodGet, path, secret, "")
			var page client.Page[client.Message]
			decodeInto(t, answer.body, &page)
			for _, m := range page.Items {
				got = append(got, m.Status)
			}
			path, _, _ = strings.Cut(strings.TrimPrefix(answer.header.Get("Link"), "<"), ">")
		}
		if !slices.Equal(got, want) || pages != max(1, len(want)) {
			t.Errorf("%s lists %q in %d pages, want %q", query, got, pages, want)
		}
	}
}

func TestListFilters(t *testing.T) {
	t.Parallel()
	g := memory(t)
	c := g.client(t, access.ScopeSend, access.ScopeMessages)
	var ids []string
	for i := range 4 {
		m, err := c.Send(t.Context(), client.MessageRequest{To: fmt.Sprintf("60010020%d", i%2), Text: "hej", Reference: fmt.Sprintf("ref-%d", i)})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, m.ID)
	}
	if _, err := c.Cancel(t.Context(), ids[3]); err != nil {
		t.Fatal(err)
	}
	hour := time.Hour
	for name, test := range map[string]struct {
		filter client.MessageFilter
		want   []string
	}{
		"none":        {client.MessageFilter{}, []string{ids[3], ids[2], ids[1], ids[0]}},
		"status":      {client.MessageFilter{Status: []client.Status{client.StatusCancelled}}, []string{ids[3]}},
		"statuses":    {client.MessageFilter{Status: []client.Status{client.StatusCancelled, client.StatusQueued}}, []string{ids[3], ids[2], ids[1], ids[0]}},
		"to":          {client.MessageFilter{To: "+48600100201"}, []string{ids[3], ids[1]}},
		"to as typed": {client.MessageFilter{To: "600 100 200"}, []string{ids[2], ids[0]}},
		"reference":   {client.MessageFilter{Reference: "ref-2"}, []string{ids[2]}},
		"origin":      {client.MessageFilter{Origin: client.OriginAPI}, []string{ids[3], ids[2], ids[1], ids[0]}},
		"no origin":   {client.MessageFilter{Origin: client.OriginReply}, nil},
		"since":       {client.MessageFilter{Since: time.Now().Add(-hour)}, []string{ids[3], ids[2], ids[1], ids[0]}},
		"since later": {client.MessageFilter{Since: time.Now().Add(hour)}, nil},
		"until":       {client.MessageFilter{Until: time.Now().Add(-hour)}, nil},
		"two":         {client.MessageFilter{To: "600100201", Status: []client.Status{client.StatusQueued}}, []string{ids[1]}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for m, err := range c.Messages(t.Context(), test.filter) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, m.ID)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
	answer := g.ask(t, http.MethodGet, "/v1/messages?to=+48600100201", g.token(t, "reader", access.ScopeMessages), "")
	var page client.Page[client.Message]
	decodeInto(t, answer.body, &page)
	if len(page.Items) != 2 {
		t.Errorf("with a plus that is not escaped: %d messages, want 2", len(page.Items))
	}
}

func TestPreviewSaysWhatIsSent(t *testing.T) {
	t.Parallel()
	g := memory(t)
	c := g.client(t, access.ScopeSend)
	text := strings.Repeat("Zażółć gęślą jaźń. ", 8)
	preview, err := c.Preview(t.Context(), client.PreviewRequest{Text: text})
	if err != nil {
		t.Fatal(err)
	}
	if preview.Alphabet != "ucs2" || preview.Text != text || len(preview.Foreign) == 0 || preview.Folded == nil || preview.Folded.Alphabet != "gsm7" {
		t.Errorf("preview %+v", preview)
	}
	if strings.Join(preview.Parts, "") != preview.Text {
		t.Errorf("parts %q are not the text", preview.Parts)
	}
	if _, err := c.Send(t.Context(), client.MessageRequest{To: "600100200", Text: text}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(preview.Parts, g.send(t)); diff != "" {
		t.Errorf("parts (-preview +sent):\n%s", diff)
	}
	wantProblem(t, "preview of nothing", rest.CodeInvalidRequest, second(c.Preview(t.Context(), client.PreviewRequest{})))
}

func TestInbox(t *testing.T) {
	t.Parallel()
	g := memory(t)
	c := g.client(t, access.ScopeInbox)
	g.receive(t, "+48600100200", "TAK")
	g.receive(t, "+48600100201", "NIE")
	var texts []string
	var ids []string
	for m, err := range c.Inbox(t.Context(), client.InboxFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		texts, ids = append(texts, m.From+" "+m.Text), append(ids, m.ID)
	}
	if want := []string{"+48600100201 NIE", "+48600100200 TAK"}; !slices.Equal(texts, want) {
		t.Errorf("inbox %q, want %q", texts, want)
	}
	one, err := c.Inbound(t.Context(), ids[1])
	if err != nil || one.Text != "TAK" || one.Modem != "sim-a" || one.Parts != 1 || !one.Complete || one.Kind != "text" || one.SentAt == nil {
		t.Errorf("one: %+v, %v", one, err)
	}
	for name, test := range map[string]struct {
		filter client.InboxFilter
		want   int
	}{
		"from":             {client.InboxFilter{From: "+48600100200"}, 1},
		"from as typed":    {client.InboxFilter{From: "600-100-200"}, 1},
		"from a name":      {client.InboxFilter{From: "KLINIKA"}, 0},
		"since":            {client.InboxFilter{Since: time.Now().Add(-time.Hour)}, 2},
		"until":            {client.InboxFilter{Until: time.Now().Add(-time.Hour)}, 0},
		"from a short one": {client.InboxFilter{From: "8080"}, 0},
	} {
		n := 0
		for _, err := range c.Inbox(t.Context(), test.filter) {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		if n != test.want {
			t.Errorf("%s: %d messages, want %d", name, n, test.want)
		}
	}
}

func TestModems(t *testing.T) {
	t.Parallel()
	g := memory(t)
	c := g.client(t, access.ScopeModems, access.ScopeModemsWrite)
	all, err := c.Modems(t.Context())
	if err != nil || len(all) != 2 || all[0].Name != "sim-a" || all[1].Name != "sim-b" {
		t.Fatalf("modems %+v, %v", all, err)
	}
	e := all[1].LastError
	if e == nil || e.Code != "sim_pin_required" || !strings.Contains(e.Detail, "PIN") || !strings.Contains(e.Remedy, "pin_file") || e.Cause != "+CME ERROR: 11" {
		t.Errorf("last error %+v", e)
	}
	one, err := c.RestartModem(t.Context(), "sim-b")
	if err != nil || one.Name != "sim-b" || !slices.Equal(g.modems.restarted, []string{"sim-b"}) {
		t.Errorf("restarted %q, %v: %q", one.Name, err, g.modems.restarted)
	}
	if _, err := c.Modem(t.Context(), "sim-a"); err != nil {
		t.Error(err)
	}
}

func TestNothingIsAcceptedWithoutAStore(t *testing.T) {
	t.Parallel()
	g := memory(t)
	secret := g.token(t, "clinic", access.ScopeSend)
	if answer := g.ask(t, http.MethodPost, "/v1/messages", secret, `{"to":"600100200","text":"hej"}`); answer.status != http.StatusAccepted {
		t.Fatalf("with a store: %d", answer.status)
	}
	g.store.Close()
	answer := g.ask(t, http.MethodPost, "/v1/messages", secret, `{"to":"600100200","text":"hej"}`)
	if p := answer.problem(t); answer.status != http.StatusServiceUnavailable || p.Code != string(rest.CodeShuttingDown) {
		t.Errorf("got %d %s", answer.status, p.Code)
	}
}

// second drops a value.
func second[T any](_ T, err error) error { return err }

// wantProblem checks the code of an error of the client.
func wantProblem(t testing.TB, what string, code rest.Code, err error) {
	t.Helper()
	p, ok := err.(*client.Problem) //nolint:errorlint // the client promises this very type
	if !ok || p.Code != string(code) {
		t.Errorf("%s: got %v, want a problem %s", what, err, code)
	}
}

func TestEnumerationsAreThoseOfTheQueue(t *testing.T) {
	t.Parallel()
	g := memory(t)
	var document struct {
		Components struct {
			Schemas map[string]struct {
				Properties map[string]struct {
					Enum  []string
					Items struct{ Enum []string }
				}
			}
		}
	}
	if err := json.Unmarshal(g.ask(t, http.MethodGet, "/openapi.json", "", "").body, &document); err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, s := range queue.Statuses() {
		want = append(want, string(s))
		if client.Status(s).Final() != s.Final() {
			t.Errorf("client and queue disagree whether %s is final", s)
		}
	}
	got := document.Components.Schemas["Message"].Properties["status"].Enum
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("the document has statuses %q, the queue %q", got, want)
	}
	want = nil
	for _, reason := range reply.Reasons() {
		want = append(want, string(reason))
	}
	for _, schema := range []string{"Conversation", "Reading", "ConversationUpdatedData"} {
		if got := document.Components.Schemas[schema].Properties["reason"].Enum; !slices.Equal(got, want) {
			t.Errorf("%s has reasons %q, there are %q", schema, got, want)
		}
	}
	want = nil
	for _, scope := range access.Scopes() {
		want = append(want, string(scope))
	}
	got = document.Components.Schemas["TokenRequest"].Properties["scopes"].Items.Enum
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("the document has scopes %q, there are %q", got, want)
	}
}

// TestQueueCounts counts messages by status; every status is in the answer.
func TestQueueCounts(t *testing.T) {
	t.Parallel()
	g := memory(t)
	secret := g.token(t, "clinic", access.ScopeSend, access.ScopeMessages)
	for _, body := range []string{`{"to":"600100200","text":"x"}`, `{"to":"600100201","text":"x"}`, `{"to":"600100202","text":"x","send_at":"` + time.Now().Add(time.Hour).Format(time.RFC3339) + `"}`} {
		if answer := g.ask(t, http.MethodPost, "/v1/messages", secret, body); answer.status != http.StatusAccepted {
			t.Fatalf("status %d: %s", answer.status, answer.body)
		}
	}
	var counts client.QueueCounts
	decodeInto(t, g.ask(t, http.MethodGet, "/v1/queue", secret, "").body, &counts)
	sum := 0
	for _, n := range counts.Messages {
		sum += n
	}
	if sum != 3 || counts.Messages[client.StatusScheduled] != 1 || len(counts.Messages) != len(queue.Statuses()) {
		t.Errorf("counts are %v", counts.Messages)
	}
}
