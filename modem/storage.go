package modem

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"goniec/modem/at"
)

// storage reads and empties the memories of a device.
type storage struct {
	*line
	memories []memory // memories that List reads
	reads    []string // the memories that +CPMS can read
	receives []string // memories that can receive
	receive  string   // the receiving memory
	selected string   // the memory of +CMGR and +CMGD
	arity    int      // count of arguments of +CPMS; 0: +CPMS is refused
	noPlace  bool     // the receiving memory has no places
}

// forget clears the findings about the device when bring-up begins.
func (s *storage) forget() { *s = storage{line: s.line} }

// memory is one memory of a device that may hold texts or reports.
type memory struct {
	name    string
	byIndex bool // +CMGL does not work, +CMGR by index does
	total   int  // places; 0 unknown
	// reports says that only status reports are read from this memory; other contents,
	// such as cell broadcasts, are ignored.
	reports bool
}

// The memories of 3GPP TS 27.005 3.1. "MT" combines "SM" and "ME", so it is not read in
// addition.
const (
	memSIM     = "SM"
	memDevice  = "ME"
	memAny     = "MT"
	memReports = "SR"
)

// preferredBefore is the suffix of memory names by which SIMCom means "this memory
// preferred": "SM_P", "ME_P".
const preferredBefore = "_P"

// chooseMemory finds the memories and selects the larger of SIM and device to receive
// (+CPMS, 3GPP TS 27.005 3.2.2). A device without +CPMS has one memory.
func (s *storage) chooseMemory(ctx context.Context) error {
	if done, err := s.recallMemories(ctx); done || err != nil {
		return err
	}
	lines, _, fatal := s.askBusy(ctx, "+CPMS=?")
	if fatal != nil {
		return faultIn("AT+CPMS=?", fatal)
	}
	arguments, _ := find(lines, "+CPMS")
	reads, receives := parseMemories(arguments)
	if len(reads) == 0 { // not told; every device has these two
		reads, receives = []string{memSIM, memDevice}, []string{memSIM, memDevice}
	}
	_, err := s.takeMemories(ctx, reads, receives)
	return err
}

// takeMemories selects each memory once and the best of them to receive. A memory that
// cannot be selected, or has no places, is left out. complete says that the device
// accepted all of them.
func (s *storage) takeMemories(ctx context.Context, reads, receives []string) (complete bool, err error) {
	best := Storage{}
	complete = true
	s.reads, s.receives = nil, nil
	for _, name := range sweepOrder(reads) {
		if name == memAny && len(s.memories) > 0 {
			continue
		}
		texts := name == memSIM || name == memDevice || name == memAny
		receive := texts && slices.Contains(receives, name)
		got, ok, err := s.tryMemory(ctx, name, receive)
		if err == nil && !ok && receive && s.receive != "" { // perhaps the memory can only be read
			receive = false
			got, ok, err = s.tryMemory(ctx, name, false)
		}
		switch {
		case err != nil:
			return false, err
		case !ok:
			complete = false
			continue
		case got.Total == 0:
			s.log.WarnContext(ctx, "memory of the modem has no place; it is not used", "memory", name)
			continue
		case got.Total > 0:
			s.setStorage(got)
		}
		got.Total = max(got.Total, 0)
		s.memories = append(s.memories, memory{
			name: name, total: got.Total, byIndex: s.listsByIndex(name), reports: !texts && name != memReports,
		})
		s.reads = append(s.reads, name)
		if !receive {
			continue
		}
		s.receives = append(s.receives, name)
		if best.Memory == "" || s.prefers(got, best) {
			best, s.receive = got, name
		}
	}
	s.receive = best.Memory
	if best.Memory == "" {
		return false, s.defaultMemory(ctx)
	}
	s.change(func(i *Info) { i.Storage = best })
	if s.selected == best.Memory {
		return complete, nil
	}
	return complete, s.fatalFault(s.selectMemory(ctx, best.Memory))
}

// sweepOrder returns the readable memories, each once, memories for texts first.
func sweepOrder(reads []string) []string {
	var order []string
	for _, name := range slices.Concat([]string{memSIM, memDevice, memAny, memReports}, reads) {
		if slices.Contains(reads, name) && !slices.Contains(order, name) && name != "" && !strings.HasSuffix(name, preferredBefore) {
			order = append(order, name)
		}
	}
	return order
}

// holdsReports reports whether the device has a usable memory for reports.
func (s *storage) holdsReports() bool {
	return slices.Contains(s.reads, memReports) && !s.profile.BrokenReportMemory
}

// holdsTexts reports whether the receiving memory has places.
func (s *storage) holdsTexts() bool { return !s.noPlace }

// prefers reports whether got is to receive rather than other: the memory of the
// profile, else the larger one.
func (s *storage) prefers(got, other Storage) bool {
	switch wanted := s.profile.Memory; {
	case wanted == "", got.Memory != wanted && other.Memory != wanted:
		return got.Total > other.Total
	default:
		return got.Memory == wanted
	}
}

