package modem

import (
	"context"

	"goniec/modem/at"
)

// What the tests outside the package need from within.
var (
	// ProbeWith is Probe on any port.
	ProbeWith = probe
	// OpenSerial opens a serial device for us alone.
	OpenSerial = openSerial
	// OpenError says in our words why a device could not be opened.
	OpenError = openError
	// PortsIn is Ports on other roots than /sys and /dev.
	PortsIn = portsIn
	// ReenumerateUSBWith is ReenumerateUSB on another root than /sys, with
	// another way to write.
	ReenumerateUSBWith = reenumerateUSB
	// WriteAttribute writes a file of sysfs.
	WriteAttribute = writeAttribute
	// DecodeUSSD reads the text of +CUSD.
	DecodeUSSD = decodeUSSD
	// ParseClock reads the time of +CCLK.
	ParseClock = parseClock
	// PackUSSD packs a code into octets.
	PackUSSD = packUSSD
	// USBModemsIn is USBModems on another root than /sys.
	USBModemsIn = usbModemsIn
	// Holders is who holds a device, by another root than /proc.
	Holders = holders
)

// Mask masks the lines of one transcript.
func Mask(lines ...TraceLine) []string {
	m := masking{masker: newMasker()}
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = m.line(at.Entry(line))
	}
	return out
}

// Store, SubmitStored and Marked are what a study of sending from memory needs.
func (m *Modem) Store(ctx context.Context, tpdu []byte) (Slot, error) { return m.store(ctx, tpdu) }

// SubmitStored sends what Store has left.
func (m *Modem) SubmitStored(ctx context.Context, s Slot) (int, error) {
	mr, _, err := m.submitStored(ctx, s)
	return mr, err
}

// Marked reads the mark of what Store has left: "2" unsent, "3" sent, "" none.
func (m *Modem) Marked(ctx context.Context, s Slot) (string, error) {
	found, err := m.marked(ctx, s)
	return string(found), err
}
