package emulator

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"goniec/pdu"
)

// storage is where a modem keeps texts: in memories of its own and in the card's.
type storage struct {
	modem *Modem
	own   map[string]*memory
}

// memories returns the empty memories that a modem of the profile has of its own.
func (p Profile) memories() map[string]*memory {
	own := map[string]*memory{}
	for _, name := range p.Memories {
		if name != memorySIM && name != memoryAll {
			places, told := p.Places[name]
			if !told {
				places = p.Capacity
			}
			own[name] = newMemory(places)
		}
	}
	return own
}

// commands returns the commands about stored texts, 3GPP TS 27.005.
func (s *storage) commands() map[string]handler {
	blocked := s.modem.card.refusesCMS
	return map[string]handler{
		"+CPMS": unless(blocked, s.preferredStorage),
		"+CMGR": tested(unless(blocked, s.readMessage)),
		"+CMGL": s.listMessages,
		"+CMGD": s.deleteMessage,
		"+CMGW": tested(unless(blocked, s.write)),
	}
}

// space returns a storage as the host sees it: one memory, or the two of "MT".
func (s *storage) space(name string) []*memory {
	switch name {
	case memorySIM:
		if s.modem.card.sim != nil {
			return []*memory{s.modem.card.sim.messages}
		}
		return nil
	case memoryAll:
		return append(s.space(memoryME), s.space(memorySIM)...)
	}
	if own := s.own[name]; own != nil {
		return []*memory{own}
	}
	return nil
}

// usage counts what a storage holds and can hold.
func (s *storage) usage(name string) (used, capacity int) {
	for _, part := range s.space(name) {
		used += part.used()
		capacity += part.capacity
	}
	return used, capacity
}

// slot finds a slot by its index. memory is nil when there is no such index.
func (s *storage) slot(name string, index int) (memory *memory, slot int) {
	slot = index - s.modem.profile.IndexBase
	if slot < 0 {
		return nil, 0
	}
	for _, part := range s.space(name) {
		if slot < part.capacity {
			return part, slot
		}
		slot -= part.capacity
	}
	return nil, 0
}

// store puts a text into a storage and returns its index.
func (s *storage) store(name string, status int, raw []byte) (index int, stored bool) {
	m := s.modem
	if m.faults.strikes(StorageFull) != nil {
		return 0, false
	}
	index = m.profile.IndexBase
	for _, part := range s.space(name) {
		if slot, stored := part.put(status, raw); stored {
			if f := m.faults.strikes(SlotSpoilt); f != nil {
				part.slots[slot].damage = Damage(cmp.Or(f.Line, string(SpoiltOdd)))
			}
			return index + slot, true
		}
		index += part.capacity
	}
	return 0, false
}

// indexes returns the indexes of what a storage holds, ascending.
func (s *storage) indexes(name string) []int {
	var indexes []int
	first := s.modem.profile.IndexBase
	for _, part := range s.space(name) {
		for slot := range part.slots {
			indexes = append(indexes, first+slot)
		}
		first += part.capacity
	}
	slices.Sort(indexes)
	return indexes
}

// preferredStorage answers +CPMS, 3GPP TS 27.005 3.2.2.
func (s *storage) preferredStorage(c command) reply {
	m := s.modem
	if c.kind == test {
		all := `("` + strings.Join(m.profile.Memories, `","`) + `")`
		return okf("+CPMS: %s,%s,%s", all, s.memoriesForTexts(), s.memoriesForTexts())
	}
	if c.kind == read {
		var parts []string
		for _, name := range m.settings.memory {
			used, capacity := s.usage(name)
			parts = append(parts, fmt.Sprintf(`"%s",%d,%d`, name, used, capacity))
		}
		return ok("+CPMS: " + strings.Join(parts, ","))
	}
	if c.kind != set || len(c.args) > 3 || m.profile.CPMSThree && len(c.args) != 3 {
		return cmsError(cmsNotAllowed)
	}
	memory := m.settings.memory
	for i := range c.args {
		name := c.string(i)
		if !c.given(i) {
			continue // a parameter left out changes nothing
		}
		if !slices.Contains(m.profile.Memories, name) || i > 0 && (name == memoryReports || name == memoryBroadcast) ||
			slices.Contains(m.profile.CPMSRefused[i], name) {
			return cmsError(cmsNotAllowed)
		}
		memory[i] = name
	}
	m.settings.memory = memory
	var parts []string
	for _, name := range memory {
		used, capacity := s.usage(name)
		parts = append(parts, fmt.Sprintf("%d,%d", used, capacity))
	}
	return ok("+CPMS: " + strings.Join(parts, ","))
}

// memoriesForTexts writes the storages that +CPMS offers for texts that are written or
// received.
func (s *storage) memoriesForTexts() string {
	rest := slices.DeleteFunc(slices.Clone(s.modem.profile.Memories), func(s string) bool { return s == memoryReports || s == memoryBroadcast })
	return `("` + strings.Join(rest, `","`) + `")`
}

// readMessage answers +CMGR, 3GPP TS 27.005 3.4.3 and 4.2.
func (s *storage) readMessage(c command) reply {
	m := s.modem
	index, valid := c.number(0, -1)
	memory, slot := s.slot(m.settings.memory[0], index)
	if c.kind != set || !valid || memory == nil {
		return cmsError(cmsInvalidIndex)
	}
	message := memory.slots[slot]
	if message == nil {
		if m.profile.EmptySlotOK {
			return ok()
		}
		return cmsError(cmsInvalidIndex)
	}
	if message.damage == SpoiltDenied {
		return cmsError(cmsMemoryFailure)
	}
	var lines []string
	if m.settings.text {
		lines = m.settings.charset.stored(message)
	} else {
		lines = append([]string{fmt.Sprintf("+CMGR: %d,,%d", message.status, tpduLength(message.raw))}, message.pdu()...)
	}
	if message.status == storedUnread {
		message.status = storedRead
	}
	return ok(lines...)
}

