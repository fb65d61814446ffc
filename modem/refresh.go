package modem

import (
	"context"
	"strconv"
	"strings"
	"time"
)

// Refresh reads the state of the device: registration, signal, operator and how
// full its memory is. It arms its indications again if it has dropped them, and
// notices a device that has restarted without a word, or has another SIM now.
// Call it every minute or
// so.
func (m *Modem) Refresh(ctx context.Context) error {
	if !m.open {
		return newFault("refresh", BeforePayload, ErrNotOpen)
	}
	for _, step := range []func(context.Context) error{m.checkMode, m.checkSIM, m.routes.rearm, m.routes.checkReports, m.refreshRegistration, m.network.readStatus, m.storage.readUsage} {
		if err := step(ctx); err != nil {
			return m.note(newFault("refresh", BeforePayload, err))
		}
	}
	m.keepSetup(ctx)
	return nil
}

// checkMode asks for a setting of ours that does not outlast a restart: whether
// errors come by number or, with a device that would not have that, PDU mode.
func (m *Modem) checkMode(ctx context.Context) error {
	name, want := "+CMGF", "0"
	if m.numeric {
		name, want = "+CMEE", "1"
	}
	lines, err := m.command(ctx, name+"?", m.cfg.Timeouts.Command)
	if err != nil && !answered(err) {
		return err
	}
	if mode, ok := find(lines, name); ok && mode != want {
		m.queue.add(Indication{Kind: Rebooted})
	}
	return nil
}

// checkSIM notices that the SIM has been changed for another while the device
// was in service: nothing that was found out about the SIM holds any more.
func (m *Modem) checkSIM(ctx context.Context) error {
	known := m.Info().IMSI
	if known == "" {
		return nil
	}
	lines, _, fatal := m.ask(ctx, "+CIMI", m.cfg.Timeouts.Command)
	if fatal != nil {
		return faultIn("AT+CIMI", fatal)
	}
	if now := digits(freeText(lines, "+CIMI")); now != "" && now != known {
		m.log.WarnContext(ctx, "SIM has been changed for another")
		m.queue.add(Indication{Kind: Rebooted, Err: ErrSIMChanged})
	}
	return nil
}

func (m *Modem) refreshRegistration(ctx context.Context) error {
	_, err := m.network.askRegistration(ctx)
	return err
}

// readStatus reads signal and operator, which devices may refuse.
func (n *network) readStatus(ctx context.Context) error {
	lines, _, fatal := n.ask(ctx, "+CSQ", n.cfg.Timeouts.Command)
	if fatal != nil {
		return faultIn("AT+CSQ", fatal)
	}
	if arguments, ok := find(lines, "+CSQ"); ok {
		if s, ok := parseSignal(arguments); ok {
			n.heard(s, time.Now())
		}
	}
	lines, _, fatal = n.ask(ctx, "+COPS?", n.cfg.Timeouts.Command)
	if fatal != nil {
		return faultIn("AT+COPS?", fatal)
	}
	if arguments, ok := find(lines, "+COPS"); ok { // <mode>[,<format>,<operator>[,<act>]]
		operator := ""
		if fields := split(arguments); len(fields) >= 3 {
			operator = fields[2]
		}
		n.change(func(i *Info) { i.Operator = operator })
	}
	return nil
}

// readUsage reads how full the memory is that receives.
func (s *storage) readUsage(ctx context.Context) error {
	lines, _, fatal := s.ask(ctx, "+CPMS?", s.cfg.Timeouts.Command)
	if fatal != nil {
		return faultIn("AT+CPMS?", fatal)
	}
	arguments, ok := find(lines, "+CPMS")
	if !ok {
		return nil
	}
	got := parseStorage(arguments)
	if got.Memory == "" {
		return nil
	}
	full := s.Info().Storage.Full()
	s.tookStorage(got)
	s.change(func(i *Info) { i.Storage = got })
	if full && got.Full() { // still
		s.queue.add(Indication{Kind: StorageFull, Slot: Slot{Memory: got.Memory}})
	}
	return nil
}

// parseStorage reads the last of the triples <memory>,<used>,<total> of +CPMS?,
// which is the memory that receives (27.005 3.2.2).
func parseStorage(arguments string) Storage {
	fields := split(arguments)
	n := len(fields) / 3 * 3
	if n == 0 {
		return Storage{}
	}
	used, err1 := strconv.Atoi(fields[n-2])
	total, err2 := strconv.Atoi(fields[n-1])
	if err1 != nil || err2 != nil {
		return Storage{}
	}
	return Storage{Memory: fields[n-3], Used: used, Total: total}
}

// parseMemories reads the answer to +CPMS=?: which memories can be read and
// which can receive.
func parseMemories(arguments string) (reads, receives []string) {
	groups := split(arguments)
	if len(groups) == 0 {
		return nil, nil
	}
	return split(trimBrackets(groups[0])), split(trimBrackets(groups[len(groups)-1]))
}

// trimBrackets takes the brackets off a group of values.
func trimBrackets(group string) string { return strings.Trim(group, "() ") }
