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

// pinEntry enters the PIN of a SIM, at most once.
type pinEntry struct {
	*line
	identity *identity
	refused  string // the PIN last refused by a SIM
}

// PINGuard records over restarts which PIN was sent to which SIM, so that a wrong PIN
// is never sent twice. MarkTried is called before the PIN is sent, and must be on disk
// when it returns. iccid is empty when the device does not tell the ICCID before the
// PIN.
type PINGuard interface {
	Tried(iccid, pin string) bool
	MarkTried(iccid, pin string) error
}

// PINAccepter is a PINGuard that also records accepted PINs, so that an accepted PIN
// may be sent again after a power cut. Without PINAccepter a PIN is repeated only with
// devices that tell how many attempts are left.
type PINAccepter interface {
	MarkAccepted(iccid, pin string) error
}

// fullAttempts is the count of PIN attempts of a SIM without a failed one.
const fullAttempts = 3

// unlock checks that the SIM is present and unlocked, and enters the PIN if allowed.
func (p *pinEntry) unlock(ctx context.Context) error {
	state, err := p.askPIN(ctx)
	if err != nil {
		return err
	}
	switch {
	case state == "" || state == "READY": // some devices answer a bare OK
		return nil
	case state != "SIM PIN":
		return p.lockedFault(fmt.Errorf("%w: it wants %s", ErrSIMLocked, state))
	}
	if err := p.enterPIN(ctx); err != nil {
		return err
	}
	limit := time.Now().Add(p.cfg.Timeouts.SIMBusy)
	for {
		state, err := p.askPIN(ctx)
		if err != nil {
			return err
		}
		if state == "" || state == "READY" {
			return p.identity.identifyDevice(ctx) // some devices tell their identity only after the PIN
		}
		if !time.Now().Before(limit) {
			return p.lockedFault(fmt.Errorf("%w: it wants %s after the PIN", ErrSIMLocked, state))
		}
		if err := pause(ctx, plainPause); err != nil {
			return faultIn("AT+CPIN?", err)
		}
	}
}

// lockedFault returns the *Fault of a SIM that a person must unlock.
func (p *pinEntry) lockedFault(err error) error { return newFault("unlock SIM", BeforePayload, err) }

// askPIN returns the state of the SIM: "READY", "SIM PIN", "SIM PUK" and so on; empty
// when the device does not tell it.
func (p *pinEntry) askPIN(ctx context.Context) (string, error) {
	lines, refused, fatal := p.askBusy(ctx, "+CPIN?")
	if fatal != nil {
		return "", faultIn("AT+CPIN?", fatal)
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
	return "", nil // refused without a reason, or without OK
}

// enterPIN sends the PIN, at most once for each PIN and SIM unless the SIM has accepted
// it before.
func (p *pinEntry) enterPIN(ctx context.Context) error {
	if p.cfg.PIN == nil || p.cfg.PINGuard == nil {
		return p.lockedFault(fmt.Errorf("%w: it wants its PIN, and none is configured", ErrSIMLocked))
	}
	pin, err := p.cfg.PIN()
	switch {
	case err != nil:
		return p.lockedFault(fmt.Errorf("%w: read its PIN: %w", ErrSIMLocked, err))
	case len(pin) < 4 || len(pin) > 8 || digits(pin) != pin:
		return p.lockedFault(fmt.Errorf("%w: the configured PIN is not 4 to 8 digits", ErrSIMLocked))
	}
	iccid, err := p.identity.iccid(ctx)
	if err != nil {
		return err
	}
	left, err := p.attemptsLeft(ctx)
	if err != nil {
		return err
	}
	switch {
	case left >= 0 && left < fullAttempts:
		return p.lockedFault(fmt.Errorf("%w: only %d attempts are left, too few to risk one", ErrSIMLocked, left))
	case pin == p.refused, p.cfg.PINGuard.Tried(iccid, pin) && !p.mayRepeat(left):
		return p.lockedFault(fmt.Errorf("%w: this PIN has been tried with this SIM", ErrSIMLocked))
	}
	if err := p.cfg.PINGuard.MarkTried(iccid, pin); err != nil {
		return p.lockedFault(fmt.Errorf("%w: note that its PIN is tried: %w", ErrSIMLocked, err))
	}
	if _, err := p.command(ctx, `+CPIN="`+pin+`"`, p.cfg.Timeouts.Command); err != nil {
		p.refused = pin
		return p.lockedFault(fmt.Errorf("%w: enter its PIN: %w", ErrSIMLocked, err))
	}
	if accepter, ok := p.cfg.PINGuard.(PINAccepter); ok {
		if err := accepter.MarkAccepted(iccid, pin); err != nil {
			p.log.WarnContext(ctx, "cannot note that the PIN was accepted; it may be refused after a restart", "err", err)
		}
	}
	return nil
}

// mayRepeat reports whether a PIN that was tried may be sent again. An accepted PIN
// resets the counter of the SIM, so a full counter shows that the PIN was accepted.
// With a PINAccepter the guard decides instead.
func (p *pinEntry) mayRepeat(left int) bool {
	_, told := p.cfg.PINGuard.(PINAccepter)
	return !told && left >= fullAttempts
}

// attemptsLeft returns the PIN attempts left, -1 when the device does not tell.
func (p *pinEntry) attemptsLeft(ctx context.Context) (int, error) {
	for _, q := range []struct {
		command, name string
		field         int
	}{
		{`+CPINR="SIM PIN"`, "+CPINR", 1}, // 3GPP TS 27.007 8.65: <code>,<left>,<of>
		{`+QPINC="SC"`, "+QPINC", 1},      // Quectel: "SC",<left>,<PUK left>
		{"+SPIC", "+SPIC", 0},             // SIMCom: <left>,<PUK left>,…
		{"^CPIN?", "^CPIN", 3},            // Huawei: <code>,<left>,<PUK>,<PIN>,…
	} {
		lines, _, fatal := p.ask(ctx, q.command, p.cfg.Timeouts.Command)
		if fatal != nil {
			return -1, faultIn("AT"+q.command, fatal)
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
