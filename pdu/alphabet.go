package pdu

// Alphabet is one of the three codings of user data that 3GPP TS 23.038 4
// knows. The values appear in the API and in stored records.
type Alphabet string

// The alphabets of 3GPP TS 23.038 4.
const (
	// GSM7 is the GSM 7-bit default alphabet with its extension table or with national
	// language tables: 160 septets in a single part.
	GSM7 Alphabet = "gsm7"
	// UCS2 is UTF-16 in big-endian order, as phones use it: 70 units of 16 bits in a
	// single part.
	UCS2 Alphabet = "ucs2"
	// Data8 is 8-bit binary data: 140 octets in a single part.
	Data8 Alphabet = "8bit"
)

// units returns how many units of a, GSM7 or UCS2, the character r takes: septets (2
// for the extension table) or 16-bit units (2 for a surrogate pair). 0 means that a
// lacks r.
func (a Alphabet) units(r rune) int {
	switch {
	case a == GSM7:
		return gsm7Units(r)
	case r > 0xFFFF:
		return 2
	default:
		return 1
	}
}

// length returns the length of text in units of a, which must have every character.
func (a Alphabet) length(text string) int {
	units := 0
	for _, r := range text {
		units += a.units(r)
	}
	return units
}

// capacity returns how many units of a fit into one part behind a user data header of
// headerOctets, length octet included, 3GPP TS 23.040 9.2.3.16. Septets start on a
// septet boundary behind the header.
func (a Alphabet) capacity(headerOctets int) int {
	switch a {
	case GSM7:
		return (maxUserData - headerOctets) * 8 / 7
	case UCS2:
		return (maxUserData - headerOctets) / 2
	default:
		return maxUserData - headerOctets
	}
}
