// Package modem keeps one device under supervision: it opens the port, sets the
// device up for texts in PDU mode, submits, reads, deletes and acknowledges,
// and tells what the device announces by itself.
//
// It speaks 3GPP TS 27.005 and 27.007 through package at. It knows nothing of
// messages, queues and retries: it answers an error with a *Fault that says
// whose fault it is and whether to try again, and leaves the rest to its owner.
package modem

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"time"

	"goniec/modem/at"
)

// Port is the stream to a device. *os.File and net.Conn are ports.
type Port interface {
	io.ReadWriteCloser
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
}

// Config is what New needs. Only Name and one of Device, IMEI and Open are
// required.
type Config struct {
	Name string
	// Device is the path of the serial device; empty: the modem is looked for
	// by its IMEI.
	Device string
	// IMEI is the number of the modem. With a Device it must be that of the
	// modem there, or Open ends with ErrOtherModem before the SIM is touched.
	IMEI     string
	BaudRate int // 0: 115200
	// PIN returns the PIN of the SIM; nil or an empty PIN: there is none.
	PIN func() (string, error)
	// PINGuard must be set for a PIN ever to be sent.
	PINGuard PINGuard
	// Open returns the port, wherever Device says it is; nil: see OpenDevice.
	Open func(ctx context.Context) (Port, error)
	// OpenDevice returns the port at a path; nil: the serial device, held
	// exclusively.
	OpenDevice func(ctx context.Context, device string) (Port, error)
	// Ports lists what is plugged in without opening it; nil: Ports.
	Ports func() ([]PortInfo, error)
	// Reenumerate has the USB device of a port enumerated again; nil:
	// ReenumerateUSB.
	Reenumerate func(ctx context.Context, device string) error
	// ProfilesDir is the folder of profile files, read at each bring-up; empty: none.
	ProfilesDir string
	// NoRoaming keeps the modem waiting in networks that are not the SIM's own.
	NoRoaming bool
	// Memory keeps over restarts what has been found out; nil: nothing is kept.
	Memory   Memory
	Logger   *slog.Logger // nil: nothing is logged
	Timeouts Timeouts
}

// Memory keeps small things over restarts: where a modem was found last, and by
// which set-up a model with its firmware works. What it has lost is found out
// again. Its methods may be called by several Modems
// at once.
type Memory interface {
	Recall(key string) ([]byte, bool)
	Remember(key string, value []byte) error
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
	SIMBusy      time.Duration // how long a device or SIM may say busy: 20 s
	Registration time.Duration // until a network takes us: 90 s
	USSD         time.Duration // until the network answers a code: 60 s
	Busy         time.Duration // before a busy port is looked at again in a search, up to twice that: 1 s
}

func (t Timeouts) withDefaults() Timeouts {
	t.Command = cmp.Or(t.Command, 10*time.Second)
	t.Prompt = cmp.Or(t.Prompt, 20*time.Second)
	t.Submit = cmp.Or(t.Submit, 180*time.Second)
	t.List = cmp.Or(t.List, 120*time.Second)
	t.Write = cmp.Or(t.Write, 2*time.Second)
	t.Quiet = cmp.Or(t.Quiet, 300*time.Millisecond)
	t.Attention = cmp.Or(t.Attention, 3*time.Second)
	t.SIMBusy = cmp.Or(t.SIMBusy, 20*time.Second)
	t.Registration = cmp.Or(t.Registration, 90*time.Second)
	t.USSD = cmp.Or(t.USSD, time.Minute)
	t.Busy = cmp.Or(t.Busy, time.Second)
	return t
}

// Modem is one device under supervision. Its methods are called by one
// goroutine, the owner, except Info, Indications and Transcript, which any
// goroutine may call. What the owner's methods need of the device each of its parts
// knows; the parts share the line.
type Modem struct {
	*line
	finder   *finder   // where the device is plugged in
	identity *identity // what it says of itself and of its SIM
	pin      *pinEntry
	network  *network
	storage  *storage
	routes   *routes
	sender   *sender
	codes    *codes
	calls    *calls

	transcript *at.Transcript // of every dialogue since New
	masker     *masker        // of the transcript

	numeric bool   // +CMEE=1 was accepted
	timed   bool   // the device has been told to take the time of the network
	kept    []byte // the working set-up as it is remembered
}

// New returns a modem that is not open yet.
func New(cfg Config) *Modem {
	cfg.Timeouts = cfg.Timeouts.withDefaults()
	if cfg.OpenDevice == nil {
		baud := cfg.BaudRate
		cfg.OpenDevice = func(_ context.Context, device string) (Port, error) { return openSerial(device, baud) }
	}
	if cfg.Ports == nil {
		cfg.Ports = Ports
	}
	if cfg.Reenumerate == nil {
		cfg.Reenumerate = ReenumerateUSB
	}
	log := cfg.Logger
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	l := &line{cfg: cfg, log: log.With("modem", cfg.Name), queue: newIndications(), info: blank(cfg, Opening)}
	m := &Modem{line: l, transcript: at.NewTranscript(), masker: newMasker()}
	m.network = &network{line: l, changed: make(chan struct{}, 1)}
	m.identity = &identity{line: l}
	m.pin = &pinEntry{line: l, identity: m.identity}
	m.storage = &storage{line: l}
	m.routes = &routes{line: l, storage: m.storage}
	m.sender = &sender{line: l}
	m.codes = &codes{line: l}
	m.calls = &calls{line: l}
	m.finder = &finder{line: l, late: m.notice}
	return m
}

// blank is the Info of a modem nothing is known of.
func blank(cfg Config, s State) Info {
	return Info{
		Name: cfg.Name, Device: cfg.Device, State: s, Since: time.Now(),
		Signal:       Signal{RSSI: unknownRSSI},
		Registration: Registration{CS: Unasked, EPS: Unasked},
	}
}

