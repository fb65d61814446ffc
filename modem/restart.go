package modem

import (
	"context"
	"errors"
	"time"

	"goniec/modem/at"
)

// radioPause is how long CycleRadio leaves the radio off, so that the modem
// deregisters.
const radioPause = 3 * time.Second

// Restart restarts the device (+CFUN=1,1, 3GPP TS 27.007 8.2), or cycles its radio
// where it refuses that, and closes the port in any case, because the device may come
// back under another name. It opens the port of a closed modem first. It waits for a
// running submission; ctx bounds the wait. An error is a *Fault. Open the modem when it
// is back, see Appeared.
func (m *Modem) Restart(ctx context.Context) error {
	if !m.open {
		if err := m.connect(ctx); err != nil {
			return err
		}
	}
	err := m.restart(ctx)
	if closing := m.Close(); closing != nil {
		m.log.DebugContext(ctx, "port did not close cleanly behind a restart", "err", closing)
	}
	if err != nil {
		return m.note(newFault("restart the modem", BeforePayload, err))
	}
	return nil
}

func (m *Modem) restart(ctx context.Context) error {
	if !m.conn.InStep() {
		if err := m.conn.Resync(ctx); err != nil {
			return err
		}
	}
	_, err := m.command(ctx, "+CFUN=1,1", radioTime)
	switch {
	case errors.Is(err, at.ErrLost): // the device restarted before it answered
		return nil
	case answered(err):
		return m.cycleRadio(ctx)
	}
	return err
}

// CycleRadio switches the radio off and on (+CFUN=0 or 4, then 1), after which the
// device looks for a network. The port stays open; Indications report the registration
// some seconds later. An error is a *Fault.
func (m *Modem) CycleRadio(ctx context.Context) error {
	if err := m.cycleRadio(ctx); err != nil {
		return m.note(newFault("switch the radio off and on", BeforePayload, err))
	}
	return nil
}

func (m *Modem) cycleRadio(ctx context.Context) error {
	_, err := m.command(ctx, "+CFUN=0", radioTime)
	if answered(err) { // some devices know flight mode only
		_, err = m.command(ctx, "+CFUN=4", radioTime)
	}
	if err != nil {
		return err
	}
	// From here on ctx must not stop the command that switches the radio on.
	_ = pause(ctx, radioPause)
	ctx = context.WithoutCancel(ctx)
	_, err = m.command(ctx, "+CFUN=1", radioTime)
	if answered(err) { // still switching off
		_ = pause(ctx, radioPause)
		_, err = m.command(ctx, "+CFUN=1", radioTime)
	}
	return err
}
