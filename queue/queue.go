// Package queue keeps what the gateway has to send and has sent: messages with their
// parts and attempts, and the delivery reports on them.
//
// The package owns the rule that no message is lost and no part is sent twice by
// mistake. A message that Enqueue has taken is on disk. Claim writes an attempt before
// the part is sent, and Record writes the outcome afterwards. An attempt with an unknown
// outcome is called uncertain: its delivery report is awaited, then Config.Uncertain
// decides. Every later step (a retry, an expiry, the end of a lease) is a key in the
// store that Tend finds. No step is scheduled in memory only, so a restart delays
// messages but loses none.
//
// The package does not know modems: a Worker is the name of a modem and the identity of
// its SIM, and package gateway drives the modem. The package has no callbacks for a
// change of status: each change appends an event in the same transaction, and other
// packages follow the event log.
package queue

import (
	"cmp"
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
	// ErrKeyReused is returned by Enqueue for an idempotency key that was first used
	// with another body.
	ErrKeyReused = errors.New("idempotency key was used with another body")
	// ErrInFlight is returned by Cancel for a message of which a part is in flight or
	// has been sent.
	ErrInFlight = errors.New("message is in flight")
	// ErrFinal is returned by Cancel and Release for a message whose status is final.
	ErrFinal = errors.New("message has ended")
	// ErrOver is returned by Release for a message whose ExpiresAt has passed.
	ErrOver = errors.New("time of the message is over")
	// ErrNotHeld is returned by Release for a message that is neither held nor uncertain.
	ErrNotHeld = errors.New("message is not held")
	// ErrStale is returned by Record and Resolve for an attempt that does not exist, or
	// whose outcome is already known.
	ErrStale = errors.New("attempt is not open")
)

// Policy says what happens to a part that has been uncertain for Config.UncertainWait.
type Policy string

// The policies.
const (
	WaitThenResend Policy = "wait_then_resend" // the part is sent once more, marked as a possible duplicate
	Hold           Policy = "hold"             // the message is held until a person decides
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
	Validity      time.Duration  // of a message without ExpiresAt, from the first time it may be sent; default 72 hours
	Lease         time.Duration  // how long a worker may take for one part; default 10 minutes
	Location      *time.Location // time zone of the quiet hours; default UTC
	QuietHours    calendar.QuietHours
	Numbering     number.Numbering // how numbers are read
	Router        Router           // nil: every message may be sent by any SIM
	Clock         *clock.Clock     // nil: a clock of Box that needs no source to confirm it
}

// Queue is the outgoing queue. Its state is in the store. It is safe for concurrent use.
type Queue struct {
	store   store.Store
	events  *event.Log
	log     *slog.Logger
	config  Config
	meter   *meter
	ids     store.IDs
	clock   *clock.Clock
	started time.Time // when New was called, with the monotonic clock reading
	usual   usual
	// callFirst is the function given to CallFirst; before that it says no.
	callFirst func(r store.Reader, m *Message, now time.Time) (bool, error)
}

// The defaults of Config.
const (
	defaultBox           = "box"
	defaultUncertainWait = 10 * time.Minute
	defaultMaxParts      = 6
	// defaultValidity is longer than a weekend with a broken modem.
	defaultValidity = 72 * time.Hour
	// defaultLease is longer than any modem takes to answer: a modem waits for the
	// network for 5 minutes at most.
	defaultLease = 10 * time.Minute
)

// New returns a Queue. Its error names the field of c that is wrong.
func New(c Config) (*Queue, error) {
	if c.Store == nil || c.Events == nil {
		return nil, errors.New("queue: Store and Events are needed")
	}
	c.Box = cmp.Or(c.Box, defaultBox)
	c.Uncertain = cmp.Or(c.Uncertain, WaitThenResend)
	c.UncertainWait = cmp.Or(c.UncertainWait, defaultUncertainWait)
	c.MaxParts = cmp.Or(c.MaxParts, defaultMaxParts)
	c.Validity = cmp.Or(c.Validity, defaultValidity)
	c.Lease = cmp.Or(c.Lease, defaultLease)
	c.Location = cmp.Or(c.Location, time.UTC)
	c.Logger = cmp.Or(c.Logger, slog.New(slog.DiscardHandler))
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
	q := &Queue{store: c.Store, events: c.Events, log: c.Logger, config: c, clock: c.Clock, started: time.Now()}
	if q.clock == nil {
		var err error
		if q.clock, err = clock.New(clock.Config{Store: c.Store, Box: c.Box, Logger: c.Logger}); err != nil {
			return nil, fmt.Errorf("queue: %w", err)
		}
	}
	q.clock.BeforeTrust(q.bringAllForward)
	q.callFirst = func(store.Reader, *Message, time.Time) (bool, error) { return false, nil }
	q.meter = newMeter(c.Registerer, q)
	return q, nil
}

