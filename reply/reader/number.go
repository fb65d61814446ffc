package reader

import (
	"slices"
	"strings"
)

// number reads a reply to a question for a whole number in a range.
func (r *Reader) number(senses []sense, asked understood) Reading {
	return settle(senses, asked, func(s *sense) Reading { return s.count() })
}

func (s *sense) count() Reading {
	if rule := s.qualified(); rule != "" {
		return unclear(rule, s.intents()...)
	}
	values := map[int]bool{}
	found := 0
	for i, it := range s.items {
		if it.role.in(roleUnknown, roleOther, roleScope, roleCant, roleNo, roleUndo, roleMinutes) || it.role == roleYes && it.words != "ok" {
			return unclear(ruleUnknownWords, s.intents()...)
		}
		if it.role != roleNumber {
			continue
		}
		n, ok := s.value(it)
		switch {
		case !ok && it.number < 0 && allDigits(it.words):
			return unclear(ruleOutOfRange, s.intents()...)
		case !ok:
			return unclear(ruleNotWhole, s.intents()...)
		case i > 0 && found > 0 && n == s.asked.Max && s.scale(i):
			continue // "8 na 10", "8 out of 10"
		}
		values[n] = true
		found++
	}
	return s.counted(values)
}

func (s *sense) counted(values map[int]bool) Reading {
	switch len(values) {
	case 0:
		return unclear(ruleNoAnswer, s.intents()...)
	case 1:
	default:
		return unclear(ruleSeveral, s.intents()...)
	}
	var n int
	for n = range values {
	}
	if n < s.asked.Min || n > s.asked.Max {
		return unclear(ruleOutOfRange, s.intents()...)
	}
	return Reading{Value: Counted, Number: n, Confidence: High, Rule: ruleNumber, Language: s.lexicon.language, Intents: sorted(s.thanks())}
}

// value gives the whole number of an item. "8/10" is 8 where 10 is the most; "8-9",
// "7,5" and "-1" are none.
func (s *sense) value(it item) (int, bool) {
	if !it.digits {
		return it.number, true
	}
	if got, most, ok := strings.Cut(it.words, "/"); ok {
		return atoi(got), atoi(got) >= 0 && atoi(most) == s.asked.Max
	}
	return it.number, it.number >= 0
}

// scale tells whether a number is the end of the scale: a word stands between it and the
// number before, as in "8 na 10". Not so "8, 10".
func (s *sense) scale(i int) bool {
	between := s.items[i-1]
	return between.role.in(roleFill, roleScope, roleUnit) && between.clause == s.items[i].clause
}

func allDigits(text string) bool {
	return strings.Trim(text, "0123456789") == ""
}

// free takes any text that a person wrote.
func (r *Reader) free(text string, senses []sense, words []token) Reading {
	for i := range senses {
		s := &senses[i]
		if rule, intents := s.aside(); rule == ruleAutomatic || rule == ruleStart || slices.Contains(intents, Stop) {
			return unclear(rule, append(intents, s.intents()...)...)
		}
	}
	if !slices.ContainsFunc(words, func(t token) bool { return t.text != emojiAsk }) {
		return unclear(ruleEmpty)
	}
	return Reading{Value: Written, Text: strings.TrimSpace(text), Confidence: High, Rule: ruleText}
}
