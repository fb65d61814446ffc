package emulator

import (
	"fmt"
	"slices"
	"time"

	"goniec/pdu"
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

// DeliverTPDU has the service centre bring a TPDU as it is to the card, however
// broken: what some network sends.
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

// oldMessage returns an old text for the card as its memory holds it.
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
