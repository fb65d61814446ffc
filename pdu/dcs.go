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

// TextDCS returns the coding scheme of an uncompressed text in alphabet a. flash
// selects class 0: shown at once, not stored.
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

// group returns bits 7 to 4, which select the meaning of the others.
func (d DCS) group() byte {
	return byte(d) >> 4
}

// general reports whether d is in one of the groups 00xx and 01xx.
func (d DCS) general() bool {
	return d.group() < 0x8
}

// Alphabet returns the alphabet of the user data. Reserved codings count as GSM 7-bit,
// as the standard requires. Compressed user data counts as 8-bit data, because its
// length is in octets and this package does not decompress it.
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

// Class returns the message class, 0 to 3, if d has one. Class 0 is flash, 1 addresses
// the device, 2 the SIM, 3 attached equipment.
func (d DCS) Class() (class int, ok bool) {
	if d.group() == 0xf || d.general() && d&dcsHasClass != 0 {
		return int(d & 3), true
	}
	return 0, false
}

// Compressed reports whether the user data is compressed by 3GPP TS 23.042.
func (d DCS) Compressed() bool {
	return d.general() && d&dcsCompressed != 0
}

// Waiting reports whether d has a message waiting indication: the symbol a phone shows
// for voicemail and the like.
func (d DCS) Waiting() bool { return d.group() >= 0xc && d.group() <= 0xe }
