package modem

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
	// ReadProfile reads one profile file.
	ReadProfile = readProfile
	// Profiles lists the families that are known.
	Profiles = profiles
	// Holders is who holds a device, by another root than /proc.
	Holders = holders
)

// Errors that only the rules of faults and tests compare.
var (
	ErrNotUSB      = errNotUSB
	ErrOverflow    = errOverflow
	ErrProfile     = errProfile
	ErrSMSCRefused = errSMSCRefused
	ErrUSBReset    = errUSBReset
	ErrUnannounced = errUnannounced
)

// Mask masks the lines of one transcript.
func Mask(lines ...TraceLine) []string {
	m := masking{masker: newMasker()}
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = m.line(line)
	}
	return out
}
