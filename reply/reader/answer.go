package reader

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
	negatedNo    bool // "nie odwołuję"
	negatedOther bool // "nie jutro"
	askedMark    bool // a yes or a no with a question mark
	question     bool
}

func newVerdict(s sense) verdict {
	v := verdict{sense: s}
	v.question = s.has(roleAsk)
	for i := 0; i < len(v.items); {
		i += v.weigh(i)
	}
	for _, it := range v.items {
		v.question = v.question || it.asked
	}
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
		v.add(mark{item: it, rule: rule, phrase: it.words})
	case roleThird:
		if !v.named(it.clause) {
			v.items[i].role = roleOther
			return 1
		}
		return v.verb(i)
	case roleWill:
		return v.verb(i)
	case roleCant:
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
		v.digit(it)
	}
	return 1
}

// verb reads a verb that says yes, unless an infinitive behind it cancels:
// "będę odwoływać" is one phrase and a no.
func (v *verdict) verb(i int) int {
	next := v.behind(i)
	if v.lexicon.modals[v.items[i].words] && v.roleAt(next) == roleUndo && v.items[next].clause == v.items[i].clause {
		v.add(mark{item: v.items[i], no: true, verb: true, rule: ruleNoCancel, phrase: v.items[i].words})
		return next - i + 1
	}
	v.add(mark{item: v.items[i], verb: true, rule: ruleYesVerb, phrase: v.items[i].words})
	return 1
}

// negation reads a "nie": alone it is a no, before a verb of coming too, before a
// cancellation it is unclear, and before anything else it negates that.
func (v *verdict) negation(i int) int {
	it := v.items[i]
	next := v.behind(i)
	if next >= len(v.items) || v.items[next].clause != it.clause {
		if next > i+1 {
			v.negatedOther = true // "nie już": of what?
		}
		return v.alone(it)
	}
	follows := v.items[next]
	switch follows.role {
	case roleThird:
		if !v.named(it.clause) {
			break
		}
		fallthrough
	case roleWill:
		taken := next - i + 1
		if after := v.behind(next); v.roleAt(after) == roleUndo && v.items[after].clause == it.clause {
			v.negatedNo = true
			return after - i + 1
		}
		v.add(mark{item: it, no: true, verb: true, rule: ruleNoVerb, at: next, phrase: it.words + " " + follows.words})
		return taken
	case roleNo, roleUndo, roleCant:
		v.negatedNo = true
		return next - i + 1
	case roleLate:
		v.sense.late, v.minutes = false, 0
		return next - i + 1
	}
	if closesNo(follows.role) {
		return v.alone(it)
	}
	v.negatedOther = true
	return 1
}

// nay reads a "no" that negates nothing behind it: "no fever" is about the fever, and "no
// cancel" is perhaps a "don't".
func (v *verdict) nay(i int) int {
	it := v.items[i]
	next := v.behind(i)
	if next < len(v.items) && v.items[next].clause == it.clause {
		switch r := v.items[next].role; {
		case r == roleNo || r == roleUndo:
			v.negatedNo = true
			return next - i + 1
		case r != roleWill && r != roleCant && !closesNo(r):
			v.negatedOther = true
			return 1
		}
	}
	v.add(mark{item: it, at: i, no: true, rule: ruleNoWord, phrase: it.words})
	return 1
}

// closesNo tells whether a "nie" before a phrase of the role is a no by itself.
func closesNo(r role) bool {
	switch r {
	case roleNie, roleNot, roleNay, roleYes, roleNumber, roleThanks, roleGreeting, roleClosing, roleAlas, roleName, roleTitle, roleBecause, roleHedge, roleBut, roleMove:
		return true
	}
	return false
}

// alone is a negation with nothing behind it. "Не" by itself is no word for no.
func (v *verdict) alone(it item) int {
	if it.role == roleNot {
		v.negatedOther = true
		return 1
	}
	v.add(mark{item: it, no: true, rule: ruleNoWord, phrase: it.words})
	return 1
}

// behind gives the index of the next item that is no particle.
func (v *verdict) behind(i int) int {
	next := i + 1
	for next < len(v.items) && v.items[next].role == roleParticle && v.items[next].clause == v.items[i].clause {
		next++
	}
	return next
}

// named tells whether a clause names somebody: family, a title, a name.
func (v *verdict) named(clause int) bool {
	for _, it := range v.items {
		if it.clause == clause && (it.role == roleScope || it.role == roleName || it.role == roleTitle) {
			return true
		}
	}
	return false
}

// negatesMore tells whether something stands behind a negated verb that may be all that
// the reply negates: a companion, a time of day, a doctor. "Nie przyjdę z mamą" may
// well be a yes, and "nie zdążę na 10" a lateness.
func (v *verdict) negatesMore() bool {
	for _, m := range v.marks {
		if m.rule != ruleNoVerb {
			continue
		}
		for i := m.at + 1; i < len(v.items) && v.items[i].clause == m.item.clause; i++ {
			it := v.items[i]
			if it.role == roleBecause || it.role == roleReason {
				break
			}
			if it.role == roleScope || it.role == roleTitle || it.digits {
				return true
			}
		}
	}
	return false
}

// cancelsCancel tells whether one clause has two cancellations, or one behind a negated
// verb: "odwołuję rezygnację", "no voy a cancelar". Behind "proszę" a new
// sentence begins: "nie przyjdę proszę odwołać".
func (v *verdict) cancelsCancel() bool {
	clause, before := -1, false
	for i, it := range v.items {
		if it.clause != clause || it.role == roleInert || it.role == roleGreeting {
			clause, before = it.clause, false
		}
		if before && (it.role == roleUndo || it.role == roleNo && v.items[i-1].role == roleNo) {
			return true
		}
		before = before || it.role == roleNo || it.role == roleUndo || it.role == roleNie || it.role == roleNot || it.role == roleCant
	}
	return false
}

