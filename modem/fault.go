package modem

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"goniec/catalogue"
	"goniec/modem/at"
)

// Class says what kind of fault it is, and so what to do about it.
type Class string

// The classes of faults.
const (
	Transient  Class = "transient"   // try again later
	ModemFault Class = "modem_fault" // resync or reopen the modem, then try again
	Stop       Class = "stop"        // take this modem or SIM out of service; its messages go elsewhere
	Permanent  Class = "permanent"   // this message cannot be sent to this recipient
	Duplicate  Class = "duplicate"   // the service centre has it already: treat as sent
	Uncertain  Class = "uncertain"   // nobody can know whether it was sent
)

// Phase says how far a submission had come.
type Phase string

// The phases of a submission.
const (
	BeforePayload Phase = "before_payload" // the modem has not had the message
	AfterPayload  Phase = "after_payload"  // the modem may have sent it
)

// Party is whose fault it is.
type Party string

// The parties.
const (
	Message Party = "message" // its recipient or its content
	Network Party = "network"
	Device  Party = "device" // the modem or its SIM
)

var (
	// ErrNoDevice says that there is nothing at the configured path.
	ErrNoDevice = errors.New("no such device")
	// ErrPermission says that the service may not open the device.
	ErrPermission = errors.New("device may not be opened by this user")
	// ErrBusy says that another program holds the device.
	ErrBusy = errors.New("device is held by another program")
	// ErrNotSerial says that the path is no serial port.
	ErrNotSerial = errors.New("not a serial port")
	// ErrNotOpen says that the modem has not been opened, or closed since.
	ErrNotOpen = errors.New("modem is not open")
	// ErrOtherModem says that the modem at the port is not the configured one.
	ErrOtherModem = errors.New("another modem than the configured one is there")
	// ErrNotSMS says that the device answers AT but knows no texts in PDU mode.
	ErrNotSMS = errors.New("device cannot send texts in PDU mode")
	// ErrSIMLocked says that the SIM wants a PIN or PUK that it will not be given.
	ErrSIMLocked = errors.New("SIM is locked")
	// ErrDenied says that the network has refused the SIM.
	ErrDenied = errors.New("network refuses the SIM")
	// ErrNotRegistered says that no network has taken the SIM in time.
	ErrNotRegistered = errors.New("not registered with a network")
	// ErrRoaming says that the network is not the SIM's own, and that roaming is
	// not allowed.
	ErrRoaming = errors.New("roaming is not allowed")
	// ErrNoSMSC says that the SIM knows no service centre.
	ErrNoSMSC = errors.New("service centre number is not set")
	// errSMSCRefused says that the modem tells a service centre, has been told it back,
	// and still says that it knows none.
	errSMSCRefused = errors.New("modem does not use the service centre that it tells")
	// ErrRestarted says that the modem started anew while it was sending.
	ErrRestarted = errors.New("modem has restarted while it was sending")
	// ErrEmpty says that there is no message in a slot.
	ErrEmpty = errors.New("slot is empty")
	// errGarbled says that an answer could not be read.
	errGarbled = errors.New("answer of the modem cannot be read")
)

// Fault is every error of a Modem. It answers whether to try again, whose fault
// it is and how long to wait.
type Fault struct {
	Op     string // what was attempted: "submit", "open port", "AT+CMGF=0"
	Code   int    // number of the +CMS or +CME ERROR; -1 none
	Family string // "CMS", "CME" or ""
	Class  Class
	Phase  Phase
	Err    error

	rule rule
}

// newFault makes a Fault of what ended op.
func newFault(op string, phase Phase, err error) *Fault {
	var had *Fault
	if errors.As(err, &had) {
		return had
	}
	f := &Fault{Op: op, Code: -1, Phase: phase, Err: err}
	var own bool
	f.rule, own = causeRule(err)
	var refused *at.Error
	if errors.As(err, &refused) {
		r := refusalRule(refused)
		f.Family, f.Code = refused.Family, refused.Code
		if f.Code < 0 {
			f.Code = r.code()
		}
		if !own || r.class == Stop && !errors.Is(err, errSMSCRefused) { // the number says more than we do
			f.rule = r
		}
	}
	f.Class = f.rule.class
	switch {
	case f.Class == Uncertain && phase == BeforePayload:
		f.Class = ModemFault
	case refused == nil && phase == AfterPayload:
		f.Class = Uncertain // no answer: the message may have gone out
	}
	return f
}

