package gateway

import (
	"log/slog"
	"time"

	"goniec/clock"
)

const (
	clockInterval = time.Minute      // between checks whether the clock is believed
	clockRetry    = 15 * time.Second // between queries of the modem while the clock is not believed
)

// clockWatch compares the clock of this machine with the time of the network.
type clockWatch struct {
	session *session
	at      time.Time // of the next check
}

// compare asks the modem for the network's time while nothing else confirms the clock of this
// machine: a box without a battery and without a time server has no other source. See
// clock.Clock.Confirm.
func (c *clockWatch) compare(now time.Time) error {
	if now.Before(c.at) {
		return nil
	}
	w := c.session.worker
	c.at = time.Now().Add(clockInterval)
	trust, err := w.gateway.queue.Load().Clock().Trust(w.hard)
	if err != nil || trust.Believed {
		return nil //nolint:nilerr // each user of the store reports its failure
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
