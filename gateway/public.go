package gateway

import (
	"cmp"
	"slices"
	"time"

	"goniec/modem"
	"goniec/pdu"
)

// public is the part of Status that a worker keeps. Other goroutines read copies.
type public struct {
	sim                    string
	opened                 time.Time // when the modem was set up in the running session; zero: no session runs, and no request is served
	parkedSince            time.Time // zero: not parked
	parkedUntil            time.Time // for a modem that is parked with its port open: nothing is sent until then
	sent, failed, received uint64
	accepted               time.Time // when a part was last accepted from this SIM
	pausedUntil            time.Time
	pauseReason            string
	trouble                *Trouble // replaced, never changed; nil: none so far
	unwritten              string   // the store operation that failed last, and its error; empty: the last one succeeded
	// outSince is when the modem went out of service, zero while it serves. Attempts to open
	// the modem do not change outSince.
	outSince time.Time
	service  service
}

// unpark ends any parking.
func (p *public) unpark() { p.parkedSince, p.parkedUntil = time.Time{}, time.Time{} }

// endTrouble marks the trouble as over if its code is one of codes; without codes, in any
// case.
func (p *public) endTrouble(codes ...string) {
	if p.trouble == nil || len(codes) > 0 && !slices.Contains(codes, p.trouble.Code) {
		return
	}
	over := *p.trouble
	over.Over = true
	p.trouble = &over
}

// showTrouble makes t the trouble of the modem.
func (w *worker) showTrouble(t *Trouble) { w.show(func(p *public) { p.trouble = t }) }

// showPause shows until when the modem sends nothing, and why; an empty reason: parts may
// leave.
func (w *worker) showPause(until time.Time, reason string) {
	w.show(func(p *public) { p.pausedUntil, p.pauseReason = until, reason })
}

// show changes the public state of the worker.
func (w *worker) show(change func(*public)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change(&w.public)
}

// shown returns a copy of the public state.
func (w *worker) shown() public {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.public
}

// parkedUntil returns until when an open modem is parked, and ends a parking that is over;
// zero: the modem may send.
func (w *worker) parkedUntil(now time.Time) (until time.Time) {
	w.show(func(p *public) {
		if !now.Before(p.parkedUntil) {
			p.unpark()
		}
		until = p.parkedUntil
	})
	return until
}

// state returns the state of the modem and when it was entered.
func (w *worker) state() (modem.State, time.Time) {
	info, p := w.modem.Info(), w.shown()
	return p.state(info)
}

func (p *public) state(info modem.Info) (modem.State, time.Time) {
	closed := p.parkedUntil.IsZero()
	switch {
	case p.parkedSince.IsZero(),
		closed && info.State == modem.SIMLocked,
		!closed && info.State != modem.Ready && info.State != modem.Registering:
		return info.State, info.Since // the modem's own state tells more than Parked
	default:
		return modem.Parked, p.parkedSince
	}
}

// ownNumber returns the number of the SIM in E.164: the configured one, else the one on the
// card; empty if neither is known.
func (w *worker) ownNumber(info modem.Info) string {
	number := cmp.Or(*w.number.Load(), info.Number)
	if a, err := pdu.ParseAddress(number); err != nil || a.Type != pdu.TypeInternational {
		return ""
	}
	return number
}

// status returns the status of the modem.
func (w *worker) status() Status {
	info, p := w.modem.Info(), w.shown()
	state, since := p.state(info)
	if state != modem.Ready && !p.outSince.IsZero() && p.outSince.Before(since) {
		since = p.outSince
	}
	return Status{
		Name: w.config.Name, Device: info.Device, State: state, Since: since, Opened: p.opened,
		Manufacturer: info.Manufacturer, Model: info.Model, Revision: info.Revision, Profile: info.Profile, IMEI: info.IMEI,
		SIM: p.sim, ICCID: info.ICCID, Number: w.ownNumber(info), Operator: info.Operator, SMSC: info.SMSC,
		Signal: info.Signal, SignalHistory: info.SignalHistory, Registration: info.Registration, Storage: info.Storage,
		Sent: p.sent, Failed: p.failed, Received: p.received,
		PausedUntil: p.pausedUntil, PauseReason: p.pauseReason, Trouble: p.trouble, Alarms: w.alarms.list(),
	}
}
