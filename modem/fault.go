package modem

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"goniec/catalogue"
	"goniec/modem/at"
)

// Class is the kind of a Fault, which determines how to react to it.
type Class string

// The classes of faults.
const (
	Transient  Class = "transient"   // try again later
	ModemFault Class = "modem_fault" // resync or reopen the modem, then try again
	Stop       Class = "stop"        // take this modem or SIM out of service; its messages go elsewhere
	Permanent  Class = "permanent"   // this message cannot be sent to this recipient
	Duplicate  Class = "duplicate"   // the service centre has the message already: treat as sent
	Uncertain  Class = "uncertain"   // it is unknown whether the message was sent
)

// Phase is how far a submission had come when it failed.
type Phase string

// The phases of a submission.
const (
	BeforePayload Phase = "before_payload" // the modem has not had the message
	AfterPayload  Phase = "after_payload"  // the modem may have sent it
)

// Party is the cause of a Fault.
type Party string

// The parties.
const (
	Message Party = "message" // the recipient or the content of the message
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
	// ErrNotOpen says that the modem has not been opened, or has been closed.
	ErrNotOpen = errors.New("modem is not open")
	// ErrOtherModem says that the modem at the port is not the configured one.
	ErrOtherModem = errors.New("another modem than the configured one is there")
	// ErrNotSMS says that the device answers AT but cannot send texts in PDU mode.
	ErrNotSMS = errors.New("device cannot send texts in PDU mode")
	// ErrSIMLocked says that the SIM asks for a PIN or PUK that is not configured or
	// must not be given.
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
	// errSMSCRefused says that the modem reports no service centre (+CMS ERROR 330)
	// even after +CSCA wrote back the number it tells.
	errSMSCRefused = errors.New("modem does not use the service centre that it tells")
	// ErrRestarted says that the modem restarted during a submission.
	ErrRestarted = errors.New("modem has restarted while it was sending")
	// ErrEmpty says that there is no message in a slot.
	ErrEmpty = errors.New("slot is empty")
	// errGarbled says that an answer could not be read.
	errGarbled = errors.New("answer of the modem cannot be read")
)

// Fault is the error type of all methods of a Modem. It says whether to try again,
// after which wait, and who is to blame.
type Fault struct {
	Op     string // what was attempted: "submit", "open port", "AT+CMGF=0"
	Code   int    // number of the +CMS or +CME ERROR; -1 none
	Family string // "CMS", "CME" or ""
	Class  Class
	Phase  Phase
	Err    error

	rule rule
}