// vagueAfter is how long after the payload an error that names no cause is
// believed to mean that nothing has left.
const vagueAfter = 30 * time.Second

// submitFault makes a Fault of what ended a submission that took so long. An
// error that names no cause and comes late is what modems say when they lost
// patience with the network: the message may have gone out meanwhile, as with
// the +CMS ERROR 350 that some give after 135 s. What the network or the service
// centre said is definite however late it comes.
func submitFault(phase Phase, took time.Duration, err error) *Fault {
	f := newFault("submit", phase, err)
	if phase == AfterPayload && took > vagueAfter && f.rule.vague {
		f.Class = Uncertain
	}
	return f
}

func (f *Fault) Error() string {
	switch {
	case f.Family != "" && f.Code >= 0 && f.rule.meaning != "":
		return fmt.Sprintf("%s: +%s ERROR %d: %s", f.Op, f.Family, f.Code, f.rule.meaning)
	case f.Err != nil:
		return fmt.Sprintf("%s: %v", f.Op, f.Err)
	}
	return f.Op + ": " + f.rule.meaning
}

// Unwrap returns the cause.
func (f *Fault) Unwrap() error { return f.Err }

// Blame returns whose fault it is.
func (f *Fault) Blame() Party {
	if f.rule.blame != "" {
		return f.rule.blame
	}
	switch f.Class {
	case Permanent, Duplicate:
		return Message
	case Transient, Uncertain:
		return Network
	default:
		return Device
	}
}

// Wait returns how long to wait before the next try, attempt being the number
// of tries already made, at least 1. It is zero when there is none to be made.
func (f *Fault) Wait(attempt int) time.Duration {
	waits := f.rule.waits
	if waits == nil {
		waits = classWaits(f.Class)
	}
	if len(waits) == 0 {
		return 0
	}
	return waits[min(max(attempt, 1), len(waits))-1]
}

// ClassAfter returns the class of this fault when it has met the same message
// times times in a row: what may pass once is final the third time.
func (f *Fault) ClassAfter(times int) Class {
	if f.rule.tries > 0 && times >= f.rule.tries && f.Class == f.rule.class {
		return f.rule.then
	}
	return f.Class
}

// StopAfter returns after how many different recipients in a row this fault
// says more of the modem or SIM than of the recipients. 0: it says nothing but
// what its class says.
func (f *Fault) StopAfter() int { return f.rule.stopAfter }

// Meaning says in plain words what has happened.
func (f *Fault) Meaning() string { return f.rule.meaning }

// Remedy says in one plain sentence what a person can do.
func (f *Fault) Remedy() catalogue.Key { return f.rule.remedy }

// classWaits is how long to wait between tries where the table says nothing
// else.
func classWaits(c Class) []time.Duration {
	switch c {
	case Transient:
		return []time.Duration{30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, 2 * time.Hour}
	case ModemFault:
		return []time.Duration{5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute}
	case Stop:
		return []time.Duration{5 * time.Minute, 30 * time.Minute}
	case Uncertain:
		return []time.Duration{10 * time.Minute}
	default:
		return nil
	}
}

// causeRule returns the rule of an error that is no answer of the modem, and
// whether it is one of those we have a name for.
func causeRule(err error) (r rule, own bool) {
	for _, c := range causes() {
		if errors.Is(err, c.err) {
			return c.rule, true
		}
	}
	return rule{class: ModemFault, meaning: "the modem could not be used", remedy: catalogue.RemedyReplug}, false
}

type cause struct {
	err  error
	rule rule
}

