package emulator

import (
	"maps"
	"slices"
	"time"
)

// Profile describes a kind of modem: what it says of itself, what it accepts
// and how it misbehaves. The zero value of a field is what the standard says or
// what most modems do.
type Profile struct {
	// Name is how the profile is called: "generic", "huawei-e3372".
	Name string
	// Manufacturer, Model and Revision answer +CGMI, +CGMM and +CGMR.
	Manufacturer, Model, Revision string
	// TAC is the first eight digits of the IMEI. Empty: 35999900.
	TAC string

	// Boot are the lines sent at a start, BootTime after it began.
	Boot     []string
	BootTime time.Duration
	// CardTime passes between the end of a start and the card being ready.
	// Commands that need the card are answered "SIM busy" meanwhile.
	CardTime time.Duration
	// RegisterTime passes between the card being ready and registration.
	RegisterTime time.Duration
	// Noise are unsolicited lines, sent in turn, one every NoiseEvery, until the
	// command NoiseOff ("^CURC=0") is given.
	Noise      []string
	NoiseEvery time.Duration
	NoiseOff   string
	// Interleaves lets unsolicited results through while a command is
	// executed. Otherwise they follow the final result.
	Interleaves bool

	// Memories are the storages that +CPMS offers. Empty: "SM", "ME", "MT".
	Memories []string
	// Capacity is the number of places in each storage of the modem's own. Zero: 50.
	Capacity int
	// Places are the numbers of places, by storage, where they differ from Capacity.
	// 0: +CPMS accepts the storage, which keeps nothing.
	Places map[string]int
	// CPMSRefused are storages that +CPMS offers and then refuses, for each of its
	// three parameters.
	CPMSRefused [3][]string
	// CDSI is what +CDSI says wherever the report is, with {index} for its index:
	// `"SM",{index}`. CMTI is the same for texts. Empty: the truth.
	CDSI, CMTI string
	// Reports is the storage of status reports. Empty: "SR" if the modem has it, else
	// the storage of received texts.
	Reports string
	// Unreported are the values of <ds> of +CNMI that are accepted and with which no
	// report ever comes.
	Unreported []int
	// Preferred is the storage in use after a start. Empty: "SM".
	Preferred string
	// IndexBase is the number of the first slot: 0 or 1.
	IndexBase int
	// CPMSThree makes +CPMS insist on all three of its parameters.
	CPMSThree bool
	// EmptySlotOK answers +CMGR of an empty slot with a bare OK, not with
	// error 321.
	EmptySlotOK bool
	// FullLine is sent when a text finds no room ("^SMMEMFULL: \"SM\"").
	FullLine string
	// ListFails is the error that +CMGL is answered with. Zero: none.
	ListFails int

	// CNMI are the values accepted for each parameter of +CNMI. A nil set:
	// 0 to 3, 0 to 3, 0 or 2, 0 to 2, 0 or 1.
	CNMI [5][]int
	// CNMIRefused are combinations that are refused although +CNMI=? offers
	// their values; a negative value stands for any.
	CNMIRefused [][5]int
	// Services are the values of +CSMS. Empty: 0 and 1.
	Services []int
	// AcknowledgeTime is how long a text or report handed over by +CMT or +CDS
	// may stay without +CNMA. Zero: 15 seconds.
	AcknowledgeTime time.Duration

	// BusyAfter is how long after each text every command but AT alone is answered
	// with +CME ERROR BusyCode. Zero BusyCode: 515.
	BusyAfter time.Duration
	BusyCode  int
	// CentreUntold answers +CMGS with error 330 until +CSCA has been written since the
	// start, though +CSCA? tells the number.
	CentreUntold bool

	// Refused are the names of commands answered with ERROR ("+CNUM").
	Refused []string
	// Vendor maps the name of a vendor's command to the line it is answered
	// with before OK, {iccid} being the card's number; an empty line: OK alone.
	Vendor map[string]string
	// USSD is the coding of +CUSD; zero: as +CSCS says.
	USSD USSDCoding
	// Clock is what +CCLK shows.
	Clock ClockReading
	// BareCPIN answers +CPIN? without the final OK.
	BareCPIN bool
	// DropsPort makes the port vanish during a start, as USB sticks do.
	DropsPort bool
	// LTEOnly registers in the packet domain alone: +CREG says 0, +CEREG 1.
	LTEOnly bool
}

// USSDCoding is how a modem writes the text of +CUSD.
type USSDCoding int

// The codings of +CUSD besides that of +CSCS.
const (
	USSDUCS2   USSDCoding = iota + 1 // hexadecimal UCS-2
	USSDPacked                       // hexadecimal packed septets, also in the request
	USSDHex                          // hexadecimal ASCII, and DCS 0 behind it
)

// ClockReading is how a modem shows time and zone in +CCLK.
type ClockReading int

// The clocks of modems.
const (
	ClockLocal     ClockReading = iota // local time and its zone in quarters of an hour, as the standard says
	ClockUTC                           // UTC, and the zone of the place behind it
	ClockHours                         // local time and its zone in hours
	ClockZoneless                      // local time, and a zone of 0
	ClockSummerBit                     // as the standard says, and behind the zone whether summer time is in it
)

// complete returns the profile with its zero fields filled in.
func (p Profile) complete() Profile {
	if len(p.Memories) == 0 {
		p.Memories = []string{memorySIM, memoryME, memoryAll}
	}
	if p.Capacity <= 0 {
		p.Capacity = 50
	}
	if p.Preferred == "" {
		p.Preferred = memorySIM
	}
	standard := [5][]int{{0, 1, 2, 3}, {0, 1, 2, 3}, {0, 2}, {0, 1, 2}, {0, 1}}
	for i, values := range p.CNMI {
		if values == nil {
			p.CNMI[i] = standard[i]
		}
	}
	if len(p.Services) == 0 {
		p.Services = []int{0, 1}
	}
	if p.AcknowledgeTime <= 0 {
		p.AcknowledgeTime = 15 * time.Second
	}
	p.Vendor, p.Places = maps.Clone(p.Vendor), maps.Clone(p.Places)
	return p
}

func (p Profile) tac() string {
	if p.TAC == "" {
		return "35999900"
	}
	return p.TAC
}

// refuses reports whether the modem does not know the command.
func (p Profile) refuses(c command) bool { return slices.Contains(p.Refused, c.name) }