// Open opens the port and sets the device up until it is ready to send and
// receive. An error is a *Fault; the port is then closed again, and Info tells
// the state the device was left in.
func (m *Modem) Open(ctx context.Context) error { return m.OpenQuietly(ctx, time.Time{}) }

// OpenQuietly is Open for a modem that may still be submitting what was written to
// it before its port was closed, by a process that has died say. Until the answer
// to that comes, which is announced as LateSubmit or LateRefusal, or the modem says
// that it has started anew, but no longer than until, nothing is written: any octet
// could break off what it is doing (V.250 5.6.1).
func (m *Modem) OpenQuietly(ctx context.Context, until time.Time) error {
	m.finder.awaits = until
	defer func() { m.finder.awaits = time.Time{} }()
	if m.open {
		return newFault("open", BeforePayload, errors.New("modem is open already"))
	}
	if err := m.connect(ctx); err != nil {
		return err
	}
	return m.initialise(ctx)
}

// initialise sets up the device at the port that has been opened.
func (m *Modem) initialise(ctx context.Context) error {
	m.enter(Initialising)
	if err := m.bringUp(ctx); err != nil {
		_ = m.Close() // what matters is why it is closed
		var fault *Fault
		if !errors.As(err, &fault) {
			fault = newFault("set up", BeforePayload, err)
		}
		return m.failed(fault)
	}
	m.mu.Lock()
	m.ready = true
	m.mu.Unlock()
	m.enter(Ready)
	m.keepSetup(ctx)
	m.finder.keepStick()
	return nil
}

// Reinitialise sets the device up anew at the port that is open, as Open does: for
// one that answers but seems to have forgotten what it was told. If it fails the
// port is closed and the error, a *Fault, is as that of Open.
func (m *Modem) Reinitialise(ctx context.Context) error {
	if !m.open {
		return newFault("set up", BeforePayload, ErrNotOpen)
	}
	device := m.Info().Device
	m.begin()
	m.change(func(i *Info) { i.Device = device })
	return m.initialise(ctx)
}

// Ping makes sure that the device answers. It is cheap, and meant to be called
// every few seconds while nothing else goes on.
func (m *Modem) Ping(ctx context.Context) error {
	if _, err := m.command(ctx, "", m.cfg.Timeouts.Attention); err != nil && !answered(err) {
		return m.note(newFault("ask whether the modem answers", BeforePayload, err))
	}
	return nil
}

// connect opens the port and begins a dialogue, out of step as yet.
func (m *Modem) connect(ctx context.Context) error {
	m.begin()
	port, err := m.openPort(ctx)
	if errors.Is(err, fs.ErrNotExist) && !errors.Is(err, ErrNoDevice) {
		err = fmt.Errorf("%w: %w", ErrNoDevice, err)
	}
	if err != nil {
		return m.failed(newFault("open port", BeforePayload, err))
	}
	t := m.cfg.Timeouts
	conn := at.New(port, at.Config{
		Handler: m.notice, Transcript: m.transcript,
		Write: t.Write, Prompt: t.Prompt, Submit: t.Submit, Quiet: t.Quiet, Attention: t.Attention,
		Awaits: m.finder.awaits,
	})
	m.mu.Lock()
	m.conn = conn
	m.mu.Unlock()
	m.open = true
	m.queue.start()
	return nil
}

// openPort opens the port by the way that is configured.
func (m *Modem) openPort(ctx context.Context) (Port, error) {
	if m.cfg.Open != nil {
		return m.cfg.Open(ctx)
	}
	device := m.cfg.Device
	if device == "" && m.cfg.IMEI != "" {
		var err error
		if device, err = m.finder.locate(ctx); err != nil {
			return nil, err
		}
		m.change(func(i *Info) { i.Device = device })
	}
	return m.cfg.OpenDevice(ctx, device)
}

// begin forgets what an earlier device at this port had told.
func (m *Modem) begin() {
	m.storage.forget()
	m.routes.forget()
	m.sender.forget()
	m.numeric, m.timed, m.kept = false, false, nil
	m.profile, m.fromFile, m.recalled, m.patience = Profile{}, false, working{}, patience{}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.info = blank(m.cfg, Opening)
	m.boot, m.ready = time.Now(), false
}

// failed notes a fault that ended Open.
func (m *Modem) failed(f *Fault) error {
	state := Faulted
	switch {
	case errors.Is(f, ErrNoDevice):
		state = Absent
	case errors.Is(f, ErrSIMLocked):
		state = SIMLocked
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.info.State, m.info.Since, m.info.LastFault = state, time.Now(), f
	return f
}

// Close closes the port. The modem can be opened again.
func (m *Modem) Close() error {
	if !m.open {
		return nil
	}
	m.open = false
	m.mu.Lock()
	m.ready = false
	conn := m.conn
	m.mu.Unlock()
	err := conn.Close()
	m.calls.callEnded(nil)
	m.queue.stop()
	if m.Info().State != Faulted {
		m.enter(Opening)
	}
	return err
}

// Indications returns what the modem announces by itself, in order. The channel
// is the same for the life of the Modem and is never closed; what is announced
// while nobody receives, or shortly before Close, waits for the next Open.
func (m *Modem) Indications() <-chan Indication { return m.queue.out }

// Resync brings the dialogue back in step after an attempt that ended without
// an answer. While the device may still be submitting it writes nothing and
// waits, up to Timeouts.Submit after the payload.
func (m *Modem) Resync(ctx context.Context) error {
	if !m.open {
		return newFault("resync", BeforePayload, ErrNotOpen)
	}
	if err := m.conn.Resync(ctx); err != nil {
		return m.note(newFault("resync", BeforePayload, err))
	}
	return nil
}
