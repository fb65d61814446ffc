// Package client is the Go client of the Goniec API with its wire types. The server
// uses the same types.
//
// It imports nothing of the server and may be used by any program.
package client

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	attempts       = 4                      // tries of one call before its network error is returned
	firstPause     = 200 * time.Millisecond // before the second try; doubles
	callTimeout    = 30 * time.Second       // of one try, unless the context ends earlier
	maxErrorLength = 1 << 20                // bytes read of an answer that is an error
)

// Client calls one gateway. It is safe for concurrent use.
type Client struct {
	base     string // scheme and host, without a slash at the end
	token    string
	language string
	http     *http.Client
}

// Option configures a Client.
type Option func(*Client)

// WithLanguage requests problem details in this language (a BCP 47 tag: "pl", "en",
// "es"); the default is English.
func WithLanguage(tag string) Option { return func(c *Client) { c.language = tag } }

// WithHTTPClient sends requests through h. If Events is used, h must have no Timeout.
// It has no effect on a client of a unix socket.
func WithHTTPClient(h *http.Client) Option {
	return func(c *Client) {
		if !strings.HasPrefix(c.base, socketBase) {
			c.http = h
		}
	}
}

// socketBase is the placeholder host in URLs of a client of a unix socket.
const socketBase = "http://goniec.sock"

// New returns a client of the gateway at target: an http or https URL, or
// "unix:" and the path of the gateway's socket. The socket needs no token.
func New(target, token string, options ...Option) (*Client, error) {
	c := &Client{token: token, http: &http.Client{}}
	if path, ok := strings.CutPrefix(target, "unix:"); ok {
		if path == "" {
			return nil, errors.New("address of the gateway: unix: needs the path of a socket behind it")
		}
		c.base = socketBase
		c.http.Transport = &http.Transport{
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				var d net.Dialer
				return d.DialContext(ctx, "unix", path)
			},
		}
	} else {
		u, err := url.Parse(target)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
			return nil, errors.New("address of the gateway: want http://HOST:PORT, https://HOST:PORT or unix:PATH")
		}
		c.base = strings.TrimRight(u.Scheme+"://"+u.Host+u.Path, "/")
	}
	for _, option := range options {
		option(c)
	}
	return c, nil
}

// call is one request with the destination of its answer.
type call struct {
	method string
	path   string
	query  url.Values
	body   any    // encoded as JSON unless nil
	key    string // Idempotency-Key
	once   bool   // must not be repeated after a network error
	answer any    // decoded from JSON unless nil
	// timeout bounds one try; 0: callTimeout.
	timeout time.Duration
}

// do runs a call and repeats it after network errors. Repeated calls only read or carry
// an idempotency key.
func (c *Client) do(ctx context.Context, req call) error {
	var body []byte
	if req.body != nil {
		var err error
		if body, err = json.Marshal(req.body); err != nil {
			return fmt.Errorf("encode request: %w", err)
		}
	}
	pause := firstPause
	for try := 1; ; try++ {
		err := c.try(ctx, req, body)
		var failed *networkError
		if err == nil || !errors.As(err, &failed) || req.once || try == attempts || ctx.Err() != nil {
			return err
		}
		if err := wait(ctx, pause); err != nil {
			return failed
		}
		pause *= 2
	}
}

// try runs a call once. A network error is a *networkError.
func (c *Client) try(ctx context.Context, req call, body []byte) error {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(req.timeout, callTimeout))
	defer cancel()
	r, err := c.request(ctx, req.method, req.path, req.query, body)
	if err != nil {
		return err
	}
	if req.key != "" {
		r.Header.Set("Idempotency-Key", req.key)
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return &networkError{err}
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		return problemOf(resp)
	}
	if req.answer == nil {
		_, err = io.Copy(io.Discard, resp.Body)
	} else {
		err = json.NewDecoder(resp.Body).Decode(req.answer)
	}
	if err != nil {
		return &networkError{fmt.Errorf("%s %s: read answer: %w", req.method, req.path, err)}
	}
	return nil
}

func (c *Client) request(ctx context.Context, method, path string, query url.Values, body []byte) (*http.Request, error) {
	target := c.base + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	r, err := http.NewRequestWithContext(ctx, method, target, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("make request: %w", err)
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	if c.language != "" {
		r.Header.Set("Accept-Language", c.language)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	return r, nil
}

// networkError is the error of a missing or incomplete answer.
type networkError struct{ err error }

func (e *networkError) Error() string { return e.err.Error() }
func (e *networkError) Unwrap() error { return e.err }

// problemOf returns the *Problem of an answer, or makes one if the answer is not the
// gateway's.
func problemOf(resp *http.Response) error {
	data, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorLength))
	problem := &Problem{}
	mediaType, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if mediaType == "application/problem+json" && json.Unmarshal(data, problem) == nil {
		return problem
	}
	problem = &Problem{
		Type:   "about:blank",
		Title:  http.StatusText(resp.StatusCode),
		Status: resp.StatusCode,
		Code:   "not_goniec",
		Detail: "HTTP status " + strconv.Itoa(resp.StatusCode) + " without a problem: what answered is not Goniec",
	}
	if resp.StatusCode == http.StatusBadRequest && plainToTLS.Match(data) {
		problem.Code, problem.Detail = CodeWantsHTTPS, "the gateway is spoken to by HTTPS: the address has to begin with https://"
	}
	return problem
}

// CodeWantsHTTPS is the code of the Problem of a request by HTTP to a port for HTTPS.
const CodeWantsHTTPS = "wants_https"

// plainToTLS matches what servers answer to HTTP at a port for HTTPS: that of Go, nginx and
// Apache.
var plainToTLS = regexp.MustCompile(`(?i)http request .*to (an )?https (server|port)|speaking plain http to an ssl`)

// wait waits for d or for the end of ctx.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// SendOption configures the posting of a message.
type SendOption func(*call)

// WithKey posts under this idempotency key: posting under the same key returns the
// first answer again. By default each call has a new key, which covers its repetitions
// after network errors.
func WithKey(key string) SendOption { return func(c *call) { c.key = key } }

func creating(path string, body, answer any, options []SendOption) call {
	req := call{method: http.MethodPost, path: path, body: body, answer: answer, key: rand.Text()}
	for _, option := range options {
		option(&req)
	}
	return req
}
