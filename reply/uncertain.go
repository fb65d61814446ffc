package reply

import (
	"fmt"
	"time"

	"goniec/calendar"
	"goniec/clock"
	"goniec/inbox"
	"goniec/queue"
	"goniec/store"
)

// What answers and questions say about a text that may have been sent or not.

// settleUncertain tells the queue that the text of a question has arrived, because in
// answers the question clearly. An answer that cannot be read proves nothing: it may be
// about something else.
func (r *Replies) settleUncertain(tx store.Tx, id string, in inbox.Message) error {
	at := in.ReceivedAt
	if !in.SentAt.IsZero() { // the answer may have waited in the network, or in the modem
		centre, err := clock.ReadCentre(tx, in.SIM)
		if err != nil {
			return err
		}
		at = clock.Earlier(at, centre.Ours(in.SentAt))
	}
	if err := r.queue.AnsweredIn(tx, id, at); err != nil && !store.Unreadable(err) { // removed long ago
		return fmt.Errorf("message %s has been answered: %w", id, err)
	}
	return nil
}

// callFirst reports whether a person should call rather than that m, which may have
// arrived, is sent again: m asks a question, and a whole working day is left before the
// end of the question, the visit. Where no end was named nobody knows when the visit is.
func (r *Replies) callFirst(tx store.Reader, m *queue.Message, now time.Time) (bool, error) {
	q, ok, err := store.Readable(ReadQuestion(tx, m.ID))
	if !ok || q.Status != Open || q.UntilDefault {
		return false, err
	}
	return q.Until.After(r.config.workdays().NextWorkingDayEnd(now, r.config.Location)), nil
}

// workdays returns the days on which somebody can call. Where no office hours are set
// these are Monday to Friday without holidays: a call that nobody makes is worse than a
// second copy.
func (c *Config) workdays() calendar.QuietHours {
	if c.Office.None() {
		return calendar.QuietHours{Weekdays: []time.Weekday{time.Saturday, time.Sunday}, Holidays: true}
	}
	return c.Office
}
