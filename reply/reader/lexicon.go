package reader

import (
	"maps"
	"slices"
	"strings"
)

// role is what a word or phrase does in a reply.
type role int

// The roles. A table lists the phrases of each; the longest phrase that fits wins,
// so "nie ma sprawy" is small talk although it begins with a no.
const (
	roleUnknown   role = iota // a word no table has
	roleOther                 // a word that is known and settles nothing: makes the answer unclear
	roleInert                 // says nothing anywhere: "please", "sent from my phone"
	roleFill                  // says nothing beside a yes or a verb: the visit; beside a bare "nie" it may matter
	roleScope                 // says nothing beside a yes; behind a negation it may be all that is negated: "z mamą", "na czas"
	roleYes                   // a yes by itself; not negated
	roleWill                  // a verb that says yes, and no when negated: "przyjdę"
	roleThird                 // such a verb about somebody, who must be named: "przyjdzie"
	roleNay                   // a no that negates nothing behind it: "no", "ні"
	roleCant                  // a negated verb as one phrase: "nie będzie mnie", "can't come"
	roleNo                    // a no by itself: "odwołuję"; negated it is unclear
	roleUndo                  // the same as an infinitive, so that a verb may stand before it: "odwołać"
	roleNot                   // negates what follows and says nothing alone: "не"
	roleNie                   // both: a no alone, and negates what follows: "nie"
	roleGo                    // what one will do: "przyjść", only behind a verb
	roleThirdCant             // as roleCant, about somebody, who must be named: "nie może"
	roleElse                  // names something else than the question asks about: another doctor
	roleHedge                 // doubt or a condition: "chyba", "jeśli"
	roleBut                   // turns the sense: "ale"
	roleAlas                  // regret, at home beside a no: "niestety"
	roleReason                // why somebody does not come: "chora", "w pracy"
	roleBecause               // what follows is a reason: "bo"
	roleAsk                   // opens a question: "o której"
	roleMove                  // wants another time: "przełożyć"
	roleLate                  // comes late: "spóźnię się"
	roleAfter                 // behind a span of time: late by it: "później"
	roleBefore                // behind a span of time: early by it: "wcześniej"
	roleMinutes               // unit behind a number: "min"
	roleQuarter               // a span of 15 minutes
	roleHalf                  // a span of 30 minutes
	roleClock                 // before a time of day: "o", "na godzinę"
	roleParticle              // may stand between a negation and its verb: "już", "się"
	roleGreeting              // courtesy: "dzień dobry"
	roleThanks                // courtesy that thanks
	roleClosing               // a name may follow: "pozdrawiam"
	roleTitle                 // a name follows: "pani", "doktor"
	roleName                  // a first name or a frequent surname
	roleDay                   // a day, by a key all languages share
	roleStop                  // wants no more messages
	roleStopWord              // the same, only where it is a clause of its own, see stop.go
	roleStart                 // wants messages again, a phrase
	roleStartWord             // the same, only as the whole reply
	roleWrong                 // somebody else's number
	roleDead                  // the patient has died
	roleHostile               // anger
	roleAutomatic             // a machine's words
	roleUnit                  // behind or before the number of a Number or Choice: "punktów", "opcja"
	roleEither                // between or instead of choices: "obojętnie"
	roleNumber                // a number in words or digits
)

// in tells whether a role is one of several.
func (r role) in(roles ...role) bool { return slices.Contains(roles, r) }

// table is a language as its native speakers read it: roles and their phrases,
// separated by commas. "a/b c" stands for "a c" and "b c".
type table struct {
	language string
	phrases  map[role]string
	idioms   []idiom           // further phrases
	days     map[string]string // key shared by all languages to words
	numbers  []string          // words for 0, 1, 2 …; alternatives with a slash
	ordinals []string          // words for first, second …; alternatives with a slash
	glued    []string          // words that people write together with the next one: "niemogę"
	modals   string            // verbs of roleWill that an infinitive may follow: "będę odwoływać"
	joins    string            // words before which a comma parts no phrase: "chyba, że"
	being    string            // begins a reason behind a negated verb: "jestem" in "nie przyjdę jestem chora"
	visit    string            // what one does not come to: harmless behind a negated verb
	texts    string            // words behind a STOP that name what is to stop, and whose: "smsów", "z listy"
	calls    string            // other ways than texts: "nie pisać, dzwonić" is no STOP
	times    string            // what ties a STOP to a time: "nie pisać w nocy"
	ifs      string            // a word for "if" that roleHedge lacks, as it is also another: "si"
	never    string            // negates as roleNot does, but only a STOP
	requests string            // begins a request that is put as a question: "can you"
	notOnly  string            // words of roleBut that take from what stands before, and never decide: "tylko"
	doctors  string            // titles that only doctors have
	rooms    string            // words before the number of a room
	clock    clockWords        // how times of day are said in words
}

// entry is a phrase found.
type entry struct {
	role   role
	number int    // with roleNumber
	day    string // with roleDay
}

// lexicon is a table made ready for look-ups. It is read-only.
type lexicon struct {
	language string
	phrases  map[string]entry // folded words joined by a blank
	longest  map[string]int   // by first word: number of words of the longest phrase
	days     map[string]string
	ordinals map[string]int
	modals   map[string]bool
	joins    map[string]bool
	being    map[string]bool
	visit    map[string]bool
	texts    map[string]bool
	calls    map[string]bool
	times    map[string]bool
	ifs      map[string]bool
	never    map[string]bool
	requests map[string]bool
	notOnly  map[string]bool
	doctors  map[string]bool
	rooms    map[string]bool
	clock    clock
	glued    []string
	typos    typos
}

