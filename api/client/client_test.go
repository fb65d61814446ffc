package client_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"goniec/api/client"
)

// network answers requests without a socket, so that time may be virtual.
type network func(*http.Request) (*http.Response, error)

func (n network) RoundTrip(r *http.Request) (*http.Response, error) { return n(r) }

func (n network) client(t testing.TB, options ...client.Option) *client.Client {
	t.Helper()
	options = append(options, client.WithHTTPClient(&http.Client{Transport: n}))
	c, err := client.New("http://gateway.example", "gnc_secret", options...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func reply(status int, contentType, body string) *http.Response {
	return &http.Response{
		StatusCode: status,
		Header:     http.Header{"Content-Type": {contentType}},
		Body:       io.NopCloser(strings.NewReader(body)),
	}
}

var errCut = errors.New("connection reset by peer")

func TestAddresses(t *testing.T) {
	t.Parallel()
	for target, ok := range map[string]bool{
		"http://127.0.0.1:8080":         true,
		"https://gateway.example/":      true,
		"unix:/var/lib/goniec/x.sock":   true,
		"unix:":                         false,
		"127.0.0.1:8080":                false,
		"ftp://127.0.0.1":               false,
		"":                              false,
		"http://":                       false,
		"http://bad host/":              false,
		"https://gateway.example/sub/":  true,
		"mailto:somebody@example.org":   false,
		"//gateway.example/without/any": false,
	} {
		if _, err := client.New(target, ""); (err == nil) != ok {
			t.Errorf("New(%q): %v", target, err)
		}
	}
}

func TestWhatIsSent(t *testing.T) {
	t.Parallel()
	var got *http.Request
	c := network(func(r *http.Request) (*http.Response, error) {
		got = r
		return reply(202, "application/json", `{"id":"m1"}`), nil
	}).client(t, client.WithLanguage("pl"))
	m, err := c.Send(t.Context(), client.MessageRequest{To: "600100200", Text: "hej"}, client.WithKey("visit-17"))
	if err != nil || m.ID != "m1" {
		t.Fatalf("%+v, %v", m, err)
	}
	for name, want := range map[string]string{
		"Authorization": "Bearer gnc_secret", "Accept-Language": "pl", "Content-Type": "application/json", "Idempotency-Key": "visit-17",
	} {
		if got.Header.Get(name) != want {
			t.Errorf("%s: %q, want %q", name, got.Header.Get(name), want)
		}
	}
	if got.Method != http.MethodPost || got.URL.String() != "http://gateway.example/v1/messages" {
		t.Errorf("%s %s", got.Method, got.URL)
	}
	body, err := io.ReadAll(got.Body)
	if err != nil || string(body) != `{"to":"600100200","text":"hej"}` {
		t.Errorf("body %s, %v: what was not given must not be sent", body, err)
	}
}

func TestSendRepeatsUnderOneKey(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var keys []string
		c := network(func(r *http.Request) (*http.Response, error) {
			keys = append(keys, r.Header.Get("Idempotency-Key"))
			switch len(keys) {
			case 1:
				return nil, errCut
			case 2: // taken, but the answer is lost halfway
				return reply(202, "application/json", `{"id":"m1","sta`), nil
			}
			return reply(202, "application/json", `{"id":"m1"}`), nil
		}).client(t)
		start := time.Now()
		m, err := c.Send(t.Context(), client.MessageRequest{To: "600100200", Text: "hej"})
		if err != nil || m.ID != "m1" {
			t.Fatalf("%+v, %v", m, err)
		}
		if len(keys) != 3 || keys[0] == "" || keys[0] != keys[1] || keys[1] != keys[2] {
			t.Errorf("keys %q, want three times the same", keys)
		}
		if took := time.Since(start); took != 600*time.Millisecond {
			t.Errorf("took %v, want pauses of 200 and 400 ms", took)
		}
		if _, err := c.Send(t.Context(), client.MessageRequest{}); err != nil || keys[3] == keys[0] {
			t.Errorf("another call has the key of the first, %v", err)
		}
	})
}

func TestSendGivesUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		c := network(func(*http.Request) (*http.Response, error) {
			tries++
			return nil, errCut
		}).client(t)
		if _, err := c.Send(t.Context(), client.MessageRequest{}); !errors.Is(err, errCut) || tries != 4 {
			t.Errorf("after %d tries: %v", tries, err)
		}
		// A call that may not happen twice is made once.
		tries = 0
		if _, err := c.Release(t.Context(), "m1"); !errors.Is(err, errCut) || tries != 1 {
			t.Errorf("release after %d tries: %v", tries, err)
		}
		tries = 0
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		if _, err := c.Message(ctx, "m1"); !errors.Is(err, errCut) || tries != 2 {
			t.Errorf("within 300 ms, after %d tries: %v", tries, err)
		}
	})
}

