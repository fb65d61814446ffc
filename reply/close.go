package reply

import (
	"slices"
	"time"

	"goniec/event"
	"goniec/queue"
	"goniec/store"
	"goniec/suppression"
)

// How a question ends without an answer: its message does not arrive, its time is over, or
// another message with the same reference asks again.

// endsQuestion reports whether events of a type tell of messages that have ended without
// arriving.
func endsQuestion(typ string) bool {
	return slices.ContainsFunc([]queue.Status{queue.StatusFailed, queue.StatusExpired, queue.StatusCancelled}, func(s queue.Status) bool {
		return queue.MessageChanged{Status: s}.EventType() == typ
	})
}

// handleEnded closes the open question of a message that has ended without arriving.
func (r *Replies) handleEnded(tx store.Tx, e event.Event) error {
	ended, err := event.Decode[queue.MessageChanged](e)
	if err != nil {
		return err
	}
	q, found, err := store.Readable(ReadQuestion(tx, ended.ID))
	if err != nil || !found || q.Status != Open {
		return err
	}
	m, found, err := store.Readable(queue.ReadMessage(tx, q.ID))
	if err != nil || !found || m.Status == queue.StatusDelivered { // delivered: a late report has corrected the event
		return err
	}
	return r.closeFor(tx, q, CloseReason(m.Status), m.Error)
}

// CloseReason is why a question is closed.
type CloseReason string

// The reasons. The first three are statuses of package queue: how the message has ended.
const (
	CloseFailed    CloseReason = "failed"
	CloseExpired   CloseReason = "expired"
	CloseCancelled CloseReason = "cancelled"
	CloseStop      CloseReason = "stop" // the patient wants no more texts
)

// closeFor closes an open question. problem is the error of its message; nil: none.
func (r *Replies) closeFor(tx store.Tx, q Question, reason CloseReason, problem *queue.Problem) error {
	fact := QuestionClosed{ID: q.ID, Reference: q.Reference, Reason: reason}
	if problem != nil {
		fact.ErrorCode = problem.Code
	}
	if err := endQuestion(tx, q, Closed); err != nil {
		return err
	}
	return r.events.Append(tx, "", fact)
}

// endQuestion ends an open question without an answer.
func endQuestion(tx store.Tx, q Question, as Status) error {
	before := q.tick()
	q.Status = as
	if err := moveTick(tx, q, before); err != nil {
		return err
	}
	return saveQuestion(tx, q)
}

// closeStopped closes the open questions of those that a number was asked, if it takes no
// more texts for their purposes.
func (r *Replies) closeStopped(tx store.Tx, asked []askedQuestion) error {
	for i := range asked {
		q, found, err := store.Readable(ReadQuestion(tx, asked[i].ID))
		if err != nil {
			return err
		}
		if !found || q.Status != Open {
			continue
		}
		forbidden, err := suppression.Forbids(tx, q.To, q.Purpose)
		if err != nil {
			return err
		}
		if !forbidden {
			continue
		}
		if err := r.closeFor(tx, q, CloseStop, nil); err != nil {
			return err
		}
	}
	return nil
}

// expire ends an open question whose time is over. The question is closed if its message
// cannot have arrived. If another message has asked again, the question of that message
// tells that there is no answer.
func (r *Replies) expire(tx store.Tx, q Question) error {
	m, found, err := store.Readable(queue.ReadMessage(tx, q.ID))
	if err != nil {
		return err
	}
	if found && !m.MayHaveArrived() {
		return r.closeFor(tx, q, CloseExpired, m.Error)
	}
	others, err := othersAsked(tx, q)
	if err != nil {
		return err
	}
	asked := askedAt(q, m)
	if slices.ContainsFunc(others, func(other askedQuestion) bool { return other.Status != Closed && other.at.After(asked) }) {
		return endQuestion(tx, q, Superseded)
	}
	if err := endQuestion(tx, q, Expired); err != nil {
		return err
	}
	return r.events.Append(tx, "", QuestionExpired{ID: q.ID, Reference: q.Reference, Unclear: q.Answer != nil})
}

// supersedeOthers ends the other open questions with the reference of q that have been asked. A
// question that is still to be asked stays open: a patient may be reminded twice.
func supersedeOthers(tx store.Tx, q Question) error {
	others, err := othersAsked(tx, q)
	if err != nil {
		return err
	}
	for _, other := range others {
		if other.Status != Open {
			continue
		}
		if err := endQuestion(tx, other.Question, Superseded); err != nil {
			return err
		}
	}
	return nil
}

// othersAsked returns the other questions to the number of q with the reference of q
// that have been asked: a part of their message has been handed to a modem.
func othersAsked(r store.Reader, q Question) ([]askedQuestion, error) {
	if q.Reference == "" {
		return nil, nil
	}
	all, err := askedOf(r, q.To)
	if err != nil {
		return nil, err
	}
	var others []askedQuestion
	for _, other := range all {
		if other.Reference != q.Reference || other.ID == q.ID {
			continue
		}
		m, found, err := store.Readable(queue.ReadMessage(r, other.ID))
		if err != nil {
			return nil, err
		}
		if !found || m.AttemptCount > 0 {
			others = append(others, askedQuestion{Question: other, at: askedAt(other, m)})
		}
	}
	return others, nil
}

// askedAt returns when the first part of m, the message of q, was handed to a modem; without
// attempts, as of a message that is not kept, when it was accepted.
func askedAt(q Question, m queue.Message) time.Time {
	if len(m.Attempts) > 0 {
		return m.Attempts[0].At
	}
	return q.AskedAt
}

// latestAsked returns all questions but open ones that a later message with the same
// reference has asked again.
func latestAsked(all []askedQuestion) []askedQuestion {
	return slices.DeleteFunc(slices.Clone(all), func(q askedQuestion) bool {
		return q.Status == Open && q.Reference != "" && slices.ContainsFunc(all, func(other askedQuestion) bool {
			return other.Status == Open && other.Reference == q.Reference && other.at.After(q.at)
		})
	})
}
