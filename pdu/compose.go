package pdu

// Encoding says how a text may be turned into parts. The values are those of
// the API.
type Encoding string

// The encodings a sender may ask for.
const (
	// Auto is GSM 7-bit if the text fits it, at most with typographic look-alikes
	// replaced, else UCS-2. Letters are never changed. "" means Auto.
	Auto Encoding = "auto"
	// ForceGSM7 is GSM 7-bit with typographic look-alikes replaced; a text that
	// still does not fit is an error that names the character.
	ForceGSM7 Encoding = "gsm7"
	// ForceUCS2 is UCS-2, whatever it costs, the text unchanged.
	ForceUCS2 Encoding = "ucs2"
	// Fold is Auto, but letters outside GSM 7-bit lose their marks (ą becomes a)
	// if that makes the whole text GSM 7-bit.
	Fold Encoding = "fold"
)

// MaxParts is the greatest number of parts of one message, 3GPP TS 23.040
// 9.2.3.24.1.
const MaxParts = 255

// ComposeOptions says how Compose may work.
type ComposeOptions struct {
	Encoding      Encoding // "" means Auto
	MaxParts      int      // 1 to MaxParts, 0 means MaxParts
	WideReference bool     // a concatenation reference of 16 bits, which takes one character a part
}

// Composition is a text as it will be sent.
type Composition struct {
	Text     string   // normalised, and changed as the encoding allows
	Alphabet Alphabet // GSM7 or UCS2
	Parts    []string // joined they are Text
	Units    int      // septets or 16-bit units of Text, headers not counted
	Left     int      // units that still fit into the last part
}

// TextErrorKind says what is wrong with a text.
type TextErrorKind string

// The kinds of TextError.
const (
	TextEmpty            TextErrorKind = "empty"             // nothing is left to send
	TextInvalidUTF8      TextErrorKind = "invalid_utf8"      // at Position
	TextControlCharacter TextErrorKind = "control_character" // Rune at Position
	TextNotInGSM7        TextErrorKind = "not_in_gsm7"       // Rune at Position, with ForceGSM7
	TextTooManyParts     TextErrorKind = "too_many_parts"    // Parts, but Max allowed
	TextUnknownEncoding  TextErrorKind = "unknown_encoding"  // the option, not the text, is wrong
)

// TextError says why a text cannot be sent. It never holds the text.
type TextError struct {
	Kind     TextErrorKind
	Position int  // of the character in the text as given, counted in code points from 1; 0 if it concerns no one character
	Rune     rune // the character, 0 if Kind has none
	Parts    int  // parts the text would take
	Max      int  // parts allowed
}

func (e *TextError) Error() string { return string(e.Kind) }

// Compose turns text into the parts that will be sent. Its error is a *TextError.
func Compose(text string, o ComposeOptions) (Composition, error) {
	return Composition{}, &TextError{Kind: TextEmpty}
}
