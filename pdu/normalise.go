package pdu

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// check refuses a text that is not valid UTF-8 or has a control character other
// than the ends of lines and the tab. plain says that nothing in it needs normalise: every
// character is in GSM 7-bit and there is no CR.
func check(text string) (plain bool, err error) {
	plain = true
	position := 0
	for i, r := range text {
		position++
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], string(utf8.RuneError)):
			return false, &TextError{Kind: TextInvalidUTF8, Position: position}
		case r == '\r', r == '\t':
			plain = false
		case r != '\n' && unicode.IsControl(r):
			return false, &TextError{Kind: TextControlCharacter, Position: position, Rune: r}
		case gsm7Units(r) == 0:
			plain = false
		}
	}
	return plain, nil
}

// normalise returns the shortest text that reads the same: composed letters
// (NFC: a letter and its mark apart take two units and may be cut), LF as the
// only end of a line, a space for a tab (which comes with what is copied from a
// spreadsheet, and no alphabet has), and nothing that does not show. It wants
// valid UTF-8.
func normalise(text string) string {
	text = norm.NFC.String(strings.ReplaceAll(text, "\r\n", "\n"))
	var shown strings.Builder
	shown.Grow(len(text))
	last := rune(-1)
	for i, r := range text {
		switch {
		case isLineEnd(r):
			r = '\n'
		case r == '\t':
			r = ' '
		case isInvisible(r), isJoiner(r) && !joins(r, last, text[i+utf8.RuneLen(r):]):
			continue
		}
		shown.WriteRune(r)
		last = r
	}
	// A letter may now stand beside its mark, what was between them being gone.
	return norm.NFC.String(shown.String())
}

// isLineEnd reports whether r ends a line or a paragraph as LF does.
func isLineEnd(r rune) bool {
	return r == '\r' || r == '\u2028' || r == '\u2029'
}

// isInvisible reports whether r never shows: soft hyphens, spaces without
// width, and marks of writing direction, which phones work out by themselves.
// They come with texts copied from documents, and one of them is enough to make
// a text UCS-2.
func isInvisible(r rune) bool {
	switch {
	case r == '\u00AD', r == '\u061C', r == '\u180E', r == '\uFEFF',
		r == '\u200B', r == '\u200E', r == '\u200F',
		'\u202A' <= r && r <= '\u202E',
		'\u2060' <= r && r <= '\u206F',
		'\uFFF9' <= r && r <= '\uFFFB':
		return true
	default:
		return false
	}
}

// blank reports whether nothing of a normalised text shows: it is empty, or all
// spaces, ends of lines, joiners with nothing to join, and fillers that scripts
// have for a place without a letter.
func blank(text string) bool {
	const braille, hangul, halfHangul, jamoInitial, jamoMedial = '\u2800', '\u3164', '\uFFA0', '\u115F', '\u1160'
	return !strings.ContainsFunc(text, func(r rune) bool {
		switch r {
		case braille, hangul, halfHangul, jamoInitial, jamoMedial:
			return false
		}
		return !unicode.IsSpace(r) && !isJoiner(r)
	})
}

// isJoiner reports whether r does not show itself but may change how its
// neighbours look: the joiners, and the selectors of text or emoji style.
func isJoiner(r rune) bool {
	return r == '\u200C' || r == '\u200D' || r == '\uFE0E' || r == '\uFE0F'
}

// joins reports whether joiner has an effect between the character last and
// rest: in emoji and in scripts from Arabic on, but not in Latin, Greek,
// Cyrillic, among punctuation or spaces; and in keycaps such as 1 with a frame.
func joins(joiner, last rune, rest string) bool {
	const firstJoining, keycap = '\u0600', "\u20E3"
	return last >= firstJoining && !unicode.IsPunct(last) && !unicode.IsSpace(last) ||
		joiner == '\uFE0F' && strings.HasPrefix(rest, keycap)
}

// lookAlikes maps typographic characters and symbols that GSM 7-bit lacks to
// what says the same in it. Degrees, exponents and mu have no such thing: in a
// dose or a measurement nothing may be guessed.
var lookAlikes = byCharacter(map[string]string{
	`"`:   "“”„‟«»″",
	"'":   "‘’‚‛‹›′´`ʼʹ",
	"-":   "‐‑‒–—―−•‣▪●",
	"/":   "⁄∕",
	"^":   "ˆ",
	"~":   "˜",
	"|":   "¦",
	"x":   "×",
	"...": "…",
	"nr":  "№",
	"1/4": "¼", "1/2": "½", "3/4": "¾",
	"+/-": "±", "<=": "≤", ">=": "≥", "->": "→", "<-": "←",
	"(C)": "©", "(R)": "®", "(TM)": "™",
	"ff": "ﬀ", "fi": "ﬁ", "fl": "ﬂ", "ffi": "ﬃ", "ffl": "ﬄ",
})

// wholeLetters maps the Latin letters that Unicode does not take apart into a
// letter and its mark to what is written where they cannot be.
var wholeLetters = byCharacter(map[string]string{
	"l": "łŀ", "L": "ŁĿ",
	"d": "đð", "D": "ĐÐ", "h": "ħ", "H": "Ħ", "t": "ŧ", "T": "Ŧ", "n": "ŋ", "N": "Ŋ",
	"i": "ı", "s": "ſ", "SS": "ẞ", "th": "þ", "TH": "Þ",
	"oe": "œ", "OE": "Œ", "ij": "ĳ", "IJ": "Ĳ",
	"a": "ª", "o": "º",
})

// byCharacter turns a table of replacements and the characters they are for into
// one of characters and their replacements.
func byCharacter(characters map[string]string) map[rune]string {
	replacements := make(map[rune]string)
	for replacement, of := range characters {
		for _, r := range of {
			replacements[r] = replacement
		}
	}
	return replacements
}

// lookAlike returns what stands for r in GSM 7-bit without changing what the
// text says, or "".
func lookAlike(r rune) string {
	if unicode.Is(unicode.Zs, r) { // the no-break space, thin and wide ones
		return " "
	}
	return lookAlikes[r]
}

// lookAlikeOrFolded returns what lookAlike does or, for a Latin letter, the
// letter without its marks (ą becomes a, Č becomes C), or "".
func lookAlikeOrFolded(r rune) string {
	if replacement := lookAlike(r); replacement != "" {
		return replacement
	}
	if replacement, found := wholeLetters[r]; found {
		return replacement
	}
	base, _ := utf8.DecodeRune(norm.NFD.PropertiesString(string(r)).Decomposition())
	if !unicode.Is(unicode.Latin, base) || gsm7Units(base) == 0 {
		return "" // such as ≠, which is no equals sign with a mark
	}
	return string(base)
}

// toGSM7 returns text with every character outside GSM 7-bit replaced; ok is
// false if one of them has no replacement.
func toGSM7(text string, replacement func(rune) string) (replaced string, ok bool) {
	for _, r := range text {
		if gsm7Units(r) == 0 && replacement(r) == "" {
			return "", false
		}
	}
	var b strings.Builder
	b.Grow(len(text))
	var last rune
	for _, r := range text {
		if gsm7Units(r) > 0 {
			b.WriteRune(r)
			last = r
			continue
		}
		with := replacement(r)
		if isDigit(last) && isDigit(rune(with[0])) {
			b.WriteByte(' ') // 1½ is 1 1/2, not 11/2
		}
		b.WriteString(with)
		last = rune(with[len(with)-1])
	}
	return b.String(), true
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' }
