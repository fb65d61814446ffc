package gateway_test

import (
	"bytes"
	"context"
	"net"
	"sync"
	"sync/atomic"

	"goniec/gateway"
	"goniec/modem"
)

// tap is the near end of a line to a modem that is tampered with on the way.
type tap struct {
	net.Conn
	middle  net.Conn // what is written to it comes out at the near end
	pumping sync.WaitGroup
}

// tapped has the lines of all modems tampered with: toModem changes what is
// written to it, fromModem what it says; nil changes nothing.
func tapped(toModem func(*tap, []byte) []byte, fromModem func([]byte) []byte) func(*gateway.Config) {
	return func(g *gateway.Config) {
		for i := range g.Modems {
			dial := g.Modems[i].Open
			g.Modems[i].Open = func(ctx context.Context) (modem.Port, error) {
				port, err := dial(ctx)
				if err != nil {
					return nil, err
				}
				return newTap(port.(net.Conn), toModem, fromModem), nil
			}
		}
	}
}

func newTap(far net.Conn, toModem func(*tap, []byte) []byte, fromModem func([]byte) []byte) *tap {
	near, middle := net.Pipe()
	t := &tap{Conn: near, middle: middle}
	t.pumping.Go(func() {
		pump(middle, far, func(b []byte) []byte {
			if toModem == nil {
				return b
			}
			return toModem(t, b)
		})
	})
	t.pumping.Go(func() {
		pump(far, middle, func(b []byte) []byte {
			if fromModem == nil {
				return b
			}
			return fromModem(b)
		})
	})
	return t
}

// pump copies what change makes of it until either side is closed.
func pump(from, to net.Conn, change func([]byte) []byte) {
	defer func() { _ = from.Close(); _ = to.Close() }() // the other pump ends, too
	buffer := make([]byte, 4096)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		if b := change(bytes.Clone(buffer[:n])); len(b) > 0 {
			if _, err := to.Write(b); err != nil {
				return
			}
		}
	}
}

// say has the modem say a line of its own.
func (t *tap) say(line string) { _, _ = t.middle.Write([]byte("\r\n" + line + "\r\n")) }

func (t *tap) Close() error {
	err := t.Conn.Close()
	t.pumping.Wait()
	return err
}

// refusal answers payloads with a line of its own instead of letting them through.
type refusal struct {
	line   string
	octets string // what a payload must hold, in hex; empty: any
	over   atomic.Bool
}

func (r *refusal) toModem(t *tap, b []byte) []byte {
	const end = 0x1a // of a payload
	if r.over.Load() || bytes.IndexByte(b, end) < 0 || !bytes.Contains(b, []byte(r.octets)) {
		return b
	}
	t.say(r.line)
	return []byte{0x1b} // the modem forgets it
}
