package modem

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"goniec/modem/at"
)

// memory is one memory of a device that may hold texts or reports.
type memory struct {
	name    string
	byIndex bool // +CMGL does not work here; +CMGR one by one does
	total   int  // places; 0 when not told
	// reports says that only status reports are taken from it: it is no memory for
	// texts, and what else lies there, such as pages of cell broadcast, is none.
	reports bool
}

// The memories of 3GPP TS 27.005 3.1. "MT" is "SM" and "ME" together: sweeping
// it as well would only find everything twice.
const (
	memSIM     = "SM"
	memDevice  = "ME"
	memAny     = "MT"
	memReports = "SR"
)

// preferredBefore ends the names of memories by which SIMCom means another memory
// "preferred": "SM_P", "ME_P".
const preferredBefore = "_P"

// chooseMemory finds out what memories there are and has the larger of SIM and
// device receive (+CPMS, 27.005 3.2.2). A device that knows no +CPMS has one
// memory, and that is that.
func (m *Modem) chooseMemory(ctx context.Context) error {
	if done, err := m.recallMemories(ctx); done || err != nil {
		return err
	}
	lines, _, fatal := m.askBusy(ctx, "+CPMS=?")
	if fatal != nil {
		return m.fatal("AT+CPMS=?", fatal)
	}
	arguments, _ := find(lines, "+CPMS")
	reads, receives := parseMemories(arguments)
	if len(reads) == 0 { // it does not tell; these two everybody has
		reads, receives = []string{memSIM, memDevice}, []string{memSIM, memDevice}
	}
	_, err := m.takeMemories(ctx, reads, receives)
	return err
}

// takeMemories selects each memory of a device once and has the best of them
// receive. One that cannot be selected, or has no place, is none. It is complete
// when the device took all that it should have.
func (m *Modem) takeMemories(ctx context.Context, reads, receives []string) (complete bool, err error) {
	best := Storage{}
	complete = true
	m.setup.reads, m.setup.receives = nil, nil
	for _, name := range sweepOrder(reads) {
		if name == memAny && len(m.setup.memories) > 0 {
			continue
		}
		texts := name == memSIM || name == memDevice || name == memAny
		receive := texts && slices.Contains(receives, name)
		s, ok, err := m.tryMemory(ctx, name, receive)
		if err == nil && !ok && receive && m.setup.receive != "" { // perhaps it only cannot receive
			receive = false
			s, ok, err = m.tryMemory(ctx, name, false)
		}
		switch {
		case err != nil:
			return false, err
		case !ok:
			complete = false
			continue
		case s.Total == 0:
			m.log.WarnContext(ctx, "memory of the modem has no place; it is not used", "memory", name)
			continue
		case s.Total > 0:
			m.tookStorage(s)
		}
		s.Total = max(s.Total, 0)
		m.setup.memories = append(m.setup.memories, memory{
			name: name, total: s.Total, byIndex: m.listsByIndex(name), reports: !texts && name != memReports,
		})
		m.setup.reads = append(m.setup.reads, name)
		if !receive {
			continue
		}
		m.setup.receives = append(m.setup.receives, name)
		if best.Memory == "" || m.prefers(s, best) {
			best, m.setup.receive = s, name
		}
	}
	m.setup.receive = best.Memory
	if best.Memory == "" {
		return false, m.defaultMemory(ctx)
	}
	m.change(func(i *Info) { i.Storage = best })
	if m.setup.selected == best.Memory {
		return complete, nil
	}
	return complete, m.fatalFault(m.selectMemory(ctx, best.Memory))
}

// sweepOrder returns the memories that can be read, each once, those for texts
// first.
func sweepOrder(reads []string) []string {
	var order []string
	for _, name := range slices.Concat([]string{memSIM, memDevice, memAny, memReports}, reads) {
		if slices.Contains(reads, name) && !slices.Contains(order, name) && name != "" && !strings.HasSuffix(name, preferredBefore) {
			order = append(order, name)
		}
	}
	return order
}

// holdsReports reports whether the device has a memory for reports that it can be
// relied on for.
func (m *Modem) holdsReports() bool {
	return slices.Contains(m.setup.reads, memReports) && !m.setup.profile.BrokenReportMemory
}

// holdsTexts reports whether a text can stay in the device until it is read: false
// when it says that the memory that receives has no place.
func (m *Modem) holdsTexts() bool { return !m.setup.noPlace }

// prefers reports whether a memory is to receive rather than another: that of
// the profile, else the larger one.
func (m *Modem) prefers(s, other Storage) bool {
	switch wanted := m.setup.profile.Memory; {
	case wanted == "", s.Memory != wanted && other.Memory != wanted:
		return s.Total > other.Total
	default:
		return s.Memory == wanted
	}
}