// fatalFault returns the *Fault of an error after which no command can be sent, nil for
// other errors.
func (s *storage) fatalFault(err error) error {
	var answer *at.Error
	if err == nil || errors.As(err, &answer) {
		return nil
	}
	return faultIn("AT+CPMS", err)
}

// defaultMemory uses the present memory of the device when none could be selected.
func (s *storage) defaultMemory(ctx context.Context) error {
	lines, _, fatal := s.ask(ctx, "+CPMS?", s.cfg.Timeouts.Command)
	if fatal != nil {
		return faultIn("AT+CPMS?", fatal)
	}
	s.arity = 0
	got := Storage{}
	if arguments, ok := find(lines, "+CPMS"); ok {
		got = parseStorage(arguments)
	}
	s.receive, s.selected = got.Memory, got.Memory
	s.noPlace = got.Memory != "" && got.Total == 0
	if got.Memory != "" && !s.noPlace {
		s.setStorage(got)
	}
	if !slices.ContainsFunc(s.memories, func(x memory) bool { return x.name == got.Memory }) && !s.noPlace {
		s.memories = append([]memory{{name: got.Memory, total: got.Total}}, s.memories...)
	}
	return nil
}

// tryMemory selects a memory with three, two or one argument and returns how full it
// is. Total is -1 when that is not told.
func (s *storage) tryMemory(ctx context.Context, name string, receives bool) (Storage, bool, error) {
	arities := []int{3, 2, 1}
	if s.arity > 0 {
		arities = []int{s.arity}
	}
	receive := name
	if !receives {
		receive = s.receive
	}
	for _, arity := range arities {
		lines, refused, fatal := s.askBusy(ctx, cpms(arity, name, receive))
		if fatal != nil {
			return Storage{}, false, faultIn("AT+CPMS", fatal)
		}
		arguments, ok := find(lines, "+CPMS")
		if refused != nil && !ok { // some devices answer without OK
			continue
		}
		s.arity, s.selected = arity, name
		got := Storage{Memory: name, Total: -1}
		if fields := split(arguments); len(fields) >= 2 {
			used, err1 := strconv.Atoi(fields[0])
			total, err2 := strconv.Atoi(fields[1])
			if err1 == nil && err2 == nil {
				got.Used, got.Total = used, total
			}
		}
		return got, true, nil
	}
	return Storage{}, false, nil
}

// cpms returns the +CPMS command that reads name and receives into receive.
func cpms(arity int, name, receive string) string {
	if receive == "" {
		receive = name
	}
	names := []string{name, receive, receive}[:arity]
	return `+CPMS="` + strings.Join(names, `","`) + `"`
}

// selectMemory selects the memory of +CMGL, +CMGR and +CMGD.
func (s *storage) selectMemory(ctx context.Context, name string) error {
	if name == "" {
		name = s.receive
	}
	if name == s.selected {
		return nil
	}
	_, err := s.usage(ctx, name)
	return err
}

// usage selects a memory and returns the count of its messages, -1 when the device does
// not tell.
func (s *storage) usage(ctx context.Context, name string) (used int, err error) {
	if s.arity == 0 {
		return -1, nil
	}
	lines, refused, fatal := s.ask(ctx, cpms(s.arity, name, s.receive), s.limit("+CPMS"))
	if fatal != nil {
		s.selected = ""
		return -1, fatal
	}
	arguments, ok := find(lines, "+CPMS")
	if refused != nil && !ok {
		return -1, refused
	}
	s.selected = name
	used = -1
	if fields := split(arguments); len(fields) >= 2 {
		s.setUsage(name, fields[0], fields[1])
		if n, err := strconv.Atoi(fields[0]); err == nil {
			used = n
		}
	}
	return used, nil
}

// setUsage records how full a memory is.
func (s *storage) setUsage(name, used, total string) {
	u, err1 := strconv.Atoi(used)
	t, err2 := strconv.Atoi(total)
	if err1 != nil || err2 != nil {
		return
	}
	for i := range s.memories {
		if s.memories[i].name == name {
			s.memories[i].total = t
		}
	}
	s.setStorage(Storage{Memory: name, Used: u, Total: t})
}

// setStorage records how full a memory is in Info, and announces a memory that has
// become nearly full or full.
func (s *storage) setStorage(got Storage) {
	before := Storage{}
	s.change(func(i *Info) {
		i.Storages = slices.Clone(i.Storages) // callers of Info share the slice
		at := slices.IndexFunc(i.Storages, func(x Storage) bool { return x.Memory == got.Memory })
		if at < 0 {
			i.Storages = append(i.Storages, got)
		} else {
			before, i.Storages[at] = i.Storages[at], got
		}
		if got.Memory == s.receive {
			i.Storage = got
		}
	})
	slot := Slot{Memory: got.Memory}
	if got.NearlyFull() && !before.NearlyFull() {
		s.queue.add(Indication{Kind: StorageFilling, Slot: slot})
	}
	if got.Full() && !before.Full() {
		s.queue.add(Indication{Kind: StorageFull, Slot: slot})
	}
}

