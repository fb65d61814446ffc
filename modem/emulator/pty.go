package emulator

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

const (
	// openInterval is how often is looked whether somebody opened the port.
	openInterval = 10 * time.Millisecond
	// fullTime is how long a full port is waited for before what does not fit
	// is dropped.
	fullTime = 2 * time.Second
)

// PTY is the port of a modem as a device file, which programs open and close as a
// serial port. What the modem says while no program has the file open is lost.
type PTY struct {
	modem *Modem
	dir   string

	mu     sync.Mutex
	port   *ptyPort // nil while the port is gone
	closed bool
}

// OpenPTY gives the modem a port that other programs can open, in place of any
// connection that the modem had. Network.Close closes the port.
func (m *Modem) OpenPTY() (*PTY, error) {
	dir, err := os.MkdirTemp("", "goniec-modem-")
	if err != nil {
		return nil, fmt.Errorf("open emulated port: %w", err)
	}
	p := &PTY{modem: m, dir: dir}
	port, err := p.open()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open emulated port: %w", err), os.RemoveAll(dir))
	}
	m.network.mu.Lock()
	defer m.network.release()
	if m.network.closed {
		return nil, errors.Join(fmt.Errorf("open emulated port: network: %w", fs.ErrClosed), p.Close())
	}
	if m.port.pty != nil {
		m.network.closeLater(m.port.pty)
	}
	m.port.pty = p
	m.port.attach(port)
	return p, nil
}

// Path is the name of the device file. It stays the same when the port vanishes
// and returns, as names below /dev/serial/by-id do.
func (p *PTY) Path() string { return filepath.Join(p.dir, "modem") }

// Close closes the port for good and removes its name.
func (p *PTY) Close() error {
	p.mu.Lock()
	port := p.port
	p.port, p.closed = nil, true
	p.mu.Unlock()
	var err error
	if port != nil {
		err = port.Close()
	}
	return errors.Join(err, os.RemoveAll(p.dir))
}

// open makes a pseudo-terminal with the port's name.
func (p *PTY) open() (*ptyPort, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, fs.ErrClosed
	}
	port, err := newPTYPort(p.Path())
	if err != nil {
		return nil, err
	}
	port.left = p.left
	p.port = port
	return port, nil
}

// left notes that nobody has the port open any more.
func (p *PTY) left() {
	n := p.modem.network
	n.mu.Lock()
	defer n.release()
	p.modem.heal(CureReopen)
}

// plug brings the port back after it was gone.
func (p *PTY) plug() {
	n := p.modem.network
	port, err := p.open()
	if err != nil {
		n.logger.Warn("emulated port does not come back", "err", err)
		return
	}
	n.mu.Lock()
	defer n.release()
	if n.closed || p.modem.port.gone {
		// The port went again before anybody opened it.
		_ = port.Close()
		return
	}
	p.modem.port.attach(port)
}

// ptyPort is the modem's side of a pseudo-terminal. Its Read outlives those who
// open and close the other side.
type ptyPort struct {
	master *os.File
	slave  string // device file
	link   string
	open   atomic.Bool // somebody has the other side open
	left   func()      // called when the last program has closed the other side
	closed chan struct{}
	once   sync.Once
}

func newPTYPort(link string) (*ptyPort, error) {
	master, slave, err := pty.Open()
	if err != nil {
		return nil, err
	}
	name := slave.Name()
	// The slave is closed after it is set: while it is open here, the kernel cannot
	// tell whether another program has it open.
	err = errors.Join(makeRaw(slave), slave.Close())
	file, duplicateErr := pollable(master)
	err = errors.Join(err, duplicateErr, master.Close())
	if err == nil {
		// The name may be left of a port that went.
		_ = os.Remove(link)
		err = os.Symlink(name, link)
	}
	if err != nil {
		if file != nil {
			err = errors.Join(err, file.Close())
		}
		return nil, err
	}
	return &ptyPort{master: file, slave: name, link: link, left: func() {}, closed: make(chan struct{})}, nil
}

// pollable returns a descriptor of the same file that Go's poller handles, so
// that Close ends a Read and deadlines work.
func pollable(f *os.File) (*os.File, error) {
	descriptor, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	if err := unix.SetNonblock(descriptor, true); err != nil {
		return nil, errors.Join(err, unix.Close(descriptor))
	}
	return os.NewFile(uintptr(descriptor), f.Name()), nil
}

// makeRaw turns off what a terminal does to the octets that pass.
func makeRaw(f *os.File) error {
	descriptor := int(f.Fd())
	t, err := unix.IoctlGetTermios(descriptor, unix.TCGETS)
	if err != nil {
		return err
	}
	t.Iflag = 0
	t.Oflag &^= unix.OPOST
	t.Lflag = 0
	t.Cflag &^= unix.CSIZE | unix.PARENB
	t.Cflag |= unix.CS8 | unix.CREAD | unix.CLOCAL
	t.Cc[unix.VMIN], t.Cc[unix.VTIME] = 1, 0
	return unix.IoctlSetTermios(descriptor, unix.TCSETS, t)
}

// Read reads what the host writes. It waits while nobody has the port open.
func (p *ptyPort) Read(b []byte) (int, error) {
	for {
		count, err := p.master.Read(b)
		if err == nil {
			p.open.Store(true)
			return count, nil
		}
		if !errors.Is(err, syscall.EIO) {
			return count, err
		}
		// EIO: the last program that had the port open closed it.
		if p.open.Swap(false) {
			p.drain()
			p.left()
		}
		select {
		case <-p.closed:
			return 0, fs.ErrClosed
		case <-time.After(openInterval):
		}
	}
}

// drain throws away what the last program did not read, so that the next program does
// not get it.
func (p *ptyPort) drain() {
	descriptor, err := unix.Open(p.slave, unix.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return // the port is being closed
	}
	// Nothing can be done about a failure, and nothing depends on success.
	_ = unix.IoctlSetInt(descriptor, unix.TCFLSH, unix.TCIFLUSH)
	_ = unix.Close(descriptor)
}

// Write writes to whoever has the port open. Without one, and when the port
// stays full, the data is lost, and that is no error.
func (p *ptyPort) Write(b []byte) (int, error) {
	if !p.open.Load() {
		if !p.listening() {
			return len(b), nil
		}
		p.open.Store(true)
	}
	if err := p.master.SetWriteDeadline(time.Now().Add(fullTime)); err != nil {
		return 0, err
	}
	count, err := p.master.Write(b)
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, syscall.EIO) {
		return len(b), nil
	}
	return count, err
}

// listening asks the kernel whether somebody has the other side open.
func (p *ptyPort) listening() bool {
	raw, err := p.master.SyscallConn()
	if err != nil {
		return false
	}
	hungUp := true
	err = raw.Control(func(descriptor uintptr) {
		fds := []unix.PollFd{{Fd: int32(descriptor), Events: unix.POLLOUT}}
		if _, err := unix.Poll(fds, 0); err == nil {
			hungUp = fds[0].Revents&unix.POLLHUP != 0
		}
	})
	return err == nil && !hungUp
}

// Close ends the port: programs that have it open see a hang-up, and its name is gone.
func (p *ptyPort) Close() error {
	var err error
	p.once.Do(func() {
		close(p.closed)
		if target, linkErr := os.Readlink(p.link); linkErr == nil && target == p.slave {
			// The name may be gone with its folder.
			_ = os.Remove(p.link)
		}
		err = p.master.Close()
	})
	return err
}
