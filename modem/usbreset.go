package modem

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

var (
	// errNotUSB says that a device is not on USB and cannot be reset.
	errNotUSB = errors.New("device is not on USB")
	// errUSBReset says that this user may not reset the device.
	errUSBReset = errors.New("USB device may not be reset by this user")
)

const (
	// usbPause is how long a device stays deauthorised or unbound.
	usbPause = time.Second
	// usbTries is the count of tries to enable a device again.
	usbTries = 3
)

// ReenumerateUSB enumerates the USB device of the modem again by Config.Reenumerate.
// The modem must be closed. Nothing is reset unless a port of the modem's device is
// connected. The error is a *Fault. It wraps ErrNoDevice if the device is unknown or
// not connected, an error that names a port outside USB, or that of Config.Reenumerate.
func (m *Modem) ReenumerateUSB(ctx context.Context) error {
	ports, err := m.cfg.Ports()
	if err != nil {
		return newFault("reset the USB device", BeforePayload, err)
	}
	for _, p := range ports {
		if m.finder.isAt(p) {
			return m.cfg.Reenumerate(ctx, p.Device)
		}
	}
	if _, err := os.Stat(m.cfg.Device); err == nil {
		return newFault("reset the USB device", BeforePayload, fmt.Errorf("%s: %w", m.cfg.Device, errNotUSB))
	}
	return newFault("reset the USB device", BeforePayload, ErrNoDevice)
}

// isAt reports whether p is a port of the modem: of its last known stick, else at the
// configured path.
func (f *finder) isAt(p PortInfo) bool {
	if was := f.stick; was.USB != "" {
		return p.USB == was.USB && p.VendorID == was.VendorID && p.ProductID == was.ProductID && p.Serial == was.Serial
	}
	return f.cfg.Device != "" && (p.Device == RealPath(f.cfg.Device) || p.ByID == f.cfg.Device)
}

// RealPath resolves links in path, so that two names of one port compare equal. It
// returns a path that cannot be resolved unchanged.
func RealPath(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return path
}

// keepStick records the USB device of the modem.
func (f *finder) keepStick() {
	ports, err := f.cfg.Ports()
	if err != nil {
		return
	}
	device := RealPath(f.Info().Device)
	for _, p := range ports {
		if p.Device == device {
			f.stick = p
		}
	}
}

// ReenumerateUSB disconnects and reconnects the USB device of a serial port in the
// kernel, without cutting its power. All ports of the device vanish and return, perhaps
// under other names; close them before. It writes the attribute "authorized" of the
// device in sysfs, or unbind and bind of its driver, which usually require root. The
// error is a *Fault. It wraps ErrNoDevice for a port that does not exist.
func ReenumerateUSB(ctx context.Context, device string) error {
	return reenumerateUSB(ctx, "/sys", device, writeAttribute)
}

func reenumerateUSB(ctx context.Context, sys, device string, write func(path, value string) error) error {
	dir, err := usbDevice(sys, device)
	if err == nil {
		err = cycleUSB(ctx, sys, dir, write)
	}
	if err != nil {
		return newFault("reset the USB device of "+device, BeforePayload, err)
	}
	return nil
}

// usbDevice returns the sysfs folder of the USB device of a serial port.
func usbDevice(sys, device string) (string, error) {
	target, err := filepath.EvalSymlinks(device)
	if err != nil {
		return "", fmt.Errorf("%s: %w", device, ErrNoDevice)
	}
	dir, err := filepath.EvalSymlinks(filepath.Join(sys, "class", "tty", filepath.Base(target), "device"))
	if err != nil {
		return "", fmt.Errorf("%s: %w", device, errNotUSB)
	}
	for ; len(dir) > 1 && filepath.Base(dir) != "devices"; dir = filepath.Dir(dir) {
		if attribute(dir, "idVendor") != "" {
			return dir, nil
		}
	}
	return "", fmt.Errorf("%s: %w", device, errNotUSB)
}

// cycleUSB disables and enables a USB device in the first way that the kernel allows.
func cycleUSB(ctx context.Context, sys, dir string, write func(path, value string) error) error {
	driver := filepath.Join(sys, "bus", "usb", "drivers", "usb")
	var refused error
	for _, way := range []struct{ offPath, off, onPath, on string }{
		{filepath.Join(dir, "authorized"), "0", filepath.Join(dir, "authorized"), "1"},
		{filepath.Join(driver, "unbind"), filepath.Base(dir), filepath.Join(driver, "bind"), filepath.Base(dir)},
	} {
		if err := write(way.offPath, way.off); err != nil {
			refused = errors.Join(refused, err)
			continue
		}
		// From here on ctx must not stop the step that enables the device.
		_ = pause(ctx, usbPause)
		return switchUSBOn(context.WithoutCancel(ctx), way.onPath, way.on, write)
	}
	if errors.Is(refused, fs.ErrPermission) || errors.Is(refused, syscall.EROFS) {
		return fmt.Errorf("%w: %w", errUSBReset, refused)
	}
	return refused
}

func switchUSBOn(ctx context.Context, path, value string, write func(path, value string) error) error {
	var err error
	for range usbTries {
		if err = write(path, value); err == nil {
			return nil
		}
		_ = pause(ctx, usbPause)
	}
	return fmt.Errorf("it was switched off and could not be switched on again: %w", err)
}

// writeAttribute writes an existing file of sysfs.
func writeAttribute(path, value string) error {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("switch a USB device: %w", err)
	}
	_, err = file.WriteString(value)
	return errors.Join(err, file.Close())
}
