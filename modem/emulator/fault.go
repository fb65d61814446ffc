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
	// Garbage: the octets of Line, or seven with NUL among them, come before the
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
	// for For, or until a restart when For is 0. Taken says whether the network
	// has the text.
	GoesDeaf FaultKind = "goes-deaf"

	// Busy: when the text has been sent every command but AT alone is answered with
	// +CME ERROR Code, or 515, for For.
	Busy FaultKind = "busy"

	// NoPrompt: +CMGS is answered with nothing at all.
	NoPrompt FaultKind = "no-prompt"
	// DoublePrompt: the prompt of +CMGS comes twice.
	DoublePrompt FaultKind = "double-prompt"

	// Deaf: from now on, for For, or until a restart when For is 0, the
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

	// SlotSpoilt: the next text that is stored cannot be read. Line is its Damage;
	// empty: SpoiltOdd.
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

// The cures, gentlest first. A cure also heals what the cures before it heal.
const (
	CureReopen  Cure = "reopen"  // the port is closed and opened again
	CureRestart Cure = "restart" // the modem restarts
	CureUSB     Cure = "usb"     // the host enumerates the USB device again, or the modem loses power
)

// cures reports whether a fault that ends by d is over after c.
func (c Cure) cures(d Cure) bool {
	order := []Cure{CureReopen, CureRestart, CureUSB}
	return d != "" && slices.Index(order, c) >= slices.Index(order, d)
}

// Fault is something that goes wrong with a modem.
type Fault struct {
	Kind FaultKind
	// After is how many occasions (submits, +CMGD, parts: as the kind says) pass before
	// the fault strikes. For faults of submitting the count begins when the fault
	// before has ended.
	After int
	// Times is how often the fault strikes, on occasions in a row. Zero: once.
	Times int
	// Code is an error number. Zero: 500.
	Code int
	// For is a duration, as the kind says.
	For time.Duration
	// Taken says whether the network has the text.
	Taken bool
	// Line is a line, as the kind says.
	Line string
	// Until is what ends the fault, however often it has struck by then. Empty: For
	// and Times say when it ends.
	Until Cure
}

func (f *Fault) code() int { return cmp.Or(f.Code, cmsUnknown) }

// Inject makes faults strike, each at its occasion. Faults of one kind strike in the
// order given.
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
			m.port.drop(f.For)
		case ServiceLost:
			m.radio.loseService(notRegistered, f)
		case ServiceDenied:
			m.radio.loseService(denied, f)
		default:
			m.faults.armed = append(m.faults.armed, &f)
		}
	}
}

// FaultsLeft returns how many faults of Inject have not struck as often as they
// should.
func (m *Modem) FaultsLeft() int {
	m.network.mu.Lock()
	defer m.network.release()
	return len(m.faults.armed)
}

// faults are the faults of a modem that wait for their occasion.
type faults struct {
	armed []*Fault
}

// strikes returns the fault of the kind that strikes on this occasion, nil when
// none does.
func (fs *faults) strikes(kind FaultKind) *Fault {
	return fs.first(func(f *Fault) bool { return f.Kind == kind })
}

// strikesSubmit returns the fault that strikes the submit now begun, nil when none
// does.
func (fs *faults) strikesSubmit() *Fault {
	atSubmit := []FaultKind{
		NoAnswer, LateAnswer, SubmitError, Interrupted, Garbage, EarlyReport, PortLost, Reboot, GoesDeaf, Busy,
	}
	return fs.first(func(f *Fault) bool { return slices.Contains(atSubmit, f.Kind) })
}

// strikesCommand returns the fault of the kind that strikes the command with the
// name, nil when none does.
func (fs *faults) strikesCommand(kind FaultKind, name string) *Fault {
	return fs.first(func(f *Fault) bool { return f.Kind == kind && f.Line == name })
}

// first counts an occasion for the first fault that is meant, and returns the fault
// if it strikes.
func (fs *faults) first(meant func(*Fault) bool) *Fault {
	i := slices.IndexFunc(fs.armed, meant)
	if i < 0 {
		return nil
	}
	f := fs.armed[i]
	if f.After > 0 {
		f.After--
		return nil
	}
	if f.Until != "" {
		return f
	}
	f.Times--
	if f.Times == 0 {
		fs.armed = slices.Delete(fs.armed, i, i+1)
	}
	return f
}

// heal takes out the faults that c cures.
func (fs *faults) heal(c Cure) {
	fs.armed = slices.DeleteFunc(fs.armed, func(f *Fault) bool { return c.cures(f.Until) })
}
