package modem

import (
	"context"
	"time"
)

// calls follows a call that comes in.
type calls struct {
	*line
	incoming *incoming // nil: none rings; guarded by mu
}

// ringGap is how long after a ring a call that does not ring again has ended:
// networks ring every 5 to 6 s, and not every device says when it is over.
const ringGap = 12 * time.Second

// incoming is the call that rings now.
type incoming struct {
	from  string // empty: withheld, or not told yet
	rings int
	timer *time.Timer // ends it when it has not rung for ringGap
}

// rang takes RING or +CRING.
func (c *calls) rang() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.incoming == nil {
		call := &incoming{}
		call.timer = time.AfterFunc(ringGap, func() { c.callEnded(call) })
		c.incoming = call
	}
	c.incoming.rings++
	c.incoming.timer.Reset(ringGap)
	c.queue.add(Indication{Kind: CallIncoming, From: c.incoming.from, Rings: c.incoming.rings})
}

// calledBy takes the arguments of +CLIP (3GPP TS 27.007 7.11): <number>,<type>.
// It follows each ring, and tells something new behind the first.
func (c *calls) calledBy(arguments string) {
	fields := split(arguments)
	if len(fields) < 2 {
		return
	}
	from := dialled(fields[0], fields[1])
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.incoming == nil || from == "" || c.incoming.from == from {
		return
	}
	c.incoming.from = from
	c.queue.add(Indication{Kind: CallIncoming, From: from, Rings: c.incoming.rings})
}

// callEnded ends call, or whichever call rings when call is nil. It may have ended
// already.
func (c *calls) callEnded(call *incoming) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.incoming == nil || call != nil && c.incoming != call {
		return
	}
	c.incoming.timer.Stop()
	c.queue.add(Indication{Kind: CallEnded, From: c.incoming.from, Rings: c.incoming.rings})
	c.incoming = nil
}

// Hangup ends the call that rings (+CHUP, 3GPP TS 27.007 6.5, or ATH). The
// caller hears that we are busy. Where none rings it is no error.
func (m *Modem) Hangup(ctx context.Context) error {
	if !m.open {
		return newFault("hang up", BeforePayload, ErrNotOpen)
	}
	_, err := m.command(ctx, "+CHUP", m.cfg.Timeouts.Command)
	if err != nil && answered(err) {
		_, err = m.command(ctx, "H", m.cfg.Timeouts.Command)
	}
	if err != nil {
		return m.note(newFault("hang up", BeforePayload, err))
	}
	m.calls.callEnded(nil)
	return nil
}
