package modem

import (
	"context"
	"errors"
	"strings"
)

// ProbeResult is the result of Probe.
type ProbeResult struct {
	Device  string
	Answers bool // the device answered AT
	Info    Info
	SIM     string            // answer to +CPIN?: "READY", "SIM PIN", or the error; empty without an answer
	Texts   bool              // the device can send texts in PDU mode
	Refused map[string]string // refused commands with their errors
}

// Probe opens a device, asks for its identity and abilities, and closes it. It makes no
// lasting setting, enters no PIN and sends nothing. baud is the rate; 0: 115200. A
// device that does not answer AT is a result, not an error. An error is a *Fault and
// says why the device could not be opened.
func Probe(ctx context.Context, device string, baud int) (ProbeResult, error) {
	return probe(ctx, Config{Device: device, BaudRate: baud})
}

func probe(ctx context.Context, cfg Config) (ProbeResult, error) {
	m := New(cfg)
	result := ProbeResult{Device: cfg.Device, Refused: make(map[string]string)}
	if err := m.connect(ctx); err != nil {
		return result, err
	}
	defer func() { _ = m.Close() }()
	if err := m.conn.Resync(ctx); err != nil {
		result.Refused["AT"] = newFault("AT", BeforePayload, err).Meaning()
		return result, context.Cause(ctx)
	}
	result.Answers = true
	if err := m.interview(ctx, &result); err != nil {
		return result, err
	}
	result.Info = m.Info()
	return result, nil
}

// interview asks an answering device for the fields of ProbeResult.
func (m *Modem) interview(ctx context.Context, result *ProbeResult) error {
	for _, command := range []string{"V1", "+CMEE=1"} {
		if err := m.prefer(ctx, command); err != nil {
			return err
		}
	}
	state, err := m.pin.askPIN(ctx)
	var fault *Fault
	switch {
	case errors.As(err, &fault):
		state = fault.Meaning()
	case err != nil:
		return err
	}
	result.SIM = state
	for _, step := range []func(context.Context) error{
		m.identity.identifyDevice, m.identity.identifySIM, m.refreshRegistration, m.network.readStatus, m.storage.readUsage,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	lines, _, fatal := m.ask(ctx, "+CSCA?", m.cfg.Timeouts.Command)
	if fatal != nil {
		return faultIn("AT+CSCA?", fatal)
	}
	if arguments, ok := find(lines, "+CSCA"); ok {
		if fields := split(arguments); len(fields) > 0 {
			m.change(func(i *Info) { i.SMSC = fields[0] })
		}
	}
	for _, command := range []string{"+CGMI", "+CGMM", "+CGMR", "+CGSN", "+CIMI", "+CSQ", "+COPS?", "+CREG?", "+CEREG?", "+CPMS=?", "+CNMI=?", "+CSMS?", "+CMGF=?"} {
		lines, refused, fatal := m.ask(ctx, command, m.cfg.Timeouts.Command)
		if fatal != nil {
			return faultIn("AT"+command, fatal)
		}
		if refused != nil {
			result.Refused[command] = newFault("AT"+command, BeforePayload, refused).Meaning()
		}
		if arguments, ok := find(lines, "+CMGF"); ok {
			result.Texts = strings.Contains(arguments, "0")
		}
	}
	return nil
}
