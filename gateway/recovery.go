package gateway

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"goniec/catalogue"
	"goniec/modem"
	"goniec/store"
)

// A modem that does not work is helped step by step, the gentlest first. In a
// session the dialogue is brought back in step, and the modem is set up anew
// (dialogue.mend). When that is not enough its port is closed and opened again;
// then it is restarted, then its USB device is enumerated again as far as the
// kernel allows it; and then it is parked and somebody is told, while it is still
// looked at every minute. A step that helped is forgotten as soon as the modem has
// worked for a while. A port that is not
// there, or that another program holds, is waited for: no restart brings it back.

// recoveryStep is what is done about a modem before it is opened again.
type recoveryStep int

const (
	stepNone    recoveryStep = iota // nothing but to wait
	stepReopen                      // its port has been closed and is opened again
	stepRestart                     // it is restarted, AT+CFUN=1,1
	stepUSB                         // its USB device is enumerated again
	stepPark                        // it is out of service until it works again, and somebody is told
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

// recovery is how far a worker has come with a modem that fails.
type recovery struct {
	worker *worker
	key    string // ladder/<modem>

	backoff      time.Duration // before the modem is opened again
	logged       string        // the trouble logged last, and when
	loggedAt     time.Time
	failed       int // openings in a row that the device has ended, with nothing having worked in between
	unregistered int // openings in a row in which no network took the SIM
	patience     int // at how many of either the modem is restarted next
	silent       int // parts in a row that the modem has not answered
	restarts     []time.Time
	loaded       bool
}

// recoveryRecord is the stored form: a program that is started again and again must
// not restart modems as often.
type recoveryRecord struct {
	Restarts []time.Time `json:"restarts"` // of the last hour
}

// reset forgets what was tried: the modem has done its work.
func (r *recovery) reset() { r.failed, r.unregistered, r.patience, r.silent = 0, 0, 0, 0 }

// resetIfAnswering forgets what was tried once the modem has been open for long enough, unless
// it has not answered a part since.
func (r *recovery) resetIfAnswering() {
	if r.silent == 0 {
		r.backoff = firstBackoff
		r.reset()
	}
}

// forgetLogged notes that the modem is open: what it suffers from next is news.
func (r *recovery) forgetLogged() { r.logged = "" }

// resetBackoff notes that somebody has asked for the modem to be closed: it is opened again
// as if it had not failed.
func (r *recovery) resetBackoff() { r.backoff = firstBackoff }

// countUnanswered counts a part that the modem has not answered, and says whether the modem
// has to be opened again for that.
func (r *recovery) countUnanswered() (reopen bool) {
	r.silent++
	return r.silent >= silentBefore
}

// nextWait returns how long to wait before the modem is opened again, twice as long as the
// last time.
func (r *recovery) nextWait() time.Duration {
	wait := r.backoff
	r.backoff = min(2*r.backoff, lastBackoff)
	return wait
}

// chooseStep returns the step to take after f has ended an opening.
func (r *recovery) chooseStep(f *modem.Fault) recoveryStep {
	switch {
	case waitsForPeople(f):
		return stepNone
	case errors.Is(f, modem.ErrNotRegistered):
		if r.unregistered++; r.unregistered < max(r.patience, unregisteredBefore) {
			return stepReopen
		}
		r.patience = 4 * r.unregistered
		return stepRestart
	case f.Class == modem.Stop && !isSIMFault(f), f.Class != modem.Stop && f.Class != modem.ModemFault && f.Class != modem.Uncertain:
		return stepNone
	}
	r.failed++
	switch {
	case f.Class == modem.Stop: // of a SIM, see above
		if r.failed == 1 {
			return stepRestart
		}
		return stepPark
	case r.failed <= 3:
		return recoveryStep(r.failed)
	case r.failed == 4:
		return stepReopen
	case r.failed == max(r.patience, failuresBeforeAnother):
		r.patience = 4 * r.failed
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

// isSIMFault says whether f is a SIM that cannot be read, which a restart of the modem
// sometimes mends: no SIM, SIM failure, busy or wrong (3GPP TS 27.007 9.2).
func isSIMFault(f *modem.Fault) bool {
	return f.Family == "CME" && slices.Contains([]int{10, 13, 14, 15}, f.Code) ||
		f.Family == "CMS" && slices.Contains([]int{310, 313, 314, 315}, f.Code)
}

// spend takes one restart from the budget, and writes that down before it is made.
// false: there is none left, or it cannot be written.
func (r *recovery) spend(ctx context.Context, now time.Time) (bool, error) {
	if !r.loaded {
		record, err := store.View(ctx, r.worker.gateway.config.Store, func(reader store.Reader) (recoveryRecord, error) {
			record, _, err := store.GetJSON[recoveryRecord](reader, r.key)
			return record, err
		})
		if err != nil {
			return false, err
		}
		r.restarts, r.loaded = record.Restarts, true
	}
	// Those from the future were made by a wrong clock.
	recent := slices.DeleteFunc(slices.Clone(r.restarts), func(t time.Time) bool { return now.Sub(t).Abs() >= time.Hour })
	if len(recent) >= restartsAnHour {
		return false, nil
	}
	recent = append(recent, now)
	err := r.worker.gateway.config.Store.Update(ctx, func(tx store.Tx) error { return store.PutJSON(tx, r.key, recoveryRecord{recent}) })
	if err != nil {
		return false, err
	}
	r.restarts = recent
	return true, nil
}

// recover takes a step that the modem has to be closed for.
func (r *recovery) recover(ctx context.Context, do recoveryStep) {
	if do != stepRestart && do != stepUSB {
		return
	}
	limited, cancel := context.WithTimeout(ctx, restartTime)
	defer cancel()
	if !r.takeRestart(limited) {
		return
	}
	if do == stepRestart {
		r.worker.log.Warn("modem does not work as it is; restarting it (AT+CFUN=1,1)")
		err := r.worker.modem.Restart(limited)
		if err == nil || ctx.Err() != nil {
			return
		}
		r.worker.log.Warn("modem did not take the restart", slog.Any("err", err))
		r.failed = int(stepUSB)
	}
	r.worker.log.Warn("having the system find the USB device of the modem anew, as if it had been unplugged and plugged in")
	if err := r.worker.modem.ReenumerateUSB(limited); err != nil {
		r.worker.log.Warn("USB device of the modem could not be found anew", slog.Any("err", err), slog.String("remedy", faultOf(err).Remedy().English()))
	}
}

// takeRestart takes a restart from the budget, and says so if there is none left.
func (r *recovery) takeRestart(ctx context.Context) bool {
	ok, err := r.spend(ctx, time.Now())
	switch {
	case err != nil:
		r.worker.log.Warn("modem is not restarted, because that cannot be written down", slog.Any("err", err))
	case !ok:
		r.worker.log.Warn("modem is not restarted again: it has been restarted often enough in the last hour",
			slog.Int("restarts", restartsAnHour), slog.String("remedy", catalogue.RemedyReplug.English()))
	}
	return ok && err == nil
}

// logTrouble logs what a modem suffers from: at once when it is something new,
// and now and then while it lasts.
func (r *recovery) logTrouble(t *Trouble, park bool, wait time.Duration) {
	if r.logged == t.Detail && t.At.Sub(r.loggedAt) < repeatInterval {
		r.worker.log.Debug("modem is still out of service", slog.String("code", t.Code), slog.Duration("next_try", wait))
		return
	}
	r.logged, r.loggedAt = t.Detail, t.At
	attributes := []any{
		slog.String("code", t.Code), slog.String("what", t.Detail),
		slog.String("remedy", t.Remedy.English()), slog.Duration("next_try", wait),
	}
	if park {
		r.worker.log.Error("modem is taken out of service; its messages wait or leave by another modem", attributes...)
		return
	}
	r.worker.log.Warn("modem is out of service and will be opened again", attributes...)
}
