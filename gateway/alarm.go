package gateway

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"goniec/modem"
	"goniec/store"
)

// Codes of alarms: what a person should look into although the modem works. See
// Status.Alarms.
const (
	AlarmStorage = "storage"        // a memory for received texts is 70 % full, so it is not being emptied
	AlarmOut     = "out_of_service" // nothing has been sent for minutes, or will be
	AlarmReceive = "cannot_receive" // what comes in cannot be read
	AlarmSignal  = "weak_signal"
	AlarmTwins   = "same_imei" // two modems say the same number
)

// alarm raises an alarm, or keeps it up. Its code is one of the constants Alarm…,
// detail and remedy are for a person, in English, without numbers or texts. It is
// told in the log, in the event log and in the metrics once, and in the log again
// every hour that it lasts. Any goroutine may call it.
func (w *worker) alarm(code, detail, remedy string) {
	now := time.Now()
	w.mu.Lock()
	had, raised := w.shown.alarms[code]
	log := !raised || now.Sub(w.alarmsLogged[code]) >= repeatInterval
	if log {
		w.alarmsLogged[code] = now
	}
	at := now
	if raised {
		at = had.At
	}
	next := maps.Clone(w.shown.alarms) // others read what status has given out
	if next == nil {
		next = map[string]Trouble{}
	}
	next[code] = Trouble{At: at, Code: code, Detail: detail, Remedy: remedy}
	w.shown.alarms = next
	w.mu.Unlock()
	if log {
		w.log.Error("alarm", slog.String("code", code), slog.String("what", detail), slog.String("remedy", remedy))
	}
	if !raised {
		w.metrics.setAlarm(code, true)
		w.noteAlarm(AlarmChanged{Modem: w.config.Name, Code: code})
	}
}

// calm ends an alarm, if it was raised.
func (w *worker) calm(code string) {
	w.mu.Lock()
	had, raised := w.shown.alarms[code]
	if raised {
		next := maps.Clone(w.shown.alarms)
		delete(next, code)
		w.shown.alarms = next
	}
	w.mu.Unlock()
	if !raised {
		return
	}
	w.log.Info("alarm is over", slog.String("code", code), slog.Duration("lasted", time.Since(had.At).Round(time.Second)))
	w.metrics.setAlarm(code, false)
	w.noteAlarm(AlarmChanged{Modem: w.config.Name, Code: code, Over: true})
}

// noteAlarm appends an event. An alarm is shown and logged in any case, so a store
// that fails is no reason to wait.
func (w *worker) noteAlarm(change AlarmChanged) {
	err := w.gateway.config.Store.Update(context.WithoutCancel(w.hard), func(tx store.Tx) error {
		return w.gateway.config.Events.Append(tx, "", change)
	})
	if err != nil {
		w.log.Debug("alarm could not be written to the log of events", slog.Any("err", err))
	}
}

// RaiseAlarm raises an alarm about the modem called name, or keeps it up. Its code is
// stable, detail and remedy are for a person, in English, without numbers or texts. Of
// a modem that is not configured nothing is told.
func (g *Gateway) RaiseAlarm(name, code, detail, remedy string) {
	if w := g.worker(name); w != nil {
		w.alarm(code, detail, remedy)
	}
}

// EndAlarm ends an alarm about the modem called name, if it was raised.
func (g *Gateway) EndAlarm(name, code string) {
	if w := g.worker(name); w != nil {
		w.calm(code)
	}
}

// raised returns the alarms in the order of their codes.
func (s *shown) raised() []Trouble {
	return slices.SortedFunc(maps.Values(s.alarms), func(a, b Trouble) int { return cmp.Compare(a.Code, b.Code) })
}

// stuckFull is how many sweeps in a row must have found a memory nearly full for it
// to be one that cannot be emptied: each deletes what it finds, and so does whatever
// comes in between.
const stuckFull = 2

// watchStorage raises and ends AlarmStorage by what the sweep that has just ended
// found before it fetched and deleted.
func (s *session) watchStorage() {
	all := s.modem.Info().Storages
	i := slices.IndexFunc(all, modem.Storage.NearlyFull)
	if i < 0 {
		s.filled = 0
		s.calm(AlarmStorage)
		return
	}
	if s.filled++; s.filled >= stuckFull {
		s.alarm(AlarmStorage, fmt.Sprintf("%d of %d places of memory %s are taken, although texts are fetched and deleted as they come", all[i].Used, all[i].Total, all[i].Memory),
			"Restart the modem; if that does not help, delete the texts on the SIM in a phone, or replace the SIM.")
	}
}
