package client

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"strings"
	"time"
)

const (
	silence      = 45 * time.Second // the server writes at least every 15 s
	firstRetry   = time.Second      // before a lost stream is opened again; doubles
	longestRetry = 30 * time.Second
	maxEvent     = 1 << 20 // bytes of one event
)

// errStreamEnded means that the server closed an event stream.
var errStreamEnded = errors.New("event stream ended")

// Events yields what happens on the gateway: from now on, or what followed the
// event with the id lastID, or all events that are kept if no event has that
// id ("0"). A lost connection is opened again and nothing is missed. After a
// restore of the gateway events may be yielded again, under the same ids. It
// ends with an error that trying again cannot help (a *Problem), or with that
// of ctx.
func (c *Client) Events(ctx context.Context, lastID string) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		pause := firstRetry
		for {
			more, err := c.stream(ctx, &lastID, func(e Event) bool {
				pause = firstRetry
				return yield(e, nil)
			})
			if !more {
				return
			}
			if ctx.Err() != nil {
				yield(Event{}, ctx.Err())
				return
			}
			var problem *Problem
			if errors.As(err, &problem) && !temporary(problem.Status) {
				yield(Event{}, err)
				return
			}
			if err := wait(ctx, pause); err != nil {
				yield(Event{}, err)
				return
			}
			pause = min(2*pause, longestRetry)
		}
	}
}

// temporary reports whether a later retry may help.
func temporary(status int) bool {
	return status >= 500 || status == http.StatusTooManyRequests
}

// stream reads the events of one connection until it ends, and keeps lastID at the last
// yielded event. more is false when yield returned false.
func (c *Client) stream(ctx context.Context, lastID *string, yield func(Event) bool) (more bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	// A dead connection shows only by its silence.
	alarm := time.AfterFunc(silence, cancel)
	defer alarm.Stop()

	r, err := c.request(ctx, http.MethodGet, "/v1/events", nil, nil)
	if err != nil {
		return true, err
	}
	r.Header.Set("Accept", "text/event-stream")
	if *lastID != "" {
		r.Header.Set("Last-Event-ID", *lastID)
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return true, &networkError{err}
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return true, problemOf(resp)
	}
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, maxEvent)
	var id, data string
	for lines.Scan() {
		alarm.Reset(silence)
		line := lines.Text()
		if value, ok := strings.CutPrefix(line, "id: "); ok {
			id = value
		} else if value, ok := strings.CutPrefix(line, "data: "); ok {
			data = value
		}
		if line != "" {
			continue
		}
		// An empty line ends an event. An event without data only carries an id.
		if id != "" {
			*lastID = id
		}
		if data == "" {
			continue
		}
		var e Event
		if err := json.Unmarshal([]byte(data), &e); err != nil {
			return true, fmt.Errorf("decode event: %w", err)
		}
		data = ""
		if !yield(e) {
			return false, nil
		}
	}
	if err := lines.Err(); err != nil {
		return true, &networkError{err}
	}
	return true, errStreamEnded
}
