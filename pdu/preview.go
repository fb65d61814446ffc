package pdu

import (
	"cmp"
	"slices"
	"strings"
)

// maxForeign bounds the work of a preview: a text with more different foreign
// characters is written in a foreign script, where none alone makes a
// difference.
const maxForeign = 64

// Preview is what a sender sees before anything is sent.
type Preview struct {
	Composition
	// Foreign lists the characters outside GSM 7-bit, those of the text as it was
	// normalised, the dearest first. Of a text with more than 64 different ones
	// only the first 64 are looked at.
	Foreign []Foreign
	// Folded is what encoding Fold would send, nil if that is no other text or
	// not GSM 7-bit.
	Folded *Composition
}

// Foreign is a character that GSM 7-bit lacks.
type Foreign struct {
	Rune        rune
	Count       int    // how often it occurs
	Replacement string // what look-alikes or folding have for it, "" if nothing
	// Costs is the number of parts saved if this character alone were replaced
	// or, without a Replacement, left out. It is 0 where the composition has
	// the replacement already, and where another character costs as much.
	Costs int
}

// NewPreview composes text and works out what its foreign characters cost. Its
// error is a *TextError, as that of Compose.
func NewPreview(text string, o ComposeOptions) (Preview, error) {
	c, err := Compose(text, o)
	if err != nil {
		return Preview{}, err
	}
	p := Preview{Composition: c, Foreign: foreignIn(normalise(text), len(c.Parts), o)}
	o.Encoding = Fold
	folded, err := Compose(text, o)
	if err == nil && folded.Alphabet == GSM7 && folded.Text != c.Text {
		p.Folded = &folded
	}
	return p, nil
}

// foreignIn returns the foreign characters of text, which takes so many parts.
func foreignIn(text string, parts int, o ComposeOptions) []Foreign {
	var list []Foreign
	for _, r := range text {
		if gsm7Units(r) > 0 {
			continue
		}
		known := slices.IndexFunc(list, func(f Foreign) bool { return f.Rune == r })
		switch {
		case known >= 0:
			list[known].Count++
		case len(list) < maxForeign:
			list = append(list, Foreign{Rune: r, Count: 1, Replacement: lookAlikeOrFolded(r)})
		}
	}
	for i, f := range list {
		without := encode(strings.ReplaceAll(text, string(f.Rune), f.Replacement), o.Encoding)
		_, count := without.size(o.WideReference)
		list[i].Costs = max(0, parts-count)
	}
	slices.SortStableFunc(list, func(a, b Foreign) int {
		return cmp.Or(cmp.Compare(b.Costs, a.Costs), cmp.Compare(b.Count, a.Count))
	})
	return list
}
