package reader

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// typos finds the known word that an unknown one was meant to be. A slip is one
// letter doubled, left out, put in, swapped with its neighbour, or hit beside. It is
// undone only when all known words within one slip do the same in a reply: what
// might be a yes and might be a no, or might be a word that settles nothing, stays unknown.
type typos struct {
	roles map[string]role     // of every word of the tables; roleOther where it is only part of phrases
	near  map[string][]string // the words without one letter, to the words themselves
}

// Least length in letters of a word that is taken for a slip of another, and of that
// other, but for a doubled letter: two letters are too few to know.
const (
	leastSlip   = 2
	leastTarget = 3
	leastIdle   = 5
	longestSlip = 40 // no word is longer
)

func newTypos(phrases map[string]entry) typos {
	t := typos{roles: map[string]role{}, near: map[string][]string{}}
	for phrase, e := range phrases {
		words := strings.Fields(phrase)
		for _, word := range words {
			if _, known := t.roles[word]; !known {
				t.roles[word] = roleOther
			}
		}
		if len(words) == 1 {
			t.roles[phrase] = e.role
		}
	}
	for word := range t.roles {
		if utf8.RuneCountInString(word) >= leastTarget && word[0] != ':' {
			for _, shorter := range without(word) {
				t.near[shorter] = append(t.near[shorter], word)
			}
		}
	}
	return t
}

// known tells whether a word is in the tables, alone or in a phrase.
func (t typos) known(word string) bool {
	_, known := t.roles[word]
	return known
}

// mend gives the word that was meant, or false. A likely slip outweighs an unlikely one,
// unless that would make a yes of a no. A word that is the whole reply was meant to answer:
// words that settle nothing do not compete for it.
func (t typos) mend(word string, whole bool) (string, bool) {
	if n := utf8.RuneCountInString(word); n < leastSlip || n > longestSlip {
		return "", false
	}
	found := map[string]slip{}
	if strings.ContainsRune(word, lost) {
		for candidate := range t.roles {
			t.weigh(word, candidate, found)
		}
	}
	for _, candidate := range t.near[word] {
		t.weigh(word, candidate, found)
	}
	for _, shorter := range without(word) {
		t.weigh(word, shorter, found)
		for _, candidate := range t.near[shorter] {
			t.weigh(word, candidate, found)
		}
	}
	if whole {
		found = t.decisive(found)
	}
	meant, ok := t.choose(found)
	return meant, ok && t.long(word, t.roles[meant])
}

// long tells whether a word has letters enough to be taken for a slip of one of the role: what
// is left of a mistyped "nie" may look like any small word, and two letters like any verb.
func (t typos) long(word string, meant role) bool {
	n := utf8.RuneCountInString(word)
	switch {
	case negates(meant), meant == roleYes:
		return true
	case idle(meant), meant == roleGreeting, meant == roleThanks:
		return n >= leastIdle
	}
	return n >= leastTarget
}

// choose gives the word that was meant among those within one slip.
func (t typos) choose(found map[string]slip) (string, bool) {
	likeliest := noSlip
	for _, s := range found {
		likeliest = max(likeliest, s)
	}
	meant, agreed := "", roleUnknown
	for candidate, s := range found {
		r := t.roles[candidate]
		if s < likeliest {
			continue
		}
		switch {
		case meant == "", r == agreed && candidate < meant, r == roleWill && agreed == roleThird:
			meant, agreed = candidate, r
		case r != agreed && (r != roleThird || agreed != roleWill):
			return "", false
		}
	}
	for candidate := range found {
		if opposite(agreed, t.roles[candidate]) {
			return "", false
		}
	}
	return meant, meant != ""
}

// idle tells whether a role settles nothing, neither for an answer nor against one.
func idle(r role) bool {
	return r.in(roleOther, roleInert, roleFill, roleScope, roleParticle, roleClock, roleUnit, roleEither, roleGo, roleName, roleTitle, roleMinutes)
}

// decisive leaves the words that settle something, or all where none does.
func (t typos) decisive(found map[string]slip) map[string]slip {
	out := maps.Clone(found)
	maps.DeleteFunc(out, func(word string, _ slip) bool { return idle(t.roles[word]) })
	if len(out) == 0 {
		return found
	}
	return out
}

