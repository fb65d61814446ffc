package pdu

// Preview is what a sender sees before anything is sent.
type Preview struct {
	Composition
	// Foreign lists the characters outside GSM 7-bit, the dearest first.
	Foreign []Foreign
	// Folded is the text with its letters folded; nil if that changes nothing
	// or cannot make it GSM 7-bit.
	Folded *Composition
}

// Foreign is a character of the text that GSM 7-bit does not have.
type Foreign struct {
	Rune        rune
	Count       int    // how often it occurs
	Replacement string // what a look-alike or folding would put in its place, "" if nothing does
	Costs       int    // parts saved if this character alone were replaced, or gone if it has no Replacement
}

// NewPreview composes text and says what each foreign character costs. Its
// error is a *TextError.
func NewPreview(text string, o ComposeOptions) (Preview, error) {
	c, err := Compose(text, o)
	return Preview{Composition: c}, err
}
