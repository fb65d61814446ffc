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
	// errNotUSB says that a device is not on USB, so that nothing can be done
	// about its power.
	errNotUSB = errors.New("device is not on USB")
	// errUSBReset says that the kernel does not let this user reset the device.
	errUSBReset = errors.New("USB device may not be reset by this user")
)

const (
	// usbPause is how long a device stays switched off.
	usbPause = time.Second
	// usbTries is how often it is tried to switch one on again.
	usbTries = 3
)

// ReenumerateUSB has the USB device enumerated again that the modem is, or was
// when it was open last, by Config.Reenumerate. It does so only while a port of it
// is plugged in, so that it strikes no other device that has taken its name. The
// modem must be closed. The error is a *Fault and wraps what ReenumerateUSB, the
// function, may return; ErrNoDevice also if nobody knows which device it is, and
// errNotUSB for a port that is there and is none of USB's.
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

// isAt reports whether p is a port of the modem: of the stick it was when it was
// open last, else of whatever is at the configured path.
func (f *finder) isAt(p PortInfo) bool {
	if was := f.stick; was.USB != "" {
		return p.USB == was.USB && p.VendorID == was.VendorID && p.ProductID == was.ProductID && p.Serial == was.Serial
	}
	return f.cfg.Device != "" && (p.Device == RealPath(f.cfg.Device) || p.ByID == f.cfg.Device)
}

// RealPath follows links, so that two names of one port are one; a path that cannot
// be followed is returned as it is.
func RealPath(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return path
}

// keepStick notes which USB device the modem is.
func (f *finder) keepStick() {
	ports, err := f.cfg.Ports()
	if err != nil {
		return // it keeps what was known
	}
	device := RealPath(f.Info().Device)
	for _, p := range ports {
		if p.Device == device {
			f.stick = p
		}
	}
}

// ReenumerateUSB has the kernel forget the USB device that a serial port belongs
// to and find it again, as if it had been unplugged and plugged in, though it
// keeps its power. All ports of the stick vanish and come back, perhaps under
// other names; close them before. It goes by sysfs: "authorized" of the device,
// or else unbind and bind of its driver, which mostly only root may write. The
// error is a *Fault and wraps ErrNoDevice for a port that is not there (there
// is nothing to reset then), errNotUSB, or errUSBReset. Nothing in this package
// calls it.
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

// usbDevice returns the folder in sysfs of the USB device of a serial port.
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

// cycleUSB switches a USB device off and on by the first way the kernel allows.
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
		// From here on it must not be left switched off.
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

// writeAttribute writes a file of sysfs. It never makes one.
func writeAttribute(path, value string) error {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("switch a USB device: %w", err)
	}
	_, err = file.WriteString(value)
	return errors.Join(err, file.Close())
}
