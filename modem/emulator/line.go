package emulator

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"net"
)

// outputLimit bounds what waits to be read by the far side. What comes beyond it
// is lost, as it is in a modem whose buffers are full.
const outputLimit = 256 << 10

// line is a modem's end of one connection. Its fields but port are guarded by
// Network.mu.
type line struct {
	port  io.ReadWriteCloser
	out   []byte        // waits to be written
	spare []byte        // room for the next out
	wake  chan struct{} // tells the writer that out is not empty
	gone  bool
	// inline says that the reader itself writes what its input brought about,
	// which saves waking the writer: for ports whose Write does not wait for the
	// far side to read.
	inline  bool
	reading bool // such a reader is at work
	writing bool // out is being emptied
}

// Tap overhears a modem's line, for tests that do something at a certain octet. Its
// functions are called by the goroutines that serve the line, without any lock: they
// may take their time, and meanwhile that direction stands still.
type Tap struct {
	// Heard gets what the host wrote before the modem does, and returns what the
	// modem is to hear of it. Nil: all.
	Heard func(data []byte) []byte
	// Said gets what the modem has said, after it was written to the line. Nil:
	// nobody listens.
	Said func(data []byte)
}

// SetTap has the modem's line overheard from now on, by nobody if both functions are
// nil.
func (m *Modem) SetTap(t Tap) { m.tap.Store(&t) }

// heard passes on what the host wrote.
func (m *Modem) heard(data []byte) []byte {
	if t := m.tap.Load(); t != nil && t.Heard != nil && len(data) > 0 {
		return t.Heard(data)
	}
	return data
}

// said tells what was written to the line.
func (m *Modem) said(data []byte) {
	if t := m.tap.Load(); t != nil && t.Said != nil {
		t.Said(data)
	}
}

// attach makes port the line of the modem; a line it had before is closed, for
// a modem has one. Network.mu is held.
func (m *Modem) attach(port io.ReadWriteCloser) {
	if m.line != nil {
		m.line.detach()
		m.network.closeLater(m.line.port)
	}
	_, buffered := port.(*ptyPort)
	l := &line{port: port, wake: make(chan struct{}, 1), inline: buffered}
	m.line = l
	m.heal(CureReopen)
	m.network.routines.Go(func() { m.readLine(l) })
	m.network.routines.Go(func() {
		for range l.wake {
			l.flush(m)
		}
	})
}

// detach ends the line's writer. Network.mu is held.
func (l *line) detach() {
	if !l.gone {
		l.gone = true
		l.out = nil
		close(l.wake)
	}
}

// write has data written. Network.mu is held.
func (l *line) write(data []byte) {
	if l.gone || len(l.out)+len(data) > outputLimit {
		return
	}
	l.out = append(l.out, data...)
	if l.reading {
		return
	}
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// readLine hands what arrives to the modem until the line ends.
func (m *Modem) readLine(l *line) {
	buffer := make([]byte, 4096)
	for {
		count, err := l.port.Read(buffer)
		data := m.heard(buffer[:count])
		m.network.mu.Lock()
		if m.line == l && !l.gone {
			l.reading = l.inline
			m.receive(data)
		}
		if err != nil {
			l.detach()
			if m.line == l {
				m.line = nil
			}
			m.network.release()
			// The error is the end of the line; the far side has closed it.
			_ = l.port.Close()
			return
		}
		m.network.release()
		if l.inline {
			l.flush(m)
		}
	}
}

// flush writes what waits, unless somebody is at it.
func (l *line) flush(m *Modem) {
	n := m.network
	n.mu.Lock()
	defer n.mu.Unlock()
	l.reading = false
	if l.writing {
		return
	}
	l.writing = true
	for len(l.out) > 0 {
		data := l.out
		l.out = l.spare
		n.mu.Unlock()
		_, err := l.port.Write(data)
		if err != nil {
			// The reader learns of it too, and ends the line.
			_ = l.port.Close()
		}
		m.said(data)
		n.mu.Lock()
		l.spare = data[:0]
	}
	l.writing = false
}

// Pipe connects to the modem and returns the far end, a net.Pipe that supports
// deadlines. A connection that was there before is closed; the modem keeps its
// state. When the port is gone (see Unplug) the end returned is closed already.
func (m *Modem) Pipe() net.Conn {
	far, near := net.Pipe()
	m.network.mu.Lock()
	defer m.network.release()
	if m.unplugged || m.network.closed {
		// A pipe's Close cannot fail.
		_ = far.Close()
		_ = near.Close()
		return far
	}
	m.attach(near)
	return far
}

// Dial is Pipe for callers that open and reopen a port: while the port is gone
// it returns an error that wraps fs.ErrNotExist, as opening a device does.
func (m *Modem) Dial(ctx context.Context) (net.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.network.mu.Lock()
	gone := m.unplugged || m.network.closed
	m.network.mu.Unlock()
	if gone {
		return nil, fmt.Errorf("open emulated modem %s: %w", m.profile.Name, fs.ErrNotExist)
	}
	return m.Pipe(), nil
}
