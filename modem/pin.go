package modem

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"goniec/modem/at"
)

// PINGuard remembers across restarts which PIN was given to which SIM, so that
// a wrong one is never given twice. MarkTried is called, and must be on disk
// when it returns, before the PIN is sent. iccid is empty when the device does
// not tell it before the PIN.
type PINGuard interface {
	Tried(iccid, pin string) bool
	MarkTried(iccid, pin string) error
}

// PINAccepter is a PINGuard that also wants to know when a SIM took the PIN, so
// that the same PIN may be given again after the next power cut. Without it
// that is possible only with devices that tell how many attempts are left.
type PINAccepter interface {
	MarkAccepted(iccid, pin string) error
}

// fullAttempts is how many attempts a SIM allows while none has failed.
const fullAttempts = 3

// unlock makes sure that the SIM is there and open, entering the PIN if it may.
func (m *Modem) unlock(ctx context.Context) error {
	state, err := m.askPIN(ctx)
	if err != nil {
		return err
	}
	switch {
	case state == "" || state == "READY": // some devices answer with a bare OK
		return nil
	case state != "SIM PIN":
		return m.locked(fmt.Errorf("%w: it wants %s", ErrSIMLocked, state))
	}
	if err := m.enterPIN(ctx); err != nil {
		return err
	}
	limit := time.Now().Add(m.cfg.Timeouts.SIMBusy)
	for {
		state, err := m.askPIN(ctx)
		if err != nil {
			return err
		}
		if state == "" || state == "READY" {
			return m.identifyDevice(ctx) // some do not say who they are before
		}
		if !time.Now().Before(limit) {
			return m.locked(fmt.Errorf("%w: it wants %s after the PIN", ErrSIMLocked, state))
		}
		if err := pause(ctx, plainPause); err != nil {
			return m.fatal("AT+CPIN?", err)
		}
	}
}

// locked makes the *Fault of a SIM that a person must deal with.
func (m *Modem) locked(err error) error { return newFault("unlock SIM", BeforePayload, err) }

// askPIN asks what the SIM wants: "READY", "SIM PIN", "SIM PUK" and so on; ""
// when the device does not say.
func (m *Modem) askPIN(ctx context.Context) (string, error) {
	lines, refused, fatal := m.askBusy(ctx, "+CPIN?")
	if fatal != nil {
		return "", m.fatal("AT+CPIN?", fatal)
	}
	if state, ok := find(lines, "+CPIN"); ok {
		return strings.ToUpper(strings.Trim(state, `"`)), nil
	}
	var answer *at.Error
	if errors.As(refused, &answer) && answer.Family != "" {
		f := newFault("AT+CPIN?", BeforePayload, refused)
		switch {
		case f.Family == "CME" && f.Code == 11, f.Family == "CMS" && f.Code == 311:
			return "SIM PIN", nil
		case f.Family == "CME" && f.Code == 12, f.Family == "CMS" && f.Code == 316:
			return "SIM PUK", nil
		}
		return "", f
	}
	return "", nil // refused without a reason, or an OK that never came
}

// enterPIN gives the SIM its PIN, at most once for each PIN and SIM unless the
// SIM has taken it before.
func (m *Modem) enterPIN(ctx context.Context) error {
	if m.cfg.PIN == nil || m.cfg.PINGuard == nil {
		return m.locked(fmt.Errorf("%w: it wants its PIN, and none is configured", ErrSIMLocked))
	}
	pin, err := m.cfg.PIN()
	switch {
	case err != nil:
		return m.locked(fmt.Errorf("%w: read its PIN: %w", ErrSIMLocked, err))
	case len(pin) < 4 || len(pin) > 8 || digits(pin) != pin:
		return m.locked(fmt.Errorf("%w: the configured PIN is not 4 to 8 digits", ErrSIMLocked))
	}
	iccid, err := m.iccid(ctx)
	if err != nil {
		return err
	}
	left, err := m.attemptsLeft(ctx)
	if err != nil {
		return err
	}
	switch {
	case left >= 0 && left < fullAttempts:
		return m.locked(fmt.Errorf("%w: only %d attempts are left, too few to risk one", ErrSIMLocked, left))
	case pin == m.refusedPIN, m.cfg.PINGuard.Tried(iccid, pin) && !m.mayRepeat(left):
		return m.locked(fmt.Errorf("%w: this PIN has been tried with this SIM", ErrSIMLocked))
	}
	if err := m.cfg.PINGuard.MarkTried(iccid, pin); err != nil {
		return m.locked(fmt.Errorf("%w: note that its PIN is tried: %w", ErrSIMLocked, err))
	}
	if _, err := m.command(ctx, `+CPIN="`+pin+`"`, m.cfg.Timeouts.Command); err != nil {
		m.refusedPIN = pin
		return m.locked(fmt.Errorf("%w: enter its PIN: %w", ErrSIMLocked, err))
	}
	if accepter, ok := m.cfg.PINGuard.(PINAccepter); ok {
		if err := accepter.MarkAccepted(iccid, pin); err != nil {
			m.log.WarnContext(ctx, "cannot note that the PIN was accepted; it may be refused after a restart", "err", err)
		}
	}
	return nil
}

// mayRepeat reports whether a PIN that was tried may be given again. An accepted
// PIN sets the counter of the SIM back, so if all attempts are left it was
// accepted. A guard that is told of acceptance knows better.
func (m *Modem) mayRepeat(left int) bool {
	_, told := m.cfg.PINGuard.(PINAccepter)
	return !told && left >= fullAttempts
}

// attemptsLeft returns how many attempts the SIM allows for its PIN, -1 when
// the device does not tell.
func (m *Modem) attemptsLeft(ctx context.Context) (int, error) {
	for _, q := range []struct {
		command, name string
		field         int
	}{
		{`+CPINR="SIM PIN"`, "+CPINR", 1}, // 3GPP TS 27.007 8.65: <code>,<left>,<of>
		{`+QPINC="SC"`, "+QPINC", 1},      // Quectel: "SC",<left>,<PUK left>
		{"+SPIC", "+SPIC", 0},             // SIMCom: <left>,<PUK left>,…
		{"^CPIN?", "^CPIN", 3},            // Huawei: <code>,<left>,<PUK>,<PIN>,…
	} {
		lines, _, fatal := m.ask(ctx, q.command, m.cfg.Timeouts.Command)
		if fatal != nil {
			return -1, m.fatal("AT"+q.command, fatal)
		}
		arguments, ok := find(lines, q.name)
		if !ok {
			continue
		}
		fields := split(arguments)
		if len(fields) <= q.field {
			continue
		}
		if left, err := strconv.Atoi(fields[q.field]); err == nil && left >= 0 {
			return left, nil
		}
	}
	return -1, nil
}
