package modem

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// USBMode is the function that a USB device offers.
type USBMode string

// The modes.
const (
	ModeSerial  USBMode = "serial"    // serial ports
	ModeStorage USBMode = "storage"   // a CD-ROM with drivers; some sticks must be switched to serial mode
	ModeNetwork USBMode = "network"   // a network card (HiLink and the like) without a port for commands
	ModeNoPort  USBMode = "no_driver" // none: no kernel driver is bound
)

// USBModem is a connected USB device of a modem vendor.
type USBModem struct {
	ID      string // "12d1:14dc"
	Product string // product string
	Mode    USBMode
}

// USBModems lists the connected USB devices of modem vendors from sysfs, also those
// without serial ports.
func USBModems() ([]USBModem, error) { return usbModemsIn("/sys") }

// Classes of USB interfaces.
const (
	classCommunication = "02"
	classStorage       = "08"
	classData          = "0a"
	classWireless      = "e0"
)

func usbModemsIn(sys string) ([]USBModem, error) {
	folder := filepath.Join(sys, "bus", "usb", "devices")
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list USB devices: %w", err)
	}
	makers := []string{"12d1", "19d2", "2c7c", "1e0e", "05c6", "1bc7", "1546", "1199"}
	var found []USBModem
	for _, e := range entries {
		dir := filepath.Join(folder, e.Name())
		vendor := attribute(dir, "idVendor")
		if !slices.Contains(makers, vendor) {
			continue
		}
		found = append(found, USBModem{
			ID:      vendor + ":" + attribute(dir, "idProduct"),
			Product: strings.TrimSpace(attribute(dir, "manufacturer") + " " + attribute(dir, "product")),
			Mode:    modeOf(folder, e.Name()),
		})
	}
	return found, nil
}

// modeOf returns the mode of a device from its interfaces.
func modeOf(folder, device string) USBMode {
	interfaces, err := filepath.Glob(filepath.Join(folder, device+":*"))
	if err != nil {
		return ModeNoPort
	}
	var classes []string
	for _, dir := range interfaces {
		if ports, err := filepath.Glob(filepath.Join(dir, "tty*")); err == nil && len(ports) > 0 {
			return ModeSerial
		}
		classes = append(classes, strings.ToLower(attribute(dir, "bInterfaceClass")))
	}
	isNetwork := func(class string) bool {
		return class == classCommunication || class == classData || class == classWireless
	}
	switch {
	case slices.ContainsFunc(classes, isNetwork):
		return ModeNetwork
	case slices.Contains(classes, classStorage):
		return ModeStorage
	}
	return ModeNoPort
}