// Clock returns the clock by which the queue acts.
func (q *Queue) Clock() *clock.Clock { return q.clock }

// now returns the time as it is stored: UTC, in milliseconds.
func (q *Queue) now() time.Time { return q.clock.Now() }

// Draft is a message that a caller wants to be sent.
type Draft struct {
	To        pdu.Address // as number.Numbering.Parse returns it
	Text      string
	Reference string              // the caller's own id, up to 128 octets; events carry Reference, so it must not name a person
	SendAt    time.Time           // zero: now
	ExpiresAt time.Time           // no part is sent from then on; zero: Config.Validity after the first time the message may be sent
	Priority  Priority            // empty: Normal
	Encoding  pdu.Encoding        // empty: pdu.Auto
	Purpose   suppression.Purpose // may be empty
	Origin    Origin              // empty: OriginAPI
	Modem     string              // empty: any
	Flash     bool                // class 0, displayed at once and not stored (3GPP TS 23.038 4)
	// IgnoreSuppression sends the message although its number is suppressed. Only the
	// text that confirms a suppression sets IgnoreSuppression.
	IgnoreSuppression bool
	// InTx, unless nil, is called in the transaction that takes the message and writes
	// the caller's own records of the message. InTx obeys the rules of
	// store.Store.Update. A repeated call with the same Caller.Key does not call InTx.
	InTx func(tx store.Tx, m Message) error
}

// Caller identifies a caller of Enqueue, and a call that is made again.
type Caller struct {
	Token    string   // name or id of the API token; the actor of the events
	Key      string   // Idempotency-Key; empty: none
	BodyHash [32]byte // of the canonical body; only used with a Key
}

// Result is the result of one Draft: the Message, or Err, a *RefusedError.
type Result struct {
	Message Message
	// Late is for how long SendAt had passed for certain when the message was taken.
	Late time.Duration
	Err  error
}

// Codes of RefusedError. With RefusedText, Err holds a *pdu.TextError with its own code.
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
	RefusedPast      = "send_at_in_the_past" // by more than a day
	RefusedNumber    = "suppressed"          // no text for this purpose may be sent to the number
)

// RefusedError says which field of a draft was refused and why. Err is the cause, or nil.
type RefusedError struct {
	Code  string // one of the constants Refused…
	Field string // as in the API: "text", "expires_at"
	// By is for how long the time has passed, with RefusedExpired and RefusedPast.
	By time.Duration
	// CanGo is when the message could go, in Config.Location, with RefusedWindow.
	CanGo time.Time
	Err   error
}

// Worker is one SIM in one modem. Package gateway sends parts on behalf of a Worker.
type Worker struct {
	Modem string // its configured name
	SIM   string // IMSI or ICCID; delivery reports are matched to attempts of the same SIM
}

// Submission is one part to be sent now. The store holds the part as in flight.
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

// OutcomeKind is what a worker has found out about a submission.
type OutcomeKind int

// The kinds of outcome. The zero value is none of them and is refused.
const (
	Accepted  OutcomeKind = iota + 1 // the service centre has accepted the part; MR is its reference
	Refused                          // a permanent failure: the message has failed
	Retry                            // a temporary failure: the part is tried again after RetryAfter or the back-off
	NotSent                          // the part has not been sent for a reason outside the message; the failure is not counted
	Uncertain                        // the part may have been sent or not
)

// Outcome is the outcome of a submission, for Record.
type Outcome struct {
	Kind       OutcomeKind
	MR         byte          // TP-MR that the modem returned (3GPP TS 23.040 9.2.3.6); only with Accepted
	NoMR       bool          // accepted, but the modem returned no TP-MR
	Code       string        // stable, for programs: "cms_38"
	Detail     string        // for people, in English, without text and number
	RetryAfter time.Duration // 0: the back-off of the queue, with NotSent no wait
	PayloadAt  time.Time     // when the modem had read the whole PDU; zero: it has not
	At         time.Time     // when the outcome was known; zero: now
}

// Filter selects messages. A zero field selects all.
type Filter struct {
	Statuses  []Status // any of them; empty: all
	To        pdu.Address
	Reference string
	Origin    Origin
	Since     time.Time // created at or after
	Until     time.Time // created before
}

// Wake returns a channel that receives, until ctx is done, when there may be a new part
// to claim. Wake-ups may be lost or spurious, so callers ask NextDue as well.
func (q *Queue) Wake(ctx context.Context) <-chan struct{} {
	return q.store.Watch(ctx, dueSpace)
}