// fatalFault keeps only an error after which nothing more can be asked.
func (m *Modem) fatalFault(err error) error {
	var answer *at.Error
	if err == nil || errors.As(err, &answer) {
		return nil
	}
	return m.fatal("AT+CPMS", err)
}

// defaultMemory takes a device as it is when no memory could be selected.
func (m *Modem) defaultMemory(ctx context.Context) error {
	lines, _, fatal := m.ask(ctx, "+CPMS?", m.cfg.Timeouts.Command)
	if fatal != nil {
		return m.fatal("AT+CPMS?", fatal)
	}
	m.setup.arity = 0
	s := Storage{}
	if arguments, ok := find(lines, "+CPMS"); ok {
		s = parseStorage(arguments)
	}
	m.setup.receive, m.setup.selected = s.Memory, s.Memory
	m.setup.noPlace = s.Memory != "" && s.Total == 0
	if s.Memory != "" && !m.setup.noPlace {
		m.tookStorage(s)
	}
	if !slices.ContainsFunc(m.setup.memories, func(x memory) bool { return x.name == s.Memory }) && !m.setup.noPlace {
		m.setup.memories = append([]memory{{name: s.Memory, total: s.Total}}, m.setup.memories...)
	}
	return nil
}

// tryMemory selects a memory with three, two or one argument, whatever the
// device takes, and returns how full it is; Total is -1 when that is not told.
func (m *Modem) tryMemory(ctx context.Context, name string, receives bool) (Storage, bool, error) {
	arities := []int{3, 2, 1}
	if m.setup.arity > 0 {
		arities = []int{m.setup.arity}
	}
	receive := name
	if !receives {
		receive = m.setup.receive
	}
	for _, arity := range arities {
		lines, refused, fatal := m.askBusy(ctx, cpms(arity, name, receive))
		if fatal != nil {
			return Storage{}, false, m.fatal("AT+CPMS", fatal)
		}
		arguments, ok := find(lines, "+CPMS")
		if refused != nil && !ok { // some answer without OK
			continue
		}
		m.setup.arity, m.setup.selected = arity, name
		s := Storage{Memory: name, Total: -1}
		if fields := split(arguments); len(fields) >= 2 {
			used, err1 := strconv.Atoi(fields[0])
			total, err2 := strconv.Atoi(fields[1])
			if err1 == nil && err2 == nil {
				s.Used, s.Total = used, total
			}
		}
		return s, true, nil
	}
	return Storage{}, false, nil
}

// cpms returns the +CPMS that reads name and receives into receive.
func cpms(arity int, name, receive string) string {
	if receive == "" {
		receive = name
	}
	names := []string{name, receive, receive}[:arity]
	return `+CPMS="` + strings.Join(names, `","`) + `"`
}

// selectMemory has +CMGL, +CMGR and +CMGD work on a memory.
func (m *Modem) selectMemory(ctx context.Context, name string) error {
	if name == "" {
		name = m.setup.receive
	}
	if m.setup.arity == 0 || name == m.setup.selected {
		return nil
	}
	lines, refused, fatal := m.ask(ctx, cpms(m.setup.arity, name, m.setup.receive), m.limit("+CPMS"))
	if fatal != nil {
		m.setup.selected = ""
		return fatal
	}
	arguments, ok := find(lines, "+CPMS")
	if refused != nil && !ok {
		return refused
	}
	m.setup.selected = name
	if fields := split(arguments); len(fields) >= 2 {
		m.tookUsage(name, fields[0], fields[1])
	}
	return nil
}

// tookUsage notes how full a memory is.
func (m *Modem) tookUsage(name, used, total string) {
	u, err1 := strconv.Atoi(used)
	t, err2 := strconv.Atoi(total)
	if err1 != nil || err2 != nil {
		return
	}
	for i := range m.setup.memories {
		if m.setup.memories[i].name == name {
			m.setup.memories[i].total = t
		}
	}
	m.tookStorage(Storage{Memory: name, Used: u, Total: t})
}

// tookStorage notes how full a memory is for Info, and announces that it has
// become nearly full or full.
func (m *Modem) tookStorage(s Storage) {
	before := Storage{}
	m.change(func(i *Info) {
		i.Storages = slices.Clone(i.Storages) // others read what Info has given out
		at := slices.IndexFunc(i.Storages, func(x Storage) bool { return x.Memory == s.Memory })
		if at < 0 {
			i.Storages = append(i.Storages, s)
		} else {
			before, i.Storages[at] = i.Storages[at], s
		}
		if s.Memory == m.setup.receive {
			i.Storage = s
		}
	})
	slot := Slot{Memory: s.Memory}
	if s.NearlyFull() && !before.NearlyFull() {
		m.queue.add(Indication{Kind: StorageFilling, Slot: slot})
	}
	if s.Full() && !before.Full() {
		m.queue.add(Indication{Kind: StorageFull, Slot: slot})
	}
}

