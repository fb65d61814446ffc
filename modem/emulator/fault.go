package emulator

import (
	"cmp"
	"slices"
	"time"
)

// FaultKind is what goes wrong.
type FaultKind string

// The faults. Those of submitting strike at a +CMGS or +CMSS, the others at
// what their comment names.
const (
	// NoAnswer: the modem never answers the payload. Taken says whether the
	// network has the text.
	NoAnswer FaultKind = "no-answer"
	// LateAnswer: the answer comes For later; the network has the text.
	LateAnswer FaultKind = "late-answer"
	// SubmitError: the answer is +CMS ERROR Code. Taken says whether the
	// network has the text all the same.
	SubmitError FaultKind = "submit-error"
	// Interrupted: the unsolicited line Line, or "RING", comes between payload
	// and answer.
	Interrupted FaultKind = "interrupted"
	// Garbage: the octets of Line, or some with NUL among them, come before the
	// answer.
	Garbage FaultKind = "garbage"
	// EarlyReport: the status report comes before the answer.
	EarlyReport FaultKind = "early-report"
	// PortLost: the port vanishes while the text is on the air, for For. Taken
	// says whether the network has the text.
	PortLost FaultKind = "port-lost"
	// Reboot: the modem restarts while the text is on the air. Taken says
	// whether the network has the text.
	Reboot FaultKind = "reboot"
	// GoesDeaf: the modem says nothing any more while the text is on the air,
	// for For, or until it is restarted when For is 0. Taken says whether the
	// network has the text.
	GoesDeaf FaultKind = "goes-deaf"

	// Busy: when the text has been sent every command but AT alone is answered with
	// +CME ERROR Code, or 515, for For.
	Busy FaultKind = "busy"

	// NoPrompt: +CMGS is answered with nothing at all.
	NoPrompt FaultKind = "no-prompt"
	// DoublePrompt: the prompt of +CMGS comes twice.
	DoublePrompt FaultKind = "double-prompt"

	// Deaf: from now on, for For, or until it is restarted when For is 0, the
	// modem says nothing and hears nothing.
	Deaf FaultKind = "deaf"
	// Unplugged: from now on, for For, there is no port.
	Unplugged FaultKind = "unplugged"
	// ServiceLost: from now on, for For, there is no network; for ever when For
	// is 0.
	ServiceLost FaultKind = "service-lost"
	// ServiceDenied: as ServiceLost, but the network denies registration.
	ServiceDenied FaultKind = "service-denied"

	// StorageFull: a text that comes in finds no room.
	StorageFull FaultKind = "storage-full"
	// CommandFails: the command named by Line, "+CSQ", is answered with
	// +CME ERROR Code.
	CommandFails FaultKind = "command-fails"
	// CommandHangs: the command named by Line is never answered; the modem hears
	// the next one.
	CommandHangs FaultKind = "command-hangs"

	// DeleteFails: +CMGD is answered with error Code.
	DeleteFails FaultKind = "delete-fails"
	// ListFails: +CMGL is answered with error Code.
	ListFails FaultKind = "list-fails"

	// SlotSpoilt: what is stored next lies in its slot so that it cannot be read.
	// Line says how, a Spoil; empty: SpoiltOdd.
	SlotSpoilt FaultKind = "slot-spoilt"
	// ReportMisannounced: +CDSI says Line, `"SM",{index}`, wherever the report is.
	ReportMisannounced FaultKind = "report-misannounced"
	// TextMisannounced: +CMTI says Line wherever the text is.
	TextMisannounced FaultKind = "text-misannounced"

	// ReportLost: a status report does not come.
	ReportLost FaultKind = "report-lost"
	// ReportDoubled: a status report comes twice.
	ReportDoubled FaultKind = "report-doubled"
	// ReportDelayed: a status report comes For later.
	ReportDelayed FaultKind = "report-delayed"

	// InboundLost: a text or part for the card does not come.
	InboundLost FaultKind = "inbound-lost"
	// InboundDoubled: a text or part for the card comes twice.
	InboundDoubled FaultKind = "inbound-doubled"
	// InboundReordered: a text or part for the card comes after its successor.
	InboundReordered FaultKind = "inbound-reordered"
)

// Cure is what ends a fault that does not pass by itself.
type Cure string

// The cures. Each also heals what a gentler one, named before it, does.
const (
	CureReopen  Cure = "reopen"  // the port is closed and opened again
	CureRestart Cure = "restart" // the modem restarts
	CureUSB     Cure = "usb"     // the host has its USB device enumerated again, or it loses power
)

// cures reports whether a fault that ends by d is over after c.
func (c Cure) cures(d Cure) bool {
	order := []Cure{CureReopen, CureRestart, CureUSB}
	return d != "" && slices.Index(order, c) >= slices.Index(order, d)
}

// Fault is something that goes wrong with a modem.
type Fault struct {
	Kind FaultKind
	// After is how many occasions pass before it strikes: the submits, +CMGD or
	// parts that it is about. Those of submitting wait for each other: it counts
	// from the end of the fault before it.
	After int
	// Times is how often it strikes, on occasions in a row. Zero: once.
	Times int
	// Code is an error number. Zero: 500.
	Code int
	// For is a duration, as the kind says.
	For time.Duration
	// Taken says whether the network has the text.
	Taken bool
	// Line is a line, as the kind says.
	Line string
	// Until is what ends it, however often it has struck by then; empty: what
	// For and Times say.
	Until Cure
}

func (f *Fault) code() int {
	if f.Code == 0 {
		return cmsUnknown
	}
	return f.Code
}

