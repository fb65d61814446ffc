package gateway

import (
	"log/slog"
	"time"

	"goniec/modem"
)

const (
	pingInterval = 20 * time.Second // between checks that the modem answers
	// mendsBeforeSetup is how many resynchronisations without success come before the modem is
	// set up again, mendsBeforeReopen how many before the modem is opened again.
	mendsBeforeSetup  = 2
	mendsBeforeReopen = 3
	sweepAfterMend    = 5 * time.Second
)

// dialogue keeps commands to the modem and its answers in step.
type dialogue struct {
	session *session
	mends   int       // resynchronisations since the last success
	pingAt  time.Time // when the modem is next checked; any answer postpones the check
}

// postponePing schedules the next check after an answer at now.
func (d *dialogue) postponePing(now time.Time) { d.pingAt = now.Add(pingInterval) }

// resetMends is called when the dialogue is known to be in step.
func (d *dialogue) resetMends() { d.mends = 0 }

// ping checks that the modem answers when no other answer has come for pingInterval.
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

// mend resynchronises the dialogue after a fault, or returns why the modem has to be opened
// again. A fault that says nothing about the dialogue needs no mending.
func (d *dialogue) mend(f *modem.Fault) error {
	w := d.session.worker
	switch {
	case f.Class == modem.Stop:
		return f
	case w.hard.Err() != nil:
		return f // the gateway stops and with it the dialogue
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
		// An indication may have been lost meanwhile.
		d.session.receiver.sweepBy(time.Now().Add(sweepAfterMend))
		return nil
	default:
		return nil
	}
}

// outOfStep says whether the next answer of the modem may belong to an earlier command. An
// error with a number is an answer, so only numbered faults of the modem itself count.
func outOfStep(f *modem.Fault) bool {
	return f.Code < 0 || f.Class == modem.ModemFault || f.Class == modem.Uncertain
}
