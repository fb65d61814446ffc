// Package modem drives one GSM or LTE modem: it opens the port, sets the device up for
// texts in PDU mode, submits, reads, deletes and acknowledges texts, and reports
// unsolicited indications.
//
// It speaks 3GPP TS 27.005 and 27.007 through package at. It knows nothing of messages,
// queues and retries: every error is a *Fault that says who is to blame and whether to
// try again, and the owner of the Modem decides.
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

// Port is the byte stream to a device, such as *os.File or net.Conn.
type Port interface {
	io.ReadWriteCloser
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
}

// Config configures New. Name and one of Device, IMEI and Open are required.
type Config struct {
	Name string
	// Device is the path of the serial device; empty: the modem is searched by its
	// IMEI.
	Device string
	// IMEI is the IMEI of the modem. If the modem at Device has another IMEI, Open ends
	// with ErrOtherModem before it touches the SIM.
	IMEI     string
	BaudRate int // 0: 115200
	// PIN returns the PIN of the SIM; nil or an empty PIN: none is configured.
	PIN func() (string, error)
	// PINGuard records PIN attempts. Without it no PIN is sent.
	PINGuard PINGuard
	// Open opens the port; nil: see OpenDevice.
	Open func(ctx context.Context) (Port, error)
	// OpenDevice opens the port at a path; nil: the serial device, exclusively.
	OpenDevice func(ctx context.Context, device string) (Port, error)
	// Ports lists the connected ports without opening them; nil: the function Ports.
	Ports func() ([]PortInfo, error)
	// Reenumerate makes the kernel enumerate the USB device of a port again; nil: the
	// function ReenumerateUSB.
	Reenumerate func(ctx context.Context, device string) error
	// ProfilesDir is the folder of profile files, read at each bring-up; empty: none.
	ProfilesDir string
	// NoRoaming rejects networks other than the SIM's own.
	NoRoaming bool
	// Memory keeps findings over restarts; nil: none are kept.
	Memory   Memory
	Logger   *slog.Logger // nil: nothing is logged
	Timeouts Timeouts
}

// Memory keeps findings over restarts: the last port of a modem, and the set-up that
// works with a model and firmware. Lost entries are found out again. Several Modems may
// call its methods at once.
type Memory interface {
	Recall(key string) ([]byte, bool)
	Remember(key string, value []byte) error
}

// Timeouts bounds each step. A zero field takes the default given with it.
type Timeouts struct {
	Command      time.Duration // an ordinary command: 10 s
	Prompt       time.Duration // the prompt of +CMGS: 20 s
	Submit       time.Duration // the answer after the payload: 180 s
	List         time.Duration // +CMGL, +CMGR, +CMGD: 120 s
	Write        time.Duration // one write to the port: 2 s
	Quiet        time.Duration // silence that ends a resync: 300 ms
	Attention    time.Duration // one AT of a resync: 3 s
	SIMBusy      time.Duration // how long a device or SIM may be busy: 20 s
	Registration time.Duration // until registration: 90 s
	USSD         time.Duration // until the network answers a USSD code: 60 s
	Busy         time.Duration // pause before a search tries a busy port again, up to twice that: 1 s
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

// Modem is one device. One goroutine, the owner, calls its methods, except Info,
// Indications and Transcript, which any goroutine may call. Its parts share the line.
type Modem struct {
	*line
	finder   *finder   // finds the port
	identity *identity // asks for IMEI, IMSI and the like
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
	timed   bool   // +CTZU=1 has been sent
	kept    []byte // the set-up last stored in Memory
}

// New returns a modem that is not open.
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

// blank returns the Info of a modem that has not answered yet.
func blank(cfg Config, s State) Info {
	return Info{
		Name: cfg.Name, Device: cfg.Device, State: s, Since: time.Now(),
		Signal:       Signal{RSSI: unknownRSSI},
		Registration: Registration{CS: Unasked, EPS: Unasked},
	}
}

// Open opens the port and sets the device up until it can send and receive. An error is
// a *Fault; the port is then closed, and Info has the state reached.
func (m *Modem) Open(ctx context.Context) error { return m.OpenQuietly(ctx, time.Time{}) }

// OpenQuietly is Open for a modem that may still be submitting a payload of an earlier
// process. It writes nothing, because any octet may abort the submission (V.250 5.6.1),
// until the modem answers (announced as LateSubmit or LateRefusal) or restarts, or the
// time until has come.
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

// initialise sets up the device at the open port.
func (m *Modem) initialise(ctx context.Context) error {
	m.enter(Initialising)
	if err := m.bringUp(ctx); err != nil {
		_ = m.Close() // the fault matters more than an error of closing
		var fault *Fault
		if !errors.As(err, &fault) {
			fault = newFault("set up", BeforePayload, err)
		}
		return m.noteFailure(fault)
	}
	m.mu.Lock()
	m.ready = true
	m.mu.Unlock()
	m.enter(Ready)
	m.keepSetup(ctx)
	m.finder.keepStick()
	return nil
}

// Reinitialise sets the device up again at the open port, for a device that answers but
// has lost its settings. An error is a *Fault; the port is then closed.
func (m *Modem) Reinitialise(ctx context.Context) error {
	if !m.open {
		return newFault("set up", BeforePayload, ErrNotOpen)
	}
	device := m.Info().Device
	m.begin()
	m.change(func(i *Info) { i.Device = device })
	return m.initialise(ctx)
}

// Ping checks that the device answers AT. An owner calls it every few seconds while the
// modem is idle. An error is a *Fault.
func (m *Modem) Ping(ctx context.Context) error {
	if _, err := m.command(ctx, "", m.cfg.Timeouts.Attention); err != nil && !answered(err) {
		return m.note(newFault("ask whether the modem answers", BeforePayload, err))
	}
	return nil
}

// connect opens the port and begins a dialogue that is not yet in step.
func (m *Modem) connect(ctx context.Context) error {
	m.begin()
	port, err := m.openPort(ctx)
	if errors.Is(err, fs.ErrNotExist) && !errors.Is(err, ErrNoDevice) {
		err = fmt.Errorf("%w: %w", ErrNoDevice, err)
	}
	if err != nil {
		return m.noteFailure(newFault("open port", BeforePayload, err))
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

// openPort opens the port in the configured way.
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

// begin clears the findings about an earlier device at this port.
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

// noteFailure records the fault that ended Open.
func (m *Modem) noteFailure(f *Fault) error {
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

// Close closes the port. Open may be called again.
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
	m.calls.endCall(nil)
	m.queue.stop()
	if m.Info().State != Faulted {
		m.enter(Opening)
	}
	return err
}

// Indications returns the channel of indications, in the order of the modem. The
// channel stays the same and is never closed. Indications not received before Close
// wait for the next Open.
func (m *Modem) Indications() <-chan Indication { return m.queue.out }

// Resync resynchronises the dialogue after an attempt without an answer. While the
// device may still be submitting, Resync waits without writing, up to Timeouts.Submit
// after the payload. An error is a *Fault.
func (m *Modem) Resync(ctx context.Context) error {
	if !m.open {
		return newFault("resync", BeforePayload, ErrNotOpen)
	}
	if err := m.conn.Resync(ctx); err != nil {
		return m.note(newFault("resync", BeforePayload, err))
	}
	return nil
}
