// Package reply handles the answers of patients: the questions that messages ask, which
// question a received text answers, STOP and START, the automatic texts that go back, and
// the conversation with each number.
//
// Package reply owns the keys ask/, asked/, asktick/, heard/, which/, guard/, talk/,
// talkof/, talkat/ and note/, see keys.go. It follows the log of events. One transaction
// moves the cursor, records how a received text was understood and enqueues the text that
// goes back, so that both happen once. Package reader reads a text. Which visit a question
// is about is known only to the caller of Ask.
//
// Package reply never guesses. If a text could answer two questions, it asks once which
// question is meant. If a text cannot be read, it asks once for another answer. In every
// other unclear case the conversation waits for staff.
package reply

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"goniec/calendar"
	"goniec/event"
	"goniec/inbox"
	"goniec/number"
	"goniec/queue"
	"goniec/reply/reader"
	"goniec/store"
	"goniec/suppression"
)

// Config is what New needs. Store, Events, Queue, Inbox, Suppressions and Reader are required.
type Config struct {
	Store        store.Store
	Events       *event.Log
	Queue        *queue.Queue
	Inbox        *inbox.Inbox
	Suppressions *suppression.List // STOP adds to the list
	Reader       *reader.Reader
	Numbering    number.Numbering
	Box          string // name of this box; each box has its own limit of automatic texts
	Logger       *slog.Logger
	Location     *time.Location // of Office; nil: UTC

	// Language is the language of a patient whose language is unknown, ISO 639-1.
	Language string
	// Text returns the text of a kind in a language, with its placeholders. A kind
	// without a text is not sent. nil: no automatic text is sent.
	Text  func(language string, kind TextKind) string
	Phone string // number of reception, for {phone}
	// Office is the time at which staff read conversations; the zero value is always.
	Office calendar.QuietHours
	Guard  Guard
	// AnswerWithin is how long a question without an end may be answered, counted from
	// the first time at which its message may be sent; default 7 days.
	AnswerWithin time.Duration
	Registerer   prometheus.Registerer // nil: no metrics
}

// The defaults of Config.
const (
	defaultAnswerWithin = 7 * 24 * time.Hour
	defaultPerDay       = 5
	defaultPerHour      = 60
)

// Replies holds questions, answers and conversations. It is safe for concurrent use.
type Replies struct {
	config Config
	store  store.Store
	events *event.Log
	queue  *queue.Queue
	log    *slog.Logger
	meter  *meter
	ids    store.IDs
}

// New returns Replies that handle nothing until Run and RunEnds are called.
func New(c Config) (*Replies, error) {
	if c.Store == nil || c.Events == nil || c.Queue == nil || c.Inbox == nil || c.Suppressions == nil || c.Reader == nil {
		return nil, errors.New("reply: Store, Events, Queue, Inbox, Suppressions and Reader are required")
	}
	if err := c.Office.Validate(); err != nil {
		return nil, fmt.Errorf("reply: Office: %w", err)
	}
	if c.Text == nil {
		c.Text = func(string, TextKind) string { return "" }
	}
	c.Logger = cmp.Or(c.Logger, slog.New(slog.DiscardHandler))
	c.Location = cmp.Or(c.Location, time.UTC)
	c.AnswerWithin = cmp.Or(c.AnswerWithin, defaultAnswerWithin)
	c.Guard.PerNumber = cmp.Or(c.Guard.PerNumber, defaultPerDay)
	c.Guard.PerBox = cmp.Or(c.Guard.PerBox, defaultPerHour)
	r := &Replies{config: c, store: c.Store, events: c.Events, queue: c.Queue, log: c.Logger, meter: newMeter(c.Registerer)}
	r.queue.CallFirst(r.callFirst)
	return r, nil
}

// ownName is the name under which Run follows the log of events, and under which the
// texts that go back are sent.
const ownName = "replies"

const tendEvery = 15 * time.Second

// Run handles received messages, and messages that have ended without arriving, until ctx
// is done.
func (r *Replies) Run(ctx context.Context) {
	received := inbox.Received{}.EventType()
	r.events.Run(ctx, event.Follower{
		Name: ownName, Logger: r.log,
		Wants: func(typ string) bool { return typ == received || endsQuestion(typ) },
		Handle: func(tx store.Tx, e event.Event) error {
			if e.Type == received {
				return r.handleReceived(tx, e)
			}
			return r.handleEnded(tx, e)
		},
	})
}

// RunEnds calls Tend every 15 seconds until ctx is done.
func (r *Replies) RunEnds(ctx context.Context) {
	for pause(ctx, tendEvery) {
		if err := r.Tend(ctx); err != nil && ctx.Err() == nil {
			r.log.ErrorContext(ctx, "cannot look after questions, trying again", "err", err)
		}
	}
}

// pause waits for d. It returns false if ctx ended first.
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

// View calls fn with one consistent state, for ReadQuestion and ReadHeard.
func (r *Replies) View(ctx context.Context, fn func(store.Reader) error) error {
	return r.store.View(ctx, fn)
}

// now returns the time as it is stored: UTC, in milliseconds.
func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }
