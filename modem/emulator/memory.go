package emulator

import (
	"fmt"
	"strings"
	"time"
)

// Names of the message storages, 3GPP TS 27.005 3.1.
const (
	memorySIM       = "SM"
	memoryME        = "ME"
	memoryAll       = "MT" // SM and ME together
	memoryReports   = "SR"
	memoryBroadcast = "BM"
)

// Status of a stored message, 3GPP TS 27.005 3.1, as in PDU mode.
const (
	storedUnread = 0 // REC UNREAD
	storedRead   = 1 // REC READ
	storedUnsent = 2 // STO UNSENT
	storedSent   = 3 // STO SENT
	storedAny    = 4 // ALL, for +CMGL
)

// stored is a message in a slot.
type stored struct {
	status int
	raw    []byte // service centre address and TPDU
	at     time.Time
	damage Damage // of its PDU when it is read; empty: none
}

// Damage is what makes a stored text unreadable.
type Damage string

// The kinds of damage.
const (
	SpoiltOdd    Damage = "odd"    // an odd count of digits
	SpoiltLetter Damage = "letter" // a letter that is no hexadecimal digit
	SpoiltEmpty  Damage = "empty"  // an empty line
	SpoiltGone   Damage = "gone"   // no line at all
	SpoiltCut    Damage = "cut"    // the first half only
	SpoiltBlank  Damage = "blank"  // FF all over, as erased memory is
	SpoiltDenied Damage = "denied" // +CMGR is refused with a memory failure, +CMGL leaves it out
)

// pdu returns the PDU as the lines that +CMGR and +CMGL send.
func (s *stored) pdu() []string {
	line := fmt.Sprintf("%X", s.raw)
	switch s.damage {
	case SpoiltOdd:
		line = line[:len(line)-1]
	case SpoiltLetter:
		line = line[:len(line)/2] + "G" + line[len(line)/2+1:]
	case SpoiltEmpty:
		line = ""
	case SpoiltGone:
		return nil
	case SpoiltCut:
		line = line[:len(line)/4*2]
	case SpoiltBlank:
		line = strings.Repeat("F", len(line))
	case SpoiltDenied:
	}
	return []string{line}
}

// memory is one place where texts are stored: "SM", "ME" or "SR".
type memory struct {
	capacity int
	slots    map[int]*stored // by zero-based slot
}

func newMemory(capacity int) *memory {
	return &memory{capacity: capacity, slots: map[int]*stored{}}
}

func (s *memory) used() int { return len(s.slots) }

// put stores a message in the first free slot; false when there is none.
func (s *memory) put(status int, raw []byte) (slot int, ok bool) {
	if len(s.slots) >= s.capacity {
		return 0, false
	}
	for slot = 0; s.slots[slot] != nil; slot++ {
	}
	s.slots[slot] = &stored{status: status, raw: raw, at: time.Now()}
	return slot, true
}

// dropOldest deletes the message that was stored first.
func (s *memory) dropOldest() {
	oldest := -1
	for slot, message := range s.slots {
		if oldest < 0 || message.at.Before(s.slots[oldest].at) {
			oldest = slot
		}
	}
	delete(s.slots, oldest)
}
