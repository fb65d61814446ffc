package gateway

import (
	"errors"
	"fmt"
	"time"

	"goniec/catalogue"
	"goniec/modem"
)

// Status is the state of a modem, for people and for the API.
type Status struct {
	Name   string
	Device string
	State  modem.State
	Since  time.Time // when State was entered; of a modem out of service, when it went out of service

	Manufacturer string
	Model        string
	Revision     string
	Profile      string // profile the modem was set up by; empty: no known family
	IMEI         string
	SIM          string // as in queue.Worker: IMSI, else ICCID, else "modem " and the name
	ICCID        string
	Number       string // of the SIM in E.164, configured or read from the card
	Operator     string
	SMSC         string
	Signal       modem.Signal
	// SignalHistory is the signal strength of the last 24 hours, oldest first.
	SignalHistory []modem.SignalBucket
	Registration  modem.Registration
	Opened        time.Time // when the modem was set up last; zero: it is not open
	Storage       modem.Storage

	Sent     uint64 // parts accepted by the service centre, since the start
	Failed   uint64 // parts refused for good, since the start
	Received uint64 // texts and reports, since the start

	// PausedUntil is when parts may leave again; zero: now.
	PausedUntil time.Time
	// PauseReason says in English why no part may leave; empty if parts may leave.
	PauseReason string
	// Trouble is the last fault; nil if there was none since the start.
	Trouble *Trouble
	// Alarms are raised conditions that a person should look into, in the order of their
	// codes.
	Alarms []Trouble
}

// Trouble is a fault or an alarm of a modem.
type Trouble struct {
	At     time.Time
	Code   string        // stable, for machines: "cms_38", "cme_10", "device", "port_busy", "store"
	Detail string        // what happened, in English
	Remedy catalogue.Key // what a person can do about it
	Over   bool          // the trouble has ended
}

// CodeNoCredit is the code of a Trouble that selfcare raises: texts are refused, and
// the SIM has no credit.
const CodeNoCredit = "no_credit"

// Codes of Trouble beside those of the standard, cms_… and cme_….
const (
	codeDevice    = "device" // the modem itself
	codeNoNetwork = "no_network"
	codeDenied    = "denied"    // the network refuses the SIM
	codeRoaming   = "roaming"   // the network is not the SIM's own
	codePanic     = "panic"     // the worker panicked
	codeRefusals  = "refusals"  // the network refuses one number after another
	codeNoAnswer  = "no_answer" // the modem did not answer in time
	codeExpired   = "expired"   // the message's time ran out on its way to the modem
	codePDU       = "pdu"       // no TPDU can be made of the part
	codeStore     = "store"     // the store cannot be written
	codeUncertain = "uncertain"
	codeUncounted = "uncounted" // the queue handed over a part beyond RecipientCap
)

// faultOf returns err as a fault of the modem. Every error of package modem is a *modem.Fault;
// other errors are treated like a dead device.
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
	case f.Word() != "":
		return f.Word()
	case f.Class == modem.Uncertain:
		return codeUncertain
	case f.Op == "submit":
		return codeNoAnswer
	default:
		return codeDevice
	}
}

// trouble describes a fault for people.
func trouble(f *modem.Fault, at time.Time) *Trouble {
	return &Trouble{At: at, Code: code(f), Detail: f.Error(), Remedy: f.Remedy()}
}

// Unwritten returns the operation and the error of a modem's worker that cannot write the
// store and therefore sends nothing; empty if all can.
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
