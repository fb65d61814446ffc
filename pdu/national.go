package pdu

// NationalLanguage names a pair of national language tables by its identifier
// in the header elements 0x24 (single shift) and 0x25 (locking shift),
// 3GPP TS 23.040 9.2.3.24.15 and .16. NoLanguage stands for the default tables.
type NationalLanguage byte

// The languages of 3GPP TS 23.038 annex A.
const (
	NoLanguage NationalLanguage = 0
	Turkish    NationalLanguage = 1
	Spanish    NationalLanguage = 2
	Portuguese NationalLanguage = 3
	Bengali    NationalLanguage = 4
	Gujarati   NationalLanguage = 5
	Hindi      NationalLanguage = 6
	Kannada    NationalLanguage = 7
	Malayalam  NationalLanguage = 8
	Oriya      NationalLanguage = 9
	Punjabi    NationalLanguage = 10
	Tamil      NationalLanguage = 11
	Telugu     NationalLanguage = 12
	Urdu       NationalLanguage = 13
)

var defaultTable = []rune(gsm7Default)

func (l NationalLanguage) lockingTable() []rune { return defaultTable }

func (l NationalLanguage) singleTable() map[byte]rune { return gsm7Extension }
