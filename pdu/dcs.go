package pdu

// DCS is the TP-Data-Coding-Scheme, 3GPP TS 23.038 section 4.
type DCS byte

// The bits of the general groups (00xx and 01xx), and the alphabets in them.
const (
	dcsCompressed = 0x20
	dcsHasClass   = 0x10
	dcsAlphabet   = 0x0c // mask; 0x0c itself is reserved
	dcsGSM7       = 0x00
	dcsData8      = 0x04
	dcsUCS2       = 0x08
)

// TextDCS returns the coding scheme of an uncompressed text in alphabet a. A
// flash message is of class 0: shown at once, not stored.
func TextDCS(a Alphabet, flash bool) DCS {
	var d DCS
	switch a {
	case GSM7:
		d = dcsGSM7
	case Data8:
		d = dcsData8
	case UCS2:
		d = dcsUCS2
	}
	if flash {
		d |= dcsHasClass
	}
	return d
}

// group returns bits 7 to 4, by which the meaning of the others is chosen.
func (d DCS) group() byte {
	return byte(d) >> 4
}

// general tells whether d is in one of the groups 00xx and 01xx.
func (d DCS) general() bool {
	return d.group() < 0x8
}

// Alphabet returns what the user data is written in. Reserved codings count as
// the GSM 7-bit alphabet, as the standard asks; compressed user data counts as
// 8-bit data, since that is how it is counted and nobody here unpacks it.
func (d DCS) Alphabet() Alphabet {
	switch {
	case d.Compressed():
		return Data8
	case d.general() && d&dcsAlphabet == dcsUCS2, d.group() == 0xe:
		return UCS2
	case d.general() && d&dcsAlphabet == dcsData8, d.group() == 0xf && d&dcsData8 != 0:
		return Data8
	}
	return GSM7
}

// Class returns the message class, 0 to 3, if d has one. Class 0 is a flash
// message, 1 is for the device, 2 for the SIM, 3 for what is attached to it.
func (d DCS) Class() (class int, ok bool) {
	if d.group() == 0xf || d.general() && d&dcsHasClass != 0 {
		return int(d & 3), true
	}
	return 0, false
}

// Compressed tells whether the user data is compressed by 3GPP TS 23.042.
func (d DCS) Compressed() bool {
	return d.general() && d&dcsCompressed != 0
}

// DeleteAfterReading tells whether the message is of the group marked for
// automatic deletion: it goes once it has been read.
func (d DCS) DeleteAfterReading() bool {
	return d.general() && d.group() >= 0x4
}

// WaitingKind is what a message waiting indication is about.
type WaitingKind byte

// The kinds of waiting messages, by their code.
const (
	WaitingVoicemail WaitingKind = 0
	WaitingFax       WaitingKind = 1
	WaitingEmail     WaitingKind = 2
	WaitingOther     WaitingKind = 3
)

// Waiting is a message waiting indication: the symbol a phone shows for
// voicemail and the like.
type Waiting struct {
	Kind   WaitingKind
	Active bool // messages are waiting; false: none is any more
	Store  bool // the text is worth keeping; false: it may be discarded
}

// Waiting returns the message waiting indication, if d is of such a group.
func (d DCS) Waiting() (w Waiting, ok bool) {
	if g := d.group(); g < 0xc || g > 0xe {
		return Waiting{}, false
	}
	return Waiting{Kind: WaitingKind(d & 3), Active: d&8 != 0, Store: d.group() != 0xc}, true
}
