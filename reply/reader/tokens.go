package reader

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// token is a word, a number or an emoji of a reply.
type token struct {
	text    string // folded; a number as written, without blanks
	capital bool   // written Like this: may be a name
	number  bool
	comma   bool // a comma or a dash stands before it
	stop    bool // a full stop, an end of line or an emoji stands before it, or it is the first
	asked   bool // its clause ends with a question mark
	quoted  bool // stands between quotation marks
	named   bool // is the name of one of several questions
	people  bool // the reply speaks of several questions at once, so that "będą" has its persons
	joined  bool // a hyphen without blanks joins it to the word before: "non-stop"
}

// boundary tells whether a clause begins at the token.
func (t token) boundary() bool { return t.comma || t.stop }

// mendOnce builds the table of mojibake when the first reply is read.
//
//nolint:gochecknoglobals // a table computed once; read only afterwards
var mendOnce = sync.OnceValue(mojibake)

// tokens cuts a text into words. Punctuation survives only as the boundaries it makes.
func tokens(text string) []token {
	cut := cutter{stop: true}
	text = strings.ToValidUTF8(text, string(lost))
	for _, r := range fixLetters(mendOnce().Replace(text)) {
		cut.take(r)
	}
	cut.end()
	if cut.questions > 0 && len(cut.out) == 0 {
		cut.add(token{text: emojiAsk, asked: true})
	}
	return joinSpelled(withoutPrefix(dictated(cut.out)))
}

// percent is the token of a percent sign.
const percent = "%"

// minus stands before a negative number in the words that fixLetters makes.
const minus = '−'

// fixLetters turns a question mark between letters into a lost letter, which is how
// old gateways write "b?d?", drops apostrophes within
// words, and tells a minus from a dash.
func fixLetters(text string) []rune {
	runes := []rune(text)
	out := runes[:0:0]
	for i, r := range runes {
		inside := i > 0 && i+1 < len(runes) && unicode.IsLetter(runes[i-1]) && unicode.IsLetter(runes[i+1])
		switch {
		case inside && r == '?':
			out = append(out, lost)
		case inside && strings.ContainsRune("'’`ʼ´‘", r):
		case (r == '-' || r == minus) && i+1 < len(runes) && unicode.IsDigit(runes[i+1]) && (i == 0 || unicode.IsSpace(runes[i-1])):
			out = append(out, minus)
		default:
			out = append(out, r)
		}
	}
	return out
}

// cutter is the state of tokens: the word begun, and what stood before it.
type cutter struct {
	out         []token
	word        strings.Builder // as written
	comma, stop bool
	quoted      bool // within quotation marks
	hyphen      bool // the last character was a hyphen right behind a word
	joined      bool // the word begun stands right behind such a hyphen
	clause      int  // index in out where the clause began
	questions   int
}

func (c *cutter) take(r rune) {
	switch emoji := emojiWord(r); {
	case unicode.IsLetter(r) || unicode.Is(unicode.Mn, r) && !isEmojiMark(r) || r == lost:
		if c.inNumber() {
			c.end()
		}
		if c.word.Len() == 0 {
			c.joined = c.hyphen
		}
		c.hyphen = false
		c.word.WriteRune(r)
	case unicode.IsDigit(halfWidth(r)) || r == minus:
		if c.word.Len() > 0 && !c.inNumber() {
			c.end()
		}
		c.word.WriteRune(halfWidth(r))
	case c.inNumber() && strings.ContainsRune(":.,/-", r):
		c.word.WriteRune(r)
	case emoji != "":
		c.end()
		c.comma = true
		c.add(token{text: emoji})
		c.stop = true
	case ignorable(r) || isEmojiMark(r):
	case r == '%':
		c.end()
		c.add(token{text: percent})
	default:
		c.hyphen = r == '-' && c.word.Len() > 0
		c.end()
		c.punctuate(r)
	}
}

func (c *cutter) punctuate(r rune) {
	if strings.ContainsRune(`"„”“«»`, r) {
		c.quoted = !c.quoted
	}
	switch r {
	case '?':
		c.questions++
		for i := c.clause; i < len(c.out); i++ {
			c.out[i].asked = true
		}
		c.stop = true
	case ',', '-', '–', '—', '(', ')', '"', '„', '”', '“', '/', '«', '»', '¿', '¡':
		c.comma = true
	case '.', '!', ';', ':', '\n', '\r', '>', '…', '[', ']', '\u2028', '\u2029':
		c.stop = true
	default:
		if r > 0x2000 && !unicode.IsSpace(r) { // faces, hearts, arrows
			c.stop = true
		}
	}
}

func (c *cutter) inNumber() bool {
	first, _ := utf8.DecodeRuneInString(c.word.String())
	return unicode.IsDigit(first) || first == minus
}

// end finishes the word begun. Signs that trail a number are punctuation.
func (c *cutter) end() {
	if c.word.Len() == 0 {
		return
	}
	word, number := c.word.String(), c.inNumber()
	c.word.Reset()
	if number {
		bare := strings.TrimRight(word, ":.,/-")
		c.add(token{text: bare, number: true})
		for _, r := range word[len(bare):] {
			c.punctuate(r)
		}
		return
	}
	first, _ := utf8.DecodeRuneInString(word)
	for part := range strings.FieldsSeq(fold(word)) {
		c.add(token{text: squeeze(unifyScript(part)), capital: unicode.IsUpper(first) && (strings.IndexFunc(word, unicode.IsLower) > 0 || utf8.RuneCountInString(word) == 1)})
	}
}

// add appends a token with the boundary that stood before it.
func (c *cutter) add(t token) {
	t.comma, t.stop = c.comma, c.stop || len(c.out) == 0
	t.quoted, t.joined, c.joined = c.quoted, c.joined, false
	if t.boundary() {
		c.clause = len(c.out)
	}
	c.comma, c.stop = false, false
	c.out = append(c.out, t)
}

// squeeze shortens what is drawn out: "taaaak" and "nieeee". Two equal letters stay,
// for words have them; the typing rules forgive a doubled one.
func squeeze(word string) string {
	runes := []rune(word)
	out := runes[:0:0]
	for i := 0; i < len(runes); {
		j := i
		for j < len(runes) && runes[j] == runes[i] {
			j++
		}
		if j-i == 2 {
			out = append(out, runes[i])
		}
		out = append(out, runes[i])
		i = j
	}
	return string(out)
}

// joinSpelled puts together a reply that is one word spelled out: "T A K", "N.I.E".
func joinSpelled(words []token) []token {
	if len(words) < 2 || len(words) > 12 {
		return words
	}
	var joined strings.Builder
	for _, word := range words {
		if word.number || utf8.RuneCountInString(word.text) != 1 {
			return words
		}
		joined.WriteString(word.text)
	}
	whole := words[0]
	whole.text, whole.asked = squeeze(joined.String()), words[len(words)-1].asked
	return []token{whole}
}
