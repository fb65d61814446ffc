package modem

import (
	"context"
	"errors"
	"strings"
	"time"

	"goniec/modem/at"
)

// vendorCodes is the first +CMS ERROR and +CME ERROR number of the range whose meaning
// each manufacturer defines (3GPP TS 27.005 3.2.5).
const vendorCodes = 512

// patience records how long a device has been busy.
type patience struct {
	since time.Time // the first of consecutive busy answers; zero: the last answer was another
	waits int
}

// isBusy reports whether a device or its SIM says that it is busy or still starting, so
// that the same command may succeed a moment later.
func isBusy(e *at.Error) bool {
	if newFault("", BeforePayload, e).rule.busy {
		return true
	}
	text := strings.ToLower(e.Text)
	return e.Code < 0 && (strings.Contains(text, "busy") || strings.Contains(text, "please wait"))
}

// untaken reports whether a refusal before the payload may be temporary. Manufacturers
// have numbers of their own for temporary refusals.
func untaken(e *at.Error) bool { return isBusy(e) || e.Code >= vendorCodes }

// retryBusy runs a command and repeats it while the device says that it is busy. The
// pauses grow from one second; together they last at most limit. After limit each call
// tries once until the device gives another answer.
func (p *patience) retryBusy(ctx context.Context, limit time.Duration, busy func(*at.Error) bool, run func() error) error {
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
