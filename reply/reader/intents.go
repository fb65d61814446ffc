package reader

import "strings"

// aside gives the rule and the intent of a reply that is about something other than the
// question: it outranks whatever else the reply says. "" when there is none.
func (s *sense) aside() (Rule, []Intent) {
	has := s.plainly
	switch {
	case has(roleAutomatic):
		return ruleAutomatic, []Intent{Automatic}
	case has(roleDead):
		return ruleDeceased, s.also(Deceased)
	case s.stops():
		return ruleStop, s.also(Stop)
	case has(roleWrong):
		return ruleWrongPerson, s.also(WrongPerson)
	case s.starts():
		return ruleStart, s.also(Start)
	case has(roleHostile):
		return ruleHostile, s.also(Hostile)
	}
	return "", nil
}

// also adds to an intent the others of its sort that the reply has.
func (s *sense) also(first Intent) []Intent {
	out := []Intent{first}
	if s.stops() {
		out = append(out, Stop)
	}
	if s.plainly(roleWrong) {
		out = append(out, WrongPerson)
	}
	return out
}

// plainly tells whether a phrase of a role stands there as the tables have it: a typing mistake
// is no reason to strike a number off.
func (s *sense) plainly(r role) bool {
	for _, it := range s.items {
		if it.role == r && (!it.mended || strings.Contains(it.words, " ")) {
			return true
		}
	}
	return false
}

// alone tells whether a clause has but one phrase.
func (s *sense) alone(clause int) bool {
	n := 0
	for _, it := range s.items {
		if it.clause == clause {
			n++
		}
	}
	return n == 1
}

// mostStartWords is how many phrases a reply has at most for a bare "start" in front to
// be a command.
const mostStartWords = 3

func (s *sense) starts() bool {
	if s.plainly(roleStart) {
		return true
	}
	return s.roleAt(0) == roleStartWord && !s.items[0].mended && len(s.items) <= mostStartWords
}

// intents lists what a reply wants or tells besides its value.
func (s *sense) intents() []Intent {
	var out []Intent
	question := s.has(roleAsk)
	for _, it := range s.items {
		question = question || it.asked
	}
	moved := s.has(roleMove)
	switch {
	case moved:
		out = append(out, Reschedule)
	case question:
		out = append(out, QuestionBack)
	}
	if s.late {
		out = append(out, Late)
	}
	if s.has(roleThanks) {
		out = append(out, Thanks)
	}
	return out
}
