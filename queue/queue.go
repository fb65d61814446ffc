// Package queue keeps what the gateway has to send and has sent: messages with their
// parts and attempts, and the delivery reports on them.
//
// It owns the rule that nothing is lost and nothing is sent twice by mistake. A
// message that Enqueue has taken is on disk. An attempt is written down by Claim
// before it is made, and its outcome by Record after; an attempt whose outcome
// nobody can know is called uncertain, waits for its delivery report, and is then
// handled by policy. Everything that happens later, a retry, an expiry, a lease
// that runs out, is a key in the store that Tend finds; nothing is scheduled in
// memory only, so a restart at any moment loses nothing but time.
//
// It does not know modems: a Worker is the name of a modem and of the SIM in it,
// and package gateway joins the two. It does not call anybody back: every change
// of a status appends an event in the same transaction, and whoever wants to
// react follows the log.
package queue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"goniec/calendar"
	"goniec/clock"
	"goniec/event"
	"goniec/number"
	"goniec/pdu"
	"goniec/store"
	"goniec/suppression"
)

var (
	// ErrKeyReused is returned when an idempotency key comes with another body
	// than the first time.
	ErrKeyReused = errors.New("idempotency key was used with another body")
	// ErrInFlight is returned by Cancel for a message of which a part is in the
	// air or has left: it cannot be called back.
	ErrInFlight = errors.New("message is in flight")
	// ErrFinal is returned by Cancel and Release for a message that has ended.
	ErrFinal = errors.New("message has ended")
	// ErrNotHeld is returned by Release for a message that is neither held nor uncertain.
	ErrNotHeld = errors.New("message is not held")
	// ErrStale is returned by Record and Resolve for an attempt that the message
	// does not have, or whose outcome is already known otherwise.
	ErrStale = errors.New("attempt is not open")
)

// Policy says what becomes of a part whose outcome stayed unknown for
// Config.UncertainWait.
type Policy string

// The policies.
const (
	WaitThenResend Policy = "wait_then_resend" // it is sent once more, marked as a possible duplicate
	Hold           Policy = "hold"             // a person decides
)

// Config is what a Queue needs. Zero values take the defaults named.
type Config struct {
	Store      store.Store
	Events     *event.Log
	Box        string // name of this box in the store; default "box"
	Logger     *slog.Logger
	Registerer prometheus.Registerer // nil: no metrics

	Uncertain     Policy         // default WaitThenResend
	UncertainWait time.Duration  // default 10 minutes
	MaxParts      int            // of one message, 1 to 255; default 6
	Validity      time.Duration  // of a message without expires_at, from when it may first go; default 72 hours
	Lease         time.Duration  // how long a worker may take for one part; default 10 minutes
	Location      *time.Location // the clinic's zone, for quiet hours; default UTC
	QuietHours    calendar.QuietHours
	Numbering     number.Numbering // of the numbers drafts come with; New checks it
	Router        Router           // nil: every message may leave by any SIM
	Clock         *clock.Clock     // nil: one of Box that nothing has to confirm
}

// Queue is the outgoing side of the store. What it knows is there; it is safe for
// concurrent use.
type Queue struct {
	store  store.Store
	events *event.Log
	log    *slog.Logger
	config Config
	meter  *meter
	ids    store.IDs
	clock  *clock.Clock
	born   time.Time // when New was called, also by the clock that nobody sets
	usual  usual
	// callFirst is what CallFirst was given; nil: never.
	callFirst func(r store.Reader, m *Message, now time.Time) (bool, error)
}

// The defaults of Config.
const (
	defaultBox           = "box"
	defaultUncertainWait = 10 * time.Minute
	defaultMaxParts      = 6
	// defaultValidity outlives a weekend with a broken modem; quiet hours
	// before the first moment it may go do not count.
	defaultValidity = 72 * time.Hour
	// defaultLease is longer than any modem takes to answer: the longest wait
	// on the way, that of the modem for the network, is 5 minutes.
	defaultLease = 10 * time.Minute
)

// New returns a Queue. Its error names the field of c that is wrong.
func New(c Config) (*Queue, error) {
	if c.Store == nil || c.Events == nil {
		return nil, errors.New("queue: Store and Events are needed")
	}
	setDefault(&c.Box, defaultBox)
	setDefault(&c.Uncertain, WaitThenResend)
	setDefault(&c.UncertainWait, defaultUncertainWait)
	setDefault(&c.MaxParts, defaultMaxParts)
	setDefault(&c.Validity, defaultValidity)
	setDefault(&c.Lease, defaultLease)
	setDefault(&c.Location, time.UTC)
	setDefault(&c.Logger, slog.New(slog.DiscardHandler))
	switch {
	case c.Uncertain != WaitThenResend && c.Uncertain != Hold:
		return nil, fmt.Errorf("queue: Uncertain: unknown policy %q", c.Uncertain)
	case c.MaxParts < 1 || c.MaxParts > pdu.MaxParts:
		return nil, fmt.Errorf("queue: MaxParts: %d is not within 1 to %d", c.MaxParts, pdu.MaxParts)
	case c.UncertainWait < 0 || c.Validity < 0 || c.Lease < 0:
		return nil, errors.New("queue: UncertainWait, Validity and Lease must not be negative")
	}
	if err := c.QuietHours.Validate(); err != nil {
		return nil, fmt.Errorf("queue: QuietHours: %w", err)
	}
	if err := c.Numbering.Validate(); err != nil {
		return nil, fmt.Errorf("queue: Numbering: %w", err)
	}
	q := &Queue{
		store: c.Store, events: c.Events, log: c.Logger, config: c,
		clock: c.Clock, born: time.Now(),
	}
	var err error
	if q.clock == nil {
		if q.clock, err = clock.New(clock.Config{Store: c.Store, Box: c.Box, Logger: c.Logger}); err != nil {
			return nil, fmt.Errorf("queue: %w", err)
		}
	}
	q.clock.BeforeTrust(q.setBack)
	if q.meter, err = newMeter(c.Registerer, q); err != nil {
		return nil, fmt.Errorf("queue: %w", err)
	}
	return q, nil
}

