// Package reply knows what was asked and what came of it: the questions that messages
// ask, which of them a text from a patient answers, STOP and START, the texts that go
// back, and the conversation with each number.
//
// It owns the keys ask/, asked/, asktick/, heard/, which/, guard/, talk/, talkof/,
// talkat/ and note/, see keys.go. It follows the log of events: what it makes of a
// received text, and the text it sends back, are one transaction with the cursor, so
// that both happen once. How a text is read is the business of package reader; which
// visit a question is about that of whoever asks it.
//
// It never guesses. Where a text could answer two questions it asks back which, once;
// where it cannot be read it asks again, once; after that, and wherever a person has
// to think, the conversation waits for one.
package reply

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"goniec/calendar"
	"goniec/event"
	"goniec/number"
	"goniec/queue"
	"goniec/reply/reader"
	"goniec/store"
	"goniec/suppression"
)

// Config is what New needs. Store, Events, Queue, Suppressions and Reader are required.
type Config struct {
	Store        store.Store
	Events       *event.Log
	Queue        *queue.Queue
	Suppressions *suppression.List // where STOP is noted
	Reader       *reader.Reader
	Numbering    number.Numbering
	Box          string // name of this box, for what is counted for each
	Logger       *slog.Logger
	Location     *time.Location // of Office; nil: UTC

	// Language is that of a patient of whom nothing is known, ISO 639-1.
	Language string
	// Text returns the text of a kind in a language, with its placeholders; empty:
	// none is sent. nil: none ever is.
	Text  func(language string, kind TextKind) string
	Phone string // of reception, for {phone}
	// Office is when somebody reads what waits; the zero value is always.
	Office calendar.QuietHours
	Guard  Guard
	// AnswerWithin is how long a question without an end may be answered, from when
	// its message may first go; default 7 days.
	AnswerWithin time.Duration
	Registerer   prometheus.Registerer // nil: no metrics
}

// The defaults of Config.
const (
	defaultAnswerWithin = 7 * 24 * time.Hour
	defaultPerDay       = 5
	defaultPerHour      = 60
)

// Replies is questions, answers and conversations. It is safe for concurrent use.
type Replies struct {
	config Config
	store  store.Store
	events *event.Log
	queue  *queue.Queue
	log    *slog.Logger
	meter  *meter
	ids    store.IDs
}

// New returns what Run and the API work on. It starts nothing.
func New(c Config) (*Replies, error) {
	if c.Store == nil || c.Events == nil || c.Queue == nil || c.Suppressions == nil || c.Reader == nil {
		return nil, errors.New("reply: Store, Events, Queue, Suppressions and Reader are required")
	}
	if err := c.Office.Validate(); err != nil {
		return nil, fmt.Errorf("reply: Office: %w", err)
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Location == nil {
		c.Location = time.UTC
	}
	if c.Text == nil {
		c.Text = func(string, TextKind) string { return "" }
	}
	if c.AnswerWithin == 0 {
		c.AnswerWithin = defaultAnswerWithin
	}
	if c.Guard.PerNumber == 0 {
		c.Guard.PerNumber = defaultPerDay
	}
	if c.Guard.PerBox == 0 {
		c.Guard.PerBox = defaultPerHour
	}
	r := &Replies{config: c, store: c.Store, events: c.Events, queue: c.Queue, log: c.Logger}
	var err error
	if r.meter, err = newMeter(c.Registerer); err != nil {
		return nil, fmt.Errorf("reply: %w", err)
	}
	return r, nil
}

// ownName is the name under which Run follows the log of events, and under which the
// texts that go back are sent.
const ownName = "replies"

const tendEvery = 15 * time.Second

// Run deals with what comes in until ctx is done.
func (r *Replies) Run(ctx context.Context) {
	r.events.Run(ctx, event.Follower{
		Name: ownName, Logger: r.log, Handle: r.handle,
		Wants: func(typ string) bool { return typ == queue.Received{}.EventType() },
	})
}

// RunEnds ends questions whose time is over until ctx is done.
func (r *Replies) RunEnds(ctx context.Context) {
	for pause(ctx, tendEvery) {
		if err := r.Tend(ctx); err != nil && ctx.Err() == nil {
			r.log.ErrorContext(ctx, "cannot look after questions, trying again", "err", err)
		}
	}
}

// pause waits for d; it is false if ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// now returns the time as it is stored: UTC, in milliseconds.
func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }
