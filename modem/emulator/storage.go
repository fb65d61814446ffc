package emulator

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"goniec/pdu"
)

// addStorageCommands adds the commands about stored texts, 3GPP TS 27.005.
func addStorageCommands(h map[string]handler) {
	h["+CPMS"] = (*Modem).preferredStorage
	h["+CMGR"] = (*Modem).readMessage
	h["+CMGL"] = (*Modem).listMessages
	h["+CMGD"] = (*Modem).deleteMessage
}

// space is a storage as the host sees it: one memory, or those that "MT" joins.
func (m *Modem) space(name string) []*memory {
	switch name {
	case memorySIM:
		if m.sim != nil {
			return []*memory{m.sim.messages}
		}
		return nil
	case memoryAll:
		return append(m.space(memoryME), m.space(memorySIM)...)
	}
	if own := m.memories[name]; own != nil {
		return []*memory{own}
	}
	return nil
}

// usage counts what a storage holds and can hold.
func (m *Modem) usage(name string) (used, capacity int) {
	for _, part := range m.space(name) {
		used += part.used()
		capacity += part.capacity
	}
	return used, capacity
}

// slot finds a slot by its index. memory is nil when there is no such index.
func (m *Modem) slot(name string, index int) (memory *memory, slot int) {
	slot = index - m.profile.IndexBase
	if slot < 0 {
		return nil, 0
	}
	for _, part := range m.space(name) {
		if slot < part.capacity {
			return part, slot
		}
		slot -= part.capacity
	}
	return nil, 0
}

// store puts a text into a storage and returns its index.
func (m *Modem) store(name string, status int, raw []byte) (index int, stored bool) {
	if m.strikes(StorageFull) != nil {
		return 0, false
	}
	index = m.profile.IndexBase
	for _, part := range m.space(name) {
		if slot, stored := part.put(status, raw); stored {
			if f := m.strikes(SlotSpoilt); f != nil {
				part.slots[slot].spoilt = Spoil(cmp.Or(f.Line, string(SpoiltOdd)))
			}
			return index + slot, true
		}
		index += part.capacity
	}
	return 0, false
}

// indexes returns the indexes of what a storage holds, ascending.
func (m *Modem) indexes(name string) []int {
	var indexes []int
	first := m.profile.IndexBase
	for _, part := range m.space(name) {
		for slot := range part.slots {
			indexes = append(indexes, first+slot)
		}
		first += part.capacity
	}
	slices.Sort(indexes)
	return indexes
}

