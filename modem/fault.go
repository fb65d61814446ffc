package modem

import "time"

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

// Fault is every error of a Modem.
type Fault struct {
	Op     string // what was attempted, "submit"
	Code   int    // number of the +CMS or +CME ERROR; -1 none
	Family string // "CMS", "CME" or ""
	Class  Class
	Phase  Phase
	Err    error
}

func (f *Fault) Error() string { return f.Op }

// Unwrap returns the cause.
func (f *Fault) Unwrap() error { return f.Err }

// Retry reports whether the same message may be tried again.
func (f *Fault) Retry() bool { return false }

// Blame returns whose fault it is.
func (f *Fault) Blame() Party { return Device }

// Wait returns how long to wait before the next try, attempt being the number
// of tries already made.
func (f *Fault) Wait(attempt int) time.Duration { return 0 }

// Remedy says in one plain sentence what a person can do.
func (f *Fault) Remedy() string { return "" }
