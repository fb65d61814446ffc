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

// PortInfo describes a serial port to which a modem may be connected.
type PortInfo struct {
	Device    string // "/dev/ttyUSB2"
	ByID      string // stable link "/dev/serial/by-id/…"; empty if there is none
	VendorID  string // USB, four hex digits; empty if not on USB
	ProductID string
	Serial    string
	Vendor    string // manufacturer string of the device
	Product   string
	Interface string // USB interface number, two hex digits
	Driver    string // kernel driver, "option"
	USB       string // place on the bus, "1-1.2"; the ports of one stick share it
	Number    string // USB device number, which changes with each plugging in
}

// Ports lists the USB serial ports and the board ports of this machine from sysfs,
// without opening them. Terminals, ports without hardware and the console are left out.
func Ports() ([]PortInfo, error) { return portsIn("/sys", "/dev") }

func portsIn(sys, dev string) ([]PortInfo, error) {
	class := filepath.Join(sys, "class", "tty")
	entries, err := os.ReadDir(class)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list serial ports: %w", err)
	}
	links := stableLinks(filepath.Join(dev, "serial", "by-id"))
	var ports []PortInfo
	for _, e := range entries {
		port, ok := portAt(filepath.Join(class, e.Name()))
		if !ok {
			continue // a terminal, or a port that has just vanished
		}
		port.Device = filepath.Join(dev, e.Name())
		port.ByID = links[e.Name()]
		ports = append(ports, port)
	}
	slices.SortFunc(ports, func(a, b PortInfo) int { return compareNames(a.Device, b.Device) })
	return ports, nil
}

// compareNames sorts ttyUSB2 before ttyUSB10.
func compareNames(a, b string) int {
	if len(a) != len(b) && strings.TrimRight(a, "0123456789") == strings.TrimRight(b, "0123456789") {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

// portAt describes the port of a folder of /sys/class/tty. ok is false for a port
// without hardware.
func portAt(folder string) (PortInfo, bool) {
	device, err := filepath.EvalSymlinks(filepath.Join(folder, "device"))
	if err != nil {
		return PortInfo{}, false
	}
	port := PortInfo{Driver: driverOf(device)}
	onUSB := port.readUSB(device)
	if onUSB {
		return port, true
	}
	// A wired port. Ports without hardware have type 0 (unknown).
	if kind := attribute(folder, "type"); kind == "" || kind == "0" {
		return PortInfo{}, false
	}
	return port, attribute(folder, "console") != "Y"
}

// readUSB reads the attributes of the USB interface and device above a port.
func (p *PortInfo) readUSB(device string) bool {
	for dir := device; len(dir) > 1 && filepath.Base(dir) != "devices"; dir = filepath.Dir(dir) {
		if number := attribute(dir, "bInterfaceNumber"); number != "" {
			p.Interface = number
			p.Driver = driverOf(dir)
		}
		if vendor := attribute(dir, "idVendor"); vendor != "" {
			p.VendorID, p.ProductID = vendor, attribute(dir, "idProduct")
			p.Serial, p.Vendor, p.Product = attribute(dir, "serial"), attribute(dir, "manufacturer"), attribute(dir, "product")
			p.USB, p.Number = filepath.Base(dir), attribute(dir, "devnum")
			return true
		}
	}
	return false
}

// driverOf returns the name of the kernel driver bound to a device.
func driverOf(device string) string {
	target, err := os.Readlink(filepath.Join(device, "driver"))
	if err != nil {
		return ""
	}
	return filepath.Base(target)
}

// attribute reads a file of sysfs; empty when there is none.
func attribute(dir, name string) string {
	value, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(value))
}

// stableLinks returns the links of a folder by the name of their target.
func stableLinks(folder string) map[string]string {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil // without udev there are none
	}
	links := make(map[string]string, len(entries))
	for _, e := range entries {
		link := filepath.Join(folder, e.Name())
		if target, err := os.Readlink(link); err == nil {
			links[filepath.Base(target)] = link
		}
	}
	return links
}
