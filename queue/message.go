package queue

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"goniec/pdu"
	"goniec/suppression"
)

// Status is the status of a message; the REST API uses the same words.
type Status string

// The statuses of a message.
const (
	StatusScheduled Status = "scheduled" // SendAt has not come yet
	StatusQueued    Status = "queued"    // due, or waiting for another attempt; no part has been sent
	StatusSending   Status = "sending"   // a part is in flight, or some parts have been sent and others wait
	StatusSent      Status = "sent"      // the service centre has accepted every part
	StatusDelivered Status = "delivered" // a report on every part says that the part has arrived
	StatusFailed    Status = "failed"    // no further attempt is made; Error says why
	StatusExpired   Status = "expired"   // ExpiresAt came first; no further part is sent
	StatusCancelled Status = "cancelled" // withdrawn
	StatusHeld      Status = "held"      // waits for the end of the quiet hours, or for a person; Error says which
	StatusUncertain Status = "uncertain" // a part may have been sent or not, and its report is awaited
)

// Statuses lists every status. Counts are stored in this order, so a new status goes to
// the end.
func Statuses() []Status {
	return []Status{
		StatusScheduled, StatusQueued, StatusHeld, StatusSending, StatusUncertain,
		StatusSent, StatusDelivered, StatusFailed, StatusExpired, StatusCancelled,
	}
}

// Final reports whether s is a final status. Only a late delivery report can still change
// a final status, to StatusDelivered.
func (s Status) Final() bool {
	switch s {
	case StatusDelivered, StatusFailed, StatusExpired, StatusCancelled:
		return true
	default:
		return false
	}
}

// ErrMove is returned for a change of status that is not allowed. It means a bug of this
// package; the transaction is rolled back.
var ErrMove = errors.New("status change is not allowed")

// allowedMoves returns the statuses that may follow a status.
//
// The moves from a final status to StatusDelivered are corrections: a report came after
// the message had ended and says that the message has arrived.
func allowedMoves(from Status) []Status {
	switch from {
	case "": // not stored yet
		return []Status{StatusScheduled, StatusQueued, StatusHeld}
	case StatusScheduled:
		return []Status{StatusQueued, StatusHeld, StatusSending, StatusCancelled, StatusExpired}
	case StatusQueued:
		return []Status{StatusHeld, StatusSending, StatusSent, StatusDelivered, StatusFailed, StatusExpired, StatusCancelled}
	case StatusHeld:
		return []Status{StatusQueued, StatusSending, StatusSent, StatusDelivered, StatusFailed, StatusExpired, StatusCancelled}
	case StatusSending:
		return []Status{StatusQueued, StatusHeld, StatusUncertain, StatusSent, StatusDelivered, StatusFailed, StatusExpired, StatusCancelled}
	case StatusUncertain:
		return []Status{StatusQueued, StatusHeld, StatusSending, StatusSent, StatusDelivered, StatusFailed, StatusExpired, StatusCancelled}
	case StatusSent:
		return []Status{StatusQueued, StatusHeld, StatusSending, StatusDelivered, StatusFailed, StatusExpired}
	case StatusFailed, StatusExpired, StatusCancelled:
		return []Status{StatusDelivered}
	case StatusDelivered:
		return nil
	default:
		return nil
	}
}

// PartStatus is the status of one part of a message.
type PartStatus string

// The statuses of a part.
const (
	PartQueued    PartStatus = "queued"
	PartInFlight  PartStatus = "in_flight" // an attempt is stored and its outcome is not
	PartUncertain PartStatus = "uncertain"
	PartSent      PartStatus = "sent"
	PartDelivered PartStatus = "delivered"
	PartFailed    PartStatus = "failed"
	PartExpired   PartStatus = "expired"
	PartCancelled PartStatus = "cancelled" // not sent, because the message ended before
)

// Priority is the priority of a message. The zero value counts as Normal.
type Priority string

// The priorities.
const (
	High   Priority = "high" // is sent during quiet hours, too
	Normal Priority = "normal"
	Low    Priority = "low"
)

// Origin says which part of the gateway a message comes from.
type Origin string

// The origins of a message.
const (
	OriginAPI      Origin = "api"       // a program or a person had it sent; also of messages stored without an origin
	OriginReply    Origin = "reply"     // the gateway answers a received text
	OriginCall     Origin = "call"      // the gateway answers a call
	OriginSelfTest Origin = "self_test" // a modem tests itself
)

