package gateway

import (
	"errors"
	"fmt"
	"time"

	"goniec/catalogue"
	"goniec/modem"
)

// Status is what is known of a modem, for people and for the API.
type Status struct {
	Name   string
	Device string
	State  modem.State
	Since  time.Time // when State was entered; of a modem out of service, when it went out

	Manufacturer string
	Model        string
	Revision     string
	Profile      string // by which it was set up; empty: that of no known family
	IMEI         string
	SIM          string // what queue.Worker.SIM is: IMSI, else ICCID, else the modem's name
	ICCID        string
	Number       string // of the SIM in E.164, as configured or as the card tells it
	Operator     string
	SMSC         string
	Signal       modem.Signal
	// SignalHistory is the signal of the last 24 hours, oldest first.
	SignalHistory []modem.SignalBucket
	Registration  modem.Registration
	Opened        time.Time // when the modem was set up last; zero: it is not open
	Storage       modem.Storage

	Sent     uint64 // parts accepted by the service centre, since the start
	Failed   uint64 // parts refused for good, since the start
	Received uint64 // texts and reports, since the start

	// PausedUntil is when parts may leave again; zero if they may now.
	PausedUntil time.Time
	// PauseReason says in plain words what they wait for.
	PauseReason string
	// Trouble is what went wrong last, nil while nothing has.
	Trouble *Trouble
	// Alarms are what a person should look into although the modem works, in
	// the order of their codes.
	Alarms []Trouble
}

// Trouble is something a modem suffers from.
type Trouble struct {
	At     time.Time
	Code   string        // stable, for machines: "cms_38", "cme_10", "device", "port_busy", "store"
	Detail string        // what happened, in plain words
	Remedy catalogue.Key // what a person can do about it
	Over   bool          // it has gone away since
}

// CodeNoCredit is the code of a Trouble that selfcare raises: texts are refused, and
// the SIM has no credit.
const CodeNoCredit = "no_credit"

// Codes of Trouble beside those of the standard, cms_… and cme_….
const (
	codeDevice    = "device"    // the modem itself
	codeAbsent    = "absent"    // there is no such port
	codeBusy      = "port_busy" // another program holds the port
	codeForbidden = "port_denied"
	codeNoModem   = "no_modem"    // what is there cannot send texts, or is no port
	codeOther     = "other_modem" // another modem than the configured one
	codeNoNetwork = "no_network"
	codeDenied    = "denied"  // the network refuses the SIM
	codeRoaming   = "roaming" // the network is not the SIM's own
	codeNoCentre  = "no_smsc"
	codePanic     = "panic"     // a bug of ours
	codeRefusals  = "refusals"  // the network refuses one number after another
	codeNoAnswer  = "no_answer" // the modem did not answer in time
	codeExpired   = "expired"   // the message's time ran out on its way to the modem
	codePDU       = "pdu"       // no TPDU can be made of it
	codeStore     = "store"     // the store cannot be written
	codeUncertain = "uncertain"
	codeUncounted = "uncounted" // the queue has handed over what its number may not get
)

// faultOf returns err as a fault of the modem. Every error of package modem is
// one; anything else is treated like a dead device.
func faultOf(err error) *modem.Fault {
	var f *modem.Fault
	if errors.As(err, &f) {
		return f
	}
	return &modem.Fault{Op: "talk to modem", Code: -1, Class: modem.ModemFault, Phase: modem.BeforePayload, Err: err}
}

// code returns the stable name of a fault.
func code(f *modem.Fault) string {
	switch {
	case f.Code >= 0 && f.Family == "CME":
		return fmt.Sprintf("cme_%d", f.Code)
	case f.Code >= 0:
		return fmt.Sprintf("cms_%d", f.Code)
	case namedCode(f) != "":
		return namedCode(f)
	case f.Class == modem.Uncertain:
		return codeUncertain
	case f.Op == "submit":
		return codeNoAnswer
	default:
		return codeDevice
	}
}

// namedCode returns the code of a fault that has a name; empty if it has none.
func namedCode(f *modem.Fault) string {
	for _, known := range []struct {
		err  error
		code string
	}{
		{modem.ErrNoDevice, codeAbsent},
		{modem.ErrBusy, codeBusy},
		{modem.ErrPermission, codeForbidden},
		{modem.ErrNotSerial, codeNoModem},
		{modem.ErrNotSMS, codeNoModem},
		{modem.ErrOtherModem, codeOther},
		{modem.ErrNotRegistered, codeNoNetwork},
		{modem.ErrDenied, codeDenied},
		{modem.ErrRoaming, codeRoaming},
		{modem.ErrNoSMSC, codeNoCentre},
	} {
		if errors.Is(f, known.err) {
			return known.code
		}
	}
	return ""
}

// trouble describes a fault to a person.
func trouble(f *modem.Fault, at time.Time) *Trouble {
	return &Trouble{At: at, Code: code(f), Detail: f.Error(), Remedy: f.Remedy()}
}

// Unwritten returns what a modem's worker has failed to write and why, for which it
// sends nothing until it succeeds; empty if nobody has.
func (g *Gateway) Unwritten() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, w := range g.workers {
		if what := w.shown().unwritten; what != "" {
			return what
		}
	}
	return ""
}
