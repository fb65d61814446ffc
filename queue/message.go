package queue

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"goniec/pdu"
	"goniec/suppression"
)

// Status is where a message stands; the words are those of the REST API.
type Status string

// The statuses of a message.
const (
	StatusScheduled Status = "scheduled" // its send_at has not come yet
	StatusQueued    Status = "queued"    // due, or waiting for another attempt; nothing of it has left
	StatusSending   Status = "sending"   // a part is in flight, or some parts have left and others wait
	StatusSent      Status = "sent"      // the service centre has accepted every part
	StatusDelivered Status = "delivered" // the report of every part says so
	StatusFailed    Status = "failed"    // given up; Error says why
	StatusExpired   Status = "expired"   // its expires_at came first; what had not left will not leave
	StatusCancelled Status = "cancelled" // withdrawn
	StatusHeld      Status = "held"      // waits for the end of the quiet hours, or for a person; Error says which
	StatusUncertain Status = "uncertain" // a part may have left or not, and its report is awaited
)

// Statuses lists every status, in the order of a message's life. Counts are stored
// in this order: a new one goes to the end.
func Statuses() []Status {
	order := statusOrder()
	return order[:]
}

// statusOrder is Statuses as an array, which costs nothing.
func statusOrder() [10]Status {
	return [...]Status{
		StatusScheduled, StatusQueued, StatusHeld, StatusSending, StatusUncertain,
		StatusSent, StatusDelivered, StatusFailed, StatusExpired, StatusCancelled,
	}
}

// Final reports whether s is an end. Only a delivery report that proves an end
// wrong can still change it: see allowedMoves.
func (s Status) Final() bool {
	switch s {
	case StatusDelivered, StatusFailed, StatusExpired, StatusCancelled:
		return true
	default:
		return false
	}
}

// ErrMove is returned for a change of status that allowedMoves does not have. It
// is a bug of this package, and the transaction that attempted it did not happen.
var ErrMove = errors.New("status change is not allowed")

// allowedMoves is the table of every change of status there is.
//
// The moves from an end to StatusDelivered are corrections: the message had been given
// up while a copy of it was in the air, and a report proves that it arrived.
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

// PartStatus is where one part of a message stands.
type PartStatus string

// The statuses of a part.
const (
	PartQueued    PartStatus = "queued"
	PartInFlight  PartStatus = "in_flight" // an attempt is written down and its outcome is not
	PartUncertain PartStatus = "uncertain"
	PartSent      PartStatus = "sent"
	PartDelivered PartStatus = "delivered"
	PartFailed    PartStatus = "failed"
	PartExpired   PartStatus = "expired"
	PartCancelled PartStatus = "cancelled" // never sent, because the message ended before
)

// Priority orders the queue. The zero value counts as Normal.
type Priority string

// The priorities.
const (
	High   Priority = "high" // also passes the quiet hours
	Normal Priority = "normal"
	Low    Priority = "low"
)

// Codes of Problem. Failures of an attempt carry the code of the Outcome instead.
const (
	CodeQuietHours     = "quiet_hours"     // held until RetryAt
	CodeUncertain      = "uncertain"       // the outcome of the last attempt is not known; RetryAt is when the policy decides
	CodeDecision       = "decision"        // held: a person has to Release or Cancel it
	CodeCallList       = "call_list"       // held: a person has to call the recipient, or Release or Cancel it
	CodeUnknownOutcome = "unknown_outcome" // failed: it may have been sent, nobody knows, and its time is over
	CodeExpired        = "expired"
	CodeUndelivered    = "undelivered"   // the service centre reports a permanent failure
	CodeSCExpired      = "sc_expired"    // the service centre gave up when the validity period ended
	CodeSCAbandoned    = "sc_abandoned"  // the service centre gave up for now, and we have, too
	CodeSCRetry        = "sc_retry"      // the service centre gave up for now; it is sent again at RetryAt
	CodeLease          = "lease"         // of an attempt: the worker did not record its outcome in time
	CodeRestart        = "restart"       // of an attempt: the gateway stopped before it was recorded
	CodeAnswered       = "answered"      // of an attempt: the recipient answered the text, so it had arrived
	CodeRestored       = "restored"      // held since the data was restored: a person has to Release or Cancel it
	CodeRecipientCap   = "recipient_cap" // held until RetryAt: its number has got as many parts as it may
	CodeSuppressed     = "suppressed"    // cancelled: its number must not be written to for its purpose
	CodeClock          = "clock"         // held until something confirms the clock of the machine
	CodeErased         = "erased"        // cancelled: everything about its number was erased, itself too
	CodeSIMGone        = "sim_gone"      // the SIM that the first parts left by sends nothing; at RetryAt all begins anew by another
)

// Problem says what keeps a message from being delivered. Detail is English,
// for logs and for codes that a reader has no words for; it holds no text and no
// number.
type Problem struct {
	Code    string    `json:"code"`
	Detail  string    `json:"detail,omitempty"`
	RetryAt time.Time `json:"retry,omitzero"` // when it goes on by itself; zero if it does not
}

