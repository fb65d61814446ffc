// Package reader reads what a patient wrote in answer to a question: yes, no, one
// of several choices, a number, or none of these for certain. It owns the tables
// of words and the rules; it does not know which question a reply belongs to, what
// follows from an answer, or how anything is stored.
//
// A clear answer is one of which every word is understood. Whatever the reader
// does not know, or knows to bend the sense, makes the answer unclear, and a
// person looks at it: a wrong no cancels a visit, a wrong yes keeps a chair empty.
// It uses no statistics: the same reply to the same question always gets the same
// reading, and the reading names the rule that decided. See docs/replies.md.
package reader

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// MaxLength is the longest reply that is read, in characters: ten parts and some.
// A longer one is a letter, and a person reads it.
const MaxLength = 2000

// Kind is what sort of answer a question wants.
type Kind string

// The kinds of question.
const (
	YesNo  Kind = "yes_no"
	Choice Kind = "choice"
	Number Kind = "number"
	Free   Kind = "free"
)

// Question is what was asked. Only Kind is required.
type Question struct {
	Kind     Kind
	Language string   // ISO 639-1 code of its text; empty when it is not known
	Text     string   // as it was sent: quotations of it are set aside, times are compared with it
	About    string   // what it asks about, where the text does not say it: "jutro 10:30, dr Nowak"
	Digits   bool     // the text of a YesNo offers 1 for yes and 2 for no
	Labels   []string // of a Choice, in the order of their numbers, which begin at 1
	Min, Max int      // of a Number, both allowed
}

// Value is what a reply says.
type Value string

// The values. Chosen, Counted and Written come with Reading's Choice, Number and Text.
const (
	Yes     Value = "yes"
	No      Value = "no"
	Unclear Value = "unclear"
	Chosen  Value = "choice"
	Counted Value = "number"
	Written Value = "text"
)

// Intent is something a reply wants or tells besides its value.
type Intent string

// The intents.
const (
	Reschedule   Intent = "reschedule"    // wants another time
	Late         Intent = "late"          // comes late; LateMinutes where said
	Stop         Intent = "stop"          // wants no more messages
	Start        Intent = "start"         // wants messages again
	WrongPerson  Intent = "wrong_person"  // the number belongs to somebody else
	Deceased     Intent = "deceased"      // the patient has died
	Hostile      Intent = "hostile"       // is angry: a person should answer, or nobody
	Automatic    Intent = "automatic"     // no person wrote it: never answer back
	QuestionBack Intent = "question_back" // asks something
	Thanks       Intent = "thanks"        // says thank you, which is no answer
)

// Confidence says how plainly a reply was put, not how probable a reading is.
type Confidence string

// High is a plain word or verb of the question's language. Medium is a clear answer
// read through a typing mistake, a shortcut, an emoji, or in another language
// than the question's. Low is every unclear one.
const (
	High   Confidence = "high"
	Medium Confidence = "medium"
	Low    Confidence = "low"
)

// Reading is what the reader made of a reply.
type Reading struct {
	Value       Value
	Choice      int      // index of the label from 1, with Chosen
	Number      int      // with Counted
	Text        string   // the reply without the blanks around it, with Written
	Intents     []Intent // sorted, each once
	LateMinutes int      // with Late; 0 when not said
	Wishes      bool     // with Reschedule: asks for another time, and does not only name one
	Confidence  Confidence
	Rule        Rule   // what decided
	Language    string // in which the reply was understood; empty when in none
}

// Has tells whether the reply has an intent.
func (r Reading) Has(intent Intent) bool { return slices.Contains(r.Intents, intent) }

// Options says which languages are read, and with which further words.
type Options struct {
	Languages []string // ISO 639-1 codes in order of preference; empty: all of Languages()
	Words     Words
}

// Languages lists the languages the reader knows, the best covered first.
func Languages() []string { return []string{"pl", "en", "es", "uk"} }

// Reader reads replies. It is immutable and safe for concurrent use.
type Reader struct {
	lexicons  []*lexicon // in order of preference
	languages []string   // the codes read, each once
}

