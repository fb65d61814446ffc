package emulator

import "io"

// outputLimit bounds, in octets, what waits to be read by the host. What comes beyond
// the limit is lost, as in a modem whose buffers are full.
const outputLimit = 256 << 10

// line is a modem's end of one connection. Its fields but stream are guarded by
// Network.mu.
type line struct {
	stream io.ReadWriteCloser
	out    []byte        // waits to be written
	spare  []byte        // room for the next out
	wake   chan struct{} // tells the writer that out is not empty
	gone   bool
	// inline: the reader itself writes the answers to its input, which saves waking
	// the writer. Only for streams whose Write does not wait for the far side to read.
	inline  bool
	reading bool // an inline reader is at work
	writing bool // out is being emptied
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

// flush writes what waits, unless another goroutine does so already.
func (l *line) flush(p *port) {
	n := p.modem.network
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
		_, err := l.stream.Write(data)
		if err != nil {
			// The reader meets the same error, and ends the line.
			_ = l.stream.Close()
		}
		p.said(data)
		n.mu.Lock()
		l.spare = data[:0]
	}
	l.writing = false
}
