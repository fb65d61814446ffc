package modem

import (
	"context"
	"time"
)

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
func (m *Modem) rang() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.call == nil {
		c := &incoming{}
		c.timer = time.AfterFunc(ringGap, func() { m.callEnded(c) })
		m.call = c
	}
	m.call.rings++
	m.call.timer.Reset(ringGap)
	m.queue.add(Indication{Kind: CallIncoming, From: m.call.from, Rings: m.call.rings})
}

// calledBy takes the arguments of +CLIP (3GPP TS 27.007 7.11): <number>,<type>.
// It follows each ring, and tells something new behind the first.
func (m *Modem) calledBy(arguments string) {
	fields := split(arguments)
	if len(fields) < 2 {
		return
	}
	from := dialled(fields[0], fields[1])
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.call == nil || from == "" || m.call.from == from {
		return
	}
	m.call.from = from
	m.queue.add(Indication{Kind: CallIncoming, From: from, Rings: m.call.rings})
}

// callEnded ends c, or whichever call rings when c is nil. It may have ended
// already.
func (m *Modem) callEnded(c *incoming) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.call == nil || c != nil && m.call != c {
		return
	}
	m.call.timer.Stop()
	m.queue.add(Indication{Kind: CallEnded, From: m.call.from, Rings: m.call.rings})
	m.call = nil
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
	m.callEnded(nil)
	return nil
}
