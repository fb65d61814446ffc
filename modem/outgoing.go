package modem

import (
	"context"
	"fmt"
	"strconv"

	"goniec/modem/at"
)

// mark is the <stat> of a text in a memory (3GPP TS 27.005 3.1), as far as it is about
// texts that go out.
type mark string

// The marks.
const (
	markNone   mark = ""  // there is no text that goes out
	markUnsent mark = "2" // "STO UNSENT"
	markSent   mark = "3" // "STO SENT"
)

// store has the device keep an SMS-SUBMIT TPDU without sending it (+CMGW, 27.005 4.4)
// in the memory that receives, and returns its slot.
func (m *Modem) store(ctx context.Context, tpdu []byte) (Slot, error) {
	if err := m.selectMemory(ctx, m.setup.receive); err != nil {
		return Slot{}, err
	}
	lines, err := m.conn.Store(ctx, len(tpdu), append([]byte{0}, tpdu...))
	if err != nil {
		return Slot{}, fmt.Errorf("AT+CMGW: %w", err)
	}
	argument, _ := find(lines, "+CMGW")
	index, err := strconv.Atoi(argument)
	if err != nil || index < 0 {
		return Slot{}, fmt.Errorf("+CMGW: %w", ErrGarbled)
	}
	return Slot{Memory: m.setup.receive, Index: index}, nil
}

// submitStored sends what store has left (+CMSS, 27.005 3.5.2). What it returns is as
// for Submit.
func (m *Modem) submitStored(ctx context.Context, s Slot) (mr int, phase at.Phase, err error) {
	return m.conn.SubmitStored(ctx, s.Index)
}

// marked reads what the device says of a text that store has left.
func (m *Modem) marked(ctx context.Context, s Slot) (mark, error) {
	if err := m.selectMemory(ctx, s.Memory); err != nil {
		return markNone, err
	}
	lines, err := m.command(ctx, "+CMGR="+strconv.Itoa(s.Index), m.listTime())
	if err != nil {
		if isEmpty(err) {
			return markNone, nil
		}
		return markNone, err
	}
	arguments, _ := find(lines, "+CMGR")
	if fields := split(arguments); len(fields) > 0 && outgoing(fields[0]) {
		return mark(fields[0]), nil
	}
	return markNone, nil
}
