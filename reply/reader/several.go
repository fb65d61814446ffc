package reader

import (
	"slices"
	"strconv"
	"strings"
)

// Several is what one reply says of several questions of yes or no.
type Several struct {
	// Said holds by question what the reply says of it.
	Said []Said
	// Whole is the reply read as an answer to all questions together.
	Whole Reading
	// All tells that the reply speaks of all questions by a word such as "obie".
	All bool
	// Too tells that the reply says the same as the last one: "Zosia też".
	Too bool
	// Turns tells that the reply has a word by which people change an answer: "jednak".
	Turns bool
}

// Said is what a reply says of one of several questions.
type Said struct {
	Named bool // the reply names the question
	// Reading is what the words beside the name say: yes, no or unclear; Value is empty where
	// the question is named and nothing else is said.
	Reading Reading
}

// Names tells whether the reply names any of the questions.
func (s Several) Names() bool {
	return slices.ContainsFunc(s.Said, func(said Said) bool { return said.Named })
}

// SaidOfAll returns what a reply without a name says if meant for each of count questions.
func SaidOfAll(whole Reading, count int) Several {
	return Several{Whole: whole, All: true, Said: slices.Repeat([]Said{{Named: true, Reading: whole}}, count)}
}

// ReadSeveral reads one reply to several questions of yes or no. What a question is about
// tells it from the others: a first name, a day, an hour, a doctor. Each stretch of the reply
// speaks of the questions that the stretch names; two that clash are unclear. With numbered,
// the patient was shown the questions with numbers, the first one as 1, and behind the last
// a number for all.
func (r *Reader) ReadSeveral(text string, questions []Question, numbered bool) Several {
	names := r.namings(questions)
	names.numbered = numbered
	words := tokens(shortened(text))
	out := Several{Said: make([]Said, len(questions)), Whole: r.readStretch(words, questions)}
	words, named := names.mark(words)
	for _, word := range words {
		out.Turns = out.Turns || turning()[word.text]
		out.Too = out.Too || alike()[word.text]
	}
	for i := 0; i < len(words); {
		end := r.stretch(words, named, i, questions)
		r.take(&out, stretch{words[i:end], named[i:end]}, questions)
		i = end
	}
	out.settleRest()
	for i := range out.Said {
		out.All = out.All || len(questions) > 1 && out.Said[i].Named && slices.ContainsFunc(named, func(n naming) bool { return n.all })
	}
	return out
}

// naming is what a word of a reply names.
type naming struct {
	questions []int // their indexes; empty: none
	all       bool  // a word for all of them
	none      bool  // a word for none of them, which negates: "żadna"
	rest      bool  // a word for those not named: "reszta"
	one       bool  // a word for one of them, no matter which: "jedna"
	negates   bool  // the word before is one for no
	comma     bool  // a comma, not a word such as "i", joins it to a name before
}

func (n naming) names() bool { return len(n.questions) > 0 || n.all || n.none || n.rest || n.one }

// stretch is a part of a reply that speaks of some of the questions.
type stretch struct {
	words []token
	named []naming
}

// stretch gives the end of the stretch of words that begins at an index: before the next name
// when the words up to there are a clear answer, or before the next answer when the stretch
// began with an answer and has its name.
func (r *Reader) stretch(words []token, named []naming, begin int, questions []Question) int {
	hasName, answerFirst := false, false
	for i := begin; i < len(words); i++ {
		if !named[i].names() {
			if hasName && answerFirst && r.answers(words[i].text) && r.clear(stretch{words[begin:i], named[begin:i]}, questions) {
				return i
			}
			answerFirst = answerFirst || !hasName && r.answers(words[i].text)
			continue
		}
		if hasName && r.clear(stretch{words[begin:i], named[begin:i]}, questions) {
			return i
		}
		hasName = true
	}
	return len(words)
}

// answers tells whether a word by itself says yes or no in a language.
func (r *Reader) answers(word string) bool {
	return slices.ContainsFunc(r.lexicons, func(l *lexicon) bool {
		return l.typos.roles[word].in(roleYes, roleWill, roleThird, roleNie, roleNay, roleNot, roleNo, roleUndo, roleCant)
	})
}

// clear tells whether a stretch answers.
func (r *Reader) clear(s stretch, questions []Question) bool {
	said, _ := r.say(s, questions)
	return said.Value == Yes || said.Value == No
}

// say reads a stretch and gives the indexes of the questions that it is about.
func (r *Reader) say(s stretch, questions []Question) (Reading, []int) {
	about, none, one := s.about(len(questions))
	asked := make([]Question, 0, len(about))
	for _, i := range about {
		asked = append(asked, questions[i])
	}
	words := s.answer()
	reading := Reading{}
	if len(words) > 0 {
		reading = r.readStretch(words, asked)
	}
	says := reading.Value == Yes || reading.Value == No
	switch {
	case one, s.doubtful(reading):
		return unclear(ruleSeveral), about
	case none && (says || reading.Value == "" || reading.Rule.in(ruleNoAnswer, ruleThanks)):
		reading.Value, reading.Rule, reading.Confidence = No, ruleNoWord, High
	case reading.Value == Unclear && reading.Rule.in(ruleNoAnswer, ruleThanks, ruleEmpty):
		reading = Reading{}
	}
	return reading, about
}

