package emulator

import (
	"fmt"
	"strings"
	"time"
)

// SIM is a SIM card. The exported fields are read by Network.AddSIM, which fills
// in those that are empty; they are not changed afterwards.
type SIM struct {
	// IMSI has 15 digits.
	IMSI string
	// ICCID has 19 digits, the last being the check digit.
	ICCID string
	// Number is the subscriber's number in E.164.
	Number string
	// SMSC is the service centre's address stored on the card. "none": empty.
	SMSC string
	// PIN locks the card until +CPIN is given. Empty: no PIN.
	PIN string
	// PUK unblocks the card after three wrong PINs. Empty: 12345678.
	PUK string
	// Capacity is the number of texts that the card holds. Zero: 30.
	Capacity int
	// USSD is what the network answers to this card, by code, before that of
	// Options. SetUSSD changes it.
	USSD map[string]string

	network *Network
	modem   *Modem // the modem the card is in

	pinLeft, pukLeft int
	messages         *memory // "SM"
	reference        byte    // the last TP-MR used, EF-SMSS of 3GPP TS 31.102
	waiting          []*transfer
	detour           []*transfer // held back, to arrive after what follows
	busy             bool        // the first of waiting is on its way
	failed           bool        // it did not arrive
	retry            *event      // when it is tried again
}

// Stored returns how many texts the card holds.
func (s *SIM) Stored() int {
	s.network.mu.Lock()
	defer s.network.release()
	return s.messages.used()
}

// SetUSSD sets what the network answers to a code from this card: a balance that
// goes up or down. Empty: what Options say.
func (s *SIM) SetUSSD(code, answer string) {
	s.network.mu.Lock()
	defer s.network.release()
	if answer == "" {
		delete(s.USSD, code)
		return
	}
	s.USSD[code] = answer
}

// Waiting returns how many texts and status reports the service centre keeps
// for the card.
func (s *SIM) Waiting() int {
	s.network.mu.Lock()
	defer s.network.release()
	return len(s.waiting)
}

// PINAttempts returns the attempts left to enter the PIN.
func (s *SIM) PINAttempts() int {
	s.network.mu.Lock()
	defer s.network.release()
	return s.pinLeft
}

// Fill stores texts of an old conversation on the card until only room is left,
// without any indication, as a card that was in a phone has them. It returns
// how many it stored.
func (s *SIM) Fill(room int) int {
	s.network.mu.Lock()
	defer s.network.release()
	stored := 0
	for s.messages.used() < s.messages.capacity-room {
		raw, err := s.network.oldMessage(s, stored)
		if err != nil {
			break
		}
		s.messages.put(storedRead, raw)
		stored++
	}
	return stored
}

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
	spoilt Spoil // how its PDU is given; zero: as it is
}

// Spoil is how a PDU in a slot cannot be read.
type Spoil string

// The ways.
const (
	SpoiltOdd    Spoil = "odd"    // an odd count of digits
	SpoiltLetter Spoil = "letter" // a letter that is no hexadecimal digit
	SpoiltEmpty  Spoil = "empty"  // an empty line
	SpoiltGone   Spoil = "gone"   // no line at all
	SpoiltCut    Spoil = "cut"    // the first half only
	SpoiltBlank  Spoil = "blank"  // FF all over, as erased memory is
	SpoiltDenied Spoil = "denied" // +CMGR is refused with a memory failure, +CMGL leaves it out
)

// pdu returns the line of a PDU as +CMGR and +CMGL give it.
func (s *stored) pdu() []string {
	line := fmt.Sprintf("%X", s.raw)
	switch s.spoilt {
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

// Spoil has what lies in a slot of the card, counted from 0, given so that it cannot
// be read. False: nothing lies there.
func (s *SIM) Spoil(slot int, how Spoil) bool {
	s.network.mu.Lock()
	defer s.network.release()
	message := s.messages.slots[slot]
	if message == nil {
		return false
	}
	message.spoilt = how
	return true
}

// memory is a message storage: "SM", "ME" or "SR".
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

// dropOldest makes room for one message.
func (s *memory) dropOldest() {
	oldest := -1
	for slot, message := range s.slots {
		if oldest < 0 || message.at.Before(s.slots[oldest].at) {
			oldest = slot
		}
	}
	delete(s.slots, oldest)
}