// digit reads the 1 or 2 of a question that offers them.
func (v *verdict) digit(it item) {
	if !v.sense.asked.Digits {
		return
	}
	switch it.number {
	case 1:
		v.add(mark{item: it, rule: ruleYesDigit, phrase: it.words})
	case 2:
		v.add(mark{item: it, no: true, rule: ruleNoDigit, phrase: it.words})
	}
}

func (v *verdict) add(m mark) {
	if m.item.asked {
		v.askedMark = true
	}
	v.marks = append(v.marks, m)
}

// asks tells whether a clause has a word that asks.
func (v *verdict) asks(clause int) bool {
	for _, it := range v.items {
		if it.clause == clause && it.role == roleAsk {
			return true
		}
	}
	return false
}

// says tells whether there is a yes, and whether there is a no.
func (v *verdict) says() (yes, no bool) {
	for _, m := range v.marks {
		yes, no = yes || !m.no, no || m.no
	}
	return yes, no
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
		return r
	}
	m := v.best()
	r := Reading{Value: Yes, Rule: m.rule, Confidence: High, Intents: sorted(v.intents()), LateMinutes: v.minutes, Language: v.lexicon.language}
	if m.no {
		r.Value = No
	}
	if m.item.mended || m.rule == ruleYesEmoji || m.rule == ruleNoEmoji || len([]rune(m.phrase)) <= 2 && m.rule != ruleYesDigit && m.rule != ruleNoDigit {
		r.Confidence = Medium
	}
	return r
}

// best is the mark that decides: a verb before a word, a word before an emoji.
func (v *verdict) best() mark {
	best := v.marks[0]
	for _, m := range v.marks {
		if m.verb && !best.verb || best.item.mended && !m.item.mended {
			best = m
		}
	}
	return best
}

// doubt gives the rule that makes an answer unclear, or "".
func (v *verdict) doubt() Rule {
	yes, no := v.says()
	switch {
	case yes && no, no && v.sense.late:
		return ruleContradiction
	case v.negatedNo, no && v.cancelsCancel():
		return ruleNegatedNo
	case v.has(roleMove):
		return ruleReschedule
	case v.has(roleHedge):
		return ruleHedged
	case v.has(roleBut) && !(yes && v.onlyLateBehindBut()):
		return ruleBut
	case v.negatedOther && !v.tail(no), no && v.negatesMore():
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
		case it.role != roleFill && it.role != roleInert && it.role != roleScope && it.role != roleWill && it.role != roleParticle && it.role != roleGreeting && it.role != roleThanks:
			return false
		}
	}
	return late
}

// questionInside tells whether a question is not a clause of its own beside the yes:
// "będę o której", "tak, czy mogę odwołać?".
func (v *verdict) questionInside() bool {
	if !v.question || len(v.marks) == 0 {
		return false
	}
	for _, it := range v.items {
		for _, m := range v.marks {
			if (it.role == roleAsk || it.asked) && it.clause == m.item.clause {
				return true
			}
		}
		if it.asked && (it.role == roleUndo || it.role == roleNo || it.role == roleNay || it.role == roleCant || it.role == roleNie || it.role == roleNot) {
			return true
		}
		if it.asked && !v.asks(it.clause) {
			return true
		}
	}
	return false
}

// tail tells whether a no is followed by its reason, in which further negations belong
// to the reason: "nie dam rady, bo nie mam jak dojechać".
func (v *verdict) tail(no bool) bool {
	if !no {
		return false
	}
	for _, m := range v.marks {
		if m.no && m.verb {
			return v.has(roleBecause, roleReason)
		}
	}
	return false
}

// understood tells whether every word is known, but for the words of a reason behind
// a no, and those of a question of its own behind a yes. Beside a no that no verb
// says only courtesy and names are understood, and only without a slip: "nie,
// jestem umówiona" is no refusal, "nie dziękuj" no thanks.
func (v *verdict) understood(no bool) bool {
	reasons := map[int]bool{} // clauses that give a reason
	from := len(v.items)      // index from which everything is a reason
	for i, it := range v.items {
		if it.role == roleReason {
			reasons[it.clause] = true
		}
		if it.role == roleBecause {
			from = min(from, i)
		}
	}
	bare, digits := no, len(v.marks) > 0
	decided := map[int]bool{}
	for _, m := range v.marks {
		decided[m.item.clause] = true
		bare = bare && !m.verb
		digits = digits && (m.rule == ruleNoDigit || m.rule == ruleYesDigit)
	}
	for i, it := range v.items {
		strange := it.role == roleUnknown || it.role == roleOther || it.role == roleNumber && !v.sense.asked.Digits ||
			(bare || digits) && (it.role == roleFill || it.role == roleScope || it.role == roleGo) ||
			bare && it.mended && !negation(it.role)
		switch {
		case !strange:
		case v.sense.asked.Digits && it.role == roleNumber && (it.number == 1 || it.number == 2):
		case no && (i > from || reasons[it.clause] && !decided[it.clause]):
		case !no && len(v.marks) > 0 && v.asks(it.clause) && !decided[it.clause]:
		default:
			return false
		}
	}
	return !v.sense.asked.Digits || v.digitsFit()
}

// negation tells whether a role is a word for no.
func negation(r role) bool { return r == roleNie || r == roleNot || r == roleNay }

// digitsFit tells whether every number is one of those the question offers.
func (v *verdict) digitsFit() bool {
	for _, it := range v.items {
		if it.role == roleNumber && it.number != 1 && it.number != 2 {
			return false
		}
	}
	return true
}
