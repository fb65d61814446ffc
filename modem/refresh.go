package modem

import (
	"context"
	"strconv"
	"strings"
	"time"
)

// Refresh reads registration, signal, operator and memory usage. It arms dropped
// indications again, and announces Rebooted for a device that has restarted silently or
// has another SIM. The owner calls it about once a minute. An error is a *Fault.
func (m *Modem) Refresh(ctx context.Context) error {
	for _, step := range []func(context.Context) error{m.checkMode, m.checkSIM, m.routes.rearm, m.routes.checkReports, m.refreshRegistration, m.network.readStatus, m.storage.readUsage} {
		if err := step(ctx); err != nil {
			return m.note(newFault("refresh", BeforePayload, err))
		}
	}
	m.keepSetup(ctx)
	return nil
}

// checkMode asks for a setting that does not survive a restart: numeric errors or, with
// a device that refused them, PDU mode.
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

// checkSIM detects that the SIM was exchanged in service, which makes all findings
// about the SIM invalid.
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

// readStatus reads signal and operator. A device may refuse both.
func (n *network) readStatus(ctx context.Context) error {
	lines, _, fatal := n.ask(ctx, "+CSQ", n.cfg.Timeouts.Command)
	if fatal != nil {
		return faultIn("AT+CSQ", fatal)
	}
	if arguments, ok := find(lines, "+CSQ"); ok {
		if s, ok := parseSignal(arguments); ok {
			n.recordSignal(s, time.Now())
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

// readUsage reads how full the receiving memory is.
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
	s.setStorage(got)
	s.change(func(i *Info) { i.Storage = got })
	if full && got.Full() { // was full before, so not announced again
		s.queue.add(Indication{Kind: StorageFull, Slot: Slot{Memory: got.Memory}})
	}
	return nil
}

// parseStorage reads the last triple <memory>,<used>,<total> of +CPMS?, which is the
// receiving memory (3GPP TS 27.005 3.2.2).
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

// parseMemories reads the answer to +CPMS=?: the memories that can be read and those
// that can receive.
func parseMemories(arguments string) (reads, receives []string) {
	groups := split(arguments)
	if len(groups) == 0 {
		return nil, nil
	}
	return split(trimBrackets(groups[0])), split(trimBrackets(groups[len(groups)-1]))
}

// trimBrackets removes the brackets of a group of values.
func trimBrackets(group string) string { return strings.Trim(group, "() ") }
