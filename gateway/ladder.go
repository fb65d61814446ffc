package gateway

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"goniec/modem"
	"goniec/store"
)

// A modem that does not work is helped step by step, the gentlest first. In a
// session the dialogue is brought back in step, and the modem is set up anew
// (session.mend). When that is not enough its port is closed and opened again;
// then it is restarted, then its USB device is enumerated again as far as the
// kernel allows it; and then it is parked and somebody is told, while it is still
// looked at every minute. A step that helped is forgotten as soon as the modem has
// worked for a while. A port that is not
// there, or that another program holds, is waited for: no restart brings it back.

// step is what is done about a modem before it is opened again.
type step int

const (
	stepNone    step = iota // nothing but to wait
	stepReopen              // its port has been closed and is opened again
	stepRestart             // it is restarted, AT+CFUN=1,1
	stepUSB                 // its USB device is enumerated again
	stepPark                // it is out of service until it works again, and somebody is told
)

const (
	// restartsAnHour is how many restarts and enumerations of one modem there
	// may be in an hour. What they do not help is not for a program to mend.
	restartsAnHour = 3
	// restartTime bounds one of them.
	restartTime = 45 * time.Second
	// settleTime is how long a modem is given to come back after one, unless its
	// port is seen to come back before.
	settleTime = 10 * time.Second
	// unregisteredBefore is how many times in a row no network must have taken
	// the SIM before the modem is restarted for it, and four times as many before
	// it is restarted again: mostly it is the network.
	unregisteredBefore = 3
	// failuresBeforeAnother is after how many failures one that is parked is
	// restarted once more; the next time it is four times as many.
	failuresBeforeAnother = 20
	// silentBefore is how many parts in a row the modem must not have answered
	// for it to be opened again although it answers everything else.
	silentBefore = 2
)

// ladder is how far a worker has come with its modem.
type ladder struct {
	store store.Store
	key   string // ladder/<modem>

	failed       int // lives in a row that the device has ended, with nothing having worked in between
	unregistered int // openings in a row in which no network took the SIM
	patience     int // at how many of either the modem is restarted next
	silent       int // parts in a row that the modem has not answered
	restarts     []time.Time
	loaded       bool
}

// ladderRecord is the stored form: a program that is started again and again must
// not restart modems as often.
type ladderRecord struct {
	Restarts []time.Time `json:"restarts"` // of the last hour
}

// worked forgets what was tried: the modem has done its work.
func (a *ladder) worked() { a.failed, a.unregistered, a.patience, a.silent = 0, 0, 0, 0 }

// next returns the step to take after f has ended a life.
func (a *ladder) next(f *modem.Fault) step {
	switch {
	case waitsForPeople(f):
		return stepNone
	case errors.Is(f, modem.ErrNotRegistered):
		if a.unregistered++; a.unregistered < max(a.patience, unregisteredBefore) {
			return stepReopen
		}
		a.patience = 4 * a.unregistered
		return stepRestart
	case f.Class == modem.Stop && !ofSIM(f), f.Class != modem.Stop && f.Class != modem.ModemFault && f.Class != modem.Uncertain:
		return stepNone
	}
	a.failed++
	switch {
	case f.Class == modem.Stop: // of a SIM, see above
		if a.failed == 1 {
			return stepRestart
		}
		return stepPark
	case a.failed <= 3:
		return step(a.failed)
	case a.failed == 4:
		return stepReopen
	case a.failed == max(a.patience, failuresBeforeAnother):
		a.patience = 4 * a.failed
		return stepRestart
	default:
		return stepPark
	}
}

// waitsForPeople says whether f is about something that no restart changes.
func waitsForPeople(f *modem.Fault) bool {
	for _, e := range []error{
		modem.ErrNoDevice, modem.ErrBusy, modem.ErrPermission, modem.ErrNotSerial, modem.ErrOtherModem, modem.ErrNotSMS,
		modem.ErrSIMLocked, modem.ErrDenied, modem.ErrNoSMSC, modem.ErrRoaming, context.Canceled,
	} {
		if errors.Is(f, e) {
			return true
		}
	}
	return false
}

// ofSIM says whether f is a SIM that cannot be read, which a restart of the modem
// sometimes mends: no SIM, SIM failure, busy or wrong (3GPP TS 27.007 9.2).
func ofSIM(f *modem.Fault) bool {
	return f.Family == "CME" && slices.Contains([]int{10, 13, 14, 15}, f.Code) ||
		f.Family == "CMS" && slices.Contains([]int{310, 313, 314, 315}, f.Code)
}

// spend takes one restart from the budget, and writes that down before it is made.
// false: there is none left, or it cannot be written.
func (a *ladder) spend(ctx context.Context, now time.Time) (bool, error) {
	if !a.loaded {
		record, err := store.View(ctx, a.store, func(r store.Reader) (ladderRecord, error) {
			record, _, err := store.GetJSON[ladderRecord](r, a.key)
			return record, err
		})
		if err != nil {
			return false, err
		}
		a.restarts, a.loaded = record.Restarts, true
	}
	// Those from the future were made by a wrong clock.
	recent := slices.DeleteFunc(slices.Clone(a.restarts), func(t time.Time) bool { return now.Sub(t).Abs() >= time.Hour })
	if len(recent) >= restartsAnHour {
		return false, nil
	}
	recent = append(recent, now)
	err := a.store.Update(ctx, func(tx store.Tx) error { return store.PutJSON(tx, a.key, ladderRecord{recent}) })
	if err != nil {
		return false, err
	}
	a.restarts = recent
	return true, nil
}

// help takes a step that the modem has to be closed for.
func (w *worker) help(l *life, do step) {
	if do != stepRestart && do != stepUSB {
		return
	}
	ctx, cancel := context.WithTimeout(l.ctx, restartTime)
	defer cancel()
	if !w.mayRestart(ctx) {
		return
	}
	if do == stepRestart {
		w.log.Warn("modem does not work as it is; restarting it (AT+CFUN=1,1)")
		err := w.modem.Restart(ctx)
		if err == nil || l.ctx.Err() != nil {
			return
		}
		w.log.Warn("modem did not take the restart", slog.Any("err", err))
		w.ladder.failed = int(stepUSB)
	}
	w.log.Warn("having the system find the USB device of the modem anew, as if it had been unplugged and plugged in")
	if err := w.modem.ReenumerateUSB(ctx); err != nil {
		w.log.Warn("USB device of the modem could not be found anew", slog.Any("err", err), slog.String("remedy", faultOf(err).Remedy()))
	}
}

// mayRestart takes a restart from the budget, and says so if there is none left.
func (w *worker) mayRestart(ctx context.Context) bool {
	ok, err := w.ladder.spend(ctx, time.Now())
	switch {
	case err != nil:
		w.log.Warn("modem is not restarted, because that cannot be written down", slog.Any("err", err))
	case !ok:
		w.log.Warn("modem is not restarted again: it has been restarted often enough in the last hour",
			slog.Int("restarts", restartsAnHour), slog.String("remedy", "Unplug the modem and plug it in again; if that does not help, try another modem."))
	}
	return ok && err == nil
}
