package gateway

import (
	"log/slog"
	"time"

	"goniec/queue"
)

const (
	clockInterval = time.Minute      // between looks at whether the clock is believed
	clockRetry    = 15 * time.Second // between questions to the modem while it is not
)

// compareClocks asks the modem for the time of the network while nothing else has
// confirmed the clock of this machine: a box without a battery and without a time
// server has no other way to know. See queue.ConfirmTime.
func (s *session) compareClocks() error {
	s.clockAt = time.Now().Add(clockInterval)
	trust, err := s.gateway.config.Queue.ClockTrust(s.hard)
	if err != nil || trust.Believed {
		return nil //nolint:nilerr // a store that cannot be read is told of by whoever needs it
	}
	s.clockAt = time.Now().Add(clockRetry)
	theirs, known, err := s.modem.Clock(s.hard)
	if err != nil {
		return s.mend(faultOf(err))
	}
	if !known {
		return nil
	}
	at := theirs.Nearest(time.Now().In(s.gateway.config.Location))
	if _, err := s.gateway.config.Queue.ConfirmTime(s.hard, queue.TimeNetwork, at); err != nil {
		s.log.Warn("cannot write down that the network confirms the clock", slog.Any("err", err))
	}
	return nil
}
