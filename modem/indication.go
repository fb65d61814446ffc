package modem

// IndicationKind says what an Indication announces.
type IndicationKind string

// What a modem announces by itself.
const (
	// MessageStored: a text waits in Slot (+CMTI). Read it, commit, then Delete.
	MessageStored IndicationKind = "message_stored"
	// ReportStored: a status report waits in Slot (+CDSI).
	ReportStored IndicationKind = "report_stored"
	// MessageDirect: Raw is a text that the modem keeps nowhere (+CMT). Commit,
	// then Acknowledge.
	MessageDirect IndicationKind = "message_direct"
	// ReportDirect: Raw is a status report (+CDS). Commit, then Acknowledge.
	ReportDirect IndicationKind = "report_direct"
	// LateSubmit: the attempt whose Submit ended as Uncertain has been accepted
	// after all; MR is its reference.
	LateSubmit IndicationKind = "late_submit"
	// LateRefusal: that attempt has been refused after all; Err is the *Fault.
	LateRefusal IndicationKind = "late_refusal"
	// StorageFull: the network holds texts back until slots are freed. Sweep.
	StorageFull IndicationKind = "storage_full"
	// RegistrationChanged: Info has the new state.
	RegistrationChanged IndicationKind = "registration_changed"
	// Rebooted: the device has restarted by itself. Close and Open it again.
	Rebooted IndicationKind = "rebooted"
	// Damaged: something was announced that could not be read. Sweep by List.
	Damaged IndicationKind = "damaged"
	// Lost: the port is gone; Err says why. Close, and Open when it is back.
	Lost IndicationKind = "lost"
)

// Indication is one thing a modem announced by itself, in the order it did.
type Indication struct {
	Kind IndicationKind
	Slot Slot
	Raw  []byte // service centre address and TPDU
	MR   byte   // message reference, 3GPP TS 23.040 9.2.3.6
	Err  error
}

// Slot is one place in a memory of the modem or SIM. Indices begin at 0 or 1,
// as the device likes.
type Slot struct {
	Memory string // "SM", "ME", "SR"; empty: the memory that receives
	Index  int
}

// Stored is one message as it lies in a slot.
type Stored struct {
	Slot Slot
	Raw  []byte // service centre address and TPDU
}
