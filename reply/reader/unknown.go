package reader

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// RuleUnknownWords is the rule of a reply that holds a word of no table and of no
// question: whoever reads it as an answer to several questions learns from it that
// the words are those of another one.
const RuleUnknownWords = ruleUnknownWords

// RuleSeveral is the rule of a reply that answers several questions differently, so that no
// one value holds.
const RuleSeveral = ruleSeveral

// RuleNamed is the rule of a reply that names one of several questions, where the answer was
// given before.
const RuleNamed = ruleChoiceLabel

// Unknown returns the words of a reply that are in no table of the question's language, as
// the reader folds them, each once, and how the reply reads without them. What may tell who
// wrote is left out: words with digits, and words with a capital behind the first word.
func (r *Reader) Unknown(text string, q Question) (words []string, rest Reading) {
	asked := r.understand(q)
	reply := withoutQuotation(tokens(shortened(text)), asked.words)
	lexicons := asked.own
	if len(lexicons) == 0 {
		lexicons = r.lexicons
	}
	lacking := map[string]int{} // in how many lexicons
	for _, lex := range lexicons {
		here := map[string]bool{}
		for _, it := range newSense(lex, reply, asked).items {
			if it.role == roleUnknown && !it.digits && !here[it.words] {
				here[it.words] = true
				lacking[it.words]++
			}
		}
	}
	personal := personalWords(text)
	var known []token
	var comma, stop bool
	for _, word := range reply {
		if lacking[word.text] < len(lexicons) || word.number || word.capital && !word.stop || personal[word.text] || utf8.RuneCountInString(word.text) < 2 {
			word.comma, word.stop = word.comma || comma, word.stop || stop
			comma, stop = false, false
			known = append(known, word)
			continue
		}
		comma, stop = comma || word.comma, stop || word.stop
		if !slices.Contains(words, word.text) {
			words = append(words, word.text)
		}
	}
	return words, r.readWords(known, asked)
}

// personalWords returns the words that have digits, or a capital behind the first word.
func personalWords(text string) map[string]bool {
	personal := map[string]bool{}
	for i, field := range strings.Fields(text) {
		first, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(field, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }))
		if strings.ContainsFunc(field, unicode.IsDigit) || i > 0 && unicode.IsUpper(first) {
			for _, word := range tokens(field) {
				personal[word.text] = true
			}
		}
	}
	return personal
}

// Silent tells whether the reply says nothing but courtesy.
func (r Reading) Silent() bool {
	return r.Rule.in(ruleEmpty, ruleThanks, ruleNoAnswer)
}
