package emulator

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"goniec/pdu"
)

// SIM is a SIM card. Network.AddSIM reads the exported fields and fills in the empty
// ones; they are not changed afterwards.
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
	// USSD maps a code to the answer of the network to this card; Options.USSD has the
	// codes that are not in it. SetUSSD changes an answer.
	USSD map[string]string

	network *Network
	modem   *Modem // the modem the card is in

	pinLeft, pukLeft int
	messages         *memory // "SM"
	reference        byte    // the last TP-MR used, EF-SMSS of 3GPP TS 31.102
	waiting          []*transfer
	detour           []*transfer // held back, to arrive after what follows
	busy             bool        // the first of waiting is on its way to the modem
	failed           bool        // the first of waiting did not arrive
	retry            *event      // the next attempt with the first of waiting
}

// AddSIM adds a SIM card; fields left empty are filled in. It panics when the
// network has as many SIMs as it has numbers for, which is 99,999.
func (n *Network) AddSIM(s SIM) *SIM {
	n.mu.Lock()
	defer n.release()
	index := len(n.sims) + 1
	if index > 99_999 {
		panic("emulator: too many SIMs in one network")
	}
	if s.IMSI == "" {
		s.IMSI = fmt.Sprintf("26099%010d", 1_000_000_000+index)
	}
	if s.ICCID == "" {
		s.ICCID = withLuhn(fmt.Sprintf("894899%012d", index))
	}
	if s.Number == "" {
		s.Number = fmt.Sprintf("+4869900%04d", index)
		if index > 9999 {
			s.Number = fmt.Sprintf("+486990%05d", index)
		}
	}
	if s.SMSC == "" {
		s.SMSC = "+48699000000"
	}
	if s.Capacity <= 0 {
		s.Capacity = 30
	}
	if s.PUK == "" {
		s.PUK = "12345678"
	}
	card := s
	card.network = n
	card.USSD = map[string]string{}
	maps.Copy(card.USSD, s.USSD)
	card.pinLeft, card.pukLeft = 3, 10
	card.messages = newMemory(card.Capacity)
	card.reference = byte(n.random.IntN(256))
	n.sims = append(n.sims, &card)
	return &card
}

// withLuhn appends the check digit that ICCID (ITU-T E.118) and IMEI (3GPP TS
// 23.003 annex B) end with.
func withLuhn(digits string) string {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return digits + string(rune('0'+(10-sum%10)%10))
}

// Stored returns how many texts the card holds.
func (s *SIM) Stored() int {
	s.network.mu.Lock()
	defer s.network.release()
	return s.messages.used()
}

// SetUSSD sets what the network answers to a code from this card, as when a balance
// changes. Empty: Options.USSD has the answer.
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

// Fill stores old texts on the card, without any indication, until only room places
// are free. Cards that were in a phone are like that. Fill returns how many texts it
// stored.
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

// Spoil makes the text in a slot of the card, counted from 0, unreadable. False: the
// slot is empty.
func (s *SIM) Spoil(slot int, d Damage) bool {
	s.network.mu.Lock()
	defer s.network.release()
	message := s.messages.slots[slot]
	if message == nil {
		return false
	}
	message.damage = d
	return true
}

// DeliverTPDU has the service centre bring a TPDU to the card unchanged, even a broken
// one.
func (s *SIM) DeliverTPDU(tpdu []byte) {
	s.network.mu.Lock()
	defer s.network.release()
	class := noClass
	if d, err := pdu.ParseDeliver(tpdu); err == nil {
		class = classOf(d.DCS)
	}
	tpdu = slices.Clone(tpdu)
	s.network.after(s.network.options.DeliveryDelay, func() { s.network.enqueueText(s, tpdu, class) })
}

// oldMessage returns an old text as the memory of the card holds it.
func (n *Network) oldMessage(s *SIM, number int) ([]byte, error) {
	data, err := pdu.TextUserData(fmt.Sprintf("Stara wiadomosc %d", number+1), pdu.GSM7, nil)
	if err != nil {
		return nil, err
	}
	d := pdu.Deliver{
		OA: addressOf("+48600000001"), SCTS: n.now().AddDate(0, -1, 0).Add(time.Duration(number) * time.Minute), UD: data,
	}
	tpdu, err := d.Marshal()
	if err != nil {
		return nil, err
	}
	centre := addressOf(s.SMSC)
	return pdu.WithSMSC(&centre, tpdu), nil
}