// Message is an outgoing message. The tags are its stored form.
type Message struct {
	ID        string              `json:"-"` // UUIDv7: ordered by time of creation
	To        pdu.Address         `json:"-"` // stored by storedMessage
	Text      string              `json:"text,omitempty"`
	Alphabet  pdu.Alphabet        `json:"alph"`
	Encoding  pdu.Encoding        `json:"enc,omitempty"` // as asked for
	Reference string              `json:"ref,omitempty"` // the caller's own id
	Priority  Priority            `json:"prio"`
	Purpose   suppression.Purpose `json:"purp,omitempty"`
	Modem     string              `json:"modem,omitempty"` // the only modem it may leave by; empty: any
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
	// SIM is the card the first part left by; the others stick to it.
	SIM string `json:"sim,omitempty"`
	// Like is by what it should leave, unless Modem or SIM say by what it must.
	Like Preference `json:"like,omitzero"`
	// Due is when the next part may be claimed, while one waits.
	Due time.Time `json:"due,omitzero"`
	// Box has a part in flight.
	Box string `json:"box,omitempty"`
	// Released says that a person has sent it on its way: quiet hours do not hold it.
	Released bool `json:"rel,omitempty"`
	// IgnoreSuppression says that it goes although its number is suppressed: it confirms that.
	IgnoreSuppression bool `json:"rgl,omitempty"`
	// TextRemoved says that retention has emptied the text.
	TextRemoved bool `json:"gone,omitempty"`
	// Timeless says that it was taken while nothing confirmed the clock, so its
	// validity is reckoned again before it ends.
	Timeless bool `json:"tmls,omitempty"`
}

// Part is one SMS-SUBMIT of a message.
type Part struct {
	End    int        `json:"end"` // octet of Message.Text behind its last one
	Status PartStatus `json:"st"`
	// MR is the TP-MR of the last accepted attempt, or -1 if there is none or
	// the modem did not tell.
	MR          int       `json:"mr"`
	SentAt      time.Time `json:"sent,omitzero"`
	DeliveredAt time.Time `json:"dlv,omitzero"`
	// Failures counts the attempts that cost the part something: what the
	// back-off grows with.
	Failures int `json:"fail,omitempty"`
	// UncertainAttempts counts the attempts that ended uncertain since a person last
	// decided; one may be repeated, two may not.
	UncertainAttempts int `json:"dbt,omitempty"`
	// Copies counts how often it was sent again because the service centre
	// had given up.
	Copies int `json:"cop,omitempty"`
	// PossibleDuplicate says that the next attempt may be a second copy.
	PossibleDuplicate bool `json:"dup,omitempty"`
	// Until is the end of the lease of a part in flight, or when policy
	// decides about an uncertain one; zero: a person does.
	Until time.Time `json:"until,omitzero"`
	// Proved says that, while an attempt is in flight, an earlier one turned
	// out to have been accepted: whatever comes of this one, the part was sent.
	Proved bool `json:"prv,omitempty"`
}

// AttemptOutcome is what became of one attempt.
type AttemptOutcome string

// The outcomes of an attempt.
const (
	AttemptOpen      AttemptOutcome = ""
	AttemptAccepted  AttemptOutcome = "accepted"
	AttemptRefused   AttemptOutcome = "refused"
	AttemptRetry     AttemptOutcome = "retry"
	AttemptNotSent   AttemptOutcome = "given_back"
	AttemptUncertain AttemptOutcome = "uncertain"
	AttemptDiscarded AttemptOutcome = "set_aside" // it has left, or may have, but the message began anew by another SIM
)

// Attempt is one submission of one part: written when it begins, completed when
// its outcome is known, and once more when its report comes.
type Attempt struct {
	Number int       `json:"n"`   // 1, 2, … within the message
	Part   int       `json:"p"`   // index in Message.Parts
	Modem  string    `json:"mod"` // name of the modem
	SIM    string    `json:"sim"` // the card in it
	At     time.Time `json:"at"`  // when it was claimed
	// PayloadAt is when the modem had the part whole, so that it may have left;
	// zero: it never had, or the attempt is open.
	PayloadAt time.Time      `json:"pay,omitzero"`
	EndedAt   time.Time      `json:"end,omitzero"`
	Outcome   AttemptOutcome `json:"out,omitempty"`
	MR        int            `json:"mr"` // TP-MR, -1 unknown
	Code      string         `json:"code,omitempty"`
	Detail    string         `json:"det,omitempty"`
	// Duplicate says that it was made in the knowledge that it may be a copy.
	Duplicate bool `json:"dup,omitempty"`
	// Report is the TP-ST of its latest report, -1 none (3GPP TS 23.040 9.2.3.15).
	Report   int       `json:"rep"`
	ReportAt time.Time `json:"repat,omitzero"`
}

// PartText returns the text of part i, or "" once retention has emptied it.
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

// move changes the status of m; it is the only function that does.
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