// opposite tells whether one role says yes and the other no.
func opposite(a, b role) bool {
	yes := func(r role) bool { return r.in(roleYes, roleWill, roleThird) }
	no := func(r role) bool { return r.in(roleNo, roleUndo, roleCant) || negates(r) }
	return yes(a) && no(b) || no(a) && yes(b)
}

func (t typos) weigh(word, candidate string, found map[string]slip) {
	if !t.known(candidate) {
		return
	}
	s := slipOf([]rune(word), []rune(candidate))
	if s == doubled || s > noSlip && utf8.RuneCountInString(candidate) >= leastTarget {
		found[candidate] = s
	}
}

// without lists a word with each of its letters left out.
func without(word string) []string {
	runes := []rune(word)
	out := make([]string, 0, len(runes))
	for i := range runes {
		out = append(out, string(runes[:i])+string(runes[i+1:]))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Lengths of words, in letters, from which a slip may put in or change any letter, not
// only one beside its neighbour on the keyboard: short words have too many others near.
const (
	anyLetterIn     = 4
	anyLetterChange = 6
)

// slip is how likely a slip of the fingers is; the greater the likelier.
type slip int

const (
	noSlip   slip = iota // the words differ by more than one
	unlikely             // any other letter instead, or in between
	likely               // a letter beside it, one left out
	swapped              // two letters in the wrong order
	doubled              // a letter twice, or one that cannot be shown
)

// slipOf tells by which slip got was written for want.
func slipOf(got, want []rune) slip {
	at := 0
	for at < len(got) && at < len(want) && same(got[at], want[at]) {
		at++
	}
	switch len(got) - len(want) {
	case 1:
		return tooMany(got, want, at)
	case -1:
		if equal(got[at:], want[at+1:]) {
			return likely
		}
	case 0:
		return instead(got, want, at)
	}
	return noSlip
}

// tooMany judges a letter too many at an index.
func tooMany(got, want []rune, at int) slip {
	switch {
	case !equal(got[at+1:], want[at:]):
		return noSlip
	case at > 0 && got[at-1] == got[at]:
		return doubled
	case beside(got, at):
		return likely
	case len(want) >= anyLetterIn:
		return unlikely
	}
	return noSlip
}

// instead judges words of one length that differ from an index on.
func instead(got, want []rune, at int) slip {
	switch {
	case at == len(got):
		return doubled // only lost letters
	case at+1 < len(got) && got[at] == want[at+1] && got[at+1] == want[at] && equal(got[at+2:], want[at+2:]):
		return swapped
	case !equal(got[at+1:], want[at+1:]):
		return noSlip
	case adjacent(got[at], want[at]):
		return likely
	case len(want) >= anyLetterChange:
		return unlikely
	}
	return noSlip
}

// beside tells whether the letter at an index is double, or beside a neighbour of it on the keyboard.
func beside(word []rune, at int) bool {
	before := at > 0 && (word[at-1] == word[at] || adjacent(word[at-1], word[at]))
	after := at+1 < len(word) && (word[at+1] == word[at] || adjacent(word[at+1], word[at]))
	return before || after
}

func same(got, want rune) bool { return got == want || got == lost }

func equal(got, want []rune) bool { return slices.EqualFunc(got, want, same) }

// rows of the keyboards people have, as offset grids: a key's neighbours are beside it
// and half a key to the left and right in the rows above and below.
func rows() [2][3]string {
	return [2][3]string{
		{"qwertyuiop", "asdfghjkl", "zxcvbnm"},
		{"йцукенгшщзх", "фівапролджє", "ячсмитьбю"},
	}
}

// adjacent tells whether two keys touch.
func adjacent(a, b rune) bool {
	for _, keyboard := range rows() {
		rowA, colA := place(keyboard, a)
		rowB, colB := place(keyboard, b)
		if rowA < 0 || rowB < 0 {
			continue
		}
		switch rowB - rowA {
		case 0:
			return colA-colB == 1 || colB-colA == 1
		case 1: // b below a: the key left below and the one right below
			return colB == colA || colB == colA-1
		case -1:
			return colA == colB || colA == colB-1
		}
	}
	return false
}

func place(keyboard [3]string, key rune) (row, column int) {
	for row, keys := range keyboard {
		column := 0
		for _, k := range keys {
			if k == key {
				return row, column
			}
			column++
		}
	}
	return -1, -1
}
