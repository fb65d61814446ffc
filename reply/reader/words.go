package reader

import (
	"errors"
	"fmt"
	"strings"
)

// Words are further words for the tables, from the configuration. They join the
// built-in ones and outrank them only where those settle nothing.
type Words struct {
	PL ForLanguage `mapstructure:"pl" yaml:"pl"`
	EN ForLanguage `mapstructure:"en" yaml:"en"`
	ES ForLanguage `mapstructure:"es" yaml:"es"`
	UK ForLanguage `mapstructure:"uk" yaml:"uk"`
}

// ForLanguage are the further words of one language. Each item is a word or a phrase
// as patients write it; case and marks do not matter. Ignore lists what says
// nothing, such as the clinic's name and its doctors'.
type ForLanguage struct {
	Yes         []string `mapstructure:"yes" yaml:"yes"`
	No          []string `mapstructure:"no" yaml:"no"`
	Reschedule  []string `mapstructure:"reschedule" yaml:"reschedule"`
	Late        []string `mapstructure:"late" yaml:"late"`
	Stop        []string `mapstructure:"stop" yaml:"stop"`
	Start       []string `mapstructure:"start" yaml:"start"`
	WrongPerson []string `mapstructure:"wrong_person" yaml:"wrong_person"`
	Ignore      []string `mapstructure:"ignore" yaml:"ignore"`
}

// empty tells whether there is no further word.
func (l ForLanguage) empty() bool {
	return len(l.Yes)+len(l.No)+len(l.Reschedule)+len(l.Late)+len(l.Stop)+len(l.Start)+len(l.WrongPerson)+len(l.Ignore) == 0
}

// Most words a list may have and characters a word may have: a table, not a dictionary.
const (
	mostWords  = 500
	longestRow = 60
)

// WordError is a further word that cannot be taken.
type WordError struct {
	Language, Field string
	Index           int    // in the list, from 0
	Word            string // as configured
	Reason          WordReason
	Other           string // field that has the word already, with Contradicts and ContradictsBuiltIn
}

// WordReason is why.
type WordReason string

// The reasons.
const (
	WordEmpty          WordReason = "empty"
	WordTooLong        WordReason = "too_long"
	WordNumber         WordReason = "number"               // digits are read by the kind of the question
	WordTooMany        WordReason = "too_many"             // the list, not the word
	Contradicts        WordReason = "contradicts"          // another list of the configuration
	ContradictsBuiltIn WordReason = "contradicts_built_in" // a table of the reader
)

// Key names the item as the configuration does, below the key of the words: "pl.yes[2]".
func (e *WordError) Key() string {
	return fmt.Sprintf("%s.%s[%d]", e.Language, e.Field, e.Index)
}

func (e *WordError) Error() string {
	switch e.Reason {
	case WordEmpty:
		return fmt.Sprintf("%s: %q has no letter; write a word or a phrase, or remove the line", e.Key(), e.Word)
	case WordTooLong:
		return fmt.Sprintf("%s: longer than %d characters; write the word or phrase that decides, not a whole reply", e.Key(), longestRow)
	case WordNumber:
		return fmt.Sprintf("%s: %q has digits; numbers are read by the kind of the question, remove the line", e.Key(), e.Word)
	case WordTooMany:
		return fmt.Sprintf("%s: the list has more than %d words; keep those that patients write", e.Key(), mostWords)
	case ContradictsBuiltIn:
		return fmt.Sprintf("%s: %q already means %s to the reader; remove the line", e.Key(), e.Word, e.Other)
	default:
		return fmt.Sprintf("%s: %q stands in %s too; keep one of the two", e.Key(), e.Word, e.Other)
	}
}

// wordList is a field of ForLanguage with what its words do.
type wordList struct {
	field string
	role  role
	words []string
}

func (f ForLanguage) byRole() []wordList {
	return []wordList{
		{"yes", roleYes, f.Yes}, {"no", roleNo, f.No}, {"reschedule", roleMove, f.Reschedule}, {"late", roleLate, f.Late},
		{"stop", roleStop, f.Stop}, {"start", roleStart, f.Start}, {"wrong_person", roleWrong, f.WrongPerson}, {"ignore", roleFill, f.Ignore},
	}
}

func (w Words) of(language string) ForLanguage {
	switch language {
	case "pl":
		return w.PL
	case "en":
		return w.EN
	case "es":
		return w.ES
	case "uk":
		return w.UK
	}
	return ForLanguage{}
}

// Validate reports every word that is empty, has digits, or stands where it
// contradicts another list or a built-in table. Each error joined is a *WordError.
func (w Words) Validate() error {
	var problems []error
	for _, language := range Languages() {
		problems = append(problems, w.of(language).problems(language)...)
	}
	return errors.Join(problems...)
}

func (f ForLanguage) problems(language string) []error {
	var problems []error
	fields := map[string]string{} // folded word to the field that has it
	var builtIn *lexicon
	for _, list := range f.byRole() {
		for i, word := range list.words {
			bad := func(reason WordReason, other string) {
				problems = append(problems, &WordError{Language: language, Field: list.field, Index: i, Word: word, Reason: reason, Other: other})
			}
			if i == mostWords {
				bad(WordTooMany, "")
				break
			}
			if reason := shape(word); reason != "" {
				bad(reason, "")
				continue
			}
			if builtIn == nil {
				builtIn = newLexicon(tablesOf(language)[0], ForLanguage{})
			}
			phrase := strings.Join(phrases(word), " ")
			if other, there := fields[phrase]; there && other != list.field {
				bad(Contradicts, language+"."+other)
				continue
			}
			fields[phrase] = list.field
			if other := decided(builtIn.phrases[phrase].role); other != "" && other != decided(list.role) {
				bad(ContradictsBuiltIn, other)
			}
		}
	}
	return problems
}

// shape says what is wrong with a word by itself; "" when nothing is.
func shape(word string) WordReason {
	words := tokens(word)
	for _, t := range words {
		if t.number {
			return WordNumber
		}
	}
	switch {
	case len([]rune(word)) > longestRow:
		return WordTooLong
	case len(words) == 0 || len(phrases(word)) != 1:
		return WordEmpty
	}
	return ""
}

// decided names what a role decides, or "" for one that a further word may change.
func decided(r role) string {
	switch r {
	case roleYes, roleWill, roleThird:
		return "yes"
	case roleNo, roleUndo, roleNie, roleNay, roleCant:
		return "no"
	case roleNot:
		return "a negation"
	case roleStop, roleStopWord:
		return "stop"
	case roleStart, roleStartWord:
		return "start"
	case roleWrong:
		return "wrong_person"
	case roleMove:
		return "reschedule"
	case roleLate:
		return "late"
	case roleHedge, roleBut:
		return "doubt"
	case roleDead, roleHostile, roleAutomatic:
		return "a reason to ask a person"
	default:
		return ""
	}
}
