package pdu

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Encoding is the requested way to encode a text. The values are those of the API.
type Encoding string

// The encodings that a sender may request.
const (
	// Auto is GSM 7-bit if the text fits, with typographic look-alikes replaced if
	// needed, else UCS-2. Letters are never changed. "" means Auto.
	Auto Encoding = "auto"
	// ForceGSM7 is GSM 7-bit with typographic look-alikes replaced; other foreign
	// characters are an error.
	ForceGSM7 Encoding = "gsm7"
	// ForceUCS2 is UCS-2 with the text unchanged.
	ForceUCS2 Encoding = "ucs2"
	// Fold is Auto, except that letters outside GSM 7-bit lose their marks (ą becomes
	// a) if that makes the whole text GSM 7-bit.
	Fold Encoding = "fold"
)

// MaxParts is the greatest number of parts of one message, 3GPP TS 23.040
// 9.2.3.24.1.
const MaxParts = 255

// ComposeOptions configures Compose.
type ComposeOptions struct {
	Encoding      Encoding // an unknown value is Auto
	MaxParts      int      // parts allowed, 1 to MaxParts; any other value is MaxParts
	WideReference bool     // use a 16-bit reference, which costs one character of each part
}

func (o ComposeOptions) maxParts() int {
	if o.MaxParts < 1 || o.MaxParts > MaxParts {
		return MaxParts
	}
	return o.MaxParts
}

// Composition is an encoded text, cut into parts.
type Composition struct {
	Text     string   // normalised and, if the encoding allows, with replacements
	Alphabet Alphabet // GSM7 or UCS2
	Parts    []string // consecutive pieces of Text
	Units    int      // septets or 16-bit units of Text, headers not counted
	Left     int      // units that still fit into the last part
}

// TextErrorKind is the kind of a TextError.
type TextErrorKind string

// The kinds of TextError.
const (
	TextEmpty            TextErrorKind = "empty"             // empty or without visible characters
	TextInvalidUTF8      TextErrorKind = "invalid_utf8"      // at Position
	TextControlCharacter TextErrorKind = "control_character" // Rune at Position
	TextNotInGSM7        TextErrorKind = "not_in_gsm7"       // Rune at Position; only with ForceGSM7
	TextTooManyParts     TextErrorKind = "too_many_parts"    // Parts, of which Max are allowed
)

// TextError is why a text cannot be sent. It never contains the text.
type TextError struct {
	Kind     TextErrorKind
	Position int  // of the character in the given text, in code points from 1; 0: none
	Rune     rune // the offending character
	Parts    int  // parts that the text takes
	Max      int  // parts allowed
}

func (e *TextError) Error() string {
	switch e.Kind {
	case TextEmpty:
		return "text is empty"
	case TextInvalidUTF8:
		return fmt.Sprintf("text is not valid UTF-8 at character %d", e.Position)
	case TextControlCharacter:
		return fmt.Sprintf("text has the control character %U at character %d", e.Rune, e.Position)
	case TextNotInGSM7:
		return fmt.Sprintf("text has %q (%U) at character %d, which GSM 7-bit lacks", e.Rune, e.Rune, e.Position)
	default:
		return fmt.Sprintf("text takes %d parts, but %d are allowed", e.Parts, e.Max)
	}
}

// Compose encodes text and cuts it into as few parts as the encoding allows: 160
// septets or 70 units in a single part; 153 or 67 in each of several with an 8-bit
// reference, 152 or 66 with a 16-bit one (3GPP TS 23.040 9.2.3.24). An error is a
// *TextError.
func Compose(text string, o ComposeOptions) (Composition, error) {
	plain, err := check(text)
	if err != nil {
		return Composition{}, err
	}
	shown := text
	if !plain {
		shown = normalise(text)
	}
	if blank(shown) {
		return Composition{}, &TextError{Kind: TextEmpty}
	}
	c := encode(shown, o.Encoding)
	if o.Encoding == ForceGSM7 && c.Alphabet != GSM7 {
		return Composition{}, notInGSM7(text, shown)
	}
	capacity, count := c.size(o.WideReference)
	if count > o.maxParts() {
		return Composition{}, &TextError{Kind: TextTooManyParts, Parts: count, Max: o.maxParts()}
	}
	c.Parts = c.Alphabet.cut(c.Text, capacity, count)
	c.Left = capacity - c.Alphabet.length(c.Parts[count-1])
	return c, nil
}

// encode chooses the alphabet of a normalised text and makes replacements. It replaces
// characters only if the result is GSM 7-bit, because in UCS-2 replacements save
// nothing.
func encode(text string, e Encoding) Composition {
	if e != ForceUCS2 {
		if units, ok := gsm7Length(text); ok {
			return Composition{Text: text, Alphabet: GSM7, Units: units}
		}
		replaced, ok := toGSM7(text, lookAlike)
		if !ok && e == Fold {
			replaced, ok = toGSM7(text, lookAlikeOrFolded)
		}
		if ok {
			return Composition{Text: replaced, Alphabet: GSM7, Units: GSM7.length(replaced)}
		}
	}
	return Composition{Text: text, Alphabet: UCS2, Units: UCS2.length(text)}
}

// notInGSM7 returns the error for the first character of normalised that neither GSM
// 7-bit nor its look-alikes have. Its position is that in text, as the sender typed it.
func notInGSM7(text, normalised string) *TextError {
	foreign := strings.IndexFunc(normalised, func(r rune) bool { return gsm7Units(r) == 0 && lookAlike(r) == "" })
	r, _ := utf8.DecodeRuneInString(normalised[foreign:])
	e := &TextError{Kind: TextNotInGSM7, Rune: r}
	var letters norm.Iter // composes one letter at a time and knows where it was
	letters.InitString(norm.NFC, text)
	for !letters.Done() {
		e.Position = utf8.RuneCountInString(text[:letters.Pos()]) + 1
		if bytes.ContainsRune(letters.Next(), r) {
			return e
		}
	}
	e.Position = utf8.RuneCountInString(normalised[:foreign]) + 1 // composed across something invisible
	return e
}
