package reader

import "strings"

// negation reads a "nie": alone it is a no, before a verb of coming too, before a
// cancellation it is unclear, and before anything else it negates that.
func (v *verdict) negation(i int) int {
	it := v.items[i]
	next := v.behind(i)
	if !v.follows(i, next) {
		if next > i+1 { // "nie już": of what?
			v.negates(i, next)
		}
		return v.bareNo(i)
	}
	switch what := v.items[next]; {
	case what.role == roleWill, what.role == roleThird && (v.named(it.clause) || v.namedBefore(it.clause)):
		if after := v.behind(next); v.follows(next, after) && v.items[after].role == roleUndo {
			v.negatedNo = append(v.negatedNo, it.clause) // "nie będę odwoływać"
			return after - i + 1
		}
		v.add(mark{item: it, at: next, no: true, verb: true, rule: ruleNoVerb, phrase: it.words + " " + what.words})
		return next - i + 1
	case what.role.in(roleNo, roleUndo, roleCant):
		v.negatedNo = append(v.negatedNo, it.clause)
		return next - i + 1
	case what.role == roleLate: // "nie spóźnię się"
		v.sense.late, v.minutes = false, 0
		return next - i + 1
	case closesNo(what.role):
		return v.bareNo(i)
	}
	v.negates(i, next)
	return 1
}

// negates notes that the word for no at an index negates what stands at another.
func (v *verdict) negates(i, what int) {
	soft := v.follows(i, what) && v.items[what].role.in(roleUnknown, roleOther, roleReason, roleGo, roleHedge)
	v.negatedOther = append(v.negatedOther, negation{v.items[i].clause, soft})
}

// bareNo is a negation with nothing behind it. "Не" by itself is no word for no.
func (v *verdict) bareNo(i int) int {
	it := v.items[i]
	if it.role == roleNot {
		v.negates(i, i+1)
		return 1
	}
	v.add(mark{item: it, at: i, no: true, rule: ruleNoWord, phrase: it.words})
	return 1
}

// nay reads a "no" that negates nothing behind it: "no fever" is about the fever, and "no
// cancel" is perhaps a "don't".
func (v *verdict) nay(i int) int {
	if next := v.behind(i); v.follows(i, next) {
		switch r := v.items[next].role; {
		case r.in(roleNo, roleUndo):
			v.negatedNo = append(v.negatedNo, v.items[i].clause)
			return next - i + 1
		case !r.in(roleWill, roleCant) && !closesNo(r):
			v.negates(i, next)
			return 1
		}
	}
	return v.bareNo(i)
}

// closesNo tells whether a "nie" before a phrase of the role is a no by itself.
func closesNo(r role) bool {
	return r.in(roleNie, roleNot, roleNay, roleYes, roleNumber, roleThanks, roleGreeting, roleClosing,
		roleAlas, roleName, roleTitle, roleBecause, roleHedge, roleBut, roleMove)
}

// negates tells whether a role is a word for no, not a verb or a cancellation.
func negates(r role) bool { return r.in(roleNie, roleNot, roleNay) }

// negatesMore tells whether something stands behind a no that may be all that the reply
// refuses: a companion, a time of day, a doctor, a place. "Nie przyjdę z mamą" may well be a
// yes, "nie zdążę na 10" a lateness, "nie chcę tego lekarza" a wish for another one.
func (v *verdict) negatesMore() bool {
	for _, m := range v.marks {
		if m.rule == ruleNoVerb && v.scopeBehind(m.at) || m.rule == ruleNoCancel && v.cancelsElse(m.at) {
			return true
		}
	}
	return false
}

// scopeBehind looks through the clause behind a negated verb, up to a word that begins a
// reason: "bo", "jestem".
func (v *verdict) scopeBehind(at int) bool {
	for i := at + 1; v.follows(at, i); i++ {
		it := v.items[i]
		switch {
		case it.named:
			return false
		case it.role == roleBecause, v.lexicon.being[it.words], it.role == roleReason && v.lexicon.being[firstWord(it.words)]:
			return false
		case it.digits, it.role.in(roleScope, roleTitle, roleReason):
			return true
		case it.role == roleFill && it.day == "" && !v.lexicon.visit[it.words]:
			return true
		}
	}
	return false
}

func firstWord(phrase string) string {
	first, _, _ := strings.Cut(phrase, " ")
	return first
}

// cancelsElse tells whether a cancellation names somebody or something and not the
// visit: "rezygnuję z tego lekarza".
func (v *verdict) cancelsElse(at int) bool {
	other := false
	for i := at + 1; v.follows(at, i); i++ {
		switch it := v.items[i]; {
		case it.role == roleBecause, v.lexicon.visit[it.words], it.named:
			return false
		case it.role.in(roleScope, roleTitle):
			other = true
		}
	}
	return other
}

// cancelsCancel tells whether one clause has two cancellations, or one behind a negated
// verb: "odwołuję rezygnację", "no voy a cancelar". Behind "proszę" a new
// sentence begins: "nie przyjdę proszę odwołać".
func (v *verdict) cancelsCancel() bool {
	clause, before := -1, false
	for i, it := range v.items {
		if it.clause != clause || it.role.in(roleInert, roleGreeting) {
			clause, before = it.clause, false
		}
		if before && (it.role == roleUndo || it.role == roleNo && v.items[i-1].role == roleNo) {
			return true
		}
		before = before || it.role.in(roleNo, roleUndo, roleNie, roleNot, roleCant)
	}
	return false
}

// besideNo tells whether everything else that is negated stands in clauses of its own beside
// a verb that says no: "nie czuję się na siłach, nie przyjdę".
func (v *verdict) besideNo() bool {
	verb := false
	for _, m := range v.marks {
		if !m.no || !m.verb {
			continue
		}
		verb = true
		for _, n := range v.negatedOther {
			if n.clause == m.item.clause || !n.soft {
				return false
			}
		}
	}
	return verb
}

// beforeBut tells whether all that is negated stands before a "but", behind which a verb
// decides: "nie mam samochodu, ale przyjdę".
func (v *verdict) beforeBut() bool {
	for _, n := range v.negatedOther {
		if !n.soft {
			return false
		}
	}
	return v.decidesBehindBut()
}

// decidesBehindBut tells whether the reply has one "but", nothing before it decides, and a
// verb behind it does.
func (v *verdict) decidesBehindBut() bool {
	but := -1
	for i, it := range v.items {
		if it.role == roleBut {
			if but >= 0 || v.lexicon.notOnly[it.words] {
				return false
			}
			but = i
		}
	}
	verb := false
	for _, m := range v.marks {
		if m.at < but {
			return false
		}
		verb = verb || m.verb
	}
	return but >= 0 && verb
}

// reasoned tells whether a verb says no and the reply gives its reason, in which further
// negations belong to the reason: "nie dam rady, bo nie mam jak dojechać".
func (v *verdict) reasoned() bool {
	for _, m := range v.marks {
		if m.no && m.verb {
			return v.has(roleBecause, roleReason)
		}
	}
	return false
}