// about gives the indexes of the questions that a stretch names; whether by a word for none,
// or for any one of them.
func (s stretch) about(count int) (questions []int, none, one bool) {
	for _, n := range s.named {
		none, one = none || n.none, one || n.one
		if n.all || n.none {
			questions = nil
			for i := range count {
				questions = append(questions, i)
			}
			return questions, none, one
		}
		questions = append(questions, n.questions...)
	}
	slices.Sort(questions)
	return slices.Compact(questions), none, one
}

// answer gives the words of a stretch without those for all and none. Names stay, marked.
func (s stretch) answer() []token {
	out := make([]token, 0, len(s.words))
	var comma, stop bool
	for i, word := range s.words {
		n := s.named[i]
		if i == 0 && only()[word.text] && i+1 < len(s.named) && len(s.named[i+1].questions) > 0 {
			continue // "tylko Ania przyjdzie" says nothing of the others
		}
		if n.all || n.none || n.rest || n.one {
			comma, stop = comma || word.comma, stop || word.stop
			continue
		}
		word.named = len(n.questions) > 0
		word.comma, word.stop = word.comma || comma, word.stop || stop
		comma, stop = false, false
		out = append(out, word)
	}
	whole := slices.ContainsFunc(s.named, func(n naming) bool { return n.all || n.none || n.rest })
	for i := range out {
		out[i].people = whole
	}
	return out
}

// doubtful tells that the names of a stretch leave open what its answer is for: "nie obie",
// and a no behind names that only commas join.
func (s stretch) doubtful(reading Reading) bool {
	for i, n := range s.named {
		if n.all && n.negates {
			return true
		}
		if i > 0 && n.comma && reading.Value == No {
			return true
		}
	}
	return false
}

// take adds what a stretch says.
func (r *Reader) take(out *Several, s stretch, questions []Question) {
	reading, about := r.say(s, questions)
	for _, n := range s.named {
		if n.rest {
			for i := range out.Said {
				if !slices.Contains(about, i) {
					out.Said[i].rest(reading)
				}
			}
			return
		}
	}
	for _, i := range about {
		said := &out.Said[i]
		switch before := said.Reading; {
		case !said.Named || before.Rule == ruleRest:
			said.Reading = reading
		case reading.Value == "" || before.Value == reading.Value:
		case before.Value == "":
			said.Reading = reading
		default:
			said.Reading = unclear(ruleContradiction)
		}
		said.Named = true
	}
	if len(about) > 0 {
		return
	}
	// A stretch without a name is one at the end, or the whole reply.
	if out.Names() && reading.Value != "" {
		for i := range out.Said {
			if out.Said[i].Named {
				out.Said[i].Reading = unclear(ruleSeveral)
			}
		}
	}
}

// ruleRest marks for the time of reading what a word such as "reszta" says.
const ruleRest Rule = "rest"

// rest notes what the reply says of the questions that it does not name.
func (s *Said) rest(reading Reading) {
	if !s.Named {
		s.Named, s.Reading = true, reading
		s.Reading.Rule = ruleRest
	}
}

// settleRest gives the rule of what was said by a word such as "reszta".
func (s *Several) settleRest() {
	for i := range s.Said {
		if r := &s.Said[i].Reading; r.Rule == ruleRest {
			r.Rule = map[Value]Rule{Yes: ruleYesWord, No: ruleNoWord}[r.Value]
			if r.Rule == "" {
				r.Rule = ruleSeveral
			}
		}
	}
}

// readStretch reads words as an answer to all of some questions.
func (r *Reader) readStretch(words []token, questions []Question) Reading {
	q := Question{Kind: YesNo}
	var text, about []string
	for _, question := range questions {
		q.Language = question.Language
		text, about = append(text, question.Text), append(about, question.About)
	}
	q.Text, q.About = strings.Join(text, "\n"), strings.Join(about, "\n")
	return r.readWords(words, r.understand(q))
}

// namings finds what tells questions apart.
type namings struct {
	lexicons []*lexicon
	words    []map[string]bool // by question, those of what it is about
	numbers  []map[string]bool // by question, as normalNumber writes them
	days     []map[string]bool // by question
	hours    [][]int           // by question
	numbered bool
}

func (r *Reader) namings(questions []Question) *namings {
	n := &namings{lexicons: r.lexicons}
	for _, q := range questions {
		about := q.About
		if about == "" {
			about = q.Text
		}
		asked := r.understand(Question{About: about})
		words := map[string]bool{}
		for word := range asked.known {
			if len([]rune(word)) > 1 && shortDays()[word] == "" {
				words[word] = true
			}
		}
		for day := range asked.monthDays {
			asked.numbers[strconv.Itoa(day)] = true
		}
		n.words, n.numbers = append(n.words, words), append(n.numbers, asked.numbers)
		n.days, n.hours = append(n.days, asked.days), append(n.hours, asked.hours)
	}
	return n
}