func newLexicon(t table, more ForLanguage) *lexicon {
	lex := &lexicon{
		language: t.language,
		phrases:  map[string]entry{},
		longest:  map[string]int{},
		days:     map[string]string{},
		ordinals: map[string]int{},
		modals:   set(t.modals),
		joins:    set(t.joins),
		being:    set(t.being),
		visit:    set(t.visit),
		texts:    set(t.texts),
		calls:    set(t.calls),
		times:    set(t.times),
		ifs:      set(t.ifs),
		never:    set(t.never),
		requests: set(t.requests),
		notOnly:  set(t.notOnly),
		doctors:  set(t.doctors),
		rooms:    set(t.rooms),
		clock:    newClock(t.clock),
		glued:    t.glued,
	}
	for key, words := range t.days {
		for _, phrase := range phrases(words) {
			lex.days[phrase] = key
			lex.add(phrase, entry{role: roleDay, day: key})
		}
	}
	for n, words := range t.numbers {
		for _, phrase := range phrases(strings.ReplaceAll(words, "/", ",")) {
			lex.add(phrase, entry{role: roleNumber, number: n})
		}
	}
	for i, words := range t.ordinals {
		for _, phrase := range phrases(strings.ReplaceAll(words, "/", ",")) {
			lex.ordinals[phrase] = i + 1
			lex.add(phrase, entry{role: roleUnit})
		}
	}
	// In the order of roles, so that a phrase listed twice means the same every time.
	for _, r := range slices.Sorted(maps.Keys(t.phrases)) {
		for _, phrase := range phrases(t.phrases[r]) {
			lex.add(phrase, entry{role: r})
		}
	}
	for _, i := range t.idioms {
		for _, phrase := range phrases(i.phrases) {
			if _, there := lex.phrases[phrase]; !there {
				lex.add(phrase, entry{role: i.role})
			}
		}
	}
	for _, r := range slices.Sorted(maps.Keys(shared())) {
		for _, phrase := range phrases(shared()[r]) {
			if _, there := lex.phrases[phrase]; !there {
				lex.add(phrase, entry{role: r})
			}
		}
	}
	for _, list := range more.byRole() {
		for _, words := range list.words {
			for _, phrase := range phrases(strings.ReplaceAll(words, ",", " ")) {
				lex.add(phrase, entry{role: list.role})
			}
		}
	}
	lex.typos = newTypos(lex.phrases)
	return lex
}

func (l *lexicon) add(phrase string, e entry) {
	l.phrases[phrase] = e
	first, rest, _ := strings.Cut(phrase, " ")
	n := 1
	if rest != "" {
		n += strings.Count(rest, " ") + 1
	}
	l.longest[first] = max(l.longest[first], n)
}

// find gives the longest phrase that begins at words[0], and how many words it has;
// 0 when there is none. A phrase does not run over a boundary, and none of several words
// may take away the negation of what follows: "jednak nie" is a phrase, and in
// "jednak nie przyjdę" it is not.
func (l *lexicon) find(words []string, boundaries []token) (entry, int) {
	for n := min(l.longest[words[0]], len(words)); n > 0; n-- {
		if n > 1 && (l.broken(words[:n], boundaries) || l.negates(words[n-1]) && n < len(words) && !boundaries[n].boundary()) {
			continue
		}
		if e, ok := l.phrases[strings.Join(words[:n], " ")]; ok {
			return e, n
		}
	}
	return entry{}, 0
}

// broken tells whether a boundary parts the words; a comma before "że" is none.
func (l *lexicon) broken(words []string, boundaries []token) bool {
	for i := 1; i < len(words); i++ {
		if boundaries[i].stop || boundaries[i].comma && !l.joins[words[i]] {
			return true
		}
	}
	return false
}

// negates tells whether a word negates what follows it.
func (l *lexicon) negates(word string) bool {
	return l.phrases[word].role.in(roleNie, roleNot)
}

// holdsNegation tells whether a phrase has a word that negates what follows.
func (l *lexicon) holdsNegation(phrase string) bool {
	for word := range strings.FieldsSeq(phrase) {
		if l.negates(word) {
			return true
		}
	}
	return false
}

func set(list string) map[string]bool {
	out := map[string]bool{}
	for _, phrase := range phrases(list) {
		out[phrase] = true
	}
	return out
}

// phrases spells out a list of a table: folded, alternatives multiplied.
func phrases(list string) []string {
	var out []string
	for item := range strings.SplitSeq(list, ",") {
		spelled := []string{""}
		for word := range strings.FieldsSeq(item) {
			var longer []string
			for alternative := range strings.SplitSeq(word, "/") {
				for _, begun := range spelled {
					longer = append(longer, strings.TrimSpace(begun+" "+foldWord(alternative)))
				}
			}
			spelled = longer
		}
		for _, phrase := range spelled {
			if phrase != "" {
				out = append(out, phrase)
			}
		}
	}
	return out
}

// foldWord folds a word of a table exactly as tokens folds one of a reply.
func foldWord(word string) string {
	return squeeze(unifyScript(fold(strings.NewReplacer("'", "", "’", "").Replace(word))))
}
