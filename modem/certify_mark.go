package modem

import (
	"context"
	"errors"
	"fmt"
)

// errMark says that enough is known of how a device marks what it sends from memory.
var errMark = errors.New("the mark is known")

// examineMark finds out when a device marks a text that it sends from memory as sent
// (+CMGW, +CMSS). Only a mark that comes when the network has taken the text would
// tell, after a crash, that it has left; see docs/decisions.
func (c *certifier) examineMark(ctx context.Context, t *trial) {
	var slot Slot
	stored := false
	t.send = func(ctx context.Context, tpdu []byte) (int, error) {
		s, err := c.store(ctx, tpdu)
		if err != nil {
			c.verdict(CheckSentMark, Refused, "%v", err)
			return NoReference, errMark
		}
		slot, stored = s, true
		return c.sendMarked(ctx, s)
	}
	t.back, t.lowest = map[int]string{}, -1
	sent := c.submitTrial(ctx, t) == nil
	if stored && c.InStep() && c.Delete(ctx, slot) != nil {
		t.left++
	}
	if sent {
		reports := 0
		if c.setup.route[3] > 0 {
			reports = 1
		}
		c.await(ctx, t, reports)
	}
}

// InStep reports whether the dialogue with the device is in step.
func (c *certifier) InStep() bool { return c.conn.InStep() }

// sendMarked sends what is stored, first in vain without a network, and looks at the
// mark each time. An error says that nothing has been sent.
func (c *certifier) sendMarked(ctx context.Context, s Slot) (mr int, err error) {
	before, err := c.marked(ctx, s)
	if err != nil || before != markUnsent {
		c.verdict(CheckSentMark, Refused, "AT+CMGR: %q %v", before, err)
		return NoReference, errMark
	}
	vain, err := c.markInVain(ctx, s)
	if err != nil {
		c.verdict(CheckSentMark, Refused, "%v", err)
		return NoReference, errMark
	}
	if vain != markUnsent {
		c.verdict(CheckSentMark, Refused, "+CMSS: %s, without a network", vain)
		return NoReference, errMark
	}
	mr, _, err = c.submitStored(ctx, s)
	if err != nil {
		c.verdict(CheckSentMark, Refused, "AT+CMSS: %v", err)
		return NoReference, err
	}
	switch after, err := c.marked(ctx, s); {
	case err != nil || after != markSent:
		c.verdict(CheckSentMark, Refused, "AT+CMGR: %q %v", after, err)
	default:
		c.verdict(CheckSentMark, Passed, "+CMSS: %s", after)
	}
	return mr, nil
}

// markInVain returns how a stored text is marked that is sent while the radio is off,
// and puts the modem back into its network.
func (c *certifier) markInVain(ctx context.Context, s Slot) (mark, error) {
	if _, err := c.command(ctx, "+CFUN=4", radioTime); err != nil {
		return markNone, fmt.Errorf("AT+CFUN=4: %w", err)
	}
	_, _, sending := c.submitStored(ctx, s)
	found, reading := markNone, error(nil)
	if sending == nil || answered(sending) {
		found, reading = c.marked(ctx, s)
	}
	// From here on it must not be left switched off.
	lasting := context.WithoutCancel(ctx)
	if !c.InStep() {
		if err := c.conn.Resync(lasting); err != nil {
			return markNone, err
		}
	}
	_, err := c.command(lasting, "+CFUN=1", radioTime)
	if answered(err) {
		_ = pause(lasting, radioPause)
		_, err = c.command(lasting, "+CFUN=1", radioTime)
	}
	if err == nil {
		err = c.awaitNetwork(ctx)
		c.enter(Ready)
	}
	if sending == nil {
		return markNone, errors.Join(errors.New("it sends although its radio is off"), err)
	}
	return found, errors.Join(reading, err)
}
