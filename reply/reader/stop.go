package reader

import (
	"slices"
	"strings"
)

// A STOP that is heard wrongly is a patient who is never reminded again, so that a
// phrase of roleStop or roleStopWord must leave no doubt. It is doubtful where it is
// negated, asked, tied to a time or a condition, or speaks of something else than texts:
// then nobody is struck off, and a person reads the reply.

// stops tells whether the reply asks without doubt for no more messages.
func (s *sense) stops() bool {
	for i, it := range s.items {
		switch {
		case it.role == roleStop && (!it.mended || strings.Contains(it.words, " ")) && s.meant(i):
			return true
		case it.role == roleStopWord && (!it.mended || s.besideCourtesy(i)) && s.commands(i):
			return true
		}
	}
	return false
}

// mentionsStop tells whether the reply has a phrase that may ask for no more messages.
func (s *sense) mentionsStop() bool { return s.has(roleStop, roleStopWord) }

// meant tells whether the STOP phrase at an index is what the patient wants: "nie
// rezygnuję z sms", "nie pisać po 20", and "wypisać receptę" want something else.
func (s *sense) meant(at int) bool {
	stop := s.items[at]
	if stop.asked && !s.requests(stop.clause) {
		return false
	}
	for i, it := range s.items {
		switch {
		case i == at:
		case it.role.in(roleHedge, roleBut) && it.sentence == stop.sentence && (i > at || it.role == roleHedge):
			return false
		case i > at && (s.lexicon.calls[it.words] || it.sentence == stop.sentence && s.limits(it)):
			return false
		case i < at && it.sentence == stop.sentence && s.lexicon.ifs[it.words] && !s.alone(it.clause):
			return false
		case it.clause == stop.clause && i < at:
			if s.unsays(it, stop) {
				return false
			}
		case it.clause == stop.clause:
			if !s.belongs(it) {
				return false
			}
		}
	}
	return true
}

// limits tells whether a phrase behind a STOP ties it to a time: "po 20", "w nocy".
func (s *sense) limits(it item) bool {
	if it.digits || it.role.in(roleNumber, roleDay, roleAfter, roleBefore, roleMove) {
		return true
	}
	for word := range strings.FieldsSeq(it.words) {
		if s.lexicon.times[word] {
			return true
		}
	}
	return false
}

// unsays tells whether a phrase in front of a STOP phrase takes it back. A phrase that is
// negated by itself, "nie pisać", may stand behind a "nie" that answers the question.
func (s *sense) unsays(it, stop item) bool {
	if it.role == roleAsk {
		return !s.requests(stop.clause)
	}
	if s.lexicon.never[it.words] {
		return true
	}
	if !it.role.in(roleNie, roleNot, roleCant) {
		return false
	}
	for word := range strings.FieldsSeq(stop.words) {
		if s.lexicon.negates(word) || s.lexicon.phrases[word].role == roleNay {
			return false
		}
	}
	return true
}

// requests tells whether a clause with a question mark is a polite request: "can you stop
// texting me?".
func (s *sense) requests(clause int) bool {
	for _, it := range s.items {
		if it.clause == clause && s.lexicon.requests[it.words] {
			return true
		}
	}
	return false
}

// commands tells whether the bare "STOP" at an index is a command: it stands in its clause
// with nothing but courtesy, an answer, and words for texts. "Przystanek Stop",
// "estoy de baja" and "don't stop" are none.
func (s *sense) commands(at int) bool {
	stop := s.items[at]
	if stop.asked || stop.quoted && !s.besideCourtesy(at) {
		return false // somebody asks or speaks of the word
	}
	for i, it := range s.items {
		beside := it.clause == stop.clause || i == at-1 && stop.joined || i == at+1 && it.joined
		if i != at && beside && (it.role.in(roleNie, roleNot, roleCant) || !s.belongs(it)) {
			return false
		}
	}
	return true
}

// besideCourtesy tells whether the reply has nothing else than the phrase at an index but
// courtesy and names.
func (s *sense) besideCourtesy(at int) bool {
	for i, it := range s.items {
		if i != at && !it.role.in(roleInert, roleGreeting, roleThanks, roleClosing, roleName, roleTitle) {
			return false
		}
	}
	return true
}

// belongs tells whether a phrase beside a STOP leaves it one.
func (s *sense) belongs(it item) bool {
	if it.digits {
		return false
	}
	switch it.role {
	case roleInert, roleGreeting, roleThanks, roleClosing, roleTitle, roleName, roleParticle, roleStop, roleStopWord,
		roleYes, roleNo, roleNay, roleNie, roleUndo, roleAlas, roleHostile, roleWrong, roleDead:
		return true
	default:
	}
	for word := range strings.FieldsSeq(it.words) {
		if !s.lexicon.texts[word] {
			return false
		}
	}
	return true
}

// doubtStop leaves a reply to a person that may ask for no more messages and does not
// plainly do so.
func doubtStop(reading Reading, senses []sense) Reading {
	if reading.Rule.in(ruleStop, ruleAutomatic, ruleDeceased, ruleWrongPerson, ruleStart, ruleHostile) ||
		!slices.ContainsFunc(senses, func(s sense) bool { return s.mentionsStop() }) {
		return reading
	}
	doubted := unclear(ruleStopDoubted, reading.Intents...)
	doubted.LateMinutes = reading.LateMinutes
	return doubted
}
