package gateway

import (
	"log/slog"
	"time"
)

// Care is what is known of a modem's SIM and how it is looked after; it can change
// while the modem runs.
type Care struct {
	Number string // of the SIM in E.164; empty: what the card tells
	Credit CreditConfig
}

// careInterval is how often a session looks whether something is due of what a
// modem does for itself, when nothing says when.
const careInterval = time.Minute

// lookAfter does what the modem does for itself while nothing else is due: it asks
// for the credit and tries whether texts arrive. It says when to look again.
func (s *session) lookAfter(now time.Time) error {
	if now.Before(s.careAt) {
		return nil
	}
	s.careAt = now.Add(careInterval)
	if !s.retryAt.IsZero() {
		return nil // what would be found could not be written down
	}
	if err := s.watchCredit(now); err != nil {
		return err
	}
	s.watchTest(now)
	return nil
}

// careSoon has lookAfter look again at the time at, or earlier.
func (s *session) careSoon(at time.Time) { s.careAt = earliest(s.careAt, at) }

// idle says whether nothing is due at this modem: whatever it does for itself must
// not keep a patient waiting.
func (s *session) idle(now time.Time) bool {
	due, ok, err := s.gateway.config.Queue.NextDue(s.ctx, s.id)
	if err != nil {
		s.readFailed("look for what is due", err)
		return false
	}
	return !ok || due.After(now)
}

// careFailed notes that the store failed where a modem looks after itself.
func (s *session) careFailed(what string, err error) {
	if s.ending() {
		return
	}
	s.log.Debug("self-care waits for the store", slog.String("what", what))
	s.storeFailed(what, err)
}
