package modem

import (
	"context"
	"errors"
	"strings"
	"time"

	"goniec/modem/at"
)

// vendorCodes is the first number of +CMS ERROR and +CME ERROR that a maker may give a
// meaning of his own (3GPP TS 27.005 3.2.5).
const vendorCodes = 512

// patience is how long a device has been saying that it is busy.
type patience struct {
	since time.Time // the first answer of that kind in a row; zero: the last was another
	waits int
}

// isBusy reports whether a device or its SIM says that it is busy or still starting:
// that the same command could do a moment later.
func isBusy(e *at.Error) bool {
	if newFault("", BeforePayload, e).rule.busy {
		return true
	}
	text := strings.ToLower(e.Text)
	return e.Code < 0 && (strings.Contains(text, "busy") || strings.Contains(text, "please wait"))
}

// untaken reports whether a refusal of a text that the device has not had yet may be
// one of a moment. Makers have numbers of their own for that.
func untaken(e *at.Error) bool { return isBusy(e) || e.Code >= vendorCodes }

// patiently runs a command, and runs it again after a pause, which grows from a
// second, while the device says that it is busy, for at most limit. A device that has
// been busy for so long is asked once at a time until it gives another answer.
func (p *patience) patiently(ctx context.Context, limit time.Duration, busy func(*at.Error) bool, run func() error) error {
	for {
		err := run()
		var refused *at.Error
		if !errors.As(err, &refused) || !busy(refused) {
			*p = patience{}
			return err
		}
		now := time.Now()
		if p.since.IsZero() {
			p.since = now
		}
		waits := busyWaits()
		wait := waits[min(p.waits, len(waits)-1)]
		if now.Add(wait).Sub(p.since) > limit {
			return err
		}
		p.waits++
		if err := pause(ctx, wait); err != nil {
			return err
		}
	}
}