// preferredStorage answers +CPMS, 3GPP TS 27.005 3.2.2.
func (m *Modem) preferredStorage(c command) reply {
	if r, blocked := m.cardCMS(); blocked {
		return r
	}
	if c.kind == test {
		all := `("` + strings.Join(m.profile.Memories, `","`) + `")`
		return okf("+CPMS: %s,%s,%s", all, m.memoriesForTexts(), m.memoriesForTexts())
	}
	if c.kind == read {
		var parts []string
		for _, name := range m.settings.memory {
			used, capacity := m.usage(name)
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
			continue // it stays
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
		used, capacity := m.usage(name)
		parts = append(parts, fmt.Sprintf("%d,%d", used, capacity))
	}
	return ok("+CPMS: " + strings.Join(parts, ","))
}

// memoriesForTexts are the storages that texts are written and received into.
func (m *Modem) memoriesForTexts() string {
	rest := slices.DeleteFunc(slices.Clone(m.profile.Memories), func(s string) bool { return s == memoryReports || s == memoryBroadcast })
	return `("` + strings.Join(rest, `","`) + `")`
}

// readMessage answers +CMGR, 3GPP TS 27.005 3.4.3 and 4.2.
func (m *Modem) readMessage(c command) reply {
	if c.kind == test {
		return ok()
	}
	if r, blocked := m.cardCMS(); blocked {
		return r
	}
	index, valid := c.number(0, -1)
	memory, slot := m.slot(m.settings.memory[0], index)
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
	if message.spoilt == SpoiltDenied {
		return cmsError(cmsMemoryFailure)
	}
	var lines []string
	if m.settings.text {
		lines = m.textOf(message)
	} else {
		lines = append([]string{fmt.Sprintf("+CMGR: %d,,%d", message.status, tpduLength(message.raw))}, message.pdu()...)
	}
	if message.status == storedUnread {
		message.status = storedRead
	}
	return ok(lines...)
}

// listMessages answers +CMGL, 3GPP TS 27.005 3.4.2 and 4.1.
func (m *Modem) listMessages(c command) reply {
	if c.kind == test {
		if m.settings.text {
			return ok(`+CMGL: ("` + strings.Join(textStatuses(), `","`) + `")`)
		}
		return ok("+CMGL: (0-4)")
	}
	if r, blocked := m.cardCMS(); blocked {
		return r
	}
	if m.profile.ListFails != 0 {
		return cmsError(m.profile.ListFails)
	}
	status, valid := m.listStatus(c)
	if !valid {
		return cmsError(cmsNotAllowed)
	}
	if f := m.strikes(ListFails); f != nil {
		return cmsError(f.code())
	}
	var lines []string
	for _, index := range m.indexes(m.settings.memory[0]) {
		memory, slot := m.slot(m.settings.memory[0], index)
		message := memory.slots[slot]
		if status != storedAny && message.status != status || message.spoilt == SpoiltDenied {
			continue
		}
		if m.settings.text {
			lines = append(lines, m.listedText(index, message)...)
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
func (m *Modem) listStatus(c command) (status int, valid bool) {
	if !m.settings.text {
		status, valid = c.number(0, storedUnread)
		return status, valid && status <= storedAny
	}
	if !c.given(0) {
		return storedUnread, true
	}
	status = slices.Index(textStatuses(), c.string(0))
	return status, status >= 0
}

// tpduLength is the length of a TPDU behind its service centre address.
func tpduLength(raw []byte) int { return len(raw) - 1 - int(raw[0]) }

// deleteMessage answers +CMGD with its flag for many at once, 3GPP TS 27.005
// 3.5.4.
func (m *Modem) deleteMessage(c command) reply {
	name := m.settings.memory[0]
	if c.kind == test {
		texts := []string{}
		for _, index := range m.indexes(name) {
			texts = append(texts, strconv.Itoa(index))
		}
		return okf("+CMGD: (%s),(0-4)", strings.Join(texts, ","))
	}
	if r, blocked := m.cardCMS(); blocked {
		return r
	}
	index, valid := c.number(0, -1)
	flag, flagValid := c.number(1, 0)
	if c.kind != set || !valid || !flagValid || flag > 4 {
		return cmsError(cmsInvalidIndex)
	}
	if f := m.strikes(DeleteFails); f != nil {
		return cmsError(f.code())
	}
	before, _ := m.usage(memoryAll)
	if flag != 0 {
		m.deleteMany(name, flag)
	} else {
		memory, slot := m.slot(name, index)
		if memory == nil {
			return cmsError(cmsInvalidIndex)
		}
		delete(memory.slots, slot)
	}
	r := ok()
	if after, _ := m.usage(memoryAll); after < before {
		r.then = m.roomMade
	}
	return r
}

// deleteMany deletes by the flag of +CMGD: read texts (1), those and sent ones
// (2), those and unsent ones (3), everything (4).
func (m *Modem) deleteMany(name string, flag int) {
	doomed := [][]int{{storedRead}, {storedRead, storedSent}, {storedRead, storedSent, storedUnsent}}
	for _, part := range m.space(name) {
		for slot, message := range part.slots {
			if flag == 4 || slices.Contains(doomed[flag-1], message.status) {
				delete(part.slots, slot)
			}
		}
	}
}

// roomMade tells the service centre that memory is available again (RP-SMMA,
// 3GPP TS 24.011 7.2.2).
func (m *Modem) roomMade() {
	if m.sim != nil {
		m.network.resume(m.sim)
	}
}

// write answers +CMGW, 3GPP TS 27.005 3.5.3 and 4.4.
func (m *Modem) write(c command) reply {
	if c.kind == test {
		return ok()
	}
	if r, blocked := m.cardCMS(); blocked {
		return r
	}
	if m.settings.text {
		return m.writeText(c)
	}
	length, valid := c.number(0, -1)
	status, statusValid := c.number(1, storedUnsent)
	if c.kind != set || !valid || !statusValid || status > storedSent || length < 1 || length > 255 {
		return cmsError(cmsInvalidPDU)
	}
	return reply{kind: replyPrompt, accept: func(payload []byte) reply {
		raw, valid := parseStored(payload, length)
		if !valid {
			return cmsError(cmsInvalidPDU)
		}
		return m.writeTo(status, raw)
	}}
}

func (m *Modem) writeTo(status int, raw []byte) reply {
	index, stored := m.store(m.settings.memory[1], status, raw)
	if !stored {
		return cmsError(cmsMemoryFull)
	}
	return okf("+CMGW: %d", index)
}

// sendStored answers +CMSS, 3GPP TS 27.005 3.5.2: it sends what +CMGW stored,
// optionally to another number, and marks it as sent once the network has taken it.
func (m *Modem) sendStored(c command) reply {
	if c.kind == test {
		return ok()
	}
	if r, blocked := m.cardCMS(); blocked {
		return r
	}
	index, valid := c.number(0, -1)
	memory, slot := m.slot(m.settings.memory[1], index)
	if c.kind != set || !valid || memory == nil || memory.slots[slot] == nil {
		return cmsError(cmsInvalidIndex)
	}
	message := memory.slots[slot]
	_, tpdu, err := pdu.SplitSMSC(message.raw)
	if err != nil {
		return cmsError(cmsInvalidPDU)
	}
	s, err := pdu.ParseSubmit(tpdu)
	if err != nil {
		return cmsError(cmsNotAllowed)
	}
	if c.given(1) {
		s.DA = addressOf(c.string(1))
		if tpdu, err = s.Marshal(); err != nil {
			return cmsError(cmsInvalidText)
		}
	}
	return m.transmit("+CMSS", tpdu, s, func() { message.status = storedSent })
}
