package gateway

import (
	"fmt"
	"log/slog"
	"time"

	"goniec/catalogue"
	"goniec/clock"
	"goniec/modem"
)

const (
	refreshInterval = time.Minute // between queries of signal and registration
	// outBefore is how long a modem must have been out of service for AlarmOut.
	outBefore = 5 * time.Minute
	// weakSignal is the signal strength in dBm below which texts begin to fail: +CSQ 8 (3GPP
	// TS 27.007 8.5).
	weakSignal = -97
	// weakBefore is how long the signal must have been weak for AlarmSignal.
	weakBefore = 10 * time.Minute
	// lostBefore is how long a modem must have had no network before its radio is switched off
	// and on, or the modem restarted. The time doubles up to lostAtMost with each further
	// attempt.
	lostBefore = 15 * time.Minute
	lostAtMost = 6 * time.Hour
)

// networkWatch checks signal and registration of an open modem.
type networkWatch struct {
	session   *session
	refreshAt time.Time
	weakSince time.Time     // when the signal became weak; zero: the signal is not weak
	cycledAt  time.Time     // when the radio was last switched off and on, or the modem restarted
	cycleWait time.Duration // time without network before the next attempt
	cycles    int           // attempts since the network was lost
}

// begin starts the schedule at a modem that was set up at now.
func (n *networkWatch) begin(now time.Time) {
	n.refreshAt, n.cycleWait = now.Add(refreshInterval), lostBefore
}

// refresh queries signal and registration when that is due, and acts on the answer.
func (n *networkWatch) refresh(now time.Time) error {
	if now.Before(n.refreshAt) {
		return nil
	}
	n.refreshAt = now.Add(refreshInterval)
	n.session.dialogue.postponePing(now)
	if err := n.session.worker.modem.Refresh(n.session.worker.hard); err != nil {
		return n.session.dialogue.mend(faultOf(err))
	}
	now = time.Now()
	n.watchSignal(now)
	return n.watchNetwork(now)
}

// watchSignal raises or ends AlarmSignal by the last known signal.
func (n *networkWatch) watchSignal(now time.Time) {
	w := n.session.worker
	signal := w.modem.Info().Signal
	if signal.DBm == 0 || signal.DBm >= weakSignal {
		n.weakSince = time.Time{}
		w.alarms.end(AlarmSignal)
		return
	}
	if n.weakSince.IsZero() {
		n.weakSince = now
	}
	if now.Sub(n.weakSince) >= weakBefore {
		w.alarms.raise(AlarmSignal, fmt.Sprintf("the signal has been below %d dBm for %d minutes, it is %d dBm now", weakSignal, int(weakBefore.Minutes()), signal.DBm))
	}
}

// watchNetwork handles a modem that is open and has no network. It raises AlarmOut, then
// switches the radio off and on; if the network stays away it returns errNoNetwork, which
// leads to a restart.
func (n *networkWatch) watchNetwork(now time.Time) error {
	w := n.session.worker
	info := w.modem.Info()
	n.noteNetwork(info)
	if info.State == modem.Ready {
		n.cycledAt, n.cycleWait, n.cycles = time.Time{}, lostBefore, 0
		if w.parkedUntil(now).IsZero() {
			w.alarms.end(AlarmOut)
		}
		return nil
	}
	why := withoutNetwork(info.Registration).Detail
	w.alarms.outOfService(info.Since, now, why)
	if now.Sub(clock.Later(info.Since, n.cycledAt)) < n.cycleWait {
		return nil
	}
	n.cycledAt, n.cycleWait = now, min(2*n.cycleWait, lostAtMost)
	if n.cycles++; n.cycles > 1 {
		return errNoNetwork
	}
	if !w.recovery.takeRestart(n.session.ctx) {
		return nil
	}
	w.log.Warn("modem has had no network for long; switching its radio off and on", slog.String("why", why))
	if err := w.modem.CycleRadio(w.hard); err != nil {
		return n.session.dialogue.mend(faultOf(err))
	}
	return nil
}

// noteNetwork shows why an open modem cannot send, or ends that trouble.
func (n *networkWatch) noteNetwork(info modem.Info) {
	w := n.session.worker
	if info.State == modem.Ready {
		w.show(func(p *public) { p.endTrouble(codeNoNetwork, codeDenied, codeRoaming) })
		return
	}
	t := withoutNetwork(info.Registration)
	t.At = info.Since
	w.showTrouble(t)
}

// withoutNetwork returns the trouble of an open modem that cannot send.
func withoutNetwork(r modem.Registration) *Trouble {
	switch {
	case r.Denied():
		return &Trouble{Code: codeDenied, Detail: "the network refuses the SIM", Remedy: catalogue.RemedyDenied}
	case r.CanSend() && r.IsRoaming():
		return &Trouble{Code: codeRoaming, Detail: "the network is not the SIM's own, and roaming is not allowed",
			Remedy: catalogue.RemedyRoaming}
	default:
		return &Trouble{Code: codeNoNetwork, Detail: "no network takes the SIM", Remedy: catalogue.RemedyNetwork}
	}
}
