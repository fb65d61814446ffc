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

// Recovery of a failing modem goes step by step. Within a session the dialogue is
// resynchronised, then the modem is set up again (dialogue.mend). If the fault remains, the
// port is closed and opened again; next the modem is restarted; next its USB device is
// enumerated again, where the kernel allows that. Then the modem is parked, an alarm is
// raised, and the modem is still tried every minute. Steps taken are forgotten after the modem
// has worked for steadyAfter. A port that is absent or held by another program is waited for,
// since no restart brings it back.

// recoveryStep is an action on a closed modem before the next opening.
type recoveryStep int

const (
	stepNone    recoveryStep = iota // only wait
	stepReopen                      // open the port again
	stepRestart                     // restart the modem, AT+CFUN=1,1
	stepUSB                         // enumerate the USB device again
	stepPark                        // leave the modem out of service and raise an alarm
)

const (
	// restartsAnHour bounds restarts and enumerations of one modem within an hour.
	restartsAnHour = 3
	// restartTime bounds one restart or enumeration.
	restartTime = 45 * time.Second
	// settleTime is how long a modem has to come back after a restart, unless its port appears
	// earlier.
	settleTime = 10 * time.Second
	// unregisteredBefore is how many openings in a row must have found no network before the
	// modem is restarted. The next restart takes four times as many: mostly the network is the
	// cause.
	unregisteredBefore = 3
	// failuresBeforeAnother is after how many failures a parked modem is restarted once more.
	// The next restart takes four times as many.
	failuresBeforeAnother = 20
	// silentBefore is how many parts in a row must have had no answer for the modem to be
	// opened again although other commands are answered.
	silentBefore = 2
)

// recovery is the state of the recovery of one modem.
type recovery struct {
	worker *worker
	key    string // ladder/<modem>

	backoff      time.Duration // before the next opening
	logged       string        // the Detail of the trouble logged last
	loggedAt     time.Time
	failed       int // openings in a row that ended by a fault of the device
	unregistered int // openings in a row that found no network
	patience     int // the value of failed or unregistered at which the modem is restarted next
	silent       int // parts in a row without an answer
	restarts     []time.Time
	loaded       bool
}

// recoveryRecord is the stored form: the budget of restarts must hold across restarts of the
// program.
type recoveryRecord struct {
	Restarts []time.Time `json:"restarts"` // of the last hour
}

// reset sets all counters back, because the modem has done its work.
func (r *recovery) reset() { r.failed, r.unregistered, r.patience, r.silent = 0, 0, 0, 0 }

// resetIfAnswering resets counters and backoff after a steady opening, unless a part has had
// no answer since.
func (r *recovery) resetIfAnswering() {
	if r.silent == 0 {
		r.backoff = firstBackoff
		r.reset()
	}
}

// forgetLogged makes the next trouble be logged even if it equals the last one.
func (r *recovery) forgetLogged() { r.logged = "" }

// resetBackoff sets the wait back: a restart on request is no failure.
func (r *recovery) resetBackoff() { r.backoff = firstBackoff }

// countUnanswered counts a part without an answer, and says whether the modem has to be opened
// again.
func (r *recovery) countUnanswered() (reopen bool) {
	r.silent++
	return r.silent >= silentBefore
}

// nextWait returns the wait before the next opening and doubles the one after it.
func (r *recovery) nextWait() time.Duration {
	wait := r.backoff
	r.backoff = min(2*r.backoff, lastBackoff)
	return wait
}

// chooseStep counts the fault f that has ended an opening, and returns the step to take.
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
	case f.Class == modem.Stop: // a fault of the SIM, see above
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

// waitsForPeople says whether no restart can mend f.
func waitsForPeople(f *modem.Fault) bool {
	return slices.ContainsFunc([]error{
		modem.ErrNoDevice, modem.ErrBusy, modem.ErrPermission, modem.ErrNotSerial, modem.ErrOtherModem, modem.ErrNotSMS,
		modem.ErrSIMLocked, modem.ErrDenied, modem.ErrNoSMSC, modem.ErrRoaming, context.Canceled,
	}, func(e error) bool { return errors.Is(f, e) })
}

// isSIMFault says whether the SIM cannot be read, which a restart of the modem sometimes
// mends: SIM not inserted, failure, busy or wrong (3GPP TS 27.007 9.2).
func isSIMFault(f *modem.Fault) bool {
	return f.Family == "CME" && slices.Contains([]int{10, 13, 14, 15}, f.Code) ||
		f.Family == "CMS" && slices.Contains([]int{310, 313, 314, 315}, f.Code)
}

// spend takes one restart from the budget and stores that before the restart is made. It
// returns false if the budget is spent.
func (r *recovery) spend(ctx context.Context, now time.Time) (bool, error) {
	if !r.loaded {
		record, err := store.LoadJSON[recoveryRecord](ctx, r.worker.gateway.config.Store, r.key)
		if err != nil {
			return false, err
		}
		r.restarts, r.loaded = record.Restarts, true
	}
	// Times in the future come from a wrong clock and do not count.
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

// recover carries out a step for which the modem has to be closed.
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

// takeRestart takes one restart from the budget, and logs if none is left or the store fails.
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

// logTrouble logs a trouble at once when it is new, and every repeatInterval while it lasts.
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
