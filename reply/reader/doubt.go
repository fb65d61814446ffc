package reader

import "slices"

// doubt gives the rule that makes an answer unclear, or "". What outranks what matters
// only for the name that reception sees.
func (v *verdict) doubt() Rule {
	yes, no := v.says()
	switch {
	case yes && no, no && v.sense.late:
		return ruleContradiction
	case len(v.negatedNo) > 0 && !v.keeps(), no && v.cancelsCancel():
		return ruleNegatedNo
	case v.has(roleMove):
		return ruleReschedule
	case v.has(roleElse):
		return ruleElse
	case v.has(roleHedge):
		return ruleHedged
	case v.has(roleBut) && (!yes || !v.onlyLateBehindBut()) && !v.decidesBehindBut():
		return ruleBut
	case len(v.negatedOther) > 0 && !v.reasoned() && !v.besideNo() && !v.beforeBut(), no && v.negatesMore():
		return ruleNegatedOther
	case v.askedMark, no && v.question, v.questionInside():
		return ruleQuestion
	case yes && v.has(roleAlas) && !v.sense.late:
		return ruleRegret
	case yes && v.has(roleReason, roleBecause):
		return ruleReason
	case !v.understood(no):
		return ruleUnknownWords
	case yes || no:
		return ""
	}
	return v.silence()
}

// keeps tells whether a clause of its own says yes beside a negated cancellation: "nie
// odwołuję, będę". "Nie odwołuję" alone may be "nie, odwołuję".
func (v *verdict) keeps() bool {
	yes := false
	for _, m := range v.marks {
		switch {
		case m.no:
			return false
		case !m.no && !slices.Contains(v.negatedNo, m.item.clause):
			yes = true
		}
	}
	return yes
}

// silence gives the rule for a reply with neither a yes nor a no.
func (v *verdict) silence() Rule {
	switch {
	case v.question:
		return ruleQuestion
	case v.sense.late:
		return ruleLate
	case v.has(roleReason):
		return ruleReason
	case v.has(roleThanks, roleGreeting, roleClosing):
		return ruleThanks
	}
	return ruleNoAnswer
}

// onlyLateBehindBut tells whether nothing follows a "but" but being late: "tak, ale
// spóźnię się 10 minut" is a yes.
func (v *verdict) onlyLateBehindBut() bool {
	behind, late := false, false
	for _, it := range v.items {
		switch {
		case it.role == roleBut:
			behind = true
		case !behind:
		case it.role == roleLate:
			late = true
		case !it.role.in(roleFill, roleInert, roleScope, roleWill, roleParticle, roleGreeting, roleThanks):
			return false
		}
	}
	return late
}

// questionInside tells whether a question is not a clause of its own beside the answer:
// "będę o której", "tak, czy mogę odwołać?".
func (v *verdict) questionInside() bool {
	if !v.question || len(v.marks) == 0 {
		return false
	}
	decided := v.decided()
	for _, it := range v.items {
		switch {
		case decided[it.clause] && (it.asked || it.role == roleAsk):
			return true
		case it.asked && (it.role.in(roleUndo, roleNo, roleCant) || negates(it.role) || !v.asks(it.clause)):
			return true
		}
	}
	return false
}

// decided gives the clauses that hold a yes or a no.
func (v *verdict) decided() map[int]bool {
	out := map[int]bool{}
	for _, m := range v.marks {
		out[m.item.clause] = true
	}
	return out
}

// understood tells whether every word is known, but for the words of a reason behind
// a no (a word between two commas may be a mistyped answer), and those of a question of its own behind a yes.
//
// Beside a verb that says no, a clause of its own with strange words is a reason: "coś mi
// wypadło, nie przyjdę".
func (v *verdict) understood(no bool) bool {
	byVerb := slices.ContainsFunc(v.marks, func(m mark) bool { return m.no && m.verb && !m.item.mended })
	decided := v.decided()
	reasons := map[int]bool{} // clauses that give a reason
	from := map[int]int{}     // by sentence, the index from which everything is a reason
	for i, it := range v.items {
		if it.role == roleReason {
			reasons[it.clause] = true
		}
		if _, begun := from[it.sentence]; it.role == roleBecause && !begun {
			from[it.sentence] = i
		}
	}
	but := -1
	if v.decidesBehindBut() {
		but = slices.IndexFunc(v.items, func(it item) bool { return it.role == roleBut })
	}
	for i, it := range v.items {
		begin, begun := from[it.sentence]
		switch {
		case !v.strange(it, no):
		case i < but && it.role != roleNumber && !v.lexicon.holdsNegation(it.words): // "nie mam samochodu, ale przyjdę"
		case no && !v.alone(it.clause) && (begun && i > begin || reasons[it.clause] && (!decided[it.clause] || v.refuses(it.clause))):
		case byVerb && !v.alone(it.clause) && !decided[it.clause] && it.role != roleNumber && v.lexicon.writes(it.words):
		case !no && len(v.marks) > 0 && v.asks(it.clause) && !decided[it.clause]:
		default:
			return false
		}
	}
	return true
}

// refuses tells whether all that decides in a clause is verbs that say no.
func (v *verdict) refuses(clause int) bool {
	for _, m := range v.marks {
		if m.item.clause == clause && (!m.no || !m.verb) {
			return false
		}
	}
	return true
}

// strange tells whether an item may mean something that the reader does not understand.
// Beside a no that no verb says only courtesy and names are understood, and only
// without a slip: "nie, jestem umówiona" is no refusal, and "nie dziękuj" no thanks.
func (v *verdict) strange(it item, no bool) bool {
	bare, digits := no, len(v.marks) > 0
	for _, m := range v.marks {
		bare = bare && !m.verb
		digits = digits && m.rule.in(ruleYesDigit, ruleNoDigit)
	}
	switch {
	case it.role == roleNumber:
		return !v.sense.asked.Digits || it.number != 1 && it.number != 2
	case it.role.in(roleUnknown, roleOther):
		return true
	case bare && it.mended && !negates(it.role):
		return true
	}
	return (bare || digits) && it.role.in(roleFill, roleScope, roleGo)
}
