package reader

import "strings"

// answer reads a reply to a yes-or-no question. The question's language speaks first.
// Only when it finds words it does not know, or no answer at all, are the others
// asked, and what means something else in the question's language is no evidence:
// "no" says yes to a Pole and no to a Spaniard.
func (r *Reader) answer(senses []sense, asked understood) Reading {
	verdicts := make([]verdict, 0, len(senses))
	for _, s := range senses {
		verdicts = append(verdicts, newVerdict(s))
	}
	for i := range verdicts { // what concerns no question is understood in any language
		v := &verdicts[i]
		if rule, _ := v.aside(); rule != "" && foreignAside(v, verdicts, asked) {
			return v.reading()
		}
	}
	var first Reading
	judged := false
	for i := range verdicts {
		v := &verdicts[i]
		if v.lexicon.language != asked.Language {
			continue
		}
		reading := v.reading()
		if reading.Value != Unclear {
			if v.disputed(verdicts, reading.Value) {
				return unclear(ruleLanguages, reading.Intents...)
			}
			return reading
		}
		if !judged || weak(first.Rule) && !weak(reading.Rule) {
			first, judged = reading, true
		}
	}
	if judged && !weak(first.Rule) {
		return first
	}
	return r.foreign(verdicts, asked, first, judged)
}

// weak tells whether a rule only says that a language did not understand.
func weak(rule Rule) bool {
	return rule == ruleUnknownWords || rule == ruleNoAnswer || rule == ruleNegatedOther
}

// foreign reads a reply in the languages that are not the question's.
func (r *Reader) foreign(verdicts []verdict, asked understood, first Reading, judged bool) Reading {
	var clear Reading
	found := false
	best := first
	for i := range verdicts {
		v := &verdicts[i]
		if judged && v.lexicon.language == asked.Language {
			continue
		}
		reading := v.reading()
		switch {
		case reading.Value == Unclear:
			if !judged && !found && (best.Rule == "" || weak(best.Rule) || best.Rule == ruleThanks) && v.share() > 0 {
				best = reading
			} else if judged && weak(best.Rule) && !weak(reading.Rule) && v.share() == 1 {
				best = reading
			}
		case found && clear.Value != reading.Value:
			return unclear(ruleLanguages)
		case !v.evident(verdicts, asked):
			if best.Rule == "" || weak(best.Rule) {
				best = unclear(ruleLanguages, reading.Intents...)
			}
		case !found:
			clear, found = reading, true
		}
	}
	if !found {
		if best.Rule == "" {
			return unclear(ruleUnknownWords)
		}
		return best
	}
	for i := range verdicts {
		if verdicts[i].rival(asked) && verdicts[i].opposes(clear.Value) {
			return unclear(ruleLanguages, clear.Intents...)
		}
	}
	for i := range verdicts {
		if verdicts[i].lexicon.language == clear.Language && verdicts[i].reading().Value == clear.Value && verdicts[i].disputed(verdicts, clear.Value) {
			return unclear(ruleLanguages, clear.Intents...)
		}
	}
	clear.Confidence = Medium
	if asked.Language == "" {
		clear.Confidence = High
	}
	return clear
}

// opposes tells whether a language finds the opposite in the reply, or a negation in a yes.
func (v *verdict) opposes(value Value) bool {
	yes, no := v.says()
	return value == No && yes || value == Yes && (no || v.has(roleNie, roleNot, roleNay))
}

// disputed tells whether another language reads the opposite in words that this one does
// not know.
func (v *verdict) disputed(verdicts []verdict, value Value) bool {
	for i := range verdicts {
		for _, m := range verdicts[i].marks {
			if m.no == (value == Yes) && !m.item.mended && !v.knows(m.phrase) {
				return true
			}
		}
	}
	return false
}

// knows tells whether a language knows every word of a phrase.
func (v *verdict) knows(phrase string) bool {
	for word := range strings.FieldsSeq(phrase) {
		if !v.lexicon.typos.known(word) {
			return false
		}
	}
	return true
}

// rival tells whether a language is one whose opposite reading counts: the question's,
// or any when that is not known.
func (v *verdict) rival(asked understood) bool {
	return asked.Language == "" || v.lexicon.language == asked.Language
}

// evident tells whether a yes or no of this language is none of the words that mean
// something else in a language that is just as near.
func (v *verdict) evident(verdicts []verdict, asked understood) bool {
	for _, m := range v.marks {
		clash := false
		for i := range verdicts {
			other := &verdicts[i]
			if other.lexicon != v.lexicon && other.rival(asked) && other.meansElse(m) {
				clash = true
			}
		}
		if !clash {
			return true
		}
	}
	return false
}

// meansElse tells whether a language knows all words of a mark and does not say the same.
func (v *verdict) meansElse(m mark) bool {
	for _, own := range v.marks {
		if own.no == m.no && own.phrase == m.phrase {
			return false
		}
	}
	return v.knows(m.phrase)
}

// share is the part of a reply's phrases that a language knows.
func (s *sense) share() float64 {
	known := 0
	for _, it := range s.items {
		if it.role != roleUnknown {
			known++
		}
	}
	return float64(known) / float64(max(1, len(s.items)))
}

// foreignAside tells whether a language may speak of STOP, a wrong number or a machine:
// the question's, or one that knows more of the words than that.
func foreignAside(v *verdict, verdicts []verdict, asked understood) bool {
	if asked.Language == "" || v.lexicon.language == asked.Language {
		return true
	}
	best := 0.0
	for i := range verdicts {
		if verdicts[i].lexicon.language == asked.Language {
			best = max(best, verdicts[i].share())
		}
	}
	return v.share() > best
}
