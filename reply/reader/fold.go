package reader

import (
	"strings"
	"unicode"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// lost stands for a letter that a phone or a gateway could not show. It fits any
// letter of a known word.
const lost = unicode.ReplacementChar

// fold writes a word or a text the way the tables are compared: lower case, Latin
// and Cyrillic letters without marks, numero signs spelled out. ł and the like
// have no decomposition and are in the switch.
func fold(text string) string {
	var out strings.Builder
	out.Grow(len(text))
	for _, r := range norm.NFD.String(text) {
		switch r = halfWidth(unicode.ToLower(r)); {
		case unicode.Is(unicode.Mn, r) && !isEmojiMark(r), ignorable(r):
		case r == 'ł':
			out.WriteByte('l')
		case r == 'đ':
			out.WriteByte('d')
		case r == 'ı':
			out.WriteByte('i')
		case r == 'ß':
			out.WriteString("ss")
		case r == '№', r == 'º', r == 'ª': // "№ 1" and "nº 1" must not begin with a "no"
			out.WriteString("r ")
		default:
			out.WriteRune(r)
		}
	}
	return out.String()
}

// halfWidth turns the full-width forms of East Asian keyboards into ASCII.
func halfWidth(r rune) rune {
	if r >= '！' && r <= '～' {
		return unicode.ToLower(r - '！' + '!')
	}
	return r
}

// isEmojiMark keeps the two marks that turn a digit into a key cap; tokens drops them.
func isEmojiMark(r rune) bool { return r == '\ufe0f' || r == '\u20e3' }

// ignorable tells characters of no width.
func ignorable(r rune) bool {
	switch r {
	case '\u00ad', '\u200b', '\u200c', '\u200d', '\u200e', '\u200f', '\u2060', '\ufeff':
		return true
	}
	return false
}

// unifyScript spells a word that mixes Latin and Cyrillic letters in the script of
// the letters that have no twin: "тaк" typed half on one keyboard and half on another.
// A word wholly of twins is left: its script is what it says.
func unifyScript(word string) string {
	latin, cyrillic := false, false
	for _, r := range word {
		latin = latin || r >= 'a' && r <= 'z'
		cyrillic = cyrillic || unicode.Is(unicode.Cyrillic, r)
	}
	if !latin || !cyrillic {
		return word
	}
	toCyrillic := strings.NewReplacer("a", "а", "b", "в", "c", "с", "e", "е", "h", "н", "i", "і", "k", "к", "m", "м", "o", "о", "p", "р", "t", "т", "x", "х", "y", "у")
	unified := toCyrillic.Replace(word)
	for _, r := range unified {
		if r >= 'a' && r <= 'z' {
			toLatin := strings.NewReplacer("а", "a", "в", "b", "с", "c", "е", "e", "н", "h", "і", "i", "к", "k", "м", "m", "о", "o", "р", "p", "т", "t", "х", "x", "у", "y")
			return toLatin.Replace(word)
		}
	}
	return unified
}

// mended are letters whose UTF-8 octets phones and programs take for another
// code page: "bÄ™dÄ™" for "będę", "SÃ\u00ad" for "SÍ".
const mended = "ąćęłńóśźżĄĆĘŁŃÓŚŹŻáéíñúüÁÉÍÑÚ¿¡’„”–"

// mojibake undoes such mistakes. The pairs are computed, so that none is mistyped.
func mojibake() *strings.Replacer {
	var pairs []string
	pages := []*charmap.Charmap{charmap.Windows1250, charmap.Windows1252, charmap.ISO8859_2, charmap.ISO8859_1}
	for _, letter := range mended {
		seen := map[string]bool{}
		for _, page := range pages {
			var wrong strings.Builder
			for _, octet := range []byte(string(letter)) {
				wrong.WriteRune(page.DecodeByte(octet))
			}
			if got := wrong.String(); !seen[got] && !strings.ContainsRune(got, lost) {
				seen[got] = true
				pairs = append(pairs, got, string(letter))
			}
		}
	}
	return strings.NewReplacer(pairs...)
}
