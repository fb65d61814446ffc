package reader

import (
	"slices"
	"strings"
)

// choice reads a reply to a question with labels: its number, or words that one label
// alone has. "Not the first" and "either" are for a person.
func (r *Reader) choice(senses []sense, asked understood) Reading {
	labels := make([][]token, 0, len(asked.Labels))
	for _, label := range asked.Labels {
		labels = append(labels, tokens(label))
	}
	return settle(senses, asked, func(s *sense) Reading { return s.pick(labels) })
}

// settle asks the question's language first and the others after it, and takes the first
// clear reading; of unclear ones the first.
func settle(senses []sense, asked understood, read func(*sense) Reading) Reading {
	ordered := slices.Clone(senses)
	slices.SortStableFunc(ordered, func(a, b sense) int {
		return rank(a, asked) - rank(b, asked)
	})
	var first Reading
	for i := range ordered {
		s := &ordered[i]
		if rule, intents := s.aside(); rule != "" && (i == 0 || s.share() == 1) {
			return unclear(rule, append(intents, s.intents()...)...)
		}
		reading := read(s)
		if reading.Value != Unclear {
			if rank(*s, asked) > 0 {
				reading.Confidence = Medium
			}
			return reading
		}
		if i == 0 || first.Rule == ruleUnknownWords && s.share() == 1 {
			first = reading
		}
		if first.Rule != ruleUnknownWords && first.Rule != ruleNoAnswer {
			return first
		}
	}
	return first
}

func rank(s sense, asked understood) int {
	if s.lexicon.language == asked.Language {
		return 0
	}
	return 1
}

// pick finds the labels a reply names.
func (s *sense) pick(labels [][]token) Reading {
	if rule := s.qualified(); rule != "" {
		return unclear(rule, s.intents()...)
	}
	byNumber, byLabel := map[int]bool{}, map[int]bool{}
	mended, strange, outside := false, false, false
	for _, it := range s.items {
		if ordinal := s.lexicon.ordinals[it.words]; ordinal > 0 {
			byNumber[ordinal] = true
			mended = mended || it.mended
			continue
		}
		if n := ownLabel(it, labels); n > 0 {
			byLabel[n] = true
			continue
		}
		switch {
		case inSomeLabel(it, labels):
		case it.role == roleNumber:
			byNumber[it.number] = true
			outside = outside || it.number < 1 || it.number > len(labels)
		case it.role.in(roleUnknown, roleOther, roleScope, roleNo, roleUndo, roleCant):
			strange = true
		}
	}
	switch named := union(byNumber, byLabel); {
	case outside && len(named) == 1:
		return unclear(ruleOutOfRange, s.intents()...)
	case len(named) > 1:
		return unclear(ruleSeveral, s.intents()...)
	case strange:
		return unclear(ruleUnknownWords, s.intents()...)
	case len(named) == 0:
		return unclear(ruleNoAnswer, s.intents()...)
	default:
		if named[0] > len(labels) {
			return unclear(ruleOutOfRange, s.intents()...)
		}
		reading := Reading{Value: Chosen, Choice: named[0], Confidence: High, Rule: ruleChoiceLabel, Language: s.lexicon.language}
		if len(byNumber) > 0 {
			reading.Rule = ruleChoiceNumber
		}
		if mended {
			reading.Confidence = Medium
		}
		reading.Intents = sorted(s.thanks())
		return reading
	}
}

// qualified gives the rule against a reply that negates, doubts or asks.
func (s *sense) qualified() Rule {
	switch {
	case s.has(roleNie, roleNot, roleNay):
		return ruleNegatedOther
	case s.has(roleEither):
		return ruleSeveral
	case s.has(roleHedge):
		return ruleHedged
	case s.has(roleBut):
		return ruleBut
	case s.has(roleAsk):
		return ruleQuestion
	}
	for _, it := range s.items {
		if it.asked {
			return ruleQuestion
		}
	}
	return ""
}

// thanks lists the intents that go with a choice or a number: words such as "rano"
// or "later" are labels there, not wishes to move.
func (s *sense) thanks() []Intent {
	if s.has(roleThanks) {
		return []Intent{Thanks}
	}
	return nil
}

func union(a, b map[int]bool) []int {
	var out []int
	for n := range a {
		out = append(out, n)
	}
	for n := range b {
		out = append(out, n)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// ownLabel gives the number of the one label that has a word of the phrase which no other
// label has; 0 when there is none or several.
func ownLabel(it item, labels [][]token) int {
	own := 0
	for word := range strings.FieldsSeq(it.words) {
		n := 0
		for i, label := range labels {
			if !slices.ContainsFunc(label, func(t token) bool { return sameLabelWord(word, t) }) && !sameLabelWord(word, joined(label)) {
				continue
			}
			if n > 0 {
				n = -1
				break
			}
			n = i + 1
		}
		if n <= 0 {
			continue
		}
		if own > 0 && own != n {
			return 0
		}
		own = n
	}
	return own
}

// joined is a label of several words written as one: "popołudnie".
func joined(label []token) token {
	var out strings.Builder
	for _, t := range label {
		out.WriteString(t.text)
	}
	return token{text: out.String()}
}

// inSomeLabel tells whether a word stands in labels, in more than one: it tells nothing.
func inSomeLabel(it item, labels [][]token) bool {
	for _, label := range labels {
		for _, t := range label {
			if t.text == it.words && (!t.number || it.number < 1 || it.number > len(labels)) {
				return true
			}
		}
	}
	return false
}

// Letters that a word must share with one of a label to be another form of it, and
// how many may follow: "wieczorem" for "wieczór", "Jana" for "Jan".
const (
	leastLabelStem = 3
	mostEnding     = 3
)

func sameLabelWord(word string, t token) bool {
	if t.number {
		return normalNumber(word) == normalNumber(t.text) && strings.ContainsAny(t.text, ":./") || strings.ContainsAny(t.text, ":") && hourOf(t.text) == word && len(word) > 1
	}
	if word == t.text {
		return true
	}
	a, b := []rune(word), []rune(t.text)
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	least := max(leastLabelStem, min(len(a), len(b))-1)
	if slipOf(a, b) > noSlip && len(b) >= anyLetterIn {
		return true
	}
	return n >= least && len(a)-n <= mostEnding && len(b)-n <= mostEnding-1
}