// listMessages answers +CMGL, 3GPP TS 27.005 3.4.2 and 4.1.
func (s *storage) listMessages(c command) reply {
	m := s.modem
	if c.kind == test {
		if m.settings.text {
			return ok(`+CMGL: ("` + strings.Join(textStatuses(), `","`) + `")`)
		}
		return ok("+CMGL: (0-4)")
	}
	if r, refused := m.card.refusesCMS(); refused {
		return r
	}
	if m.profile.ListFails != 0 {
		return cmsError(m.profile.ListFails)
	}
	status, valid := s.listStatus(c)
	if !valid {
		return cmsError(cmsNotAllowed)
	}
	if f := m.faults.strikes(ListFails); f != nil {
		return cmsError(f.code())
	}
	var lines []string
	for _, index := range s.indexes(m.settings.memory[0]) {
		memory, slot := s.slot(m.settings.memory[0], index)
		message := memory.slots[slot]
		if status != storedAny && message.status != status || message.damage == SpoiltDenied {
			continue
		}
		if m.settings.text {
			lines = append(lines, m.settings.charset.listed(index, message)...)
		} else {
			lines = append(lines, fmt.Sprintf("+CMGL: %d,%d,,%d", index, message.status, tpduLength(message.raw)))
			lines = append(lines, message.pdu()...)
		}
		if message.status == storedUnread {
			message.status = storedRead
		}
	}
	return ok(lines...)
}

// listStatus reads which texts +CMGL is to list: a number in PDU mode, a word in
// text mode.
func (s *storage) listStatus(c command) (status int, valid bool) {
	if !s.modem.settings.text {
		status, valid = c.number(0, storedUnread)
		return status, valid && status <= storedAny
	}
	if !c.given(0) {
		return storedUnread, true
	}
	status = slices.Index(textStatuses(), c.string(0))
	return status, status >= 0
}

// tpduLength returns the length in octets of the TPDU behind the service centre
// address.
func tpduLength(raw []byte) int { return len(raw) - 1 - int(raw[0]) }

// deleteMessage answers +CMGD with its flag for many at once, 3GPP TS 27.005
// 3.5.4.
func (s *storage) deleteMessage(c command) reply {
	m := s.modem
	name := m.settings.memory[0]
	if c.kind == test {
		texts := []string{}
		for _, index := range s.indexes(name) {
			texts = append(texts, strconv.Itoa(index))
		}
		return okf("+CMGD: (%s),(0-4)", strings.Join(texts, ","))
	}
	if r, refused := m.card.refusesCMS(); refused {
		return r
	}
	index, valid := c.number(0, -1)
	flag, flagValid := c.number(1, 0)
	if c.kind != set || !valid || !flagValid || flag > 4 {
		return cmsError(cmsInvalidIndex)
	}
	if f := m.faults.strikes(DeleteFails); f != nil {
		return cmsError(f.code())
	}
	before, _ := s.usage(memoryAll)
	if flag != 0 {
		s.deleteMany(name, flag)
	} else {
		memory, slot := s.slot(name, index)
		if memory == nil {
			return cmsError(cmsInvalidIndex)
		}
		delete(memory.slots, slot)
	}
	r := ok()
	if after, _ := s.usage(memoryAll); after < before {
		r.then = m.card.fetch
	}
	return r
}

// deleteMany deletes by the flag of +CMGD: read texts (1), those and sent ones
// (2), those and unsent ones (3), everything (4).
func (s *storage) deleteMany(name string, flag int) {
	doomed := [][]int{{storedRead}, {storedRead, storedSent}, {storedRead, storedSent, storedUnsent}}
	for _, part := range s.space(name) {
		for slot, message := range part.slots {
			if flag == 4 || slices.Contains(doomed[flag-1], message.status) {
				delete(part.slots, slot)
			}
		}
	}
}

// write answers +CMGW, 3GPP TS 27.005 3.5.3 and 4.4.
func (s *storage) write(c command) reply {
	if s.modem.settings.text {
		return s.writeText(c)
	}
	length, valid := c.number(0, -1)
	status, statusValid := c.number(1, storedUnsent)
	if c.kind != set || !valid || !statusValid || status > storedSent || length < 1 || length > 255 {
		return cmsError(cmsInvalidPDU)
	}
	return reply{kind: replyPrompt, accept: func(payload []byte) reply {
		raw, _, valid := parsePayload(payload, length)
		if !valid {
			return cmsError(cmsInvalidPDU)
		}
		return s.writeTo(status, raw)
	}}
}

func (s *storage) writeTo(status int, raw []byte) reply {
	index, stored := s.store(s.modem.settings.memory[1], status, raw)
	if !stored {
		return cmsError(cmsMemoryFull)
	}
	return okf("+CMGW: %d", index)
}

// reportMemory returns the storage of status reports: "SR" if the modem has one.
func (s *storage) reportMemory() string {
	m := s.modem
	if m.profile.Reports != "" {
		return m.profile.Reports
	}
	if s.own[memoryReports] != nil {
		return memoryReports
	}
	return m.settings.memory[2]
}

// writeText answers +CMGW in text mode, 3GPP TS 27.005 3.5.3.
func (s *storage) writeText(c command) reply {
	return s.modem.outbox.promptText(c, func(tpdu []byte, _ pdu.Submit) reply {
		return s.writeTo(storedUnsent, pdu.WithSMSC(s.modem.outbox.centreAddress(), tpdu))
	})
}
