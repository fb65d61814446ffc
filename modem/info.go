package modem

import (
	"slices"
	"time"

	"goniec/catalogue"
)

// State is the state of a modem. Open, Close and failing methods change it; the owner
// sets Parked and Absent.
type State string

// The states of a modem.
const (
	Absent       State = "absent"       // the device does not exist
	Opening      State = "opening"      // the port is being opened
	Initialising State = "initialising" // the device is being asked and set up
	SIMLocked    State = "sim_locked"   // a person must deal with the PIN or PUK
	Registering  State = "registering"  // waiting for a network that takes texts
	Ready        State = "ready"        // texts can be sent and received
	Faulted      State = "faulted"      // LastFault says why
	Parked       State = "parked"       // the owner has taken it out of service
)

// RegistrationStatus is <stat> of +CREG and +CEREG (3GPP TS 27.007 10.1.22), or Unasked
// when the modem has not answered.
type RegistrationStatus int

// The registration states that matter to texts.
const (
	Unasked         RegistrationStatus = -1
	NotSearching    RegistrationStatus = 0
	Home            RegistrationStatus = 1
	Searching       RegistrationStatus = 2
	Denied          RegistrationStatus = 3
	Roaming         RegistrationStatus = 5
	HomeSMSOnly     RegistrationStatus = 6
	RoamingSMSOnly  RegistrationStatus = 7
	EmergencyOnly   RegistrationStatus = 8
	HomeNoCSFB      RegistrationStatus = 9
	RoamingNoCSFB   RegistrationStatus = 10
	EmergencyBearer RegistrationStatus = 11
)

// CanSend reports whether a network in this state accepts texts.
func (r RegistrationStatus) CanSend() bool {
	return slices.Contains([]RegistrationStatus{
		Home, Roaming, HomeSMSOnly, RoamingSMSOnly, HomeNoCSFB, RoamingNoCSFB,
	}, r)
}

// String returns the state in plain words.
func (r RegistrationStatus) String() string { return r.In(catalogue.English) }

// In describes the state in lang, for a person.
func (r RegistrationStatus) In(lang catalogue.Language) string {
	names := [...]string{
		"not_searching", "home", "searching", "denied", "unknown", "roaming", "home_texts_only",
		"roaming_texts_only", "emergency_calls_only", "home_no_fallback", "roaming_no_fallback",
		"emergency_bearer_only",
	}
	name := "not_known"
	if r >= 0 && int(r) < len(names) {
		name = names[r]
	}
	return catalogue.Text(lang, catalogue.RegistrationText(name))
}

// Registration is the registration with the circuit-switched network and with LTE.
// Either alone suffices to send a text.
type Registration struct {
	CS  RegistrationStatus // +CREG
	EPS RegistrationStatus // +CEREG
}

// CanSend reports whether either network accepts texts.
func (r Registration) CanSend() bool { return r.CS.CanSend() || r.EPS.CanSend() }

// Denied reports whether a network has refused this SIM and no network accepts its
// texts.
func (r Registration) Denied() bool {
	return !r.CanSend() && (r.CS == Denied || r.EPS == Denied)
}

// Signal is the answer of +CSQ (3GPP TS 27.007 8.5).
type Signal struct {
	RSSI int // <rssi>, 0 to 31; 99 unknown
	DBm  int // -113 to -51; 0 unknown
}

// Storage is how full a memory for texts or reports is (+CPMS).
type Storage struct {
	Memory      string // "SM", "ME", "MT" or "SR"; empty when the modem has not told
	Used, Total int    // messages
}

// nearlyFull is the used share of a memory from which on a warning is due, because read
// texts are deleted at once.
const nearlyFull = 0.7

// share returns the used share of the memory, 0 to 1; 0 when its size is not known.
func (s Storage) share() float64 {
	if s.Total <= 0 {
		return 0
	}
	return float64(s.Used) / float64(s.Total)
}

// NearlyFull reports whether at least 70 % of the memory are used.
func (s Storage) NearlyFull() bool { return s.share() >= nearlyFull }

// Full reports whether the memory has no free place.
func (s Storage) Full() bool { return s.share() >= 1 }

// Info is the known state of a modem. Fields that the device has not told are empty.
type Info struct {
	Name, Device string
	State        State
	Since        time.Time // when State was entered
	Manufacturer string
	Model        string
	Revision     string
	Profile      string // name of the Profile in use; empty: the family is unknown
	IMEI         string
	IMSI         string
	ICCID        string
	Number       string // of the SIM, if stored on it; few are
	Operator     string
	Signal       Signal
	// SignalHistory is the signal of the last 24 hours, oldest first, since New.
	SignalHistory []SignalBucket
	Registration  Registration
	SMSC          string    // number of the service centre, from +CSCA?
	Storage       Storage   // of the memory that receives texts
	Storages      []Storage // of every memory, as last read
	LastFault     *Fault    // nil: no fault since Open
}
