package client

import (
	"context"
	"fmt"
	"io"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// MaxBatch is how many messages one batch may hold.
const MaxBatch = 1000

// Send posts a message. When it returns without an error the message is on the
// gateway's disk. A refusal is a *Problem.
func (c *Client) Send(ctx context.Context, m MessageRequest, options ...SendOption) (Message, error) {
	var answer Message
	err := c.do(ctx, creating("/v1/messages", m, &answer, options))
	return answer, err
}

// SendBatch posts up to MaxBatch messages at once. The results are in the order
// of the messages; each is accepted or refused on its own.
func (c *Client) SendBatch(ctx context.Context, messages []MessageRequest, options ...SendOption) ([]BatchResult, error) {
	var answer BatchResponse
	err := c.do(ctx, creating("/v1/messages/batch", BatchRequest{Messages: messages}, &answer, options))
	return answer.Results, err
}

// Preview returns the composition of a text without sending it.
func (c *Client) Preview(ctx context.Context, p PreviewRequest) (Preview, error) {
	var answer Preview
	err := c.do(ctx, call{method: http.MethodPost, path: "/v1/messages/preview", body: p, answer: &answer})
	return answer, err
}

// Message returns the message with this id.
func (c *Client) Message(ctx context.Context, id string) (Message, error) {
	var answer Message
	err := c.do(ctx, call{method: http.MethodGet, path: "/v1/messages/" + url.PathEscape(id), answer: &answer})
	return answer, err
}

// History returns the steps of the message with this id, in order of time.
func (c *Client) History(ctx context.Context, id string) ([]Step, error) {
	var answer Page[Step]
	err := c.do(ctx, call{method: http.MethodGet, path: "/v1/messages/" + url.PathEscape(id) + "/history", answer: &answer})
	return answer.Items, err
}

// Cancel cancels a message that no modem has begun to send.
func (c *Client) Cancel(ctx context.Context, id string) (Message, error) {
	var answer Message
	err := c.do(ctx, call{method: http.MethodDelete, path: "/v1/messages/" + url.PathEscape(id), once: true, answer: &answer})
	return answer, err
}

// Release sends a held or uncertain message on a person's decision. An uncertain
// message may arrive twice.
func (c *Client) Release(ctx context.Context, id string) (Message, error) {
	var answer Message
	err := c.do(ctx, call{method: http.MethodPost, path: "/v1/messages/" + url.PathEscape(id) + "/release", once: true, answer: &answer})
	return answer, err
}

// MessageFilter narrows a list of messages; zero fields match all.
type MessageFilter struct {
	Status    []Status  // any of them; empty: all
	To        string    // recipient
	Reference string    // the caller's own id
	Origin    Origin    // where messages come from
	Since     time.Time // created at or after
	Until     time.Time // created before
}

// Messages iterates over the messages that match the filter, newest first, fetching
// pages as needed. It ends with the first error.
func (c *Client) Messages(ctx context.Context, f MessageFilter) iter.Seq2[Message, error] {
	query := url.Values{}
	for _, status := range f.Status {
		query.Add("status", string(status))
	}
	setString(query, "origin", string(f.Origin))
	setString(query, "to", f.To)
	setString(query, "reference", f.Reference)
	setTime(query, "since", f.Since)
	setTime(query, "until", f.Until)
	return pages[Message](ctx, c, "/v1/messages", query)
}

// InboxFilter narrows a list of received messages; zero fields match all.
type InboxFilter struct {
	From   string    // sender
	Since  time.Time // received at or after
	Until  time.Time // received before
	Answer string    // value of the answer to a question
}

// Inbox iterates over the received messages that match the filter, newest first. It
// ends with the first error.
func (c *Client) Inbox(ctx context.Context, f InboxFilter) iter.Seq2[Inbound, error] {
	query := url.Values{}
	setString(query, "from", f.From)
	setString(query, "answer", f.Answer)
	setTime(query, "since", f.Since)
	setTime(query, "until", f.Until)
	return pages[Inbound](ctx, c, "/v1/inbox", query)
}

// Inbound returns the received message with this id.
func (c *Client) Inbound(ctx context.Context, id string) (Inbound, error) {
	var answer Inbound
	err := c.do(ctx, call{method: http.MethodGet, path: "/v1/inbox/" + url.PathEscape(id), answer: &answer})
	return answer, err
}

// Modems returns the state of every modem.
func (c *Client) Modems(ctx context.Context) ([]Modem, error) {
	var answer Page[Modem]
	err := c.do(ctx, call{method: http.MethodGet, path: "/v1/modems", answer: &answer})
	return answer.Items, err
}

// Modem returns the state of the modem with this name.
func (c *Client) Modem(ctx context.Context, name string) (Modem, error) {
	var answer Modem
	err := c.do(ctx, call{method: http.MethodGet, path: "/v1/modems/" + url.PathEscape(name), answer: &answer})
	return answer, err
}

// RestartModem closes the modem's port and brings the modem up again; a parked modem is
// unparked. It returns before the modem is up; the state of the modem shows the
// progress.
func (c *Client) RestartModem(ctx context.Context, name string) (Modem, error) {
	var answer Modem
	err := c.do(ctx, call{method: http.MethodPost, path: "/v1/modems/" + url.PathEscape(name) + "/restart", once: true, answer: &answer})
	return answer, err
}

// Ready returns nil when the gateway can accept and send messages, otherwise a *Problem
// with the reason.
func (c *Client) Ready(ctx context.Context) error {
	return c.do(ctx, call{method: http.MethodGet, path: "/readyz"})
}

// CreateToken makes an API token. Its secret is returned only here.
func (c *Client) CreateToken(ctx context.Context, t TokenRequest) (NewToken, error) {
	var answer NewToken
	err := c.do(ctx, call{method: http.MethodPost, path: "/v1/tokens", body: t, once: true, answer: &answer})
	return answer, err
}

// Tokens returns every token, without the secrets.
func (c *Client) Tokens(ctx context.Context) ([]Token, error) {
	var answer Page[Token]
	err := c.do(ctx, call{method: http.MethodGet, path: "/v1/tokens", answer: &answer})
	return answer.Items, err
}

// RevokeToken revokes the token with this name or id at once.
func (c *Client) RevokeToken(ctx context.Context, name string) error {
	return c.do(ctx, call{method: http.MethodDelete, path: "/v1/tokens/" + url.PathEscape(name), once: true})
}

// pages iterates over a list that is answered in pages.
func pages[T any](ctx context.Context, c *Client, path string, query url.Values) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		query := maps.Clone(query)
		query.Set("limit", strconv.Itoa(maxPage))
		for {
			var page Page[T]
			if err := c.do(ctx, call{method: http.MethodGet, path: path, query: query, answer: &page}); err != nil {
				var zero T
				yield(zero, err)
				return
			}
			for _, item := range page.Items {
				if !yield(item, nil) {
					return
				}
			}
			if page.Next == "" {
				return
			}
			query.Set("cursor", page.Next)
		}
	}
}

// maxPage is the greatest page length of the server.
const maxPage = 200

func setString(query url.Values, name, value string) {
	if value != "" {
		query.Set(name, value)
	}
}

func setTime(query url.Values, name string, t time.Time) {
	if !t.IsZero() {
		query.Set(name, t.Format(time.RFC3339Nano))
	}
}

// Backup writes a consistent copy of all data of the gateway to w. It needs the scope
// admin. After an error the written data is unusable.
func (c *Client) Backup(ctx context.Context, w io.Writer) error {
	r, err := c.request(ctx, http.MethodGet, "/v1/backup", nil, nil)
	if err != nil {
		return err
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return &networkError{err}
	}
	defer resp.Body.Close()
	if resp.StatusCode >= http.StatusMultipleChoices {
		return problemOf(resp)
	}
	if _, err := io.Copy(w, resp.Body); err != nil {
		return &networkError{fmt.Errorf("read the backup: %w", err)}
	}
	return nil
}
