package modem

import (
	"context"
	"errors"
	"time"

	"goniec/modem/at"
)

// radioPause is how long the radio stays off in CycleRadio: long enough for the
// network to be left in good order.
const radioPause = 3 * time.Second

// Restart has the device start anew (+CFUN=1,1, 3GPP TS 27.007 8.2), or switches
// its radio off and on where it refuses that, and closes the port in any case:
// a device that starts may come back under another name, so the handle is of no
// more use. Open it again when it is back (see Appeared). The port of a modem that
// is not open is opened for it. A dialogue that is out of step is brought back
// first, and so it never breaks off a submission; an owner that cannot wait for
// that bounds ctx. An error is a *Fault; the port is closed then, too. Nothing in
// this package calls it.
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
	case errors.Is(err, at.ErrLost): // it was faster than its answer
		return nil
	case answered(err):
		return m.cycleRadio(ctx)
	}
	return err
}

// CycleRadio switches the radio of the device off and on (+CFUN=0 or 4, then 1),
// after which it looks for a network anew. The port stays open; registration
// takes some seconds, and Indications tell of it. An error is a *Fault. Nothing
// in this package calls it but Restart.
func (m *Modem) CycleRadio(ctx context.Context) error {
	if !m.open {
		return newFault("switch the radio off and on", BeforePayload, ErrNotOpen)
	}
	if err := m.cycleRadio(ctx); err != nil {
		return m.note(newFault("switch the radio off and on", BeforePayload, err))
	}
	return nil
}

func (m *Modem) cycleRadio(ctx context.Context) error {
	_, err := m.command(ctx, "+CFUN=0", radioTime)
	if answered(err) { // some only know the mode for aeroplanes
		_, err = m.command(ctx, "+CFUN=4", radioTime)
	}
	if err != nil {
		return err
	}
	// From here on it must not be left switched off.
	_ = pause(ctx, radioPause)
	ctx = context.WithoutCancel(ctx)
	_, err = m.command(ctx, "+CFUN=1", radioTime)
	if answered(err) { // busy with switching off
		_ = pause(ctx, radioPause)
		_, err = m.command(ctx, "+CFUN=1", radioTime)
	}
	return err
}