func TestProblemsAreErrors(t *testing.T) {
	t.Parallel()
	tries := 0
	problem := network(func(*http.Request) (*http.Response, error) {
		tries++
		return reply(422, "application/problem+json", `{"status":422,"code":"invalid_request","detail":"Fields are wrong.","errors":[{"field":"to","code":"number_invalid","detail":"No such number."}]}`), nil
	}).client(t)
	_, err := problem.Send(t.Context(), client.MessageRequest{})
	var p *client.Problem
	if !errors.As(err, &p) || p.Code != "invalid_request" || tries != 1 {
		t.Fatalf("after %d tries: %v", tries, err)
	}
	if want := "Fields are wrong.\n  to: No such number."; p.Error() != want {
		t.Errorf("error %q, want %q", p.Error(), want)
	}
	other := network(func(*http.Request) (*http.Response, error) {
		return reply(502, "text/html", "<h1>Bad Gateway</h1>"), nil
	}).client(t)
	if _, err := other.Modems(t.Context()); !errors.As(err, &p) || p.Code != "not_goniec" || p.Status != 502 {
		t.Errorf("of another program: %v", err)
	}
}

func TestPagesAreFetchedAsNeeded(t *testing.T) {
	t.Parallel()
	var cursors []string
	c := network(func(r *http.Request) (*http.Response, error) {
		cursor := r.URL.Query().Get("cursor")
		cursors = append(cursors, cursor)
		switch cursor {
		case "":
			return reply(200, "application/json", `{"items":[{"id":"a"},{"id":"b"}],"next":"2"}`), nil
		case "2":
			return reply(200, "application/json", `{"items":[{"id":"c"}],"next":"3"}`), nil
		}
		return reply(500, "application/problem+json", `{"code":"internal_error"}`), nil
	}).client(t)
	messages := c.Messages(t.Context(), client.MessageFilter{Reference: "r"})
	for m, err := range messages {
		if err != nil {
			t.Fatal(err)
		}
		if m.ID == "b" {
			break
		}
	}
	if !slices.Equal(cursors, []string{""}) {
		t.Errorf("for two items fetched pages %q", cursors)
	}
	var got []string
	var last error
	for m, err := range messages { // again from the beginning
		got, last = append(got, m.ID), err
	}
	var p *client.Problem
	if !slices.Equal(got, []string{"a", "b", "c", ""}) || !errors.As(last, &p) {
		t.Errorf("got %q, then %v", got, last)
	}
}

func TestEventsGoOnWhereTheyBroke(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const ping = ": ping\n\n"
		var from []string
		c := network(func(r *http.Request) (*http.Response, error) {
			from = append(from, r.Header.Get("Last-Event-ID"))
			switch len(from) {
			case 1: // tells where it begins, and ends before anything happened
				return reply(200, "text/event-stream", "retry: 2000\nid: box-7\n\n"+ping), nil
			case 2:
				return nil, errCut
			case 3: // cut within an event: that one has not been seen
				return reply(200, "text/event-stream", "id: box-7\n\nid: box-8\ndata: {\"id\":\"box-8\",\"type\":\"message.sent\"}\n\nid: box-9\nda"), nil
			case 4:
				return reply(503, "application/problem+json", `{"status":503,"code":"shutting_down"}`), nil
			case 5:
				return reply(200, "text/event-stream", "id: box-8\n\nid: box-9\ndata: {\"id\":\"box-9\",\"type\":\"message.delivered\"}\n\n"), nil
			}
			return reply(403, "application/problem+json", `{"status":403,"code":"scope_missing"}`), nil
		}).client(t)
		var got []string
		var last error
		for e, err := range c.Events(t.Context(), "") {
			if last = err; err == nil {
				got = append(got, e.ID+" "+e.Type)
			}
		}
		if want := []string{"box-8 message.sent", "box-9 message.delivered"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		if want := []string{"", "box-7", "box-7", "box-8", "box-8", "box-9"}; !slices.Equal(from, want) {
			t.Errorf("asked from %q, want %q", from, want)
		}
		var p *client.Problem
		if !errors.As(last, &p) || p.Code != "scope_missing" {
			t.Errorf("ended with %v", last)
		}
	})
}

func TestEventsNoticeSilenceAndTheEndOfTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		tries := 0
		c := network(func(r *http.Request) (*http.Response, error) {
			tries++
			body, write := io.Pipe() // nothing ever comes
			context.AfterFunc(r.Context(), func() { write.CloseWithError(r.Context().Err()) })
			return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: body}, nil
		}).client(t)
		var last error
		for _, err := range c.Events(ctx, "box-1") {
			last = err
		}
		if !errors.Is(last, context.DeadlineExceeded) || tries != 2 {
			t.Errorf("after %d connections: %v, want a second one after 45 s of silence", tries, last)
		}
		synctest.Wait()
	})
}