// causes are the faults that no +CMS or +CME ERROR tells of, the most specific
// first.
func causes() []cause {
	return []cause{
		{ErrNoDevice, rule{class: ModemFault, meaning: "there is no device at this path",
			remedy: catalogue.RemedyAbsent}},
		{ErrPermission, rule{class: Stop, meaning: "this user may not open the device",
			remedy: catalogue.RemedyForbidden}},
		{ErrBusy, rule{class: ModemFault, meaning: "another program holds the device",
			remedy: catalogue.RemedyBusyPort}},
		{ErrNotSerial, rule{class: Stop, meaning: "the path is no serial port",
			remedy: catalogue.RemedyAbsent}},
		{ErrOtherModem, rule{class: Stop, meaning: "another modem than the configured one is at this port",
			remedy: catalogue.RemedyOtherModem}},
		{ErrNotSMS, rule{class: Stop, meaning: "the device answers, but cannot send texts in PDU mode",
			remedy: catalogue.RemedyNotAModem}},
		{ErrSIMLocked, rule{class: Stop, meaning: "the SIM is locked",
			remedy: catalogue.RemedyPIN}},
		{ErrDenied, rule{class: Stop, meaning: "the network refuses the SIM",
			remedy: catalogue.RemedyDenied}},
		{ErrNotRegistered, rule{class: Transient, meaning: "no network has taken the SIM in time",
			remedy: catalogue.RemedyNetwork}},
		{ErrRoaming, rule{class: Transient, blame: Network, meaning: "the modem is in the network of another operator, and roaming is not allowed",
			remedy: catalogue.RemedyRoaming}},
		{ErrNoSMSC, rule{class: Stop, meaning: "the SIM knows no service centre",
			remedy: catalogue.RemedyNoCentre}},
		{errSMSCRefused, rule{class: Stop, meaning: "the modem tells a service centre, and does not use it even when told to",
			remedy: catalogue.RemedyNoCentre}},
		{ErrUSSDCode, rule{class: Permanent, meaning: "this is no code that a network answers",
			remedy: catalogue.RemedyUSSD}},
		{ErrUSSDRefused, rule{class: Permanent, meaning: "the network or the modem does not answer this code",
			remedy: catalogue.RemedyUSSD}},
		{ErrUSSDTimeout, rule{class: Transient, meaning: "the network did not answer the code in time",
			remedy: catalogue.RemedyLater}},
		{errNotUSB, rule{class: ModemFault, meaning: "the modem is not on USB, so it cannot be reset from here",
			remedy: catalogue.RemedyUSBReset}},
		{errUSBReset, rule{class: ModemFault, meaning: "this user may not reset USB devices",
			remedy: catalogue.RemedyUSBReset}},
		{ErrRestarted, rule{class: ModemFault, meaning: "the modem has restarted by itself while it was sending",
			remedy: catalogue.RemedyPower}},
		{ErrEmpty, rule{class: Transient, blame: Device, meaning: "there is no message in this slot",
			remedy: catalogue.RemedyNothing}},
		{at.ErrInvalid, rule{class: Permanent, meaning: "the command cannot be written to a modem",
			remedy: catalogue.RemedyReport}},
		{at.ErrNoise, rule{class: ModemFault, meaning: "the port carries noise instead of answers",
			remedy: catalogue.RemedySilent}},
		{at.ErrTimeout, rule{class: ModemFault, meaning: "the modem did not answer in time",
			remedy: catalogue.RemedyReplug}},
		{at.ErrLost, rule{class: ModemFault, meaning: "the modem has gone away",
			remedy: catalogue.RemedyPower}},
		{context.Canceled, rule{class: Transient, blame: Device, meaning: "the wait for the modem was broken off",
			remedy: catalogue.RemedyNothing}},
		{context.DeadlineExceeded, rule{class: ModemFault, meaning: "the modem did not answer in the time it was given",
			remedy: catalogue.RemedyReplug}},
	}
}

// refusalRule returns the rule of a +CMS ERROR, +CME ERROR or ERROR.
func refusalRule(e *at.Error) rule {
	if e.Family == "" {
		return rule{class: Transient, blame: Device, meaning: "the modem refused without saying why",
			remedy: catalogue.RemedyReplug, tries: 3, then: ModemFault, vague: true}
	}
	text := strings.ToLower(strings.TrimSpace(e.Text))
	for _, r := range refusals() {
		if r.family != e.Family {
			continue
		}
		if e.Code >= r.first && e.Code <= r.last || e.Code < 0 && r.text != "" && r.text == text {
			return r
		}
	}
	return rule{family: e.Family, first: -1, last: -1, class: Transient, blame: Device,
		meaning: "the modem gave an error that is in no table",
		remedy:  catalogue.RemedyLookUp, tries: 3, then: Stop, stopAfter: 3, vague: true}
}
