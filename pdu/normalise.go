package pdu

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// check refuses a text that is not valid UTF-8 or has a control character other than
// line ends and tab. plain says that no character needs normalising: all are in GSM
// 7-bit and there is no CR.
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

// normalise returns the shortest equivalent of a valid UTF-8 text: composed letters
// (NFC, because a separate mark takes a unit and may be cut off), LF as the only line
// end, spaces for tabs (which spreadsheets produce and no alphabet has), and no
// invisible characters.
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
	// Removing an invisible character may have joined a letter and its mark.
	return norm.NFC.String(shown.String())
}

// isLineEnd reports whether r ends a line or paragraph.
func isLineEnd(r rune) bool {
	return r == '\r' || r == '\u2028' || r == '\u2029'
}

// isInvisible reports whether r never shows: soft hyphens, zero-width spaces and
// direction marks, which phones do not need. Texts copied from documents contain them,
// and one makes the whole text UCS-2.
func isInvisible(r rune) bool {
	return r == '\u00AD' || r == '\u061C' || r == '\u180E' || r == '\uFEFF' ||
		r == '\u200B' || r == '\u200E' || r == '\u200F' ||
		'\u202A' <= r && r <= '\u202E' ||
		'\u2060' <= r && r <= '\u206F' ||
		'\uFFF9' <= r && r <= '\uFFFB'
}

// blank reports whether a normalised text shows nothing: it has only spaces, line ends,
// joiners and fillers.
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

// isJoiner reports whether r is invisible but may change its neighbours: a joiner, or a
// selector of text or emoji style.
func isJoiner(r rune) bool {
	return r == '\u200C' || r == '\u200D' || r == '\uFE0E' || r == '\uFE0F'
}

// joins reports whether joiner has an effect between the character last and rest: in
// emoji, in scripts from Arabic on and in keycaps, but not in Latin, Greek, Cyrillic,
// punctuation or spaces.
func joins(joiner, last rune, rest string) bool {
	const firstJoining, keycap = '\u0600', "\u20E3"
	return last >= firstJoining && !unicode.IsPunct(last) && !unicode.IsSpace(last) ||
		joiner == '\uFE0F' && strings.HasPrefix(rest, keycap)
}

// lookAlikes maps typographic characters and symbols that GSM 7-bit lacks to
// equivalents. Degrees, exponents and mu have no equivalent, because a dose or a
// measurement must not be changed.
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

// wholeLetters maps Latin letters that Unicode does not decompose to their usual
// replacements.
var wholeLetters = byCharacter(map[string]string{
	"l": "łŀ", "L": "ŁĿ",
	"d": "đð", "D": "ĐÐ", "h": "ħ", "H": "Ħ", "t": "ŧ", "T": "Ŧ", "n": "ŋ", "N": "Ŋ",
	"i": "ı", "s": "ſ", "SS": "ẞ", "th": "þ", "TH": "Þ",
	"oe": "œ", "OE": "Œ", "ij": "ĳ", "IJ": "Ĳ",
	"a": "ª", "o": "º",
})

// byCharacter inverts a table from replacements to characters.
func byCharacter(characters map[string]string) map[rune]string {
	replacements := make(map[rune]string)
	for replacement, of := range characters {
		for _, r := range of {
			replacements[r] = replacement
		}
	}
	return replacements
}

// lookAlike returns the GSM 7-bit equivalent of r, or "".
func lookAlike(r rune) string {
	if unicode.Is(unicode.Zs, r) { // the no-break space, thin and wide ones
		return " "
	}
	return lookAlikes[r]
}

// lookAlikeOrFolded returns the look-alike of r or, for a Latin letter, the letter
// without its marks (ą becomes a, Č becomes C), or "".
func lookAlikeOrFolded(r rune) string {
	if replacement := lookAlike(r); replacement != "" {
		return replacement
	}
	if replacement, found := wholeLetters[r]; found {
		return replacement
	}
	base, _ := utf8.DecodeRune(norm.NFD.PropertiesString(string(r)).Decomposition())
	if !unicode.Is(unicode.Latin, base) || gsm7Units(base) == 0 {
		return "" // ≠ is not an equals sign with a mark
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
