package queue

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"goniec/clock"
	"goniec/pdu"
	"goniec/suppression"
)

// What Enqueue refuses of a draft, but its text, which is composed.

const (
	// maxReference is the greatest length of Draft.Reference, in octets.
	maxReference = 128
	// maxAhead is how far ahead SendAt may lie, and maxBehind how long SendAt may have
	// passed; a time beyond is taken for a mistake.
	maxAhead  = 366 * 24 * time.Hour
	maxBehind = 24 * time.Hour
)

// check sets the defaults of d and returns why d is refused, nil if it is not. The times
// of d are checked by checkTimes.
func check(d *Draft) *refusal {
	d.Priority, d.Encoding = cmp.Or(d.Priority, Normal), cmp.Or(d.Encoding, pdu.Auto)
	switch {
	case d.To.Number == "" || d.To.IsAlphanumeric():
		return &refusal{Code: RefusedTo, Field: "to"}
	case len(d.Reference) > maxReference:
		return &refusal{Code: RefusedReference, Field: "reference"}
	case d.Priority != High && d.Priority != Normal && d.Priority != Low:
		return &refusal{Code: RefusedPriority, Field: "priority"}
	case d.Purpose != "" && !slices.Contains(suppression.Purposes(), d.Purpose):
		return &refusal{Code: RefusedPurpose, Field: "purpose"}
	case d.Encoding != pdu.Auto && d.Encoding != pdu.ForceGSM7 && d.Encoding != pdu.ForceUCS2 && d.Encoding != pdu.Fold:
		return &refusal{Code: RefusedEncoding, Field: "encoding"}
	default:
		return nil
	}
}

// checkTimes returns why the times of d are refused: SendAt has passed long ago or is too
// far away, ExpiresAt has passed, or the message cannot go before ExpiresAt because of
// SendAt, quiet hours or days off. While the clock is unconfirmed only what is certain is
// refused.
func (q *Queue) checkTimes(d *Draft, at clock.Moment) (wrong []refusal) {
	switch {
	case d.SendAt.IsZero():
	case at.Past.Sub(d.SendAt) > maxBehind:
		wrong = append(wrong, refusal{Code: RefusedPast, Field: "send_at", By: at.Past.Sub(d.SendAt)})
	case d.SendAt.After(at.Now.Add(maxAhead)) && !at.Unconfirmed:
		wrong = append(wrong, refusal{Code: RefusedSendAt, Field: "send_at"})
	}
	if d.ExpiresAt.IsZero() {
		return wrong
	}
	first := q.sendable(&Message{Priority: d.Priority, Purpose: d.Purpose}, clock.Later(d.SendAt, at.Past))
	switch {
	case !d.ExpiresAt.After(at.Past):
		wrong = append(wrong, refusal{Code: RefusedExpired, Field: "expires_at", By: at.Past.Sub(d.ExpiresAt)})
	case !d.ExpiresAt.After(first):
		wrong = append(wrong, refusal{Code: RefusedWindow, Field: "expires_at", Can: first.In(q.config.Location)})
	}
	return wrong
}

// CheckTimes returns why Enqueue would refuse the times of d now; nil if it would not.
func (q *Queue) CheckTimes(ctx context.Context, d Draft) ([]*RefusedError, error) {
	if d.SendAt.IsZero() && d.ExpiresAt.IsZero() {
		return nil, nil
	}
	at, err := q.clock.Moment(ctx)
	if err != nil {
		return nil, fmt.Errorf("check times: %w", err)
	}
	var all []*RefusedError
	for _, r := range q.checkTimes(&d, at) {
		all = append(all, r.err())
	}
	return all, nil
}
