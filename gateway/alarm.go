package gateway

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"goniec/catalogue"
	"goniec/store"
)

// Codes of alarms, see Status.Alarms.
const (
	AlarmStorage = "storage_filling" // a memory for received texts stays 70 % full although texts are deleted
	AlarmOut     = "out_of_service"  // nothing has been sent for 5 minutes, or will be
	AlarmReceive = "cannot_receive"  // received texts cannot be read
	AlarmSignal  = "weak_signal"
	AlarmTwins   = "same_imei" // two modems report the same IMEI
)

// alarms are the raised alarms of one modem. The methods may be called by any goroutine.
type alarms struct {
	worker *worker
	mu     sync.Mutex           // guards what follows
	raised map[string]Trouble   // by code
	logged map[string]time.Time // when an alarm was logged last, by code
}

func newAlarms(w *worker) *alarms {
	return &alarms{worker: w, raised: map[string]Trouble{}, logged: map[string]time.Time{}}
}

// raise raises an alarm, or updates one that is raised. code is one of the constants Alarm… or
// another code that the catalogue has words for; detail is English, without numbers or texts
// of messages. Events and metrics tell of an alarm once, the log again every hour while the
// alarm lasts.
func (a *alarms) raise(code, detail string) {
	now := time.Now()
	a.mu.Lock()
	had, raised := a.raised[code]
	log := !raised || now.Sub(a.logged[code]) >= repeatInterval
	if log {
		a.logged[code] = now
	}
	if !raised {
		had.At = now
	}
	a.raised[code] = Trouble{At: had.At, Code: code, Detail: detail, Remedy: catalogue.ModemRemedy(code)}
	a.mu.Unlock()
	if log {
		a.worker.log.Error("alarm", slog.String("code", code), slog.String("what", detail), slog.String("remedy", catalogue.ModemRemedy(code).English()))
	}
	if !raised {
		a.tell(AlarmChanged{Modem: a.worker.config.Name, Code: code})
	}
}

// end ends an alarm, if it was raised.
func (a *alarms) end(code string) {
	a.mu.Lock()
	had, raised := a.raised[code]
	delete(a.raised, code)
	a.mu.Unlock()
	if raised {
		a.worker.log.Info("alarm is over", slog.String("code", code), slog.Duration("lasted", time.Since(had.At).Round(time.Second)))
		a.tell(AlarmChanged{Modem: a.worker.config.Name, Code: code, Over: true})
	}
}

// tell sets the metric and appends the event of a change. A failing store is only logged,
// since status and log show the alarm as well.
func (a *alarms) tell(change AlarmChanged) {
	a.worker.metrics.setAlarm(change.Code, !change.Over)
	config := &a.worker.gateway.config
	err := config.Store.Update(context.WithoutCancel(a.worker.hard), func(tx store.Tx) error {
		return config.Events.Append(tx, "", change)
	})
	if err != nil {
		a.worker.log.Debug("alarm could not be written to the log of events", slog.Any("err", err))
	}
}

// outOfService raises AlarmOut for a modem that has been out of service for outBefore.
func (a *alarms) outOfService(since, now time.Time, why string) {
	if since.IsZero() || now.Sub(since) < outBefore {
		return
	}
	a.raise(AlarmOut, "nothing is sent by this modem: "+why)
}

// list returns the alarms in the order of their codes.
func (a *alarms) list() []Trouble {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.SortedFunc(maps.Values(a.raised), func(x, y Trouble) int { return cmp.Compare(x.Code, y.Code) })
}

// RaiseAlarm raises an alarm about the modem called name, or updates one that is raised. code
// is one that the catalogue has words for; detail is English, without numbers or texts of
// messages. A name that is not configured is ignored.
func (g *Gateway) RaiseAlarm(name, code, detail string) {
	if w := g.worker(name); w != nil {
		w.alarms.raise(code, detail)
	}
}

// EndAlarm ends an alarm about the modem called name, if it was raised.
func (g *Gateway) EndAlarm(name, code string) {
	if w := g.worker(name); w != nil {
		w.alarms.end(code)
	}
}
