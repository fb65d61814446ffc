package modem

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"goniec/modem/at"
)

// assumedPlaces is the count of indices tried in a memory of unknown size.
const assumedPlaces = 50

// List reads all messages and reports of all memories. A memory whose +CMGL fails,
// hangs or is incomplete is read index by index. When a memory cannot be read, List
// returns the contents of the others with a *Fault.
func (m *Modem) List(ctx context.Context) ([]Stored, error) {
	if !m.open {
		return nil, newFault("list", BeforePayload, ErrNotOpen)
	}
	var all []Stored
	var failed error
	for i := range m.storage.memories {
		found, err := m.storage.sweep(ctx, &m.storage.memories[i])
		for _, s := range found {
			report := s.Err == nil && isReport(s.Raw)
			if report {
				m.routes.noteReport(m.routes.announced.take(s.Slot) == ReportStored)
			} else {
				m.routes.announced.take(s.Slot)
			}
			if report || !m.storage.memories[i].reports {
				all = append(all, s)
			}
		}
		if err == nil {
			continue
		}
		failed = m.note(newFault("list "+m.storage.memories[i].name, BeforePayload, err))
		if !answered(err) && !errors.Is(err, errGarbled) {
			return all, failed
		}
	}
	if err := m.storage.selectMemory(ctx, m.storage.receive); err != nil && failed == nil {
		failed = m.note(newFault("select memory", BeforePayload, err))
	}
	m.keepSetup(ctx)
	return all, failed
}

// answered reports whether err is an answer of the device, after which the dialogue is
// in step.
func answered(err error) bool {
	var answer *at.Error
	return errors.As(err, &answer)
}

// sweep reads one memory.
func (s *storage) sweep(ctx context.Context, mem *memory) ([]Stored, error) {
	used, err := s.usage(ctx, mem.name)
	if err != nil {
		if mem.name == memReports && answered(err) {
			return nil, nil // listed, but missing
		}
		return nil, err
	}
	if used == 0 {
		return nil, nil
	}
	if !mem.byIndex {
		found, count, err := s.list(ctx, mem.name)
		switch {
		case err == nil && count >= used: // also when used is unknown
			return found, nil
		case err == nil: // the list is incomplete
		case answered(err), errors.Is(err, errGarbled):
			mem.byIndex = true
		case errors.Is(err, at.ErrTimeout):
			mem.byIndex = true
			if err := s.conn.Resync(ctx); err != nil {
				return found, err
			}
		default:
			return nil, err
		}
	}
	return s.listByIndex(ctx, mem, used)
}

// list reads the selected memory by +CMGL=4 (3GPP TS 27.005 4.1). count includes
// outgoing messages. A slot without a valid PDU is read again alone, because the answer
// may have been disturbed.
func (s *storage) list(ctx context.Context, name string) (found []Stored, count int, err error) {
	lines, err := s.command(ctx, "+CMGL=4", s.listTime())
	if err != nil {
		return nil, 0, err
	}
	for i, line := range lines {
		arguments, ok := find([]string{line}, "+CMGL")
		if !ok {
			continue
		}
		fields := split(arguments)
		if len(fields) < 2 {
			return found, count, fmt.Errorf("+CMGL: %w", errGarbled)
		}
		index, bad := strconv.Atoi(fields[0])
		if _, words := strconv.Atoi(fields[1]); bad != nil || words != nil || index < 0 {
			return found, count, fmt.Errorf("+CMGL: %w", errGarbled)
		}
		count++
		if outgoing(fields[1]) {
			continue
		}
		behind := ""
		if i+1 < len(lines) && !strings.HasPrefix(lines[i+1], "+CMGL:") {
			behind = lines[i+1]
		}
		found = append(found, storedLine(Slot{Memory: name, Index: index}, behind))
	}
	for i, got := range found {
		if got.Err == nil {
			continue
		}
		again, err := s.readSlot(ctx, got.Slot)
		switch {
		case err == nil:
			found[i] = again
		case !answered(err) && !errors.Is(err, ErrEmpty):
			return found, count, err
		}
	}
	return found, count, nil
}

// listByIndex reads the selected memory slot by slot from 0, since indices begin at 0
// or 1 depending on the device, until it has found used messages. An unreadable slot is
// skipped; if all of several are unreadable, the memory is.
func (s *storage) listByIndex(ctx context.Context, mem *memory, used int) ([]Stored, error) {
	last := mem.total
	if last == 0 {
		last = assumedPlaces
	}
	var found []Stored
	var failed error
	unread := 0
	for index, met := 0, 0; index <= last && (used < 0 || met < used); index++ {
		slot := Slot{Memory: mem.name, Index: index}
		got, err := s.readSlot(ctx, slot)
		switch {
		case err == nil:
			met++
			found = append(found, got)
		case errors.Is(err, ErrEmpty):
		case errors.Is(err, at.ErrTimeout):
			if err := s.conn.Resync(ctx); err != nil {
				return found, err
			}
			failed = err
			unread++
		case answered(err):
			failed = err // other slots may be readable
			unread++
		default:
			return found, err
		}
	}
	if len(found) > 0 || unread == 1 && used >= 0 && used <= 1 {
		failed = nil
	}
	if unread > 0 && failed == nil {
		s.log.WarnContext(ctx, "slots of the modem'got memory cannot be read; the others are", "memory", mem.name, "slots", unread)
	}
	return found, failed
}
