package modem

// PortInfo is one serial port that may lead to a modem.
type PortInfo struct {
	Device    string // "/dev/ttyUSB2"
	ByID      string // stable link "/dev/serial/by-id/…"; empty if there is none
	VendorID  string // USB, four hex digits; empty if not on USB
	ProductID string
	Serial    string
	Vendor    string // as the device names itself
	Product   string
	Interface string // USB interface number, two hex digits
	Driver    string // kernel driver, "option"
}

// Ports lists the serial ports that are plugged in, from sysfs alone: nothing
// is opened, so no device is disturbed.
func Ports() ([]PortInfo, error) { return nil, nil }