// newFault makes a Fault of the error that ended op.
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
		if !own || r.class == Stop && !errors.Is(err, errSMSCRefused) { // the rule of the error number is more specific
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

// vagueAfter is how long after the payload an error without a cause still means that
// the message has not been sent.
const vagueAfter = 30 * time.Second

// submitFault makes a Fault of the error that ended a submission after took. A late
// error without a cause is Uncertain: modems give one when the network has not answered
// in time, such as +CMS ERROR 350 after 135 s, and the message may have been sent. A
// cause stated by the network or the service centre is definite however late it comes.
func submitFault(phase Phase, took time.Duration, err error) *Fault {
	f := newFault("submit", phase, err)
	if phase == AfterPayload && took > vagueAfter && f.rule.vague {
		f.Class = Uncertain
	}
	return f
}

func (f *Fault) Error() string {
	if f.Err != nil && !f.numbered() {
		return fmt.Sprintf("%s: %v", f.Op, f.Err)
	}
	return f.In(catalogue.English)
}

// In describes the fault in lang, for a person.
func (f *Fault) In(lang catalogue.Language) string {
	words := catalogue.Text(lang, f.rule.key())
	if f.numbered() {
		words = fmt.Sprintf("+%s ERROR %d: %s", f.Family, f.Code, words)
	}
	if f.Op == "" {
		return words
	}
	return f.Op + ": " + words
}

// numbered reports whether the modem has given a number for the fault.
func (f *Fault) numbered() bool { return f.Family != "" && f.Code >= 0 }

// Unwrap returns the cause.
func (f *Fault) Unwrap() error { return f.Err }

// Blame returns the Party that caused the fault.
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

// Wait returns the pause before the next try. attempt is the number of tries made, at
// least 1. Zero means that no further try should be made.
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

// ClassAfter returns the class of this fault after the same message has met it times
// times in a row. Some temporary faults become permanent with repetition.
func (f *Fault) ClassAfter(times int) Class {
	if f.rule.tries > 0 && times >= f.rule.tries && f.Class == f.rule.class {
		return f.rule.then
	}
	return f.Class
}

// StopAfter returns the number of different recipients in a row after which this fault
// is blamed on the modem or SIM. 0: repetition does not change the blame.
func (f *Fault) StopAfter() int { return f.rule.stopAfter }

// Word returns the stable word for programs of the error that caused the fault, such as
// "port_busy"; empty if the error has none.
func (f *Fault) Word() string {
	r, _ := causeRule(f.Err)
	return r.word
}

// Meaning describes the fault in plain English.
func (f *Fault) Meaning() string { return f.rule.key().English() }

// CodeText returns the catalogue key of what a fault means whose code has the form cms_38 or
// cme_10, or is a Word. found is false for other codes.
func CodeText(code string) (key catalogue.Key, found bool) {
	family, number, _ := strings.Cut(code, "_")
	if n, err := strconv.Atoi(number); err == nil && (family == "cms" || family == "cme") {
		return refusalRule(&at.Error{Family: strings.ToUpper(family), Code: n}).key(), true
	}
	for _, c := range causes() {
		if c.rule.word != "" && c.rule.word == code {
			return c.rule.key(), true
		}
	}
	return "", false
}

// Remedy returns the catalogue key of the sentence that tells a person what to do.
func (f *Fault) Remedy() catalogue.Key { return f.rule.remedy }

// classWaits returns the waits between tries of faults without waits in the table.
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

// causeRule returns the rule of an error that is no answer of the modem. own is true if
// the error is one of causes.
func causeRule(err error) (r rule, own bool) {
	for _, c := range causes() {
		if errors.Is(err, c.err) {
			return c.rule, true
		}
	}
	return rule{class: ModemFault, meaning: "unusable", remedy: catalogue.RemedyReplug}, false
}

type cause struct {
	err  error
	rule rule
}

// causes lists the faults that no +CMS or +CME ERROR stands for, the most specific
// first.
func causes() []cause {
	return []cause{
		{ErrNoDevice, rule{word: "absent", class: ModemFault, meaning: "no_device",
			remedy: catalogue.RemedyAbsent}},
		{ErrPermission, rule{word: "port_denied", class: Stop, meaning: "device_denied",
			remedy: catalogue.RemedyForbidden}},
		{ErrBusy, rule{word: "port_busy", class: ModemFault, meaning: "device_held",
			remedy: catalogue.RemedyBusyPort}},
		{ErrNotSerial, rule{word: "no_modem", class: Stop, meaning: "not_serial",
			remedy: catalogue.RemedyAbsent}},
		{ErrOtherModem, rule{word: "other_modem", class: Stop, meaning: "other_modem",
			remedy: catalogue.RemedyOtherModem}},
		{ErrNotSMS, rule{word: "no_modem", class: Stop, meaning: "no_pdu_mode",
			remedy: catalogue.RemedyNotAModem}},
		{ErrSIMLocked, rule{class: Stop, meaning: "sim_locked",
			remedy: catalogue.RemedyPIN}},
		{ErrDenied, rule{word: "denied", class: Stop, meaning: "sim_denied",
			remedy: catalogue.RemedyDenied}},
		{ErrNotRegistered, rule{word: "no_network", class: Transient, meaning: "not_registered",
			remedy: catalogue.RemedyNetwork}},
		{ErrRoaming, rule{word: "roaming", class: Transient, blame: Network, meaning: "roaming",
			remedy: catalogue.RemedyRoaming}},
		{ErrNoSMSC, rule{word: "no_smsc", class: Stop, meaning: "no_centre",
			remedy: catalogue.RemedyNoCentre}},
		{errSMSCRefused, rule{class: Stop, meaning: "centre_not_used",
			remedy: catalogue.RemedyNoCentre}},
		{ErrUSSDCode, rule{class: Permanent, meaning: "ussd_invalid",
			remedy: catalogue.RemedyUSSD}},
		{ErrUSSDRefused, rule{class: Permanent, meaning: "ussd_refused",
			remedy: catalogue.RemedyUSSD}},
		{ErrUSSDTimeout, rule{class: Transient, meaning: "ussd_timeout",
			remedy: catalogue.RemedyLater}},
		{errNotUSB, rule{class: ModemFault, meaning: "not_usb",
			remedy: catalogue.RemedyUSBReset}},
		{errUSBReset, rule{class: ModemFault, meaning: "usb_denied",
			remedy: catalogue.RemedyUSBReset}},
		{ErrRestarted, rule{class: ModemFault, meaning: "restarted",
			remedy: catalogue.RemedyPower}},
		{ErrEmpty, rule{class: Transient, blame: Device, meaning: "empty_slot",
			remedy: catalogue.RemedyNothing}},
		{at.ErrInvalid, rule{class: Permanent, meaning: "command_invalid",
			remedy: catalogue.RemedyReport}},
		{at.ErrNoise, rule{class: ModemFault, meaning: "noise",
			remedy: catalogue.RemedySilent}},
		{at.ErrTimeout, rule{class: ModemFault, meaning: "silent",
			remedy: catalogue.RemedyReplug}},
		{at.ErrLost, rule{class: ModemFault, meaning: "gone",
			remedy: catalogue.RemedyPower}},
		{context.Canceled, rule{class: Transient, blame: Device, meaning: "interrupted",
			remedy: catalogue.RemedyNothing}},
		{context.DeadlineExceeded, rule{class: ModemFault, meaning: "too_slow",
			remedy: catalogue.RemedyReplug}},
	}
}

// refusalRule returns the rule of a +CMS ERROR, +CME ERROR or ERROR.
func refusalRule(e *at.Error) rule {
	if e.Family == "" {
		return rule{class: Transient, blame: Device, meaning: "refused",
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
		meaning: "in_no_table",
		remedy:  catalogue.RemedyLookUp, tries: 3, then: Stop, stopAfter: 3, vague: true}
}
