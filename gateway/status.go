package gateway

import (
	"errors"
	"fmt"
	"time"

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
	IMEI         string
	SIM          string // what queue.Worker.SIM is: IMSI, else ICCID, else the modem's name
	ICCID        string
	Operator     string
	SMSC         string
	Signal       modem.Signal
	Registration modem.Registration
	Storage      modem.Storage

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
	Code   string // stable, for machines: "cms_38", "cme_10", "device", "port_busy", "store"
	Detail string // what happened, in plain words
	Remedy string // what a person can do about it
	Over   bool   // it has gone away since
}

// Codes of Trouble beside those of the standard, cms_… and cme_….
const (
	codeDevice    = "device"    // the port or the modem itself
	codeBusy      = "port_busy" // another program holds the port
	codeStore     = "store"     // the store cannot be written
	codePanic     = "panic"     // a bug of ours
	codeRefusals  = "refusals"  // the network refuses one number after another
	codeNoAnswer  = "no_answer" // the modem did not answer in time
	codeExpired   = "expired"   // the message's time ran out on its way to the modem
	codePDU       = "pdu"       // no TPDU can be made of it
	codeUncertain = "uncertain"
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
	case errors.Is(f, modem.ErrBusy):
		return codeBusy
	case f.Class == modem.Uncertain:
		return codeUncertain
	case f.Op == "submit":
		return codeNoAnswer
	default:
		return codeDevice
	}
}

// trouble describes a fault to a person.
func trouble(f *modem.Fault, at time.Time) *Trouble {
	return &Trouble{At: at, Code: code(f), Detail: f.Error(), Remedy: f.Remedy()}
}
