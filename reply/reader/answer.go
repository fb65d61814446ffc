package reader

import "slices"

// mark is one yes or one no found in a reply.
type mark struct {
	item   item
	at     int // index of its last phrase
	no     bool
	verb   bool // said by a verb, not by "nie" alone
	rule   Rule
	phrase string // its words, with the negation
}

// verdict is what one language makes of an answer to a yes-or-no question.
type verdict struct {
	sense
	marks        []mark
	negatedNo    []int      // clauses with a negated cancellation: "nie odwołuję"
	negatedOther []negation // "nie jutro"
	askedMark    bool       // a yes or a no with a question mark
	question     bool
}

// negation is a word for no before something that is neither coming nor cancelling.
type negation struct {
	clause int
	soft   bool // before what may be a verb, so that it is no other day, hour or doctor that is wanted
}

func newVerdict(s sense) verdict {
	v := verdict{sense: s}
	for _, it := range v.items {
		v.question = v.question || it.asked || it.role == roleAsk
	}
	for i := 0; i < len(v.items); {
		i += v.weigh(i)
	}
	// "Nie, nie odwołuję": the first no belongs to the second.
	v.marks = slices.DeleteFunc(v.marks, func(m mark) bool {
		return m.rule == ruleNoWord && slices.Contains(v.negatedNo, m.item.clause+1) && m.at+1 < len(v.items) && v.items[m.at+1].sentence == m.item.sentence
	})
	return v
}

// weigh judges the phrase at an index and tells how many phrases it took in.
func (v *verdict) weigh(i int) int {
	it := v.items[i]
	if it.asked && v.asks(it.clause) {
		return 1 // "czy mogę przyjść z dzieckiem?" says nothing yet
	}
	switch it.role {
	case roleYes:
		rule := ruleYesWord
		if it.words == emojiYes {
			rule = ruleYesEmoji
		}
		v.add(mark{item: it, at: i, rule: rule, phrase: it.words})
	case roleThird:
		if !v.named(it.clause) && !v.namedBefore(it.clause) {
			v.items[i].role = roleOther // "będzie dobrze"
			return 1
		}
		return v.verb(i)
	case roleWill:
		return v.verb(i)
	case roleThirdCant:
		if !v.named(it.clause) && !v.namedBefore(it.clause) {
			v.items[i].role = roleOther
			return 1
		}
		v.add(mark{item: it, at: i, no: true, verb: true, rule: ruleNoVerb, phrase: it.words})
	case roleCant:
		if next := v.behind(i); v.follows(i, next) && v.items[next].role == roleUndo { // "nie chcę odwoływać"
			v.negatedNo = append(v.negatedNo, it.clause)
			return next - i + 1
		}
		v.add(mark{item: it, at: i, no: true, verb: true, rule: ruleNoVerb, phrase: it.words})
	case roleNay:
		return v.nay(i)
	case roleNo, roleUndo:
		rule := ruleNoCancel
		if it.words == emojiNo {
			rule = ruleNoEmoji
		}
		v.add(mark{item: it, at: i, no: true, verb: it.words != emojiNo, rule: rule, phrase: it.words})
	case roleNie, roleNot:
		return v.negation(i)
	case roleNumber:
		v.digit(i)
	default: // says neither
	}
	return 1
}

// verb reads a verb that says yes, unless an infinitive behind it cancels:
// "będę odwoływać" is one phrase and a no.
func (v *verdict) verb(i int) int {
	it := v.items[i]
	if next := v.behind(i); v.lexicon.modals[it.words] && v.follows(i, next) && v.items[next].role == roleUndo {
		v.add(mark{item: it, at: next, no: true, verb: true, rule: ruleNoCancel, phrase: it.words})
		return next - i + 1
	}
	v.add(mark{item: it, at: i, verb: true, rule: ruleYesVerb, phrase: it.words})
	return 1
}

// digit reads the 1 or 2 of a question that offers them.
func (v *verdict) digit(i int) {
	it := v.items[i]
	switch {
	case !v.sense.asked.Digits:
	case it.number == 1:
		v.add(mark{item: it, at: i, rule: ruleYesDigit, phrase: it.words})
	case it.number == 2:
		v.add(mark{item: it, at: i, no: true, rule: ruleNoDigit, phrase: it.words})
	}
}

func (v *verdict) add(m mark) {
	v.askedMark = v.askedMark || m.item.asked
	v.marks = append(v.marks, m)
}

// says tells whether there is a yes, and whether there is a no.
func (v *verdict) says() (yes, no bool) {
	for _, m := range v.marks {
		yes, no = yes || !m.no, no || m.no
	}
	return yes, no
}

// asks tells whether a clause has a word that asks.
func (v *verdict) asks(clause int) bool { return v.inClause(clause, roleAsk) }

// named tells whether a clause names somebody: family, a title, a name.
func (v *verdict) named(clause int) bool {
	return slices.ContainsFunc(v.items, func(it item) bool { return it.clause == clause && it.people }) || v.inClause(clause, roleScope, roleName, roleTitle)
}

// namedBefore tells whether the clause before names somebody, and this one says nothing
// else: "żona chora, nie przyjdzie".
func (v *verdict) namedBefore(clause int) bool {
	return v.inClause(clause-1, roleScope, roleName) && !v.inClause(clause, roleYes, roleUnknown, roleOther)
}

func (v *verdict) inClause(clause int, roles ...role) bool {
	for _, it := range v.items {
		if it.clause == clause && it.role.in(roles...) {
			return true
		}
	}
	return false
}

// behind gives the index of the next item that is no particle.
func (v *verdict) behind(i int) int {
	next := i + 1
	for v.follows(i, next) && v.items[next].role == roleParticle {
		next++
	}
	return next
}

// follows tells whether there is an item at the index next, in the clause of the item at i.
func (v *verdict) follows(i, next int) bool {
	return next < len(v.items) && v.items[next].clause == v.items[i].clause
}

// reading settles a verdict: the first rule that speaks against a clear answer, or the answer.
func (v *verdict) reading() Reading {
	rule, intents := v.aside()
	if rule == "" {
		rule = v.doubt()
	}
	if rule != "" {
		if rule != ruleAutomatic {
			intents = append(intents, v.intents()...)
		}
		r := unclear(rule, intents...)
		r.LateMinutes = v.minutes
		r.Wishes = rule != ruleAutomatic && slices.ContainsFunc(v.items, func(it item) bool { return it.role == roleMove && !it.elsewhen })
		return r
	}
	m := v.best()
	r := Reading{Value: Yes, Rule: m.rule, Confidence: m.confidence(), Intents: sorted(v.intents()), LateMinutes: v.minutes, Language: v.lexicon.language}
	if m.no {
		r.Value = No
	}
	return r
}

// shortcut is how many letters a word has at most that is one: "t", "ok".
const shortcut = 2

func (m mark) confidence() Confidence {
	switch {
	case m.rule == ruleYesDigit || m.rule == ruleNoDigit:
		return High
	case m.item.mended, m.rule == ruleYesEmoji, m.rule == ruleNoEmoji, len([]rune(m.phrase)) <= shortcut:
		return Medium
	}
	return High
}

// best is the mark that decides: a verb before a word, and one without a slip.
func (v *verdict) best() mark {
	best := v.marks[0]
	for _, m := range v.marks {
		if m.verb && !best.verb || best.item.mended && !m.item.mended {
			best = m
		}
	}
	return best
}