// New makes a reader. An error names every unknown language and every further
// word that contradicts another.
func New(options Options) (*Reader, error) {
	languages := options.Languages
	if len(languages) == 0 {
		languages = Languages()
	}
	var problems []error
	reader := &Reader{}
	for _, code := range languages {
		switch {
		case !slices.Contains(Languages(), code):
			problems = append(problems, fmt.Errorf("language %q is not one the reply reader knows; it knows %s",
				code, strings.Join(Languages(), ", ")))
		case !slices.Contains(reader.languages, code):
			reader.languages = append(reader.languages, code)
		}
	}
	if err := options.Words.Validate(); err != nil {
		problems = append(problems, err)
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	for _, code := range reader.languages {
		more := options.Words.of(code)
		if more.empty() {
			reader.lexicons = append(reader.lexicons, plainLexicons[code]()...)
		} else {
			reader.lexicons = append(reader.lexicons, newLexicons(code, more)...)
		}
	}
	return reader, nil
}

// plainLexicons returns the lexicons of each language without further words. They are made
// once, since that takes tens of milliseconds, and never changed.
var plainLexicons = func() map[string]func() []*lexicon {
	all := map[string]func() []*lexicon{}
	for _, code := range Languages() {
		all[code] = sync.OnceValue(func() []*lexicon { return newLexicons(code, ForLanguage{}) })
	}
	return all
}()

func newLexicons(language string, more ForLanguage) (all []*lexicon) {
	for _, table := range tablesOf(language) {
		all = append(all, newLexicon(table, more))
	}
	return all
}

// Read reads one reply. It takes any text, and time that grows with its length.
func (r *Reader) Read(text string, q Question) Reading {
	if utf8.RuneCountInString(text) > MaxLength {
		return unclear(ruleTooLong)
	}
	asked := r.understand(q)
	if q.Kind == Free {
		words := withoutQuotation(tokens(text), asked.words)
		if len(words) > 0 {
			return r.free(text, r.senses(words, asked), words)
		}
	}
	return r.readWords(tokens(text), asked)
}

// senses gives the words as each language understands them.
func (r *Reader) senses(words []token, asked understood) []sense {
	out := make([]sense, 0, len(r.lexicons))
	for _, lex := range r.lexicons {
		out = append(out, newSense(lex, words, asked))
	}
	return out
}

// readWords reads the words of a reply.
func (r *Reader) readWords(all []token, asked understood) Reading {
	words := withoutQuotation(all, asked.words)
	if len(words) == 0 {
		if len(all) > 0 {
			return unclear(ruleQuoted)
		}
		return unclear(ruleEmpty)
	}
	readings := r.senses(words, asked)
	switch asked.Kind {
	case Choice:
		return doubtStop(r.choice(readings, asked), readings)
	case Number:
		return doubtStop(r.number(readings, asked), readings)
	default:
		return doubtStop(r.answer(readings, asked), readings)
	}
}

// understood is a question with what the reader needs of its text.
type understood struct {
	Question
	words     []token         // of its text
	known     map[string]bool // words of its text and of what it is about
	numbers   map[string]bool // numbers of both as normalNumber writes them
	hours     []int           // hours of both
	days      map[string]bool // days of both, as keys that all languages share
	monthDays map[int]bool    // days of the month of both
	doctors   map[string]bool // words behind a doctor's title in both
	own       []*lexicon      // of its language
}

func (r *Reader) understand(q Question) understood {
	asked := understood{
		Question: q, known: map[string]bool{}, numbers: map[string]bool{}, days: map[string]bool{}, monthDays: map[int]bool{}, doctors: map[string]bool{},
	}
	for _, lex := range r.lexicons {
		if lex.language == q.Language {
			asked.own = append(asked.own, lex)
		}
	}
	asked.words = tokens(shortened(q.Text))
	asked.learn(asked.words, r.lexicons)
	asked.learn(tokens(shortened(q.About)), r.lexicons)
	return asked
}

// shortened is as much of a text as is read.
func shortened(text string) string {
	if utf8.RuneCountInString(text) > MaxLength {
		return string([]rune(text)[:MaxLength])
	}
	return text
}

// learn notes what the words of the question name: numbers, days, doctors.
func (u *understood) learn(words []token, lexicons []*lexicon) {
	for i, word := range words {
		if word.number {
			u.learnNumber(word.text)
			continue
		}
		u.known[word.text] = true
		if day := shortDays()[word.text]; day != "" {
			u.days[day] = true
		}
		for _, lex := range lexicons {
			if day := lex.days[word.text]; day != "" {
				u.days[day] = true
			}
			if lex.doctors[word.text] {
				for _, name := range words[i+1 : min(len(words), i+1+mostDoctor)] {
					if name.number || name.comma || !name.capital {
						break
					}
					u.doctors[name.text] = true
				}
			}
		}
	}
}

// mostDoctor is how many names follow a doctor's title.
const mostDoctor = 2

// owns tells whether the question's language knows a word as it stands.
func (u understood) owns(word string) bool {
	return slices.ContainsFunc(u.own, func(l *lexicon) bool { return l.typos.known(word) })
}

func unclear(rule Rule, intents ...Intent) Reading {
	return Reading{Value: Unclear, Confidence: Low, Rule: rule, Intents: sorted(intents)}
}

func sorted(intents []Intent) []Intent {
	slices.Sort(intents)
	return slices.Compact(intents)
}