// Inject makes faults strike, each at its occasion. Those of one kind strike in
// the order given.
func (m *Modem) Inject(faults ...Fault) {
	m.network.mu.Lock()
	defer m.network.release()
	for _, f := range faults {
		if f.Times <= 0 {
			f.Times = 1
		}
		switch f.Kind {
		case Deaf:
			m.goDeaf(f.For, f.Until)
		case Unplugged:
			m.dropPort(f.For)
		case ServiceLost:
			m.loseService(notRegistered, f)
		case ServiceDenied:
			m.loseService(denied, f)
		default:
			m.faults = append(m.faults, &f)
		}
	}
}

// Armed returns how many faults have not struck, or not as often as they are to.
func (m *Modem) Armed() int {
	m.network.mu.Lock()
	defer m.network.release()
	return len(m.faults)
}

// strikes returns the fault of the kind that strikes on this occasion, nil when
// none does.
func (m *Modem) strikes(kind FaultKind) *Fault {
	for i, f := range m.faults {
		if f.Kind == kind {
			return m.strike(i)
		}
	}
	return nil
}

// submitFault returns the fault that strikes the submit now begun.
func (m *Modem) submitFault() *Fault {
	atSubmit := []FaultKind{
		NoAnswer, LateAnswer, SubmitError, Interrupted, Garbage, EarlyReport, PortLost, Reboot, GoesDeaf, Busy,
	}
	for i, f := range m.faults {
		if slices.Contains(atSubmit, f.Kind) {
			return m.strike(i)
		}
	}
	return nil
}

// strike counts an occasion for fault i.
func (m *Modem) strike(i int) *Fault {
	f := m.faults[i]
	if f.After > 0 {
		f.After--
		return nil
	}
	if f.Until != "" {
		return f
	}
	f.Times--
	if f.Times == 0 {
		m.faults = slices.Delete(m.faults, i, i+1)
	}
	return f
}

// heal ends the faults that c cures.
func (m *Modem) heal(c Cure) {
	m.faults = slices.DeleteFunc(m.faults, func(f *Fault) bool { return c.cures(f.Until) })
	if m.deaf && c.cures(cmp.Or(m.deafUntil, CureRestart)) {
		m.deaf = false
		if m.sim != nil {
			m.network.resume(m.sim)
		}
	}
	m.endOutages(func(o *outage) bool { return c.cures(o.until) })
}

// commandFault returns the fault that strikes the command c, nil if none does.
func (m *Modem) commandFault(kind FaultKind, name string) *Fault {
	for i, f := range m.faults {
		if f.Kind == kind && f.Line == name {
			return m.strike(i)
		}
	}
	return nil
}

// outage is a time without service.
type outage struct {
	stat  int  // the registration meanwhile
	until Cure // what ends it; empty: a timer, or SetCoverage
}

func (m *Modem) goDeaf(d time.Duration, until Cure) {
	m.deaf, m.deafUntil = true, until
	m.input, m.typed = nil, nil
	if d > 0 {
		m.later(d, func() {
			m.deaf = false
			if m.sim != nil {
				m.network.resume(m.sim)
			}
		})
	}
}

func (m *Modem) loseService(stat int, f Fault) {
	o := &outage{stat: stat, until: f.Until}
	m.outages = append(m.outages, o)
	m.register(stat)
	if f.For > 0 {
		m.network.after(f.For, func() { m.endOutages(func(other *outage) bool { return other == o }) })
	}
}

// endOutages ends those that over names; the modem registers with what is left.
func (m *Modem) endOutages(over func(*outage) bool) {
	before := len(m.outages)
	m.outages = slices.DeleteFunc(m.outages, over)
	if len(m.outages) < before && m.up {
		m.register(m.available())
	}
}

// available returns the registration that can be had here and now.
func (m *Modem) available() int {
	if n := len(m.outages); n > 0 {
		return m.outages[n-1].stat
	}
	return m.coverage
}

// pleaseWait is what Wavecom says while it is busy.
const pleaseWait = 515

// beBusy has the modem refuse every command for d.
func (m *Modem) beBusy(d time.Duration, code int) {
	m.busyUntil, m.busyCode = time.Now().Add(d), cmp.Or(code, pleaseWait)
}

// finishFaulty ends a transmission on which a fault strikes.
func (m *Modem) finishFaulty(t *transmission) {
	f := t.fault
	answer := okf("%s: %d", t.name, t.submit.MR)
	switch f.Kind {
	case Reboot:
		t.done = nil // it has no time to mark a stored text
		if f.Taken {
			m.carry(t)
		}
	case NoAnswer, SubmitError, PortLost, GoesDeaf:
		if f.Taken {
			m.carry(t)
		}
	case EarlyReport:
		t.fate.early = true
		m.carry(t)
	default:
		m.carry(t)
	}
	switch f.Kind {
	case NoAnswer:
		m.finish(silent())
	case SubmitError:
		m.finish(cmsError(f.code()))
	case LateAnswer:
		m.later(f.For, func() { m.finish(answer) })
	case PortLost:
		m.finish(silent())
		m.dropPort(f.For)
	case Reboot:
		m.restart(m.profile.BootTime)
	case GoesDeaf:
		m.finish(silent())
		m.goDeaf(f.For, f.Until)
	case Busy:
		m.finish(answer)
		m.beBusy(f.For, f.Code)
	case Interrupted:
		m.say(cmp.Or(f.Line, "RING"))
		m.finish(answer)
	case Garbage:
		m.emit([]byte(cmp.Or(f.Line, "\x00\xff\x00~\x7f\x80\x00")))
		m.finish(answer)
	default:
		m.finish(answer)
	}
}
