// Package modem keeps one device under supervision: it opens the port, sets the
// device up for texts in PDU mode, submits, reads, deletes and acknowledges,
// and tells what the device announces by itself.
//
// It speaks 3GPP TS 27.005 and 27.007 through package at. It knows nothing of
// messages, queues and retries: it answers an error with a *Fault that says
// whose fault it is and whether to try again, and leaves the rest to its owner.
package modem

import (
	"context"
	"io"
	"log/slog"
	"time"
)

// Port is the stream to a device. *os.File and net.Conn are ports.
type Port interface {
	io.ReadWriteCloser
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
}

// PINGuard remembers across restarts which PIN was given to which SIM, so that
// a wrong one is never given twice. MarkTried is called, and must be on disk
// when it returns, before the PIN is sent.
type PINGuard interface {
	Tried(iccid, pin string) bool
	MarkTried(iccid, pin string) error
}

// Config is what New needs. Only Name and Device (or Open) are required.
type Config struct {
	Name     string
	Device   string // path of the serial device
	BaudRate int    // 0: 115200
	// PIN returns the PIN of the SIM; nil or an empty PIN: there is none.
	PIN func() (string, error)
	// PINGuard must be set for a PIN ever to be sent.
	PINGuard PINGuard
	// Open returns the port; nil: the serial device at Device, held exclusively.
	Open     func(ctx context.Context) (Port, error)
	Logger   *slog.Logger // nil: nothing is logged
	Timeouts Timeouts
}

// Timeouts bounds each step; a zero field takes the default given here.
type Timeouts struct {
	Command      time.Duration // an ordinary command: 10 s
	Prompt       time.Duration // the prompt of +CMGS: 20 s
	Submit       time.Duration // the answer after the payload: 180 s
	List         time.Duration // +CMGL, +CMGR, +CMGD: 120 s
	Write        time.Duration // one write to the port: 2 s
	Quiet        time.Duration // silence that ends a resync: 300 ms
	Attention    time.Duration // one AT while nobody knows if the device listens: 3 s
	SIMBusy      time.Duration // how long a SIM may say busy: 20 s
	Registration time.Duration // until a network takes us: 90 s
}

// Modem is one device under supervision. Its methods are called by one
// goroutine, the owner, except Info, Indications and Transcript, which any
// goroutine may call.
type Modem struct {
}

// New returns a modem that is not open yet.
func New(cfg Config) *Modem { return &Modem{} }

// Open opens the port and sets the device up until it is ready to send and
// receive. An error is a *Fault; the port is then closed again.
func (m *Modem) Open(ctx context.Context) error { return nil }

// Close closes the port. The modem can be opened again.
func (m *Modem) Close() error { return nil }

// Info returns what is known of the modem now.
func (m *Modem) Info() Info { return Info{} }

// Indications returns what the modem announces by itself, in order. The channel
// is the same for the life of the Modem and is never closed; what is announced
// while nobody receives waits.
func (m *Modem) Indications() <-chan Indication { return nil }

// Submit sends one SMS-SUBMIT TPDU (3GPP TS 23.040 9.2.2.2) through the service
// centre of the SIM and returns its message reference.
func (m *Modem) Submit(ctx context.Context, tpdu []byte) (mr byte, err error) { return 0, nil }

// Read reads one slot.
func (m *Modem) Read(ctx context.Context, s Slot) (Stored, error) { return Stored{}, nil }

// List reads every message in every memory, reports included.
func (m *Modem) List(ctx context.Context) ([]Stored, error) { return nil, nil }

// Delete empties a slot; one that is empty already is no error.
func (m *Modem) Delete(ctx context.Context, s Slot) error { return nil }

// Acknowledge confirms the direct message or report received last, if the
// device wants that.
func (m *Modem) Acknowledge(ctx context.Context) error { return nil }

// Refresh reads the state of the device and arms its indications again if it
// has dropped them.
func (m *Modem) Refresh(ctx context.Context) error { return nil }

// Resync brings the dialogue back in step after an attempt that ended without
// an answer.
func (m *Modem) Resync(ctx context.Context) error { return nil }
