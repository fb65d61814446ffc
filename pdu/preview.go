package pdu

import (
	"cmp"
	"slices"
	"strings"
)

// maxForeign bounds the foreign characters of a preview. A text with more is in a
// foreign script, where replacing one character changes nothing.
const maxForeign = 64

// Preview is the composition of a text with the cost of its foreign characters.
type Preview struct {
	Composition
	// Foreign lists the characters of the normalised text outside GSM 7-bit, the most
	// expensive first, at most 64 different ones.
	Foreign []Foreign
	// Folded is the result of encoding Fold; nil if it is the same or not GSM 7-bit.
	Folded *Composition
}

// Foreign is a character that GSM 7-bit lacks.
type Foreign struct {
	Rune        rune
	Count       int    // occurrences
	Replacement string // by look-alikes or folding; "": none
	// Costs is the count of parts saved by replacing only this character or, without a
	// Replacement, omitting it. It is 0 where the composition has replaced it, and
	// where another character costs as much.
	Costs int
}

// NewPreview composes text and computes the cost of its foreign characters. An error is
// a *TextError.
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

// foreignIn returns the foreign characters of text, which takes parts parts.
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
