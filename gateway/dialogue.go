package gateway

import (
	"log/slog"
	"time"

	"goniec/modem"
)

const (
	pingInterval = 20 * time.Second // between questions whether the modem still answers
	// mendsBeforeSetup is how often the dialogue is brought back in step without
	// success before the modem is set up anew, mendsBeforeReopen before it is
	// opened anew.
	mendsBeforeSetup  = 2
	mendsBeforeReopen = 3
	sweepAfterMend    = 5 * time.Second
)

// dialogue keeps what is said to the modem, and what it answers, in step.
type dialogue struct {
	session *session
	mends   int       // since it last worked
	pingAt  time.Time // put off by whatever else the modem answers
}

// postponePing notes that the modem has answered at now.
func (d *dialogue) postponePing(now time.Time) { d.pingAt = now.Add(pingInterval) }

// resetMends notes that the dialogue is in step.
func (d *dialogue) resetMends() { d.mends = 0 }

// ping asks the modem whether it still answers, when it has not lately.
func (d *dialogue) ping(now time.Time) error {
	if now.Before(d.pingAt) {
		return nil
	}
	d.postponePing(now)
	w := d.session.worker
	if err := w.modem.Ping(w.hard); err != nil {
		return d.mend(faultOf(err))
	}
	return nil
}

// mend brings the dialogue with the modem back in step after a fault, or
// returns why the modem has to be opened again. Faults that say nothing about
// the dialogue need no mending.
func (d *dialogue) mend(f *modem.Fault) error {
	w := d.session.worker
	switch {
	case f.Class == modem.Stop:
		return f
	case w.hard.Err() != nil:
		return f // everything ends, and with it the dialogue
	case outOfStep(f):
		w.log.Warn("dialogue with the modem is out of step; bringing it back",
			slog.String("code", code(f)), slog.Any("err", f), slog.String("remedy", f.Remedy().English()))
		switch d.mends++; {
		case d.mends > mendsBeforeReopen:
			return f
		case d.mends > mendsBeforeSetup:
			w.log.Warn("modem answers, and goes on failing; setting it up anew")
			return d.session.setUpAgain()
		}
		if err := w.modem.Resync(w.hard); err != nil {
			return err
		}
		// Something may have been announced and lost.
		d.session.receiver.sweepBy(time.Now().Add(sweepAfterMend))
		return nil
	default:
		return nil
	}
}

// outOfStep says whether after f nobody knows what the modem answers next. An
// error with a number is an answer; only the modem's own faults are looked into
// all the same.
func outOfStep(f *modem.Fault) bool {
	return f.Code < 0 || f.Class == modem.ModemFault || f.Class == modem.Uncertain
}