// mark says of each word of a reply what it names. Words for all that are phrases become one word.
func (n *namings) mark(words []token) ([]token, []naming) {
	words = n.splitNumbers(words)
	var out []token
	var named []naming
	joined := false // a word such as "i" stands between the last name and here
	for i := 0; i < len(words); {
		found, length := n.at(words[i:])
		word := words[i]
		word.text = joinTexts(words[i : i+length])
		before := len(out) - 1
		if found.names() && before >= 0 {
			found.negates = n.negation(out[before].text)
			found.comma = named[before].names() && word.comma && !joined
		}
		if word.text != "i" && word.text != "oraz" && word.text != "and" && word.text != "y" && word.text != "e" && word.text != "та" && word.text != "і" {
			joined = false
		} else {
			joined = true
		}
		out, named = append(out, word), append(named, found)
		i += length
	}
	return out, named
}

func joinTexts(words []token) string {
	texts := make([]string, len(words))
	for i, word := range words {
		texts[i] = word.text
	}
	return strings.Join(texts, " ")
}

func (n *namings) negation(word string) bool {
	return slices.ContainsFunc(n.lexicons, func(l *lexicon) bool { return negates(l.typos.roles[word]) })
}

// splitNumbers parts "1,3" where the questions have numbers.
func (n *namings) splitNumbers(words []token) []token {
	if !n.numbered {
		return words
	}
	var out []token
	for _, word := range words {
		parts := strings.FieldsFunc(word.text, func(r rune) bool { return r < '0' || r > '9' })
		if !word.number || len(parts) < 2 || slices.ContainsFunc(parts, func(p string) bool { return atoi(p) > len(n.words)+1 }) {
			out = append(out, word)
			continue
		}
		for _, part := range parts {
			piece := word
			piece.text = part
			out = append(out, piece)
		}
	}
	return out
}

// mostSeveral is how many words the longest phrase for all or none has.
const mostSeveral = 4

// at says what the first words name, and how many words that takes, at least one.
func (n *namings) at(words []token) (naming, int) {
	for length := min(mostSeveral, len(words)); length > 0; length-- {
		if slices.ContainsFunc(words[1:length], token.boundary) {
			continue
		}
		phrase := joinTexts(words[:length])
		if found, ok := wholes()[phrase]; ok {
			return found, length
		}
		if found := n.day(phrase); len(found) > 0 && length <= 2 {
			return naming{questions: found}, length
		}
	}
	word := words[0]
	if word.number || n.numbered {
		if found, ok := n.number(word); ok {
			return found, 1
		}
	}
	if word.number {
		return naming{questions: n.apart(func(q int) bool { return n.numbers[q][normalNumber(word.text)] })}, 1
	}
	return naming{questions: n.word(word.text)}, 1
}

// apart gives the questions for which a condition holds, none when it holds for all.
func (n *namings) apart(holds func(q int) bool) []int {
	var out []int
	for q := range n.words {
		if holds(q) {
			out = append(out, q)
		}
	}
	if len(out) == len(n.words) {
		return nil
	}
	return out
}

// number gives the question that has a number in the list shown to the patient.
func (n *namings) number(word token) (naming, bool) {
	if !n.numbered {
		return naming{}, false
	}
	value := -1
	if word.number {
		value = atoi(word.text)
	} else {
		for _, lex := range n.lexicons {
			if ordinal := lex.ordinals[word.text]; ordinal > 0 {
				value = ordinal
			} else if e, ok := lex.phrases[word.text]; ok && e.role == roleNumber {
				value = e.number
			}
		}
	}
	switch {
	case value == len(n.words)+1:
		return naming{all: true}, true
	case value >= 1 && value <= len(n.words):
		return naming{questions: []int{value - 1}}, true
	}
	return naming{}, false
}

// day gives the questions of a day or a part of a day.
func (n *namings) day(phrase string) []int {
	for _, lex := range n.lexicons {
		key := lex.days[phrase]
		if key == "" || isMonth(key) {
			continue
		}
		earliest, latest := partOfDay(key)
		return n.apart(func(q int) bool {
			if latest > 0 {
				return slices.ContainsFunc(n.hours[q], func(h int) bool { return earliest <= h && h <= latest })
			}
			return n.days[q][key]
		})
	}
	return nil
}

// word gives the questions whose names a word is, in any case: the word itself before its
// forms.
func (n *namings) word(word string) []int {
	if n.said(word) {
		return nil
	}
	if found := n.apart(func(q int) bool { return n.words[q][word] }); len(found) > 0 {
		return found
	}
	return n.apart(func(q int) bool {
		for known := range n.words[q] {
			if sameLabelWord(word, token{text: known}) {
				return true
			}
		}
		return false
	})
}

// said tells whether a word does something of its own in a reply, so that it is no form of a name.
func (n *namings) said(word string) bool {
	return slices.ContainsFunc(n.lexicons, func(l *lexicon) bool {
		r, known := l.typos.roles[word]
		return known && !r.in(roleOther, roleName, roleFill, roleScope, roleTitle, roleDay, roleUnknown)
	})
}
