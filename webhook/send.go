package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	answerRead   = 4 << 10        // bytes of an answer that are read, so that the connection can be used again
	maxNext      = 24 * time.Hour // longest time until the next attempt
	textAtMost   = 300            // bytes of Failure.Text
	jitterShare  = 10             // a tenth more or less
	defaultAgent = "Goniec"
)

// schedule returns the waits after failed attempts; the last holds for all further ones.
func schedule() []time.Duration {
	return []time.Duration{
		5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 24 * time.Hour,
	}
}

// backoff returns the wait after so many attempts, with jitter.
func backoff(attempts int) time.Duration {
	steps := schedule()
	step := steps[min(max(attempts, 1), len(steps))-1]
	spread := int64(step) / jitterShare
	return step + time.Duration(rand.Int64N(2*spread+1)-spread) //nolint:gosec // no secret
}

// answer is the answer to an attempt.
type answer struct {
	status int           // HTTP status; 0: no answer
	after  time.Duration // Retry-After; 0: none
	err    error         // nil: the receiver accepted the event
}

// send posts one request.
func (r *runner) send(ctx context.Context, id string, content []byte) answer {
	ctx, cancel := context.WithTimeout(ctx, r.receiver.Timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.receiver.URL, bytes.NewReader(content))
	if err != nil {
		return answer{err: fmt.Errorf("make request: %w", err)}
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", defaultAgent)
	if err := r.sign(request.Header, id, time.Now(), content); err != nil {
		return answer{err: err}
	}
	response, err := r.client.Do(request)
	if err != nil {
		return answer{err: plain(err)}
	}
	defer response.Body.Close()
	_, _ = io.CopyN(io.Discard, response.Body, answerRead) // the content does not matter
	result := answer{status: response.StatusCode, after: retryAfter(response.Header.Get("Retry-After"), time.Now())}
	switch code := response.StatusCode; {
	case code >= 200 && code < 300:
	case code >= 300 && code < 400:
		result.err = fmt.Errorf("the receiver answered %d, and redirects are not followed", code)
	default:
		result.err = fmt.Errorf("the receiver answered %d %s", code, http.StatusText(code))
	}
	return result
}

// plain removes the URL, which may hold a secret, from an error of net/http.
func plain(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		if wrapped.Timeout() {
			return errors.New("the receiver did not answer in time")
		}
		return wrapped.Err
	}
	return err
}

// sign sets the headers of Standard Webhooks: version 1, HMAC-SHA256, one signature for each
// secret.
func (r *runner) sign(h http.Header, id string, at time.Time, content []byte) error {
	stamp := strconv.FormatInt(at.Unix(), 10)
	h.Set("Webhook-Id", id)
	h.Set("Webhook-Timestamp", stamp)
	if r.receiver.Secrets == nil {
		return nil
	}
	secrets, err := r.receiver.Secrets()
	if err != nil {
		return fmt.Errorf("sign delivery: %w", err)
	}
	signatures := make([]string, len(secrets))
	for i, secret := range secrets {
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte(id + "." + stamp + "."))
		mac.Write(content)
		signatures[i] = "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	h.Set("Webhook-Signature", strings.Join(signatures, " "))
	return nil
}

// retryAfter reads the header Retry-After, seconds or a date (RFC 9110 10.2.3), as at most
// maxNext.
func retryAfter(value string, now time.Time) time.Duration {
	var d time.Duration
	if n, err := strconv.Atoi(value); err == nil {
		d = time.Duration(min(n, int(maxNext/time.Second))) * time.Second
	} else if at, err := http.ParseTime(value); err == nil {
		d = at.Sub(now)
	}
	return min(max(d, 0), maxNext)
}

// failureOf returns the stored form of a failed answer.
func failureOf(a answer) *Failure {
	text := a.err.Error()
	return &Failure{At: time.Now().UTC(), Status: a.status, Text: strings.ToValidUTF8(text[:min(len(text), textAtMost)], "")}
}
