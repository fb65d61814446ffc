package gateway

import (
	"fmt"
	"log/slog"
	"slices"
	"time"

	"goniec/modem"
)

const (
	// outBefore is how long a modem must have been out of service for somebody
	// to be told.
	outBefore = 5 * time.Minute
	// weakSignal is the strength in dBm below which texts begin to fail; it is
	// +CSQ 8 (3GPP TS 27.007 8.5).
	weakSignal = -97
	// weakBefore is how long the signal must have been weak for somebody to be told.
	weakBefore = 10 * time.Minute
	// lostBefore is how long there must have been no network for the radio to be
	// switched off and on, or the modem restarted: it may sit in a cell that is
	// gone. It doubles up to lostAtMost as long as that does not help.
	lostBefore = 15 * time.Minute
	lostAtMost = 6 * time.Hour
)

// watch looks at what the modem told at its last refresh.
func (s *session) watch(now time.Time) error {
	s.watchSignal(now)
	return s.watchNetwork(now)
}

// watchSignal raises and ends AlarmSignal by the signal as it was last heard.
func (s *session) watchSignal(now time.Time) {
	signal := s.modem.Info().Signal
	if signal.DBm == 0 || signal.DBm >= weakSignal {
		s.weakSince = time.Time{}
		s.calm(AlarmSignal)
		return
	}
	if s.weakSince.IsZero() {
		s.weakSince = now
	}
	if now.Sub(s.weakSince) >= weakBefore {
		s.alarm(AlarmSignal, fmt.Sprintf("the signal has been below %d dBm for %d minutes, it is %d dBm now", weakSignal, int(weakBefore.Minutes()), signal.DBm),
			"Check the antenna, or move the modem nearer to a window.")
	}
}

// watchNetwork looks after a modem that is open and without a network: it tells
// somebody, and switches the radio off and on; if that does not help it ends the
// life, for a restart, once in a while.
func (s *session) watchNetwork(now time.Time) error {
	info := s.modem.Info()
	s.noteNetwork(info)
	if info.State == modem.Ready {
		s.lostAt, s.lostWait, s.lostTries = time.Time{}, lostBefore, 0
		if s.parkedUntil(now).IsZero() {
			s.calm(AlarmOut)
		}
		return nil
	}
	why := withoutNetwork(info.Registration).Detail
	s.raiseOut(info.Since, now, why)
	if now.Sub(latest(info.Since, s.lostAt)) < s.lostWait {
		return nil
	}
	s.lostAt, s.lostWait = now, min(2*s.lostWait, lostAtMost)
	if s.lostTries++; s.lostTries > 1 {
		return errNoNetwork
	}
	if !s.mayRestart(s.ctx) {
		return nil
	}
	s.log.Warn("modem has had no network for long; switching its radio off and on", slog.String("why", why))
	if err := s.modem.CycleRadio(s.hard); err != nil {
		return s.mend(faultOf(err))
	}
	return nil
}

// noteNetwork shows why a modem that is open cannot send, or that it can again.
func (s *session) noteNetwork(info modem.Info) {
	if info.State == modem.Ready {
		s.show(func(w *shown) {
			if w.trouble != nil && slices.Contains([]string{codeNoNetwork, codeDenied, codeRoaming}, w.trouble.Code) {
				w.trouble.Over = true
			}
		})
		return
	}
	t := withoutNetwork(info.Registration)
	t.At = info.Since
	s.show(func(w *shown) { w.trouble = t })
}

// withoutNetwork says in plain words why a modem that is open cannot send.
func withoutNetwork(r modem.Registration) *Trouble {
	switch {
	case r.Denied():
		return &Trouble{Code: codeDenied, Detail: "the network refuses the SIM", Remedy: "Ask the operator whether the SIM is active and may use this network."}
	case r.CanSend() && r.IsRoaming():
		return &Trouble{Code: codeRoaming, Detail: "the network is not the SIM's own, and roaming is not allowed",
			Remedy: "Check the antenna; if texts may cost more, set roaming: true for this modem."}
	default:
		return &Trouble{Code: codeNoNetwork, Detail: "no network takes the SIM", Remedy: "Check the antenna and the signal at this place."}
	}
}

// raiseOut raises AlarmOut for a modem that has been out of service for long.
func (w *worker) raiseOut(since, now time.Time, why string) {
	if since.IsZero() || now.Sub(since) < outBefore {
		return
	}
	w.alarm(AlarmOut, "nothing is sent by this modem: "+why,
		"See the last error of the modem and its remedy; other modems send meanwhile, if there are any.")
}
