package reader

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// item is a phrase of a reply with its role.
type item struct {
	entry
	words    string // folded and mended
	clause   int    // counted from 0; commas, full stops, ends of lines and emoji part clauses
	sentence int    // counted from 0; full stops, ends of lines and emoji part sentences
	asked    bool   // its clause ends with a question mark
	digits   bool   // the number was written in digits, words holds it as written
	mended   bool   // a typing mistake was undone
	comma    bool   // a comma or dash stands before it
	upper    bool   // written with a capital
	quoted   bool   // stands between quotation marks
	joined   bool   // a hyphen joins it to the phrase before
	named    bool   // is the name of one of several questions
	people   bool   // as token.people
	elsewhen bool   // names another time than the question
}

// sense is a reply as one language understands it.
type sense struct {
	lexicon *lexicon
	items   []item
	asked   understood
	late    bool // a lateness is said
	minutes int  // of it; 0 when not said
}

func newSense(lex *lexicon, words []token, asked understood) sense {
	s := sense{lexicon: lex, asked: asked}
	s.items = lex.items(words, lex.mendable(asked), asked.Kind == YesNo)
	s.names()
	s.spans()
	s.dates()
	s.questions()
	return s
}

// questions makes the names of questions, and what stands before them, say nothing more than
// a name does.
func (s *sense) questions() {
	for i := range s.items {
		if !s.items[i].named {
			continue
		}
		s.items[i].role = roleName
		for k := i - 1; k >= 0 && s.items[k].clause == s.items[i].clause && s.items[k].role.in(roleFill, roleScope, roleClock, roleTitle); k-- {
			s.items[k].role = roleInert
		}
	}
}

// mendable tells which words may have slips that this language undoes. Where the question is
// in another one, a short word is no mistake, nor is a word of that language.
func (l *lexicon) mendable(asked understood) func(string) bool {
	if asked.Language == "" || l.language == asked.Language {
		return func(string) bool { return true }
	}
	return func(word string) bool { return len([]rune(word)) >= leastForeign && !asked.owns(word) }
}

// items finds the phrases of a reply, the longest first, and undoes typing mistakes
// in those words that no table has and that are mendable. With times, times of day in
// words become numbers.
func (l *lexicon) items(words []token, mendable func(string) bool, times bool) []item {
	texts, mended := l.mend(&words, mendable)
	var out []item
	clause, sentence := -1, -1
	for i := 0; i < len(words); {
		word := words[i]
		if word.boundary() {
			clause++
		}
		if word.stop {
			sentence++
		}
		it := item{clause: clause, sentence: sentence, asked: word.asked, comma: word.comma, upper: word.capital, quoted: word.quoted, joined: word.joined, named: word.named, people: word.people, words: word.text}
		n := 1
		if time, length := l.timeAt(texts, words, i, times); length > 0 {
			n = length
			it.role, it.digits, it.words, it.number = roleNumber, true, time, -1
		} else if found, length := l.find(texts[i:], words[i:]); word.number && length < 2 {
			it.role, it.digits = roleNumber, true
			it.number = atoi(word.text)
		} else if length > 0 {
			n = length
			it.entry = found
			it.words = strings.Join(texts[i:i+n], " ")
			for j := i; j < i+n; j++ {
				it.mended = it.mended || mended[j]
				it.named = it.named || words[j].named
				if j > i && words[j].boundary() {
					clause++
				}
			}
		}
		if it.mended && it.role.in(roleReason, roleBecause, roleName, roleTitle, roleClosing) {
			it.role = roleUnknown // they let strange words pass, so they must be certain
		}
		out = append(out, it)
		i += n
	}
	return out
}

// timeAt reads the time of day that begins at a word; see clock.timeAt. Without times there
// is none.
func (l *lexicon) timeAt(texts []string, words []token, i int, times bool) (string, int) {
	if !times {
		return "", 0
	}
	behind := i > 0 && l.phrases[texts[i-1]].role == roleClock && !words[i].boundary()
	end := i + 1
	for end < min(len(words), i+longestClock) && !words[end].boundary() {
		end++
	}
	return l.clock.timeAt(texts[i:end], behind)
}

// leastForeign is how many letters a word has at least in which a slip is undone by a
// language that is not the question's.
const leastForeign = 5

// mend gives the words with slips undone and words run together parted; which were slips.
// It rewrites the tokens where it parts them.
func (l *lexicon) mend(words *[]token, mendable func(string) bool) (texts []string, mended []bool) {
	var parted []token
	for _, word := range *words {
		text, fixed := word.text, false
		if !word.number && !l.typos.known(text) && mendable(text) {
			if head, rest, ok := l.part(text); ok {
				front := word
				front.text = head
				parted = append(parted, front)
				texts, mended = append(texts, head), append(mended, true)
				word.comma, word.stop = false, false
				text, fixed = rest, true
			} else if meant, ok := l.typos.mend(text, len(*words) == 1); ok && (negates(l.typos.roles[meant]) || !l.hides(text)) {
				text, fixed = meant, true
			}
		}
		word.text = text
		parted = append(parted, word)
		texts, mended = append(texts, text), append(mended, fixed)
	}
	*words = parted
	return texts, mended
}

// leastGlued is how many letters must follow a "nie" or "tak" that is run together
// with the next word.
const leastGlued = 3

// part parts "niemogę" into its two words. Both must be known as they stand.
func (l *lexicon) part(word string) (head, rest string, ok bool) {
	for _, head := range l.glued {
		rest, found := strings.CutPrefix(word, head)
		if !found || len(rest) < leastGlued {
			continue
		}
		r := l.typos.roles[rest]
		begins := r == roleOther && l.longest[rest] > 1
		if begins || r.in(roleWill, roleThird, roleThanks, roleAlas, roleGreeting, roleClosing, roleUndo, roleNo) {
			return head, rest, true
		}
	}
	return "", "", false
}

// hides tells whether a word may be a negation run together with another word, or with one
// letter: "onie" is perhaps "o nie", and no "oni". It stays unknown.
func (l *lexicon) hides(word string) bool {
	for _, negation := range l.glued {
		if !negates(l.typos.roles[negation]) {
			continue
		}
		rest, before := strings.CutPrefix(word, negation)
		if !before {
			var behind bool
			if rest, behind = strings.CutSuffix(word, negation); !behind {
				continue
			}
		}
		if l.typos.known(rest) || utf8.RuneCountInString(rest) == 1 {
			return true
		}
	}
	return false
}

// atoi reads a whole number of at most nine digits; anything else is -1.
func atoi(text string) int {
	if len(text) > 9 {
		return -1
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return -1
	}
	return n
}

// has tells whether any item has one of the roles.
func (s *sense) has(roles ...role) bool {
	for _, it := range s.items {
		if it.role.in(roles...) {
			return true
		}
	}
	return false
}