// Clock returns the clock by which the queue acts.
func (q *Queue) Clock() *clock.Clock { return q.clock }

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// now returns the time as it is stored: UTC, in milliseconds.
func (q *Queue) now() time.Time { return q.clock.Now() }

// Draft is a message as somebody wants it sent.
type Draft struct {
	To        pdu.Address // see Numbering.Parse
	Text      string
	Reference string              // the caller's own id, up to 128 octets; it is carried in events, so it must not name a person
	SendAt    time.Time           // zero: now
	ExpiresAt time.Time           // zero: Config.Validity after it may first go
	Priority  Priority            // empty: Normal
	Encoding  pdu.Encoding        // empty: pdu.Auto
	Purpose   suppression.Purpose // may be empty
	Modem     string              // empty: any
	Flash     bool                // class 0, shown at once and not kept (3GPP TS 23.038 4)
	// IgnoreSuppression has it go although its number is suppressed. It is for the text that
	// confirms that, and for nothing else.
	IgnoreSuppression bool
	// InTx, unless nil, is called in the transaction that takes the message, to write
	// what belongs to it. It keeps to the rules of store.Store.Update, and is not
	// called again when a call is repeated.
	InTx func(tx store.Tx, m Message) error
}

// Caller is who enqueues, and how a repeated call is recognised.
type Caller struct {
	Token    string   // name or id of the API token; the actor of the events
	Key      string   // Idempotency-Key, empty: none
	BodyHash [32]byte // of the canonical body; only used with a Key
}

// Result is what became of one Draft: a Message, or Err, a *RefusedError.
type Result struct {
	Message Message
	Err     error
}

// Codes of RefusedError. Those of a text are the codes of pdu.TextError.
const (
	RefusedTo        = "invalid_number"
	RefusedReference = "reference_too_long"
	RefusedExpired   = "expires_in_the_past"
	RefusedWindow    = "expires_before_send"
	RefusedPriority  = "unknown_priority"
	RefusedPurpose   = "unknown_purpose"
	RefusedEncoding  = "unknown_encoding"
	RefusedText      = "invalid_text"
	RefusedSendAt    = "send_at_too_far"
	RefusedNumber    = "suppressed" // the number must not be written to for the purpose
)

// RefusedError says why one draft was not taken, and by which field. Err, if any,
// is the cause: a *pdu.TextError for a text.
type RefusedError struct {
	Code  string // one of the constants Refused…
	Field string // as in the API: "text", "expires_at"
	Err   error
}

// Worker is one SIM in one modem, as the gateway sees it.
type Worker struct {
	Modem string // its configured name
	SIM   string // IMSI or ICCID: what attempts and reports are matched by
}

// Submission is one part to be sent now. It has been written down as in flight.
type Submission struct {
	Message           Message // a copy
	Part              int     // index in Message.Parts, from 0
	Attempt           int     // Attempt.Number
	To                pdu.Address
	Text              string // of this part
	Alphabet          pdu.Alphabet
	Concatenation     *pdu.Concatenation // nil: a single part
	Flash             bool
	ExpiresAt         time.Time
	PossibleDuplicate bool
}

// OutcomeKind is what a worker learned about a submission.
type OutcomeKind int

// The kinds of outcome. The zero value is none of them and is refused.
const (
	Accepted  OutcomeKind = iota + 1 // the service centre has it; MR is its reference
	Refused                          // never will: this message has failed
	Retry                            // not now: again after RetryAfter or the back-off
	NotSent                          // not the message's fault; no attempt is spent
	Uncertain                        // it may have left, or not: the part becomes uncertain
)

// Outcome is what Record writes down about a submission.
type Outcome struct {
	Kind       OutcomeKind
	MR         byte          // TP-MR as the modem told it; only of Accepted
	NoMR       bool          // accepted, but the modem told no reference
	Code       string        // stable, for machines: "cms_38"
	Detail     string        // for people, in English, without text and number
	RetryAfter time.Duration // 0: the back-off of the queue; for NotSent at once
	PayloadAt  time.Time     // when the modem had the part whole; zero: it never had
	At         time.Time     // when it was known; zero: now
}

// Filter selects messages; zero fields do not.
type Filter struct {
	Status    Status
	To        pdu.Address
	Reference string
	Since     time.Time // created at or after
	Until     time.Time // created before
}

// Wake returns a channel that receives when there may be something new to claim,
// until ctx is done. Wake-ups may be lost or spurious: ask NextDue as well.
func (q *Queue) Wake(ctx context.Context) <-chan struct{} {
	return q.store.Watch(ctx, dueSpace)
}
