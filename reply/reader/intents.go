package reader

// aside gives the rule and the intent of a reply that is about something other than the
// question: it outranks whatever else the reply says. "" when there is none.
func (s *sense) aside() (Rule, []Intent) {
	switch {
	case s.has(roleAutomatic):
		return ruleAutomatic, []Intent{Automatic}
	case s.has(roleDead):
		return ruleDeceased, s.also(Deceased)
	case s.stops():
		return ruleStop, s.also(Stop)
	case s.has(roleWrong):
		return ruleWrongPerson, s.also(WrongPerson)
	case s.starts():
		return ruleStart, s.also(Start)
	case s.has(roleHostile):
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
	if s.has(roleWrong) {
		out = append(out, WrongPerson)
	}
	return out
}

// mostStopWords is how many words a reply has at most for a bare "stop" in it to be a
// command: longer ones may speak of a bus stop.
const mostStopWords = 3

func (s *sense) stops() bool {
	if s.has(roleStop) {
		return true
	}
	for i, it := range s.items {
		if it.role == roleStopWord && (i == 0 || len(s.items) <= mostStopWords) {
			return true
		}
	}
	return false
}

func (s *sense) starts() bool {
	if s.has(roleStart) {
		return true
	}
	return s.roleAt(0) == roleStartWord && len(s.items) <= mostStopWords
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