// resolve returns the memory of a slot under a name the device knows: a device
// that announces "MT" may want to be asked for "ME".
func (m *Modem) resolve(s Slot) string {
	if slices.ContainsFunc(m.setup.memories, func(x memory) bool { return x.name == s.Memory }) {
		return s.Memory
	}
	return m.setup.receive
}

// Read reads one slot. The *Fault of an empty one wraps ErrEmpty. Where something else
// lies in it than the device has announced the memories have to be looked into, which
// the Indication Damaged asks for.
func (m *Modem) Read(ctx context.Context, s Slot) (Stored, error) {
	if !m.open {
		return Stored{}, newFault("read", BeforePayload, ErrNotOpen)
	}
	announced := m.announced.take(s)
	got, err := m.readOne(ctx, s)
	report := err == nil && got.Err == nil && isReport(got.Raw)
	if report {
		m.foundReport(announced == ReportStored)
	}
	elsewhere := err == nil && report != (announced == ReportStored) || err != nil && (answered(err) || errors.Is(err, ErrEmpty))
	if announced != "" && elsewhere {
		m.queue.add(Indication{Kind: Damaged, Err: ErrUnannounced})
	}
	return got, err
}

// readOne reads a slot in whatever memory it is.
func (m *Modem) readOne(ctx context.Context, s Slot) (Stored, error) {
	if err := m.selectMemory(ctx, m.resolve(s)); err != nil {
		return Stored{}, m.note(newFault("select memory", BeforePayload, err))
	}
	got, err := m.readSlot(ctx, s)
	if err != nil {
		return Stored{}, m.note(newFault("read", BeforePayload, err))
	}
	return got, nil
}

// readSlot reads an index of the selected memory by +CMGR (27.005 4.2).
func (m *Modem) readSlot(ctx context.Context, s Slot) (Stored, error) {
	lines, err := m.command(ctx, "+CMGR="+strconv.Itoa(s.Index), m.listTime())
	if err != nil {
		if isEmpty(err) {
			return Stored{}, fmt.Errorf("%w: %w", ErrEmpty, err)
		}
		return Stored{}, err
	}
	for i, line := range lines {
		arguments, ok := find([]string{line}, "+CMGR")
		if !ok {
			continue
		}
		fields := split(arguments)
		switch length := len(fields); {
		case length > 0 && outgoing(fields[0]):
			return Stored{}, ErrEmpty // a text of ours, left in memory by somebody
		case length > 0 && fields[length-1] == "0" && i+1 >= len(lines):
			return Stored{}, ErrEmpty
		case i+1 >= len(lines):
			return storedLine(s, ""), nil
		}
		return storedLine(s, lines[i+1]), nil
	}
	return Stored{}, ErrEmpty
}

// storedLine is what lies in a slot, as the line behind the header of an answer says.
// What is no PDU is given as it is.
func storedLine(s Slot, line string) Stored {
	line = strings.TrimSpace(line)
	raw, err := hex.DecodeString(line)
	switch {
	case line == "":
		return Stored{Slot: s, Err: fmt.Errorf("%w: no PDU in the slot", ErrGarbled)}
	case err != nil:
		return Stored{Slot: s, Raw: []byte(line), Err: fmt.Errorf("%w: %w", ErrGarbled, err)}
	}
	return Stored{Slot: s, Raw: raw}
}

// isEmpty reports whether the device says that there is nothing at an index.
func isEmpty(err error) bool {
	var answer *at.Error
	if !errors.As(err, &answer) {
		return false
	}
	f := newFault("", BeforePayload, answer)
	return f.Family == "CMS" && f.Code == 321 || f.Family == "CME" && (f.Code == 21 || f.Code == 22)
}

// outgoing reports whether <stat> is that of a text stored to be sent, or sent
// (27.005 3.1: 2 and 3).
func outgoing(stat string) bool { return stat == "2" || stat == "3" }

// Delete empties a slot; one that is empty already is no error.
func (m *Modem) Delete(ctx context.Context, s Slot) error {
	if !m.open {
		return newFault("delete", BeforePayload, ErrNotOpen)
	}
	if err := m.selectMemory(ctx, m.resolve(s)); err != nil {
		return m.note(newFault("select memory", BeforePayload, err))
	}
	_, err := m.command(ctx, "+CMGD="+strconv.Itoa(s.Index), m.listTime())
	if err != nil && answered(err) && !isEmpty(err) {
		// Some want to be told that it is this one and no other (27.005 4.4).
		if _, again := m.command(ctx, "+CMGD="+strconv.Itoa(s.Index)+",0", m.listTime()); again == nil || !answered(again) {
			err = again
		}
	}
	if err != nil && !isEmpty(err) {
		return m.note(newFault("delete", BeforePayload, err))
	}
	return nil
}

// listTime is how long the device may take over what is in its memories.
func (m *Modem) listTime() time.Duration { return max(m.cfg.Timeouts.List, m.setup.profile.List) }
