package gateway

import (
	"log/slog"
	"time"

	"goniec/clock"
)

const (
	clockInterval = time.Minute      // between looks at whether the clock is believed
	clockRetry    = 15 * time.Second // between questions to the modem while it is not
)

// clockWatch has the clock of this machine confirmed by the network.
type clockWatch struct {
	session *session
	at      time.Time // when to look again
}

// compare asks the modem for the time of the network while nothing else has
// confirmed the clock of this machine: a box without a battery and without a time
// server has no other way to know. See clock.Clock.Confirm.
func (c *clockWatch) compare(now time.Time) error {
	if now.Before(c.at) {
		return nil
	}
	w := c.session.worker
	c.at = time.Now().Add(clockInterval)
	trust, err := w.gateway.queue.Load().Clock().Trust(w.hard)
	if err != nil || trust.Believed {
		return nil //nolint:nilerr // a store that cannot be read is told of by whoever needs it
	}
	c.at = time.Now().Add(clockRetry)
	theirs, known, err := w.modem.Clock(w.hard)
	if err != nil {
		return c.session.dialogue.mend(faultOf(err))
	}
	if !known {
		return nil
	}
	at := theirs.Nearest(time.Now().In(w.gateway.config.Location))
	if _, err := w.gateway.queue.Load().Clock().Confirm(w.hard, clock.Network, at); err != nil {
		w.log.Warn("cannot write down that the network confirms the clock", slog.Any("err", err))
	}
	return nil
}
