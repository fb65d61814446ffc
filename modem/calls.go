package modem

import (
	"context"
	"time"
)

// calls follows an incoming call.
type calls struct {
	*line
	incoming *incoming // nil: no call rings; guarded by mu
}

// ringGap is how long after its last ring a call counts as ended. Networks ring every 5
// to 6 s, and not every device announces the end.
const ringGap = 12 * time.Second

// incoming is a ringing call.
type incoming struct {
	from  string // empty: withheld or not known yet
	rings int
	timer *time.Timer // ends the call ringGap after its last ring
}

// takeRing handles RING and +CRING.
func (c *calls) takeRing() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.incoming == nil {
		call := &incoming{}
		call.timer = time.AfterFunc(ringGap, func() { c.endCall(call) })
		c.incoming = call
	}
	c.incoming.rings++
	c.incoming.timer.Reset(ringGap)
	c.queue.add(Indication{Kind: CallIncoming, From: c.incoming.from, Rings: c.incoming.rings})
}

// takeCaller handles the arguments of +CLIP (3GPP TS 27.007 7.11): <number>,<type>.
// +CLIP follows each ring; only a new number is announced.
func (c *calls) takeCaller(arguments string) {
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

// endCall ends call, or the call that rings when call is nil. A call that has ended
// already is left alone.
func (c *calls) endCall(call *incoming) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.incoming == nil || call != nil && c.incoming != call {
		return
	}
	c.incoming.timer.Stop()
	c.queue.add(Indication{Kind: CallEnded, From: c.incoming.from, Rings: c.incoming.rings})
	c.incoming = nil
}

// Hangup rejects the ringing call by +CHUP (3GPP TS 27.007 6.5), or ATH where +CHUP is
// refused. The caller hears the busy tone. Without a ringing call it succeeds. An error
// is a *Fault.
func (m *Modem) Hangup(ctx context.Context) error {
	_, err := m.command(ctx, "+CHUP", m.cfg.Timeouts.Command)
	if err != nil && answered(err) {
		_, err = m.command(ctx, "H", m.cfg.Timeouts.Command)
	}
	if err != nil {
		return m.note(newFault("hang up", BeforePayload, err))
	}
	m.calls.endCall(nil)
	return nil
}
