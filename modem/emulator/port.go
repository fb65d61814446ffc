package emulator

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"net"
	"sync/atomic"
	"time"
)

// port is where a host connects to a modem.
type port struct {
	modem    *Modem
	line     *line // nil: nobody is connected
	pty      *PTY  // nil: the port has no device file
	gone     bool
	absences int                 // how often the port went or came
	tap      atomic.Pointer[Tap] // nil: nobody listens; not guarded by Network.mu
}

// Tap overhears a modem's line, for tests that act at a certain octet. The goroutines
// that serve the line call its functions without any lock. While a function runs, its
// direction of the line stands still.
type Tap struct {
	// Heard gets what the host wrote, and returns what the modem is to hear. Nil: the
	// modem hears everything.
	Heard func(data []byte) []byte
	// Said gets what the modem said, after it was written to the line. May be nil.
	Said func(data []byte)
}

// SetTap has t overhear the modem's line from now on. Tap{} ends that.
func (m *Modem) SetTap(t Tap) { m.port.tap.Store(&t) }

// heard returns what the modem is to hear of what the host wrote.
func (p *port) heard(data []byte) []byte {
	if t := p.tap.Load(); t != nil && t.Heard != nil && len(data) > 0 {
		return t.Heard(data)
	}
	return data
}

// said tells the tap what was written to the line.
func (p *port) said(data []byte) {
	if t := p.tap.Load(); t != nil && t.Said != nil {
		t.Said(data)
	}
}

// attach makes stream the one connection of the modem, and closes the one that was
// there. Network.mu is held.
func (p *port) attach(stream io.ReadWriteCloser) {
	m := p.modem
	if p.line != nil {
		p.line.detach()
		m.network.closeLater(p.line.stream)
	}
	_, buffered := stream.(*ptyPort)
	l := &line{stream: stream, wake: make(chan struct{}, 1), inline: buffered}
	p.line = l
	m.heal(CureReopen)
	m.network.routines.Go(func() { p.readLine(l) })
	m.network.routines.Go(func() {
		for range l.wake {
			l.flush(p)
		}
	})
}

// readLine hands what arrives to the modem until the line ends.
func (p *port) readLine(l *line) {
	m := p.modem
	buffer := make([]byte, 4096)
	for {
		count, err := l.stream.Read(buffer)
		data := p.heard(buffer[:count])
		m.network.mu.Lock()
		if p.line == l && !l.gone {
			l.reading = l.inline
			m.dialogue.receive(data)
		}
		if err != nil {
			l.detach()
			if p.line == l {
				p.line = nil
			}
			m.network.release()
			// An error of Read means that the far side has closed the line.
			_ = l.stream.Close()
			return
		}
		m.network.release()
		if l.inline {
			l.flush(p)
		}
	}
}

// Pipe connects to the modem and returns the far end, a net.Pipe that supports
// deadlines. A connection that was there before is closed; the modem keeps its
// state. When the port is gone (see Unplug) the end returned is closed already.
func (m *Modem) Pipe() net.Conn {
	far, near := net.Pipe()
	m.network.mu.Lock()
	defer m.network.release()
	if m.port.gone || m.network.closed {
		// A pipe's Close cannot fail.
		_ = far.Close()
		_ = near.Close()
		return far
	}
	m.port.attach(near)
	return far
}

// Dial is Pipe for callers that open and reopen a port. While the port is gone its
// error wraps fs.ErrNotExist, as that of opening a device does.
func (m *Modem) Dial(ctx context.Context) (net.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.network.mu.Lock()
	gone := m.port.gone || m.network.closed
	m.network.mu.Unlock()
	if gone {
		return nil, fmt.Errorf("open emulated modem %s: %w", m.profile.Name, fs.ErrNotExist)
	}
	return m.Pipe(), nil
}

// Plugged reports whether the modem has a port now. number changes each time the port
// goes or comes, as the number of a USB device does.
func (m *Modem) Plugged() (plugged bool, number int) {
	m.network.mu.Lock()
	defer m.network.release()
	return !m.port.gone, m.port.absences
}

// reenumeration is how long a device is away while its host enumerates it again.
const reenumeration = time.Second

// Reenumerate acts as a host that enumerates the USB device again: the port vanishes,
// the modem starts anew, and the port is back.
func (m *Modem) Reenumerate() {
	m.Unplug()
	m.network.mu.Lock()
	defer m.network.release()
	absence := m.port.absences
	m.network.after(reenumeration, func() {
		if m.port.absences != absence {
			return
		}
		m.plug()
	})
}

// Unplug makes the port vanish until Plug is called: the connection ends, and a
// new one cannot be made. The modem loses its power.
func (m *Modem) Unplug() {
	m.network.mu.Lock()
	defer m.network.release()
	m.powerDown(CureUSB)
	m.port.lose()
}

// Plug ends Unplug: the modem starts. Its port is there at once, or after the
// start if the profile drops it in a restart.
func (m *Modem) Plug() {
	m.network.mu.Lock()
	defer m.network.release()
	m.powerDown(CureUSB)
	m.plug()
}

// plug starts the modem when it gets power.
func (m *Modem) plug() {
	if m.profile.DropsPort {
		m.port.drop(m.profile.BootTime)
	} else {
		m.port.bring()
	}
	m.later(m.profile.BootTime, m.boot)
}

// drop ends the connection; a new one can be made after d.
func (p *port) drop(d time.Duration) {
	p.lose()
	absence := p.absences
	p.modem.network.after(d, func() {
		if p.absences == absence {
			p.bring()
		}
	})
}

// lose ends the connection; a new one can be made after bring.
func (p *port) lose() {
	p.gone = true
	p.absences++
	if p.line != nil {
		p.modem.network.closeLater(p.line.stream)
		p.line.detach()
		p.line = nil
	}
}

// bring makes the port available again.
func (p *port) bring() {
	p.absences++
	p.gone = false
	if p.pty != nil {
		p.modem.network.outside(p.pty.plug)
	}
}