// resolve returns the memory of a slot under a name that the device accepts: a device
// that announces "MT" may accept "ME" only.
func (s *storage) resolve(slot Slot) string {
	if slices.ContainsFunc(s.memories, func(x memory) bool { return x.name == slot.Memory }) {
		return slot.Memory
	}
	return s.receive
}

// Read reads one slot. An error is a *Fault, and wraps ErrEmpty for an empty slot. When
// the slot holds another kind than announced, the indication Damaged asks the owner for
// a sweep.
func (m *Modem) Read(ctx context.Context, s Slot) (Stored, error) {
	if !m.open {
		return Stored{}, newFault("read", BeforePayload, ErrNotOpen)
	}
	announced := m.routes.announced.take(s)
	got, err := m.storage.readOne(ctx, s)
	report := err == nil && got.Err == nil && isReport(got.Raw)
	if report {
		m.routes.noteReport(announced == ReportStored)
	}
	elsewhere := err == nil && report != (announced == ReportStored) || err != nil && (answered(err) || errors.Is(err, ErrEmpty))
	if announced != "" && elsewhere {
		m.queue.add(Indication{Kind: Damaged, Err: errUnannounced})
	}
	return got, err
}

// readOne selects the memory of a slot and reads the slot.
func (s *storage) readOne(ctx context.Context, slot Slot) (Stored, error) {
	if err := s.selectMemory(ctx, s.resolve(slot)); err != nil {
		return Stored{}, s.note(newFault("select memory", BeforePayload, err))
	}
	got, err := s.readSlot(ctx, slot)
	if err != nil {
		return Stored{}, s.note(newFault("read", BeforePayload, err))
	}
	return got, nil
}

// readSlot reads an index of the selected memory by +CMGR (3GPP TS 27.005 4.2).
func (s *storage) readSlot(ctx context.Context, slot Slot) (Stored, error) {
	lines, err := s.command(ctx, "+CMGR="+strconv.Itoa(slot.Index), s.listTime())
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
			return Stored{}, ErrEmpty // an outgoing text stored by another program
		case length > 0 && fields[length-1] == "0" && i+1 >= len(lines):
			return Stored{}, ErrEmpty
		case i+1 >= len(lines):
			return storedLine(slot, ""), nil
		}
		return storedLine(slot, lines[i+1]), nil
	}
	return Stored{}, ErrEmpty
}

// storedLine decodes the line behind the header of an answer. A line that is not a PDU
// is kept as text, with Err set.
func storedLine(s Slot, line string) Stored {
	line = strings.TrimSpace(line)
	raw, err := hex.DecodeString(line)
	switch {
	case line == "":
		return Stored{Slot: s, Err: fmt.Errorf("%w: no PDU in the slot", errGarbled)}
	case err != nil:
		return Stored{Slot: s, Raw: []byte(line), Err: fmt.Errorf("%w: %w", errGarbled, err)}
	}
	return Stored{Slot: s, Raw: raw}
}

// isEmpty reports whether the device says that an index is empty.
func isEmpty(err error) bool {
	var answer *at.Error
	if !errors.As(err, &answer) {
		return false
	}
	f := newFault("", BeforePayload, answer)
	return f.Family == "CMS" && f.Code == 321 || f.Family == "CME" && (f.Code == 21 || f.Code == 22)
}

// outgoing reports whether <stat> is that of an outgoing text, sent or not (3GPP TS
// 27.005 3.1: 2 and 3).
func outgoing(stat string) bool { return stat == "2" || stat == "3" }

// Delete empties a slot. An empty slot is no error. An error is a *Fault.
func (m *Modem) Delete(ctx context.Context, s Slot) error {
	if !m.open {
		return newFault("delete", BeforePayload, ErrNotOpen)
	}
	if err := m.storage.selectMemory(ctx, m.storage.resolve(s)); err != nil {
		return m.note(newFault("select memory", BeforePayload, err))
	}
	_, err := m.command(ctx, "+CMGD="+strconv.Itoa(s.Index), m.listTime())
	if err != nil && answered(err) && !isEmpty(err) {
		// Some devices require <delflag> 0 (3GPP TS 27.005 4.4).
		if _, again := m.command(ctx, "+CMGD="+strconv.Itoa(s.Index)+",0", m.listTime()); again == nil || !answered(again) {
			err = again
		}
	}
	if err != nil && !isEmpty(err) {
		return m.note(newFault("delete", BeforePayload, err))
	}
	return nil
}
