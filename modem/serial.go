package modem

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"go.bug.st/serial"
)

// defaultBaud is the rate without a configured one. USB modems ignore the rate.
const defaultBaud = 115200

// serialPort is a device opened twice: file for reading and writing with deadlines, and
// the port of package serial for mode, control lines and the exclusive lock.
type serialPort struct {
	*os.File
	port serial.Port
}

// openSerial opens a serial device exclusively.
func openSerial(device string, baud int) (Port, error) {
	file, err := os.OpenFile(device, os.O_RDWR|syscall.O_NOCTTY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, openError(device, err)
	}
	port, err := setUpSerial(file, device, baud)
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	return serialPort{File: file, port: port}, nil
}

func setUpSerial(file *os.File, device string, baud int) (serial.Port, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("examine %s: %w", device, err)
	}
	if info.Mode()&fs.ModeCharDevice == 0 {
		return nil, fmt.Errorf("%s: %w", device, ErrNotSerial)
	}
	// TIOCEXCL does not stop root or earlier openers; the file lock stops all programs
	// that take it.
	raw, err := file.SyscallConn()
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", device, err)
	}
	var locked error
	if err := raw.Control(func(fd uintptr) { locked = syscall.Flock(int(fd), syscall.LOCK_EX|syscall.LOCK_NB) }); err != nil {
		return nil, fmt.Errorf("lock %s: %w", device, err)
	}
	if errors.Is(locked, syscall.EWOULDBLOCK) {
		return nil, busyError(device)
	}
	if baud <= 0 {
		baud = defaultBaud
	}
	port, err := serial.Open(device, &serial.Mode{BaudRate: baud})
	if err != nil {
		return nil, openError(device, err)
	}
	return port, nil
}

// Close closes the file first, which ends pending reads, then the control lines and the
// lock.
func (p serialPort) Close() error {
	return errors.Join(p.File.Close(), p.port.Close())
}

// openError turns an error of opening a device into one of this package.
func openError(device string, err error) error {
	var port *serial.PortError
	var errno syscall.Errno
	switch {
	case errors.As(err, &port):
		switch port.Code() {
		case serial.PortBusy:
			return busyError(device)
		case serial.PermissionDenied:
			return fmt.Errorf("%s: %w", device, ErrPermission)
		case serial.PortNotFound:
			return fmt.Errorf("%s: %w", device, ErrNoDevice)
		case serial.InvalidSerialPort:
			return fmt.Errorf("%s: %w: %w", device, ErrNotSerial, err)
		default:
		}
	case errors.As(err, &errno):
		switch errno {
		case syscall.ENOENT, syscall.ENXIO, syscall.ENODEV, syscall.ENOTDIR:
			return fmt.Errorf("%s: %w", device, ErrNoDevice)
		case syscall.EACCES, syscall.EPERM:
			return fmt.Errorf("%s: %w", device, ErrPermission)
		case syscall.EBUSY:
			return busyError(device)
		case syscall.ENOTTY, syscall.EISDIR:
			return fmt.Errorf("%s: %w", device, ErrNotSerial)
		default:
		}
	}
	return fmt.Errorf("open %s: %w", device, err)
}

// busyError names the programs that hold a device, as far as this user may see them.
func busyError(device string) error {
	holders := holders("/proc", device)
	if len(holders) == 0 {
		return fmt.Errorf("%s: %w", device, ErrBusy)
	}
	cause := ErrBusy
	if ourselves := fmt.Sprintf("(%d)", os.Getpid()); len(holders) == 1 && strings.HasSuffix(holders[0], ourselves) {
		cause = errOurs
	}
	return fmt.Errorf("%s: %w: %s", device, cause, strings.Join(holders, ", "))
}

// errOurs is ErrBusy when this process holds the device, probably for another modem.
var errOurs = fmt.Errorf("%w", ErrBusy)