// Codes of Problem. A Problem with a failed attempt has Outcome.Code instead.
const (
	CodeQuietHours     = "quiet_hours"     // held until RetryAt
	CodeUncertain      = "uncertain"       // the outcome of the last attempt is not known; RetryAt is when the policy decides
	CodeDecision       = "decision"        // held: a person has to Release or Cancel it
	CodeCallList       = "call_list"       // held: a person has to call the recipient, or Release or Cancel it
	CodeUnknownOutcome = "unknown_outcome" // failed: ExpiresAt has passed and a part may have been sent or not
	CodeExpired        = "expired"         // expired: ExpiresAt has passed
	CodeUndelivered    = "undelivered"     // failed: the service centre reports a permanent failure
	CodeSCExpired      = "sc_expired"      // expired: the service centre reports the end of the validity period
	CodeSCAbandoned    = "sc_abandoned"    // failed: the service centre reports a temporary failure, and the part is not sent again
	CodeSCRetry        = "sc_retry"        // the service centre reports a temporary failure; the part is sent again at RetryAt
	CodeLease          = "lease"           // of an attempt: the worker did not record the outcome in time
	CodeRestart        = "restart"         // of an attempt: the gateway stopped before it recorded the outcome
	CodeAnswered       = "answered"        // of an attempt: the recipient answered the text, so the text had arrived
	CodeRestored       = "restored"        // held since the data was restored: a person has to Release or Cancel it
	CodeRecipientCap   = "recipient_cap"   // held until RetryAt: the number has been sent as many parts as the cap allows
	CodeSuppressed     = "suppressed"      // cancelled: no text for its purpose may be sent to the number
	CodeClock          = "clock"           // held until a source confirms the clock of the machine
	CodeErased         = "erased"          // cancelled: everything about the number is erased
	CodeSIMGone        = "sim_gone"        // the SIM of the first parts sends nothing; at RetryAt another SIM sends every part again
)

// Problem says why a message waits or has ended without delivery. Detail is English text
// for logs; it holds neither the text nor the number of the message.
type Problem struct {
	Code    string    `json:"code"`
	Detail  string    `json:"detail,omitempty"`
	RetryAt time.Time `json:"retry,omitzero"` // when the gateway acts by itself; zero: it does not
}

// Message is an outgoing message. The tags are its stored form.
type Message struct {
	ID        string              `json:"-"` // UUIDv7: ordered by time of creation
	To        pdu.Address         `json:"-"` // stored by storedMessage
	Text      string              `json:"text,omitempty"`
	Alphabet  pdu.Alphabet        `json:"alph"`
	Encoding  pdu.Encoding        `json:"enc,omitempty"` // as asked for
	Reference string              `json:"ref,omitempty"` // the caller's own id
	Origin    Origin              `json:"org,omitempty"` // never empty
	Priority  Priority            `json:"prio"`
	Purpose   suppression.Purpose `json:"purp,omitempty"`
	Modem     string              `json:"modem,omitempty"` // the only modem that may send the message; empty: any
	Flash     bool                `json:"flash,omitempty"`
	Status    Status              `json:"st"`
	CreatedAt time.Time           `json:"at"`
	SendAt    time.Time           `json:"send,omitzero"`
	ExpiresAt time.Time           `json:"exp"`           // never zero: Config.Validity where the caller named none
	SentAt    time.Time           `json:"sent,omitzero"` // when the last part was accepted
	// DeliveredAt is when the last part reached the phone.
	DeliveredAt time.Time `json:"dlv,omitzero"`
	// FinishedAt is when the message first became sent or final; retention
	// counts from it.
	FinishedAt time.Time `json:"fin,omitzero"`
	Error      *Problem  `json:"err,omitempty"`
	Parts      []Part    `json:"parts"`
	// ConcatReference is the reference in the header of every part, the same
	// in each attempt; Wide says that it is 16 bits.
	ConcatReference uint16 `json:"cref,omitempty"`
	Wide            bool   `json:"wide,omitempty"`
	// Attempts are the latest of AttemptCount attempts, in order.
	Attempts     []Attempt `json:"try,omitempty"`
	AttemptCount int       `json:"tries,omitempty"`
	// SIM is the card that the first part was sent by; the other parts of a long message
	// are sent by the same card.
	SIM string `json:"sim,omitempty"`
	// Like is the preferred SIM or modem; Modem and SIM come before it.
	Like Preference `json:"like,omitzero"`
	// Due is the time from which the next part may be claimed.
	Due time.Time `json:"due,omitzero"`
	// Box is the box that last had a part in flight.
	Box string `json:"box,omitempty"`
	// Released says that a person has released the message: it is sent in quiet hours, too.
	Released bool `json:"rel,omitempty"`
	// IgnoreSuppression says that the message is sent although its number is suppressed.
	IgnoreSuppression bool `json:"rgl,omitempty"`
	// TextRemoved says that retention has emptied the text.
	TextRemoved bool `json:"gone,omitempty"`
	// Timeless says that the clock was unconfirmed when the message was taken. Its
	// validity is calculated again when the clock is confirmed.
	Timeless bool `json:"tmls,omitempty"`
}

// Part is one SMS-SUBMIT of a message (3GPP TS 23.040 9.2.2.2).
type Part struct {
	End    int        `json:"end"` // octet of Message.Text behind the last octet of the part
	Status PartStatus `json:"st"`
	// MR is the TP-MR of the last accepted attempt; -1: none, or the modem returned none.
	MR          int       `json:"mr"`
	SentAt      time.Time `json:"sent,omitzero"`
	DeliveredAt time.Time `json:"dlv,omitzero"`
	// Failures counts the failed attempts; the back-off grows with Failures.
	Failures int `json:"fail,omitempty"`
	// UncertainAttempts counts the uncertain attempts since the last decision of a person.
	// After the second the message waits for a person.
	UncertainAttempts int `json:"dbt,omitempty"`
	// Copies counts how often the part was sent again after a report that the service
	// centre had stopped trying to deliver it.
	Copies int `json:"cop,omitempty"`
	// PossibleDuplicate says that the next attempt may be a second copy.
	PossibleDuplicate bool `json:"dup,omitempty"`
	// Until is the end of the lease of a part in flight. Of an uncertain part it is when
	// Config.Uncertain decides; zero: a person decides.
	Until time.Time `json:"until,omitzero"`
	// Proved says, while an attempt is in flight, that an earlier attempt was accepted:
	// the part is sent, regardless of the outcome of the attempt in flight.
	Proved bool `json:"prv,omitempty"`
}

// AttemptOutcome is the outcome of one attempt.
type AttemptOutcome string

// The outcomes of an attempt.
const (
	AttemptOpen      AttemptOutcome = ""
	AttemptAccepted  AttemptOutcome = "accepted"
	AttemptRefused   AttemptOutcome = "refused"
	AttemptRetry     AttemptOutcome = "retry"
	AttemptNotSent   AttemptOutcome = "given_back"
	AttemptUncertain AttemptOutcome = "uncertain"
	AttemptDiscarded AttemptOutcome = "set_aside" // accepted or uncertain, but another SIM sends every part again
)

// Attempt is one submission of one part. It is written before the submission, and changed
// when the outcome is known and when a delivery report comes.
type Attempt struct {
	Number int       `json:"n"`   // 1, 2, … within the message
	Part   int       `json:"p"`   // index in Message.Parts
	Modem  string    `json:"mod"` // name of the modem
	SIM    string    `json:"sim"` // the card in it
	At     time.Time `json:"at"`  // when the part was claimed
	// PayloadAt is when the modem had read the whole PDU; zero: it has not, or the
	// attempt is open. A part may have left from PayloadAt on.
	PayloadAt time.Time      `json:"pay,omitzero"`
	EndedAt   time.Time      `json:"end,omitzero"`
	Outcome   AttemptOutcome `json:"out,omitempty"`
	MR        int            `json:"mr"` // TP-MR, -1 unknown
	Code      string         `json:"code,omitempty"`
	Detail    string         `json:"det,omitempty"`
	// Duplicate says that the attempt may send a second copy of the part.
	Duplicate bool `json:"dup,omitempty"`
	// Report is the TP-ST of the latest report (3GPP TS 23.040 9.2.3.15); -1: none.
	Report   int       `json:"rep"`
	ReportAt time.Time `json:"repat,omitzero"`
}

// PartText returns the text of part i; "" once retention has emptied the text.
func (m *Message) PartText(i int) string {
	begin := 0
	if i > 0 {
		begin = m.Parts[i-1].End
	}
	if end := m.Parts[i].End; end <= len(m.Text) {
		return m.Text[begin:end]
	}
	return ""
}

// move changes the status of m. No other function changes Status.
func (m *Message) move(to Status, at time.Time) error {
	if m.Status == to {
		return nil
	}
	if !slices.Contains(allowedMoves(m.Status), to) {
		return fmt.Errorf("message %s from %q to %q: %w", m.ID, m.Status, to, ErrMove)
	}
	m.Status = to
	if m.FinishedAt.IsZero() && (to == StatusSent || to.Final()) {
		m.FinishedAt = at
	}
	return nil
}
